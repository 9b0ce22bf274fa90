"""A result is whole or it is not there, comes back as it was, and the same data are always the same bytes."""

from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim import results, runner
from sim.params import LimelightError
from sim.results import Results, agents_table, weeks_frame, workshop
from sim.runner import RunError, folder_of, run
from sim.scenario import Scenario
from tests.unit.small_world import SmallIndustry, save_often, small_world

__all__ = ["small_world"]
ASKED = Scenario(weeks=6, fans=500, seed=4)


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_run_keeps_every_week_from_the_built_world_on(small_world: type[SmallIndustry], tmp_path: Path) -> None:
    kept = run(ASKED, out=tmp_path, threads=1)
    assert list(kept.weeks.columns) == ["week", "date", "mood", "fans"]
    assert list(kept.weeks["week"]) == list(range(7))
    assert kept.weeks["date"].iloc[0] == pd.Timestamp("2024-12-30")
    assert kept.weeks["date"].iloc[6] == pd.Timestamp("2025-02-10")
    assert kept.weeks["mood"].iloc[0] == 0 and kept.weeks["mood"].iloc[6] != 0
    assert not kept.weeks.isna().to_numpy().any()
    assert kept.events.to_dict("list") == {
        "week": [2, 4, 6],
        "date": [pd.Timestamp("2025-01-13"), pd.Timestamp("2025-01-27"), pd.Timestamp("2025-02-10")],
        "kind": ["debut"] * 3,
        "subject": ["group 1"] * 3,
        "magnitude": [4.0] * 3,
        "detail": ["four members"] * 3,
    }
    assert kept.folder == folder_of(ASKED, tmp_path)
    assert _files(kept.folder) == {"weeks.parquet", "events.parquet", "manifest.json"}


def test_the_manifest_says_where_the_result_comes_from(small_world: type[SmallIndustry], tmp_path: Path) -> None:
    asked = ASKED.with_(numbers={"fine_cap": 0.05})
    manifest = run(asked, out=tmp_path, threads=1).manifest
    assert manifest["key"] == asked.key() and asked.key().startswith(manifest["run"])
    assert Scenario.of(manifest["scenario"]) == asked
    assert manifest["numbers"]["fine_cap"] == {"value": 0.05, "unit": "share", "kind": "scenario"}
    assert manifest["versions"]["numpy"] == np.__version__
    assert set(manifest["source"]) == {"hash", "commit", "dirty"}
    assert manifest["wall_time_seconds"] >= 0 and manifest["threads"] == 1
    assert manifest["processor"]["architecture"] and manifest["created"].endswith("+00:00")
    assert manifest["observables"]["mood"] == {"unit": "SD", "label": "Mood"}


def test_the_same_world_is_loaded_and_only_fresh_lives_it_again(
    small_world: type[SmallIndustry], tmp_path: Path
) -> None:
    first = run(ASKED, out=tmp_path, threads=1)
    again = run(ASKED.with_(title="Under another title"), out=tmp_path, threads=2)
    assert small_world.built == 1
    pd.testing.assert_frame_equal(first.weeks, again.weeks)
    run(ASKED, out=tmp_path, threads=1, fresh=True)
    assert small_world.built == 2


