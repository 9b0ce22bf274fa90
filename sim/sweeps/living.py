"""Lives through a chunk of runs, one after another, and keeps only what was asked for; a run that fails is a row."""

from __future__ import annotations

import json
import math
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.designs import Design
from sim.designs.rows import Recipe
from sim.industry import Industry
from sim.observables import OBSERVABLES, View
from sim.plugins import Observable, load_plugins, with_own_observables
from sim.runner import RunError
from sim.scenario import Scenario, plain
from sim.sweeps.store import Failure, Keeping, Lived, observables_kept

LONGEST_CHUNK = 30.0  # seconds after which what is done of a chunk is written


class StopLiving(Exception):
    """The sweep is to stop: the run at hand is given up, those before it are kept."""


@dataclass(frozen=True)
class Run:
    """A run to be lived: its name, and the row of the design that says which world it is."""

    name: str
    row: dict[str, Any]


@dataclass(frozen=True)
class Task:
    """What every run of a sweep has in common: how a row becomes a world, and what is kept of it."""

    recipe: Recipe
    keeping: Keeping


def known_observables(design: Design) -> dict[str, Observable]:
    """Return every observable that worlds of a design have."""
    return with_own_observables(OBSERVABLES, load_plugins(design.base.plugins))


def task_of(design: Design) -> Task:
    """Return what every run of a design has in common."""
    names = observables_kept(design.observables, known_observables(design))
    return Task(design.recipe, Keeping(names, design.weeks_kept))


def live_chunk(
    task: Task,
    runs: Sequence[Run],
    begin: Callable[[str], None] = lambda name: None,
    check: Callable[[], None] = lambda: None,
    longest: float = LONGEST_CHUNK,
) -> Lived:
    """Live through runs until they are done, time is up, or `check` raises StopLiving; return what is done.

    `begin` is told the name of each run before it is lived, `check` is called every week.
    """
    lived, started = Lived(), time.perf_counter()
    for run in runs:
        if lived.seconds and time.perf_counter() - started > longest:
            break
        begin(run.name)
        begun = time.perf_counter()
        scenario = None
        try:
            scenario = task.recipe.scenario_of(run.row)
            values = live(scenario, task.keeping, check)
        except StopLiving:
            break
        except Exception as error:
            lived.failures.append(failure_of(run, scenario, error))
            continue
        lived.runs.append(run.name)
        lived.seconds.append(time.perf_counter() - begun)
        lived.values.append(values)
    return lived


def live(scenario: Scenario, keeping: Keeping, check: Callable[[], None] = lambda: None) -> np.ndarray:
    """Live through one world and return what is kept of it, shape (weeks kept, observables)."""
    industry = Industry(scenario)
    every = with_own_observables(OBSERVABLES, industry.plugins)
    chosen = [every[name] for name in keeping.observables]
    values = np.empty((len(keeping.weeks), len(chosen)))
    for place, week in enumerate(keeping.weeks):
        while industry.week < week:
            check()
            industry.step()
        view = View(industry)
        values[place] = [seen.measure(view) for seen in chosen]
        if not np.isfinite(values[place]).all():
            wrong = next(at for at, value in enumerate(values[place]) if not math.isfinite(value))
            raise RunError(
                f"the observable '{chosen[wrong].name}' is {values[place][wrong]} in week {week}: some number of this"
                " scenario drives the model out of its bounds; take it back towards its default."
            )
    return values


def failure_of(run: Run, scenario: Scenario | None, error: Exception) -> Failure:
    """Describe a run that failed; of one whose scenario was refused there is only its row."""
    content = {"row": run.row} if scenario is None else scenario.as_mapping()
    sentence = " ".join(str(error).split()) or type(error).__name__
    trace = "".join(traceback.format_exception(error))
    return Failure(run.name, sentence, trace, json.dumps(plain(content), default=str))
