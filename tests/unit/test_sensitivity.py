"""What decides an outcome: known answers through the whole pipeline, and luck not taken for a number's doing."""

from __future__ import annotations

import sys
from math import pi
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pandas as pd
import pytest
from SALib.sample import morris as walks
from SALib.sample import sobol as base_points
from SALib.test_functions import Sobol_G

from sim import Scenario
from sim.__main__ import main
from sim.analysis import SensitivityError, differences, readings, remarks, sensitivity
from sim.analysis.indices import elementary_effects, morris_indices, replicate_noise, sobol_indices
from sim.designs import Design
from sim.sweeps import Sweep, sweep

# Ishigami and Homma (1990) with a = 7 and b = .1: indices follow from integrals that can be done by hand.
FIRST, TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]
VARIANCE = 7**2 / 8 + 0.1 * pi**4 / 5 + 0.1**2 * pi**8 / 18 + 1 / 2
ANGLES = ["first_angle", "second_angle", "third_angle"]
SLOPES = (3.0, -0.5, 0.0)

OWN = """
import numpy as np
from sim.plugins import observable

def angles(view):
    numbers = view.industry.numbers
    return numbers.first_angle, numbers.second_angle, numbers.third_angle

@observable("work", "ratio", "The Ishigami function")
def ishigami(view):
    '''A function whose sensitivity indices are known.'''
    one, two, three = angles(view)
    return np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three ** 4 * np.sin(one)

@observable("work", "ratio", "The same, with luck")
def with_luck(view):
    '''Luck that moves all alike (deviation 2), and luck that falls out otherwise for other numbers (deviation 1).'''
    dice = view.industry.dice
    who = np.array([sum(place * angle for place, angle in enumerate(angles(view), 1))]).view("uint64")
    return ishigami(view) + 2 * dice.normal("shared", np.zeros(1, "uint64"), 0)[0] + dice.normal("own", who, 0)[0]

@observable("work", "h/week", "A straight line")
def line(view):
    '''Three slopes.'''
    return sum(slope * angle for slope, angle in zip((3.0, -0.5, 0.0), angles(view)))

@observable("work", "ratio", "Always seven")
def constant(view):
    '''Moved by nothing.'''
    return 7

@observable("work", "h/week", "A line that breaks off")
def breaking(view):
    '''Cannot be told where the third angle is at its end.'''
    one, two, three = angles(view)
    if three > 3.14:
        raise RuntimeError("beyond the end")
    return one
"""

NUMBER = """
{name}:
  meaning: "An argument of a function that has nothing to do with music."
  theme: work
  value: 0.0
  unit: ratio
  range: [-3.141592653589793, 3.141592653589793]
  kind: assumed
  source: [assumed]
  note: "Invented."
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The smallest world, with functions of a known answer where else the model's own outcomes stand."""
    place = tmp_path_factory.mktemp("plugin") / "known.py"
    place.write_text(dedent(OWN), encoding="utf-8")
    numbers = "".join(NUMBER.format(name=name) for name in ANGLES)
    place.with_name("known.numbers.yaml").write_text(numbers, encoding="utf-8")
    return Scenario(title="Known answers", weeks=0, fans=200, agencies=4, seed=3, plugins=(place,))


