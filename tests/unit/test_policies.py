"""A lever takes another value on its date, phased in if asked, and gives it back when the change ends."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import policies
from sim.params import LimelightError, Numbers, Passport, passports
from sim.policies import Change, Policy, PolicyError, Schedule

MONDAY = date(2024, 12, 30)
CAP = "hours_cap_adults"


def schedule(*changes: dict[str, object], numbers: Numbers | None = None) -> Schedule:
    return Schedule(Policy.of(changes).changes, MONDAY, numbers or Numbers.of())


def test_a_change_holds_from_the_first_monday_on_or_after_its_date() -> None:
    base = Numbers.of().get(CAP)
    on_monday = schedule({"set": CAP, "to": 52, "from": MONDAY + timedelta(weeks=10)})
    a_day_later = schedule({"set": CAP, "to": 52, "from": MONDAY + timedelta(weeks=10, days=1)})
    assert [on_monday.values_at(week)[CAP] for week in (9, 10, 11)] == [base, 52, 52]
    assert [a_day_later.values_at(week)[CAP] for week in (10, 11)] == [base, 52]


def test_a_change_without_a_date_holds_from_the_built_world_on() -> None:
    always = schedule({"set": CAP, "to": 52})
    assert always.values_at(0)[CAP] == always.values_at(5000)[CAP] == 52


def test_until_is_the_first_day_no_longer_in_force() -> None:
    base = Numbers.of().get(CAP)
    ended = schedule({"set": CAP, "to": 52, "from": MONDAY, "until": MONDAY + timedelta(weeks=3)})
    assert [ended.values_at(week)[CAP] for week in (0, 2, 3)] == [52, 52, base]


def test_a_phased_change_moves_in_equal_parts_and_arrives_in_its_last_week() -> None:
    start = MONDAY + timedelta(weeks=5)
    phased = schedule({"set": CAP, "to": 52, "from": start, "over": 4}, numbers=Numbers.of({CAP: 60}))
    assert [phased.values_at(week)[CAP] for week in range(4, 10)] == [60, 58, 56, 54, 52, 52]


def test_a_phase_that_began_before_the_start_has_already_come_some_way() -> None:
    earlier = schedule(
        {"set": CAP, "to": 52, "from": MONDAY - timedelta(weeks=1), "over": 4}, numbers=Numbers.of({CAP: 60})
    )
    assert [earlier.values_at(week)[CAP] for week in (0, 1, 2)] == [56, 54, 52]


def test_of_two_changes_in_force_the_later_one_counts_and_the_earlier_one_returns() -> None:
    later = {"set": CAP, "to": 40, "from": MONDAY + timedelta(weeks=2), "until": MONDAY + timedelta(weeks=4)}
    stacked = schedule(later, {"set": CAP, "to": 52, "from": MONDAY})
    assert [stacked.values_at(week)[CAP] for week in range(6)] == [52, 52, 40, 40, 52, 52]


def test_only_touched_numbers_are_in_the_schedule() -> None:
    dated = {name for name, passport in passports().items() if passport.dated}
    assert set(schedule({"set": CAP, "to": 52}).values_at(3)) == {CAP, *dated}


@settings(max_examples=30, deadline=None)
@given(
    start=st.integers(-100, 500),
    over=st.integers(0, 60),
    week=st.integers(0, 600),
    value=st.floats(0, 168, allow_nan=False),
)
def test_a_policy_that_sets_what_is_changes_no_bit(start: int, over: int, week: int, value: float) -> None:
    null = {"set": CAP, "to": value, "from": MONDAY + timedelta(days=start), "over": over}
    assert schedule(null, numbers=Numbers.of({CAP: value})).values_at(week)[CAP] == value


@settings(max_examples=30, deadline=None)
@given(over=st.integers(0, 60), week=st.integers(0, 200), to=st.floats(0, 168, allow_nan=False))
def test_a_phased_lever_never_leaves_the_span_between_its_two_values(over: int, week: int, to: float) -> None:
    phased = schedule(
        {"set": CAP, "to": to, "from": MONDAY + timedelta(weeks=50), "over": over},
        numbers=Numbers.of({CAP: 60}),
    )
    low, high = sorted((60.0, to))
    assert low - 1e-9 <= phased.values_at(week)[CAP] <= high + 1e-9


def _passport(name: str, **other: object) -> Passport:
    whole = {**passports()[CAP].__dict__, "name": name, **other}
    return Passport(**whole)  # type: ignore[arg-type]


@pytest.fixture
def vector_lever(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the model have one lever with a value for each kind of tool."""
    passport = _passport("tool_cap", over="tool_kind", value=(1.0,) * 6, low=0.0, high=1.0)
    known = {**passports(), "tool_cap": passport}
    for place in ("sim.policies.passports", "sim.params.values.passports"):
        monkeypatch.setattr(place, lambda: known)
    return "tool_cap"


def test_one_element_of_a_vector_lever_can_be_set(vector_lever: str) -> None:
    values = schedule({"set": f"{vector_lever}.voice", "to": 0.25}).values_at(0)
    assert values[f"{vector_lever}.voice"] == 0.25
    assert vector_lever not in values


