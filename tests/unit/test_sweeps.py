"""Sweeps in this process: what is kept, what is skipped, what fails, and how broken stores are met."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import CancelledError
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import sim
from sim.designs import Design
from sim.observables import OBSERVABLES
from sim.params import LimelightError
from sim.runner import run
from sim.scenario import Scenario
from sim.sweeps import Sweep, cluster, compact, crews, living, pace, running, store
from sim.sweeps.estimating import estimate

TINY = Scenario(weeks=3, fans=200, agencies=4, seed=7)
SAVING = {"staff_saving": [0.2, 0.4]}


def design(**words: Any) -> Design:
    return Design(**{"scenario": TINY, "design": "grid", "parameters": SAVING, "seeds": 2, **words})


def swept(place: Path, **words: Any) -> Sweep:
    return sim.sweep(design(**words), place, workers=1, show=False)


def everything(found: Sweep) -> pd.DataFrame:
    """All that was kept, in an order of its own, so that two sweeps can be compared to the bit."""
    return pd.concat(found.weeks()).sort_values(["run", "week"]).reset_index(drop=True)


def part_of(found: Sweep) -> Path:
    """The part that holds most of its runs; the first run has one of its own."""
    return max(found.files, key=lambda path: path.stat().st_size)


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """The worlds that were really lived through."""
    worlds: list[Scenario] = []
    before = living.live

    def noted(scenario: Scenario, *more: Any) -> Any:
        worlds.append(scenario)
        return before(scenario, *more)

    monkeypatch.setattr(living, "live", noted)
    return worlds


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is a chunk of its own, so a part of its own."""
    monkeypatch.setattr(crews, "WORK_OF_CHUNK", 0.0)


def test_a_sweep_keeps_what_the_runs_alone_would_give_to_the_bit(tmp_path: Path) -> None:
    found = swept(tmp_path / "out", policies=["labels_only"])
    assert len(found.table) == 8 and set(found.table["status"]) == {"ok"}
    for place, world in enumerate(design(policies=["labels_only"]).scenarios()):
        alone = run(world, tmp_path / "alone", threads=1)
        assert alone.folder is not None and alone.folder.name == found.table["run"][place]
        kept = everything(found)
        mine = kept[kept["run"] == alone.folder.name].reset_index(drop=True)
        assert list(mine)[2:] == list(OBSERVABLES)
        for name in OBSERVABLES:
            np.testing.assert_array_equal(mine[name], alone.weeks[name])


def test_only_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    whole = everything(swept(tmp_path / "whole"))
    found = swept(tmp_path / "part", observables=["idol_hours", "burnt_out_idols"], at=[1, 3])
    assert list(everything(found)) == ["run", "week", "idol_hours", "burnt_out_idols"]
    expected = whole[whole["week"].isin([1, 3])][["run", "week", "idol_hours", "burnt_out_idols"]]
    pd.testing.assert_frame_equal(everything(found), expected.reset_index(drop=True), check_exact=True)
    assert swept(tmp_path / "few", every=2).weeks_kept == (0, 2, 3)
    with pytest.raises(LimelightError, match="the nearest is 'idol_hours'"):
        swept(tmp_path / "none", observables=["idol_hour"])


