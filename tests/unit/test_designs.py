"""Designs: what a few lines of YAML mean, which points they place, and which world each row is."""

from __future__ import annotations

import itertools
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from sim.designs import AS_IT_IS, Design, Varied
from sim.params import LimelightError, passports
from sim.scenario import Scenario

TINY = Scenario(weeks=4, fans=300, agencies=6, seed=7)
TWO = {"staff_saving": None, "idol_hours_per_piece": {"low": 1, "high": 2}}
SMALLEST = """scenario: world.yaml
fans: 500
weeks: 26
design: latin_hypercube
samples: 60
parameters: assumed
seeds: 1
"""


def design(**words: Any) -> Design:
    return Design(**{"scenario": TINY, **words})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "world.yaml").write_text("weeks: 4\nagencies: 6\nseed: 7\n")
    return tmp_path


def test_the_smallest_design_reads_as_it_is_written(folder: Path) -> None:
    (folder / "first.yaml").write_text(SMALLEST)
    read = Design.from_yaml(folder / "first.yaml")
    table = read.table()
    assert read.name == "first" and (read.base.fans, read.base.weeks, read.base.agencies) == (500, 26, 6)
    assumed = [found for found in passports().values() if found.kind == "assumed"]
    single = [found.name for found in assumed if found.over is None and not found.dated]
    assert list(table) == ["row", "sample", "seed", *single]
    assert read.skipped.keys() == {found.name for found in assumed} - set(single)
    assert len(table) == read.count == 60 and set(table["seed"]) == {7}
    for found in assumed:
        if found.name in single:
            assert table[found.name].between(found.low, found.high).all()
    world = read.scenario_of(table.iloc[5])
    assert world.numbers == {name: table.iloc[5][name] for name in single} and world.seed == 7


def test_whole_numbers_stay_whole_and_reach_both_ends() -> None:
    whole = next(found for found in passports().values() if type(found.value) is int and found.high - found.low < 100)
    column = design(design="latin_hypercube", samples=4000, parameters=[whole.name]).table()[whole.name]
    assert column.dtype == np.int64 and (column.min(), column.max()) == (whole.low, whole.high)
    assert column.value_counts().std() < 0.1 * column.value_counts().mean()  # the ends are as frequent as the others


def test_a_latin_hypercube_has_one_point_in_each_slice_and_its_columns_hang_on_their_names() -> None:
    points = design(design="latin_hypercube", samples=50, parameters=TWO).points()
    assert (np.sort(np.floor(points * 50), axis=0) == np.arange(50)[:, None]).all()
    assert abs(np.corrcoef(points.T)[0, 1]) < 0.4
    more = design(design="latin_hypercube", samples=50, parameters=["trust_start", *TWO]).points()
    assert not np.array_equal(more[:, 0], points[:, 0])
    turned = design(design="latin_hypercube", samples=50, parameters=["trust_start", "staff_saving"]).points()
    np.testing.assert_array_equal(turned[:, 1], points[:, 0])
    other = design(design="latin_hypercube", samples=50, parameters=TWO, luck=1).points()
    assert not np.array_equal(other, points)


def test_the_same_design_gives_the_same_table_on_any_machine() -> None:
    points = design(design="latin_hypercube", samples=3, parameters=TWO).points()
    np.testing.assert_allclose(points, RECORDED_POINTS, rtol=0, atol=1e-15)


RECORDED_POINTS = [
    [0.6403821640950983, 0.9430565739029148],
    [0.009460682891828406, 0.4805959639296738],
    [0.9575829145505156, 0.1380271650913455],
]


@pytest.mark.parametrize("method", ["sobol", "saltelli"])
def test_more_samples_keep_the_first(method: str) -> None:
    few, many = (design(design=method, samples=samples, parameters=TWO).points() for samples in (8, 16))
    np.testing.assert_array_equal(many[: len(few)], few)
    assert len(np.unique(many, axis=0)) > len(few)


def test_a_sobol_sequence_fills_the_space_better_than_chance() -> None:
    points = design(design="sobol", samples=64, parameters=TWO).points()
    chance = np.random.default_rng(1).random((64, 2))
    assert qmc.discrepancy(points) < 0.3 * qmc.discrepancy(chance)