@pytest.fixture(scope="module")
def saltelli(base: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    design = Design(scenario=base, design="saltelli", samples=64, parameters=ANGLES, seeds=2,
                    observables=["ishigami", "with_luck", "constant"])  # fmt: skip
    return sweep(design, tmp_path_factory.mktemp("saltelli"), workers=1, show=False)


@pytest.fixture(scope="module")
def morris(base: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    design = Design(scenario=base, design="morris", samples=4, parameters=ANGLES, seeds=2, ai=["evolving", "none"],
                    observables=["line", "constant"])  # fmt: skip
    return sweep(design, tmp_path_factory.mktemp("morris"), workers=1, show=False)


def test_ishigami_through_the_whole_pipeline_within_its_intervals(saltelli: Sweep) -> None:
    found = sensitivity(saltelli, "ishigami")
    table = found.table.set_index("name").loc[ANGLES]
    for name, known in (("first", FIRST), ("total", TOTAL)):
        assert (table[f"{name}_low"] <= known).all() and (known <= table[f"{name}_high"]).all(), name
        assert (table[f"{name}_high"] - table[f"{name}_low"] < 0.8).all()
    assert found.noise.own_luck == pytest.approx(0, abs=1e-12)
    assert (found.blocks, found.seeds, found.left_out, found.unit) == (64, 2, (), "ratio")
    assert list(found.table["total"]) == sorted(found.table["total"], reverse=True)
    assert set(found.table["kind"]) == {"assumed"} and found.table["high"].max() == pytest.approx(pi)


def test_luck_is_told_from_numbers_and_indices_stay_within_their_intervals(saltelli: Sweep) -> None:
    quiet, loud = sensitivity(saltelli, "ishigami"), sensitivity(saltelli, "with_luck")
    table = loud.table.set_index("name").loc[ANGLES]
    assert (table["total_low"] <= TOTAL).all() and (table["total_high"] >= TOTAL).all()
    assert loud.noise.deviation == pytest.approx(1, rel=0.15)
    assert loud.floor == pytest.approx(0.5 / (VARIANCE + 0.5), rel=0.3)
    assert quiet.floor < 1e-9
    assert loud.noise.numbers + loud.noise.replicate == pytest.approx(1)
    words = " ".join(remarks(loud))
    assert "moves all rows alike and drops out" in words and "2 seeds a row" in words


def test_morris_on_a_straight_line_gives_exactly_its_slopes(morris: Sweep) -> None:
    found = sensitivity(morris, "line", of={"ai": "none"})
    table = found.table.set_index("name").loc[ANGLES]
    reach = np.array(SLOPES) * 2 * pi
    np.testing.assert_allclose(table["mu"], reach, atol=1e-12)
    np.testing.assert_allclose(table["mu_star"], np.abs(reach), atol=1e-12)
    np.testing.assert_allclose(table["mu_star_high"], np.abs(reach), atol=1e-9)
    np.testing.assert_allclose(table["sigma"], 0, atol=1e-9)
    assert found.without_effect == ["third_angle"]
    assert found.table["name"][0] == "first_angle"


def test_what_cannot_be_said_is_a_sentence(morris: Sweep, saltelli: Sweep, base: Scenario, tmp_path: Path) -> None:
    evolving, none = {"ai": "evolving"}, {"ai": "none"}
    asked: list[tuple[str, Sweep, str, dict[str, Any]]] = [
        ("it is 7 in every run, so nothing moves it", saltelli, "constant", {}),
        ("it is 0 in every run", morris, "line", {"of": evolving, "against": none}),
        (r"lived in several ways \(ai\); say which, such as --of ai=evolving", morris, "line", {}),
        ("no world of the sweep has ai = non; the nearest is 'none'", morris, "line", {"of": {"ai": "non"}}),
        ("does not tell worlds apart by 'policy'; it does by ai", morris, "line", {"of": {"policy": "x"}}),
        ("all its worlds are of one kind", saltelli, "ishigami", {"of": none}),
        ("keeps nothing of week 4; the nearest week that it keeps is 0", saltelli, "ishigami", {"week": 4}),
    ]
    for sentence, found, observable, how in asked:
        with pytest.raises(SensitivityError, match=sentence):
            sensitivity(found, observable, **how)
    grid = Design(scenario=base, design="grid", levels=2, parameters=ANGLES[:1], observables=["line"])
    with pytest.raises(SensitivityError, match="'grid' holds no sensitivity indices; sweep with `design: morris`"):
        sensitivity(sweep(grid, tmp_path, workers=1, show=False), "line")


def test_points_that_today_would_lie_elsewhere_are_refused(morris: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Design.points
    monkeypatch.setattr(Design, "points", lambda self: 1 - before(self))
    with pytest.raises(SensitivityError, match="gives other points today than those that were lived"):
        sensitivity(morris, "line", of={"ai": "none"})


def test_whole_blocks_with_a_failed_run_are_left_out_and_said(base: Scenario, tmp_path: Path) -> None:
    design = Design(scenario=base, design="morris", samples=8, parameters=ANGLES, observables=["breaking"], luck=5)
    ends = np.flatnonzero((design.points()[:, 2] == 1).reshape(8, 4).any(axis=1))
    assert list(ends) == [3, 6]
    found = sensitivity(sweep(design, tmp_path, workers=1, show=False), "breaking")
    assert found.left_out == tuple(ends)
    assert found.blocks == 6
    assert found.table.set_index("name")["mu_star"]["first_angle"] == pytest.approx(2 * pi)
    said = remarks(found)[-1]
    assert "Left out: blocks 3, 6 of the design are not whole" in said and "failed" in said


def test_a_sobol_g_function_is_shared_out_as_known() -> None:
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4}
    weights = np.array([0.0, 1.0, 9.0, 99.0])
    points = base_points.sample(problem, 1024, calc_second_order=False, seed=1)
    found = sobol_indices(Sobol_G.evaluate(points, weights)[:, None], 4)
    parts = 1 / (3 * (1 + weights) ** 2)
    whole = np.prod(1 + parts) - 1
    total = parts * np.prod(1 + parts) / (1 + parts) / whole
    for known, seen in ((parts / whole, found.first), (total, found.total)):
        assert (seen.low <= known).all() and (known <= seen.high).all()
        assert (seen.high - seen.low < 0.25).all()
    assert np.isnan(found.floor)


def test_effects_of_single_steps_are_those_that_salib_averages() -> None:
    problem = {"num_vars": 5, "names": list("abcde"), "bounds": [[0, 1]] * 5}
    points = walks.sample(problem, 6, num_levels=4, seed=2)
    values = np.column_stack([np.exp(points @ [1, -2, 0, 0.5, 3]) * points[:, 1], points[:, 0] ** 2])
    found = morris_indices(points, values, 4)
    effects = elementary_effects(points, values, 2 / 3)
    assert effects.shape == (6, 5, 2)
    np.testing.assert_allclose(np.abs(effects.mean(axis=2)).mean(axis=0), found.mu_star.value)
    np.testing.assert_allclose(effects.mean(axis=(0, 2)), found.mu)
    assert found.mu_star.value[2] == found.mu_star.high[2] == 0
    rounded = points + 1e-16 * np.random.default_rng(1).random(points.shape)
    np.testing.assert_array_equal(elementary_effects(rounded, values, 2 / 3), effects)


def test_variance_components_are_found_and_one_seed_knows_nothing_of_luck() -> None:
    luck = np.random.default_rng(5)
    values = luck.normal(0, 3, (400, 1)) + luck.normal(0, 2, 200) + luck.normal(0, 1, (400, 200))
    found = replicate_noise(values)
    assert (found.numbers, found.shared_luck, found.own_luck) == pytest.approx((9 / 14, 4 / 14, 1 / 14), abs=0.06)
    assert found.replicate == pytest.approx(5 / 14, abs=0.06)
    assert np.isnan(replicate_noise(values[:, :1]).replicate)


def test_intervals_hold_the_truth_as_often_as_they_promise_though_luck_is_in_the_values() -> None:
    luck = np.random.default_rng(8)
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1]] * 2}
    held, tries = 0, 40
    for seed in range(1, tries + 1):
        points = walks.sample(problem, 8, num_levels=4, seed=seed)
        values = (points @ [2.0, 1.0])[:, None] + luck.normal(0, 0.3, 4) + luck.normal(0, 0.3, (len(points), 4))
        found = morris_indices(points, values, 4, resamples=200)
        held += int(found.mu_star.low[0] <= 2 <= found.mu_star.high[0])
        quiet = morris_indices(points, (points @ [2.0, 1.0])[:, None], 4, resamples=200)
        assert found.mu_star.high[0] - found.mu_star.low[0] > quiet.mu_star.high[0] - quiet.mu_star.low[0]
    assert held >= 0.9 * tries


