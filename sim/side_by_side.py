"""Many worlds at a time: what is there is loaded, a world that fails is named, and Ctrl-C leaves only whole results."""

from __future__ import annotations

import multiprocessing
import queue
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sim.results import Results
from sim.runner import RunError, checked_threads, folder_of, is_there, run
from sim.scenario import Scenario

PAUSE_OF_LISTENER = 0.1  # seconds between two looks at how far the worlds in other processes are
MOST_BARS = 4  # with more worlds than this, one bar stands for all of them
TRIES = 2  # how often a world may lose its process, the second time on its own, before it is given up

Tell = Callable[[int, int], None]  # the place of a world, the week that it has finished


@dataclass(frozen=True)
class Life:
    """What became of one world: its results, or the error that ended it."""

    scenario: Scenario
    results: Results | None
    error: Exception | None = None

    @property
    def failure(self) -> str:
        """Why there are no results, in one sentence; empty where there are."""
        return "" if self.error is None else " ".join(str(self.error).split()) or type(self.error).__name__


def run_all(
    scenarios: Sequence[Scenario],
    out: str | Path = "results",
    workers: int | None = None,
    fresh: bool = False,
    show: bool = True,
) -> list[Results]:
    """Live through several scenarios side by side and return their results in the same order.

    As `live_all`, but the first error of any world is raised when the others are done, and processors left over go to
    the worlds as threads.
    """
    workers = min(checked_threads(workers, "workers"), max(1, len(scenarios)))
    lives = live_all(scenarios, out, workers, fresh, show, threads=max(1, checked_threads(None) // workers))
    for life in lives:
        if life.error is not None:
            raise life.error
    return [life.results for life in lives if life.results is not None]


def live_all(
    scenarios: Sequence[Scenario],
    out: str | Path = "results",
    workers: int | None = None,
    fresh: bool = False,
    show: bool = True,
    threads: int = 1,
) -> list[Life]:
    """Live through many scenarios side by side and tell what became of each, in the same order.

    `workers` (default: all processors) is the number of worlds that live at a time, each in a process of its own with
    so many `threads`. A world that is there already is loaded; one that fails does not stop the others. `show` tells
    on the error stream how far they are. A script that calls this does so under `if __name__ == "__main__":`, since
    the processes read it too.
    """
    there = [is_there(folder_of(asked, out)) and not fresh for asked in scenarios]
    workers = min(checked_threads(workers, "workers"), max(1, there.count(False)))
    lives: dict[int, Life] = {}
    with _shown(scenarios, there, show) as tell:
        here = range(len(scenarios)) if workers == 1 else [place for place, known in enumerate(there) if known]
        for place in here:
            lives[place] = _lived(scenarios[place], out, threads, fresh, partial(_told, tell, place))
        waiting = [place for place in range(len(scenarios)) if place not in lives]
        if waiting:
            _live_elsewhere(scenarios, waiting, workers, (out, threads, fresh), tell, lives)
    return [lives[place] for place in range(len(scenarios))]


def _lived(asked: Scenario, out: str | Path, threads: int, fresh: bool, progress: Callable[[int, int], None]) -> Life:
    """Live through one world; an error is kept, only Ctrl-C goes on."""
    try:
        return Life(asked, run(asked, out, threads, fresh, progress))
    except Exception as error:
        return Life(asked, None, error)


def _told(tell: Tell, place: int, week: int, _: int) -> None:
    """Tell how far the world at this place is."""
    tell(place, week)


class _Pool:
    """Spawned processes that tell how far they are and stop when asked; a fork would copy compiled code half done."""

    def __init__(self, workers: int) -> None:
        spawning = multiprocessing.get_context("spawn")
        self.news, self.stop = spawning.Queue(), spawning.Event()
        self.workers = ProcessPoolExecutor(workers, spawning, _begin, (self.news, self.stop))

    def begin(self, place: int, scenarios: Sequence[Scenario], how: tuple[str | Path, int, bool]) -> Future[Life]:
        """Let a world begin in one of the processes; if one of them was lost just now, the answer says so."""
        try:
            return self.workers.submit(_live_here, place, scenarios[place], *how)
        except BrokenProcessPool as error:
            lost: Future[Life] = Future()
            lost.set_exception(error)
            return lost

    def pass_on(self, tell: Tell) -> None:
        """Tell all news there are."""
        while True:
            try:
                tell(*self.news.get_nowait())
            except queue.Empty:
                return

    def close(self, stop: bool) -> None:
        """Wait until all processes are gone; with `stop` each leaves its world within a week and keeps nothing."""
        if stop:
            self.stop.set()
        self.workers.shutdown(wait=True, cancel_futures=True)
        self.news.close()
        self.news.cancel_join_thread()


_line_to_parent: list[Any] = []
"""In a spawned process: where news go, and the sign to stop."""


def _begin(news: Any, stop: Any) -> None:
    """Prepare a spawned process: Ctrl-C is for its parent to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _line_to_parent[:] = [news, stop]


def _live_here(place: int, asked: Scenario, out: str | Path, threads: int, fresh: bool) -> Life:
    """Live through one world in a spawned process."""
    news, stop = _line_to_parent

    def progress(week: int, _: int) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        news.put((place, week))

    return _lived(asked, out, threads, fresh, progress)


def _live_elsewhere(
    scenarios: Sequence[Scenario],
    places: Sequence[int],
    workers: int,
    how: tuple[str | Path, int, bool],
    tell: Tell,
    lives: dict[int, Life],
) -> None:
    """Live through the worlds at these places in spawned processes; no more wait there than live at a time.

    Where a process is killed its pool is lost: the worlds in it begin again, one at a time, and the one that loses its
    process once more is given up.
    """
    waiting, tries = deque(places), dict.fromkeys(places, 0)
    pool, running, whole = _Pool(workers), dict[Future[Life], int](), False
    try:
        while waiting or running:
            suspected = any(tries[place] for place in (*waiting, *running.values()))
            while waiting and len(running) < (1 if suspected else workers):
                place = waiting.popleft()
                running[pool.begin(place, scenarios, how)] = place
            done, _ = wait(running, PAUSE_OF_LISTENER, FIRST_COMPLETED)
            pool.pass_on(tell)
            if any(isinstance(life.exception(), BrokenProcessPool) for life in done):
                pool.close(stop=True)
                pool = _Pool(workers)
                for place in sorted(running.values(), reverse=True):
                    tries[place] += 1
                    if tries[place] < TRIES:
                        waiting.appendleft(place)
                    else:
                        lives[place] = Life(scenarios[place], None, RunError(LOST))
                running.clear()
            else:
                lives.update((running.pop(life), life.result()) for life in done)
        pool.pass_on(tell)
        whole = True
    finally:
        pool.close(stop=not whole)


LOST = "its process was ended from outside, perhaps for want of memory; give fewer fans or workers and run again."


@contextmanager
def _shown(scenarios: Sequence[Scenario], there: Sequence[bool], show: bool) -> Iterator[Tell]:
    """Lend a way to tell how far each world is: bars where a person looks on, else a line for each world lived."""
    names = [f"{asked.title}, AI {asked.ai}, seed {asked.seed}" for asked in scenarios]
    if show and any(there) and len(there) > MOST_BARS:
        print(f"{sum(there)} of {len(there)} worlds are there already.", file=sys.stderr, flush=True)
    if not (show and sys.stderr.isatty()):
        pace = _Pace(scenarios, there)

        def say(place: int, week: int) -> None:
            pace.note(place, week)
            if show and week == scenarios[place].weeks:
                print(f"{names[place]}: {week} weeks lived{pace.text}", file=sys.stderr, flush=True)

        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("weeks{task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as bars:
        yield _bars(bars, scenarios, there, names)


def _bars(bars: Any, scenarios: Sequence[Scenario], there: Sequence[bool], names: Sequence[str]) -> Tell:
    """One bar for each of a few worlds, or one for all of many, with the rate and the time left."""
    pace = _Pace(scenarios, there)
    if len(names) <= MOST_BARS:
        tasks = [bars.add_task(name, total=asked.weeks, rate="") for name, asked in zip(names, scenarios, strict=True)]
        return lambda place, week: bars.update(tasks[place], completed=week)
    task = bars.add_task("", total=pace.total, rate="")

    def move(place: int, week: int) -> None:
        pace.note(place, week)
        rate = f", {pace.rate:.0f} a second"
        bars.update(task, completed=pace.lived, rate=rate, description=f"{pace.ended} of {pace.worlds} worlds lived")

    return move


class _Pace:
    """How many weeks of the worlds that are still to be lived have been lived, and how fast."""

    def __init__(self, scenarios: Sequence[Scenario], there: Sequence[bool]) -> None:
        self.weeks = {place: asked.weeks for place, asked in enumerate(scenarios) if not there[place]}
        self.reached = dict.fromkeys(self.weeks, 0)
        self.begun = time.perf_counter()

    def note(self, place: int, week: int) -> None:
        """A world has finished a week."""
        self.reached[place] = week

    @property
    def worlds(self) -> int:
        """Worlds to be lived."""
        return len(self.weeks)

    @property
    def ended(self) -> int:
        """Worlds lived to their end."""
        return sum(week == self.weeks[place] for place, week in self.reached.items() if place in self.weeks)

    @property
    def total(self) -> int:
        """Weeks to be lived in all worlds."""
        return sum(self.weeks.values())

    @property
    def lived(self) -> int:
        """Weeks lived so far in all worlds."""
        return sum(self.reached.values())

    @property
    def rate(self) -> float:
        """Weeks lived in a second."""
        return self.lived / max(time.perf_counter() - self.begun, 1e-9)

    @property
    def text(self) -> str:
        """How far many worlds are, in words; nothing for a few."""
        if self.worlds <= MOST_BARS:
            return ""
        left = (self.total - self.lived) / max(self.rate, 1e-9)
        return f" ({self.ended} of {self.worlds}, {self.rate:.0f} weeks a second, {left / 60:.0f} min left)"
