"""Work, worked by hand: hours with saving and rebound, exact caps, burnout at its published slope, fear, leave."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.work import (
    agencies_break_rules,
    burnout_hazards,
    idols_burn_out,
    idols_fear_for_jobs,
    idols_take_hiatus,
    idols_tire,
    idols_work_hours,
    staff_fear_for_jobs,
)


@pytest.fixture
def quiet(level):
    """All groups between comebacks, nobody on leave, everybody adult."""
    level.groups.cycle_offset = 12
    level.idols.on_hiatus = level.idols.burnt_out = False
    level.idols.age = 25
    return level


def test_hours_are_the_phase_plus_two_hours_for_each_piece(quiet):
    idols_work_hours(quiet)
    assert set(quiet.idols.hours) == {55}  # 45 + 2 x 5
    quiet.groups.cycle_offset = 0
    idols_work_hours(quiet)
    assert set(quiet.idols.hours) == {75}  # 65 + 2 x 5


def test_nine_weeks_of_thirty_are_busy(quiet):
    busy = 0
    for week in range(30):
        quiet.time = float(week)
        idols_work_hours(quiet)
        busy += quiet.idols.hours[0] == 75
    assert busy == 9


def test_with_content_held_ai_takes_only_its_small_share_off_idol_hours(quiet):
    quiet.agencies.saving = 1
    idols_work_hours(quiet)
    # No multiplier on hours: 45 + 2 x (1 - .05) x 5, half an hour less.
    assert quiet.idols.hours == pytest.approx(np.full(len(quiet.idols), 54.5))
    quiet.groups.virtual = True
    idols_work_hours(quiet)
    assert quiet.idols.hours == pytest.approx(np.full(len(quiet.idols), 45 + 2 * 0.65 * 5))


def test_with_the_rebound_in_full_ai_makes_idols_work_longer(quiet):
    quiet.agencies.saving = 1
    quiet.groups.pieces = 50 / 7
    idols_work_hours(quiet)
    # 2 x .95 x 50/7 = 13.5714 hours of content instead of 10
    assert quiet.idols.hours == pytest.approx(np.full(len(quiet.idols), 45 + 95 / 7))


@pytest.mark.parametrize(("age", "cap"), [(14.9, 35), (15, 46), (17.9, 46), (18, 52), (30, 52)])
def test_kept_caps_bind_exactly_at_each_age(quiet, age, cap):
    quiet.numbers.put("hours_cap_adults", 52)
    quiet.idols.age = age
    idols_work_hours(quiet)
    assert set(quiet.idols.hours) == {cap}
    # What the cap cuts off is not delivered.
    assert quiet.groups.delivered == pytest.approx(np.full(5, 5 * cap / 55))


def test_todays_law_caps_minors_only(quiet):
    quiet.idols.age[0], quiet.idols.age[1:] = 14, 20
    idols_work_hours(quiet)
    assert quiet.idols.hours[0] == 35
    assert set(quiet.idols.hours[1:]) == {55}


def test_caps_that_an_agency_does_not_keep_do_not_bind_its_idols(quiet):
    quiet.numbers.put("hours_cap_adults", 52)
    quiet.idols.age[::2] = 16
    quiet.agencies.keeps_minors_cap, quiet.agencies.lawful = False, True
    idols_work_hours(quiet)
    assert set(quiet.idols.hours[::2]) == {55}
    assert set(quiet.idols.hours[1::2]) == {52}


def test_broken_caps_are_counted_for_the_agency_that_breaks_them(quiet):
    quiet.idols.age = 16
    quiet.agencies.keeps_minors_cap = [True, True, False, True]
    idols_work_hours(quiet)
    agencies_break_rules(quiet)
    members = np.bincount(quiet.groups.agency[quiet.idols.group], minlength=4)
    assert list(quiet.agencies.idols_asked_over_cap) == list(members)
    assert list(quiet.agencies.idols_over_cap) == [0, 0, members[2], 0]


def test_idols_on_leave_hardly_work_and_are_missed(quiet):
    members = np.flatnonzero(quiet.idols.group == 0)
    quiet.idols.on_hiatus[members[0]] = True
    idols_work_hours(quiet)
    assert quiet.idols.hours[members[0]] == 10
    assert quiet.groups.presence[0] == pytest.approx(1 - 1 / members.size)
    assert quiet.groups.presence[1] == 1
    assert quiet.groups.delivered[0] == pytest.approx(5)


def test_fatigue_takes_a_quarter_of_this_weeks_hours(quiet):
    quiet.idols.fatigue, quiet.idols.hours = 40, 60
    idols_tire(quiet)
    assert set(quiet.idols.fatigue) == {45}


def test_the_odds_of_burnout_at_equilibrium_rise_exactly_by_the_published_slope(quiet):
    hours = np.array([40.0, 50, 60, 74, 84])
    onset, recovery = burnout_hazards(quiet, hours, np.full(5, 0.5))
    # A quarter is burnt out at 40 hours: odds 1/3. Log odds rise by .032 an hour: twofold at 61.7, fourfold at 83.3.
    assert np.log(onset / recovery) == pytest.approx(np.log(1 / 3) + 0.032 * (hours - 40))
    assert onset[2] / recovery[2] == pytest.approx(0.6321602931016505)


def test_full_insecurity_raises_the_chance_of_burning_out_and_not_that_of_recovering(quiet):
    calm = burnout_hazards(quiet, np.array([40.0]), np.array([0.5]))
    afraid = burnout_hazards(quiet, np.array([40.0]), np.array([1.0]))
    assert afraid[0] / calm[0] == pytest.approx(1.135984868241162)  # e^(.255 x .5)
    assert afraid[1] == calm[1]


def test_weekly_chances_of_burnout_and_recovery_at_seventy_hours(quiet, load):
    quiet.idols.fatigue, quiet.idols.insecurity = 70, 0.5
    quiet.idols.burnt_out[0] = True
    dice = load(quiet, burnout=True)
    idols_burn_out(quiet)
    # recovery .0126 e^(-.012 x 30); onset .0042 e^(.020 x 30)
    assert dice.asked["burnout"][0] == pytest.approx(0.008752196285822689)
    assert dice.asked["burnout"][1] == pytest.approx(0.0076236900887270975)
    assert not quiet.idols.burnt_out[0] and quiet.idols.burnt_out[1:].all()


def test_idols_fear_for_their_jobs_where_ai_performs_and_in_the_last_contract_year(quiet):
    quiet.agencies.ai_share[:] = 0.2
    quiet.idols.contract_start = 0
    idols_fear_for_jobs(quiet)
    assert quiet.idols.insecurity == pytest.approx(np.full(len(quiet.idols), 0.549833997312478))  # logistic(.2)
    quiet.idols.contract_start = -(364 - 52)
    idols_fear_for_jobs(quiet)
    assert quiet.idols.insecurity == pytest.approx(np.full(len(quiet.idols), 0.6681877721681662))  # logistic(.2 + .5)


def test_members_of_popular_groups_fear_less(quiet):
    quiet.groups.popularity = [2, 0, 0, 0, -2]
    quiet.idols.contract_start = 0
    idols_fear_for_jobs(quiet)
    # SD over groups sqrt(8/5): z = 1.5811; logistic(-.5 x 1.5811)
    star = quiet.idols.insecurity[quiet.idols.group == 0]
    assert star == pytest.approx(np.full(star.size, 1 / (1 + np.exp(0.7905694150420949))))


def test_a_contract_that_has_run_out_is_renewed(quiet):
    quiet.time = 400.0
    quiet.idols.contract_start = 36  # 364 weeks ago
    quiet.idols.contract_start[0] = 37
    idols_fear_for_jobs(quiet)
    assert quiet.idols.contract_start[0] == 37
    assert set(quiet.idols.contract_start[1:]) == {400}


def test_staff_fear_follows_the_share_of_their_tasks_that_ai_does(quiet):
    quiet.staff.insecurity = 0.76
    staff_fear_for_jobs(quiet)
    assert quiet.staff.insecurity == pytest.approx(0.76)
    quiet.agencies.ai_share[:] = 0.5
    staff_fear_for_jobs(quiet)
    assert quiet.staff.insecurity == pytest.approx(0.76072)  # home .76 + .3 x .5 x .24 = .796, a fiftieth of the way


def test_the_distressed_go_on_leave_more_often_and_return_after_twenty_weeks(quiet, load):
    quiet.idols.distress = 0
    quiet.idols.distress[1] = 1
    quiet.idols.on_hiatus[2] = True
    dice = load(quiet, hiatus=True)
    idols_take_hiatus(quiet)
    assert dice.asked["hiatus"][:3] == pytest.approx([0.00014998875056249084, 0.00040765915868468117, 1 / 20])
    assert list(quiet.idols.on_hiatus[:3]) == [True, True, False]
    assert sum(event.kind == "hiatus" for event in quiet.events) == len(quiet.idols) - 1
