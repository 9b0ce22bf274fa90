"""What a week of work and pay does to every idol, compiled: one pass over the idols for each rule.

Float64 throughout. Members are added up in their order, so that sums keep their bits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

compiled = njit(cache=True, nogil=True, error_model="numpy")


class Caps(NamedTuple):
    """Weekly hours that the law allows, and the ages at which they change."""

    adult_age: float
    older_minor_age: float
    younger_minors: float
    older_minors: float
    adults: float


@compiled
def legal_cap(age, caps) -> float:
    """The cap on weekly hours that the law sets for one age."""
    if age >= caps.adult_age:
        return caps.adults
    return caps.younger_minors if age < caps.older_minor_age else caps.older_minors


@compiled
def kept_cap(age, keeps_minors_cap, lawful, caps) -> float:
    """The cap that one idol finds kept by an agency; infinite where none is."""
    kept = keeps_minors_cap if age < caps.adult_age else lawful
    return legal_cap(age, caps) if kept else np.inf


@compiled
def legal_caps(age, caps) -> np.ndarray:
    """The caps that the law sets for these ages."""
    hours = np.empty(age.size)
    for idol in range(age.size):
        hours[idol] = legal_cap(age[idol], caps)
    return hours


@compiled
def kept_caps(age, agency, keeps_minors_cap, lawful, caps) -> np.ndarray:
    """The caps that idols of these ages find kept at these agencies (rows)."""
    hours = np.empty(age.size)
    for idol in range(age.size):
        hours[idol] = kept_cap(age[idol], keeps_minors_cap[agency[idol]], lawful[agency[idol]], caps)
    return hours


@compiled
def work_week(alive, on_hiatus, age, group, agency, keeps_minors_cap, lawful, asked, caps, hiatus_hours,
              memory_weeks, desired_hours, hours, usual_hours, delivered, presence) -> None:
    """Idols work what their group is asked for, up to the cap kept; those on leave hardly at all.

    ``agency`` and ``asked`` (h/week) are columns of the groups. Writes the three columns of hours, and for each group
    what share of the hours asked its members who are here worked (``delivered``, 0 if none) and what share of its
    members is here (``presence``, 1 if there are none).
    """
    worked, here, members = np.zeros(asked.size), np.zeros(asked.size), np.zeros(asked.size)
    for idol in range(group.size):
        own = group[idol]
        cap = kept_cap(age[idol], keeps_minors_cap[agency[own]], lawful[agency[own]], caps)
        desired_hours[idol] = asked[own]
        hours[idol] = min(asked[own], cap)
        if alive[idol]:
            members[own] += 1
            if not on_hiatus[idol]:
                here[own] += 1
                worked[own] += hours[idol] / asked[own]
        if on_hiatus[idol]:
            hours[idol] = min(hours[idol], hiatus_hours)
        usual_hours[idol] += (hours[idol] - usual_hours[idol]) / memory_weeks
    for one in range(asked.size):
        delivered[one] = worked[one] / here[one] if here[one] > 0 else 0
        presence[one] = here[one] / members[one] if members[one] > 0 else 1


@compiled
def count_beyond_caps(alive, on_hiatus, age, group, agency, caps, hours, beyond) -> None:
    """Counts for each agency, into ``beyond``, the idols at work whose hours lie above what the law allows."""
    beyond[:] = 0
    for idol in range(group.size):
        over = hours[idol] > legal_cap(age[idol], caps)
        beyond[agency[group[idol]]] += alive[idol] & (not on_hiatus[idol]) & over


@compiled
def pay_idols(alive, group, agency, share, wage, floor, weeks_per_year, debt, income, topped_up, repaid) -> None:
    """Each member's share first repays the debt; wages are paid whatever the debt, up to the floor by the agency.

    ``agency``, ``share`` and ``wage`` (million KRW a year) are columns of the groups, ``floor`` of the agencies. Writes
    debts and incomes, adds to ``topped_up`` (groups,) what lifts members to the floor and to ``repaid`` (agencies,)
    what was paid back this week.
    """
    for idol in range(group.size):
        own, here = group[idol], np.float64(alive[idol])
        due = share[own] * here
        back = min(debt[idol], due / weeks_per_year)
        debt[idol] -= back
        paid = 0.0 if debt[idol] > 0 else due - back * weeks_per_year
        paid += wage[own] * here
        lift = max(0.0, floor[agency[own]] - paid) * here
        income[idol] = paid + lift
        topped_up[own] += lift
        repaid[agency[own]] += back


@compiled
def best_known(counted, group, appeal, attention, many) -> np.ndarray:
    """Rows of so many idols, from the best known down: by their group's attention times their own appeal.

    Whoever is not ``counted`` is unknown; those known alike stand in the order of their rows.
    """
    first, fame, found = np.empty(many, np.int64), np.empty(many), 0
    for idol in range(group.size):
        own = attention[group[idol]] * appeal[idol] if counted[idol] else 0.0
        if found == many and own <= fame[many - 1]:
            continue
        found = min(found + 1, many)
        place = found - 1
        while place > 0 and fame[place - 1] < own:
            first[place], fame[place] = first[place - 1], fame[place - 1]
            place -= 1
        first[place], fame[place] = idol, own
    return first[:found]
