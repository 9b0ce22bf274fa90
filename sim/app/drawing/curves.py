"""Two worlds over time: *present policy* dashed, *mine* solid, the gap between them shaded, and what happened on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.app.drawing.paper import CHARACTER, apart, drawing, label, polyline, ribbon, tag
from sim.app.drawing.scales import (
    Scale,
    date_ticks,
    days_of,
    extent,
    month_of,
    round_ticks,
    said,
    smoothed,
    telling,
    tick_words,
    told_apart,
)
from sim.app.shapes import Curve, Look, Mark, Panel, Thread

PRESENT, MINE = "present policy", "mine"
ABOVE, BELOW = 10, 24  # room over and under the plot
NARROW = 18  # room right of the plot where no label needs more
LINE = 14  # least distance of two labels
TIPS = 40  # places along a curve at which a pointer is told the values
MOST_POINTS = 260  # of a line: more than one every two dots shows nothing more
MOST_POINTS_IN_BRIEF = 120  # of one that is soon drawn anew
MOST_MARKS = 30  # on one curve; the largest are shown
TICK_WIDTH = 48  # dots that a date needs on the axis

# What happened, told apart by shape: the points of a small figure around its place.
SHAPES = {
    "breach": "M0 -4.6L4.2 3.2H-4.2Z",
    "call_out": "M0 -4.6L4.4 0L0 4.6L-4.4 0Z",
    "fine": "M-3.6 -3.6H3.6V3.6H-3.6Z",
    "policy": "M-1 5V-6H5L3.4 -3.6L5 -1.2H1V5Z",
    "closure": "M-4 -2.4L-2.4 -4L0 -1.6L2.4 -4L4 -2.4L1.6 0L4 2.4L2.4 4L0 1.6L-2.4 4L-4 2.4L-1.6 0Z",
}
CIRCLE = "M3.4 0A3.4 3.4 0 1 1 -3.4 0A3.4 3.4 0 1 1 3.4 0Z"


def curves(panel: Panel, width: int = 360, height: int = 200) -> str:
    """Draw one observable in both worlds; the axis runs to the horizon, however far the worlds have been lived."""
    curve, look = panel.curve, panel.curve.look
    lines = tuple(smoothed(values, panel.smoothed_weeks) for values in (curve.present, curve.mine))
    plot = _Plot.of(curve, panel, (*lines, curve.low, curve.high), panel.least_extent, width, height)
    parts = [*plot.axes(look), *_band(plot, curve), _gap(plot, *lines), *_lines(plot, *lines)]
    if panel.now is not None:
        parts.append(_now(plot, float(panel.now.toordinal())))
    parts += _ends(plot, look, lines)
    if not panel.brief:
        parts += _tips(plot, look, lines)
    parts += _marks(plot, panel.marks, lines)
    return drawing(width, height, says(curve, lines), parts, "curves")


def thread(thread: Thread, width: int = 360, height: int = 140) -> str:
    """Draw the life of one agent in both worlds; the line has holes where the agent was not there."""
    curve = Curve(thread.label, thread.label, thread.look, thread.dates, thread.present, thread.mine)
    return curves(Panel(curve), width, height)


def says(curve: Curve, lines: Sequence[np.ndarray]) -> str:
    """Say in one sentence what the curves show, for whom cannot see them."""
    present, mine = (line[np.isfinite(line)] for line in lines)
    unit = f", {curve.look.unit}" if curve.look.unit else ""
    if not (len(present) and len(mine)):
        return f"{curve.label}{unit}: nothing to show yet."
    last = curve.dates[min(len(lines[0]), len(lines[1])) - 1]
    years = f"{curve.dates[0]:%Y}" if curve.dates[0].year == last.year else f"{curve.dates[0]:%Y} to {last:%Y}"
    at_present, of_mine = told_apart(float(present[-1]), float(mine[-1]), curve.look)
    return f"{curve.label}{unit}, {years}: {PRESENT} {at_present}, {MINE} {of_mine} at the end."


@dataclass(frozen=True)
class _Plot:
    """Where days and values lie on this paper."""

    days: np.ndarray
    across: Scale
    up: Scale
    ticks: list[float]
    floor: float
    most: int
    """Points of a line."""

    @classmethod
    def of(
        cls, curve: Curve, panel: Panel, shown: Sequence[np.ndarray], least: float, width: int, height: int
    ) -> _Plot:
        """Lay the axes out around what is shown, with room for the longest words on either side."""
        days = days_of(curve.dates)
        last = max(days[-1], float(panel.horizon.toordinal()) if panel.horizon else days[-1], days[0] + 1)
        low, high = extent(shown, least)
        ticks = round_ticks(low, high, max(3, height // 40))
        left = 8 + CHARACTER * max((len(word) for word in tick_words(ticks, curve.look.factor)), default=2)
        told = _end_words(curve.look, shown[:2])
        whole = Scale(days[0], last, left, width - NARROW)
        needed = max((whole.at(days[week]) + 10 + CHARACTER * len(word) for word, week, _, _ in told), default=0.0)
        # while the worlds are young their labels stand in the years to come, and need no room beside the plot
        right = NARROW if needed <= width else 10 + CHARACTER * max(len(word) for word, _, _, _ in told)
        up = Scale(low, high, height - BELOW, ABOVE)
        most = MOST_POINTS_IN_BRIEF if panel.brief else MOST_POINTS
        return cls(days, Scale(days[0], last, left, width - right), up, ticks, height - BELOW, most)

    def axes(self, look: Look) -> Iterator[str]:
        """Draw the lines of the values, the line of nothing among them stronger, and the dates."""
        for tick, word in zip(self.ticks, tick_words(self.ticks, look.factor), strict=True):
            down = self.up.at(tick)
            kind = "zero" if tick == 0 and self.up.low < 0 else "grid"
            if self.floor - down > 3:
                yield tag("path", d=f"M{self.across.start:.1f} {down:.1f}H{self.across.end:.1f}", class_=kind)
            yield label(self.across.start - 6, down + 3.8, word, "tick", "end")
        yield tag("path", d=f"M{self.across.start:.1f} {self.floor:.1f}H{self.across.end:.1f}", class_="floor")
        room = self.across.end - self.across.start
        for day, word in date_ticks(self.across.low, self.across.high, max(2, int(room / TICK_WIDTH))):
            place = self.across.at(day)
            half = CHARACTER * len(word) / 2
            anchor, shift = ("start", -3.0) if place - half < self.across.start - 8 else ("middle", 0.0)
            yield tag("path", d=f"M{place:.1f} {self.floor:.1f}v4", class_="floor")
            yield label(place + shift, self.floor + 17, word, "tick", anchor)

    def line(self, values: np.ndarray) -> str:
        """Return the path of a line, in pieces where it has holes."""
        places = telling(values, self.most)
        across, down = self.across.all(self.days[places]), self.up.all(values[places])
        known = np.isfinite(down)
        if known.all():
            return polyline(across, down)
        starts = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
        pieces = zip(starts[::2], starts[1::2], strict=True)
        return "".join(polyline(across[first:last], down[first:last]) for first, last in pieces)

    def area(self, upper: np.ndarray, lower: np.ndarray) -> str:
        """Return the closed path between two lines, where both are known."""
        many = min(len(upper), len(lower))
        known = np.flatnonzero(np.isfinite(upper[:many]) & np.isfinite(lower[:many]))
        if not known.size:
            return ""
        places = known[telling(lower[known], self.most)]
        return ribbon(self.across.all(self.days[places]), self.up.all(upper[places]), self.up.all(lower[places]))


def _band(plot: _Plot, curve: Curve) -> Iterator[str]:
    """Draw how far *mine* reaches over replicate worlds."""
    if len(curve.low) and (path := plot.area(curve.high, curve.low)):
        yield tag("path", d=path, class_="band")


def _gap(plot: _Plot, present: np.ndarray, mine: np.ndarray) -> str:
    """Shade what lies between the worlds."""
    path = plot.area(present, mine)
    return tag("path", d=path, class_="gap") if path else ""


def _lines(plot: _Plot, present: np.ndarray, mine: np.ndarray) -> Iterator[str]:
    """Draw the worlds; the thin dashes of *present policy* lie on top, so that both are seen where they are equal."""
    for values, kind in ((mine, "mine"), (present, "present")):
        if path := plot.line(values):
            yield tag("path", d=path, class_=kind)


def _now(plot: _Plot, day: float) -> str:
    """Draw a line at the date the world has reached."""
    place = plot.across.at(day)
    return tag("path", d=f"M{place:.1f} {ABOVE - 4}V{plot.floor:.1f}", class_="now")


def _end_words(look: Look, lines: Sequence[np.ndarray]) -> list[tuple[str, int, float, str]]:
    """Return words, last week, value and class of the label at the end of each world; one where they are equal."""
    last = [int(known[-1]) if (known := np.flatnonzero(np.isfinite(line))).size else -1 for line in lines]
    ends = [float(line[week]) if week >= 0 else math.nan for line, week in zip(lines, last, strict=True)]
    if last[0] == last[1] >= 0 and ends[0] == ends[1]:
        return [(f"{said(ends[1], look)} both", last[1], ends[1], "mine-word")]
    told = told_apart(ends[0], ends[1], look) if min(last) >= 0 else tuple(said(end, look) for end in ends)
    every = zip(told, ("present", MINE), last, ends, ("present-word", "mine-word"), strict=True)
    return [(f"{amount} {name}", week, end, kind) for amount, name, week, end, kind in every if week >= 0]


def _ends(plot: _Plot, look: Look, lines: Sequence[np.ndarray]) -> Iterator[str]:
    """Write the last value of each world beside its end."""
    told = _end_words(look, lines)
    places = apart([plot.up.at(value) for _, _, value, _ in told], LINE, ABOVE, plot.floor)
    for (text, week, value, kind), place in zip(told, places, strict=True):
        end = plot.across.at(plot.days[week])
        yield tag("circle", cx=end, cy=plot.up.at(value), r=2.6, class_=kind.replace("word", "end"))
        yield label(end + 7, place + 4, text, kind)


def _tips(plot: _Plot, look: Look, lines: Sequence[np.ndarray]) -> Iterator[str]:
    """Lay unseen strips over the plot that tell a pointer month and values."""
    many = min(len(line) for line in lines)
    if not many:
        return
    edges = np.unique(np.linspace(0, many, min(many, TIPS) + 1).astype(int))
    for first, last in pairwise(edges.tolist()):
        place = (first + last - 1) // 2
        left, right = plot.across.at(plot.days[first]), plot.across.at(plot.days[min(last, many - 1)])
        present, mine = float(lines[0][place]), float(lines[1][place])
        if not (np.isfinite(present) or np.isfinite(mine)):
            continue
        of_present, of_mine = told_apart(present, mine, look)
        text = f"{month_of(plot.days[place])}: present {of_present}, mine {of_mine} {look.unit}".rstrip()
        yield tag("rect", x=left, y=ABOVE - 6, width=max(right - left, 1.0), height=plot.floor - ABOVE + 6,
                  class_="strip", data_tip=text)  # fmt: skip


def _marks(plot: _Plot, marks: Sequence[Mark], lines: Sequence[np.ndarray]) -> Iterator[str]:
    """Put what happened on the curve of the world it happened in, the largest where there is too much of it."""
    shown = sorted(marks, key=lambda mark: -abs(mark.magnitude))[:MOST_MARKS]
    for mark in sorted(shown, key=lambda mark: mark.day):
        line = lines[0] if mark.world == "present" else lines[1]
        week = int(np.searchsorted(plot.days, mark.day.toordinal()))
        if week >= len(line) or not np.isfinite(line[week]):
            continue
        place = f"translate({plot.across.at(plot.days[week]):.1f} {plot.up.at(float(line[week])):.1f}) scale(.85)"
        told = f"{mark.day:%-d %B %Y}: {mark.kind.replace('_', ' ')}, {mark.subject}, {mark.detail}"
        yield tag("path", d=SHAPES.get(mark.kind, CIRCLE), transform=place, data_tip=told,
                  class_=f"mark mark-{'present' if mark.world == 'present' else 'mine'}")  # fmt: skip
