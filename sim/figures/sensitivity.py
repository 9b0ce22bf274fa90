"""Which numbers decide: bars with intervals for the weightiest, one panel an outcome, each number with its meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.analysis import READINGS, Reading, Sensitivity, remarks, short_unit
from sim.figures.page import INK, QUIET, RESOLUTION, STYLE, FigureError, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Each kind of number has a shape and a filling of its own, so that they are told apart in greyscale, too.
KINDS = {
    "evidence": ("o", "#1f4e79", "#1f4e79", "from sources"),
    "calibrated": ("s", "#1b7a5a", "#1b7a5a", "fitted to facts"),
    "assumed": ("^", "#b3470b", "white", "assumed"),
    "scenario": ("D", "#4d4d4d", "white", "set by law, policy or scenario"),
}
WHOLE, PART, EDGE = "#c6d3e1", "#1f4e79", "#4a6a8c"
ONE_WAY = 0.9  # mu beyond this part of mu* says that an outcome nearly always moves in one direction
MOST = 12
LOWEST_SHARE, HIGHEST_SHARE = -0.1, 1.1  # where the axis of shares ends, whatever intervals do

# The page, in inches.
MARGIN, MARK_ROOM, LABEL_ROOM, BARS, GAP, SCATTER = 0.4, 0.34, 4.1, 3.1, 0.75, 2.3
HEAD, ABOVE_PANEL, ROW, AXIS_ROOM, LINE_OF_PRINT = 1.02, 0.44, 0.41, 0.6, 0.125
CHARACTERS_A_LINE = 78  # of a number's meaning
CHARACTERS_AN_INCH = 19.0  # of the small print
LEAST_SCATTER = 1.7
NEAR = ((5, 3), (5, -9), (-11, 3), (-11, -9), (12, -3), (-20, -3))  # where a label may stand, in points


def sensitivities(found: Sensitivity | Sequence[Sensitivity], most: int = MOST) -> Figure:
    """Show the numbers that move an outcome most, or several outcomes of one sweep, a panel each.

    Sobol: a wide bar for the total index and a dark one inside it for the number alone. Morris: a bar for mu*, an arrow
    for the direction, and beside it mu* against sigma. Thin lines are 95 % intervals; the dashed line is what luck
    alone would give.
    """
    panels = [found] if isinstance(found, Sensitivity) else list(found)
    if not panels or len({each.method for each in panels}) > 1:
        raise FigureError("a picture of sensitivities needs outcomes of one method; draw Morris and Sobol apart.")
    screened = panels[0].method == "morris"
    width = 2 * MARGIN + MARK_ROOM + LABEL_ROOM + BARS + (GAP + SCATTER if screened else 0)
    small_print = _small_print(panels, int((width - 2 * MARGIN) * CHARACTERS_AN_INCH))
    foot = 0.25 + LINE_OF_PRINT * (small_print.count("\n") + 1)
    heights = [_height(each, most, screened) for each in panels]
    above = ABOVE_PANEL if len(panels) > 1 else 0.0
    page_height = HEAD + foot + sum(above + AXIS_ROOM + height for height in heights)
    with matplotlib.style.context(STYLE):
        page = Figure(figsize=(width, page_height), dpi=RESOLUTION)
        _put_head(page, panels)
        top = page_height - HEAD
        for each, height in zip(panels, heights, strict=True):
            top -= above
            left = MARGIN + MARK_ROOM + LABEL_ROOM
            axes = _axes(page, left, top - height, BARS, height)
            rows = each.table.head(most).to_dict("records")
            if len(panels) > 1:
                _put_panel_head(page, each, top)
            _draw_bars(axes, each, rows)
            if screened:
                side = min(height, SCATTER)
                _draw_scatter(_axes(page, left + BARS + GAP, top - side, SCATTER, side), each, rows)
            top -= height + AXIS_ROOM
        page.text(MARGIN / width, (foot - 0.1) / page_height, small_print, size=6.6, color=QUIET, va="top",
                  linespacing=1.3)  # fmt: skip
    return page


def draw_sensitivity(found: Sensitivity, folder: str | Path) -> tuple[Path, ...]:
    """Write the picture of one outcome as PNG and SVG into a folder; return both files."""
    page = sensitivities(found)
    return tuple(save(page, Path(folder) / f"{found.file_name}{suffix}") for suffix in (".png", ".svg"))


def _height(found: Sensitivity, most: int, screened: bool) -> float:
    """How high a panel is, in inches."""
    bars = ROW * min(most, len(found.table))
    return max(bars, LEAST_SCATTER) if screened else bars


def _axes(page: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place in inches from the page's lower left corner."""
    wide, high = page.get_size_inches()
    return page.add_axes((left / wide, bottom / high, width / wide, height / high))


