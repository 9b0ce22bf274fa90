"""Culture, worked by hand: skewed mixtures, credit, call-outs, backlash, care, and who a licence pool pays."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.songs import lean_of_ai
from sim.processes.culture import (
    UNDER_REPRESENTED,
    call_out,
    groups_release_songs,
    offence,
    pools_pay_cultures,
    representation_weight,
    standing_recovers,
    write_songs,
)
from sim.processes.decisions import COMPOSITION

INTENDED = np.array([0.45, 0.40, 0.08, 0.02, 0.04, 0.01])
CORPUS = np.array([0.05, 0.893, 0.035, 0.008, 0.012, 0.002])


@pytest.fixture
def plain(level, load):
    """Every group means the same mixture, songs do not scatter, corpora are the sourced one; honest dice else."""
    level.groups.intended_mix = INTENDED
    level.tools.corpus = CORPUS
    level.tools.provenance = False
    level.agencies.care = 0.05
    return level, load(level, song=0, sacred_symbol=False)


@pytest.mark.parametrize(("skew", "kept"), [(0.2, 0.78), (0.4, 0.56), (0.7, 0.30), (1.05, 0.13)])
def test_ai_keeps_the_published_part_of_an_intended_under_represented_style(skew, kept):
    # w ~ z pi^gamma over three blocs: K .45 x .05^g, W .40 x .893^g, U .15 x .057^g.
    mix = lean_of_ai(INTENDED, CORPUS, UNDER_REPRESENTED, skew)
    assert mix.sum() == pytest.approx(1)
    assert mix[UNDER_REPRESENTED].sum() / 0.15 == pytest.approx(kept, abs=0.005)


def test_within_the_under_represented_cultures_intent_decides_and_splitting_changes_nothing():
    mix = lean_of_ai(INTENDED, CORPUS, UNDER_REPRESENTED, 0.4)
    under = mix[UNDER_REPRESENTED]
    assert under / under.sum() == pytest.approx(np.array([8, 2, 4, 1]) / 15)
    one_bloc, its_corpus = np.array([0.45, 0.40, 0.15, 0, 0, 0]), np.array([0.05, 0.893, 0.057, 0, 0, 0])
    split = lean_of_ai(one_bloc, its_corpus, UNDER_REPRESENTED, 0.4)
    assert split[2] == pytest.approx(under.sum())


def test_a_faithful_generator_makes_what_was_asked_for():
    assert lean_of_ai(INTENDED, CORPUS, UNDER_REPRESENTED, 0.0) == pytest.approx(INTENDED)


def test_the_least_represented_culture_weighs_one_and_mainstream_and_own_nothing(world):
    # ln(.893 / share) / ln(.893 / .002)
    expected = [0, 0, 0.5308974336808177, 0.7727922429176357, 0.7063382340345632, 1]
    assert representation_weight(world) == pytest.approx(expected)


def test_credit_of_a_borrowing_at_the_three_published_points(plain):
    level, _ = plain
    level.numbers.put("credit_duty", 1)  # the tradition is always named
    level.groups.human_song = 0.6
    rows = level.groups.rows
    songs = write_songs(level, rows, 0)
    assert songs["credited"] / songs["borrowed"] == pytest.approx(np.full(5, 0.552))  # .6 x .92
    level.tools.provenance = True
    songs = write_songs(level, rows, 0)
    assert songs["credited"] / songs["borrowed"] == pytest.approx(np.full(5, 0.68))  # + .4 x .4 x .8
    level.numbers.put("attribution_recall", 0.8)
    songs = write_songs(level, rows, 0)
    assert songs["credited"] / songs["borrowed"] == pytest.approx(np.full(5, 0.808))  # + .4 x .8 x .8


def test_who_does_not_keep_the_law_names_few_traditions_and_strips_the_marks(plain):
    level, _ = plain
    level.numbers.put("credit_duty", 1)
    level.tools.provenance, level.groups.human_song, level.agencies.lawful = True, 0.6, False
    songs = write_songs(level, level.groups.rows, 0)
    assert songs["credited"] / songs["borrowed"] == pytest.approx(np.full(5, 0.6 * 0.92 * 0.165))  # .15 + .3 x .05


def test_the_appropriation_score_of_a_human_song(plain):
    level, dice = plain
    songs = write_songs(level, level.groups.rows, 0)
    # weighed .08 x .530897 + .02 x .772792 + .04 x .706338 + .01; credit .92 x (.15 + .3 x .05)
    weighed = 0.042471795 + 0.015455845 + 0.028253529 + 0.01
    assert songs["score"] == pytest.approx(np.full(5, weighed * (1 - 0.92 * 0.165)), rel=1e-6)
    assert dice.asked["sacred symbol"] == pytest.approx(np.full(5, 0.0475))
    dice.outcomes["sacred symbol"] = True
    assert write_songs(level, level.groups.rows, 0)["score"] == pytest.approx(2 * songs["score"])


def test_an_ai_song_borrows_less_because_the_style_is_erased(plain):
    level, _ = plain
    level.groups.human_song = 0
    songs = write_songs(level, level.groups.rows, 0)
    assert songs["intended_by_ai"] == pytest.approx(np.full(5, 0.15))
    assert songs["retained_by_ai"] / songs["intended_by_ai"] == pytest.approx(np.full(5, 0.56), abs=0.005)
    assert songs["borrowed"] == pytest.approx(songs["retained_by_ai"])


def test_groups_release_at_their_comeback_and_62_in_a_hundred_comebacks_are_titles(plain):
    level, dice = plain
    dice.outcomes |= {"title": True, "call-out": False}
    level.groups.cycle_offset = [0, 1, 15, 29, 0]
    before = level.cultures.weight
    groups_release_songs(level)
    assert dice.asked["title"] == 0.62
    # Two songs join a record that fades by a fifty-second a week.
    assert level.cultures.weight == pytest.approx(before * 51 / 52 + 2)


def test_the_average_release_of_the_first_day_is_called_out_at_the_sourced_rate(make_world):
    world = make_world(fans=500, agencies=60)
    rows = world.groups.rows
    songs = write_songs(world, rows, 0)
    mean = offence(world, rows, songs).mean()
    assert 1 - np.exp(-world.baseline.callout_hazard * mean) == pytest.approx(0.007)


def test_what_ai_borrowed_is_called_out_only_where_its_use_is_known(plain):
    level, _ = plain
    rows = level.groups.rows
    level.groups.human_song = 0
    songs = write_songs(level, rows, 0)
    assert offence(level, rows, songs) == pytest.approx(np.zeros(5))
    level.numbers.put("music_label", 1)
    # reach 1 x voices (1 - .5 x .4) x visible .8
    assert offence(level, rows, songs) == pytest.approx(songs["score"] * 0.8 * 0.8)


def test_a_call_out_dents_standing_and_teaches_its_agency_more_than_others(level, load):
    level.agencies.care, level.time = 0.05, 7.0
    load(level, backlash=True, lasting_backlash=True)
    call_out(level, 2)
    assert list(level.groups.backlash) == [0, 0, 0.05, 0, 0]
    assert level.groups.popularity[2] == pytest.approx(-0.01)  # a fifth stays
    agency = int(level.groups.agency[2])
    expected = np.full(4, 0.05 + 0.01 * 0.95)
    expected[agency] = 0.05 + 0.1 * 0.95
    assert level.agencies.care == pytest.approx(expected)
    assert level.tally.total("call_outs") == 1


def test_the_two_chances_of_backlash_are_the_published_ones_and_may_both_miss(level, load):
    dice = load(level, backlash=False, lasting_backlash=False)
    call_out(level, 2)
    assert dice.asked["backlash"] == 0.58 and dice.asked["lasting backlash"] == 0.40
    assert not level.groups.backlash.any() and not level.groups.popularity.any()


def test_standing_recovers_a_fifth_a_week_and_an_apology_halves_what_is_left(level):
    level.groups.backlash, level.groups.apology_week = 0.05, [2, 9, 9, 9, 9]
    for week in (1, 2):
        level.time = float(week)
        standing_recovers(level)
    assert level.groups.backlash == pytest.approx([0.016, 0.032, 0.032, 0.032, 0.032])


def pay(level, rule, used):
    """What cultures get of a pool of 30 % of 1,000 when AI music drew on cultures in these proportions."""
    level.tools.corpus = CORPUS
    level.tools.income = np.where(level.tools.kind == COMPOSITION, 1000 / 3, 500)
    level.cultures.attributed = np.array(used, dtype=float)
    level.numbers.put("licence_pool", 0.3)
    level.numbers.put("payout_rule", rule)
    pools_pay_cultures(level)
    return level.cultures.paid


def test_pro_rata_pays_corpus_share_times_coverage_whatever_was_used(world):
    rarely, often = pay(world, 0, [1, 0, 0, 0, 0, 0]).copy(), pay(world, 0, [0, 0, 0.4, 0.1, 0.4, 0.1])
    # 300 x (.05 x .8, .893 x .9, .035 x .3, .008 x .1, .012 x .3, 0)
    assert rarely == pytest.approx(300 * np.array([0.04, 0.8037, 0.0105, 0.0008, 0.0036, 0]))
    assert often == pytest.approx(rarely)


def test_attribution_pays_for_use_as_far_as_sources_are_found(world):
    paid = pay(world, 1, [0, 0, 2, 0, 0, 0])
    # .4 by use, .6 by corpus, times coverage .3: 300 x (.4 + .6 x .035) x .3
    assert paid[2] == pytest.approx(300 * 0.421 * 0.3)
    assert paid[1] == pytest.approx(300 * 0.6 * 0.893 * 0.9)


def test_a_solidarity_fund_shares_alike_among_the_under_represented_as_far_as_licences_reach(world):
    # 75 each, times coverage .3, .1, .3 and 0: all rules are compared at the same coverage
    assert pay(world, 2, [1, 0, 0, 0, 0, 0]) == pytest.approx([0, 0, 22.5, 7.5, 22.5, 0])


def test_without_a_pool_nobody_is_paid(world):
    world.tools.income = 1000
    pools_pay_cultures(world)
    assert not world.cultures.paid.any()