def test_the_same_world_gives_the_same_bytes(small_world: type[SmallIndustry], tmp_path: Path) -> None:
    one, two = (run(ASKED, out=tmp_path / name, threads=1) for name in ("one", "two"))
    assert one.folder is not None and two.folder is not None
    for name in ("weeks.parquet", "events.parquet"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()
    assert pq.read_schema(one.folder / "weeks.parquet").metadata is None
    other = run(ASKED.with_(seed=5), out=tmp_path, threads=1)
    assert other.folder is not None
    assert (other.folder / "weeks.parquet").read_bytes() != (one.folder / "weeks.parquet").read_bytes()


def test_a_world_of_no_weeks_and_no_events_is_a_result_too(small_world: type[SmallIndustry], tmp_path: Path) -> None:
    kept = run(ASKED.with_(weeks=0), out=tmp_path, threads=1)
    assert len(kept.weeks) == 1 and len(kept.events) == 0
    assert list(kept.events.columns) == ["week", "date", "kind", "subject", "magnitude", "detail"]


def test_agents_are_kept_on_the_stated_schedule_and_only_the_living(
    small_world: type[SmallIndustry], tmp_path: Path
) -> None:
    kept = run(ASKED.with_(snapshots_every=3), out=tmp_path, threads=1)
    assert kept.folder is not None
    agents = sorted(path.name for path in (kept.folder / "agents").iterdir())
    assert agents == [f"fans-week-{week:04d}.parquet" for week in (0, 3, 6)]
    built, later = (pq.read_table(kept.folder / "agents" / name).to_pandas() for name in agents[:2])
    assert list(built["row"]) == [0, 1, 2, 3] and list(later["row"]) == [1, 2, 3]
    assert list(later["mood"]) == [5.0, 6.0, 7.0]
    assert list(later.columns) == ["row", "mood", "taste_0", "taste_1"]
    moved = kept.save(tmp_path / "elsewhere")
    assert moved.folder is not None and len(_files(moved.folder / "agents")) == 3


def test_an_agents_table_takes_columns_longer_than_the_population() -> None:
    table = agents_table({"mood": np.arange(9.0)}, np.array([False, True, True]))
    assert table.to_pydict() == {"row": [1, 2], "mood": [1.0, 2.0]}


def test_a_saved_result_comes_back_as_it_was(small_world: type[SmallIndustry], tmp_path: Path) -> None:
    kept = run(ASKED, out=tmp_path, threads=1)
    saved = Results(kept.weeks, kept.events, kept.manifest).save(tmp_path / "mine" / "copy")
    back = Results.load(tmp_path / "mine" / "copy")
    pd.testing.assert_frame_equal(back.weeks, kept.weeks)
    pd.testing.assert_frame_equal(back.events, kept.events)
    assert back.manifest == saved.manifest == kept.manifest


def test_progress_is_told_after_the_building_and_after_each_week(
    small_world: type[SmallIndustry], tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    run(ASKED, out=tmp_path, threads=1, progress=lambda week, weeks: seen.append((week, weeks)))
    assert seen == [(week, 6) for week in range(7)]


def test_a_measure_that_is_no_number_ends_the_run_and_leaves_nothing(
    small_world: type[SmallIndustry], tmp_path: Path
) -> None:
    small_world.nan_in_week = 3
    with pytest.raises(RunError, match="the observable 'mood' is nan in week 3"):
        run(ASKED, out=tmp_path, threads=1)
    assert list(tmp_path.iterdir()) == []


def test_a_table_with_holes_is_never_made() -> None:
    with pytest.raises(AssertionError, match="mood is not a number"):
        weeks_frame([{"mood": float("nan")}], [ASKED.date_of(0)])


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), MemoryError(), ZeroDivisionError()])
def test_an_interrupted_run_leaves_nothing_and_an_earlier_result_as_it_was(
    small_world: type[SmallIndustry], tmp_path: Path, stop: BaseException
) -> None:
    kept = run(ASKED, out=tmp_path, threads=1)
    small_world.fails = {3: stop}
    with pytest.raises(type(stop)):
        run(ASKED, out=tmp_path, threads=1, fresh=True)
    with pytest.raises(type(stop)):
        run(ASKED.with_(seed=9), out=tmp_path, threads=1)
    assert [path.name for path in tmp_path.iterdir()] == [kept.manifest["run"]]
    pd.testing.assert_frame_equal(Results.load(folder_of(ASKED, tmp_path)).weeks, kept.weeks)


