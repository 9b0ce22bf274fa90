"""Runs a scenario week by week, watches it, and keeps what it did under the name of its content."""

from __future__ import annotations

import math
import multiprocessing
import os
import platform
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.params import LimelightError, passports
from sim.results import AGENTS_FOLDER, Results, agents_table, events_frame, weeks_frame, workshop, write_table
from sim.scenario import Scenario, source_hash

if TYPE_CHECKING:
    from sim.industry import Industry

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
MOST_THREADS = 1024
PATIENCE_WITH_GIT = 20  # seconds
PAUSE_OF_LISTENER = 0.1  # seconds between two looks at whether worlds that live in other processes are done


class RunError(LimelightError):
    """A world could not be lived through; the message says in which week and why."""


def run(
    scenario: Scenario,
    out: str | Path = "results",
    threads: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Results:
    """Live through a scenario and return its results; the same world again is loaded, not lived again.

    `out` holds one folder per world. `threads` (default: all processors) changes the time only, never a
    number. `fresh` computes even what is there. `progress(week, weeks)` is called when the world is built and
    after each week.
    """
    threads = checked_threads(threads)
    key = scenario.key()
    folder = folder_of(scenario, out)
    if folder.exists() and not fresh:
        return Results.load(folder)
    started = time.perf_counter()
    with workshop(folder, renew=fresh) as bench:
        rows, industry = _live(scenario, threads, bench / AGENTS_FOLDER, progress)
        manifest = {
            "run": folder.name,
            "key": key,
            **_provenance(scenario, threads),
            "wall_time_seconds": round(time.perf_counter() - started, 3),
        }
        weeks = weeks_frame(rows, [scenario.date_of(week) for week in range(len(rows))])
        Results(weeks, events_frame(industry.events, scenario.date_of), manifest).write_into(bench)
        kept = Results.load(bench)  # while it is still ours: a rival may swap the folder at any moment
    return replace(kept, folder=folder)


def run_all(
    scenarios: Sequence[Scenario],
    out: str | Path = "results",
    workers: int | None = None,
    fresh: bool = False,
    show: bool = True,
) -> list[Results]:
    """Live through several scenarios side by side and return their results in the same order.

    `workers` (default: all processors) is the number of worlds that live at a time, each in a process of its own;
    processors left over go to the worlds as threads. `show` tells on the error stream how far each world is. A
    script that calls this does so under `if __name__ == "__main__":`, since the processes read it too.
    """
    workers = min(checked_threads(workers), max(1, len(scenarios)))
    threads = max(1, checked_threads(None) // workers)
    with _shown(scenarios, show) as tell:
        if workers == 1:
            watched = [(asked, partial(_tell, tell, place)) for place, asked in enumerate(scenarios)]
            return [run(asked, out, threads, fresh, progress) for asked, progress in watched]
        spawning = multiprocessing.get_context("spawn")  # a fork would copy the threads of compiled code half done
        with spawning.Manager() as manager, ProcessPoolExecutor(workers, mp_context=spawning) as pool:
            told = manager.Queue()
            lives = [
                pool.submit(run, asked, out, threads, fresh, partial(_put, told, place))
                for place, asked in enumerate(scenarios)
            ]
            while not all(life.done() for life in lives):
                with suppress(queue.Empty):
                    tell(*told.get(timeout=PAUSE_OF_LISTENER))
            while not told.empty():
                tell(*told.get())
            return [life.result() for life in lives]


def _put(told: Any, place: int, week: int, _: int) -> None:
    """Tell the process that waits how far the world at this place is."""
    told.put((place, week))


def _tell(tell: Callable[[int, int], None], place: int, week: int, _: int) -> None:
    """Tell how far the world at this place is."""
    tell(place, week)


@contextmanager
def _shown(scenarios: Sequence[Scenario], show: bool) -> Iterator[Callable[[int, int], None]]:
    """Lend a way to tell how far each world is: bars where a person looks on, else a line for each world lived."""
    names = [f"{asked.title}, AI {asked.ai}, seed {asked.seed}" for asked in scenarios]
    if not (show and sys.stderr.isatty()):

        def say(place: int, week: int) -> None:
            if show and week == scenarios[place].weeks:
                print(f"{names[place]}: {week} weeks lived", file=sys.stderr, flush=True)

        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = [bars.add_task(name, total=asked.weeks) for name, asked in zip(names, scenarios, strict=True)]
        yield lambda place, week: bars.update(tasks[place], completed=week)


def folder_of(scenario: Scenario, out: str | Path = "results") -> Path:
    """Return the folder a scenario's results lie in, whether they are there or not."""
    return Path(out) / scenario.key()[:16]


def checked_threads(threads: object) -> int:
    """Return a usable number of threads: the one asked for, or the processors this process may use."""
    if threads is None:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= MOST_THREADS:
        raise RunError(f"threads must be a whole number between 1 and {MOST_THREADS}, not {threads!r}.")
    return threads


def _live(
    scenario: Scenario, threads: int, agents: Path, progress: Progress | None
) -> tuple[list[dict[str, float]], Industry]:
    """Build the world, let every week happen, and observe it after each."""
    from sim.industry import Industry  # compiled code: loaded only when a world is really lived through

    industry = Industry(scenario, threads=threads)
    rows = []
    for week in range(scenario.weeks + 1):
        if week:
            industry.step()
        rows.append(_observed(industry, week))
        if scenario.snapshots_every and week % scenario.snapshots_every == 0:
            _keep_agents(industry, agents, week)
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


def _provenance(scenario: Scenario, threads: int) -> dict[str, Any]:
    """Say where a result comes from: question, numbers in force, meaning of the columns, source, machine."""
    from sim.observables import OBSERVABLES

    known = passports()
    numbers = {
        name: {"value": value, "unit": known[name].unit, "kind": known[name].kind}
        for name, value in scenario.resolved_numbers().items()
    }
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenario": scenario.as_mapping(),
        "numbers": numbers,
        "observables": {name: {"unit": seen.unit, "label": seen.label} for name, seen in OBSERVABLES.items()},
        "source": {"hash": source_hash(), **_checkout(Path(__file__).parent)},
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in LIBRARIES}},
        "processor": _processor(),
        "threads": threads,
    }


def _version(distribution: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


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
