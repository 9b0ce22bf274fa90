"""Money: revenue, costs, settlement against debt, displaced staff, what the law costs, what fans enjoy."""

from __future__ import annotations

from sys import float_info
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.idol import ADULT_AGE
from sim.kernels.agencies import pay_for_tools
from sim.kernels.groups import pay_costs, relative_pieces
from sim.kernels.idols import settle
from sim.params import WEEKS_PER_YEAR
from sim.processes import beauty
from sim.processes.decisions import COMPOSITION
from sim.processes.rosters import mean

if TYPE_CHECKING:
    from sim.industry import Industry


def groups_earn_revenue(industry: Industry) -> None:
    """Revenue follows attention, and for the larger part also what is put out: events, albums, content.

    Million KRW a year at this week's rate. Records earn a little, and so does every active fan.
    """
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    output = relative_pieces(groups.delivered, groups.usual_pieces, groups.alive)
    earned = numbers.revenue_from_attention
    earned = earned + (1 - earned) * output**numbers.output_elasticity
    records = np.maximum(agencies.records_per_head, float_info.min) ** numbers.records_elasticity
    fandom = industry.active_share() / (1 - numbers.vacant_seat_share) * hours_left(industry)
    engaged = 1 - numbers.feed_engagement * (1 - beauty.feed_gain(industry) / numbers.feed_gain)
    base = numbers.industry_revenue * industry.scale * groups.attention_share
    groups.revenue = base * earned * records[groups.agency] * fandom * engaged


def hours_left(industry: Industry) -> float:
    """Share of fans' hours that a cap on minors' use leaves."""
    fans, cap = industry.fans, industry.numbers.minors_use_cap
    capped = fans.alive & (fans.age < ADULT_AGE) & (fans.hours > cap)
    if not capped.any():
        return 1
    lost = (fans.hours[capped] - cap).sum(dtype=np.float64)
    return float(1 - lost / fans.hours[fans.alive].sum(dtype=np.float64))


def vendors_earn_income(industry: Industry) -> None:
    """Tool vendors earn by what their users let AI do; users also carry what a licence pool takes."""
    numbers, groups, agencies, tools = industry.numbers, industry.groups, industry.agencies, industry.tools
    industry.tool_spending = pay_for_tools(groups.revenue, groups.agency, agencies.ai_share, agencies.tool, tools.price,
                                           COMPOSITION, numbers.table, tools.income)


def agencies_pay_costs(industry: Industry) -> None:
    """Agencies pay staff, idol time where it has a price, fixed and other costs, tools and what the law costs."""
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    staff_budget = numbers.staff_cost_share * numbers.industry_revenue * industry.scale
    pay_costs(groups.alive, groups.virtual, groups.attention_share, groups.revenue, groups.pieces, groups.usual_pieces,
              groups.agency, agencies.saving, agencies.lawful, compliance_share(industry), industry.tool_spending,
              staff_budget, numbers.table, groups.wages, groups.cost, agencies.compliance_cost)


def compliance_share(industry: Industry) -> np.ndarray:
    """Cost of the law beyond week 0 as a share of revenue, borne by agencies that comply, shape (agencies,)."""
    numbers, agencies = industry.numbers, industry.agencies
    duties = (
        numbers.label_cost * (numbers.image_label + numbers.music_label)
        + numbers.provenance_cost * numbers.provenance_duty
        + numbers.security_cost * numbers.security_duty
        + numbers.care_cost * numbers.care_duty
        + numbers.paperwork_cost
        * (numbers.ai_governance_duty + numbers.credit_duty + numbers.idol_data_limit + numbers.likeness_consent
           + numbers.weight_order_ban + numbers.diverse_image_quota)
    )
    return duties * agencies.lawful + numbers.minimisation_cost * agencies.minimised


def agencies_settle_with_idols(industry: Industry) -> None:
    """Members share what is left; it first repays their debt to the agency, and only then reaches them.

    Wages for idol time, where it has a price, are paid out whatever the debt. What is left to agencies is profit,
    less the fines that came due this week; debts laid out and repaid are financing, so they only move cash.
    """
    numbers, groups, agencies, idols = industry.numbers, industry.groups, industry.agencies, industry.idols
    settle(idols.alive, idols.group, idols.debt, idols.income, groups.agency, groups.alive, groups.revenue,
           groups.cost, groups.wages, groups.profit, agencies.lawful, agencies.fines, WEEKS_PER_YEAR, numbers.table,
           agencies.revenue, agencies.profit, agencies.cash)
    agencies.fines = 0


def staff_are_displaced(industry: Industry) -> None:
    """Demand for staff hours follows content and saving; freelancers lose first where AI does the tasks."""
    numbers, staff, groups = industry.numbers, industry.staff, industry.groups
    rows = groups.rows
    saving = industry.agencies.saving[groups.agency[rows]]
    hours = groups.pieces[rows] * (1 - numbers.staff_saving * saving)
    staff.demand = float(hours.sum() / len(groups) / industry.baseline.pieces)
    fall = np.exp(-numbers.freelance_elasticity * numbers.staff_saving * mean(saving))
    staff.freelance = float(staff.demand * fall)
    rest = 1 - numbers.freelance_share
    staff.employed = float((staff.demand - numbers.freelance_share * staff.freelance) / rest)


def enjoyment(industry: Industry) -> float:
    """Fans' enjoyment: more output, human work and trust please; attention-weighted, an assumption throughout."""
    numbers, groups = industry.numbers, industry.groups
    output = np.log1p(groups.delivered) - np.log1p(numbers.pieces_start)
    human = (groups.human_song, groups.human_vocal, groups.human_choreography, groups.human_image)
    artificial = 1 - sum(human) / len(human)
    pleasure = numbers.enjoyment_from_output * output + numbers.enjoyment_from_ai * artificial
    return float((groups.attention_share * pleasure).sum() + numbers.enjoyment_from_trust * industry.mean_trust())


def public_cost(industry: Industry) -> float:
    """What courses, investigators and the taking down of deepfakes cost the public, million KRW a year."""
    numbers = industry.numbers
    fans = industry.fans
    pupils = np.count_nonzero(fans.alive & (fans.age < numbers.young_until)) * industry.fans_represented
    return float(numbers.media_literacy * pupils * numbers.literacy_cost
                 + numbers.regulator_capacity * industry.scale * numbers.investigation_cost
                 + numbers.deepfake_takedown * industry.scale * numbers.takedown_cost)
