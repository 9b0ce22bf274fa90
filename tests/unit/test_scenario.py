"""A scenario is frozen, checked, complete, and named by what it can do to a world and by nothing else."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.params import LimelightError, Numbers, passports
from sim.policies import Policy
from sim.scenario import Scenario, source_hash

CAP = {"set": "hours_cap_adults", "to": 52, "from": "2026-01-05"}


def test_the_default_is_the_korean_industry_to_the_end_of_2034() -> None:
    default = Scenario()
    assert (default.weeks, default.fans, default.agencies, default.ai) == (522, 100_000, 282, "evolving")
    assert default.date_of(0) == date(2024, 12, 30)
    assert default.date_of(521) == date(2034, 12, 25)


def test_a_scenario_file_is_read_with_its_policy_files(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "quiet.yaml").write_text("changes: [{set: editing_cap, to: 0.5, from: 2026-01-05}]\n")
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "title: A try\nfans: 1e4\nai: none\nnumbers: {fine_cap: 0.05}\n"
        "policies:\n  - {set: hours_cap_adults, to: 52, from: 2026-01-05}\n  - policies/quiet.yaml\n"
    )
    read = Scenario.from_yaml(file)
    assert (read.title, read.fans, read.ai, read.numbers) == ("A try", 10_000, "none", {"fine_cap": 0.05})
    assert [policy.name for policy in read.policies] == ["quiet", "inline"]
    assert {change.set for change in read.changes} == {"editing_cap", "hours_cap_adults"}


def test_a_scenario_survives_being_written_out_and_sent_to_another_process() -> None:
    asked = Scenario(numbers={"fine_cap": 0.05}, policies=[CAP], seed=3)
    assert Scenario.of(asked.as_mapping()) == asked
    assert pickle.loads(pickle.dumps(asked)) == asked
    assert hash(pickle.loads(pickle.dumps(asked))) == hash(asked)


def test_nothing_in_a_scenario_can_be_changed() -> None:
    asked = Scenario(numbers={"fine_cap": 0.05})
    with pytest.raises(ValueError, match="frozen"):
        asked.weeks = 3
    with pytest.raises(TypeError, match="frozen"):
        asked.numbers["fine_cap"] = 9
    with pytest.raises(TypeError, match="frozen"):
        asked.numbers.update(fine_cap=9)
    assert asked.numbers == {"fine_cap": 0.05}


def test_with_changes_some_fields_and_checks_them() -> None:
    asked = Scenario(policies=[CAP]).with_(weeks=np.int64(3), seed=7)
    assert (asked.weeks, asked.seed, len(asked.policies)) == (3, 7, 1)
    with pytest.raises(LimelightError, match="'fans' must lie between 200 and 10000000, not 3"):
        asked.with_(fans=3)
    with pytest.raises(LimelightError, match="unknown key 'week'; the nearest is 'weeks'"):
        asked.with_(week=3)


@pytest.mark.parametrize(
    "other",
    [
        {"weeks": 521},
        {"fans": 99_999},
        {"agencies": 281},
        {"seed": 1},
        {"ai": "frozen"},
        {"start": "2025-01-06"},
        {"snapshots_every": 52},
        {"numbers": {"fine_cap": 0.1}},
        {"strategies": {"adopt": "mine"}},
        {"policies": [CAP]},
        {"policies": [{**CAP, "from": "2026-01-12"}]},
    ],
)
def test_whatever_can_change_the_result_changes_the_key(other: dict[str, object]) -> None:
    assert Scenario(**other).key() != Scenario().key()


def test_two_dates_of_a_policy_give_two_keys() -> None:
    keys = {Scenario(policies=[{**CAP, "from": day}]).key() for day in ("2026-01-05", "2026-01-12")}
    assert len(keys) == 2


def test_what_cannot_change_the_result_does_not_change_the_key() -> None:
    default = Numbers.of().get("fine_cap")
    assert Scenario(title="Another").key() == Scenario().key()
    assert Scenario(numbers={"fine_cap": default}).key() == Scenario().key()
    noted = [Policy.of_mapping({"name": "caps", "note": note, "changes": [CAP]}) for note in ("a", "b")]
    assert Scenario(policies=noted[:1]).key() == Scenario(policies=noted[1:]).key()
    assert Scenario(numbers={"fine_cap": "0.05"}).key() == Scenario(numbers={"fine_cap": 0.05}).key()


def test_holding_a_dated_number_at_its_first_value_is_another_world(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = passports()["fine_cap"]
    dated = ((date(2020, 1, 1), whole.value), (date(2026, 9, 7), 0.1))
    changed = type(whole)(**{**whole.__dict__, "dated": dated})
    known = {**passports(), "fine_cap": changed}
    for place in ("sim.policies.passports", "sim.params.values.passports", "sim.scenario.passports"):
        monkeypatch.setattr(place, lambda: known)
    assert Scenario(numbers={"fine_cap": whole.value}).key() != Scenario().key()


def test_the_schedule_starts_from_the_numbers_of_the_scenario() -> None:
    asked = Scenario(numbers={"hours_cap_adults": 70}, policies=[CAP])
    values = asked.schedule(Numbers.of(asked.numbers))
    assert values.values_at(52)["hours_cap_adults"] == 70
    assert values.values_at(53)["hours_cap_adults"] == 52


def test_the_source_hash_follows_the_model_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "work.yaml").write_text("a: 1")
    (tmp_path / "dice.py").write_text("x = 1")
    first = source_hash.__wrapped__(tmp_path)
    for outside in ("figures.py", "runner.py", "app/page.py", "params/work.yaml~"):
        (tmp_path / outside).parent.mkdir(exist_ok=True)
        (tmp_path / outside).write_text("y = 1")
    assert source_hash.__wrapped__(tmp_path) == first
    (tmp_path / "params" / "work.yaml").write_text("a: 2")
    assert source_hash.__wrapped__(tmp_path) != first


def test_policies_of_a_scenario_may_not_contradict_each_other() -> None:
    with pytest.raises(LimelightError, match="keep one of them"):
        Scenario(policies=[Policy.of([CAP], name="one"), Policy.of([{**CAP, "to": 60}], name="two")])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"fans": 199}, "'fans' must lie between 200 and 10000000, not 199"),
        ({"agencies": 3}, "'agencies' must lie between 4 and"),
        ({"weeks": 5201}, "'weeks' must lie between 0 and 5200, not 5201"),
        ({"weeks": 1.5}, "'weeks' must be a whole number, not 1.5"),
        ({"weeks": True}, "'weeks' must be a whole number, not True"),
        ({"weeks": "ten"}, "'weeks' must be a whole number, not 'ten'"),
        ({"weeks": float("nan")}, "'weeks' must be a whole number, not nan"),
        ({"seed": -1}, "'seed' must lie between 0 and"),
        ({"start": "2025-01-01"}, "'start' must be a Monday; the one before 2025-01-01 is 2024-12-30"),
        ({"start": "1899-01-02"}, "'start' must lie between 2000-01-03 and 2100-01-04"),
        ({"start": "soon"}, "'soon' is not a date of the calendar; write it like 2026-01-22"),
        ({"ai": "evolve"}, "'ai' must be one of evolving, frozen, none, not 'evolve'"),
        ({"ai": []}, "'ai' must be one of evolving, frozen, none, not []"),
        ({"wekks": 3}, "unknown key 'wekks'; the nearest is 'weeks'"),
        ({"numbers": {"fine_cup": 1}}, "there is no number 'fine_cup'; the nearest is 'fine_cap'"),
        ({"numbers": {"fine_cap": 9}}, "fine_cap = 9.0 lies outside its range"),
        ({"numbers": [1]}, "'numbers' must map names of numbers to values, not [1]"),
        ({"policies": "x"}, "'policies' must be a list of changes, of names and of paths, not 'x'"),
        ({"policies": ["none.yaml"]}, "none.yaml: there is no such file; check the path"),
        ({"policies": [{"changes": 3}]}, "'changes' must be a list of changes, not 3"),
        ({"strategies": {"adopt": 3}}, "'strategies' must map decisions to names of strategies, not {'adopt': 3}"),
        ({"title": 3}, "'title' is 3"),
    ],
)
def test_a_wrong_scenario_is_one_sentence(content: dict[str, object], sentence: str) -> None:
    with pytest.raises(LimelightError) as caught:
        Scenario.of(content, "asked.yaml")
    text = str(caught.value)
    assert sentence in text
    assert text.endswith(".") and "\n" not in text
