"""A tiny world end to end, as a person lives it: the command in a process of its own, the files it leaves."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.observables import OBSERVABLES
from sim.params import passports
from sim.results import Results
from sim.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]

SCENARIO = """\
title: A tiny industry
start: 2024-12-30
weeks: 30
fans: 600
agencies: 12
seed: 7
snapshots_every: 15
numbers: {debuts_per_year: 50}
policies:
  - {set: hours_cap_adults, to: 52, from: 2025-03-03, over: 4}
  - mine.yaml
"""
POLICY = "name: mine\nnote: an example\nchanges:\n  - {set: licence_pool, to: 0.1, from: 2025-02-03}\n"
WEEKS, SNAPSHOTS = 30, (0, 15, 30)
KINDS = ("fans", "idols", "groups", "agencies", "tools", "services")


@dataclass(frozen=True)
class Answer:
    """What the command said."""

    code: int
    out: str
    err: str

    @property
    def folder(self) -> Path:
        """The folder of the run: the last line."""
        return Path(self.out.splitlines()[-1])


def limelight(*words: object, hash_seed: str = "random", cwd: Path = ROOT) -> Answer:
    """Run the command as a person does."""
    room = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "sim", *map(str, words)],
        capture_output=True, text=True, cwd=cwd, env=room, timeout=120, check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Place:
    """Where a scenario file lies, and where its results go."""

    file: Path
    out: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The tiny scenario and its policy in a folder of their own, with a blank in its name."""
    folder = tmp_path_factory.mktemp("a tiny world")
    (folder / "scenario.yaml").write_text(SCENARIO)
    (folder / "mine.yaml").write_text(POLICY)
    return Place(folder / "scenario.yaml", folder / "results")


@pytest.fixture(scope="module")
def answer(place: Place) -> Answer:
    """The first run, from another folder than the scenario's."""
    found = limelight("run", place.file, "--out", place.out, "--threads", 1, hash_seed="1")
    assert found.code == 0, found.err
    return found


@pytest.fixture(scope="module")
def weeks(answer: Answer) -> pd.DataFrame:
    """The table of weeks."""
    return pd.read_parquet(answer.folder / "weeks.parquet")


def stamp(folder: Path) -> dict[str, tuple[int, int]]:
    """When and as what each file of a folder was written."""
    return {str(file): (file.stat().st_mtime_ns, file.stat().st_ino) for file in folder.rglob("*")}


# ---- what a run leaves ----


def test_a_run_ends_with_the_folder_and_leaves_three_files_and_the_agents(answer: Answer, place: Place) -> None:
    assert answer.out == f"{answer.folder}\n" and answer.err == ""
    assert answer.folder.parent == place.out and list(place.out.iterdir()) == [answer.folder]
    assert sorted(file.name for file in answer.folder.iterdir()) == [
        "agents", "events.parquet", "manifest.json", "weeks.parquet"]
    assert answer.folder.name == Scenario.from_yaml(place.file).key()[:16]


def test_the_table_has_a_row_for_the_built_world_and_for_every_week_and_no_holes(weeks: pd.DataFrame) -> None:
    assert list(weeks.columns) == ["week", "date", *OBSERVABLES]
    assert weeks.week.tolist() == list(range(WEEKS + 1))
    assert weeks.date.tolist() == list(pd.date_range("2024-12-30", periods=WEEKS + 1, freq="7D"))
    numbers = weeks[list(OBSERVABLES)]
    assert (numbers.dtypes == np.float64).all() and np.isfinite(numbers.to_numpy()).all()
    assert weeks.agencies[0] == 12 and weeks.active_fans[0] > 0
    moving = numbers.nunique() > 1
    assert {OBSERVABLES[name].theme for name in OBSERVABLES if moving[name]} == {
        entry.theme for entry in OBSERVABLES.values()}


def test_the_events_are_dated_and_tell_of_the_policies(answer: Answer) -> None:
    events = pd.read_parquet(answer.folder / "events.parquet")
    assert list(events.columns) == ["week", "date", "kind", "subject", "magnitude", "detail"]
    assert not events.isna().any().any() and events.week.is_monotonic_increasing
    assert ((events.date - pd.Timestamp("2024-12-30")).dt.days == 7 * events.week).all()
    policy = events[events.kind == "policy"]
    assert policy[policy.subject == "licence_pool"][["week", "magnitude"]].to_numpy().tolist() == [[5, 0.1]]
    cap = policy[policy.subject == "hours_cap_adults"]
    assert cap.week.tolist() == [9, 10, 11, 12] and cap.magnitude.tolist() == [139, 110, 81, 52]
    assert (events.kind == "debut").sum() == Results.load(answer.folder).weeks.debuts_last_year.iloc[-1]


