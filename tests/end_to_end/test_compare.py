"""Worlds that share all luck but the policy, end to end: the command, its files, Ctrl-C, a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.comparison import AS_IT_IS, Comparison
from sim.observables import OBSERVABLES
from sim.scenario import Scenario
from sim.side_by_side import live_all

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = "title: A tiny industry\nweeks: 30\nfans: 600\nagencies: 12\nseed: 7\n"
CAP = "name: cap\nchanges:\n  - {set: hours_cap_adults, to: 45, from: 2025-03-03}\n"
FIRST_WEEK_OF_CAP = 9
POLICIES = ("--policy", "laissez_faire", "--policy", "cap.yaml")


def limelight(*words: object, at: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *map(str, words)], capture_output=True, text=True, cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=240, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a comparison")
    (folder / "scenario.yaml").write_text(SCENARIO)
    (folder / "cap.yaml").write_text(CAP)
    return folder


@pytest.fixture(scope="module")
def answer(place: Path) -> subprocess.CompletedProcess[str]:
    done = limelight("compare", "scenario.yaml", *POLICIES, "--replicates", 3, "--workers", 2, at=place)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def found(answer: subprocess.CompletedProcess[str], place: Path) -> Comparison:
    return Comparison.load(place / answer.stdout.splitlines()[-1])


def test_the_command_prints_the_verdicts_and_the_folder_last(
    answer: subprocess.CompletedProcess[str], found: Comparison
) -> None:
    assert max(map(len, answer.stdout.splitlines()[:-1])) <= 110
    for word in ("What laissez_faire changes", "What cap changes", "Who gains, who loses", "Idols' hours"):
        assert word in answer.stdout
    assert "(9 of 9" in answer.stderr and found.folder is not None
    assert sorted(file.name for file in found.folder.iterdir()) == [
        "comparison.json", "effects.parquet", "effects.png", "effects.svg", "over_time.parquet", "verdicts.parquet",
        "worlds.parquet"]  # fmt: skip


def test_a_policy_that_sets_what_holds_anyway_changes_exactly_nothing(found: Comparison) -> None:
    for table in (found.effects, found.over_time):
        null = table[table["policy"] == "laissez_faire"]
        assert len(null) >= len(OBSERVABLES)
        assert (null[["effect", "low", "high"]] == 0).all(axis=None)
    assert set(found.verdicts.loc[found.verdicts["policy"] == "laissez_faire", "verdict"]) == {"no clear change"}


def test_a_cap_changes_nothing_before_its_date_and_hours_after_it(found: Comparison) -> None:
    capped = found.over_time[found.over_time["policy"] == "cap"]
    assert (capped.loc[capped["week"] < FIRST_WEEK_OF_CAP, ["effect", "low", "high"]] == 0).all(axis=None)
    hours = capped[capped["observable"] == "idol_hours"].set_index("week")
    assert (hours.loc[FIRST_WEEK_OF_CAP:, "effect"] < -1).all()
    effect = found.effects.set_index(["policy", "observable"]).loc[("cap", "idol_hours")]
    assert effect["sign_share"] == 1 and effect["high"] < 0 and effect["variance_reduction"] > 0
    assert 2 <= effect["replicates_needed"] < 30
    idols = found.verdicts[(found.verdicts["policy"] == "cap") & (found.verdicts["observable"] == "idol_hours")]
    assert list(idols["reads"]) == ["better"] and list(idols["who"]) == ["idols"]


def test_pairs_share_their_seed_and_lie_in_folders_of_their_own(found: Comparison, place: Path) -> None:
    assert list(found.worlds["seed"]) == [7, 8, 9] * 3
    assert list(dict.fromkeys(found.worlds["policy"])) == [AS_IT_IS, "laissez_faire", "cap"]
    assert found.worlds["run"].is_unique and all((place / "results" / run).is_dir() for run in found.worlds["run"])
    base = Scenario.from_yaml(place / "scenario.yaml").with_(seed=8)
    assert base.key().startswith(found.worlds["run"][1])


def test_the_same_again_is_loaded_and_python_gives_the_same(
    answer: subprocess.CompletedProcess[str], found: Comparison, place: Path
) -> None:
    begun = time.time()
    asked = Scenario.from_yaml(place / "scenario.yaml")
    again = sim.compare(asked, ["laissez_faire", place / "cap.yaml"], 3, out=place / "results", show=False)
    assert again.folder == place / found.folder  # type: ignore[operator]
    pd.testing.assert_frame_equal(again.effects, found.effects, check_exact=True, check_dtype=False)
    assert all((place / "results" / run / "manifest.json").stat().st_mtime < begun for run in found.worlds["run"])


def test_mistakes_are_one_sentence_and_code_2(place: Path) -> None:
    for words, sentence in (
        (("--policy", "worker_frist"), "the nearest is 'worker_first'"),
        (("--policy", "cap.yaml", "--replicates", "1"), "a single pair shows no spread, so no interval"),
        ((), "Missing option"),
    ):
        done = limelight("compare", "scenario.yaml", *words, at=place)
        assert done.returncode == 2 and sentence in done.stderr and not done.stdout, done.stderr
        assert done.stderr.count("\n") == 1


def hear_interrupts() -> None:
    """A background job is born deaf to Ctrl-C; the command under test shall hear it wherever the tests run."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_keeps_whole_worlds_only_and_the_next_try_goes_on_from_there(place: Path) -> None:
    words = ["compare", "scenario.yaml", "--policy", "cap.yaml", "--replicates", "4", "--workers", "2",
             "--out", "stopped", "--weeks", "400"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=hear_interrupts,
    )  # fmt: skip
    assert process.stderr is not None
    first = process.stderr.readline()
    assert "400 weeks lived" in first
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all of them
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130 and out == "" and "Stopped" in error and "Traceback" not in error
    kept = list((place / "stopped").iterdir())
    assert kept and all((folder / "manifest.json").is_file() for folder in kept), kept
    assert all_gone(process.pid)
    stamps = {folder: folder.stat().st_mtime_ns for folder in kept}
    assert limelight(*words, "--quiet", at=place).returncode == 0
    assert all(folder.stat().st_mtime_ns == stamp for folder, stamp in stamps.items())


def all_gone(group: int, patience: float = 10) -> bool:
    """Whether no process of a group is left, given the moment that Python's own helpers take to notice."""
    for _ in range(int(patience * 10)):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


PLUGIN = '''
import os, signal
from sim.plugins import at_start

@at_start
def memory_runs_out(industry):
    if industry.scenario.seed == 2:
        os.kill(os.getpid(), signal.SIGKILL)
'''


def test_a_killed_process_costs_its_own_world_only(tmp_path: Path) -> None:
    (tmp_path / "greedy.py").write_text(PLUGIN)
    asked = [
        Scenario(weeks=5, fans=300, agencies=8, seed=seed, plugins=(str(tmp_path / "greedy.py"),)) for seed in range(4)
    ]
    lives = live_all(asked, tmp_path / "out", workers=2, show=False)
    assert [life.results is not None for life in lives] == [True, True, False, True]
    assert "ended from outside" in lives[2].failure
