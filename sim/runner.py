"""Runs a scenario week by week, watches it, and keeps what it did under the name of its content."""

from __future__ import annotations

import math
import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
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
