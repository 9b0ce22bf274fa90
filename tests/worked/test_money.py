"""Money, worked by hand: revenue, tools, costs, settlement after debt, displaced staff."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.decisions import COMPOSITION
from sim.processes.money import (
    agencies_pay_costs,
    agencies_settle_with_idols,
    groups_earn_revenue,
    staff_are_displaced,
    vendors_earn_income,
)

WHOLE = 6e6 * 4 / 282
"""Revenue of the four agencies, million KRW a year, when everything is as on the first day without AI."""


@pytest.fixture
def market(level):
    """As many fans as on the first day of a large world: 190 of 200 seats taken."""
    fans = level.fans
    fans.die(fans.rows[190:])
    assert len(fans) == 190
    level.agencies.records_per_head = 1
    level.tool_spending = np.zeros(4)
    level.agencies.groups = [2, 1, 1, 1]
    level.agencies.minimised = 0
    return level


def test_revenue_follows_attention(market):
    market.groups.attention_share = [0.6, 0.1, 0.1, 0.1, 0.1]
    market.groups.delivered = market.groups.usual_pieces
    groups_earn_revenue(market)
    assert market.groups.revenue == pytest.approx(WHOLE * np.array([0.6, 0.1, 0.1, 0.1, 0.1]))


def test_doubled_output_earns_a_little_more_and_less_output_costs(market):
    market.groups.delivered = [10, 5, 5, 5, 0]
    groups_earn_revenue(market)
    # .36 + .64 x 2^.1 = 1.045935; with nothing put out only the .36 that attention pays
    expected = WHOLE / 5 * np.array([1.0459350160232277, 1, 1, 1, 0.36])
    assert market.groups.revenue == pytest.approx(expected)


def test_records_earn_a_little_and_a_smaller_fandom_earns_less(market):
    market.agencies.records_per_head = [0.74, 1, 1, 1]
    groups_earn_revenue(market)
    assert market.groups.revenue[:2] == pytest.approx(np.full(2, WHOLE / 5 * 0.9910075235703727))  # .74^.03
    market.fans.die(market.fans.rows[:19])  # a tenth of all fans
    groups_earn_revenue(market)
    assert market.groups.revenue[2:] == pytest.approx(np.full(3, WHOLE / 5 * 0.9))


def test_vendors_earn_a_fiftieth_of_recorded_music_where_ai_does_all(market):
    market.groups.revenue = 1000
    market.agencies.ai_share[0, COMPOSITION] = 0.5
    market.tools.price = 0.8
    vendors_earn_income(market)
    # the first agency has two groups: .02 x .38 x 2,000 x .5 x .8
    assert market.tools.income.sum() == pytest.approx(6.08)
    assert market.tools.income[market.agencies.tool[0, COMPOSITION]] == pytest.approx(6.08)
    assert market.tool_spending == pytest.approx([6.08, 0, 0, 0])


def test_costs_without_ai_and_with_all_that_it_saves(market):
    market.groups.revenue = WHOLE / 5
    agencies_pay_costs(market)
    # .12 for content staff, .70 other, and 150 fixed
    assert market.groups.cost == pytest.approx(np.full(5, WHOLE / 5 * 0.82 + 150))
    market.agencies.saving = 1
    agencies_pay_costs(market)
    assert market.groups.cost == pytest.approx(np.full(5, WHOLE / 5 * (0.12 * 0.7 + 0.7) + 150))
    market.groups.pieces = 50 / 7  # with the rebound in full, staff hours are what they were
    agencies_pay_costs(market)
    assert market.groups.cost == pytest.approx(np.full(5, WHOLE / 5 * 0.82 + 150))


def test_tools_are_paid_by_the_groups_of_the_agency_by_their_revenue(market):
    market.groups.revenue = [3000, 1000, 1000, 1000, 1000]
    market.tool_spending = np.array([40.0, 0, 7, 0])
    before = WHOLE / 5 * 0.12 + 0.7 * market.groups.revenue + 150
    agencies_pay_costs(market)
    assert market.groups.cost - before == pytest.approx([30, 10, 0, 7, 0])


def test_a_licence_pool_is_carried_by_those_who_use_composition_tools(market):
    market.groups.revenue, market.tools.price = 1000, 1
    market.agencies.ai_share[1, COMPOSITION] = 0.5
    market.numbers.put("licence_pool", 0.3)
    vendors_earn_income(market)
    # .02 x .38 x 1,000 x .5 = 3.8 to the vendor, and 30 % on top for the pool
    assert market.tools.income.sum() == pytest.approx(3.8)
    assert market.tool_spending == pytest.approx([0, 3.8 * 1.3, 0, 0])


def test_idol_time_that_has_a_price_is_a_cost_and_a_wage(market):
    market.groups.revenue, market.idols.debt = 0, 100
    market.numbers.put("idol_time_price", 1)
    agencies_pay_costs(market)
    # two idol hours for twenty of staff: a tenth of the staff cost more
    assert market.groups.wages == pytest.approx(np.full(5, WHOLE / 5 * 0.012))
    assert market.groups.cost == pytest.approx(np.full(5, WHOLE / 5 * 0.132 + 150))
    agencies_settle_with_idols(market)
    members = np.bincount(market.idols.group[market.idols.alive], minlength=5)
    # paid out whatever the debt
    assert market.idols.income == pytest.approx((WHOLE / 5 * 0.012 / members)[market.idols.group])


def test_duties_cost_those_who_keep_them_the_stated_share_of_revenue(market):
    market.groups.revenue = 1000
    market.agencies.lawful = [True, True, True, False]
    for duty in ("image_label", "music_label", "provenance_duty", "security_duty", "care_duty"):
        market.numbers.put(duty, 1)
    agencies_pay_costs(market)
    # a label of each kind .002, provenance .002, security .003, care .003
    assert market.agencies.compliance_cost == pytest.approx([24, 12, 12, 0])
    market.agencies.minimised = 0.5
    agencies_pay_costs(market)
    assert market.agencies.compliance_cost == pytest.approx([27, 13.5, 13.5, 1.5])


@pytest.fixture
def settled(market):
    """Every group leaves 52 million a year for each member after the split of .45 (1 million a week), nothing else."""
    members = np.bincount(market.idols.group[market.idols.alive], minlength=5)
    market.groups.revenue, market.groups.cost = 52 * members / 0.45 + 600, 600
    market.idols.debt = 0
    return market, members


def test_debt_is_repaid_before_anything_is_paid_out(settled):
    market, _ = settled
    market.idols.debt = 100
    market.idols.debt[0], market.idols.debt[1] = 0.4, 0
    agencies_settle_with_idols(market)
    # 1 million falls due this week: .4 owed leaves .6 (31.2 a year); no debt leaves all; 100 owed leaves nothing.
    assert market.idols.debt[:3] == pytest.approx([0, 0, 99])
    assert market.idols.income[:3] == pytest.approx([31.2, 52, 0])


def test_a_hundred_weeks_later_the_debt_is_gone_and_income_begins(settled):
    market, _ = settled
    market.idols.debt = 100
    for _ in range(100):
        agencies_settle_with_idols(market)
        assert market.idols.income == pytest.approx(np.zeros(market.idols.size), abs=1e-9)
    agencies_settle_with_idols(market)
    assert market.idols.debt == pytest.approx(np.zeros(market.idols.size), abs=1e-9)
    assert market.idols.income == pytest.approx(np.full(market.idols.size, 52))


def test_without_debt_agencies_keep_what_idols_do_not_get(settled):
    market, members = settled
    market.agencies.cash = 0
    agencies_settle_with_idols(market)
    kept = 52 * members / 0.45 * 0.55
    assert market.groups.profit == pytest.approx(kept)
    assert market.agencies.cash == pytest.approx(np.array([kept[0] + kept[1], *kept[2:]]) / 52)


def test_what_idols_repay_moves_cash_and_is_no_profit(settled):
    market, members = settled
    market.idols.debt, market.agencies.cash = 100, 0
    agencies_settle_with_idols(market)
    left = 52 * members / 0.45 * 0.55
    assert market.groups.profit == pytest.approx(left)
    # The split of 52 a year and member is one million a week and member, all of it repaid.
    of_agency = np.bincount(market.groups.agency, weights=left / 52 + members, minlength=4)
    assert market.agencies.cash == pytest.approx(of_agency)


def test_fines_of_the_week_come_out_of_profit_once(settled):
    market, members = settled
    market.agencies.cash, market.agencies.fines = 0, [0, 0, 3, 0]
    kept = 52 * members / 0.45 * 0.55 / 52
    for week in (1, 2):
        agencies_settle_with_idols(market)
        assert market.agencies.cash[1:] == pytest.approx([week * kept[2], week * kept[3] - 3, week * kept[4]])


def test_a_cap_on_the_feeds_gain_costs_what_personalisation_earned(market):
    market.numbers.put("feed_gain_cap", 0)
    groups_earn_revenue(market)
    assert market.groups.revenue == pytest.approx(np.full(5, WHOLE / 5 * 0.99))


def test_a_cap_on_minors_hours_costs_the_hours_that_it_takes(market):
    market.fans.hours, market.fans.age = 4, 20
    minors = market.fans.rows[:38]  # a fifth of the fans
    market.fans.age[minors] = 15
    market.numbers.put("minors_use_cap", 1)
    groups_earn_revenue(market)
    assert market.groups.revenue == pytest.approx(np.full(5, WHOLE / 5 * 0.85))  # 1 - .2 x 3/4


def test_a_loss_is_the_agencys_and_an_income_floor_too(settled):
    market, members = settled
    market.groups.revenue = 500  # against a cost of 600
    agencies_settle_with_idols(market)
    assert market.groups.profit == pytest.approx(np.full(5, -100))
    assert not market.idols.income.any()
    market.numbers.put("income_floor", 20)
    agencies_settle_with_idols(market)
    assert set(market.idols.income) == {20}
    assert market.groups.profit == pytest.approx(-100 - 20 * members)


def test_displaced_staff_freelancers_lose_first(level):
    staff_are_displaced(level)
    assert (level.staff.demand, level.staff.freelance, level.staff.employed) == pytest.approx((1, 1, 1))
    level.agencies.saving = 1
    staff_are_displaced(level)
    assert level.staff.demand == pytest.approx(0.7)
    assert level.staff.freelance == pytest.approx(0.5864458491660957)  # .7 e^(-.59 x .3)
    assert level.staff.employed == pytest.approx(0.8852725618868963)  # (.7 - .62 x .586446) / .38


def test_with_the_rebound_in_full_total_staff_hours_stay_what_they_were(level):
    level.agencies.saving, level.groups.pieces = 1, 50 / 7
    staff_are_displaced(level)
    assert level.staff.demand == pytest.approx(1)
