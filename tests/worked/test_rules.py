"""Rules, worked by hand: law takes effect on its Monday, audits cost and teach, agencies answer."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.rules import agencies_answer_the_law, law_takes_effect, regulator_audits_agencies


def test_a_law_of_a_wednesday_acts_from_the_next_monday(make_world):
    # Week 0 is Monday 2024-12-30, so Wednesday 2025-01-15 lies between week 2 (Jan 13) and week 3 (Jan 20).
    cap = {"name": "cap", "changes": [{"set": "hours_cap_adults", "to": 52, "from": "2025-01-15"}]}
    world = make_world(policies=[cap])
    seen = {}
    for week in (2, 3, 4):
        world.time = float(week)
        law_takes_effect(world)
        seen[week] = world.numbers.hours_cap_adults
    assert seen == {2: 168, 3: 52, 4: 52}
    # The change is told once, in the week it happens.
    assert [(event.week, event.magnitude) for event in world.events if event.kind == "policy"] == [(3, 52)]


def test_a_law_that_ends_gives_back_what_held_before(make_world):
    cap = {"set": "content_cap", "to": 1, "from": "2025-01-13", "until": "2025-01-27"}
    world = make_world(policies=[{"name": "cap", "changes": [cap]}])
    seen = []
    for week in range(1, 6):
        world.time = float(week)
        law_takes_effect(world)
        seen.append(world.numbers.content_cap)
    assert seen == [100, 1, 1, 100, 100]


def test_visits_follow_the_regulators_capacity_and_the_size_of_the_industry(world, load):
    # 6 investigations a year, half of them on working time, 4 of 282 agencies: 3 x 4 / 282 / 52 a week.
    dice = load(world, audits=0)
    regulator_audits_agencies(world)
    assert dice.asked["audits"] == pytest.approx(3 * 4 / 282 / 52)


def test_who_is_caught_pays_and_knows_better_and_the_others_learn_a_little(world, load):
    agencies = world.agencies
    agencies.fines, agencies.expected_loss = 0, 0.5
    agencies.breaks_rules = [False, False, False, True]
    load(world, audits=4)
    regulator_audits_agencies(world)
    # .5 fades to .4975; one of four caught: + .1 x 1/4 x (1 - .4975) = .0125625.
    assert agencies.expected_loss == pytest.approx([0.5100625, 0.5100625, 0.5100625, 1])
    assert list(agencies.fines) == [0, 0, 0, 10]
    assert [event.subject for event in world.events if event.kind == "fine"] == ["agency 3"]


def test_an_agency_that_breaks_nothing_has_nothing_to_pay(world, load):
    world.agencies.breaks_rules, world.agencies.keeps_minors_cap = False, False
    load(world, audits=4)
    regulator_audits_agencies(world)
    assert not world.agencies.fines.any()


def test_without_a_visit_expected_loss_only_fades(world, load):
    world.agencies.expected_loss = 0.5
    world.agencies.breaks_rules = True
    load(world, audits=0)
    regulator_audits_agencies(world)
    assert world.agencies.expected_loss == pytest.approx(np.full(4, 0.4975))


def test_caps_are_kept_by_the_least_reluctant_and_by_those_who_fear_a_fine(world):
    agencies = world.agencies
    agencies.reluctance = [0.1, 0.6, 0.6, 0.9]
    agencies.expected_loss = [0, 0, 0.4, 1]
    agencies_answer_the_law(world)
    # Today's caps are kept by half: reluctance < 1 - .5 (1 - loss): .5, .5, .7 and 1.
    assert list(agencies.keeps_minors_cap) == [True, False, True, True]
    # New rules by .8: reluctance < 1 - .2 (1 - loss): .8, .8, .88 and 1.
    assert list(agencies.lawful) == [True, True, True, True]
    agencies.reluctance = [0.1, 0.81, 0.87, 0.89]
    agencies.expected_loss = [0, 0, 0.4, 0.4]
    agencies_answer_the_law(world)
    assert list(agencies.lawful) == [True, False, True, False]
