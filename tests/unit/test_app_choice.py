"""What a visitor chooses: levers act from now on, presets are taken up on their own dates, everything can be undone."""

from __future__ import annotations

from datetime import date

import pytest

from sim.app.choice import Choice
from sim.params import LimelightError
from sim.policies import Change, Policy, presets
from sim.scenario import Scenario

SCENARIO = Scenario(weeks=104, fans=200, agencies=4)
FIRST = SCENARIO.date_of(1)


def values(choice: Choice, week: int) -> dict[str, object]:
    """What the levers of *mine* come to in a week."""
    return choice.mine.schedule(choice.mine.first_numbers()).values_at(week)


def test_no_line_is_the_very_same_world() -> None:
    assert Choice(SCENARIO).mine is SCENARIO


def test_a_lever_acts_from_the_next_monday() -> None:
    choice = Choice(SCENARIO).moved("hours_cap_adults", 52.0, week=10)
    assert values(choice, 10)["hours_cap_adults"] == 168.0
    assert values(choice, 11)["hours_cap_adults"] == 52.0
    assert choice.value("hours_cap_adults") == 52.0
    assert choice.present_value("hours_cap_adults") == 168.0


def test_a_lever_that_is_moved_back_leaves_nothing_behind() -> None:
    choice = Choice(SCENARIO).moved("hours_cap_adults", 52.0).moved("hours_cap_adults", 168.0)
    assert choice.lines == ()
    assert choice.mine is SCENARIO


def test_what_has_been_lived_stays_when_a_lever_is_moved_again() -> None:
    choice = Choice(SCENARIO).moved("content_cap", 1.0, week=5).moved("content_cap", 2.0, week=20)
    assert [values(choice, week)["content_cap"] for week in (5, 6, 20, 21)] == [100.0, 1.0, 1.0, 2.0]
    again = choice.released("content_cap", week=30)
    assert [values(again, week)["content_cap"] for week in (21, 30, 31)] == [2.0, 2.0, 100.0]


def test_mine_takes_the_place_of_later_lines_of_present_policy() -> None:
    dated = ((0.3, "2025-06-02"), (0.5, "2026-06-01"))
    lines = [{"set": "image_label", "to": value, "from": day} for value, day in dated]
    choice = Choice(SCENARIO.with_(policies=(Policy.of(lines),))).moved("image_label", 1.0, week=52)
    assert values(choice, 52)["image_label"] == 0.3
    assert values(choice, 53)["image_label"] == values(choice, 104)["image_label"] == 1.0


@pytest.mark.parametrize("let_go", [20, 30, 90])
def test_a_lever_that_is_let_go_stands_as_present_policy_has_it_by_then(let_go: int) -> None:
    dated = ((0.3, "2025-06-02"), (0.5, "2025-09-01"), (0.7, "2026-06-01"))  # weeks 22, 35 and 74
    lines = [{"set": "image_label", "to": value, "from": day} for value, day in dated]
    present = Choice(SCENARIO.with_(policies=(Policy.of(lines),)))
    choice = present.moved("image_label", 1.0, week=5).released("image_label", week=let_go)
    assert [values(choice, week)["image_label"] for week in (5, 6, let_go)] == [0.0, 1.0, 1.0]
    for week in range(let_go + 1, SCENARIO.weeks + 1):
        assert values(choice, week)["image_label"] == values(present, week)["image_label"]
    again = choice.moved("image_label", 0.9, week=let_go + 2)
    assert values(again, let_go + 2)["image_label"] == values(present, let_go + 2)["image_label"]
    assert values(again, let_go + 3)["image_label"] == values(again, SCENARIO.weeks)["image_label"] == 0.9


@pytest.mark.parametrize("name", presets())
def test_a_preset_of_the_first_day_is_the_preset(name: str) -> None:
    choice = Choice(SCENARIO).adopting(name)
    policy = presets()[name]
    under = SCENARIO.with_(policies=(policy,))
    assert values(choice, 104) == under.schedule(under.first_numbers()).values_at(104)
    assert all(choice.value(line.set) == choice.preset_value(line.set) for line in policy.changes)


@pytest.mark.parametrize("name", presets())
def test_a_preset_taken_up_later_comes_to_the_same_and_leaves_the_past_alone(name: str) -> None:
    choice = Choice(SCENARIO).adopting(name, week=40)
    then = values(choice, 40)
    assert {lever: value for lever, value in then.items() if value != SCENARIO.first_numbers().get(lever)} == {}
    first_day = Choice(SCENARIO).adopting(name)
    assert {line.set: choice.value(line.set) for line in first_day.lines} == {
        line.set: first_day.value(line.set) for line in first_day.lines
    }


def test_one_preset_after_another_leaves_only_the_second() -> None:
    choice = Choice(SCENARIO).adopting("worker_first").adopting("labels_only", week=26)
    second = Choice(SCENARIO).adopting("labels_only")
    touched = {line.set for line in choice.lines}
    assert {name: choice.value(name) for name in touched} == {name: second.value(name) for name in touched}
    assert values(choice, 26)["hours_cap_adults"] == 52.0


def test_undoing_at_once_gives_back_the_very_choice() -> None:
    first = Choice(SCENARIO).moved("content_cap", 1.0, week=5)
    assert first.moved("care_duty", 0.5, week=8).back_to(first, week=8) is first


def test_undoing_later_gives_back_the_values_from_now_on() -> None:
    first = Choice(SCENARIO).moved("content_cap", 1.0, week=5)
    undone = first.moved("content_cap", 2.0, week=8).back_to(first, week=30)
    assert [values(undone, week)["content_cap"] for week in (8, 9, 30, 31)] == [1.0, 2.0, 2.0, 1.0]


def test_a_value_beyond_its_range_is_refused_in_one_sentence() -> None:
    with pytest.raises(LimelightError, match="range"):
        Choice(SCENARIO).moved("editing_cap", 3.0)


def test_a_moved_lever_stands_in_the_policy_called_mine() -> None:
    (policy,) = Choice(SCENARIO).moved("editing_cap", 0.5).mine.policies
    assert policy.name == "mine"
    assert policy.changes == (Change(set="editing_cap", to=0.5, start=FIRST),)
    assert date(2025, 1, 6) == FIRST