def test_the_manifest_says_where_the_result_comes_from(answer: Answer, place: Place) -> None:
    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is no JSON")

    manifest = json.loads((answer.folder / "manifest.json").read_text(), parse_constant=refuse)
    assert {"run", "key", "created", "scenario", "numbers", "observables", "source", "versions", "processor",
            "threads", "wall_time_seconds", "files"} <= manifest.keys()
    assert manifest["run"] == answer.folder.name and manifest["key"] == Scenario.from_yaml(place.file).key()
    assert manifest["scenario"]["seed"] == 7 and manifest["scenario"]["policies"][0]["changes"]
    assert manifest["numbers"].keys() == passports().keys()
    assert manifest["numbers"]["debuts_per_year"]["value"] == 50
    assert manifest["observables"].keys() == OBSERVABLES.keys()
    assert {"commit", "dirty", "hash"} <= manifest["source"].keys()
    assert {"python", "limelight", "mesa", "numpy", "numba", "pandas", "pyarrow"} <= manifest["versions"].keys()
    assert manifest["threads"] == 1 and manifest["wall_time_seconds"] > 0
    # What the manifest holds is enough to ask for the very same world again.
    assert Scenario.of(manifest["scenario"]).key() == manifest["key"]


def test_the_agents_are_kept_on_the_stated_schedule(answer: Answer, weeks: pd.DataFrame) -> None:
    names = {f"{kind}-week-{week:04d}.parquet" for kind in KINDS for week in SNAPSHOTS}
    assert {file.name for file in (answer.folder / "agents").iterdir()} == names
    for week in SNAPSHOTS:
        kept = {kind: answer.folder / "agents" / f"{kind}-week-{week:04d}.parquet" for kind in KINDS}
        tables = {kind: pd.read_parquet(file) for kind, file in kept.items()}
        row = weeks.loc[week]
        assert (len(tables["idols"]), len(tables["groups"])) == (row.idols, row.groups)
        assert tables["groups"].agency.nunique() == row.agencies
        for kind, table in tables.items():
            assert not table.isna().any().any() and table.alive.all() and table.identity.is_unique, kind
        assert tables["idols"].hours.mean() == pytest.approx(row.idol_hours)
        assert set(tables["idols"].group) <= set(tables["groups"].row) <= set(range(10_000))
        assert set(tables["groups"].agency) <= set(tables["agencies"].row)
        assert set(tables["fans"].main_group) <= set(tables["groups"].row)
        assert tables["tools"].filter(like="corpus_").sum(axis=1).to_numpy() == pytest.approx(1)


# ---- the same again ----


def test_the_same_run_again_is_loaded_and_nothing_is_written(answer: Answer, place: Place) -> None:
    before = stamp(place.out)
    again = limelight("run", place.file, "--out", place.out, "--threads", 2, "--quiet", hash_seed="99")
    assert (again.code, again.out, again.err) == (0, answer.out, "")
    spoken = limelight("run", place.file, "--out", place.out)
    assert spoken.out == answer.out and "was loaded; --fresh computes it again" in spoken.err
    assert stamp(place.out) == before


def test_fresh_computes_again_and_the_tables_are_the_same_byte_for_byte(answer: Answer, place: Place) -> None:
    before, old = stamp(place.out), {file: file.read_bytes() for file in answer.folder.rglob("*.parquet")}
    again = limelight("run", place.file, "--out", place.out, "--threads", 2, "--fresh", hash_seed="4242")
    assert (again.code, again.out) == (0, answer.out)
    assert list(place.out.iterdir()) == [answer.folder]
    assert stamp(place.out).keys() == before.keys()
    assert {file: file.read_bytes() for file in answer.folder.rglob("*.parquet")} == old
    table = str(answer.folder / "weeks.parquet")
    assert stamp(place.out)[table] != before[table]
    assert json.loads((answer.folder / "manifest.json").read_text())["threads"] == 2


def test_a_world_of_many_fans_is_the_same_with_any_threads_and_hash_seed(place: Place, tmp_path: Path) -> None:
    found = []
    for threads, hash_seed in ((1, "0"), (3, "31337")):  # three threads need six blocks of fans
        out = tmp_path / str(threads)
        done = limelight("run", place.file, "--out", out, "--fans", 100_000, "--weeks", 2, "--set",
                         "debuts_per_year=36", "--threads", threads, hash_seed=hash_seed)
        assert done.code == 0, done.err
        found.append({file.name: file.read_bytes() for file in done.folder.rglob("*.parquet")})
    assert found[0] == found[1]
    assert len(found[0]) == 2 + len(KINDS)


def test_python_reads_what_the_command_wrote(answer: Answer, weeks: pd.DataFrame) -> None:
    program = (
        "from sim import Scenario, run; import sys; "
        "r = run(Scenario.from_yaml(sys.argv[1]), out=sys.argv[2]); print(len(r.weeks), r.folder)"
    )
    place = answer.folder.parent
    done = subprocess.run(
        [sys.executable, "-c", program, str(place.parent / "scenario.yaml"), str(place)],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=True,
    )
    assert done.stdout == f"{WEEKS + 1} {answer.folder}\n"
    assert Results.load(answer.folder).weeks.equals(weeks)