def test_too_few_whole_blocks_are_refused() -> None:
    with pytest.raises(SensitivityError, match="only 1 of the design's blocks of 4 rows is whole"):
        sobol_indices(np.arange(4.0)[:, None], 2)


def test_a_reading_is_the_mean_of_the_weeks_kept_and_a_difference_that_of_twins(tmp_path: Path) -> None:
    world = Scenario(title="Readings", weeks=6, fans=200, agencies=6, seed=2, numbers={"adoption_start": 0.2})
    design = Design(scenario=world, design="replicate", seeds=2, ai=["evolving", "none"], every=2,
                    observables=["idol_hours", "records_per_fan"])  # fmt: skip
    found = sweep(design, tmp_path, workers=1, show=False)
    names = ["idol_hours", "records_per_fan"]
    mean = readings(found, names, over=4)
    at = [found.at(week, names)[names] for week in (4, 6)]
    np.testing.assert_allclose(mean[names], (at[0] + at[1]) / 2)
    changed = differences(mean, names, {"ai": "evolving"}, {"ai": "none"}).set_index("seed")
    kinds = mean.set_index(["ai", "seed"])
    for seed in (2, 3):
        expected = kinds.loc[("evolving", seed), names] - kinds.loc[("none", seed), names]
        np.testing.assert_allclose(changed.loc[seed, names].astype(float), expected.astype(float))
    assert (changed["records_per_fan"] != 0).all()


