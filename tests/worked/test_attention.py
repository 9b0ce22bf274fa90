"""Attention, worked by hand: a fixed total shared out, hours divided, fandoms that lose and gain, popularity."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.fan import NO_GROUP
from sim.processes.attention import (
    churn_per_trust,
    fans_change_fandoms,
    fans_divide_attention,
    known_share,
    newcomers_join_fandoms,
    platform_ranks_groups,
    popularity_moves,
)
from sim.processes.decisions import COMPOSITION


def test_attention_follows_popularity_and_volume(level):
    level.groups.popularity[0] = np.log(2)
    platform_ranks_groups(level)
    assert level.groups.attention_share == pytest.approx([2 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6])
    level.groups.popularity[0] = 0
    level.groups.delivered[0] = 20
    platform_ranks_groups(level)
    # fourfold volume draws 4^.6 = 2.2974 times the attention
    assert level.groups.attention_share[0] / level.groups.attention_share[1] == pytest.approx(2.2973967099940698)


def test_total_attention_does_not_grow_with_supply(level):
    platform_ranks_groups(level)
    before = level.groups.attention_share.copy()
    fans_divide_attention(level)
    hours = level.groups.audience_hours.sum()
    level.groups.delivered = 50
    platform_ranks_groups(level)
    fans_divide_attention(level)
    assert level.groups.attention_share == pytest.approx(before)
    assert level.groups.audience_hours.sum() == pytest.approx(hours)


def test_editing_pays_only_against_other_groups(level):
    level.groups.editing = [1, 0, 0, 0, 0]
    platform_ranks_groups(level)
    assert level.groups.attention_share[0] / level.groups.attention_share[1] == pytest.approx(1.1051709180756477)
    level.groups.editing = 1
    platform_ranks_groups(level)
    assert level.groups.attention_share == pytest.approx(np.full(5, 0.2))


def test_ai_music_loses_attention_only_where_its_use_is_known(level):
    level.groups.human_song[0] = 0
    platform_ranks_groups(level)
    assert level.groups.attention_share == pytest.approx(np.full(5, 0.2))  # .5 heard by ear is chance: nothing known
    level.numbers.put("music_label", 1)
    platform_ranks_groups(level)
    # exp(-.1 x .8 known) by the premium x (1 - .1 x (1 - .5)) by the label = .9231163464 x .95
    assert level.groups.attention_share[0] / level.groups.attention_share[1] == pytest.approx(0.8769605290545)


def test_use_becomes_known_by_label_or_by_provenance_whichever_tells_more(level):
    assert known_share(level) == 0
    level.numbers.put("music_label", 0.5)
    assert known_share(level) == pytest.approx(0.4)
    level.agencies.ai_share[:, COMPOSITION] = 0.5
    level.tools.provenance = True
    assert known_share(level) == pytest.approx(0.9)


def test_a_fan_divides_fixed_hours_over_main_group_second_group_and_feed(level):
    fans = level.fans
    fans.hours, fans.age, fans.main_group, fans.second_group = 4, 20, 0, NO_GROUP
    fans_divide_attention(level)
    count = len(fans)
    # 2.2 h to the main group; the other 1.8 h follow attention: .36 h to each of five groups
    assert level.groups.audience_hours == pytest.approx(np.array([2.56, 0.36, 0.36, 0.36, 0.36]) * count, rel=1e-5)
    fans.second_group = 1
    fans_divide_attention(level)
    assert level.groups.audience_hours == pytest.approx(np.array([2.4, 1.0, 0.2, 0.2, 0.2]) * count, rel=1e-5)


def test_a_cap_on_use_binds_fans_under_age(level):
    level.fans.hours, level.fans.age = 4, 20
    level.fans.age[::2] = 15
    minors = (level.fans.alive & (level.fans.age < 18)).sum()
    level.numbers.put("minors_use_cap", 1)
    fans_divide_attention(level)
    expected = minors * 1 + (len(level.fans) - minors) * 4
    assert level.groups.audience_hours.sum() == pytest.approx(expected, rel=1e-5)


def test_attachment_grows_slowly_to_parasocial_closeness_times_presence(level):
    level.fans.parasocial, level.fans.attachment, level.groups.presence = 0.5, 0.3, 0.8
    fans_divide_attention(level)
    assert level.fans.attachment[level.fans.alive] == pytest.approx(np.full(len(level.fans), 0.302), rel=1e-5)


def test_a_quarter_of_fans_leave_their_fandom_in_a_year(make_world):
    world = make_world(fans=20_000)
    left = 0
    for week in range(1, 14):
        world.time = float(week)
        fans_divide_attention(world)
        left += world.leaving.sum()
    # .25/52 a week over 13 weeks: 1/16 of 19,000 = 1,188; four standard errors are 138
    expected = len(world.fans) * 0.25 / 4
    assert abs(left - expected) < 4 * expected**0.5


def test_a_total_loss_costs_the_published_share_of_fans_within_a_quarter(level):
    # Lost: .5 x (1 - .5 x .4) = .4. Over 13 weeks it sums to .4 x (1 - .8^13) / .2 = .4 x 4.725122, and what lasts
    # with chance .4, a fifth of it, to .4 x .08 x (1 - .9933^13) / .0067 = .4 x .08 x 12.4902.
    assert churn_per_trust(level) == pytest.approx(0.028 / (0.4 * (4.725122 + 0.08 * 12.4902)), rel=1e-5)


def test_half_of_those_who_leave_a_fandom_leave_k_pop_the_others_move_on(level, load):
    fans = level.fans
    rows = fans.rows[:10].copy()
    fans.parasocial, fans.attachment, fans.second_group = 0.4, 0.4, 3
    level.leaving[:] = False
    level.leaving[rows] = True
    before = len(fans)
    dice = load(level, leave_a_fandom_for_what=False)
    dice.outcomes = {"leave a fandom for what": 0}  # nobody is gone; everybody turns to group 0
    fans_change_fandoms(level)
    assert dice.asked["leave a fandom for what"] == 0.5
    assert len(fans) == before
    assert set(fans.main_group[rows]) == {0} and set(fans.second_group[rows]) == {3}
    assert fans.attachment[rows] == pytest.approx(np.full(10, 0.2))
    dice.outcomes = {"leave a fandom for what": 1}
    fans_change_fandoms(level)
    assert len(fans) == before - 10


def test_newcomers_replace_ordinary_leavers_and_the_orphans_whom_ending_groups_will_leave(level, load):
    fans = level.fans
    empty = np.flatnonzero(~fans.alive)
    old = fans.identity[empty].copy()
    level.time = 3.0
    level.groups.debut_week = 0
    dice = load(level, join=True)
    newcomers_join_fandoms(level)
    # (.25/52 churn + .0023 in the first year of a group) x .5 x .95 x 200 seats, over the empty seats
    assert dice.asked["join"] == pytest.approx((0.25 / 52 + 0.0023) * 95 / empty.size)
    assert fans.alive.all()
    assert not set(old) & set(fans.identity[empty])
    assert fans.trust[empty] == pytest.approx(np.full(empty.size, 0.6))


def test_popularity_returns_home_slowly_and_falls_with_burnout_and_lost_trust(level, load):
    level.groups.popularity = 2
    level.idols.burnt_out = False
    level.groups.fan_trust = 0.6
    load(level, popularity=0)
    popularity_moves(level)
    assert level.groups.popularity == pytest.approx(np.full(5, 2 * 0.9982))
    level.groups.popularity, level.idols.burnt_out, level.groups.fan_trust = 2, True, 0.4
    popularity_moves(level)
    # 1.9964 - .36 x .0037 for burnout - .0122285 x .2 for fans who left
    assert level.groups.popularity == pytest.approx(np.full(5, 1.9964 - 0.001332 - 0.0024457), rel=1e-6)


def test_a_weeks_luck_moves_popularity_by_an_eighth_scaled(level, load):
    level.idols.burnt_out, level.groups.fan_trust = False, 0.6
    load(level, popularity=1)
    popularity_moves(level)
    assert level.groups.popularity == pytest.approx(np.full(5, 0.11))  # .125 x .88
