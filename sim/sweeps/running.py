"""Sweeps through a design: what is there is skipped, the rest is lived in chunks, and each chunk is kept at once."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from sim.designs import Design
from sim.designs.rows import COUNTING
from sim.results import workshop, write_table
from sim.runner import checked_threads, provenance
from sim.scenario import plain
from sim.sweeps.crews import Crew, Here, Processes, stopper
from sim.sweeps.living import Run, Task, live_chunk, task_of
from sim.sweeps.pace import Pace, shown
from sim.sweeps.reading import DESIGN_FILE, MANIFEST_FILE, Sweep, load, read_design
from sim.sweeps.store import Index, Store, SweepError

OUT = Path("results/sweeps")
FIRST_TRIES = 3
"""So many runs of a new design, from all over it, are tried here until one lives; else the design is broken."""

MANY_ROWS = 10_000  # of a design, whose runs take seconds to name, about which a person should know
WORTH_PROCESSES = 5.0  # seconds of work left, under which starting other processes would take longer


def sweep(
    design: Design | str | Path,
    out: str | Path = OUT,
    workers: int | None = None,
    cluster: str | None = None,
    show: bool = True,
) -> Sweep:
    """Live through every world of a design that is not there yet, and return what is kept of all of them.

    `design` is a design or the path of its file. `out` is shared by sweeps: runs that two designs have in common are
    lived once. `workers` (default: all processors) is the number of processes, 1 means this one; `cluster` is the
    address of a Dask scheduler, or `local`. Runs that fail are rows of `runs` and are tried again by the next call.
    Ctrl-C keeps all runs that are done. A script that calls this does so under `if __name__ == "__main__":`.
    """
    design = design if isinstance(design, Design) else Design.from_yaml(design)
    workers = checked_threads(workers, "workers")
    store = Store(out)
    task = task_of(design)
    with store.locked():
        folder, table = laid_out(design, task, store, show)
        damaged: list[str] = []
        index = store.index(task.keeping, damaged)
        waiting = runs_waiting(table, index)
        total = table["run"].nunique()
        known = [index.seconds[run] for run in table["run"].unique() if run in index.seconds]
        with shown(total, total - len(waiting), show) as pace, interrupts() as stop:
            for name in damaged:
                pace.say(f"A damaged part was set aside as {name}; its runs are lived again.")
            if waiting and len(waiting) < total:
                pace.say(f"{total - len(waiting):,} of {total:,} runs are there already.")
            _live_all(task, waiting, store, _Crews(workers, cluster), pace, stop, known)
            if stop.is_set():
                pace.say(f"{pace.done - pace.failed:,} of {total:,} runs are done.")
                raise KeyboardInterrupt
    return load(folder)


class _Crews:
    """Chooses who lives the runs, once it is known how long they take."""

    def __init__(self, workers: int, cluster: str | None) -> None:
        self.workers, self.cluster = workers, cluster

    def check(self) -> None:
        """Refuse a cluster that cannot be reached, before the first run has taken its time."""
        if self.cluster is not None:
            from sim.sweeps.cluster import Cluster

            Cluster(self.cluster, self.workers).check()

    def for_work(self, runs: int, seconds: float) -> Crew:
        """Return a crew for so many runs of so many seconds each."""
        if self.cluster is not None:
            from sim.sweeps.cluster import Cluster

            return Cluster(self.cluster, self.workers)
        if self.workers == 1 or runs * seconds < WORTH_PROCESSES:
            return Here()
        return Processes(min(self.workers, runs))


def _live_all(
    task: Task,
    waiting: list[Run],
    store: Store,
    crews: _Crews,
    pace: Pace,
    stop: threading.Event,
    known: Sequence[float],
) -> None:
    """Live through the waiting runs: a first one here, so that a broken design is known at once, then by a crew.

    `known` are the seconds that runs took which are there already; with those the design is known to work.
    """
    if not waiting:
        return
    crews.check()
    seconds = sorted(known)[len(known) // 2] if known else 0.0
    if not known:
        waiting, seconds = _try_first(task, waiting, store, pace, stop)
    if waiting and not stop.is_set():
        crew = crews.for_work(len(waiting), seconds)
        crew.live(task, waiting, store, seconds, pace, stop)


def _try_first(
    task: Task, waiting: list[Run], store: Store, pace: Pace, stop: threading.Event
) -> tuple[list[Run], float]:
    """Live through one run here and return the others, and how long it took; several that fail end the sweep."""
    middles = [(2 * place + 1) * len(waiting) // (2 * FIRST_TRIES) for place in range(FIRST_TRIES)]
    tries = [waiting[place] for place in dict.fromkeys(middles)]  # of a grid no corners, which are all extremes
    errors = []
    for tried, run in enumerate(tries, start=1):
        lived = live_chunk(task, [run], check=stopper(stop))
        store.keep(lived, task.keeping)
        pace.tried(len(lived.runs), len(lived.failures))
        if stop.is_set() or lived.runs:
            gone = {each.name for each in tries[:tried]}
            return [each for each in waiting if each.name not in gone], sum(lived.seconds)
        errors += [failure.error for failure in lived.failures]
    many = "its only run" if len(errors) == 1 else f"each of {len(errors)} runs from all over it"
    raise SweepError(f"the design is broken: {many} failed: {errors[0]}")


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a sign that is looked at every week; the second one stops at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def hear(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def laid_out(design: Design, task: Task, store: Store, show: bool = False) -> tuple[Path, pd.DataFrame]:
    """Return the folder of a design and its table with the name of each row's run; both are written if they are new."""
    folder = store.folder / f"{design.name}-{design_key(design, task)[:8]}"
    if (folder / MANIFEST_FILE).exists():
        with suppress(SweepError):  # one that is not whole is written anew; its runs lie elsewhere
            return folder, read_design(folder)[0]
    if show and design.count > MANY_ROWS:
        print(f"Naming the runs of {design.count:,} rows before the first one is lived.", file=sys.stderr, flush=True)
    table = named(design, task)
    content = {
        "design": design.as_mapping(),
        "kept": {"observables": task.keeping.observables, "weeks": task.keeping.weeks, "source": task.keeping.source},
        **provenance(design.base, 1),
    }
    with workshop(folder) as bench:
        write_table(pa.Table.from_pandas(table, preserve_index=False), bench / DESIGN_FILE)
        text = json.dumps(plain(content), indent=2, allow_nan=False) + "\n"
        (bench / MANIFEST_FILE).write_text(text, encoding="utf-8")
    if show:
        _tell_of_older(store, design, task)
    return folder, table


