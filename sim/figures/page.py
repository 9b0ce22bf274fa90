"""What all pictures share: the style, the two inks, and how a page is written to a file."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib.style
from matplotlib.figure import Figure

from sim.params import LimelightError

STYLE = Path(__file__).parents[1] / "sim.mplstyle"
FORMATS = {".png": "", ".svg": "Date", ".pdf": "CreationDate"}  # and where each would write the time of day
RESOLUTION, PALETTE = 130, 64  # dots per inch and colours of a PNG
INK, QUIET = "#1a1a1a", "#555555"


class FigureError(LimelightError):
    """A picture cannot be drawn or written as asked; the message says why."""


def save(page: Figure, path: str | Path, colours: int = PALETTE) -> Path:
    """Write a picture in the format its name ends in; the same picture always gives the same bytes.

    A PNG holds at most so many `colours`, up to 256.
    """
    place = Path(path)
    if place.suffix not in FORMATS:
        raise FigureError(f"{place}: a picture is written as {', '.join(FORMATS)}; let its name end in one of these.")
    place.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.style.context(STYLE):
        if place.suffix == ".png":
            _write_png(page, place, colours)
        else:
            page.savefig(place, metadata={FORMATS[place.suffix]: None})
    return place


def _write_png(page: Figure, place: Path, colours: int) -> None:
    """Write dots in few colours: lines and letters need no more, and the file is a third as large."""
    from PIL import Image

    dots = io.BytesIO()
    page.savefig(dots, format="png", dpi=RESOLUTION)
    with Image.open(dots) as picture:
        picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(place, optimize=True)
