"""Decisions, worked by hand: adoption, tasks, content with rebound, editing, security, care."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.decisions import (
    ANALYTICS,
    COMPOSITION,
    IMAGE,
    VIRTUAL,
    VOICE,
    agencies_adopt_tools,
    agencies_choose_tools,
    agencies_forget_care,
    agencies_hand_over_tasks,
    agencies_set_content,
    agencies_set_editing,
    holders_set_security,
)


@pytest.mark.parametrize(("agencies", "adopters"), [(4, 1), (282, 36)])
def test_the_sourced_share_of_agencies_uses_ai_on_the_first_day_exactly(make_world, agencies, adopters):
    # .129 x 4 = .516 -> 1; .129 x 282 = 36.4 -> 36.
    world = make_world(agencies=agencies)
    assert world.agencies.adopted.any(axis=1).sum() == adopters


def test_adoption_imitates_the_share_of_adopters(level, load):
    level.agencies.adopted[0, IMAGE] = True
    level.tools.price = 1
    dice = load(level, adoption=False, further_kind=False)
    agencies_adopt_tools(level)
    # (.0005 + .020 x 1/4) x logistic(3) = .0055 x .952574
    assert dice.asked["adoption"] == pytest.approx(np.full(4, 0.005239157697523383))
    assert dice.asked["further kind"] == pytest.approx(0.01)


def test_cheaper_tools_are_adopted_a_little_faster(level, load):
    level.agencies.adopted[0, IMAGE] = True
    level.tools.price = 0.3
    dice = load(level, adoption=False, further_kind=False)
    agencies_adopt_tools(level)
    # expected gain 3 - .5 (.3 - 1) = 3.35: .0055 x .966105
    assert dice.asked["adoption"] == pytest.approx(np.full(4, 0.0053135765971245195))


def test_an_adopter_begins_with_at_least_one_kind_and_adds_one_at_a_time(level, load):
    load(level, adoption=True, further_kind=True)
    agencies_adopt_tools(level)
    first = level.agencies.adopted.sum(axis=1)
    assert (first >= 1).all()
    agencies_adopt_tools(level)
    assert list(level.agencies.adopted.sum(axis=1)) == [min(6, kinds + 1) for kinds in first]


def test_nobody_takes_up_a_tool_where_ai_is_frozen_or_absent(make_world, load):
    for ai in ("frozen", "none"):
        world = make_world(ai=ai)
        before = world.agencies.adopted.copy()
        load(world, adoption=True, further_kind=True)
        agencies_adopt_tools(world)
        assert np.array_equal(world.agencies.adopted, before)
    assert not before.any()


def test_more_capable_tools_are_chosen_more_often(level, load):
    tools = level.tools
    tools.capability[np.flatnonzero(tools.kind == VOICE)] = [0.4, 0.2, 0]
    dice = load(level)
    agencies_choose_tools(level)
    # Logit choice with 5 per unit of capability: odds e to 1 for .2 more.
    weights = dice.asked["tool taste", VOICE]
    assert weights[tools.kind == VOICE] == pytest.approx([1, np.exp(-1), np.exp(-2)])
    assert not weights[tools.kind != VOICE].any()


def test_users_of_a_tool_are_the_agencies_that_use_its_kind(level):
    level.agencies.adopted[:, IMAGE] = [True, True, False, True]
    agencies_choose_tools(level)
    kind = level.tools.kind
    assert level.tools.users[kind == IMAGE].sum() == 3
    assert level.tools.users[kind != IMAGE].sum() == 0


def practised(level):
    """Everybody uses every kind of tool, all at their ceilings, and has learnt all there is to learn."""
    level.agencies.adopted, level.agencies.weeks_of_use = True, 1e6
    level.tools.capability = level.tools.ceiling
    return level


def test_ai_takes_the_share_of_a_task_that_its_tool_can_do(level):
    agencies_hand_over_tasks(practised(level))
    # Ceilings: image .8, composition .6, voice .5, video .6, virtual .5, analytics .8.
    assert level.agencies.ai_share[0] == pytest.approx([0.8, 0.6, 0.5, 0.6, 0.5, 0.8])
    assert level.agencies.saving == pytest.approx(np.ones(4))
    columns = (level.groups.human_image, level.groups.human_song, level.groups.human_vocal,
               level.groups.human_choreography)
    for human, expected in zip(columns, (0.2, 0.4, 0.5, 0.4), strict=True):
        assert human == pytest.approx(np.full(5, expected))


def test_saving_is_learnt_over_half_a_year(level):
    practised(level).agencies.weeks_of_use = 26
    agencies_hand_over_tasks(level)
    assert level.agencies.saving == pytest.approx(np.full(4, 1 - 1 / np.e))


def test_a_minimum_human_share_binds_creative_tasks_and_not_analytics(level):
    practised(level).numbers.put("minimum_human_share", 0.7)
    agencies_hand_over_tasks(level)
    assert level.agencies.ai_share[0] == pytest.approx([0.3, 0.3, 0.3, 0.3, 0.5, 0.8])
    # Saved staff time falls with it: .2 x .3/.8 + .2 x .3/.6 + .1 x .3/.5 + .3 x .3/.6 + .05 + .15
    assert level.agencies.saving == pytest.approx(np.full(4, 0.075 + 0.1 + 0.06 + 0.15 + 0.05 + 0.15))


def test_large_agencies_adopt_at_the_published_odds(level, load):
    level.agencies.adopted[1, IMAGE] = True
    level.agencies.big = [True, False, False, False]
    level.tools.price = 1
    dice = load(level, adoption=False, further_kind=False)
    agencies_adopt_tools(level)
    # 1.4 to 1, and the mean over all agencies stays .0055 x .952574
    chance = dice.asked["adoption"]
    assert chance[0] / chance[1] == pytest.approx(1.4)
    assert chance.mean() == pytest.approx(0.005239157697523383)


def test_the_limit_on_ai_in_songs_is_kept_by_lawful_agencies_only(level):
    practised(level).agencies.lawful = [True, True, True, False]
    level.numbers.put("ai_share_limit", 0.1)
    agencies_hand_over_tasks(level)
    assert level.agencies.ai_share[:, COMPOSITION] == pytest.approx([0.1, 0.1, 0.1, 0.6])
    assert level.agencies.ai_share[:, VIRTUAL] == pytest.approx(np.full(4, 0.5))


def test_with_a_rebound_of_one_content_grows_as_its_cost_falls(level):
    level.agencies.saving = 1
    assert level.strategy("content") == pytest.approx(np.full(5, 5 * 20 / 14))
    agencies_set_content(level)
    # cost 20 -> 20 (1 - .30) = 14, so the target is 50/7; a thirteenth of the way in the first week
    assert level.groups.pieces == pytest.approx(np.full(5, 5 + (50 / 7 - 5) / 13))
    for _ in range(400):
        agencies_set_content(level)
    assert level.groups.pieces == pytest.approx(np.full(5, 7.142857142857143))


def test_a_price_on_idol_time_makes_content_fall_less_in_cost_and_dampens_the_rebound(level):
    level.agencies.saving = 1
    level.numbers.put("idol_time_price", 1)
    # cost 20 + 2 = 22 falls to 14 + 2 (1 - .05) = 15.9: 5 x 22/15.9 instead of 5 x 20/14 = 7.14
    assert level.strategy("content") == pytest.approx(np.full(5, 6.918238993710692))


def test_hours_returned_as_rest_take_that_share_of_the_rebound_away(level):
    level.agencies.saving = 1
    level.numbers.put("saved_hours_as_rest", 0.5)
    assert level.strategy("content") == pytest.approx(np.full(5, 5.976143046671968))  # 5 (20/14)^.5
    level.numbers.put("saved_hours_as_rest", 1)
    assert level.strategy("content") == pytest.approx(np.full(5, 5))


def test_popular_groups_release_more(level):
    level.groups.attention_share = [0.4, 0.15, 0.15, 0.15, 0.15]
    content = level.strategy("content")
    # 8/3 of the attention of the others: (8/3)^.2 = 1.216729; the mean stays five
    assert content[0] / content[1] == pytest.approx(1.2167286837864115)
    assert content.mean() == pytest.approx(5)


def test_content_leans_towards_what_peers_release(level):
    level.groups.pieces = [10, 5, 5, 5, 5]
    agencies_set_content(level)
    # peers release 6 on average; own target 5: 10 - 5/13 - .02 x 4, and 5 + .02 x 1
    assert level.groups.pieces == pytest.approx([10 - 5 / 13 - 0.08, 5.02, 5.02, 5.02, 5.02])


def test_a_content_cap_binds_at_once_at_the_level_before_ai(level):
    level.agencies.saving = 1
    level.groups.pieces = 7
    level.numbers.put("content_cap", 1)
    agencies_set_content(level)
    assert level.groups.pieces == pytest.approx(np.full(5, 5))


def test_image_tools_cut_the_cost_of_editing_and_editing_rises(level):
    level.agencies.ai_share[:, IMAGE] = 0.8
    agencies_set_editing(level)
    # cost 1 - .5 x .8 = .6; aim .4 x .6^-.7 = .571945; three hundredths of the way
    assert level.groups.editing == pytest.approx(np.full(5, 0.4051583440088819))


def test_without_image_tools_editing_stays_at_its_habit(level):
    for _ in range(50):
        agencies_set_editing(level)
    assert level.groups.editing == pytest.approx(np.full(5, 0.4))


def test_a_label_makes_agencies_edit_a_tenth_less_and_a_cap_binds_at_once(level):
    level.agencies.ai_share[:, IMAGE] = 0.8
    level.numbers.put("image_label", 1)
    agencies_set_editing(level)
    assert level.groups.editing == pytest.approx(np.full(5, 0.4034425096079937))  # aim .9 x .571945
    level.numbers.put("editing_cap", 0.25)
    agencies_set_editing(level)
    assert level.groups.editing == pytest.approx(np.full(5, 0.25))


def test_agencies_learn_that_editing_pays_where_edited_groups_draw_attention(level):
    level.groups.editing = [0.8, 0.4, 0.4, 0.2, 0.2]  # mean .4
    level.groups.attention_share = [0.6, 0.1, 0.1, 0.1, 0.1]
    agencies_set_editing(level)
    # seen by attention: .48 + .04 + .04 + .02 + .02 = .60, 1.5 times the mean: 1 + .02 x .5
    assert level.agencies.editing_reward == pytest.approx(np.full(4, 1.01))


def test_holders_raise_security_when_their_risk_has_doubled_and_it_wears_off(level):
    for holders in (level.agencies, level.services):
        holders.risk = holders.first_risk = 0.1
        holders.expected_fine, holders.security = level.first_expected_fine, 0.1
    level.agencies.risk = 0.2
    holders_set_security(level)
    assert level.agencies.security == pytest.approx(np.full(4, 0.1 + 0.01 - 0.0005))
    assert level.services.security == pytest.approx(np.full(3, 0.1 - 0.0005))


def test_holders_fear_more_when_they_have_seen_threefold_fines(level):
    for holders in (level.agencies, level.services):
        holders.risk = holders.first_risk = 0.1
        holders.expected_fine, holders.security = 3 * level.first_expected_fine, 0
    holders_set_security(level)
    assert level.services.security == pytest.approx(np.full(3, 0.01 * 0.39038917031590925))  # 3^.3 - 1


def test_a_security_duty_lifts_all_but_those_who_comply_on_paper(level):
    for holders in (level.agencies, level.services):
        holders.risk = holders.first_risk = 0.1
        holders.expected_fine, holders.security = level.first_expected_fine, 0
    level.agencies.symbolic = [False, False, False, True]
    level.numbers.put("security_duty", 1)
    holders_set_security(level)
    assert list(level.agencies.security) == [1, 1, 1, 0]


def test_care_fades_by_a_hundredth_a_week(level):
    level.agencies.care = 0.25
    agencies_forget_care(level)
    assert level.agencies.care == pytest.approx(np.full(4, 0.2475))


def test_kinds_of_tools_stand_in_the_order_the_processes_name_them(world):
    labels = [world.tools.view(int(np.flatnonzero(world.tools.kind == kind)[0])).label for kind in (IMAGE, ANALYTICS)]
    assert [label.split()[0] for label in labels] == ["image", "analytics"]
