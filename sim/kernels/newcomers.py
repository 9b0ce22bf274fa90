"""What newcomers are like, compiled: the traits that follow from what was thrown for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.blocks import compiled


class Character(NamedTuple):
    """How fans' traits hang together; spreads and set points in SD of body dissatisfaction, ages in years."""

    parasocial_power: float
    comparison_tie: float
    set_point_spread: float
    male_set_point: float
    age_slope: float
    age_end: float
    age_reference: float
    susceptibility_slope: float
    male_susceptibility: float
    young_until: float
    young_susceptibility: float
    parasocial_susceptibility: float


@compiled
def traits_of_fans(female, age, comparison, devotion, own, terms) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parasocial devotion, set point of dissatisfaction and susceptibility of every fan, shape (fans,) each.

    Set points go with comparison, are lower in boys and rise through school. Appearance content acts most on those
    who compare themselves, on the young, on the devoted. ``devotion``: even throws; ``own``: what is everybody's own
    beside comparison, standard normal.
    """
    parasocial, set_point, susceptibility = np.empty(age.size), np.empty(age.size), np.empty(age.size)
    apart = np.sqrt(1 - terms.comparison_tie**2)
    for fan in range(age.size):
        parasocial[fan] = 1 - (1 - devotion[fan]) ** terms.parasocial_power
        trait = terms.set_point_spread * (terms.comparison_tie * comparison[fan] + apart * own[fan])
        school = min(age[fan], terms.age_end) - terms.age_reference
        set_point[fan] = trait + (0.0 if female[fan] else terms.male_set_point) + terms.age_slope * school
        acts = max(0.0, 1 + terms.susceptibility_slope * comparison[fan])
        acts *= 1.0 if female[fan] else terms.male_susceptibility
        acts *= terms.young_susceptibility if age[fan] < terms.young_until else 1.0
        susceptibility[fan] = acts * (1 + terms.parasocial_susceptibility * parasocial[fan])
    return parasocial, set_point, susceptibility