def _tell_of_older(store: Store, design: Design, task: Task) -> None:
    """Say so where the same worlds were last swept by another model, for other weeks, or with other things kept."""
    mine = design.as_mapping()
    manifests = store.folder.glob(f"{design.name}-*/{MANIFEST_FILE}")
    for file in sorted(manifests, key=lambda file: file.stat().st_mtime_ns, reverse=True):
        with suppress(SweepError, KeyError, TypeError):
            _, content, keeping = read_design(file.parent)
            if _worlds(content["design"]) != _worlds(mine):
                continue
            if keeping == task.keeping and _length(content["design"]) == _length(mine):
                continue
            what = "observables or weeks have" if keeping.source == task.keeping.source else "model has"
            print(
                f"The {what} changed since {file.parent} was swept: its runs stay there, and all are lived anew.",
                file=sys.stderr,
            )
            return


def _worlds(content: dict[str, Any]) -> dict[str, Any]:
    """Return what the mapping of a design says of its worlds, but for how long they last and what is kept of them."""
    scenario = {**content["scenario"], "weeks": None}
    return {**content, "scenario": scenario, **dict.fromkeys(("weeks", "observables", "every", "at"))}


def _length(content: dict[str, Any]) -> int:
    """Return how many weeks the worlds of a design last, by its mapping."""
    return int(content["weeks"] or content["scenario"]["weeks"])


def design_key(design: Design, task: Task) -> str:
    """Return the name of a design and of what is kept of it, for this version of the model."""
    import hashlib

    return hashlib.sha256(f"{design.key()} {task.keeping.name}".encode()).hexdigest()


def named(design: Design, task: Task) -> pd.DataFrame:
    """Return the table of a design with the name of each row's run: that of the world, as `limelight run` calls it."""
    import hashlib

    table = design.table()
    names = []
    for row in records(table):
        try:
            key = task.recipe.scenario_of(row).key()
        except ValueError:  # a refused row is no world; it is named by its words, and becomes a failure when lived
            words = {name: value for name, value in row.items() if name not in COUNTING}
            text = json.dumps([plain(words), design.base.key()], sort_keys=True, default=str)
            key = hashlib.sha256(text.encode()).hexdigest()
        names.append(key[:16])
    table.insert(3, "run", names)
    return table


def runs_waiting(table: pd.DataFrame, index: Index) -> list[Run]:
    """Return the runs of a design that are not there, each once, in the order of the design."""
    todo = table[~table["run"].isin(index.owner.keys())].drop_duplicates("run")
    return [Run(row["run"], row) for row in records(todo)]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings, numbers as those of Python."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
