"""Who lives the runs: this process, or spawned ones that may be killed without more being lost than their chunk.

A spawned process reads its libraries for a second or two; meanwhile this one lives through runs itself.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from sim.params import LimelightError
from sim.sweeps.living import Run, StopLiving, Task, failure_of, live_chunk
from sim.sweeps.pace import Pace
from sim.sweeps.store import Lived, Store, SweepError

WORK_OF_CHUNK = 10.0  # seconds: what is lost at most, and what makes a part worth its file
TRIES = 2  # how often a run may lose its process before it is given up
PAUSE = 0.2  # seconds between two looks at whether to stop
TIME_TO_START = 2.0  # seconds until a spawned process listens; a run that takes longer is left to it
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")
LOST = "its process was ended from outside twice, perhaps for want of memory; give fewer fans or workers."


class Crew(Protocol):
    """Lives through runs chunk by chunk and keeps each chunk in the store."""

    def live(
        self, task: Task, waiting: Sequence[Run], store: Store, seconds: float, pace: Pace, stop: threading.Event
    ) -> None:
        """Live through the waiting runs, each of about so many seconds, until all are done or `stop` is set."""


def stopper(stop: threading.Event) -> Callable[[], None]:
    """Return what is called every week and ends the run at hand once the sign to stop is there."""

    def check() -> None:
        if stop.is_set():
            raise StopLiving

    return check


class Chunks:
    """The runs that wait, dealt out in chunks of at most `longest` seconds of work, smaller ones towards the end."""

    def __init__(self, waiting: Sequence[Run], seconds: float, hands: int, longest: float = math.inf) -> None:
        self.waiting, self.alone = deque(waiting), deque[Run]()
        self.seconds, self.hands = max(seconds, 1e-4), hands
        self.work = min(WORK_OF_CHUNK, longest)

    def __bool__(self) -> bool:
        return bool(self.waiting or self.alone)

    def deal(self) -> list[Run]:
        """Return the next chunk; a run that has lost a process before comes alone."""
        if self.alone and not self.waiting:
            return [self.alone.popleft()]
        share = -(-len(self.waiting) // (2 * self.hands)) if self.hands > 1 else len(self.waiting)
        size = max(1, min(round(self.work / self.seconds), share))
        return [self.waiting.popleft() for _ in range(min(size, len(self.waiting)))]

    def give_back(self, runs: Sequence[Run]) -> None:
        """Take back runs that were not lived."""
        self.waiting.extendleft(reversed(runs))

    def learn(self, seconds: Sequence[float]) -> None:
        """Take into account how long runs took."""
        if seconds:
            self.seconds = 0.5 * self.seconds + 0.5 * max(sum(seconds) / len(seconds), 1e-4)


def left_of(chunk: Sequence[Run], lived: Lived) -> list[Run]:
    """Return the runs of a chunk that were not lived, for want of time."""
    gone = {*lived.runs, *(failure.run for failure in lived.failures)}
    return [run for run in chunk if run.name not in gone]


class Here:
    """This process, one run after the other."""

    def live(
        self, task: Task, waiting: Sequence[Run], store: Store, seconds: float, pace: Pace, stop: threading.Event
    ) -> None:
        """Live through the waiting runs here."""
        chunks = Chunks(waiting, seconds, 1)
        while chunks and not stop.is_set():
            live_here(task, chunks, store, pace, stopper(stop))


def live_here(task: Task, chunks: Chunks, store: Store, pace: Pace, check: Callable[[], None]) -> None:
    """Live through the next chunk in this process, as far as `check` lets it, and keep what is done of it."""
    chunk = chunks.deal()
    lived = live_chunk(task, chunk, check=check)
    store.keep(lived, task.keeping)
    chunks.learn(lived.seconds)
    chunks.give_back(left_of(chunk, lived))
    pace.note(len(lived.runs), len(lived.failures))


@dataclass(eq=False)
class _Worker:
    """A spawned process, the line to it, whether it listens yet, the chunk that it lives through, the run it is at."""

    process: Any
    line: Connection
    listens: bool = False
    chunk: list[Run] = field(default_factory=list)
    at: str = ""


class Processes:
    """Spawned processes with one thread each; a fork would copy compiled code half done."""

    def __init__(self, workers: int) -> None:
        self.count = workers
        self.spawning = multiprocessing.get_context("spawn")

    def live(
        self, task: Task, waiting: Sequence[Run], store: Store, seconds: float, pace: Pace, stop: threading.Event
    ) -> None:
        """Live through the waiting runs; a process that is lost is replaced, and its chunk lived again."""
        self.task, self.store, self.pace = task, store, pace
        self.chunks, self.lost = Chunks(waiting, seconds, self.count), dict[str, int]()
        workers: list[_Worker] = []
        try:
            while (self.chunks or any(worker.chunk for worker in workers)) and not stop.is_set():
                while self.chunks and len(workers) < self.count:
                    workers.append(self._start())
                patience = 0 if self._lend_a_hand(workers, stop) else PAUSE
                for line in wait([worker.line for worker in workers], patience):
                    worker = next(each for each in workers if each.line is line)
                    if not self._hear(worker):
                        workers.remove(worker)
                    elif not worker.chunk and not self._hand_on(worker):
                        workers.remove(worker)
                        self._dismiss(worker)
        finally:
            for worker in workers:
                self._dismiss(worker)

    def _lend_a_hand(self, workers: Sequence[_Worker], stop: threading.Event) -> bool:
        """Live through short runs here until the first process listens; tell whether there was anything to do.

        Once a process was lost nothing is lived here any more: its run might end this process, too.
        """
        if any(worker.listens for worker in workers) or self.lost:
            return False
        if not self.chunks or self.chunks.seconds > TIME_TO_START:
            return False
        lines = [worker.line for worker in workers]

        def check() -> None:
            if stop.is_set() or wait(lines, 0):
                raise StopLiving

        live_here(self.task, self.chunks, self.store, self.pace, check)
        return True

    def _start(self) -> _Worker:
        """Spawn a process; it gets its first chunk once it listens, for until then a large one would fill the line."""
        line, far_end = self.spawning.Pipe()
        with one_thread_each(), deaf_to_ctrl_c():
            process = self.spawning.Process(
                target=work, args=(far_end, self.task, self.store), name="limelight sweep", daemon=True
            )
            process.start()
        far_end.close()
        return _Worker(process, line)

    def _hand_on(self, worker: _Worker) -> bool:
        """Give a process its next chunk; there may be none."""
        if not self.chunks:
            return False
        worker.chunk, worker.at = self.chunks.deal(), ""
        with suppress(OSError):  # it was just lost; that is noticed when its line is read
            worker.line.send(worker.chunk)
        return True

    def _hear(self, worker: _Worker) -> bool:
        """Take in what a process says; tell whether it is still there."""
        try:
            word, content = worker.line.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return False
        if word == "ready":
            worker.listens = True
        elif word == "begin":
            worker.at = content
        elif word == "broken":
            raise SweepError(content)
        elif word == "kept":
            self._note(worker, content)
        return True

    def _note(self, worker: _Worker, lived: Lived) -> None:
        """A chunk was kept."""
        self.chunks.learn(lived.seconds)
        self.chunks.give_back(left_of(worker.chunk, lived))
        self.pace.note(len(lived.runs), len(lived.failures))
        worker.chunk = []

    def _bury(self, worker: _Worker) -> None:
        """A process is gone: its chunk waits again, but the run that it was at comes alone or is given up."""
        worker.process.join()
        worker.line.close()
        for run in worker.chunk:
            if run.name != worker.at:
                self.chunks.waiting.append(run)
                continue
            self.lost[run.name] = self.lost.get(run.name, 0) + 1
            if self.lost[run.name] < TRIES:
                self.chunks.alone.append(run)
            else:
                self.store.keep(Lived(failures=[failure_of(run, None, SweepError(LOST))]), self.task.keeping)
                self.pace.note(0, 1)
        if not worker.at:  # it could not even begin; else a broken set-up would start it for ever
            self.lost[""] = self.lost.get("", 0) + 1
            if self.lost[""] > TRIES * self.count:
                raise SweepError("the processes of the sweep end before they begin a run; try --workers 1 to see why.")

    def _dismiss(self, worker: _Worker) -> None:
        """Let a process keep what it has done of its chunk, and end it; by itself it would tidy up for a while."""
        try:
            worker.line.send(None)
            while worker.chunk:
                word, content = worker.line.recv()
                if word == "kept":
                    self.pace.note(len(content.runs), len(content.failures))
                    worker.chunk = []
                elif word == "broken":
                    break
        except (EOFError, OSError):
            pass  # it is gone already
        worker.process.terminate()
        worker.line.close()
        worker.process.join()


def work(line: Connection, task: Task, store: Store) -> None:
    """In a spawned process: live through chunks as they come, until there are no more or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to hear
    ending = False

    def check() -> None:
        nonlocal ending
        if ending or line.poll():  # nothing is sent during a chunk but the sign to stop; a dead parent reads the same
            ending = True
            raise StopLiving

    def begin(name: str) -> None:
        with suppress(OSError):  # the parent is gone; that is noticed within a week
            line.send(("begin", name))

    try:
        line.send(("ready", None))
        while not ending and (chunk := line.recv()) is not None:
            lived = live_chunk(task, chunk, begin, check)
            try:
                store.keep(lived, task.keeping)
            except LimelightError as error:
                line.send(("broken", str(error)))
                return
            lived.values.clear()  # they lie in the part; the parent only counts
            line.send(("kept", lived))
    except (EOFError, OSError):
        return


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """For the time of the block, processes that start do not hear Ctrl-C; this one hears it when the block ends."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it starts with the first process, and would end the deafness
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """For the time of the block, processes that start have libraries that use one thread."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
