"""The picture of how the whole model grows: a week by chapter, and memory per fan, against the number of fans."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.style
from figure import OURS, Look, panel, source
from matplotlib.figure import Figure
from measure import Row

from sim.figures.page import INK, QUIET, STYLE
from sim.processes import CHAPTERS

OF_FANS = ("beauty", "attention", "data")
"""Chapters in which every fan does something; the others hardly feel how many there are."""

OTHER_CHAPTERS = "the seven others"
FEWEST = 10_000
"""With fewer fans, memory per fan is that of the libraries."""

OF_A_WEEK: dict[str, Look] = {
    "whole week": {"color": OURS, "marker": "o", "linewidth": 2.0},
    "beauty": {"color": "#8a6d00", "marker": "s"},
    "attention": {"color": "#2b7ab3", "marker": "^", "linestyle": (0, (4, 1.5))},
    "data": {"color": "#1b7a5a", "marker": "D", "linestyle": (0, (2.5, 1.2))},
    OTHER_CHAPTERS: {"color": QUIET, "marker": "v", "linestyle": ":"},
}
OF_MEMORY: dict[str, Look] = {
    "process at its largest": {"color": OURS, "marker": "o", "linewidth": 2.0},
    "model at its largest": {"color": "#8a6d00", "marker": "s", "linestyle": (0, (4, 1.5))},
    "state of the fans": {"color": "#2b7ab3", "marker": "^"},
    "ties between fans": {"color": QUIET, "marker": "v", "linestyle": ":"},
}

METHOD = "282 agencies at every size; each size in a process of its own, libraries included; weeks in turns, medians."


def draw(machine: Row, rows: Sequence[Row]) -> Figure:
    """Two panels, each log-log: milliseconds per week of each chapter, and bytes per fan."""
    model = [row for row in rows if row["section"] == "whole model"]
    weeks = [row for row in model if row["what"] == "chapter" or row["contender"] == "whole week"]
    memory = [row for row in model if row["what"] == "memory" and row["fans"] >= FEWEST]
    with matplotlib.style.context(STYLE):
        page = Figure(figsize=(8.4, 4.3))
        left, right = page.subplots(1, 2, width_ratios=(1.35, 1))
        page.subplots_adjust(left=0.07, right=0.855, top=0.855, bottom=0.165, wspace=0.52)
        panel(left, weeks + other_chapters(weeks), OF_A_WEEK, lambda row: row["seconds"] * 1e3,
              "One week of the whole model by chapter, one thread\nmilliseconds per week")
        panel(right, memory, OF_MEMORY, lambda row: row["bytes_per_fan"], "Memory\nbytes per fan")
        page.text(0.01, 0.975, "What grows with the number of fans, and what does not", size=10, weight="bold",
                  color=INK, va="top")
        page.text(0.01, 0.015, source(machine, METHOD), size=6, color=QUIET, va="bottom", linespacing=1.35)
    return page


def other_chapters(rows: Sequence[Row]) -> list[Row]:
    """The sum of the chapters that no fan takes part in, for every number of fans."""
    taken: dict[int, float] = {}
    for row in rows:
        if row["contender"] in CHAPTERS and row["contender"] not in OF_FANS:
            taken[row["fans"]] = taken.get(row["fans"], 0.0) + row["seconds"]
    return [{"fans": fans, "contender": OTHER_CHAPTERS, "seconds": seconds} for fans, seconds in taken.items()]
