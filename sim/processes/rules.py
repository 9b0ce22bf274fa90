"""Rules: dated law takes effect, the regulator audits, agencies comply, evade or comply on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.params import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from sim.industry import Industry


def law_takes_effect(industry: Industry) -> None:
    """Levers take the values that the law in force this week gives them."""
    numbers, platform = industry.numbers, industry.platform
    for name, value in industry.law.values_at(industry.week).items():
        if numbers.get(name) != value:
            numbers.put(name, value)
            industry.record("policy", name, float(value), f"{name} is now {float(value):g}")
    platform.literacy_weeks = platform.literacy_weeks + 1 if numbers.media_literacy > 0 else 0


def regulator_audits_agencies(industry: Industry) -> None:
    """Inspectors visit a few agencies; where the rules in force are broken, the agency pays and learns.

    The agencies with the smallest throws are visited, so one more agency changes at most one visit.
    """
    numbers, agencies = industry.numbers, industry.agencies
    expected = numbers.regulator_capacity * numbers.labour_audit_share * industry.scale / WEEKS_PER_YEAR
    visits = min(industry.dice.poisson("audits", 0, industry.week, expected), len(agencies))
    agencies.expected_loss *= 1 - numbers.labour_fear_forgetting
    if visits == 0:
        return
    rows = agencies.rows
    throws = industry.dice.uniform("audited agency", agencies.identity[rows], industry.week)
    visited = rows[np.argsort(throws, kind="stable")[:visits]]
    caught = visited[agencies.breaks_rules[visited]]
    heard = numbers.labour_fear_contagion * len(caught) / len(rows)
    agencies.expected_loss[rows] += heard * (1 - agencies.expected_loss[rows])
    for row in caught:
        agencies.expected_loss[row] = 1
        agencies.fines[row] += numbers.labour_fine
        industry.tally.add("fines", numbers.labour_fine)
        industry.record("fine", f"agency {row}", numbers.labour_fine, "rules for agencies broken")


def agencies_answer_the_law(industry: Industry) -> None:
    """Each agency keeps a rule that enough others keep, or all rules if it has learnt to fear the inspectors."""
    numbers, agencies = industry.numbers, industry.agencies
    reach = 1 - agencies.expected_loss
    agencies.keeps_minors_cap = agencies.reluctance < 1 - (1 - numbers.minors_cap_compliance) * reach
    agencies.lawful = agencies.reluctance < 1 - (1 - numbers.new_duty_compliance) * reach


GROWING_DUTIES = (
    "image_label", "diverse_image_quota", "weight_order_ban", "minimum_human_share", "income_floor", "care_duty",
    "likeness_consent", "ai_governance_duty", "idol_data_limit", "provenance_duty", "music_label", "credit_duty",
)
"""Levers that ask the more of agencies the higher they are."""

TIGHTENING_DUTIES = ("editing_cap", "ai_share_limit")
"""Levers that ask the more of agencies the lower they are. A cap on content is not among them: what is published can
be counted by anybody, so it binds all."""


def new_duty_in_force(industry: Industry) -> bool:
    """Whether the law asks agencies for anything that it did not ask on the first day."""
    numbers, first = industry.numbers, industry.first_law
    grown = any(getattr(numbers, name) > getattr(first, name) for name in GROWING_DUTIES)
    return grown or any(getattr(numbers, name) < getattr(first, name) for name in TIGHTENING_DUTIES)
