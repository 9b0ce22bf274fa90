"""Runs a scenario week by week, watches it, and keeps what it did under the name of its content."""

from __future__ import annotations

import hashlib
import math
import os
import platform
import subprocess
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesa  # noqa: F401  (before all else: the more is imported already, the longer its logger looks around)

from sim.params import LimelightError
from sim.plugins import load_plugins, with_own_observables
from sim.results import (
    AGENTS_FOLDER,
    Results,
    agents_table,
    events_frame,
    weeks_frame,
    workshop,
    world_file,
    worlds_in,
    write_table,
)
from sim.scenario import Scenario, source_hash

if TYPE_CHECKING:
    from sim.industry import Industry
    from sim.snapshots import SavedWorld

Progress = Callable[[int, int], None]  # the week just finished, the number of weeks

LIBRARIES = (
    "limelight",
    "mesa",
    "numpy",
    "numba",
    "llvmlite",
    "scipy",
    "pandas",
    "pyarrow",
    "pydantic",
    "PyYAML",
)
FOLDER_LETTERS = 16  # of the key, which name the folder of a run
MOST_THREADS = 1024
PATIENCE_WITH_GIT = 20  # seconds


@dataclass
class Stopwatch:
    """Where the time of a run goes, in nanoseconds; the first week is told apart, since it loads compiled code."""

    building: int = 0
    """Building the world, or taking up a saved one, and looking at it for the first time."""
    processes: dict[str, str] = field(default_factory=dict)
    """Name of each process -> the module that it comes from, in the order of the week."""
    first_week: dict[str, int] = field(default_factory=dict)
    """Name of each process -> its time in the first week."""
    later_weeks: dict[str, int] = field(default_factory=dict)
    """The same, summed over the weeks after the first."""
    later: int = 0
    """How many weeks those are."""
    observing_first: int = 0
    observing_later: int = 0

    def note_week(self, industry: Industry, observing: int) -> None:
        """Takes down a week that has been lived, and how long it took to look at it."""
        if not self.first_week:
            self.processes = {process.__name__: process.__module__ for process in industry.processes}
            self.first_week, self.observing_first = dict(industry.nanoseconds), observing
            return
        self.later_weeks = {name: spent - self.first_week[name] for name, spent in industry.nanoseconds.items()}
        self.later += 1
        self.observing_later += observing


class RunError(LimelightError):
    """A world could not be lived through; the message says in which week and why."""


def run(
    scenario: Scenario,
    out: str | Path = "results",
    threads: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    save_at: Iterable[int] = (),
    world: SavedWorld | str | Path | None = None,
    stopwatch: Stopwatch | None = None,
) -> Results:
    """Live through a scenario and return its results; the same world again is loaded, not lived again.

    `out` holds one folder per world. `threads` (default: all processors) changes the time only, never a
    number. `fresh` computes even what is there. `progress(week, weeks)` is called when the world is built and
    after each week. `save_at` names weeks after which the world is saved whole, into the folder; `world`, saved so
    or by `industry.snapshot`, goes on from where it stood, and the results begin with its week. A `stopwatch` is
    told where the time goes; for it the world is lived through even if its results are there.
    """
    threads = checked_threads(threads)
    fresh = fresh or stopwatch is not None
    world = saved_world(world, scenario)
    first = world.week if world else 0
    key = key_of(scenario, world)
    folder = Path(out) / key[:FOLDER_LETTERS]
    saving = _weeks_to_save(save_at, first, scenario.weeks)
    if is_there(folder, saving) and not fresh:
        return Results.load(folder)
    started = time.perf_counter()
    saving |= worlds_in(folder).keys()  # those who saved a world there earlier find it still
    with workshop(folder, renew=fresh or folder.exists()) as bench:
        rows, industry = _live(scenario, threads, bench, progress, saving, world, stopwatch)
        manifest = {
            "run": folder.name,
            "key": key,
            **({"goes_on_from": {"file": world.path.name, "week": first, "digest": world.digest}} if world else {}),
            **provenance(scenario, threads),
            "wall_time_seconds": round(time.perf_counter() - started, 3),
        }
        weeks = weeks_frame(rows, [scenario.date_of(week) for week in range(first, first + len(rows))], first)
        lived = [event for event in industry.events if world is None or event.week > first]
        Results(weeks, events_frame(lived, scenario.date_of), manifest).write_into(bench)
        kept = Results.load(bench)  # while it is still ours: a rival may swap the folder at any moment
    return replace(kept, folder=folder)


def folder_of(scenario: Scenario, out: str | Path = "results", world: SavedWorld | None = None) -> Path:
    """Return the folder a scenario's results lie in, whether they are there or not."""
    return Path(out) / key_of(scenario, world)[:FOLDER_LETTERS]


def key_of(scenario: Scenario, world: SavedWorld | None = None) -> str:
    """Return the name of a run: that of its scenario, and of the content of the saved world that goes on in it."""
    key = scenario.key()
    return key if world is None else hashlib.sha256(f"{key} from {world.digest}".encode()).hexdigest()


def is_there(folder: Path, saved_weeks: Iterable[int] = ()) -> bool:
    """Tell whether a run need not be lived again: its folder is there, with the worlds that it should hold."""
    return folder.exists() and worlds_in(folder).keys() >= set(saved_weeks)


