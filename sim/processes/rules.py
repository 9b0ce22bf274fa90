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
    """The labour inspectorate visits a few agencies; where idols work beyond the caps, the agency pays and learns.

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
    caught = visited[agencies.idols_over_cap[visited] > 0]
    heard = numbers.labour_fear_contagion * len(caught) / len(rows)
    agencies.expected_loss[rows] += heard * (1 - agencies.expected_loss[rows])
    for row in caught:
        agencies.expected_loss[row] = 1
        agencies.fines[row] += numbers.labour_fine
        industry.record("fine", f"agency {row}", numbers.labour_fine, "working-time caps broken")


def agencies_answer_the_law(industry: Industry) -> None:
    """Each agency keeps a rule that enough others keep; caps on working time also if it has learnt to fear audits."""
    numbers, agencies = industry.numbers, industry.agencies
    reach = 1 - agencies.expected_loss
    agencies.keeps_minors_cap = agencies.reluctance < 1 - (1 - numbers.minors_cap_compliance) * reach
    agencies.keeps_adult_cap = agencies.reluctance < 1 - (1 - numbers.new_duty_compliance) * reach
    agencies.lawful = agencies.reluctance < numbers.new_duty_compliance
