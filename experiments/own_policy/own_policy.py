"""A law of one's own: after the promotion of every comeback, idols get some weeks of rest.

The lever `rest_weeks` and the number `rest_hours` have their passports in `own_policy.numbers.yaml` beside this file.
"""

import numpy as np

from sim.industry import Industry
from sim.observables import View
from sim.plugins import observable, process
from sim.processes.rosters import members_mean
from sim.processes.work import cycle_week


@process(after="idols_work_hours")
def idols_rest_after_comebacks(industry: Industry) -> None:
    """Idols whose agency keeps the law work no longer than the hours of rest; what they leave is not delivered."""
    numbers, idols, groups = industry.numbers, industry.idols, industry.groups
    resting = resting_groups(industry)[idols.group] & ~idols.on_hiatus
    hours = np.where(resting, np.minimum(idols.hours, numbers.rest_hours), idols.hours)
    idols.usual_hours += (hours - idols.hours) / numbers.hours_memory_weeks
    idols.hours = hours
    delivered = members_mean(industry, hours / idols.desired_hours, ~idols.on_hiatus, otherwise=0)
    groups.delivered = groups.pieces * delivered


@observable("work", "share", "Idols at rest by law")
def resting_idols(view: View) -> float:
    """Share of idols who are in the weeks of rest after a comeback, and whose agency grants them."""
    return view.of_idols(resting_groups(view.industry)[view.industry.idols.group])


def resting_groups(industry: Industry) -> np.ndarray:
    """Which groups rest this week, shape (groups,): promotion is just over, and the agency keeps new duties."""
    since_promotion = cycle_week(industry) - industry.numbers.busy_weeks
    just_over = (since_promotion >= 0) & (since_promotion < industry.numbers.rest_weeks)
    return just_over & industry.agencies.lawful[industry.groups.agency]
