"""How much a sweep costs beyond the weeks of its worlds, what it survives, and how much memory its reader takes.

    python experiments/benchmarks/sweeps.py overhead   a sweep in one process against a plain loop over its worlds
    python experiments/benchmarks/sweeps.py workers    two processes against one
    python experiments/benchmarks/sweeps.py kill       1,000 runs killed three times against 1,000 left in peace
    python experiments/benchmarks/sweeps.py reader     memory of a reader of 100,000 runs x 520 weeks x 40 observables

`--quick` makes each of them four to twenty times smaller. Contenders take turns; ratios are formed within a turn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from measure import Bar, Clock, Row, keep_bytecode, paired

import sim
from sim.designs import Design
from sim.sweeps import Sweep, load
from sim.sweeps.living import live, task_of
from sim.sweeps.store import Keeping, Lived, Store

RUN_SECONDS = 0.05
RUNS_OF_OVERHEAD, RUNS_OF_WORKERS = 160, 1_000
SMALL = {"fans": 500, "agencies": 12}
COMMAND = "python experiments/benchmarks/sweeps.py"


def main() -> int:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("overhead", "workers", "kill", "reader", "read", "sweep"))
    parser.add_argument("folder", type=Path, nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="four to twenty times smaller")
    parser.add_argument("--turns", type=int, default=5, help="how often contenders take turns")
    asked = parser.parse_args()
    if asked.what == "read":
        print(json.dumps(_read_all(asked.folder)))
    elif asked.what == "sweep":  # the one that is killed
        sim.sweep(asked.folder / "design.yaml", asked.folder / "killed", workers=2)
    elif asked.what == "kill":
        _survive(50 if asked.quick else 1000)
    elif asked.what == "reader":
        _measure_reader(5_000 if asked.quick else 100_000)
    else:
        clock = Clock(600, asked.quick, asked.turns)
        for bar in (_overhead if asked.what == "overhead" else _two_workers)(clock):
            print(f"{bar.what}: {bar.measured:.3f} ({bar.low:.3f} to {bar.high:.3f}), limit {bar.sense} {bar.limit}")
            print(f"  {bar.remark}")
    return 0


def measure(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """The bars of sweeps, for `make bench`; workers are measured where two processors are free."""
    bars = [*_overhead(clock), *(_two_workers(clock) if clock.left() > 60 else [])]
    return [], bars


def runs_of_fifty_milliseconds(count: int) -> Design:
    """A design of so many small worlds, of as many weeks as make a run of 50 ms on this machine."""
    design = Design(scenario={**SMALL, "weeks": 20}, design="latin_hypercube", samples=4, parameters="work")
    task = task_of(design)
    worlds = list(design.scenarios())
    live(worlds[0], task.keeping)  # compiles
    begun = time.perf_counter()
    for world in worlds:
        live(world, task.keeping)
    taken = (time.perf_counter() - begun) / len(worlds)
    weeks = max(1, round(20 * RUN_SECONDS / taken))
    return Design(scenario={**SMALL, "weeks": weeks}, design="latin_hypercube", samples=count, parameters="work")


def _overhead(clock: Clock) -> list[Bar]:
    """A sweep in this process against a plain loop that makes, lives and observes the same worlds."""
    design = runs_of_fifty_milliseconds(40 if clock.quick else RUNS_OF_OVERHEAD)
    task, rows = task_of(design), list(design.runs())
    single, living = design.model_copy(update={"samples": 1}), list[float]()
    steps = {
        "plain": lambda: _loop(design, rows, task.keeping),
        "swept": lambda: living.append(_swept(design, 1)),
        "one": lambda: _loop(single, single.runs(), task.keeping),
        "one swept": lambda: _swept(single, 1),
    }
    wall: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(clock.turns):
        clock.say(f"overhead of a sweep, {len(rows)} runs, turn {turn + 1}")
        for name, step in list(steps.items())[:: 1 if turn % 2 else -1]:
            wall[name].append(_timed(step, time.perf_counter))
    milliseconds = 1000 * median(wall["plain"]) / len(rows)
    fixed = median(over - under for over, under in zip(wall["one swept"], wall["one"], strict=True))
    own = paired(wall["swept"], living)  # both within one sweep, so that the noise of a machine is in both
    remark = (
        f"{len(rows)} runs of {milliseconds:.0f} ms, everything from the design to the last part; of it {fixed:.2f} s"
        " are spent once, as by a sweep of a single run"
    )
    within = "by the sweep's own clock: design, naming, keeping and the last part are what it spends beyond its runs"
    return [
        Bar.of(10, "a sweep in one process / a plain loop", paired(wall["swept"], wall["plain"]), 1.05,
               command=f"{COMMAND} overhead", remark=remark),
        Bar.of(10, "a sweep in one process / the runs within it", own, 1.05,
               command=f"{COMMAND} overhead", remark=within),
    ]  # fmt: skip


def _two_workers(clock: Clock) -> list[Bar]:
    """One process against two, over a minute of work, so that the seconds of starting them do not decide.

    Two processes that are warm and live half of the worlds each, without any sweep, tell what the machine has to give.
    """
    keep_bytecode()
    design = runs_of_fifty_milliseconds(100 if clock.quick else RUNS_OF_WORKERS)
    taken: dict[str, list[float]] = {"one": [], "two": [], "apart": []}
    spawning = get_context("spawn")
    with spawning.Pool(1) as first, spawning.Pool(1) as second:

        def apart(of: Design) -> None:
            halves = [pool.apply_async(_live_half, (of, place)) for place, pool in enumerate((first, second))]
            for half in halves:
                half.get()

        apart(design.model_copy(update={"samples": 4}))
        steps = {"one": lambda: _swept(design, 1), "two": lambda: _swept(design, 2), "apart": lambda: apart(design)}
        for turn in range(clock.turns):
            for name, step in list(steps.items())[:: 1 if turn % 2 else -1]:
                clock.say(f"{design.count} runs, {name}, turn {turn + 1}")
                taken[name].append(_timed(step, time.perf_counter))
    more = median(two - one / 2 for one, two in zip(taken["one"], taken["two"], strict=True))
    best = paired(taken["one"], taken["apart"])
    remark = (
        f"{design.count} runs, {median(taken['one']):.0f} s of work on one; two take {more:.1f} s more than half of"
        f" it, in which they start; needs two idle processors: in the same turns two warm processes without a sweep"
        f" were {best.middle:.2f} ({best.low:.2f} to {best.high:.2f}) times as fast"
    )
    return [Bar.of(10, "one process / two", paired(taken["one"], taken["two"]), 1.8, ">=",
                   command=f"{COMMAND} workers", remark=remark)]  # fmt: skip


def _live_half(design: Design, place: int) -> None:
    """Every second world of a design, from the first or from the second one on."""
    _loop(design, list(design.runs())[place::2], task_of(design).keeping)


def _loop(design: Design, rows: Iterable[dict[str, Any]], keeping: Keeping) -> None:
    for row in rows:
        live(design.scenario_of(row), keeping)


def _swept(design: Design, workers: int) -> float:
    """Sweep, and return the seconds that the runs themselves took by the sweep's own clock."""
    with tempfile.TemporaryDirectory() as out:
        return float(sim.sweep(design, out, workers, show=False).runs["seconds"].sum())


