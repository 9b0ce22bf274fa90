"""A plug-in from the command line to the Parquet file, in spawned processes, and in the example of an own law."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.results import Results
from sim.runner import run
from sim.scenario import Scenario
from sim.side_by_side import run_all

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "experiments" / "own_policy"


def limelight(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    """Call the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "sim", *words], cwd=at, env=environment, capture_output=True, text=True, timeout=240
    )


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example, in a folder of its own and with a smaller world."""
    place = tmp_path / "own_policy"
    shutil.copytree(EXAMPLE, place)
    text = (place / "scenario.yaml").read_text(encoding="utf-8")
    for large, small in (("weeks: 156", "weeks: 70"), ("fans: 10000", "fans: 1000"), ("agencies: 100", "agencies: 40")):
        assert large in text
        text = text.replace(large, small)
    (place / "scenario.yaml").write_text(text, encoding="utf-8")
    return place


def same(one: Results, other: Results, columns: list[str], rows: slice) -> bool:
    """Whether some columns of two results are the same to the bit."""
    here, there = (kept.weeks[columns].to_numpy()[rows] for kept in (one, other))
    return here.tobytes() == there.tobytes()


def test_the_example_gives_rest_from_its_date_on_and_nothing_before(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = runpy.run_path(str(EXAMPLE / "run.py"))
    without, with_law = script["main"](example / "scenario.yaml", tmp_path / "results")
    printed = capsys.readouterr().out
    assert all(label in printed for label in ("Idols at rest by law", "Burnt-out idols", "Industry revenue"))
    asked = Scenario.from_yaml(example / "scenario.yaml")
    begun = -((asked.start - date(2025, 6, 30)).days // 7)
    columns = [name for name in without.weeks if name not in ("week", "date")]
    assert same(without, with_law, columns, slice(0, begun))
    assert not without.weeks["resting_idols"].any()
    assert with_law.weeks["resting_idols"].iloc[begun:].mean() > 0.05
    after = slice(begun + 10, None)
    assert with_law.weeks["idol_hours"][after].mean() < without.weeks["idol_hours"][after].mean() - 1
    assert with_law.weeks["pieces_per_group"][after].mean() < without.weeks["pieces_per_group"][after].mean()
    # the process itself, its lever at nought, changes no bit of a world that does not know it
    plain = run(asked.with_(policies=(), plugins=()), tmp_path / "results")
    shared = [name for name in columns if name != "resting_idols"]
    assert list(plain.weeks) == ["week", "date", *shared]
    assert same(plain, without, shared, slice(None))
    assert plain.folder != without.folder


def test_the_readme_of_the_example_shows_code_that_runs(tmp_path: Path) -> None:
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    (tmp_path / "shown.py").write_text(code, encoding="utf-8")
    asked = Scenario(
        plugins=(tmp_path / "shown.py",), strategies={"content": "my_way"}, weeks=2, fans=400, agencies=12  # type: ignore
    )
    kept = run(asked, tmp_path / "results")
    assert kept.weeks["critics"].tolist() == [20, 20, 20]
    assert kept.manifest["observables"]["critics"] == {"unit": "count", "label": "Critics"}


def test_the_command_takes_a_plugin_and_the_result_says_so(example: Path, tmp_path: Path) -> None:
    (example / "plain.yaml").write_text("weeks: 6\nfans: 400\nagencies: 12\nsnapshots_every: 6\n", encoding="utf-8")
    words = ("run", "own_policy/plain.yaml", "--set", "rest_weeks=12", "--set", "rest_hours=0", "-q")
    done = limelight(*words, "--plugin", "own_policy/own_policy.py", at=tmp_path)
    assert done.returncode == 0, done.stderr
    kept = Results.load(tmp_path / done.stdout.strip())
    assert kept.weeks["resting_idols"].max() > 0
    (plugin,) = kept.manifest["plugins"]
    assert plugin["name"] == "own_policy" and len(plugin["hash"]) == 64
    assert kept.manifest["numbers"]["rest_weeks"] == {"value": 12, "unit": "weeks", "kind": "scenario"}
    assert kept.manifest["observables"]["resting_idols"]["label"] == "Idols at rest by law"
    asked = json.loads((tmp_path / done.stdout.strip() / "manifest.json").read_text(encoding="utf-8"))["scenario"]
    assert Scenario.of(asked).key() == kept.manifest["key"]
    again = limelight(*words, "--plugin", "own_policy/own_policy.py", at=tmp_path)
    assert again.stdout == done.stdout
    (example / "own_policy.py").write_text((example / "own_policy.py").read_text() + "# other\n")
    other = limelight(*words, "--plugin", "own_policy/own_policy.py", at=tmp_path)
    assert other.returncode == 0 and other.stdout != done.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--plugin", "own_polcy.py"), "there is no such plug-in file; the nearest in its folder is 'own_policy.py'"),
        (("--plugin", "broken.py"), "broken.py line 1: the plug-in cannot be loaded (ZeroDivisionError"),
        (("--set", "rest_weeks=13"), "rest_weeks = 13 lies outside its range"),
    ],
)
def test_a_mistake_is_one_sentence_and_code_2(words: tuple[str, ...], sentence: str, example: Path) -> None:
    (example / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    done = limelight("run", "scenario.yaml", *words, at=example)
    assert done.returncode == 2 and not done.stdout
    assert sentence in done.stderr and done.stderr.count("\n") == 1
    assert not list(example.glob("results/*"))


def test_processes_that_are_spawned_load_the_plugin_too(example: Path, tmp_path: Path) -> None:
    asked = Scenario.from_yaml(example / "scenario.yaml").with_(weeks=40, fans=400, agencies=12)
    worlds = [asked.with_(seed=seed) for seed in (1, 2)]
    spawned = run_all(worlds, out=tmp_path / "spawned", workers=2, show=False)
    here = run_all(worlds, out=tmp_path / "here", workers=1, show=False)
    for one, other in zip(spawned, here, strict=True):
        assert one.weeks["resting_idols"].max() > 0
        assert same(one, other, [name for name in one.weeks if name != "date"], slice(None))
    assert not np.array_equal(here[0].weeks["idol_hours"], here[1].weeks["idol_hours"])
