"""What newcomers are like, compiled: the traits that follow from what was thrown for them."""

from __future__ import annotations

import numpy as np

from sim.dice.throws import exponential32
from sim.kernels.blocks import compiled


@compiled
def traits_of_fans(female, age, comparison, devotion, own, leisure, table) -> tuple[np.ndarray, ...]:
    """Devotion, set point of dissatisfaction, susceptibility and weekly hours of every fan, shape (fans,) each.

    Set points go with comparison, are lower in boys and rise through school. Appearance content acts most on those
    who compare themselves, on the young, on the devoted. Hours are log-normal around their mean. ``devotion``: even
    throws; ``own`` (beside comparison) and ``leisure``: standard normal; ``table``: the numbers in force, one row to
    be read by name.
    """
    numbers = table[0]
    parasocial, set_point, susceptibility = np.empty(age.size), np.empty(age.size), np.empty(age.size)
    hours = np.empty(age.size, np.float32)
    typical = np.log(numbers.fan_hours) - numbers.fan_hours_spread**2 / 2
    apart = np.sqrt(1 - numbers.comparison_correlation**2)
    for fan in range(age.size):
        parasocial[fan] = 1 - (1 - devotion[fan]) ** numbers.parasocial_power
        trait = numbers.set_point_spread * (numbers.comparison_correlation * comparison[fan] + apart * own[fan])
        school = min(age[fan], numbers.set_point_age_end) - numbers.set_point_age_reference
        set_point[fan] = trait + (0.0 if female[fan] else numbers.male_set_point) + numbers.set_point_age_slope * school
        acts = max(0.0, 1 + numbers.susceptibility_slope * comparison[fan])
        acts *= 1.0 if female[fan] else numbers.male_susceptibility
        acts *= numbers.young_susceptibility if age[fan] < numbers.young_until else 1.0
        susceptibility[fan] = acts * (1 + numbers.parasocial_susceptibility * parasocial[fan])
        hours[fan] = exponential32(numbers.fan_hours_spread * leisure[fan] + typical)
    return parasocial, set_point, susceptibility, hours
