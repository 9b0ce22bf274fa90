"""One world measured in a process of its own, so that its memory is nobody else's: built, lived for a few weeks, timed.

Started with one argument, a JSON object that says which question and how large a world; prints one line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sim.industry import Industry
from sim.kernels import sweep
from sim.observables import observe
from sim.processes import CHAPTERS
from sim.runner import run
from sim.scenario import Scenario

Asked = dict[str, Any]

WARM_UP = 2
"""Weeks before any is timed: the first one compiles or loads what is compiled, the second finds the caches filled."""


def most_memory() -> int:
    """Bytes of memory this process has held at most."""
    status = Path("/proc/self/status")
    if status.exists():  # the other source would also count what the parent held when it started this process
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@contextmanager
def timed_kernels() -> Iterator[list[float]]:
    """Note the seconds of every compiled pass over the fans, wherever the model makes one."""
    taken: list[float] = []

    def timed_sweep(kernel: Callable[..., None], *arguments: Any) -> None:
        begun = time.perf_counter()
        sweep(kernel, *arguments)
        taken.append(time.perf_counter() - begun)

    rooms = [module for name, module in sys.modules.items()
             if name.startswith("sim.processes.") and vars(module).get("sweep") is sweep]
    for room in rooms:
        vars(room)["sweep"] = timed_sweep
    try:
        yield taken
    finally:
        for room in rooms:
            vars(room)["sweep"] = sweep


def live(industry: Industry, weeks: int) -> dict[str, float]:
    """Live some weeks; seconds per week of the whole, of each chapter and of the compiled passes over the fans."""
    home = {process.__name__: process.__module__.split(".")[-1] for process in industry.processes}
    before = dict(industry.nanoseconds)
    with timed_kernels() as kernels:
        begun = time.perf_counter()
        for _ in range(weeks):
            industry.step()
        whole = time.perf_counter() - begun
    taken = dict.fromkeys(CHAPTERS, 0.0)
    for name, nanoseconds in industry.nanoseconds.items():
        taken[home[name]] += (nanoseconds - before.get(name, 0)) * 1e-9
    return {part: seconds / weeks for part, seconds in {"week": whole, "kernels": sum(kernels), **taken}.items()}


def bytes_of_fans(industry: Industry) -> dict[str, int]:
    """Bytes of the fans' columns, of what the world keeps beside them for each fan, and of the ties between them."""
    columns = sum(column.nbytes for column in industry.fans.columns(copy=False).values())
    seats = industry.fans.size
    beside = sum(kept.nbytes for kept in vars(industry).values() if getattr(kept, "shape", ())[:1] == (seats,))
    return {"columns": columns, "beside": beside, "ties": sum(part.nbytes for part in industry.fandom)}


def same_bits(one: Industry, other: Industry) -> bool:
    """Whether all columns of all populations of two worlds are equal to the bit."""
    return all(column.tobytes() == other.populations[name].columns(copy=False)[label].tobytes()
               for name, population in one.populations.items()
               for label, column in population.columns(copy=False).items())


def weeks_in_turns(asked: Asked) -> Asked:
    """Build a world, see how much memory it takes, and live weeks with one thread and with two, in turns.

    With ``twins`` each number of threads has a world of its own with the same luck, which must stay equal to the bit;
    without (the largest size) both take turns on one world.
    """
    scenario = Scenario(fans=asked["fans"], agencies=asked["agencies"], seed=asked["seed"])
    bare, begun = most_memory(), time.perf_counter()
    world = Industry(scenario, threads=1)
    building, built = time.perf_counter() - begun, most_memory()
    live(world, WARM_UP)
    observe(world)
    answer: Asked = {"building": building, "bare": bare, "built": built, "most": most_memory(), **bytes_of_fans(world)}
    twin = world
    if asked["twins"]:
        begun = time.perf_counter()
        twin = Industry(scenario, threads=2)
        answer["building"] = min(building, time.perf_counter() - begun)  # nothing is compiled the second time
        live(twin, WARM_UP)
        observe(twin)
    turns: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    for _ in range(asked["turns"]):
        for threads, lived in ((1, world), (2, twin)):
            lived.threads = threads
            turns[threads].append(live(lived, asked["weeks"]))
    looking = [seconds_of_look(world) for _ in range(asked["turns"])]
    return {**answer, "turns": turns, "looking": looking, "same_bits": same_bits(world, twin) and asked["twins"]}


def seconds_of_look(industry: Industry) -> float:
    """Seconds to work out all observables of a week."""
    begun = time.perf_counter()
    observe(industry)
    return time.perf_counter() - begun


def whole_decades(asked: Asked) -> Asked:
    """Live ten years several times over, each from the first day: mean seconds of a week and of all its observables.

    All turns do the same work to the bit. So the least that each week took in any of them is what it takes while
    nobody else uses the processor, and `quiet` is the mean of that over the weeks.
    """
    scenario = Scenario(fans=asked["fans"], agencies=asked["agencies"], seed=asked["seed"])
    live(Industry(scenario), WARM_UP)
    taken = np.empty((2, asked["turns"], scenario.weeks))
    for turn in range(asked["turns"]):
        industry = Industry(scenario)
        for week in range(scenario.weeks):
            begun = time.perf_counter()
            industry.step()
            taken[0, turn, week] = time.perf_counter() - begun
            taken[1, turn, week] = seconds_of_look(industry)
    weeks, looks = taken.mean(axis=2).tolist()
    return {"weeks": weeks, "looks": looks, "quiet": float(taken[0].min(axis=0).mean())}


def long_run(asked: Asked) -> Asked:
    """Run a large scenario as the command does, all observables every week, results written; say how far it is."""
    scenario = Scenario(fans=asked["fans"], agencies=asked["agencies"], seed=asked["seed"], weeks=asked["weeks"])
    begun = time.perf_counter()
    built = [begun]

    def progress(week: int, weeks: int) -> None:
        now = time.perf_counter()
        if week == 0:
            built[0] = now
        elif week % max(1, weeks // 10) == 0:
            left = (now - built[0]) / week * (weeks - week)
            print(f"           week {week} of {weeks}, about {left:.0f} s left", file=sys.stderr, flush=True)

    run(scenario, asked["out"], asked["threads"], fresh=True, progress=progress)
    return {"seconds": time.perf_counter() - begun, "building": built[0] - begun, "most": most_memory()}


QUESTIONS: dict[str, Callable[[Asked], Asked]] = {
    question.__name__: question for question in (weeks_in_turns, whole_decades, long_run)
}

if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    print(json.dumps(QUESTIONS[request["question"]](request)))