def test_what_is_there_is_not_lived_again_and_designs_share_their_runs(
    tmp_path: Path, lived: list[Scenario]
) -> None:
    first = swept(tmp_path)
    assert len(lived) == 4
    swept(tmp_path)
    assert len(lived) == 4
    more = swept(tmp_path, seeds=3)
    assert len(lived) == 6 and {world.seed for world in lived[4:]} == {9}
    assert more.folder != first.folder and len(more.table) == 6
    shared = everything(more)[lambda frame: frame["run"].isin(first.table["run"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(shared, everything(first), check_exact=True)


def test_one_world_behind_several_rows_is_lived_once(tmp_path: Path, lived: list[Scenario]) -> None:
    rows = [{"staff_saving": 0.2}, {"staff_saving": 0.2}, {}]
    found = swept(tmp_path, design="table", parameters=None, rows=rows, seeds=1)
    assert len(lived) == 2 and len(found.runs) == 2 and len(found.table) == 3
    hours = found.at(3, "idol_hours")["idol_hours"]
    assert hours[0] == hours[1] != hours[2]
    summary = found.summary("idol_hours", at=3, by=[])  # one world is one replicate, however many rows it stands for
    np.testing.assert_allclose(summary["mean"], (hours[0] + hours[2]) / 2, rtol=1e-12)
    assert list(summary["replicates"]) == [2]


def test_a_row_that_contradicts_itself_is_a_failure_and_the_others_live(tmp_path: Path) -> None:
    rows = [{}, {"policy": "worker_first", "hours_cap_adults": 40.0, "starts": "2025-02-03"}, {"staff_saving": 7}]
    found = swept(tmp_path, design="table", parameters=None, rows=rows, seeds=1)
    assert list(found.table["status"]) == ["ok", "failed", "failed"]
    refused, outside = found.runs["error"][1:]
    assert "keep one of them" in refused and "outside its range" in outside
    assert "Traceback" in found.runs["traceback"][1]
    assert json.loads(found.runs["scenario"][2])["row"]["staff_saving"] == 7
    assert found.at(3, "idol_hours")["idol_hours"].isna().tolist() == [False, True, True]


def test_a_run_that_failed_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = living.Industry

    def unlucky(scenario: Scenario) -> Any:
        if scenario.seed == 8:
            raise ZeroDivisionError("bad luck")
        return before(scenario)

    monkeypatch.setattr(living, "Industry", unlucky)
    found = swept(tmp_path)
    assert found.table.groupby("seed")["status"].first().tolist() == ["ok", "failed"]
    failed = found.runs.set_index("status").loc["failed"].iloc[0]
    assert failed["error"] == "bad luck" and json.loads(failed["scenario"])["seed"] == 8
    monkeypatch.setattr(living, "Industry", before)
    healed = swept(tmp_path)
    assert set(healed.table["status"]) == {"ok"} and set(healed.runs["error"]) == {""}


def test_a_number_that_is_none_fails_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = OBSERVABLES["idol_hours"]
    monkeypatch.setitem(OBSERVABLES, "idol_hours", type(seen)(**{**vars(seen), "measure": lambda view: float("nan")}))
    with pytest.raises(LimelightError, match="'idol_hours' is nan in week 0"):
        swept(tmp_path)


def test_a_broken_design_is_known_after_a_few_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def broken(scenario: Scenario) -> Any:
        tried.append(scenario)
        raise RuntimeError("no world today")

    monkeypatch.setattr(living, "Industry", broken)
    with pytest.raises(LimelightError, match="each of 3 runs from all over it failed: no world today"):
        swept(tmp_path, seeds=20)
    assert len(tried) == 3


def test_a_design_of_which_only_the_ends_fail_is_lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = living.Industry

    def picky(scenario: Scenario) -> Any:
        if scenario.seed in (0, 8, 9):
            raise RuntimeError("no world today")
        return before(scenario)

    monkeypatch.setattr(living, "Industry", picky)
    found = swept(tmp_path, design="replicate", parameters=None, seeds=tuple(range(10)))
    assert list(found.table.loc[found.table["status"] == "failed", "seed"]) == [0, 8, 9]


def test_a_large_design_says_that_its_runs_are_named_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "MANY_ROWS", 3)
    sim.sweep(design(), tmp_path, workers=1)
    assert capsys.readouterr().err.startswith("Naming the runs of 4 rows")
    sim.sweep(design(), tmp_path, workers=1)
    assert "Naming" not in capsys.readouterr().err  # the names are kept


def test_a_store_lies_as_it_is_described(tmp_path: Path) -> None:
    found = swept(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "runs", found.folder.name]
    assert sorted(path.name for path in found.folder.iterdir()) == ["design.parquet", "sweep.json"]
    part = part_of(found)
    assert part.parent.parent == tmp_path / "runs" and part.parent.name.startswith(found.manifest["source"]["hash"][:8])
    assert {"design", "scenario", "numbers", "observables", "versions"} <= found.manifest.keys()
    weeks = pq.read_table(part)["week"].to_pylist()
    assert weeks == sorted(weeks)
    assert sim.load(found.folder).table.equals(found.table)


def test_a_damaged_part_is_set_aside_and_its_runs_lived_again(
    tmp_path: Path, lived: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    found = swept(tmp_path)
    before, part = everything(found), part_of(found)
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(LimelightError, match=rf"{part.name} is damaged .* delete it and sweep again"):
        sim.load(found.folder)
    lived.clear()
    again = sim.sweep(design(), tmp_path, workers=1)
    assert len(lived) == 3 and f"set aside as {part.name}.damaged" in capsys.readouterr().err
    pd.testing.assert_frame_equal(everything(again), before, check_exact=True)


def test_a_page_that_rots_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    found = swept(tmp_path)
    part = part_of(found)
    column = pq.read_metadata(part).row_group(0).column(3)
    content = bytearray(part.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 3] ^= 0xFF
    part.write_bytes(content)
    with pytest.raises(LimelightError, match=rf"{part.name} is damaged"):
        everything(found)


def test_a_damaged_design_is_written_anew_and_no_run_is_lived_for_it(tmp_path: Path, lived: list[Scenario]) -> None:
    found = swept(tmp_path)
    before = len(lived)
    for name in ("design.parquet", "sweep.json"):
        (found.folder / name).write_bytes(b"{")
        with pytest.raises(LimelightError, match="holds no whole sweep; sweep again"):
            sim.load(found.folder)
        again = sim.sweep(design(), tmp_path, workers=1, show=True)
        assert again.table.equals(found.table) and len(lived) == before


def test_a_damaged_design_of_the_same_name_is_no_obstacle(tmp_path: Path) -> None:
    (swept(tmp_path).folder / "sweep.json").write_text("{")
    assert len(sim.sweep(design(seeds=1), tmp_path, workers=1, show=True).table) == 2


def test_the_rate_leaves_out_what_is_compiled_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now)
    with pace.shown(41, 0, show=True) as said:
        now = 60.0  # of which a second is the run
        said.tried(1, 0)
        now = 80.0
        said.note(18, 2)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "1 of 41 runs"
    assert second == "21 of 41 runs, 2 failed, 1 a second, 20 s left"


def test_an_address_where_nobody_answers_is_known_before_a_run_is_lived(
    tmp_path: Path, lived: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.sweeps.cluster.PATIENCE", "0.2s")
    with pytest.raises(LimelightError, match="no Dask scheduler answers at"):
        sim.sweep(design(), tmp_path, cluster="tcp://127.0.0.1:1", show=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    for address in ("local", "tcp://127.0.0.1:1"):
        with pytest.raises(LimelightError, match="needs the library distributed"):
            sim.sweep(design(), tmp_path, cluster=address, show=False)
    assert not lived


@pytest.mark.parametrize("error", [CancelledError("the line was lost"), ConnectionRefusedError("nobody there")])
def test_a_scheduler_that_goes_away_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def lost(*_: object, **__: object) -> Any:
        raise error

    gone = SimpleNamespace(nthreads=lambda: {"one": 1}, submit=lambda *_, **__: object(), cancel=lost)
    monkeypatch.setattr(cluster.Cluster, "_client", lambda self: nullcontext(gone))
    monkeypatch.setattr(cluster.Cluster, "check", lambda self: None)
    monkeypatch.setattr(cluster, "_finished", lost)
    with pytest.raises(LimelightError, match=r"scheduler at tcp://there:1 is gone .* sweep again"):
        sim.sweep(design(), tmp_path, cluster="tcp://there:1", show=False)
    (folder,) = tmp_path.glob("sweep-*")
    assert list(sim.load(folder).table["status"]).count("ok") == 1  # the first run, lived here


def test_a_process_starts_without_reading_a_large_chunk_first_and_does_not_hear_ctrl_c(tmp_path: Path) -> None:
    task = living.task_of(design())
    crew = crews.Processes(1)
    crew.task, crew.store = task, store.Store(tmp_path)
    waiting = [living.Run(str(at), {"staff_saving": 0.2, "word": "w" * 1000}) for at in range(999)]
    crew.chunks = crews.Chunks(waiting, 0, 1)
    worker = crew._start()
    os.kill(worker.process.pid, signal.SIGINT)  # before it runs a line of its own
    assert not worker.chunk and crew._hear(worker) and worker.listens  # only now does it read what it is sent
    crew._dismiss(worker)
    assert worker.process.exitcode in (0, -signal.SIGTERM)


@pytest.mark.parametrize(("patience", "lived_here"), [(60.0, True), (0.0, False)])
def test_short_runs_are_lived_here_while_processes_start_and_those_not_needed_are_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float, lived_here: bool
) -> None:
    far_ends, ended = [], []

    def silent(self: crews.Processes) -> crews._Worker:
        line, far_end = self.spawning.Pipe()
        far_ends.append(far_end)
        if not lived_here:
            far_end.close()  # it is gone before it listens
        process = SimpleNamespace(terminate=lambda: ended.append(line), join=lambda: None)
        return crews._Worker(process, line)

    monkeypatch.setattr(crews.Processes, "_start", silent)
    monkeypatch.setattr(crews, "TIME_TO_START", patience)
    monkeypatch.setattr(running, "WORTH_PROCESSES", 0.0)
    if lived_here:
        found = sim.sweep(design(), tmp_path, workers=2, show=False)
        assert set(found.table["status"]) == {"ok"} and len(ended) == len(far_ends) == 2
    else:
        with pytest.raises(LimelightError, match="end before they begin a run"):
            sim.sweep(design(), tmp_path, workers=2, show=False)


def test_a_full_disk_is_one_sentence_and_what_is_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_chunks: None
) -> None:
    before, written = store.pq.write_table, []

    def until_full(table: Any, file: Any, **how: Any) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(file)
        before(table, file, **how)

    monkeypatch.setattr(store.pq, "write_table", until_full)
    with pytest.raises(LimelightError, match="no space left on the disk"):
        monkeypatch.setattr("sim.sweeps.running.write_table", lambda table, path: before(table, path))
        swept(tmp_path)
    monkeypatch.setattr(store.pq, "write_table", before)
    (folder,) = tmp_path.glob("sweep-*")
    assert list(sim.load(folder).table["status"]).count("ok") == 2
    assert not list(tmp_path.rglob("*.partial"))
    assert set(swept(tmp_path).table["status"]) == {"ok"}


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(LimelightError, match=r"out is a file or lies below one"):
        swept(tmp_path / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(LimelightError, match="may not be written to"):
        swept(tmp_path / "out")


def test_two_sweeps_at_once_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    holder = (
        f"import sys; from sim.sweeps.store import Store\nwith Store({str(tmp_path)!r}).locked():\n"
        "    print('locked', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert other.stdout is not None and other.stdout.readline() == "locked\n"
    with pytest.raises(LimelightError, match=rf"another sweep is at work there \(process {other.pid} on .*wait until"):
        swept(tmp_path)
    other.kill()  # a dead process holds no lock, whatever it could not clean up
    other.communicate()
    assert set(swept(tmp_path).table["status"]) == {"ok"}


def test_another_version_of_the_model_does_not_mix_with_the_runs_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lived: list[Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    old = swept(tmp_path)
    for module in ("sim.scenario", "sim.sweeps.store"):
        monkeypatch.setattr(f"{module}.source_hash", lambda: "f" * 64)
    lived.clear()
    new = sim.sweep(design(), tmp_path, workers=1)
    assert len(lived) == 4 and new.folder != old.folder
    assert f"The model has changed since {old.folder} was swept" in capsys.readouterr().err
    assert set(old.table["run"]).isdisjoint(new.table["run"])
    assert len(everything(sim.load(old.folder))) == len(everything(new)) == 16
    assert len({path.parent for path in (*old.files, *new.files)}) == 2


@pytest.mark.parametrize(
    "words", [{"observables": ["mean_exposure"]}, {"at": [2]}, {"weeks": 2}, {"weeks": 5, "at": [1]}]
)
def test_what_is_kept_otherwise_is_lived_anew_and_said_in_one_line(
    tmp_path: Path, words: dict[str, Any], capsys: pytest.CaptureFixture[str], lived: list[Scenario]
) -> None:
    old = swept(tmp_path, at=[1])
    lived.clear()
    sim.sweep(design(**{"at": [], **words}), tmp_path, workers=1)
    said = capsys.readouterr().err
    assert len(lived) == 4 and said.count("changed since") == 1
    assert f"The observables or weeks have changed since {old.folder} was swept" in said
    sim.sweep(design(observables=["mean_exposure"], seeds=3), tmp_path, workers=1)
    assert "changed since" not in capsys.readouterr().err  # these are other worlds


def test_what_a_killed_process_left_unfinished_is_no_part(tmp_path: Path) -> None:
    found = swept(tmp_path)
    left = part_of(found).with_name(f".part-0.parquet.1{store.UNFINISHED}")
    left.write_bytes(b"PAR1")
    young = left.with_name(f".part-1.parquet.2{store.UNFINISHED}")
    young.write_bytes(b"PAR1")
    long_ago = left.stat().st_mtime - 2 * store.ABANDONED
    os.utime(left, (long_ago, long_ago))
    swept(tmp_path, seeds=3)
    assert not left.exists() and young.exists()  # another process may still write the young one


def test_runs_that_lie_twice_are_read_once_and_compaction_drops_them(tmp_path: Path, small_chunks: None) -> None:
    found = swept(tmp_path, seeds=4)
    before = everything(found)
    parts = found.files
    assert len(parts) == 8
    parts[0].with_name("part-ffff.parquet").write_bytes(parts[0].read_bytes())
    twice = sim.load(found.folder)
    pd.testing.assert_frame_equal(everything(twice), before, check_exact=True)
    assert compact(tmp_path) == (9, 1)
    with pytest.raises(LimelightError, match=r"is gone; .* load it again"):
        everything(twice)
    merged = sim.load(found.folder)
    pd.testing.assert_frame_equal(everything(merged), before, check_exact=True)
    assert merged.runs["seconds"].tolist() == found.runs["seconds"].tolist()
    stamp = part_of(merged).stat().st_mtime_ns
    assert compact(tmp_path) == (1, 1) and part_of(merged).stat().st_mtime_ns == stamp


def test_a_compaction_that_was_interrupted_loses_nothing(
    tmp_path: Path, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = swept(tmp_path, seeds=3)
    before, gone = everything(found), []

    def killed(self: Path, missing_ok: bool = False) -> None:
        if gone:
            raise KeyboardInterrupt
        if self.suffix == ".parquet":
            gone.append(self)
        os.unlink(self) if self.exists() else None

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            compact(tmp_path)
    assert len(gone) == 1
    pd.testing.assert_frame_equal(everything(sim.load(found.folder)), before, check_exact=True)
    assert compact(tmp_path)[1] == 1
    pd.testing.assert_frame_equal(everything(sim.load(found.folder)), before, check_exact=True)


def test_a_summary_is_that_of_the_frame(tmp_path: Path) -> None:
    found = swept(tmp_path, seeds=3, policies=["labels_only"])
    names = ["idol_hours", "mean_dissatisfaction"]
    summary = found.summary(names, at=[2, 3])
    assert len(summary) == 2 * 2 * 2 * 2 and set(summary["replicates"]) == {3}
    frame = found.at(3, names)
    for name in names:
        rows = summary[(summary["week"] == 3) & (summary["observable"] == name)].set_index(["staff_saving", "policy"])
        expected = frame.groupby(["staff_saving", "policy"])[name]
        np.testing.assert_allclose(rows["mean"].sort_index(), expected.mean().sort_index(), rtol=1e-12)
        np.testing.assert_allclose(rows["deviation"].sort_index(), expected.std().sort_index(), rtol=1e-8)
        assert (rows["low"] < rows["mean"]).all() and (rows["mean"] < rows["high"]).all()
    with pytest.raises(LimelightError, match="the nearest is 'policy'"):
        found.summary(names, by=["polic"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [((-1, "idol_hour"), "the nearest is 'idol_hours'"), ((9, "idol_hours"), "the nearest week that it keeps is 3")],
)
def test_what_was_not_kept_is_refused(tmp_path: Path, words: tuple[int, str], sentence: str) -> None:
    found = swept(tmp_path, seeds=1, parameters={"staff_saving": [0.3]})
    with pytest.raises(LimelightError, match=sentence):
        found.at(*words)


def test_a_folder_without_a_sweep_names_those_below_it(tmp_path: Path) -> None:
    found = swept(tmp_path, seeds=1)
    with pytest.raises(LimelightError, match=found.folder.name):
        sim.load(tmp_path)
    with pytest.raises(LimelightError, match="check the path"):
        sim.load(tmp_path / "none")


def test_an_estimate_counts_and_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = estimate(design(seeds=5), out, workers=2)
    assert (before.rows, before.runs, before.done) == (10, 10, 0) and not out.exists()
    assert before.seconds > 0 and "3 of 3 weeks of the first run" in before.measured
    found = swept(out)
    size = sum(path.stat().st_size for path in found.files)
    after = estimate(design(seeds=5), out, workers=2)
    assert (after.done, after.runs) == (4, 10) and "the median of the 4 that are done" in after.measured
    assert 0.3 < before.bytes / size < 3