def test_a_whole_vector_lever_is_set_element_by_element(vector_lever: str) -> None:
    values = schedule({"set": vector_lever, "to": [0, 0.1, 0.2, 0.3, 0.4, 0.5]}).values_at(0)
    numbers = Numbers.of()
    for name, value in values.items():
        numbers.put(name, value)
    assert list(numbers.get(vector_lever)) == [0, 0.1, 0.2, 0.3, 0.4, 0.5]


def test_a_vector_and_its_element_may_not_disagree_on_one_date(vector_lever: str) -> None:
    with pytest.raises(PolicyError, match=r"tool_cap\.voice' is set to 0\.2 and to 0\.9 from the beginning"):
        Policy.of(
            [
                {"set": vector_lever, "to": [0, 0.1, 0.2, 0.3, 0.4, 0.5]},
                {"set": f"{vector_lever}.voice", "to": 0.9},
            ]
        )


def test_dated_passports_change_on_their_dates_unless_the_scenario_holds_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dated = ((date(2020, 1, 1), 69.0), (date(2025, 1, 6), 52.0))
    known = {**passports(), CAP: _passport(CAP, value=69.0, dated=dated)}
    for place in ("sim.policies.passports", "sim.params.values.passports"):
        monkeypatch.setattr(place, lambda: known)
    numbers = Numbers.of()
    assert [Schedule((), MONDAY, numbers).values_at(week)[CAP] for week in (0, 1)] == [69.0, 52.0]
    assert CAP not in Schedule((), MONDAY, numbers, held={CAP}).values_at(1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"set": "hours_cap_adult", "to": 52},
            "no lever 'hours_cap_adult'; the nearest is 'hours_cap_adults'",
        ),
        ({"set": CAP, "to": 1000}, "hours_cap_adults = 1000.0 lies outside its range"),
        ({"set": CAP, "to": "many"}, "must be a number, not 'many'"),
        ({"set": CAP}, "the key 'to' is missing"),
        ({"set": CAP, "to": 52, "form": "2026-01-01"}, "unknown key 'form'; the nearest is 'from'"),
        ({"set": CAP, "to": 52, "from": "2026-02-30"}, "'2026-02-30' is not a date of the calendar"),
        ({"set": CAP, "to": 52, "from": 2026}, "2026 is not a date of the calendar"),
        ({"set": CAP, "to": 52, "from": "2026-05-01", "until": "2026-05-01"}, "give a later 'until'"),
        ({"set": CAP, "to": 52, "over": 4}, "phased in from no date"),
        (
            {"set": CAP, "to": 52, "from": "2026-05-01", "over": -1},
            "'over' must lie between 0 and 5200, not -1",
        ),
        ({"set": "payout_rule", "to": 1, "from": "2026-05-01", "over": 5}, "cannot be phased in"),
        ("hours", "here must stand a mapping with the keys set, to, from, until, over, law, not 'hours'"),
    ],
)
def test_a_wrong_change_is_one_sentence_with_its_place(change: object, sentence: str) -> None:
    with pytest.raises(LimelightError) as caught:
        Policy.of([{"set": CAP, "to": 60}, change], origin="mine.yaml")
    text = str(caught.value)
    assert text.startswith("mine.yaml, change 2: ")
    assert sentence in text
    assert text.endswith(".") and "\n" not in text


def test_a_number_that_is_no_lever_is_refused_with_the_remedy() -> None:
    name = next(name for name, passport in passports().items() if passport.kind != "scenario")
    with pytest.raises(PolicyError, match=r"is no lever .* under 'numbers'"):
        Change(set=name, to=0)


def test_two_values_from_one_date_contradict_each_other() -> None:
    with pytest.raises(PolicyError, match=r"is set to 52\.0 and to 60\.0 from 2026-01-05; keep one of them"):
        Policy.of([{"set": CAP, "to": value, "from": "2026-01-05"} for value in (52, 60)])


def test_a_policy_file_is_read_with_and_without_a_name(tmp_path: Path) -> None:
    full, bare = tmp_path / "full.yaml", tmp_path / "bare.yaml"
    full.write_text("name: caps\nnote: a try\nchanges:\n  - {set: hours_cap_adults, to: 52, from: 2026-01-05}\n")
    bare.write_text("- {set: hours_cap_adults, to: 52, from: 2026-01-05}\n")
    first, second = Policy.from_yaml(full), Policy.from_yaml(bare)
    assert (first.name, first.note, second.name) == ("caps", "a try", "bare")
    assert first.changes == second.changes
    assert Policy.of_mapping(first.as_mapping()) == first


def test_a_policy_cannot_be_changed() -> None:
    change = Change(set=CAP, to=52)
    with pytest.raises(ValueError, match="frozen"):
        change.to = 60


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "LARGEST_FILE", 3)
    large = tmp_path / "large.yaml"
    large.write_text("weeks: 5")
    with pytest.raises(LimelightError, match="too large"):
        policies.read_file(large)
