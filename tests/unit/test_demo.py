"""The demo on a tiny world: both worlds lived, a table that fits the screen, a picture, its path as the last line."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from sim.analysis import TELLING, WIDTH_OF_TABLE
from sim.designs import Design
from sim.observables import OBSERVABLES, THEMES
from sim.results import Results
from sim.runner import run
from sim.scenario import Scenario
from sim.side_by_side import run_all

ROOT = Path(__file__).resolve().parents[2]
# The benchmarks ask about the code, not about a world: they have no scenario.
EXPERIMENTS = sorted(path.parent for path in (ROOT / "experiments").glob("*/run.py")
                     if path.parent.name != "benchmarks")
TINY = {"weeks": 4, "fans": 400, "agencies": 12}
LONGEST_SCRIPT = 30
LARGEST_FILE = 300_000


def script(experiment: str) -> Callable[..., Any]:
    """The main function of an experiment's run.py, without running it."""
    return runpy.run_path(str(ROOT / "experiments" / experiment / "run.py"))["main"]  # type: ignore[no-any-return]


def tiny(experiment: str, folder: Path) -> Path:
    """The scenario of an experiment, made small."""
    content = yaml.safe_load((ROOT / "experiments" / experiment / "scenario.yaml").read_text(encoding="utf-8"))
    place = folder / "scenario.yaml"
    place.write_text(yaml.safe_dump(content | TINY), encoding="utf-8")
    return place


def test_the_demo_prints_what_changed_and_where_the_picture_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script("korea")(tiny("korea", tmp_path), tmp_path / "out")
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert max(len(line) for line in lines) <= WIDTH_OF_TABLE
    picture = Path(lines[-1])
    assert picture == tmp_path / "out" / "overview.png"
    assert 30_000 < picture.stat().st_size < LARGEST_FILE
    assert picture.with_suffix(".svg").stat().st_size > LARGEST_FILE / 10
    assert all(any(line.split()[:1] == [theme] for line in lines) for theme in THEMES)
    assert all(any(OBSERVABLES[name].label in line for line in lines) for name in TELLING)
    worlds = [Results.load(path) for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert sorted(world.manifest["scenario"]["ai"] for world in worlds) == ["evolving", "none"]
    assert [len(world.weeks) for world in worlds] == [TINY["weeks"] + 1] * 2
    assert "4 weeks lived" in printed.err


def test_the_demo_asks_about_the_whole_industry_for_ten_years() -> None:
    scenario = Scenario.from_yaml(ROOT / "experiments" / "korea" / "scenario.yaml")
    assert (scenario.weeks, scenario.fans, scenario.agencies, scenario.seed) == (522, 100_000, 282, 2)
    assert (scenario.start.isoformat(), scenario.ai, scenario.policies) == ("2024-12-30", "evolving", ())


def test_the_template_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script("_template")(tiny("_template", tmp_path), tmp_path / "out")
    assert "idol_hours" in capsys.readouterr().out


@pytest.mark.parametrize("folder", EXPERIMENTS, ids=lambda path: path.name)
def test_an_experiment_has_a_question_a_scenario_and_a_short_script(folder: Path) -> None:
    assert (folder / "README.md").is_file()
    design = folder / "design.yaml"  # of many worlds, or else one scenario
    asked = Design.from_yaml(design).scenario if design.is_file() else Scenario.from_yaml(folder / "scenario.yaml")
    assert asked.weeks > 0
    assert len((folder / "run.py").read_text(encoding="utf-8").splitlines()) <= LONGEST_SCRIPT


def test_worlds_side_by_side_are_the_same_as_one_after_the_other(tmp_path: Path) -> None:
    asked = [Scenario(seed=seed, ai=ai, **TINY) for seed, ai in ((3, "evolving"), (3, "none"), (4, "frozen"))]
    beside = run_all(asked, out=tmp_path / "beside", workers=2, show=False)
    after = run_all(asked, out=tmp_path / "after", workers=1, show=False)
    for one, other, scenario in zip(beside, after, asked, strict=True):
        pd.testing.assert_frame_equal(one.weeks, other.weeks, check_exact=True)
        assert one.manifest["scenario"] == scenario.as_mapping()
    pd.testing.assert_frame_equal(run(asked[2], out=tmp_path / "alone").weeks, beside[2].weeks, check_exact=True)