def test_samples_for_sobol_indices_change_one_number_at_a_time() -> None:
    found = design(design="saltelli", samples=8, parameters=TWO)
    blocks = found.points().reshape(8, 4, 2)
    first, last = blocks[:, 0], blocks[:, 3]
    for place in range(2):
        mixed = blocks[:, 1 + place]
        np.testing.assert_array_equal(mixed[:, place], last[:, place])
        np.testing.assert_array_equal(mixed[:, 1 - place], first[:, 1 - place])
    assert found.count == len(found.table()) == 32


def test_morris_walks_move_one_number_by_two_thirds() -> None:
    walks = design(design="morris", samples=5, parameters=TWO).points().reshape(5, 3, 2)
    moved = np.abs(np.diff(walks, axis=1))
    np.testing.assert_allclose(moved.sum(axis=2), 2 / 3)
    assert ((moved > 0).sum(axis=2) == 1).all()


def test_a_grid_crosses_everything_and_seeds_change_fastest() -> None:
    found = design(
        design="grid", parameters={"staff_saving": [0.2, 0.4], "idol_hours_per_piece": None}, levels=3,
        ai=["evolving", "none"], policies=["worker_first"], fans=[200, 300], seeds=2,
    )  # fmt: skip
    table = found.table()
    assert len(table) == found.count == 2 * 3 * 2 * 2 * 2 * 2
    assert list(table["idol_hours_per_piece"].unique()) == [1, 2.5, 4]
    assert list(table["seed"][:4]) == [7, 8, 7, 8]
    assert list(table["policy"][:4]) == [AS_IT_IS] * 2 + ["worker_first"] * 2
    shared = table.groupby("sample")
    assert (shared[["staff_saving", "idol_hours_per_piece"]].nunique() == 1).all(axis=None)
    assert table["sample"].nunique() == 6 and table.drop(columns="row").duplicated().sum() == 0
    last = found.scenario_of(table.iloc[-1])
    assert (last.fans, last.ai, last.seed, last.policies[0].name) == (300, "none", 8, "worker_first")
    assert last.numbers == {"staff_saving": 0.4, "idol_hours_per_piece": 4.0}


def test_replicates_differ_in_luck_alone_and_more_of_them_keep_the_first() -> None:
    few, many = (list(design(seeds=seeds).scenarios()) for seeds in (3, 5))
    assert [world.seed for world in many] == [7, 8, 9, 10, 11] and many[:3] == few
    assert [world.seed for world in design(seeds=[5, 3]).scenarios()] == [5, 3]


def test_paired_worlds_differ_in_the_policy_alone() -> None:
    found = design(design="paired", policies=["worker_first", "labels_only"], seeds=2)
    worlds = list(found.scenarios())
    assert [len(world.policies) for world in worlds] == [0, 0, 1, 1, 1, 1]
    assert [world.seed for world in worlds] == [7, 8] * 3
    assert worlds[0] == TINY


def test_levers_are_lines_of_a_policy_from_the_day_they_start() -> None:
    found = design(design="grid", levers={"hours_cap_adults": [52, 45]}, starts=["2025-06-02", "2026-01-05"])
    lines = [world.changes for world in found.scenarios()]
    assert [(line[0].set, line[0].to, line[0].start) for line in lines] == [
        ("hours_cap_adults", float(cap), date.fromisoformat(start))
        for cap, start in itertools.product((52, 45), ("2025-06-02", "2026-01-05"))
    ]
    held = next(design(design="grid", levers={"hours_cap_adults": [52, 45]}).scenarios())
    assert held.changes[0].start is None


def test_a_policy_moves_as_a_whole_to_the_day_it_starts(folder: Path) -> None:
    (folder / "own.yaml").write_text(
        "name: own\nchanges:\n  - {set: hours_cap_adults, to: 52, from: 2026-01-05, until: 2026-03-02}\n"
        "  - {set: image_label, to: 1, from: 2026-02-02}\n  - {set: fine_cap, to: 0.1}\n"
    )
    (folder / "d.yaml").write_text(
        "scenario: world.yaml\ndesign: paired\npolicies: own.yaml\nstarts: [2027-01-04]\nname: other\n"
    )
    found = Design.from_yaml(folder / "d.yaml")
    under = list(found.scenarios())[1]
    assert [(line.start, line.until) for line in under.changes] == [
        (date(2027, 1, 4), date(2027, 3, 1)), (date(2027, 2, 1), None), (date(2027, 1, 4), None)]  # fmt: skip
    assert found.name == "other"


