"""The profile that `limelight run --profile` prints: where the time of a run went, line by line of the week."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.runner import Stopwatch

NANOSECONDS = 1e6  # in a millisecond
OBSERVING = "observing"


def profile_table(stopwatch: Stopwatch) -> str:
    """Milliseconds of each process in the order of the week, by chapter, with building and observing."""
    built = f"Building the world and looking at it took {stopwatch.building / NANOSECONDS:,.1f} ms"
    if not stopwatch.first_week:
        return f"{built}; no week was lived."
    lived = bool(stopwatch.later)
    weeks, spent = (stopwatch.later, stopwatch.later_weeks) if lived else (1, stopwatch.first_week)
    spent = {**spent, OBSERVING: stopwatch.observing_later if lived else stopwatch.observing_first}
    whole = sum(spent.values())

    def line(name: str, nanoseconds: int) -> str:
        total = nanoseconds / NANOSECONDS
        return f"{name:<34}{total / weeks:>10.3f}{nanoseconds / whole:>9.1%}{total:>12.1f}"

    over = f"{weeks} weeks, the first left out" if lived else "the first week, compiled code still being loaded"
    lines = [f"Where the time went: {over}", f"{'':<34}{'ms/week':>10}{'share':>9}{'total ms':>12}"]
    for chapter, names in _chapters(stopwatch):
        lines.append(line(chapter, sum(spent[name] for name in names)))
        lines += [line(f"  {name}", spent[name]) for name in names]
    lines += [line(OBSERVING, spent[OBSERVING]), line("a week in all", whole)]
    first = (sum(stopwatch.first_week.values()) + stopwatch.observing_first) / NANOSECONDS
    return "\n".join([*lines, f"{built}, the first week {first:,.1f} ms."])


def _chapters(stopwatch: Stopwatch) -> Iterator[tuple[str, list[str]]]:
    """The chapters of the week with their processes; those of a plug-in stand in the chapter they are placed in."""
    from sim.processes import CHAPTERS

    chapter, names = CHAPTERS[0], list[str]()
    for name, module in stopwatch.processes.items():
        room, _, home = module.rpartition(".")
        if room == "sim.processes" and home != chapter:
            yield chapter, names
            chapter, names = home, []
        names.append(name)
    yield chapter, names
