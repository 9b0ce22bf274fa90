"""A crew of many machines: chunks go to a Dask scheduler, and what its workers live comes back or lies in the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import Any

from sim.params import LimelightError
from sim.scenario import source_hash
from sim.sweeps.crews import LOST, PAUSE, Chunks, left_of
from sim.sweeps.living import Run, StopLiving, Task, failure_of, live_chunk
from sim.sweeps.pace import Pace
from sim.sweeps.store import LOCK, Lived, Store, SweepError

LOCAL = "local"
PATIENCE = "10s"  # for the scheduler to answer
WORK_THERE = 5.0  # seconds of a chunk: what Ctrl-C loses at most of each worker, and much more than sending it takes
AHEAD = 2  # chunks a worker has at a time: the one that it lives through and the next


class Cluster:
    """The workers of a Dask scheduler at an address, or so many processes that Dask starts here (`local`).

    Ctrl-C keeps all chunks that have come back. The others are called back: within a week of its world a worker gives
    up the run that it is at, and keeps those before it if it sees the store. The chunk of one that does not, or that
    ends with the sweep (`local`), is lost: some five seconds of work, which the next sweep does again.
    """

    def __init__(self, address: str, workers: int) -> None:
        self.address, self.workers = address, workers

    def live(
        self, task: Task, waiting: Sequence[Run], store: Store, seconds: float, pace: Pace, stop: threading.Event
    ) -> None:
        """Live through the waiting runs; the chunk of a worker that is lost goes to another one."""
        try:
            self._live(task, waiting, store, seconds, pace, stop)
        except (CancelledError, OSError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise SweepError(
                f"the Dask scheduler at {self.address} is gone ({reason}); what came back from it is kept: start it"
                " and sweep again."
            ) from error

    def _live(
        self, task: Task, waiting: Sequence[Run], store: Store, seconds: float, pace: Pace, stop: threading.Event
    ) -> None:
        """Deal out chunks and keep what comes back, as long as the scheduler is there."""
        with self._client() as client:
            chunks = Chunks(waiting, seconds, max(1, _hands(client)), WORK_THERE)
            running: dict[Any, list[Run]] = {}
            mark = (store.folder / LOCK).read_text(encoding="utf-8")
            try:
                while (chunks or running) and not stop.is_set():
                    while chunks and len(running) < AHEAD * max(1, _hands(client)):
                        chunk = chunks.deal()
                        running[client.submit(live_there, task, chunk, store, mark, pure=False)] = chunk
                    for future in _finished(running):
                        chunk = running.pop(future)
                        lived = _what_came(future, chunk)
                        if lived is None:
                            _suspect(chunk, chunks, store, task, pace)
                            continue
                        if lived.values or lived.failures:
                            store.keep(lived if lived.values else Lived(failures=lived.failures), task.keeping)
                        chunks.learn(lived.seconds)
                        chunks.give_back(left_of(chunk, lived))
                        pace.note(len(lived.runs), len(lived.failures))
            finally:
                with suppress(CancelledError, OSError):  # of a scheduler that is gone nothing need be called back
                    client.cancel(list(running))

    def check(self) -> None:
        """Refuse an address at which no scheduler answers, and a missing library."""
        if self.address != LOCAL:
            with self._client():
                return
        _library()

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Lend a line to the scheduler."""
        distributed = _library()
        if self.address == LOCAL:
            with (
                distributed.LocalCluster(self.workers, threads_per_worker=1, dashboard_address=None,
                             silence_logs=logging.CRITICAL) as here,
                distributed.Client(here) as client,
            ):  # fmt: skip
                yield client
            return
        try:
            client = distributed.Client(self.address, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            raise SweepError(
                f"no Dask scheduler answers at {self.address}; start one, check the address, or write `local`."
            ) from error
        with client:
            yield client


def _library() -> Any:
    """Return the library that speaks with the scheduler; it comes with an extra."""
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise SweepError(
            "--cluster needs the library distributed; install it with `pip install 'limelight[cluster]'`."
        ) from error
    return distributed


def live_there(task: Task, chunk: list[Run], store: Store, mark: str) -> Lived:
    """On a worker: live through a chunk, and keep it in the store if this machine sees it; else send it back."""
    if source_hash() != task.keeping.source:
        raise SweepError("the workers of the cluster have another version of the model; install the same one there.")
    lived = live_chunk(task, chunk, check=_until_called_back(), longest=2 * WORK_THERE)
    with suppress(OSError, LimelightError):
        if (store.folder / LOCK).read_text(encoding="utf-8") == mark:
            store.keep(Lived(lived.runs, lived.seconds, lived.values), task.keeping)
            lived.values = []
    return lived


def _until_called_back() -> Callable[[], None]:
    """Return what is called every week, and ends the run at hand once its chunk is called back or its sweep gone."""
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:  # this is no worker
        return lambda: None
    key = worker.get_current_task()

    def check() -> None:
        chunk = worker.state.tasks.get(key)
        if chunk is None or chunk.state == "cancelled":
            raise StopLiving

    return check


def _hands(client: Any) -> int:
    """Return how many chunks the cluster lives through at a time; it may grow and shrink."""
    return sum(client.nthreads().values())


def _finished(running: dict[Any, list[Run]]) -> list[Any]:
    """Wait a moment for futures, and return those that are done."""
    from distributed import TimeoutError as NothingYet
    from distributed import wait

    try:
        return list(wait(list(running), timeout=PAUSE, return_when="FIRST_COMPLETED").done)
    except NothingYet:
        return []


def _what_came(future: Any, chunk: list[Run]) -> Lived | None:
    """Return what became of a chunk; None if it has cost the cluster several workers."""
    from distributed import KilledWorker

    error = future.exception()
    if error is None:
        return future.result()  # type: ignore[no-any-return]
    if isinstance(error, KilledWorker):
        return None
    if isinstance(error, LimelightError | CancelledError):
        raise error
    raise SweepError(
        f"the workers of the cluster cannot live a chunk of {len(chunk)} runs ({type(error).__name__}: {error});"
        " install the same version of Limelight there."
    ) from error


def _suspect(chunk: list[Run], chunks: Chunks, store: Store, task: Task, pace: Pace) -> None:
    """Of a chunk that has killed workers each run is tried alone; one that kills them alone is given up."""
    if len(chunk) > 1:
        chunks.alone.extend(chunk)
        return
    store.keep(Lived(failures=[failure_of(chunk[0], None, SweepError(LOST))]), task.keeping)
    pace.note(0, 1)
