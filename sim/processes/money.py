"""Money: revenue, costs, settlement against debt, displaced staff, what the law costs, what fans enjoy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.params import WEEKS_PER_YEAR
from sim.processes.decisions import COMPOSITION
from sim.processes.rosters import sum_by

if TYPE_CHECKING:
    from sim.industry import Industry


def groups_earn_revenue(industry: Industry) -> None:
    """Revenue follows attention, and for the larger part also what is put out: events, albums, content.

    Million KRW a year at this week's rate. Records earn a little, and so does every active fan.
    """
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    output = against_no_ai(industry, groups.delivered)
    earned = numbers.revenue_from_attention
    earned = earned + (1 - earned) * output**numbers.output_elasticity
    records = np.maximum(agencies.records_per_head, np.finfo(float).tiny)[groups.agency]
    fandom = industry.active_share() / (1 - numbers.vacant_seat_share)
    base = numbers.industry_revenue * industry.scale * groups.attention_share
    groups.revenue = base * earned * records**numbers.records_elasticity * fandom


def against_no_ai(industry: Industry, pieces: np.ndarray) -> np.ndarray:
    """Pieces a week over those that the group would aim at without AI; 0 for groups that ended."""
    usual = industry.pieces_without_ai()
    return np.divide(pieces, usual, out=np.zeros_like(usual), where=industry.groups.alive)


def vendors_earn_income(industry: Industry) -> None:
    """Tool vendors earn by what their users let AI do, at falling prices."""
    numbers, groups, agencies, tools = industry.numbers, industry.groups, industry.agencies, industry.tools
    revenue = sum_by(groups.agency, groups.revenue, agencies.size)
    music = numbers.tool_income_share * numbers.recorded_music_share * revenue
    paid = music[:, None] * agencies.ai_share * tools.price[agencies.tool]
    tools.income = sum_by(agencies.tool.ravel(), paid.ravel(), tools.size)
    industry.tool_spending = paid.sum(axis=1)


def agencies_pay_costs(industry: Industry) -> None:
    """Agencies pay staff, fixed and other costs, tools and what the law costs; idols get their split of the rest."""
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    saving = agencies.saving[groups.agency]
    staff_hours = against_no_ai(industry, groups.pieces) * (1 - numbers.staff_saving * saving)
    base = numbers.industry_revenue * industry.scale * groups.attention_share
    law = compliance_share(industry)[groups.agency] * groups.revenue
    tools = industry.tool_spending[groups.agency] / np.maximum(agencies.groups, 1)[groups.agency]
    groups.cost = numbers.staff_cost_share * base * staff_hours + numbers.other_cost_share * groups.revenue
    groups.cost = groups.cost + (numbers.fixed_cost + tools) * groups.alive + law
    agencies.compliance_cost = sum_by(groups.agency, law, agencies.size)


def compliance_share(industry: Industry) -> np.ndarray:
    """Cost of the law beyond week 0 as a share of revenue, borne by agencies that comply, shape (agencies,)."""
    numbers, agencies = industry.numbers, industry.agencies
    duties = (
        numbers.label_cost * max(numbers.image_label, numbers.music_label)
        + numbers.provenance_cost * numbers.provenance_duty
        + numbers.security_cost * numbers.security_duty
        + numbers.care_cost * numbers.care_duty
    )
    return duties * agencies.lawful + numbers.minimisation_cost * agencies.minimised


def agencies_settle_with_idols(industry: Industry) -> None:
    """Members share what is left; it first pays their debt to the agency, and only then reaches them."""
    numbers, groups, agencies, idols = industry.numbers, industry.groups, industry.agencies, industry.idols
    surplus = np.maximum(0, groups.revenue - groups.cost)
    members = np.bincount(idols.group[idols.alive], minlength=groups.size)
    share = numbers.idol_split * surplus / np.maximum(members, 1)
    due = share[idols.group] * idols.alive
    repaid = np.minimum(idols.debt, due / WEEKS_PER_YEAR)
    idols.debt -= repaid
    paid = due - repaid * WEEKS_PER_YEAR
    topped_up = np.maximum(0, numbers.income_floor - paid) * idols.alive
    idols.income = paid + topped_up
    idol_cost = numbers.idol_split * surplus * (members > 0) + sum_by(idols.group, topped_up, groups.size)
    groups.profit = (groups.revenue - groups.cost - idol_cost) * groups.alive
    agencies.revenue = sum_by(groups.agency, groups.revenue, agencies.size)
    agencies.profit = sum_by(groups.agency, groups.profit, agencies.size)
    agencies.cash += agencies.profit / WEEKS_PER_YEAR


def staff_are_displaced(industry: Industry) -> None:
    """Demand for staff hours follows content and saving; freelancers lose first where AI does the tasks."""
    numbers, staff, groups = industry.numbers, industry.staff, industry.groups
    rows = groups.rows
    saving = industry.agencies.saving[groups.agency[rows]]
    hours = groups.pieces[rows] * (1 - numbers.staff_saving * saving)
    staff.demand = float(hours.sum() / len(groups) / industry.baseline.pieces)
    fall = np.exp(-numbers.freelance_elasticity * numbers.staff_saving * saving.mean())
    staff.freelance = float(staff.demand * fall)
    rest = 1 - numbers.freelance_share
    staff.employed = float((staff.demand - numbers.freelance_share * staff.freelance) / rest)


def music_ai_share(industry: Industry) -> float:
    """AI's share in the composition of the average group's music."""
    groups = industry.groups
    return float(1 - groups.human_song[groups.alive].mean())


def composition_income(industry: Industry) -> float:
    """What vendors of composition tools earn, million KRW a year."""
    tools = industry.tools
    return float(tools.income[tools.kind == COMPOSITION].sum())


def enjoyment(industry: Industry) -> float:
    """Fans' enjoyment: more output, human work and trust please; attention-weighted, an assumption throughout."""
    numbers, groups = industry.numbers, industry.groups
    output = np.log(np.maximum(groups.delivered, np.finfo(float).tiny) / numbers.pieces_start)
    human = (groups.human_song, groups.human_vocal, groups.human_choreography, groups.human_image)
    artificial = 1 - np.mean(human, axis=0)
    pleasure = numbers.enjoyment_from_output * output + numbers.enjoyment_from_ai * artificial
    return float((groups.attention_share * pleasure).sum() + numbers.enjoyment_from_trust * industry.mean_trust())