def _put_head(page: Figure, panels: Sequence[Sensitivity]) -> None:
    """Write the title, and what the shapes of the kinds mean."""
    width, height = page.get_size_inches()
    title = f"What moves {_lower(panels[0].label)}" if len(panels) == 1 else "Which number decides"
    page.text(MARGIN / width, 1 - 0.3 / height, title, size=13.5, weight="bold", color=INK, va="center")
    worlds = f", {panels[0].worlds}" if panels[0].worlds else ""
    page.text(MARGIN / width, 1 - 0.56 / height, f"{panels[0].when}{worlds}", size=8.6, color=INK, va="center")
    left = MARGIN + 0.06
    for kind in KINDS:
        if any((each.table["kind"] == kind).any() for each in panels):
            page.add_artist(_mark(kind, left / width, 1 - 0.82 / height))
            page.text((left + 0.1) / width, 1 - 0.82 / height, KINDS[kind][3], size=7.4, color=INK, va="center")
            left += 0.42 + 0.067 * len(KINDS[kind][3])


def _mark(kind: str, left: float, bottom: float) -> Line2D:
    """Return the shape of a kind of number, at a place in shares of the page."""
    shape, colour, filling, _ = KINDS[kind]
    return Line2D([left], [bottom], linestyle="none", marker=shape, color=colour, markerfacecolor=filling, markersize=5,
                  markeredgewidth=1.0)  # fmt: skip


def _put_panel_head(page: Figure, found: Sensitivity, top: float) -> None:
    """Write over a thin rule which outcome a panel is about."""
    width, height = page.get_size_inches()
    across = [MARGIN / width, 1 - MARGIN / width]
    page.add_artist(Line2D(across, [(top + ABOVE_PANEL - 0.08) / height] * 2, color=INK, linewidth=0.8))
    page.text(across[0], (top + 0.2) / height, found.label, size=9.4, weight="bold", color=INK, va="center")


def _draw_bars(axes: Axes, found: Sensitivity, rows: Sequence[dict[Any, Any]]) -> None:
    """Draw a bar with its interval for each number, and write the number's name and meaning to its left."""
    screened = found.method == "morris"
    factor = _reading(found).factor if screened else 1
    for place, row in enumerate(rows):
        whole = row[found.ranked_by] * factor
        low, high = (row[f"{found.ranked_by}_{end}"] * factor for end in ("low", "high"))
        axes.barh(place, whole, 0.5, color=WHOLE, edgecolor=EDGE, linewidth=0.6, zorder=2)
        if not screened:
            axes.barh(place, max(row["first"], 0), 0.2, color=PART, zorder=3)
            axes.plot([row["first_low"], row["first_high"]], [place + 0.33] * 2, color=PART, linewidth=1.6, zorder=4)
        axes.plot([low, high], [place - (0 if screened else 0.33)] * 2, color=INK, linewidth=0.9, zorder=4)
        if screened and whole:
            axes.annotate(_arrow(row), (max(high, whole), place), (4, 0), textcoords="offset points", va="center",
                          size=8, color=INK)  # fmt: skip
        _put_row(axes, place, row)
    if math.isfinite(found.floor):
        axes.axvline(found.floor * factor, color=QUIET, linewidth=0.9, linestyle=(0, (4, 2)), zorder=5)
    axes.set_ylim(max(len(rows), _least_rows(found)) - 0.5, -0.5)
    reach = max([row[f"{found.ranked_by}_high"] * factor for row in rows] + [row.get("first_high", 0) for row in rows])
    reach = max(reach, found.floor * factor) if math.isfinite(found.floor) else reach
    least = max(LOWEST_SHARE, min(0.0, *(row.get("first_low", 0.0) for row in rows), 0.0))
    axes.set_xlim(least, reach * 1.1 if screened else min(reach, HIGHEST_SHARE) * 1.03)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    unit = f"mu*, {_unit(found)} over the whole range" if screened else "share of variance; dark: alone, light: in all"
    axes.set_xlabel(unit, size=7.2, color=QUIET)


def _least_rows(found: Sensitivity) -> int:
    """How many rows a panel has room for, so that few rows do not become fat."""
    return math.ceil(LEAST_SCATTER / ROW) if found.method == "morris" else 1


def _arrow(row: dict[Any, Any]) -> str:
    """Say in which direction an outcome moves with more of a number."""
    share = row["mu"] / row["mu_star"]
    return "↑" if share > ONE_WAY else "↓" if share < -ONE_WAY else "↕"


