"""The same curves on paper: panels of the page as one matplotlib figure for a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from textwrap import fill
from typing import TYPE_CHECKING, Literal

import matplotlib.dates as calendar
import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.app.drawing.paper import apart
from sim.app.drawing.scales import date_ticks, extent, said, smoothed, telling, told_apart
from sim.app.shapes import Look, Panel
from sim.figures.page import INK, QUIET, RESOLUTION, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PRESENT, MINE, BAND, GAP = "#5d6672", "#0b5cbe", "#d5e3f5", "#1a1a1a"
Stroke = Literal["-"] | tuple[float, tuple[float, ...]]
DASHES: Stroke = (0, (3.2, 1.8))
SOLID: Stroke = "-"
# The page, in inches.
COLUMNS, WIDTH, MARGIN, LABELS, ROW, PLOT, HEAD, FOOT = 3, 10.0, 0.42, 0.86, 2.18, 1.38, 0.86, 0.62
TICKS = 0.34  # room left of an axis for its numbers
MOST_DATES = 5
LINE = 0.13  # height of a label
CHARACTERS = 158  # in a line of the small print
LUCK = "the same luck in both worlds; blue shade: mine under other luck, lowest to highest"
MOST_POINTS, LEAST_POINTS = 1600, 90  # of the lines of a figure together, and of one, so that the file stays small


def printed(panels: Sequence[Panel], title: str, source: str) -> Figure:
    """Draw the panels three in a row under a title, with the line that says where they come from."""
    rows = -(-max(len(panels), 1) // COLUMNS)
    height = HEAD + ROW * rows + FOOT
    cell = (WIDTH - 2 * MARGIN) / COLUMNS
    with matplotlib.style.context([STYLE, {"text.parse_math": False}]):  # a title may say $
        page = Figure(figsize=(WIDTH, height), dpi=RESOLUTION)
        _words(page, title, source, height)
        for place, panel in enumerate(panels):
            row, column = divmod(place, COLUMNS)
            left, bottom = MARGIN + cell * column + TICKS, height - HEAD - ROW * row - 0.42 - PLOT
            width = cell - TICKS - LABELS
            box = (left / WIDTH, bottom / height, width / WIDTH, PLOT / height)
            _draw(page.add_axes(box), panel, max(LEAST_POINTS, MOST_POINTS // len(panels)))
    return page


def _words(page: Figure, title: str, source: str, height: float) -> None:
    """Write the title, what the lines are, and the source."""
    left = MARGIN / WIDTH
    page.text(left, 1 - 0.3 / height, title, size=13, weight="bold", color=INK, va="center")
    for start, name, colour, stroke, weight in (
        (0.0, "present policy", PRESENT, DASHES, 1.3), (1.75, "mine", MINE, SOLID, 2.0)
    ):  # fmt: skip
        across = [left + start / WIDTH, left + (start + 0.4) / WIDTH]
        page.add_artist(Line2D(across, [1 - 0.62 / height] * 2, color=colour, linestyle=stroke, linewidth=weight))
        page.text(left + (start + 0.47) / WIDTH, 1 - 0.62 / height, name, size=9, weight="bold", color=colour,
                  va="center")  # fmt: skip
    page.text(left + 2.7 / WIDTH, 1 - 0.62 / height, LUCK, size=8, color=QUIET, va="center")
    page.text(left, (FOOT - 0.18) / height, fill(source, CHARACTERS), size=7, color=QUIET, va="top", linespacing=1.35)


def _draw(axes: Axes, panel: Panel, most: int) -> None:
    """Draw one panel: band, gap, both lines at `most` places, their last values, and the words over it."""
    curve, look = panel.curve, panel.curve.look
    days = np.array(curve.dates, dtype="datetime64[D]")
    present, mine = (smoothed(values, panel.smoothed_weeks) for values in (curve.present, curve.mine))
    for upper, lower, colour, alpha in ((curve.high, curve.low, BAND, 1), (present, mine, GAP, 0.08)):
        kept = telling(lower[: len(upper)], most)
        axes.fill_between(days[kept], upper[kept], lower[kept], color=colour, linewidth=0, alpha=alpha)
    for line, colour, stroke, weight, order in ((mine, MINE, SOLID, 1.9, 3), (present, PRESENT, DASHES, 1.2, 4)):
        kept = telling(line, most)
        axes.plot(days[kept], line[kept], color=colour, linewidth=weight, linestyle=stroke, zorder=order)
    axes.set_ylim(*extent([present, mine, curve.low, curve.high], panel.least_extent))
    last = np.datetime64(panel.horizon, "D") if panel.horizon else days[-1]
    first = calendar.date2num(days[0])
    axes.set_xlim(first, max(calendar.date2num(last), first + 1))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * look.factor:.6g}".replace("-", "−")))
    ticks = date_ticks(curve.dates[0].toordinal(), calendar.num2date(axes.get_xlim()[1]).toordinal(), MOST_DATES)
    axes.set_xticks([calendar.date2num(date.fromordinal(int(day))) for day, _ in ticks], [word for _, word in ticks])
    _ends(axes, look, present, mine)
    left = -TICKS / (axes.get_position().width * WIDTH)
    title, _ = (
        axes.text(left, 1 + lift / PLOT, text, transform=axes.transAxes, va="center", size=7.5, color=colour)
        for lift, text, colour in ((0.3, curve.label, INK), (0.13, look.unit, QUIET))
    )
    title.set(size=9.2, weight="bold")


def _ends(axes: Axes, look: Look, present: np.ndarray, mine: np.ndarray) -> None:
    """Write the last value of each world beside the axis, moved apart where they would touch."""
    if not (len(present) and len(mine)):
        return
    ends = float(present[-1]), float(mine[-1])
    if ends[0] == ends[1]:
        told = [(ends[1], f"{said(ends[1], look)} both", MINE)]
    else:
        words = told_apart(*ends, look)
        told = [(ends[0], f"{words[0]} present", PRESENT), (ends[1], f"{words[1]} mine", MINE)]
    low, high = axes.get_ylim()
    wanted = [(value - low) / (high - low) * PLOT for value, _, _ in told]
    for (_, text, colour), height in zip(told, apart(wanted, LINE, 0, PLOT), strict=True):
        axes.text(1.04, height / PLOT, text, transform=axes.transAxes, size=7.5, color=colour, va="center",
                  weight="bold" if colour == MINE else "normal")  # fmt: skip
