"""What several views draw: blocks of small pictures with their titles, and plain text made safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from sim.app.drawing import curves
from sim.app.looking import WIDE
from sim.app.outlook import Pair
from sim.app.reading import MOST_MARKS, ON_CURVES, marks_of, panel
from sim.app.shapes import Look, Mark
from sim.observables import Observable

HEIGHT = 190
"""Of a small picture, in the units of its drawing."""


def block(
    theme: str, names: Sequence[str], known: Mapping[str, Observable], pair: Pair, band: Sequence[Pair] = (),
    now: date | None = None, brief: bool = False, width: int = WIDE,
) -> list[str]:  # fmt: skip
    """Small pictures of one theme, as HTML."""
    marks = marks_of(pair, ON_CURVES.get(theme, ()), MOST_MARKS)
    return [observed(name, known[name], pair, band, marks, now, brief, width) for name in names]


def observed(
    name: str, seen: Observable, pair: Pair, band: Sequence[Pair] = (), marks: tuple[Mark, ...] = (),
    now: date | None = None, brief: bool = False, width: int = WIDE,
) -> str:  # fmt: skip
    """One observable over time, with its title, unit and meaning."""
    drawn = panel(name, seen, pair, band, marks, now, brief)
    smoothed = ", mean of half a year" if drawn.smoothed_weeks > 1 else ""
    unit = unit_of(drawn.curve.look) or {"ratio": "ratio", "count": "number"}.get(seen.unit, "")
    unit = f"{unit}{smoothed}" if unit else smoothed.strip(", ")
    picture = f'<div class="plot" style="aspect-ratio: {width} / {HEIGHT}">{curves(drawn, width, HEIGHT)}</div>'
    return framed(seen.label, unit, picture, seen.meaning, name)


def framed(title: str, unit: str, drawing: str, meaning: str = "", name: str = "") -> str:
    """One picture with its title."""
    mark = f' data-observable="{escape(name)}"' if name else ""
    note = f'<p class="visually-hidden">{escape(meaning)}</p>' if meaning else ""
    tip = f' data-tip="{escape(meaning)}"' if meaning else ""
    return (
        f'<article class="panel"{mark}><div class="panel-head"{tip}><h3>{escape(title)}</h3>'
        f'<p class="panel-unit">{escape(unit)}</p></div>{note}{drawing}</article>'
    )


def of_headlines(band: Sequence[Pair] = ()) -> str:
    """What the numbers of the headlines are means of, and what their interval is over."""
    text = "Headlines: the mean of the last 52 weeks under mine, and how far that is from present policy."
    if band:
        text += (
            f" The interval is that of the mean difference over {len(band)} pairs of worlds of other luck with"
            f" {band[0].mine.scenario.fans:,} fan agents each."
        )
    return f'<p class="panel-note">{text}</p>'


def grid(frames: Sequence[str], kind: str = "fours") -> str:
    """Pictures beside one another."""
    return f'<div class="panel-grid {kind}">{"".join(frames)}</div>'


def unit_of(look: Look) -> str:
    """The unit of a picture in words."""
    return {"": "", "SD": "standard deviations of the first day", "%": "%"}.get(look.unit, look.unit)