def _put_row(axes: Axes, place: int, row: dict[Any, Any]) -> None:
    """Write rank, name, range and meaning of a number to the left of its bar, with the shape of its kind."""
    shape, colour, filling, _ = KINDS[row["kind"]]
    across = axes.get_yaxis_transform()
    inch = 1 / BARS
    start = -(LABEL_ROOM + MARK_ROOM) * inch
    axes.text(start + 0.1 * inch, place, f"{place + 1}", transform=axes.get_yaxis_transform(), ha="center", va="center",
              size=7, color=QUIET)  # fmt: skip
    axes.plot(start + 0.26 * inch, place, marker=shape, color=colour, markerfacecolor=filling, markersize=4.6,
              markeredgewidth=1.0, transform=across, clip_on=False)  # fmt: skip
    heading = f"{row['name']}  ({row['low']:g} to {row['high']:g} {row['unit']})"
    lines = fill(str(row["meaning"]), CHARACTERS_A_LINE).split("\n")
    meaning = lines[0] if len(lines) == 1 else f"{lines[0]}\n{lines[1]}{' …' if len(lines) > 2 else ''}"
    left = start + MARK_ROOM * inch
    axes.text(left, place - 0.26, heading, transform=across, va="center", size=7.6, color=INK)
    axes.text(left, place - 0.06, meaning, transform=across, va="top", size=6.2, color=QUIET, linespacing=1.15)


def _draw_scatter(axes: Axes, found: Sensitivity, rows: Sequence[dict[Any, Any]]) -> None:
    """Draw mu* against sigma: below the line a number acts nearly evenly, above it by interaction or bends."""
    factor = _reading(found).factor
    for row in reversed(found.table.to_dict("records")):
        shape, colour, filling, _ = KINDS[row["kind"]]
        axes.plot(row["mu_star"] * factor, row["sigma"] * factor, linestyle="none", marker=shape, color=colour,
                  markerfacecolor=filling, markersize=4.2, markeredgewidth=0.9, zorder=3, clip_on=False)  # fmt: skip
    reach = 1.12 * factor * float(max(found.table["mu_star"].max(), found.table["sigma"].max()))
    axes.plot([0, reach], [0, reach], color=QUIET, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    axes.set_xlim(0, reach)
    axes.set_ylim(0, reach)
    axes.grid(True, axis="both")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel(f"mu*, {_unit(found)}", size=7.2, color=QUIET)
    axes.set_ylabel("sigma, the same", size=7.2, color=QUIET)
    _number(axes, [(row["mu_star"] * factor, row["sigma"] * factor) for row in rows])


def _number(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    """Write ranks beside the weightiest points, where they touch neither one another nor any of these points."""
    page, room = axes.figure, axes.bbox
    places = axes.transData.transform(points)
    dots = page.dpi / 72
    taken = [(x - 3 * dots, y - 3 * dots, x + 3 * dots, y + 3 * dots) for x, y in places]
    for rank, ((x, y), point) in enumerate(zip(places, points, strict=True), start=1):
        wide, high = 4.6 * dots * len(str(rank)), 7 * dots
        for right, up in NEAR:
            box = (x + right * dots, y + up * dots, x + right * dots + wide, y + up * dots + high)
            inside = box[0] > room.x0 and box[1] > room.y0 and box[2] < room.x1 and box[3] < room.y1
            if inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                axes.annotate(str(rank), point, (right, up), textcoords="offset points", size=7, color=INK)
                break


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, bottom, right, top) overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _reading(found: Sensitivity) -> Reading:
    """How the outcome's unit is read."""
    return READINGS.get(found.unit, Reading())


def _unit(found: Sensitivity) -> str:
    """The unit in which mu* is shown."""
    return short_unit(found.unit)


def _lower(label: str) -> str:
    """A label within a sentence; names that begin with AI stay as they are."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _small_print(panels: Sequence[Sensitivity], characters: int) -> str:
    """Return what is to be known about the bars, and the source line."""
    said = remarks(panels[0]) if len(panels) == 1 else [*remarks(panels[0])[:1], *_of_several(panels)]
    if panels[0].method == "morris":
        said.insert(1, "Arrows: with more of the number the outcome rises (↑), falls (↓), or either (↕).")
    if any(math.isfinite(each.floor) for each in panels):
        said.append("Thin lines: 95 % intervals. Dashed: what luck alone could give.")
    said.append(f"Source: {panels[0].source}, {panels[0].seeds} seed{'s' * (panels[0].seeds > 1)} each.")
    return fill(" ".join(said), characters)


def _of_several(panels: Sequence[Sensitivity]) -> list[str]:
    """Say what differs between outcomes: how much of each is luck, and how many blocks are left out."""
    said = []
    if panels[0].seeds > 1:
        parts = [f"{_lower(each.label)} {100 * each.noise.replicate:.0f} %" for each in panels]
        said.append(f"Luck's part of the variance of single runs: {', '.join(parts)}.")
    gaps = [f"{_lower(each.label)} {len(each.left_out)}" for each in panels if each.left_out]
    if gaps:
        said.append(f"Blocks left out because they are not whole ({panels[0].why_left_out}): {', '.join(gaps)}.")
    return said
