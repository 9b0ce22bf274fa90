"""The panel of levers: every lever has its place, a slider within its range, and says what it stands at."""

from __future__ import annotations

import pytest

from sim.app.choice import Choice
from sim.app.lever_panel import ASSUMED, MEASURED, UNMEASURED, levers_of, panel, place_of, places, standing, written
from sim.policies import presets
from sim.scenario import Scenario

SCENARIO = Scenario(weeks=104, fans=200, agencies=4)
LEVERS = levers_of(SCENARIO)


def test_every_lever_of_the_model_has_a_place_and_no_place_is_empty() -> None:
    assert set(places()) == set(LEVERS)
    shown = [lever["name"] for group in panel(SCENARIO) for lever in group["levers"]]
    assert sorted(shown) == sorted(LEVERS)


@pytest.mark.parametrize("name", LEVERS)
def test_a_slider_keeps_within_the_range_of_the_passport(name: str) -> None:
    passport, place = LEVERS[name], places()[name]
    if place.choices:
        assert len(place.choices) == passport.high - passport.low + 1
        return
    assert place.slider is not None
    low, high, step = place.slider
    assert passport.low <= low < high <= passport.high
    assert 0 < step <= (high - low) / 10
    assert place.open_value is None or place.open_value in (passport.low, passport.high)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_can_stand_where_the_law_of_the_first_day_and_every_preset_have_it(name: str) -> None:
    place = places()[name]
    stands = {SCENARIO.first_numbers().get(name)}
    stands |= {line.to for policy in presets().values() for line in policy.changes if line.set == name}
    if place.slider:
        low, high, _ = place.slider
        assert all(low <= value <= high or value == place.open_value for value in stands), stands


def test_a_lever_says_in_words_what_it_stands_at() -> None:
    stands = standing(Choice(SCENARIO))
    said = {name: stands[name]["text"] for name in ("hours_cap_adults", "consent_regime", "fine_cap")}
    assert said == {"hours_cap_adults": "no limit", "consent_regime": "no refusal offered", "fine_cap": "3 %"}
    assert written(place_of(LEVERS["hours_cap_adults"]), LEVERS["hours_cap_adults"], 52.0) == "52 h/week"


def test_what_departs_from_present_policy_and_from_the_preset_is_marked() -> None:
    choice = Choice(SCENARIO).adopting("worker_first").moved("hours_cap_adults", 40.0).moved("editing_cap", 0.5)
    stands = standing(choice)
    assert stands["hours_cap_adults"]["changed"] and stands["hours_cap_adults"]["off_preset"]
    assert stands["hours_cap_adults"]["preset_text"] == "52 h/week"
    assert stands["content_cap"]["changed"] and not stands["content_cap"]["off_preset"]
    assert stands["editing_cap"]["changed"] and stands["editing_cap"]["off_preset"]
    assert not stands["music_label"]["changed"] and not stands["music_label"]["off_preset"]
    assert stands["content_cap"]["dates"] == ["1 from 2025-01-06"]


def test_every_lever_brings_its_law_and_the_strength_of_its_evidence() -> None:
    levers = [lever for group in panel(SCENARIO) for lever in group["levers"]]
    assert all(lever["meaning"] and lever["mechanism"] and lever["counterpart"] for lever in levers)
    assert {lever["strength"] for lever in levers} == {MEASURED, UNMEASURED, ASSUMED}
    label = next(lever for lever in levers if lever["name"] == "image_label")
    assert label["strength"] == MEASURED
    assert "label_backfire (evidence)" in label["through"]