def _damage(folder: Path, how: str) -> None:
    if how == "empty folder":
        for path in folder.iterdir():
            path.unlink()
    elif how == "no weeks":
        (folder / "weeks.parquet").unlink()
    elif how == "cut off weeks":
        weeks = folder / "weeks.parquet"
        weeks.write_bytes(weeks.read_bytes()[:-40])
    elif how == "broken manifest":
        (folder / "manifest.json").write_text('{"run": ')
    elif how == "binary manifest":
        (folder / "manifest.json").write_bytes(b"\xff\xfe\x00")
    elif how == "another manifest":
        (folder / "manifest.json").write_text("[]")
    elif how == "no parquet though promised":
        weeks = folder / "weeks.parquet"
        weeks.write_bytes(b"nothing")
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"]["weeks.parquet"] = hashlib.sha256(b"nothing").hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "how",
    [
        "empty folder",
        "no weeks",
        "cut off weeks",
        "broken manifest",
        "binary manifest",
        "another manifest",
        "no parquet though promised",
    ],
)
def test_a_damaged_folder_is_named_with_the_remedy_and_fresh_repairs_it(
    small_world: type[SmallIndustry], tmp_path: Path, how: str
) -> None:
    folder = run(ASKED, out=tmp_path, threads=1).folder
    assert folder is not None
    _damage(folder, how)
    with pytest.raises(LimelightError) as caught:
        run(ASKED, out=tmp_path, threads=1)
    text = str(caught.value)
    assert str(folder) in text and "is not a whole result" in text and "--fresh" in text and "\n" not in text
    run(ASKED, out=tmp_path, threads=1, fresh=True)
    assert len(Results.load(folder).weeks) == 7
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "no space left on the disk"),
        (errno.EACCES, "may not be written to"),
        (errno.EROFS, "may not be written to"),
        (errno.EIO, "cannot hold the results"),
    ],
)
def test_a_disk_that_refuses_is_one_sentence_and_leaves_nothing(
    small_world: type[SmallIndustry],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    sentence: str,
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(results, "write_table", refuse)
    with pytest.raises(LimelightError, match=sentence) as caught:
        run(ASKED, out=tmp_path, threads=1)
    assert str(tmp_path) in str(caught.value) and "--out" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_found_before_the_run(small_world: type[SmallIndustry], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(LimelightError, match="is a file"):
            run(ASKED, out=out, threads=1)
    assert small_world.built == 0


def test_a_file_in_the_place_of_the_result_is_named(small_world: type[SmallIndustry], tmp_path: Path) -> None:
    folder_of(ASKED, tmp_path).write_text("")
    with pytest.raises(LimelightError, match="is a file, not a result folder"):
        run(ASKED, out=tmp_path, threads=1)


def test_loading_what_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LimelightError, match="there is no such result folder"):
        Results.load(tmp_path / "none")


def test_processes_that_write_the_same_run_at_once_all_end_well(
    small_world: type[SmallIndustry], tmp_path: Path
) -> None:
    kept = run(ASKED, out=tmp_path / "first", threads=1)
    place = tmp_path / "contested" / "run"
    context = multiprocessing.get_context("spawn")
    rivals = [context.Process(target=save_often, args=(kept, place, 40)) for _ in range(3)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(120)
    assert [rival.exitcode for rival in rivals] == [0, 0, 0]
    assert [path.name for path in place.parent.iterdir()] == ["run"]
    pd.testing.assert_frame_equal(Results.load(place).weeks, kept.weeks)


def test_a_rival_that_was_faster_keeps_its_place(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with workshop(place, renew=False) as slower:
        (slower / "who").write_text("slower")
        with workshop(place, renew=False) as faster:
            (faster / "who").write_text("faster")
    assert (place / "who").read_text() == "faster"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("threads", [0, -1, 1025, 1.5, True, "two"])
def test_a_number_of_threads_that_cannot_be_is_refused(threads: object) -> None:
    with pytest.raises(LimelightError, match="threads must be a whole number between 1 and 1024"):
        runner.checked_threads(threads)


def test_the_default_number_of_threads_is_what_this_process_may_use() -> None:
    assert 1 <= runner.checked_threads(None) <= (os.cpu_count() or 1)


def test_source_outside_a_checkout_has_no_commit(tmp_path: Path) -> None:
    assert runner._checkout(tmp_path) == {"commit": None, "dirty": None}


def test_a_changed_checkout_is_dirty(tmp_path: Path) -> None:
    if runner._git(tmp_path, "init", "-q") is None:
        pytest.skip("there is no git here")
    (tmp_path / "__init__.py").write_text("")
    runner._git(tmp_path, "add", ".")
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    runner._git(tmp_path, *identity, "commit", "-q", "-m", "first")
    clean = runner._checkout(tmp_path)
    (tmp_path / "__init__.py").write_text("x = 1")
    assert clean["dirty"] is False and len(clean["commit"]) == 40
    assert runner._checkout(tmp_path) == {"commit": clean["commit"], "dirty": True}