def test_options_make_another_world_beside_the_first(answer: Answer, place: Place) -> None:
    other = limelight("run", place.file, "--out", place.out, "--ai", "none", "--weeks", 3, "--seed", 8, "--agencies", 5,
                      "--fans", 250, "--set", "hours_cap_minors=20", "--snapshots-every", 0)
    assert other.code == 0 and other.folder != answer.folder and other.folder.parent == place.out
    table = pq.read_table(other.folder / "weeks.parquet").to_pandas()
    assert len(table) == 4 and table.agencies[0] == 5 and not table.ai_adoption.any()
    assert not (other.folder / "agents").exists()
    assert json.loads((other.folder / "manifest.json").read_text())["numbers"]["hours_cap_minors"]["value"] == 20


def test_no_weeks_at_all_are_the_built_world_alone(place: Place, tmp_path: Path) -> None:
    done = limelight("run", place.file, "--weeks", 0, "--out", tmp_path / "deep" / "down")
    table = pq.read_table(done.folder / "weeks.parquet").to_pandas()
    assert done.code == 0 and table.week.tolist() == [0] and all(map(math.isfinite, table[list(OBSERVABLES)].iloc[0]))
    assert pq.read_table(done.folder / "events.parquet").num_rows == 0


# ---- what goes wrong ----


BAD_OPTIONS = {
    "unknown number": (["--set", "hours_cap_adult=52"], ("hours_cap_adult", "hours_cap_adults")),
    "out of range": (["--set", "fine_cap=3"], ("fine_cap", "0 to 0.2")),
    "no threads": (["--threads", "0"], ("threads",)),
}


def refused(words: list[object], parts: tuple[str, ...], out: Path) -> None:
    """The command must refuse in one sentence, with exit code 2, and leave nothing half done."""
    done = limelight("run", *words, "--out", out)
    assert done.code == 2 and done.out == ""
    assert done.err.startswith("limelight: ") and done.err.count("\n") == 1 and "Traceback" not in done.err
    for part in parts:
        assert part in done.err, done.err


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_a_bad_option_is_one_sentence_and_loses_nothing(case: str, answer: Answer, place: Place) -> None:
    before = stamp(place.out)
    words, parts = BAD_OPTIONS[case]
    refused([place.file, *words, "--fresh"], parts, place.out)
    assert stamp(place.out) == before


BAD_FILES = {
    "unknown key": ("wekks: 3\n", ("bad.yaml", "wekks", "weeks")),
    "broken YAML": ("weeks: 3\nfans: [1, 2\n", ("bad.yaml", "line 3")),
    "unknown strategy": ("strategies: {editing: laerned_reward}\n", ("editing", "laerned_reward")),
    "unknown decision": ("strategies: {editting: steady}\n", ("editting", "editing")),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_one_sentence_and_leaves_nothing(case: str, tmp_path: Path) -> None:
    text, parts = BAD_FILES[case]
    (tmp_path / "bad.yaml").write_text(text)
    refused([tmp_path / "bad.yaml", "--fans", 200, "--agencies", 4, "--weeks", 0], parts, tmp_path / "out")
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_a_missing_file_and_a_file_in_the_way_are_one_sentence(place: Place, tmp_path: Path) -> None:
    refused([tmp_path / "none.yaml"], ("none.yaml: there is no such file",), tmp_path / "out")
    (tmp_path / "taken").write_text("precious")
    refused([place.file], ("taken", "--out"), tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "precious"


def test_a_damaged_result_is_refused_and_repaired_by_fresh(place: Place, tmp_path: Path) -> None:
    words = ["run", place.file, "--weeks", 1, "--out", tmp_path / "out"]
    folder = limelight(*words).folder
    whole = (folder / "weeks.parquet").read_bytes()
    (folder / "weeks.parquet").write_bytes(whole[:-100])
    refused([*words[1:3], 1], ("weeks.parquet", "--fresh"), tmp_path / "out")
    assert limelight(*words, "--fresh").code == 0
    assert (folder / "weeks.parquet").read_bytes() == whole


def hear_interrupts() -> None:
    """A background job is born deaf to Ctrl-C; the command under test shall hear it wherever the tests run."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_run_leaves_the_earlier_result_as_it_was(answer: Answer, place: Place) -> None:
    before = {file: file.read_bytes() for file in answer.folder.rglob("*.parquet")}
    words = ["run", place.file, "--out", place.out, "--fresh", "--weeks", 200]
    # With many fans it takes a while; it is stopped as soon as its workshop stands beside the earlier result.
    running = subprocess.Popen(
        [sys.executable, "-m", "sim", *map(str, words), "--fans", "400000"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=hear_interrupts,
    )
    deadline = time.monotonic() + 60
    while not list(place.out.glob(".*")) and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130 and out == "" and err.count("\n") == 1 and "Traceback" not in err
    assert {file: file.read_bytes() for file in answer.folder.rglob("*.parquet")} == before
    assert list(place.out.glob(".*")) == []