def test_the_command_lives_through_a_design_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "content.yaml"
    file.write_text(
        "scenario: {title: Content, weeks: 2, fans: 200, agencies: 4}\ndesign: morris\nsamples: 2\n"
        "parameters: [pieces_start]\nobservables: [pieces_per_group]\n"
    )
    words = ["sensitivity", str(file), "--observable", "pieces_per_group", "--over", "2", "--workers", "1"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "mean of weeks 1 to 2" in printed and "Morris screening" in printed
    kept = pd.read_csv(next(line for line in printed.splitlines() if line.endswith(".csv")))
    assert kept["mu_star"][0] == pytest.approx(8, rel=0.3)  # content begins where the number says: from 2 to 10


def test_without_salib_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.analyze", None)
    with pytest.raises(SensitivityError, match=r"need SALib; install it with `pip install 'limelight\[analysis\]'`"):
        sobol_indices(np.arange(8.0)[:, None], 2)


def test_the_command_prints_the_table_and_writes_table_and_picture(
    saltelli: Sweep, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sensitivity", str(saltelli.folder), "--observable", "ishigami"]) == 0
    printed = capsys.readouterr().out
    assert "What moves The Ishigami function (ratio): Sobol indices, week 0" in printed
    assert "second_angle" in printed and "2 seeds a row" in printed
    files = [Path(line) for line in printed.splitlines()[-4:]]
    assert [file.suffix for file in files] == [".csv", ".parquet", ".png", ".svg"]
    kept = sensitivity(saltelli, "ishigami").table
    pd.testing.assert_frame_equal(pd.read_csv(files[0]), kept)
    pd.testing.assert_frame_equal(pd.read_parquet(files[1]), kept)
    for words, said in (("ishigam", "nearest is 'ishigami'"), ("ishigami --of none", "--of none: write it as key=")):
        assert main(["sensitivity", str(saltelli.folder), "--observable", *words.split()]) == 2
        assert said in " ".join(capsys.readouterr().err.replace("│", " ").split())