def _timed(step: Callable[[], Any], clock: Callable[[], float]) -> float:
    begun = clock()
    step()
    return clock() - begun


def _survive(runs: int) -> None:
    """Kill a sweep three times at random, let it end, and compare it with one that nobody killed."""
    luck = random.Random()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "design.yaml").write_text(
            f"scenario: {{fans: 200, agencies: 4, weeks: 8}}\ndesign: sobol\nsamples: {runs}\nparameters: assumed\n"
        )
        command = [sys.executable, __file__, "sweep", str(place)]
        begun = time.perf_counter()
        peace = sim.sweep(place / "design.yaml", place / "peace", workers=2, show=False)
        whole = time.perf_counter() - begun
        print(f"{runs} runs in peace took {whole:.0f} s", flush=True)
        for turn in range(3):
            job = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(4 + luck.random() * 0.3 * whole)
            (os.kill if turn % 2 else os.killpg)(job.pid, signal.SIGKILL)
            job.wait()
            there = [load(folder).table["status"].eq("ok").sum() for folder in (place / "killed").glob("design-*")]
            print(f"killed; {there[0] if there else 0} of {runs} runs are there", flush=True)
            time.sleep(1)
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        (folder,) = (place / "killed").glob("design-*")
        killed = load(folder)
        assert len(killed.runs) == runs and set(killed.runs["status"]) == {"ok"}, killed.runs["status"].value_counts()
        undisturbed, resumed = (
            pd.concat(found.weeks()).sort_values(["run", "week"]).reset_index(drop=True) for found in (peace, killed)
        )
        pd.testing.assert_frame_equal(resumed, undisturbed, check_exact=True)
        width = len(killed.observables)
        print(f"exactly {len(killed.runs)} runs, {len(resumed):,} rows of {width} observables, equal to the bit")