def test_dates_and_scale_can_be_sampled() -> None:
    found = design(
        design="sobol", samples=32, levers="hours_cap_adults", starts={"low": "2026-01-05", "high": "2028-01-03"},
        fans={"low": 200, "high": 400},
    )  # fmt: skip
    table = found.table()
    days = pd.to_datetime(table["starts"])
    assert (days.dt.day_of_week == 0).all() and days.between("2026-01-05", "2028-01-03").all() and days.nunique() > 20
    assert table["fans"].between(200, 400).all() and table["fans"].nunique() > 20
    world = found.scenario_of(table.iloc[3])
    assert world.fans == table["fans"][3] and world.changes[0].start == days[3].date()


def test_dates_are_mondays_within_their_range_whatever_day_it_begins_on() -> None:
    range_ = {"low": "2026-01-07", "high": "2026-01-20"}  # a Wednesday and a Tuesday
    found = design(design="grid", parameters=None, levers={"hours_cap_adults": [40]}, levels=9, starts=range_)
    assert list(found.table()["starts"].unique()) == ["2026-01-12", "2026-01-19"]
    with pytest.raises(LimelightError, match="no Monday lies from 2026-01-06 to 2026-01-09"):
        design(design="grid", levers={"hours_cap_adults": [40]}, starts={"low": "2026-01-06", "high": "2026-01-09"})


def test_rows_of_ones_own_set_what_they_name_and_leave_the_rest(folder: Path) -> None:
    (folder / "rows.csv").write_text(
        "staff_saving,policy,hours_cap_adults,seed,corpus_share.korean\n0.2,,,3,\n,worker_first,,4,0.5\n0.3,,48,5,\n"
    )
    (folder / "d.yaml").write_text("scenario: world.yaml\ndesign: table\nrows: rows.csv\n")
    found = Design.from_yaml(folder / "d.yaml")
    first, second, third = found.scenarios()
    assert (first.numbers, first.policies, first.seed) == ({"staff_saving": 0.2}, (), 3)
    assert (second.numbers, second.policies[0].name, second.seed) == ({"corpus_share.korean": 0.5}, "worker_first", 4)
    assert third.changes[0].to == 48 and third.numbers == {"staff_saving": 0.3}
    again = [found.scenario_of(row) for row in found.table().to_dict("records")]  # with holes where rows say nothing
    assert again == [first, second, third]


def test_rows_in_the_design_are_crossed_with_seeds_they_do_not_name() -> None:
    found = design(design="table", rows=[{"staff_saving": 0.2}, {"staff_saving": 0.3}], seeds=2)
    assert [(world.seed, world.numbers["staff_saving"]) for world in found.scenarios()] == [
        (7, 0.2), (8, 0.2), (7, 0.3), (8, 0.3)]  # fmt: skip


def test_numbers_can_be_held_fixed_and_elements_of_vectors_varied() -> None:
    found = design(design="sobol", samples=2, parameters=["money", "corpus_share.korean"], fixed=["fixed_cost"])
    assert "fixed_cost" in found.skipped and "fixed_cost" not in found.table()
    assert found.varied[-1].name == "corpus_share.korean"
    assert {each.name for each in found.varied[:-1]} <= {p.name for p in passports().values() if p.theme == "money"}


