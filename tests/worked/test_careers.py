"""Careers, worked by hand: ageing, leaving, groups that end by their age, debuts, agencies that close."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.fan import NO_GROUP
from sim.dice import identity_of
from sim.processes.careers import (
    agencies_close,
    agencies_debut_groups,
    groups_disband,
    idols_grow_older,
    idols_leave,
)


def test_idols_are_a_year_older_after_52_weeks(world):
    before = world.idols.age.copy()
    for _ in range(52):
        idols_grow_older(world)
    assert world.idols.age == pytest.approx(before + 1)


def test_the_burnt_out_leave_more_often(level, load):
    level.idols.burnt_out = False
    level.idols.burnt_out[0] = True
    dice = load(level, leave_the_group=False)
    idols_leave(level)
    # .02 a year, e^1.25 = 3.49 times that when burnt out
    assert dice.asked["leave the group"][:2] == pytest.approx([0.0013415389300616143, 0.00038454142960009374])


def test_a_leaver_is_replaced_by_a_newcomer_with_an_identity_of_its_own(level, load):
    idols, level.time = level.idols, 9.0
    old, members, size = idols.identity.copy(), idols.group.copy(), idols.size
    dice = load(level, leave_the_group=True, replaced=True)
    idols_leave(level)
    assert dice.asked["replaced"] == 0.5
    # The newcomers take the rows that the leavers left empty.
    assert idols.size == size and idols.alive.all() and not np.isin(idols.identity, old).any()
    assert list(idols.group) == list(members)
    assert list(idols.identity) == list(identity_of("idol", old, 9, 0))
    assert set(idols.debt) == {100} and set(idols.contract_start) == {9}


def test_an_unreplaced_leaver_leaves_a_gap(level, load):
    size = level.idols.size
    load(level, leave_the_group=True, replaced=False)
    idols_leave(level)
    assert level.idols.size == size and len(level.idols) == 0


def test_groups_end_by_the_published_hazard_of_their_age_with_the_contract_pulse(level, load):
    published = [0.0023, 0.0046, 0.0035, 0.0023, 0.0022, 0.0019, 0.0013, 0.0025, 0.0011, 0.0007, 0.001, 0.001]
    seen = []
    level.time = 10.0
    dice = load(level, group_ends=False)
    for year in range(12):
        level.groups.debut_week = 10 - 52 * year
        groups_disband(level)
        seen.append(-np.log1p(-dice.asked["group ends"][0]))
    assert seen == pytest.approx(published)
    # The seventh year against the mean of the sixth and eighth: 2.1 (published 1.8, 1.1 to 2.9).
    assert seen[7] / np.mean([seen[6], seen[8]]) == pytest.approx(25 / 12)


def test_a_week_before_its_birthday_a_group_is_still_in_the_year_before(level, load):
    level.time = 363.0
    level.groups.debut_week = 0
    dice = load(level, group_ends=False)
    groups_disband(level)
    assert -np.log1p(-dice.asked["group ends"][0]) == pytest.approx(0.0013)
    level.time = 364.0
    groups_disband(level)
    assert -np.log1p(-dice.asked["group ends"][0]) == pytest.approx(0.0025)


def test_popularity_and_a_big_agency_protect(level, load):
    level.groups.debut_week = 0
    level.groups.popularity = [2, 0, 0, 0, -2]
    level.agencies.big = [False, True, False, False]
    dice = load(level, group_ends=False)
    groups_disband(level)
    hazard = -np.log1p(-dice.asked["group ends"])
    # z = 2 / sqrt(8/5) = 1.5811: e^(-.5 z); group 2 belongs to the big agency: e^-.97
    assert hazard[0] / hazard[1] == pytest.approx(0.45358649402)
    assert hazard[2] / hazard[1] == pytest.approx(np.exp(-0.97))


def test_a_group_below_two_members_ends(level, load):
    load(level, group_ends=False)
    members = np.flatnonzero(level.idols.group == 1)
    level.idols.die(members[2:])
    groups_disband(level)
    assert level.groups.alive.all()
    level.idols.die(members[1:2])
    groups_disband(level)
    assert list(level.groups.alive) == [True, False, True, True, True]
    assert not level.idols.alive[members[0]]


def test_an_ended_group_gives_its_attention_and_its_fans_to_the_others(level, load):
    dice = load(level, group_ends=False, after_the_group=0, another_second_group=3)
    fans = level.fans
    fans.main_group, fans.second_group = 1, 2
    fans.main_group[::2], fans.second_group[::2] = 4, 1
    moved = np.flatnonzero(fans.alive & (fans.main_group == 1))
    level.idols.die(np.flatnonzero(level.idols.group == 1))
    before = len(fans)
    groups_disband(level)
    assert level.groups.attention_share == pytest.approx([0.25, 0, 0.25, 0.25, 0.25])
    assert dice.asked["after the group's end"] == 0.5
    assert len(fans) == before  # by these dice nobody leaves
    assert set(fans.main_group[moved]) == {0} and set(fans.second_group[moved]) == {2}
    assert set(fans.second_group[fans.alive & (fans.main_group == 4)]) == {3}
    assert [event.subject for event in level.events if event.kind == "ending"] == ["group 1"]


def test_fans_who_leave_k_pop_with_their_group_vacate_their_seats(level, load):
    load(level, group_ends=False, after_the_group=1)
    level.fans.main_group, level.fans.second_group = 0, NO_GROUP
    level.fans.main_group[:50] = 1
    orphans, before = level.fans.alive[:50].sum(), len(level.fans)
    level.idols.die(np.flatnonzero(level.idols.group == 1))
    groups_disband(level)
    assert len(level.fans) == before - orphans
    assert not level.fans.alive[:50].any()


def test_debuts_are_as_many_as_the_scaled_industry_sees(level, load):
    dice = load(level, debuts=0)
    agencies_debut_groups(level)
    assert dice.asked["debuts"] == pytest.approx(42 * 4 / 282 / 52)


def test_a_debut_has_an_identity_of_its_own_and_comes_back_next_week(level, load):
    level.time = 30.0
    cash = level.agencies.cash[2]
    dice = load(level, debuts=2, new_agency=False, parent_agency=2)
    agencies_debut_groups(level)
    groups, idols = level.groups, level.idols
    assert list(groups.identity[5:]) == [identity_of("group", 0, 30, 0), identity_of("group", 0, 30, 1)]
    assert list(groups.agency[5:]) == [2, 2]
    assert dice.asked["new agency"] == 0.58
    # Agencies attract debuts by their groups, and a half: 2, 1, 1, 1 groups.
    assert dice.asked["parent agency", 0] == pytest.approx([2.5, 1.5, 1.5, 1.5])
    assert set(groups.pieces[5:]) == {4}  # four fifths of five
    assert set((31 + groups.cycle_offset[5:]) % 30) == {0}
    newcomers = idols.group >= 5
    assert level.agencies.cash[2] == pytest.approx(cash - 100 * newcomers.sum())  # training is paid beforehand
    assert set(idols.debt[newcomers]) == {100}
    who = np.flatnonzero(idols.group == 5)
    assert list(idols.identity[who]) == list(identity_of("idol", groups.identity[5], 30, np.arange(who.size)))


def test_a_debut_by_a_new_agency_founds_it(level, load):
    level.time = 30.0
    load(level, debuts=1, new_agency=True)
    agencies_debut_groups(level)
    assert len(level.agencies) == 5
    assert level.agencies.identity[4] == identity_of("agency", 0, 30, 0)
    assert level.groups.agency[5] == 4


def test_one_debut_more_leaves_the_first_one_as_it_was(make_world, load):
    first = []
    for count in (1, 2):
        world = make_world()
        world.time = 30.0
        load(world, debuts=count)
        agencies_debut_groups(world)
        first.append((world.groups.popularity[5], world.groups.intended_mix[5].tolist(), world.groups.agency[5]))
    assert first[0] == first[1]


def test_an_agency_closes_after_26_weeks_without_a_group(level):
    level.groups.die([4])
    lost = int(level.groups.agency[4])
    for _ in range(25):
        agencies_close(level)
    assert level.agencies.alive.all() and level.agencies.idle_weeks[lost] == 25
    agencies_close(level)
    assert list(np.flatnonzero(~level.agencies.alive)) == [lost]
    assert [event.kind for event in level.events] == ["closure"]


def test_a_new_group_in_time_saves_the_agency(level):
    level.groups.die([4])
    lost = int(level.groups.agency[4])
    for _ in range(25):
        agencies_close(level)
    level.groups.agency[0] = lost
    agencies_close(level)
    assert level.agencies.alive.all() and level.agencies.idle_weeks[lost] == 0
