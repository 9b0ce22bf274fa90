"""Rules: dated law takes effect, the regulator audits, agencies comply, evade or comply on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.params import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from sim.industry import Industry


def law_takes_effect(industry: Industry) -> None:
    """Levers take the values that the law in force this week gives them."""
    for name, value in industry.law.values_at(industry.week).items():
        if getattr(industry.numbers, name) != value:
            industry.numbers.put(name, value)
            industry.record("policy", name, float(value), f"{name} is now {value:g}")


def regulator_audits_agencies(industry: Industry) -> None:
    """The labour inspectorate visits a few agencies; those that break the caps pay and expect to be caught again.

    The agencies with the smallest throws are visited, so one more agency changes at most one visit.
    """
    numbers, agencies = industry.numbers, industry.agencies
    expected = numbers.regulator_capacity * numbers.labour_audit_share * industry.scale / WEEKS_PER_YEAR
    visits = min(industry.dice.poisson("audits", 0, industry.week, expected), len(agencies))
    agencies.expected_loss *= 1 - numbers.security_forgetting
    if visits == 0:
        return
    rows = agencies.rows
    throws = industry.dice.uniform("audited agency", agencies.identity[rows], industry.week)
    visited = rows[np.argsort(throws)[:visits]]
    caught = visited[~agencies.complies[visited]]
    agencies.expected_loss[rows] += numbers.fine_learning * len(caught) / len(rows) * (1 - agencies.expected_loss[rows])
    for row in caught:
        agencies.expected_loss[row] = 1
        agencies.cash[row] -= numbers.labour_fine
        industry.record("fine", f"agency {row}", numbers.labour_fine, "working-time caps broken")


def agencies_answer_the_law(industry: Industry) -> None:
    """Each agency keeps a cap if it is lawful enough, or has learnt that breaking it costs; some only report it."""
    numbers, agencies = industry.numbers, industry.agencies
    reach = 1 - agencies.expected_loss
    kept_today = numbers.minors_cap_compliance
    kept_anew = numbers.hours_cap_compliance
    agencies.keeps_minors_cap = agencies.reluctance < 1 - (1 - kept_today) * reach
    agencies.lawful = agencies.reluctance < 1 - (1 - kept_anew) * reach
    adults_capped = numbers.hours_cap_adults < industry.first_law.hours_cap_adults
    agencies.complies = agencies.keeps_minors_cap & (agencies.lawful | (not adults_capped))
    agencies.complies_on_paper = ~agencies.complies & agencies.symbolic
