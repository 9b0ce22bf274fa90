"""Data, worked by hand: records, hazard, severity, harm, trust lost and regained, late fines, deepfakes."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.fan import GIVES_BIOMETRICS, PAYS, REGISTERED_PLATFORM
from sim.agents.institutions import Notice
from sim.processes.data import (
    agencies_record_idols,
    deepfakes_spread,
    fans_entrust_records,
    holders_collect_records,
    holders_disclose_breaches,
    holders_reckon_hazard,
    holders_suffer_breaches,
    real_consent,
    regulator_fines_holders,
    visible_deepfakes,
)
from sim.processes.decisions import ANALYTICS, IMAGE, VIRTUAL, VOICE

PLATFORM = 0
"""Row of the shared fan platform among the services."""


def both(level):
    """Agencies and services, the two kinds of holders."""
    return level.agencies, level.services


def collect(level, weeks):
    """So many weeks of collecting."""
    for _ in range(weeks):
        holders_collect_records(level)


def test_without_new_law_or_ai_the_stock_of_records_stays_what_it_is(level):
    collect(level, 100)
    for holders in both(level):
        assert holders.records_per_head == pytest.approx(np.ones(holders.size))


def test_the_first_week_of_minimisation(level):
    level.numbers.put("minimisation", 1)
    collect(level, 1)
    # Law bites with a thirtieth a week: collection 1 - .26/30 = .991333. Kept e^(-1/156) = .993610, collected
    # .006390 x .991333: .999945. A twentieth of what exceeds the new home of .991333 is deleted: .999514.
    assert level.services.records_per_head == pytest.approx(np.full(3, 0.9995140576875595))


def test_minimisation_lowers_the_stationary_records_per_head_by_26_per_cent(level):
    level.numbers.put("minimisation", 1)
    collect(level, 104)
    assert level.services.records_per_head == pytest.approx(np.full(3, 0.74), abs=0.06)  # within two years
    collect(level, 1000)
    for holders in both(level):
        assert holders.records_per_head == pytest.approx(np.full(holders.size, 0.74))


def test_minimisation_lowers_what_fans_have_left_behind_by_26_per_cent_too(level):
    fans = level.fans
    fans.hours, fans.privacy_stance, fans.accounts = 2, 0.5, PAYS | GIVES_BIOMETRICS
    weeks = np.array([156, 156, 156, 52])
    level.baseline.inflow = (1 - np.exp(-1 / weeks)) / 2
    fans.records = 1
    for _ in range(50):
        fans_entrust_records(level)
    assert fans.records[fans.alive] == pytest.approx(np.ones((len(fans), 4)), abs=1e-4)
    level.numbers.put("minimisation", 1)
    level.agencies.minimised = level.services.minimised = 1
    for _ in range(800):
        fans_entrust_records(level)
    assert fans.records[fans.alive] == pytest.approx(np.full((len(fans), 4), 0.74), abs=1e-3)


def test_a_retention_limit_of_a_year_keeps_a_third_of_the_stock(level):
    level.numbers.put("retention_limit", 52)
    collect(level, 1500)
    # (1 - e^(-1/156)) / (1 - e^(-1/52))
    assert level.services.records_per_head == pytest.approx(np.full(3, 0.3354723536679273))


def test_holders_collect_from_those_who_consent_under_the_regime(level):
    level.numbers.put("consent_regime", 2)
    collect(level, 3000)
    assert level.services.records_per_head == pytest.approx(np.full(3, 0.40 / 0.95))
    assert real_consent(level) == 1


def test_analytics_tools_have_an_appetite_for_records(level):
    level.agencies.ai_share[:, ANALYTICS] = [0.8, 0, 0, 0]
    collect(level, 3000)
    assert level.agencies.records_per_head == pytest.approx([1.2, 1, 1, 1])  # 1 + .25 x .8
    assert level.services.records_per_head == pytest.approx(np.full(3, 1.05))  # the mean of the agencies


def test_heads_are_real_people_by_attention_and_not_a_count_of_agents(level):
    level.groups.attention_share = [0.4, 0.2, 0.2, 0.1, 0.1]
    collect(level, 1)
    real = 30e6 * 4 / 282
    # a fifth of the followers are in the files of their agency; the first agency has two groups
    assert level.agencies.heads == pytest.approx(0.2 * real * np.array([0.6, 0.2, 0.1, 0.1]))
    assert level.services.heads == pytest.approx(real * np.array([0.35, 0.25, 0.075]))


def test_fans_leave_records_with_every_hour_of_use_if_they_consent_and_have_the_account(level):
    fans = level.fans
    fans.records, fans.hours, fans.privacy_stance, fans.accounts = 1, 2, 0.5, PAYS
    fans.privacy_stance[::2] = 0.97  # does not consent even where no refusal is offered (.95)
    level.baseline.inflow = np.full(4, 0.01)
    gone = ~fans.alive
    yes = fans.alive & (fans.privacy_stance < 0.95)
    no = fans.alive & ~yes
    fans_entrust_records(level)
    kept, biometric = 0.9936102454525756, 0.9809529623602027  # e^(-1/156), e^(-1/52)
    assert fans.records[yes] == pytest.approx(np.tile([kept + 0.02, kept + 0.02, kept + 0.02, biometric],
                                                      (yes.sum(), 1)), rel=1e-5)
    assert fans.records[no] == pytest.approx(np.tile([kept, kept, kept, biometric], (no.sum(), 1)), rel=1e-5)
    # Who has left is deleted within thirteen weeks or so: e^(-1/13).
    assert fans.records[gone] == pytest.approx(np.full((gone.sum(), 4), 0.925961078642316), rel=1e-5)


def test_after_a_headline_breach_people_check_their_accounts_for_a_week_or_two(level, load, force):
    force(level, headline_breach=1e5)
    fans = level.fans
    fans.records, fans.hours, fans.privacy_stance, fans.accounts = 0, 2, 0.5, PAYS | GIVES_BIOMETRICS
    level.baseline.inflow = np.full(4, 0.01)
    level.regulator.notices = [Notice(0, "disclosure", "services", PLATFORM, level.real_fans / 2, 0.001)]
    load(level, lasting_distrust=False, hears_of=False, investigated=False)
    holders_disclose_breaches(level)
    assert level.platform.checking == 0.0625  # 12.5 % more use by the half who are concerned
    holders_disclose_breaches(level)
    assert level.platform.checking == 0.03125  # it halves every week
    level.platform.checking = 0.125
    fans_entrust_records(level)
    assert fans.records[fans.alive] == pytest.approx(np.full((len(fans), 4), 0.02 * 1.125), rel=1e-5)


def test_trust_recovers_by_a_fifth_a_week_and_its_set_point_over_years(level):
    fans, groups = level.fans, level.groups
    fans.trust, fans.trust_set_point = 0.4, 0.6
    groups.fan_trust, groups.fan_trust_set_point = 0.4, 0.5
    fans_entrust_records(level)
    assert fans.trust[fans.alive] == pytest.approx(np.full(len(fans), 0.44))
    assert groups.fan_trust == pytest.approx(np.full(5, 0.42))
    assert groups.fan_trust_set_point == pytest.approx(np.full(5, 0.50067))
    fans_entrust_records(level)
    assert fans.trust[fans.alive] == pytest.approx(np.full(len(fans), 0.472))


def test_lost_trust_lowers_use_and_old_harm_fades(level):
    fans = level.fans
    fans.records, fans.hours, fans.privacy_stance, fans.accounts = 0, 2, 0.5, PAYS | GIVES_BIOMETRICS
    fans.trust = fans.trust_set_point = 0.1
    fans.harm = 1
    level.baseline.inflow = np.full(4, 0.01)
    fans_entrust_records(level)
    assert fans.records[fans.alive] == pytest.approx(np.full((len(fans), 4), 0.02 * 0.92), rel=1e-5)  # 1 - .16 x .5
    assert fans.harm[fans.alive] == pytest.approx(np.full(len(fans), 51 / 52))


def idol_stock(level):
    """Biometric and location records of an idol after thirty years of the same practice."""
    for _ in range(1500):
        agencies_record_idols(level)
    return np.array([level.idols.biometric_records[0], level.idols.location_records[0]])


def test_tools_ask_for_idols_bodies_and_whereabouts(level):
    before = idol_stock(level)
    level.agencies.ai_share[:, [IMAGE, VOICE, VIRTUAL]] = 0.4
    level.agencies.ai_share[:, ANALYTICS] = 0.8
    assert idol_stock(level) / before == pytest.approx([1.2, 1.2])  # 1 + .5 x .4 and 1 + .25 x .8


def test_a_full_limit_on_idols_data_stops_the_collection_and_old_records_run_out(level):
    level.numbers.put("idol_data_limit", 1)
    level.idols.biometric_records = level.idols.location_records = 1
    agencies_record_idols(level)
    assert level.idols.biometric_records == pytest.approx(np.full(len(level.idols), 51 / 52))
    assert level.idols.location_records == pytest.approx(np.full(len(level.idols), 51 / 52))


def test_likeness_consent_keeps_only_the_bodies_of_those_who_consent(level):
    before = idol_stock(level)
    level.numbers.put("likeness_consent", 1)
    assert idol_stock(level) / before == pytest.approx([0.5, 1])


def test_the_hazard_of_a_breach_by_size_security_and_ungoverned_ai(level):
    for holders in both(level):
        holders.records_per_head, holders.security = 1, 0
    agencies = level.agencies
    agencies.heads = [1.2e6, 4.8e6, 1.2e6, 1.2e6]
    agencies.security = [0, 0, 1, 1]
    agencies.symbolic = [False, False, False, True]
    holders_reckon_hazard(level)
    # fourfold heads, double hazard; full security e^-.223 = .8; security on paper does nothing
    assert agencies.hazard == pytest.approx([0.054, 0.108, 0.054 * 0.8001148492945541, 0.054])
    agencies.adopted[:, ANALYTICS] = [True, False, False, False]
    holders_reckon_hazard(level)
    assert agencies.hazard[0] == pytest.approx(0.054 * 1.252)  # 1 + .4 x (1 - .37)
    level.numbers.put("ai_governance_duty", 1)
    holders_reckon_hazard(level)
    assert agencies.hazard[0] == pytest.approx(0.054)


def test_fewer_records_mean_fewer_breaches_and_smaller_ones(level):
    level.agencies.heads, level.agencies.records_per_head, level.agencies.security = 1.2e6, 0.74, 0
    holders_reckon_hazard(level)
    assert level.agencies.hazard == pytest.approx(np.full(4, 0.054 * 0.74**0.5))


@pytest.mark.parametrize(("heads", "chance", "low", "high"),
                         [(1e5, 0.015467586147915102, 0.01, 0.03), (1e7, 0.14434204902583525, 0.12, 0.25)])
def test_the_yearly_chance_of_a_breach_lies_in_the_published_band(level, heads, chance, low, high):
    agencies = level.agencies
    agencies.heads, agencies.records_per_head, agencies.leak_risk, agencies.adopted = heads, 1, 1, False
    agencies.security, agencies.symbolic = 0, False
    holders_reckon_hazard(level)
    # .054 x (heads / 1.2 million)^.5 a year
    assert 1 - np.exp(-agencies.hazard) == pytest.approx(np.full(4, chance))
    assert low <= chance <= high


def test_breaches_strike_with_the_weeks_share_of_the_hazard_and_can_take_everything(level, load):
    level.agencies.hazard, level.agencies.heads = 0, 5e5
    level.services.hazard = [0.52, 0, 0]
    level.services.heads, level.services.records_per_head = 2e6, 0.5
    # One breach at the platform (the others have no hazard); it takes everybody; disclosed 10 weeks later.
    dice = load(level, breach_climate=1, breach_of_everything=True, breach_cause=0, detection=9.5)
    dice.outcomes["breach"] = None
    held = level.fans.alive & ((level.fans.accounts & REGISTERED_PLATFORM) > 0)
    level.fans.records, level.fans.harm = 1, 0
    struck = 0
    for week in range(2000):
        level.time = float(week)
        level.tally.begin_week(week)
        holders_suffer_breaches(level)
        if level.regulator.notices:
            struck = week
            break
    # 1 - e^-.01 = .00995
    assert dice.asked["breach"] == pytest.approx([0.00995016625083195, 0, 0])
    assert level.regulator.notices == [Notice(struck + 10, "disclosure", "services", PLATFORM, 2e6, 1.0)]
    assert level.tally.total("heads_exposed") == 2e6
    assert level.tally.total("records_exposed") == 1e6
    assert level.tally.largest_breach() == 2e6
    # (1 - .061) x (1 + 2 + 3 + 5) / 5 for every fan on file, nothing for the others
    assert level.fans.harm[held] == pytest.approx(np.full(held.sum(), 0.939 * 2.2), rel=1e-5)
    assert not level.fans.harm[~held].any()


def test_an_ordinary_breach_is_heavy_tailed_between_thirty_people_and_the_base(level, load):
    level.agencies.hazard, level.services.hazard = 0, [1e9, 0, 0]
    level.services.heads = 2e6
    dice = load(level, breach_climate=1, breach_of_everything=False, breach_cause=0, breach_size=5e5, detection=1)
    holders_suffer_breaches(level)
    assert dice.asked["breach size"] == (0.37, 30, 2e6)
    assert dice.asked["breach of everything"] == 0.03
    assert level.regulator.notices[0].share == 0.25
    assert dice.asked["detection"] == (1, 34)


def test_weeks_differ_by_a_common_climate_of_mean_one(level, load):
    dice = load(level)
    holders_suffer_breaches(level)
    assert dice.asked["breach climate"] == (2, 0.5)  # variance .5


def test_disclosure_costs_trust_by_what_was_lost_and_loyalty_forgives_half(level, load):
    fans, groups = level.fans, level.groups
    fans.trust = fans.trust_set_point = groups.fan_trust = groups.fan_trust_set_point = 0.6
    fans.attachment = 0.4
    fans.attachment[::2] = 1
    fans.accounts = REGISTERED_PLATFORM
    level.regulator.notices = [Notice(0, "disclosure", "services", PLATFORM, 2e6, 0.5)]
    dice = load(level, lasting_distrust=True, hears_of=True, investigated=False)
    holders_disclose_breaches(level)
    # A headline breach, so all hear of it: .5 x .5 x (1 - .5 x .4) = .2, and .125 for the wholly devoted.
    assert dice.asked[next(name for name in dice.asked if name.startswith("hears"))] == 1
    devoted = fans.alive & (fans.attachment == 1)
    others = fans.alive & ~devoted
    assert fans.trust[others] == pytest.approx(np.full(others.sum(), 0.4))
    assert fans.trust[devoted] == pytest.approx(np.full(devoted.sum(), 0.475))
    # It leaves a mark this time: a fifth of the shock stays.
    assert fans.trust_set_point[others] == pytest.approx(np.full(others.sum(), 0.56))
    # Groups: .5 x .5 x 35 % registered x (1 - .5 x .4) = .07
    assert groups.fan_trust == pytest.approx(np.full(5, 0.53))
    assert groups.fan_trust_set_point == pytest.approx(np.full(5, 0.586))


def test_a_quarter_hears_of_an_ordinary_breach_and_only_fans_on_file_lose_trust(level, load):
    level.fans.trust, level.fans.accounts = 0.6, 0
    level.regulator.notices = [Notice(0, "disclosure", "services", PLATFORM, 5e4, 0.1)]
    dice = load(level, lasting_distrust=False, investigated=False)
    holders_disclose_breaches(level)
    assert dice.asked[next(name for name in dice.asked if name.startswith("hears"))] == 0.26
    assert (level.fans.trust[level.fans.alive] == np.float32(0.6)).all()


def test_the_regulator_takes_up_what_its_capacity_allows(level, load):
    notices = [Notice(0, "disclosure", "services", PLATFORM, 5e4, 0.1)]
    level.regulator.notices, level.regulator.open_cases = notices, 2.0
    dice = load(level, lasting_distrust=False, hears_of=False, investigated=True)
    level.numbers.put("regulator_capacity", 100)
    holders_disclose_breaches(level)
    # 2 x 51/52 + 1 open cases; 100 x .5 x 4/282 investigations
    assert dice.asked["investigated"] == pytest.approx((50 * 4 / 282) / (2 * 51 / 52 + 1))
    assert [(notice.what, notice.week) for notice in level.regulator.notices] == [("fine", 26)]


def fine(level, heads, week=26):
    """Lets a fine of the platform come due; returns the fines told so far."""
    level.regulator.notices = [Notice(26, "fine", "services", PLATFORM, heads, 1.0)]
    level.time = float(week)
    regulator_fines_holders(level)
    return [event.magnitude for event in level.events if event.kind == "fine"]


def test_a_fine_is_46_per_cent_of_the_cap_on_revenue_and_comes_after_26_weeks(level):
    level.services.annual_revenue, level.services.security = 1e5, 0
    level.services.symbolic = False
    assert fine(level, 2e6, week=25) == []
    assert fine(level, 2e6) == [pytest.approx(0.46 * 0.03 * 1e5)]  # 1,380
    assert level.tally.total("fines") == pytest.approx(1380)


def test_the_severe_cap_concerns_ten_million_people_and_security_lowers_a_fine(level):
    level.services.annual_revenue, level.services.security = 1e5, 0
    level.numbers.put("severe_fine_cap", 0.10)
    assert fine(level, 9.9e6) == [pytest.approx(1380)]
    assert fine(level, 1e7)[-1] == pytest.approx(4600)
    level.services.security = 1
    assert fine(level, 1e7)[-1] == pytest.approx(4600 * 0.8)
    level.services.symbolic = True  # security on paper earns no discount
    assert fine(level, 1e7)[-1] == pytest.approx(4600)


def test_all_holders_learn_a_tenth_of_the_way_from_a_fine_they_see(level):
    for holders in both(level):
        holders.expected_fine = 0.0138
    level.services.annual_revenue, level.services.security = 1e5, 0
    level.numbers.put("severe_fine_cap", 0.10)
    fine(level, 1e7)
    for holders in both(level):
        assert holders.expected_fine == pytest.approx(np.full(holders.size, 0.0138 + 0.1 * (0.046 - 0.0138)))


def test_a_fine_falls_to_the_agency_that_lost_the_records(level):
    level.agencies.fines, level.agencies.annual_revenue, level.agencies.security = 0, 1e5, 0
    level.regulator.notices = [Notice(0, "fine", "agencies", 2, 5e4, 1.0)]
    regulator_fines_holders(level)
    assert level.agencies.fines == pytest.approx([0, 0, 1380, 0])


def test_deepfakes_grow_until_they_saturate(level):
    level.platform.deepfake_volume = 1
    deepfakes_spread(level)
    assert level.platform.deepfake_volume == pytest.approx(1.0122544782746286)  # e^(.0126 (1 - 1/30))
    level.platform.deepfake_volume = 30
    deepfakes_spread(level)
    assert level.platform.deepfake_volume == pytest.approx(30)


def test_a_takedown_duty_removes_its_share_and_growth_stops_where_ai_is_frozen(make_world):
    world = make_world(ai="frozen")
    deepfakes_spread(world)
    assert world.platform.deepfake_volume == 1
    world.numbers.put("deepfake_takedown", 1)
    assert visible_deepfakes(world) == pytest.approx(0.6)


def test_the_excess_of_reports_halves_in_three_weeks(level):
    level.numbers.put("deepfake_takedown", 1)
    level.platform.takedown_running, level.platform.reporting = True, 3.0
    for _ in range(3):
        deepfakes_spread(level)
    assert level.platform.reporting == pytest.approx(2)


def test_the_most_famous_women_are_hit(level):
    level.idols.appeal, level.idols.female = 1, False
    level.idols.female[3:6] = True
    level.idols.appeal[4], level.idols.appeal[8] = 5, 50
    deepfakes_spread(level)
    assert list(np.flatnonzero(level.idols.deepfakes)) == [4]
    assert level.idols.deepfakes[4] == pytest.approx(level.platform.deepfake_volume)
