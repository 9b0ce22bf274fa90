"""The picture of speed: what a fan-week costs everybody, and what a week of the whole model costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from measure import Row

from sim.figures.page import INK, QUIET, STYLE
from sim.processes import WEEK

HALO = [withStroke(linewidth=2.5, foreground="white")]
"""Keeps a name legible where a line passes behind it."""

MOST_DECADES = 4.2
"""A panel that spans more names only every second power of ten."""

OURS, OTHERS, OBJECTS, IN_C = "#9a1f13", "#2b7ab3", "#8a6d00", "#1a1a1a"
Look = Mapping[str, Any]

LOOKS: dict[str, Look] = {
    "Mesa shuffle_do": {"color": OBJECTS, "marker": "v"},
    "Mesa do": {"color": OBJECTS, "marker": "^", "linestyle": (0, (4, 1.5))},
    "mesa-frames": {"color": OTHERS, "marker": "P", "linestyle": ":"},
    "starsim": {"color": OTHERS, "marker": "X", "linestyle": ":"},
    "ambr": {"color": OTHERS, "marker": "D", "linestyle": ":"},
    "numpy": {"color": OTHERS, "marker": "s"},
    "numpy + scipy": {"color": OTHERS, "marker": "o", "linestyle": (0, (4, 1.5))},
    "plain C": {"color": IN_C, "marker": "s", "markerfacecolor": "white"},
    "C with our tricks": {"color": IN_C, "marker": "o", "markerfacecolor": "white", "linestyle": (0, (4, 1.5))},
    "Limelight, 1 thread": {"color": OURS, "marker": "o", "linewidth": 2.0},
    "Limelight, 2 threads": {"color": OURS, "marker": "s", "linewidth": 2.0, "linestyle": (0, (2.5, 1.2))},
}
"""Contenders of the left panel; told apart by mark and stroke, too, so that grey print will do."""

OF_THE_MODEL: dict[str, Look] = {
    "whole week": {"color": OURS, "marker": "o", "linewidth": 2.0},
    "whole week, two threads": {"color": OURS, "marker": "s", "linewidth": 2.0, "linestyle": (0, (2.5, 1.2))},
    "fan kernels of the week": {"color": QUIET, "marker": "^", "linestyle": ":"},
}

METHOD = ("Same rules for all, checked equal before timing; contenders take turns in one process; medians. "
          "Left: random graph, 440 groups, float32.")


def draw(machine: Row, rows: Sequence[Row]) -> Figure:
    """Two panels, each log-log: nanoseconds per fan on a random graph, and milliseconds per week of the model."""
    crowd = [row for row in rows if row["section"] == "fan-week" and (row["graph"], row["what"]) == ("random", "week")]
    crowd += _beside_ours(rows, crowd)
    model = [row for row in rows if row["section"] == "whole model" and row["what"] == "week"]
    with matplotlib.style.context(STYLE):
        page = Figure(figsize=(8.4, 4.3))
        left, right = page.subplots(1, 2, width_ratios=(1.35, 1))
        page.subplots_adjust(left=0.07, right=0.84, top=0.855, bottom=0.165, wspace=0.62)
        panel(left, crowd, LOOKS, lambda row: row["ns_per_fan"],
               "One fan-week, ten neighbours each\nnanoseconds per fan and week")
        panel(right, model, OF_THE_MODEL, lambda row: row["seconds"] * 1e3,
               f"One week of the whole model, all {len(WEEK)} processes\nmilliseconds per week")
        page.text(0.01, 0.975, "How long a week takes, against the number of fans", size=10, weight="bold", color=INK,
                  va="top")
        page.text(0.01, 0.015, source(machine, METHOD), size=6, color=QUIET, va="bottom", linespacing=1.35)
    return page


def _beside_ours(rows: Sequence[Row], crowd: Sequence[Row]) -> list[Row]:
    """Other libraries, timed in processes of their own: what they take here by their ratio to our kernel there."""
    ours = {row["fans"]: row["ns_per_fan"] for row in crowd if row["contender"] == "Limelight, 1 thread"}
    return [{**row, "ns_per_fan": row["ratio"] * ours[row["fans"]]} for row in rows
            if row["section"] == "peers" and "ratio" in row and row["fans"] in ours]


def panel(axes: Axes, rows: Sequence[Row], looks: Mapping[str, Look], value: Any, title: str) -> None:
    """Lines of one panel with their names at their ends."""
    axes.set(xscale="log", yscale="log")
    axes.set_title(title, loc="left", size=8, color=INK, pad=6)
    axes.set_xlabel("fans")
    ends: list[tuple[float, float, str, str]] = []
    for name, look in looks.items():
        points = sorted((row["fans"], value(row)) for row in rows if row["contender"] == name)
        if not points:
            continue
        axes.plot(*zip(*points, strict=True), **{"linewidth": 1.1, "markersize": 3.6, "markeredgewidth": 0.9, **look})
        ends.append((*points[-1], name, look["color"]))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_plain))
        axis.set_minor_locator(NullLocator())
    if ends:
        axes.margins(y=0.08)
        low, high = axes.get_xlim()
        axes.xaxis.set_major_locator(LogLocator(10 if math.log10(high / low) < MOST_DECADES else 100))
        _name_lines(axes, ends)
    else:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, "not measured in this run", transform=axes.transAxes, ha="center", color=QUIET)


def _name_lines(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write each name beside its line's end; names that end at one place make room for each other."""
    low, high = axes.get_ylim()
    room = 0.052 * math.log(high / low)
    for size in {end[0] for end in ends}:
        here = sorted((end for end in ends if end[0] == size), key=lambda end: end[1])
        heights = _apart([math.log(end[1]) for end in here], room)
        for (fans, value, name, colour), height in zip(here, heights, strict=True):
            # Where names made room, a hair line says which end is meant.
            beside = fans * (axes.get_xlim()[1] / axes.get_xlim()[0]) ** 0.035
            axes.plot((fans, beside), (value, math.exp(height)), color=colour, linewidth=0.5, clip_on=False,
                      scalex=False, scaley=False)
            axes.annotate(name, (beside, math.exp(height)), xytext=(2, 0), textcoords="offset points", va="center",
                          size=6.8, color=colour, annotation_clip=False, zorder=4, path_effects=HALO)


def _apart(heights: Sequence[float], room: float) -> list[float]:
    """Heights in rising order, pushed apart to at least `room` about their middle."""
    placed: list[list[float]] = []  # clusters of wished heights that touch
    for height in heights:
        placed.append([height])
        while len(placed) > 1 and _bottom(placed[-1], room) - _top(placed[-2], room) < room:
            last = placed.pop()
            placed[-1] += last
    return [_bottom(cluster, room) + room * place for cluster in placed for place in range(len(cluster))]


def _bottom(cluster: Sequence[float], room: float) -> float:
    return sum(cluster) / len(cluster) - room * (len(cluster) - 1) / 2


def _top(cluster: Sequence[float], room: float) -> float:
    return sum(cluster) / len(cluster) + room * (len(cluster) - 1) / 2


def _plain(value: float, _: int) -> str:
    """10,000 up to there, then 1 million."""
    return f"{value / 1e6:g} million" if value >= 1e6 else f"{value:,g}"


def source(machine: Row, method: str) -> str:
    """Where the numbers come from, and how they were measured."""
    libraries = machine["libraries"]
    return (f"Source: experiments/benchmarks, measured {machine['measured'][:10]} on {machine['processor']}, "
            f"{machine['cores']} cores; Mesa {libraries.get('mesa')}, numpy {libraries.get('numpy')}, "
            f"numba {libraries.get('numba')}.\n{method}")
