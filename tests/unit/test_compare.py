"""Effects as paired differences, against numbers worked out by hand, and what is made of them."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import sim.side_by_side as side_by_side
from sim.analysis import (
    OF_WHOM,
    WIDTH_OF_TABLE,
    ComparisonError,
    paired_effects,
    print_verdicts,
    replicates_needed,
    verdicts,
    written_effect,
)
from sim.analysis.for_whom import BETTER, MIXED, SMALL, UNCLEAR, WORSE, judged, read
from sim.comparison import AS_IT_IS, Comparison, compare
from sim.observables import OBSERVABLES
from sim.policies import Policy
from sim.scenario import Scenario

TINY = Scenario(weeks=3, fans=300, agencies=8, seed=5)
CAP = Policy.of([{"set": "hours_cap_adults", "to": 45}], "a cap", "cap")


# ---- the statistics, by hand ----


def test_three_pairs_by_hand() -> None:
    # Differences 2, 3, 1: mean 2, standard deviation 1; Student's t with 2 degrees of freedom at 97.5 % is 4.3027.
    # Variances of both sides are 1, so independent luck would give 2 against a paired 1.
    found = paired_effects(np.array([3.0, 5.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    assert (found.pairs, found.baseline, found.policy, found.effect) == (3, 2, 4, 2)
    assert found.deviation == pytest.approx(1)
    assert found.high - found.effect == pytest.approx(4.302653 / math.sqrt(3))
    assert found.effect - found.low == pytest.approx(4.302653 / math.sqrt(3))
    assert found.sign_share == 1
    assert found.variance_reduction == pytest.approx(2)


def test_the_variance_of_independent_luck_is_that_of_all_mixed_pairs() -> None:
    luck = np.random.default_rng(1)
    without = luck.normal(size=7)
    under = without * 0.8 + luck.normal(size=7) * 0.1 + 0.3
    mixed = np.array([[under[one] - without[other] for other in range(7)] for one in range(7)])
    # Two mixed pairs with no world in common differ by twice the variance of one, on average over all such pairs.
    squares = [
        (mixed[a, b] - mixed[c, d]) ** 2 / 2
        for a in range(7) for b in range(7) for c in range(7) for d in range(7) if a != c and b != d
    ]  # fmt: skip
    paired = (under - without).var(ddof=1)
    assert paired_effects(under, without).variance_reduction == pytest.approx(np.mean(squares) / paired)


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    luck = np.random.default_rng(3)
    under = luck.normal(0.5, 1, size=(5, 4000))
    found = paired_effects(under, np.zeros_like(under))
    assert ((found.low <= 0.5) & (found.high >= 0.5)).mean() == pytest.approx(0.95, abs=0.012)


def test_signs_are_counted_against_the_mean() -> None:
    found = paired_effects(np.array([3.0, 3.0, -1.0, 0.0]), np.zeros(4))
    assert found.effect == pytest.approx(1.25) and found.sign_share == 0.5


def test_identical_worlds_have_an_effect_of_exactly_nothing() -> None:
    worlds = np.array([0.1, 0.7, 0.3])[:, None] * np.ones((3, 4))
    found = paired_effects(worlds, worlds)
    for part in (found.effect, found.low, found.high, found.deviation):
        assert (part == 0).all()
    assert (found.sign_share == 1).all() and np.isinf(found.variance_reduction).all()
    still = paired_effects(np.ones(3), np.ones(3))
    assert still.effect == 0 and np.isnan(still.variance_reduction)


def test_an_effect_without_luck_has_an_interval_of_no_width_though_numbers_are_rounded() -> None:
    without = np.array([0.1, 0.2, 0.3])
    found = paired_effects(without + 0.7, without)
    assert found.deviation == 0 and found.low == found.high == found.effect
    assert found.effect == pytest.approx(0.7) and np.isinf(found.variance_reduction)


def test_one_pair_shows_a_direction_and_no_interval() -> None:
    found = paired_effects(np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]]))
    assert found.effect.tolist() == [-2, 1]
    assert np.isnan(found.low).all() and np.isnan(found.variance_reduction).all()
    with pytest.raises(ValueError, match="two arrays of one shape"):
        paired_effects(np.ones(3), np.ones(2))


@pytest.mark.parametrize(("size", "pairs"), [(0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10), (0.1, 787)])
def test_replicates_needed_are_those_of_the_tables(size: float, pairs: int) -> None:
    # Paired t-test, two-sided, 5 %, power .8: what Cohen's tables and G*Power give.
    assert replicates_needed(3.0, 3.0 * size) == replicates_needed(1.0, -size) == pairs


def test_replicates_at_the_ends() -> None:
    assert replicates_needed(1, 0) == math.inf
    assert replicates_needed(0, 0.3) == replicates_needed(1, 1000) == 2
    assert math.isnan(replicates_needed(math.nan, 1))
    needed = [replicates_needed(1, size) for size in np.geomspace(0.01, 40, 60)]
    assert needed == sorted(needed, reverse=True) and needed[-1] == 2


# ---- what is made of them ----


def effect(size: float, reach: float, unit: str = "h/week", baseline: float = 50.0) -> dict[str, Any]:
    return {"effect": size, "low": size - reach, "high": size + reach, "unit": unit, "baseline": baseline}


@pytest.mark.parametrize(
    ("found", "better_with", "said"),
    [
        (effect(-2, 1), "less", BETTER),
        (effect(-2, 1), "more", WORSE),
        (effect(2, 1), "more", BETTER),
        (effect(2, 3), "more", UNCLEAR),
        (effect(0, 0), "more", UNCLEAR),
        (effect(0.4, 0.1), "more", SMALL),
        (effect(0.4, 0.1, baseline=0), "less", WORSE),
        (effect(0.02, 0.001, "SD", 0), "less", WORSE),
        (effect(0.009, 0.001, "SD", 0), "less", SMALL),
        (effect(-0.006, 0.001, "share"), "less", BETTER),
        (effect(5, math.nan), "more", UNCLEAR),
    ],
)
def test_an_effect_reads_by_its_direction_its_interval_and_its_size(
    found: dict[str, Any], better_with: str, said: str
) -> None:
    assert read(found, better_with) == said


def test_gains_and_losses_of_the_same_people_are_not_set_off() -> None:
    assert judged({BETTER, UNCLEAR, SMALL}) == BETTER
    assert judged({WORSE, UNCLEAR}) == WORSE
    assert judged({BETTER, WORSE, SMALL}) == MIXED
    assert judged({SMALL, UNCLEAR}) == judged(set()) == UNCLEAR


def test_all_of_the_people_judge_by_observables_that_are_there() -> None:
    named = [name for ways in OF_WHOM.values() for name in ways]
    assert set(named) <= OBSERVABLES.keys() and len(named) == len(set(named))
    assert {"idols", "minors", "vulnerable fans", "all fans", "small agencies", "large agencies", "source cultures",
            "staff"} <= OF_WHOM.keys()  # fmt: skip
    assert {way for ways in OF_WHOM.values() for way in ways.values()} == {"more", "less"}


@pytest.mark.parametrize(
    ("size", "reach", "unit", "said"),
    [
        (-7.123, 0.44, "h/week", ("−7.1", "±0.4")),
        (0.0213, 0.004, "share", ("+2.1", "±0.4")),
        (1911.4, 763.2, "million KRW/year", ("+1,911", "±763")),
        (0.0, 0.0, "SD", ("0", "±0")),
        (1e-7, 1e-8, "SD", ("~0", "±~0")),
        (0.2, math.nan, "SD", ("+0.20", "–")),
        (0.0, 0.05, "count", ("0", "±0.05")),
    ],
)
def test_effects_are_written_with_the_decimals_that_they_need(
    size: float, reach: float, unit: str, said: tuple[str, str]
) -> None:
    assert written_effect(size, reach, unit) == said


# ---- comparisons ----


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compare(TINY, [CAP, "labels_only"], 2, tmp_path_factory.mktemp("worlds"), workers=1, show=False)


def test_the_tables_hold_every_policy_and_observable(found: Comparison) -> None:
    assert found.policies == ["cap", "labels_only"]
    assert list(found.effects["observable"]) == [*OBSERVABLES, *OBSERVABLES]
    assert len(found.over_time) == 2 * len(OBSERVABLES) * (TINY.weeks + 1)
    for row in found.effects.to_dict("records"):
        assert row["label"] == OBSERVABLES[row["observable"]].label and row["replicates"] == 2
        assert row["effect"] == pytest.approx(row["under_policy"] - row["baseline"], abs=1e-6, rel=1e-6)
    assert list(found.worlds["policy"]) == [AS_IT_IS] * 2 + ["cap"] * 2 + ["labels_only"] * 2
    assert list(found.worlds["seed"]) == [5, 6] * 3 and found.failures.empty
    assert set(found.verdicts["who"]) == set(OF_WHOM)


def test_effects_over_time_end_in_the_effect_at_the_horizon(found: Comparison) -> None:
    of_cap = found.over_time[(found.over_time["policy"] == "cap") & (found.over_time["observable"] == "idol_hours")]
    assert list(of_cap["week"]) == [0, 1, 2, 3] and of_cap["effect"].iloc[0] == 0
    at_horizon = found.effects.set_index(["policy", "observable"]).loc[("cap", "idol_hours")]
    assert at_horizon["effect"] == pytest.approx(of_cap["effect"].iloc[1:].mean())
    assert at_horizon["effect"] < -1


def test_a_comparison_is_kept_and_read_back(found: Comparison, tmp_path: Path) -> None:
    again = found.save(tmp_path / "kept")
    assert again.folder is not None
    assert sorted(file.name for file in again.folder.iterdir()) == [
        "comparison.json", "effects.parquet", "over_time.parquet", "verdicts.parquet", "worlds.parquet"]  # fmt: skip
    back = Comparison.load(again.folder)
    for name in ("effects", "over_time", "verdicts", "worlds"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(found, name), check_dtype=False, check_exact=True)
    assert back.manifest == found.manifest and back.manifest["policies"][0]["name"] == "cap"
    (again.folder / "effects.parquet").write_bytes(b"broken")
    for folder in (again.folder, tmp_path / "nowhere"):
        with pytest.raises(ComparisonError, match="holds no whole comparison"):
            Comparison.load(folder)


def test_replicates_for_an_effect_of_any_size(found: Comparison) -> None:
    rows = found.effects[found.effects["observable"] == "industry_revenue"]
    widest = float(rows["deviation"].max())
    assert found.replicates_for("industry_revenue", widest / 2) == 34
    with pytest.raises(ComparisonError, match="the nearest is 'idol_hours'"):
        found.replicates_for("idol_hour", 1)
    with pytest.raises(ComparisonError, match="the nearest is 'cap'"):
        found.replicates_for("idol_hours", 1, "cpa")


def test_the_table_fits_the_page_and_says_who_gains_and_who_loses(found: Comparison) -> None:
    console = Console(width=WIDTH_OF_TABLE, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    print_verdicts(found.verdicts, 2, 3, console)
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= WIDTH_OF_TABLE
    text = "\n".join(lines)
    for word in ("WORK", "BEAUTY", "DATA", "CULTURE", "BENEFITS", "Idols' hours", "Who gains, who loses"):
        assert word in text, word
    assert "…" not in text


def test_a_failed_world_is_named_and_its_pair_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    really = side_by_side.run

    def sometimes(asked: Scenario, *rest: Any) -> Any:
        if asked.seed == 6 and asked.policies:
            raise RuntimeError("the lights went out")
        return really(asked, *rest)

    monkeypatch.setattr(side_by_side, "run", sometimes)
    found = compare(TINY, [CAP], 3, tmp_path, workers=1, show=False)
    assert found.failures[["policy", "seed", "failure"]].values.tolist() == [["cap", 6, "the lights went out"]]
    assert set(found.effects["replicates"]) == {2}
    monkeypatch.setattr(side_by_side, "run", lambda *_: (_ for _ in ()).throw(RuntimeError("dark")))
    with pytest.raises(ComparisonError, match="for 'cap' could be lived through; seed 5 failed: dark"):
        compare(TINY.with_(seed=5, weeks=2), [CAP], 2, tmp_path, workers=1, show=False)


@pytest.mark.parametrize(
    ("policies", "replicates", "sentence"),
    [
        ([CAP], 1, "'replicates' must lie between 2 and 10000, not 1; a single pair shows no spread"),
        ([CAP], 2.5, "'replicates' must be a whole number"),
        ([CAP, CAP], 2, "have one name"),
        ([], 2, "there is no policy to compare"),
        (["labels_onyl"], 2, "the nearest is 'labels_only'"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    policies: list[Any], replicates: Any, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=sentence):
        compare(TINY, policies, replicates, tmp_path, show=False)
    assert not list(tmp_path.iterdir())


def test_a_policy_that_contradicts_the_scenario_is_named(tmp_path: Path) -> None:
    capped = TINY.with_(policies=(Policy.of([{"set": "hours_cap_adults", "to": 52}]),))
    with pytest.raises(ComparisonError, match="the policy 'cap' cannot be added to the scenario: 'hours_cap_adults'"):
        compare(capped, [CAP], 2, tmp_path, show=False)


def test_another_policy_may_be_the_yardstick(tmp_path: Path) -> None:
    same = CAP.model_copy(update={"name": "the same cap"})
    found = compare(TINY, [same], 2, tmp_path, workers=1, baseline=CAP, show=False)
    assert found.manifest["baseline"] == "cap" and (found.effects["effect"] == 0).all()


def test_verdicts_skip_what_a_world_does_not_hold() -> None:
    table = pd.DataFrame([{"policy": "one", "observable": "idol_hours", "theme": "work", "label": "Hours",
                           **effect(-5, 1)}])  # fmt: skip
    judged_table = verdicts(table)
    assert judged_table[["who", "verdict", "reads"]].values.tolist() == [["idols", BETTER, BETTER]]


def test_the_pace_counts_weeks_of_worlds_still_to_be_lived() -> None:
    pace = side_by_side._Pace([SimpleNamespace(weeks=10)] * 6, [True] + [False] * 5)  # type: ignore[list-item]
    pace.note(1, 10)
    pace.note(2, 5)
    assert (pace.worlds, pace.ended, pace.lived, pace.total) == (5, 1, 15, 50)
    assert pace.text.startswith(" (1 of 5, ") and "min left" in pace.text
