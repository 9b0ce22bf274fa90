"""Sweeps end to end: the command, other processes and a Dask cluster, and what becomes of them when they are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.__main__ import main
from sim.designs import Design
from sim.scenario import Scenario
from sim.sweeps import Sweep, crews, living, running
from sim.sweeps.store import Keeping

ROOT = Path(__file__).resolve().parents[2]
RUNS = 72
DESIGN = f"""scenario: world.yaml
design: latin_hypercube
samples: {RUNS // 2}
parameters: assumed
seeds: 2
observables: [idol_hours, mean_dissatisfaction, burnt_out_idols]
"""
WORLD = "weeks: 3\nfans: 200\nagencies: 4\nseed: 7\n"
# As `limelight sweep`, but with chunks so short that a small sweep has many, and lived by other processes alone.
SHORT_CHUNKS = """
import sys
from sim.__main__ import main
from sim.sweeps import crews, running
running.WORTH_PROCESSES, crews.TIME_TO_START, crews.WORK_OF_CHUNK = 0, 0, float(sys.argv[1])
sys.exit(main(["sweep", *sys.argv[2:]]))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweeps")
    (folder / "world.yaml").write_text(WORLD)
    (folder / "design.yaml").write_text(DESIGN)
    return folder


@pytest.fixture(scope="module")
def reference(place: Path) -> pd.DataFrame:
    """What one process gives that nobody disturbs."""
    return everything(sim.sweep(place / "design.yaml", place / "reference", workers=1, show=False))


@pytest.fixture
def other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a sweep of a second has chunks for several processes, and this one lives none while they start."""
    monkeypatch.setattr(running, "WORTH_PROCESSES", 0.0)
    monkeypatch.setattr(crews, "TIME_TO_START", 0.0)
    monkeypatch.setattr(crews, "WORK_OF_CHUNK", 0.3)


def everything(found: Sweep) -> pd.DataFrame:
    """All that was kept, in an order of its own, so that two sweeps can be compared to the bit."""
    return pd.concat(found.weeks()).sort_values(["run", "week"]).reset_index(drop=True)


def started(place: Path, out: str, chunk: float, workers: int) -> subprocess.Popen[str]:
    """Begin a sweep in processes of its own, as a background job that can hear Ctrl-C."""
    words = ["design.yaml", "--out", out, "--workers", str(workers)]
    return subprocess.Popen(
        [sys.executable, "-c", SHORT_CHUNKS, str(chunk), *words], cwd=place, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )  # fmt: skip


def parts(out: Path) -> int:
    return len(list(out.glob("runs/*/*.parquet")))


def until(happened: Callable[[], bool], patience: float = 60) -> None:
    """Wait until something has happened."""
    for _ in range(int(patience / 0.02)):
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def kept_more(job: subprocess.Popen[str], out: Path, least: int) -> None:
    """Wait until a sweep has kept a part more than were there, and so many in all; it must not end before."""
    before = parts(out)
    until(lambda: parts(out) >= max(before + 1, least) or job.poll() is not None)


def all_gone(group: int) -> None:
    """Wait until no process of a group is left."""

    def gone() -> bool:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    until(gone)


def test_four_processes_give_the_same_bits(place: Path, reference: pd.DataFrame, other_processes: None) -> None:
    found = sim.sweep(place / "design.yaml", place / "of four", workers=4, show=False)
    assert len(found.files) > 4  # or there was nothing to share out
    pd.testing.assert_frame_equal(everything(found), reference, check_exact=True)


def test_runs_are_lived_here_until_the_first_process_listens(
    place: Path, reference: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, begun = living.live, list[Scenario]()

    def endless_fourth(scenario: Scenario, keeping: Keeping, check: Callable[[], None]) -> np.ndarray:
        begun.append(scenario)
        while len(begun) == 4:
            time.sleep(0.01)
            check()
        return before(scenario, keeping, check)

    monkeypatch.setattr(running, "WORTH_PROCESSES", 0.0)
    monkeypatch.setattr(living, "live", endless_fourth)
    found = sim.sweep(place / "design.yaml", place / "lent a hand", workers=2, show=False)
    assert len(begun) == 4 and set(found.table["status"]) == {"ok"}
    pd.testing.assert_frame_equal(everything(found), reference, check_exact=True)


def test_a_sweep_killed_three_times_ends_as_one_that_was_not(
    place: Path, reference: pd.DataFrame, other_processes: None, capsys: pytest.CaptureFixture[str]
) -> None:
    out, luck = place / "killed", random.Random(3)
    for turn, (workers, kill) in enumerate(((1, os.kill), (2, os.kill), (2, os.killpg))):
        job = started(place, "killed", 0.1, workers)
        kept_more(job, out, turn + 2)
        time.sleep(luck.random() * 0.1)
        assert job.poll() is None, job.communicate()
        kill(job.pid, signal.SIGKILL)
        job.communicate()
        all_gone(job.pid)  # workers end by themselves when their parent is gone
    (folder,) = out.glob("design-*")
    there = sim.load(folder).table
    assert 0 < (there["status"] == "ok").sum() < RUNS and set(there["status"]) == {"ok", "waiting"}
    found = sim.sweep(place / "design.yaml", out, workers=2)
    assert "runs are there already" in capsys.readouterr().err and found.folder == folder
    assert len(found.table) == len(found.runs) == RUNS and set(found.table["status"]) == {"ok"}
    pd.testing.assert_frame_equal(everything(found), reference, check_exact=True)
    for left in out.rglob("*.partial"):  # of those killed; a young one might have a writer on another machine
        os.utime(left, (0, 0))
    sim.sweep(place / "design.yaml", out, workers=1)
    assert not list(out.rglob("*.partial"))


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(place: Path) -> None:
    job = started(place, "stopped", 0.1, 2)
    kept_more(job, place / "stopped", 3)  # the first run, lived in the parent, and two chunks of others
    os.killpg(job.pid, signal.SIGINT)  # as a terminal does, to all of them
    out, error = job.communicate(timeout=60)
    all_gone(job.pid)
    assert job.returncode == 130 and not out and "the same command goes on from them" in error
    (folder,) = (place / "stopped").glob("design-*")
    kept = (sim.load(folder).table["status"] == "ok").sum()
    assert 2 < kept < RUNS and f"{kept} of {RUNS} runs are done." in error and "Traceback" not in error


PLUGIN = '''
import os, signal
from sim.plugins import at_start

@at_start
def memory_runs_out(industry):
    if industry.scenario.seed == 5:
        os.kill(os.getpid(), signal.SIGKILL)
'''


def test_a_run_that_kills_its_process_twice_is_given_up_and_costs_no_other(
    tmp_path: Path, other_processes: None
) -> None:
    (tmp_path / "greedy.py").write_text(PLUGIN)
    scenario = {"weeks": 1, "fans": 200, "agencies": 4, "plugins": [str(tmp_path / "greedy.py")]}
    found = sim.sweep(Design(scenario=scenario, seeds=8), tmp_path / "out", workers=2, show=False)
    status = found.table.set_index("seed")["status"]
    assert status[5] == "failed" and set(status.drop(5)) == {"ok"}
    assert "ended from outside twice" in found.runs.set_index("status").loc["failed", "error"]


def test_a_dask_cluster_that_loses_a_worker_gives_the_same_bits(
    place: Path, reference: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(crews, "WORK_OF_CHUNK", 0.1)
    out = place / "on dask"
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim, *others = client.run(os.getpid).values()

        def kill() -> None:
            until(lambda: parts(out) > 2)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        found = sim.sweep(place / "design.yaml", out, cluster=cluster.scheduler_address, show=False)
        killer.join()
        assert others and not Path(f"/proc/{victim}").exists()
    assert set(found.table["status"]) == {"ok"} and parts(out) > 5
    pd.testing.assert_frame_equal(everything(found), reference, check_exact=True)


def test_a_chunk_that_is_called_back_keeps_what_is_done_of_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    from sim.sweeps import cluster, living, store

    design, at_third, before = Design.from_yaml(place / "design.yaml"), threading.Event(), living.live
    task, shared, lived = living.task_of(design), store.Store(place / "called back"), []

    def slow_third(scenario: Scenario, keeping: store.Keeping, check: Callable[[], None]) -> np.ndarray:
        lived.append(scenario)
        while len(lived) == 3:
            at_third.set()
            time.sleep(0.01)
            check()
        return before(scenario, keeping, check)

    monkeypatch.setattr(living, "live", slow_third)
    waiting = running.runs_waiting(running.named(design, task), store.Index(()))[:5]
    with (
        shared.locked(),
        distributed.LocalCluster(1, threads_per_worker=1, processes=False, dashboard_address=None) as here,
        distributed.Client(here) as client,
    ):
        mark = (shared.folder / store.LOCK).read_text()
        future = client.submit(cluster.live_there, task, waiting, shared, mark, pure=False)
        assert at_third.wait(60)
        client.cancel([future])
        until(lambda: parts(place / "called back") == 1)
    assert set(shared.index(task.keeping).owner) == {run.name for run in waiting[:2]} and len(lived) == 3


def test_workers_that_do_not_see_the_folder_send_their_runs_back(place: Path, reference: pd.DataFrame) -> None:
    from sim.sweeps import cluster, living, store

    design = Design.from_yaml(place / "design.yaml")
    task = living.task_of(design)
    waiting = running.runs_waiting(running.named(design, task), store.Index(()))[:3]
    elsewhere = cluster.live_there(task, waiting, store.Store(place / "not there"), "the mark of a lock")
    assert elsewhere.runs == [run.name for run in waiting] and len(elsewhere.values) == 3
    assert not (place / "not there").exists()
    stale = living.Task(task.recipe, store.Keeping(task.keeping.observables, task.keeping.weeks, "another source"))
    with pytest.raises(store.SweepError, match="another version of the model"):
        cluster.live_there(stale, waiting, store.Store(place), "")


def test_the_command_tells_what_it_will_take_and_what_it_did(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    words = ["sweep", "design.yaml", "--out", "command", "--workers", "1"]
    assert main([*words, "--dry-run"]) == 0 and not (place / "command").exists()
    told = capsys.readouterr()
    for word in (f"runs      {RUNS}", "done      0", "ms a run, from 3 of 3 weeks", "MB", "fan_age_from: a vector"):
        assert word in told.out
    assert main([*words, "--compact"]) == 0
    done = capsys.readouterr()
    assert f"{RUNS} of {RUNS} runs" in done.err and "became 1." in done.err
    assert sim.load(done.out.strip()).files[0].parent.parent == Path("command/runs")
    assert main([*words, "--quiet"]) == 0
    assert capsys.readouterr() == (done.out, "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nothing.yaml",), "nothing.yaml: there is no such file"),
        ((), "name a design"),
        (("design.yaml", "--workers", "0"), "workers must be a whole number between 1 and"),
        (("design.yaml", "--out", "world.yaml"), "is a file or lies below one"),
        (("design.yaml", "--cluster", "nowhere"), "no Dask scheduler answers at nowhere"),
    ],
)
def test_mistakes_are_one_sentence_and_code_2(
    place: Path, words: tuple[str, ...], sentence: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(place)
    assert main(["sweep", *words]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and not said.out and said.err.count("\n") == 1
