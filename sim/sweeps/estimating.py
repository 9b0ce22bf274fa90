"""Says before a sweep what it will take: how many runs, how long, how much space."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from sim.designs import Design
from sim.industry import Industry
from sim.observables import observe
from sim.runner import checked_threads
from sim.scenario import Scenario
from sim.sweeps.crews import WORK_OF_CHUNK
from sim.sweeps.living import task_of
from sim.sweeps.running import OUT, named, records, runs_waiting
from sim.sweeps.store import Keeping, Store, SweepError

LONGEST_TRIAL = 5.0  # seconds of living that a first look may take
FOOTER_OF_COLUMN = 300  # bytes
SHARE_AFTER_COMPRESSION = 0.95  # weeks of a float64 hardly compress


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take; `measured` says from what the time was taken."""

    rows: int
    runs: int
    done: int
    failed: int
    seconds_a_run: float
    seconds: float
    bytes: int
    workers: int
    measured: str
    skipped: dict[str, str]


def estimate(design: Design, out: str | Path = OUT, workers: int | None = None) -> Estimate:
    """Count the runs of a design and those that are there, and reckon time and space from one that is tried here.

    Where runs are there already their own times and sizes count, and nothing is lived. Nothing is written.
    """
    workers = checked_threads(workers, "workers")
    store, task = Store(out), task_of(design)
    table = named(design, task)
    index = store.index(task.keeping)
    waiting = runs_waiting(table, index)
    runs = table["run"].nunique()
    failures = store.failed(task.keeping)
    failed = sum(run.name in failures for run in waiting)
    known = [index.seconds[run] for run in table["run"].unique() if run in index.seconds]
    if known:
        seconds = statistics.median(known)
        measured = f"the median of the {len(known):,} that are done"
    elif waiting:
        seconds, measured = _tried(design.scenario_of(records(table.head(1))[0]))
    else:
        seconds, measured = 0.0, "nothing"
    whole = seconds * len(waiting) / min(workers, max(1, len(waiting)))
    return Estimate(
        len(table), runs, runs - len(waiting), failed, seconds, whole, _bytes(task.keeping, len(waiting), whole),
        workers, measured, design.skipped,
    )  # fmt: skip


def _bytes(keeping: Keeping, runs: int, seconds: float) -> int:
    """Reckon the space of so many runs: their numbers, and the footer of each part."""
    columns = len(keeping.observables)
    numbers = runs * len(keeping.weeks) * (8 * columns + 1) * SHARE_AFTER_COMPRESSION
    return int(numbers + min(runs, 1 + seconds / WORK_OF_CHUNK) * columns * FOOTER_OF_COLUMN)


def _tried(scenario: Scenario) -> tuple[float, str]:
    """Live through the first weeks of a world for some seconds, and reckon what all of them take."""
    try:
        Industry(scenario.with_(fans=200, agencies=4, weeks=1)).step()  # what is compiled or read once is not counted
        begun = time.perf_counter()
        industry = Industry(scenario)
        observe(industry)
        built = time.perf_counter() - begun
        while industry.week < scenario.weeks and time.perf_counter() - begun < LONGEST_TRIAL:
            industry.step()
            observe(industry)
    except ValueError as error:
        raise SweepError(f"the first run of the design fails: {error}") from error
    weeks = industry.week
    a_week = (time.perf_counter() - begun - built) / max(1, weeks)
    return built + a_week * scenario.weeks, f"{weeks} of {scenario.weeks} weeks of the first run, lived here just now"
