"""How the whole model grows, drawn: milliseconds of a week by chapter, and bytes of memory per fan, against fans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from measure import Row

from sim.processes import CHAPTERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OF_FANS = ("beauty", "attention", "data")
"""Chapters in which every fan does something; the others cost the same at any number of fans."""

REST = "the seven other chapters"
INK, QUIET = "#1a1a1a", "#555555"
LOOKS: dict[str, dict[str, Any]] = {
    "whole week": {"color": INK, "linewidth": 2.0, "marker": "o"},
    "whole week, two threads": {"color": INK, "linewidth": 1.0, "linestyle": (0, (4, 2)), "marker": "o",
                                "markerfacecolor": "white"},
    "beauty": {"color": "#b3470b", "marker": "s"},
    "attention": {"color": "#1f4e79", "marker": "^"},
    "data": {"color": "#1b7a5a", "marker": "D"},
    REST: {"color": "#8a8a8a", "marker": "v"},
    "process, most at any moment": {"color": INK, "linewidth": 2.0, "marker": "o"},
    "state of the fans": {"color": "#b3470b", "marker": "s"},
    "ties between fans": {"color": "#1f4e79", "marker": "^"},
}
MARK_SIZE = 3.6
LEAST_TURN = 1.18
"""Two labels at the right end of lines stand apart by at least this factor of the axis."""


def draw_weeks(axes: Axes, rows: Sequence[Row]) -> None:
    """Milliseconds of a week of the full model: the whole, and the chapters that fans take part in."""
    lines = {name: _line(rows, "week", name, "seconds", 1000) for name in ("whole week", "whole week, two threads")}
    chapters = {name: _line(rows, "chapter", name, "seconds", 1000) for name in CHAPTERS}
    lines |= {name: chapters[name] for name in OF_FANS}
    others = [chapters[name] for name in CHAPTERS if name not in OF_FANS]
    lines[REST] = {fans: sum(other[fans] for other in others) for fans in (others[0] if others else {})}
    _draw(axes, lines)
    axes.set_ylabel("milliseconds per week")


def draw_memory(axes: Axes, rows: Sequence[Row]) -> None:
    """Bytes per fan: what is kept of one, and the most that the process held at any moment, libraries included."""
    names = ("process, most at any moment", "state of the fans", "ties between fans")
    lines = {name: _line(rows, "memory", name, "bytes_per_fan", 1) for name in names}
    few = 10_000  # with fewer, a process is all libraries
    _draw(axes, {name: {fans: held for fans, held in line.items() if fans >= few} for name, line in lines.items()})
    axes.set_ylabel("bytes per fan")


def _line(rows: Sequence[Row], what: str, contender: str, measured: str, factor: float) -> dict[int, float]:
    """What was measured of one contender, by the number of fans."""
    return {row["fans"]: factor * row[measured] for row in rows
            if row["section"] == "whole model" and (row["what"], row["contender"]) == (what, contender)}


def _draw(axes: Axes, lines: dict[str, dict[int, float]]) -> None:
    """Draw lines over logarithmic axes, each with its name at the right end."""
    lines = {name: line for name, line in lines.items() if line}
    for name, line in lines.items():
        axes.plot(list(line), list(line.values()), markersize=MARK_SIZE, **{"linewidth": 1.2, **LOOKS[name]})
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("fan agents")
    axes.tick_params(which="minor", length=0)
    _name_ends(axes, {name: list(line.items())[-1] for name, line in lines.items()})


def _name_ends(axes: Axes, ends: dict[str, tuple[int, float]]) -> None:
    """Write names beside the ends of lines, from the highest down, none over another."""
    reach = axes.get_ylim()
    turn = max(LEAST_TURN, (reach[1] / reach[0]) ** (1 / 22))
    last = None
    for name, (fans, height) in sorted(ends.items(), key=lambda end: -end[1][1]):
        last = height if last is None else min(height, last / turn)
        axes.annotate(name, (fans, last), xytext=(6, 0), textcoords="offset points", va="center", fontsize=6.8,
                      color=LOOKS[name]["color"], annotation_clip=False)