def _measure_reader(runs: int) -> None:
    """Make a large sweep up, and read it in another process whose memory is watched."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        begun = time.perf_counter()
        folder = _made_up(Path(name), runs)
        size = sum(file.stat().st_size for file in Path(name).rglob("*.parquet"))
        taken = time.perf_counter() - begun
        print(f"{runs:,} runs x 520 weeks x 40 observables made up in {taken:.0f} s, {size / 1e9:.2f} GB of files")
        command = [sys.executable, __file__, "read", str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        for what, value in json.loads(done.stdout).items():
            print(f"{what}: {value:,.2f}")


def _made_up(out: Path, runs: int, weeks: int = 520, observables: int = 40, chunk: int = 200) -> Path:
    """Write a sweep whose runs nobody lived, in parts as large as those of runs of 50 ms."""
    names = tuple(f"reading_{place}" for place in range(observables))
    keeping, store = Keeping(names, tuple(range(weeks)), "f" * 64), Store(out)
    shape = np.arange(weeks)[:, None] / 8 + np.arange(observables)
    for first in range(0, runs, chunk):
        numbers = range(first, min(first + chunk, runs))
        values = [shape + number for number in numbers]
        store.keep(Lived([f"{number:016x}" for number in numbers], [0.05] * len(numbers), values), keeping)
    ordinals = np.arange(runs)
    table = pd.DataFrame({"row": ordinals, "sample": ordinals // 10, "seed": ordinals % 10,
                          "run": [f"{number:016x}" for number in ordinals]})  # fmt: skip
    folder = out / "sweep-0"
    folder.mkdir()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), folder / "design.parquet")
    kept = {"observables": names, "weeks": keeping.weeks, "source": keeping.source}
    (folder / "sweep.json").write_text(json.dumps({"kept": kept, "observables": {}}))
    return folder


def _read_all(folder: Path) -> dict[str, float]:
    """Read a sweep in every way that there is, and say how long each took and how much memory was needed at most."""
    found: dict[str, float] = {"memory before, MB": _most_memory()}
    opened = time.perf_counter()
    sweep = load(folder)
    found["seconds to open"] = time.perf_counter() - opened
    ways: dict[str, Callable[[Sweep], Any]] = {
        "one week of one observable": lambda sweep: sweep.at(-1, sweep.observables[0]),
        "one week of all observables": lambda sweep: sweep.at(260),
        "mean path of all observables": lambda sweep: sweep.summary(by=[]),
        "every number, piece by piece": lambda sweep: sum(len(piece) for piece in sweep.weeks()),
    }
    for what, read in ways.items():
        found[f"seconds for {what}"] = _timed(lambda read=read: read(sweep), time.perf_counter)  # type: ignore[misc]
        found[f"most memory after {what}, MB"] = _most_memory()
    return found


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