def saving_week(scenario: Scenario, when: str) -> int:
    """Read a week, or a date: then the last week before it, so that a policy from that date on is all future."""
    if when.strip().isdecimal():
        return int(when)
    try:
        day = date.fromisoformat(when.strip())
    except ValueError:
        raise RunError(f"a world is saved at a week such as 260 or a date such as 2029-12-24, not {when!r}.") from None
    if day < scenario.start:
        raise RunError(f"no world can be saved at {day}, before the start on {scenario.start}; give a later date.")
    return max(0, -(-(day - scenario.start).days // 7) - 1)


def saved_world(world: SavedWorld | str | Path | None, scenario: Scenario) -> SavedWorld | None:
    """Read the world that is to go on, if there is one, and make sure that it can, under this scenario."""
    if world is None:
        return None
    from sim.snapshots import SavedWorld, read_world  # compiled code

    saved = world if isinstance(world, SavedWorld) else read_world(world)
    saved.check(scenario)
    if saved.week > scenario.weeks:
        raise RunError(
            f"{saved.path} has lived {saved.week} weeks, but the scenario ends after {scenario.weeks}; give more weeks."
        )
    return saved


def _weeks_to_save(weeks: Iterable[int], first: int, last: int) -> set[int]:
    """Return the weeks after which the world is saved, all of them weeks of this run."""
    saving = set(weeks)
    for week in saving:
        if not first <= week <= last:
            raise RunError(f"no world can be saved after week {week} of a run from week {first} to {last}.")
    return saving


def checked_threads(threads: object, name: str = "threads") -> int:
    """Return a usable number of threads: the one asked for, or the processors this process may use."""
    if threads is None:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= MOST_THREADS:
        raise RunError(f"{name} must be a whole number between 1 and {MOST_THREADS}, not {threads!r}.")
    return threads


def _live(
    scenario: Scenario,
    threads: int,
    bench: Path,
    progress: Progress | None,
    saving: Collection[int] = (),
    world: SavedWorld | None = None,
    stopwatch: Stopwatch | None = None,
) -> tuple[list[dict[str, float]], Industry]:
    """Build the world or take up a saved one, let every week happen, and observe it after each."""
    from sim.industry import Industry  # compiled code: loaded only when a world is really lived through

    begun = time.perf_counter_ns()
    industry = Industry.restore(world, scenario, threads) if world else Industry(scenario, threads=threads)
    rows, first = [], industry.week
    for week in range(first, scenario.weeks + 1):
        if week > first:
            industry.step()
            begun = time.perf_counter_ns()
        rows.append(_observed(industry, week))
        if stopwatch:
            spent = time.perf_counter_ns() - begun
            if week > first:
                stopwatch.note_week(industry, spent)
            else:
                stopwatch.building = spent
        if scenario.snapshots_every and week % scenario.snapshots_every == 0:
            _keep_agents(industry, bench / AGENTS_FOLDER, week)
        if week in saving:
            industry.snapshot(bench / world_file(week))
        if progress:
            progress(week, scenario.weeks)
    return rows, industry


def _observed(industry: Industry, week: int) -> dict[str, float]:
    """Measure all observables; one that is no number ends the run, for a table with holes is never kept."""
    from sim.observables import observe

    row = observe(industry)
    for name, value in row.items():
        if not math.isfinite(value):
            raise RunError(
                f"the observable '{name}' is {value} in week {week}: some number of this scenario drives the"
                " model out of its bounds; take it back towards its default."
            )
    return row


def _keep_agents(industry: Industry, folder: Path, week: int) -> None:
    """Write all living agents of each population as they are at the end of this week."""
    folder.mkdir(exist_ok=True)
    for name, population in industry.populations.items():
        table = agents_table(population.columns(), population.alive)
        write_table(table, folder / f"{name}-week-{week:04d}.parquet")


def provenance(scenario: Scenario, threads: int) -> dict[str, Any]:
    """Say where a result comes from: question, numbers in force, meaning of the columns, source, machine."""
    from sim.observables import OBSERVABLES

    known = scenario.passports()
    every = with_own_observables(OBSERVABLES, load_plugins(scenario.plugins))
    numbers = {
        name: {"value": value, "unit": known[name].unit, "kind": known[name].kind}
        for name, value in scenario.resolved_numbers().items()
    }
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenario": scenario.as_mapping(),
        "numbers": numbers,
        "observables": {name: {"unit": seen.unit, "label": seen.label} for name, seen in every.items()},
        "plugins": [file.as_mapping() for file in scenario.plugins],
        "source": {"hash": source_hash(), **_checkout_loaded()},
        "versions": _versions(),
        "processor": _processor(),
        "threads": threads,
    }


@cache
def _versions() -> dict[str, str | None]:
    """Return the versions of Python and of the libraries, which a process does not change."""
    return {"python": platform.python_version(), **{name: _version(name) for name in LIBRARIES}}


def _version(distribution: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


@cache
def _checkout_loaded() -> dict[str, Any]:
    """Return the checkout of this source as it was when this process first asked: it runs what it loaded then."""
    return _checkout(Path(__file__).parent)


def _checkout(source: Path) -> dict[str, Any]:
    """Return the commit of the source and whether it was changed since; None outside a git checkout."""
    if _git(source, "ls-files", "--error-unmatch", "__init__.py") is None:
        return {"commit": None, "dirty": None}
    changed = _git(source, "status", "--porcelain", "--", ".")
    return {"commit": _git(source, "rev-parse", "HEAD"), "dirty": None if changed is None else bool(changed)}


def _git(folder: Path, *words: str) -> str | None:
    """Ask git about a folder; None where there is no git or no answer."""
    try:
        answer = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, timeout=PATIENCE_WITH_GIT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


@cache
def _processor() -> dict[str, Any]:
    """Name the processor and the kind it was compiled for: same bits are promised for the same kind."""
    import llvmlite.binding as compiler

    name = platform.processor() or platform.machine()
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        lines = listed.read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return {
        "name": name,
        "architecture": platform.machine(),
        "kind": compiler.get_host_cpu_name(),
        "system": platform.system(),
        "processors": os.cpu_count(),
    }
