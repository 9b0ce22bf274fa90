"""What newcomers are like, compiled: the traits that follow from what was thrown for them."""

from __future__ import annotations

import numpy as np

from sim.dice.throws import exponential, exponential32
from sim.kernels.blocks import compiled
from sim.kernels.idols import kept_cap


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


@compiled
def first_lives_of_idols(
    age, female, group, agency, pieces, keeps_minors_cap, lawful, figure, mood, charm, caps, table
) -> tuple[np.ndarray, ...]:
    """Body, personal appeal, usual hours and first distress of every newcomer among the idols, shape (idols,) each.

    Usual hours are the mean over a comeback cycle, up to the cap that the idol finds kept. Distress starts around the
    level at which an idol with this appearance gap and these hours settles, so that nobody starts adrift. ``figure``,
    ``mood``, ``charm``: standard normal throws; ``agency``, ``pieces``, ``female``: columns of the groups; ``table``:
    the numbers in force, one row to be read by name.
    """
    numbers = table[0]
    body, appeal, hours, distress = np.empty(age.size), np.empty(age.size), np.empty(age.size), np.empty(age.size)
    busy = numbers.busy_weeks / numbers.comeback_cycle
    phase = busy * numbers.hours_in_promotion + (1 - busy) * numbers.hours_off_cycle
    spread = numbers.distress_noise / np.sqrt(1 - numbers.distress_persistence**2)
    for idol in range(age.size):
        own = group[idol]
        body[idol] = numbers.idol_body_spread * figure[idol] - (numbers.female_idol_gap if female[own] else 0.0)
        appeal[idol] = exponential(numbers.idol_appeal_spread * charm[idol])
        cap = kept_cap(age[idol], keeps_minors_cap[agency[own]], lawful[agency[own]], caps)
        hours[idol] = min(phase + numbers.idol_hours_per_piece * pieces[own], cap)
        told = 1 / (1 + exponential(-(numbers.pressure_intercept - numbers.pressure_slope * body[idol])))
        drawn = numbers.distress_from_pressure * (told - numbers.pressure_reference)
        drawn += numbers.distress_from_hours * (hours[idol] - numbers.hours_reference)
        distress[idol] = drawn / (1 - numbers.distress_persistence) + spread * mood[idol]
    return body, appeal, hours, distress