def test_a_design_is_named_by_what_it_says() -> None:
    first, renamed, other = design(seeds=2), design(seeds=2, name="other"), design(seeds=3)
    assert first.key() == renamed.key() != other.key()
    assert design(seeds=2, scenario=TINY.with_(title="another title")).key() != other.key()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"design": "sobl"}, "the nearest is 'sobol'"),
        ({"design": "sobol", "parameters": "assumed"}, "needs `samples`"),
        ({"design": "sobol", "samples": 4}, "varies nothing"),
        ({"samples": 4}, "takes no `samples`"),
        ({"design": "replicate", "parameters": "assumed"}, "samples nothing"),
        ({"design": "sobol", "samples": 4, "parameters": "asumed"}, "such as 'assumed'"),
        ({"design": "sobol", "samples": 4, "parameters": "corpus_share"}, "such as corpus_share.korean"),
        ({"design": "sobol", "samples": 4, "parameters": {"staff_saving": {"low": 0, "high": 0.3}}}, "lies outside"),
        ({"design": "sobol", "samples": 4, "parameters": {"staff_saving": {"low": 0.3, "high": 0.2}}}, "low must lie"),
        ({"design": "sobol", "samples": 4, "parameters": {"staff_saving": 0.2}}, "{low: ..., high: ...}"),
        ({"design": "sobol", "samples": 4, "parameters": {"staff_saving": []}}, "the list is empty"),
        ({"design": "sobol", "samples": 4, "parameters": {"work": [1, 2]}}, "names many numbers"),
        ({"design": "sobol", "samples": 4, "levers": "staff_saving"}, "is no lever"),
        ({"design": "sobol", "samples": 4, "parameters": "work", "fixed": "staff_savin"}, "nearest that it does is"),
        ({"design": "grid", "parameters": "assumed"}, "vary fewer"),
        ({"design": "paired"}, "name `policies`"),
        ({"design": "table"}, "belong together"),
        ({"design": "table", "rows": [{"staff_savin": 1}]}, "the nearest is 'staff_saving'"),
        ({"policies": ["worker_frist"]}, "the nearest is 'worker_first'"),
        ({"starts": ["2026-01-05"]}, "names none"),
        ({"policies": ["worker_first"], "starts": ["2026-13-05"]}, "is not a date"),
        ({"seeds": 0}, "must lie between 1 and"),
        ({"seeds": [1, 1]}, "names a seed twice"),
        ({"fans": 3}, "must lie between 200 and"),
        ({"fans": [200, 200]}, "a value stands twice"),
        ({"ai": ["evolving", "gone"]}, "no kind of AI"),
        ({"at": [9]}, "after the end of the runs, week 4"),
        ({"at": [2], "every": 2}, "keep one of them"),
        ({"sample": 3}, "the nearest is 'samples'"),
        ({"scenario": 3}, "the path of a scenario file"),
        ({"name": "../outside"}, "names the folder of the sweep"),
        ({"name": ""}, "names the folder of the sweep"),
        ({"ai": {"evolving": 1}}, "no kind of AI"),
        ({"design": "table", "parameters": None, "rows": [{"fans": [300]}]}, "a cell holds one number or word"),
        ({"design": "table", "parameters": None, "rows": [{"ai": "none"}, {"ai": 3}]}, "'ai' mixes words, numbers"),
        ({"design": "table", "parameters": None, "rows": [{"seed": 1}], "seeds": 2}, "'seed' and the design both say"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_remedy(words: dict[str, Any], sentence: str) -> None:
    with pytest.raises(LimelightError) as caught:
        design(**words)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fans: 500\n", "the key 'scenario' is missing"),
        ("scenario: world.yaml\npolicies: 5\n", "'policies' must be a list"),
        ("- 1\n", "a design maps keys"),
        ("scenario: nothing.yaml\n", "there is no such file"),
        ("scenario: world.yaml\ndesign: table\nrows: no.csv\n", "there is no such file with rows"),
        ("scenario: world.yaml\nweeks: 2\nat: [3]\n", "after the end of the runs, week 2"),
        ("scenario: world.yaml\ndesign: saltelli\nsamples: 3\nparameters: money\n", "the nearest to 3 is 4"),
        ("scenario: world.yaml\ndesign: morris\nsamples: 3\nparameters: money\nlevels: 5\n", "even number of levels"),
    ],
)
def test_a_mistake_in_a_file_names_it(folder: Path, text: str, sentence: str) -> None:
    (folder / "d.yaml").write_text(text)
    with pytest.raises(LimelightError, match=r"d\.yaml") as caught:
        Design.from_yaml(folder / "d.yaml")
    assert sentence in str(caught.value)


def test_without_salib_only_the_designs_that_need_it_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("SALib.sample.sobol", "SALib.sample.morris"):
        monkeypatch.setitem(sys.modules, module, None)
    assert len(design(design="sobol", samples=4, parameters=TWO).table()) == 4
    for method in ("saltelli", "morris"):
        with pytest.raises(LimelightError, match=r"needs the library SALib; install it with `pip install"):
            design(design=method, samples=4, parameters=TWO).table()


def test_a_whole_column_has_the_values_of_its_shares_one_by_one() -> None:
    found = design(
        parameters=["staff_saving"], levers={"hours_cap_adults": None}, fans={"low": 200, "high": 900},
        policies=["worker_first"], starts={"low": "2025-02-03", "high": "2027-02-01"},
        design="latin_hypercube", samples=9,
    )  # fmt: skip
    shares = np.array([0, 0.1, 1 / 3, 0.5, 0.999, 1])
    assert {each.sort for each in found.varied} == {"number", "lever", "fans", "starts"}
    for each in (*found.varied, Varied("listed", "number", values=("a", "b")), Varied("switch", "lever", switch=True)):
        assert each.along(shares) == [each.at(share) for share in shares.tolist()]
