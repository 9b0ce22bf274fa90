"""What a week does to every idol, compiled: one pass over the idols for each rule.

Float64 throughout. Members are added up in their order, so that sums keep their bits. ``table`` holds the numbers in
force, one row to be read by name.
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
def work_week(alive, on_hiatus, age, group, agency, virtual, cycle_week, pieces, human_vocal, human_choreography,
              saving, keeps_minors_cap, lawful, caps, table, desired_hours, hours, usual_hours, creative_share,
              delivered, presence) -> None:
    """Idols work what phase and content ask of their group, less what AI saves, up to the cap kept; on leave hardly.

    ``agency`` to ``human_choreography`` are columns of the groups, ``saving`` to ``lawful`` of the agencies. Writes the
    three columns of hours and the human share of creative work, and for each group the pieces it could deliver
    (``delivered``, in proportion to the hours that its members who are here worked of those asked, 0 if nobody is) and
    what share of its members is here (``presence``, 1 if there are none).
    """
    numbers = table[0]
    asked = np.empty(agency.size)
    for one in range(agency.size):
        idol_saving = numbers.virtual_idol_saving if virtual[one] else numbers.idol_saving
        per_piece = numbers.idol_hours_per_piece * (1 - idol_saving * saving[agency[one]])
        phase = numbers.hours_in_promotion if cycle_week[one] < numbers.busy_weeks else numbers.hours_off_cycle
        asked[one] = phase + per_piece * pieces[one]
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
            hours[idol] = min(hours[idol], numbers.hiatus_hours)
        usual_hours[idol] += (hours[idol] - usual_hours[idol]) / numbers.hours_memory_weeks
        creative_share[idol] = (human_vocal[own] + human_choreography[own]) / 2
    for one in range(asked.size):
        delivered[one] = worked[one] / here[one] * pieces[one] if here[one] > 0 else 0
        presence[one] = here[one] / members[one] if members[one] > 0 else 1


@compiled
def fear_for_jobs(group, agency, standing, ai_share, automating, week, table, contract_start, insecurity) -> None:
    """Idols fear for their place in unpopular groups, where AI does the ``automating`` kinds of task, and when a
    contract ends; one that has ended is renewed.

    ``standing``: popularity of the groups in SD.
    """
    numbers = table[0]
    of_group = np.empty(agency.size)
    for one in range(agency.size):
        automated = 0.0
        for kind in automating:
            automated += ai_share[agency[one], kind]
        of_group[one] = (numbers.idol_insecurity_level - numbers.idol_insecurity_from_popularity * standing[one]
                         + numbers.idol_insecurity_from_automation * (automated / len(automating)))
    for idol in range(group.size):
        left = numbers.contract_weeks - (week - contract_start[idol])
        last_year = numbers.idol_insecurity_from_contract * (left <= numbers.contract_end_weeks)
        insecurity[idol] = 1 / (1 + np.exp(-(of_group[group[idol]] + last_year)))
        if left <= 0:
            contract_start[idol] = week


@compiled
def press(group, agency, lawful, body, risen, table, appearance_gap, pressure) -> None:
    """The further the norm, which has ``risen`` so far (SD), lies from a body, the likelier the order to diet."""
    numbers = table[0]
    banned = numbers.weight_order_ban * numbers.weight_ban_reach
    for idol in range(group.size):
        gap = risen - body[idol]
        pressed = 1 / (1 + np.exp(-(numbers.pressure_intercept + numbers.pressure_slope * gap)))
        appearance_gap[idol] = gap
        pressure[idol] = pressed * (1 - banned * lawful[agency[group[idol]]])


@compiled
def feel_distress(group, agency, lawful, pressure, hours, deepfakes, harm, noise, table, distress) -> None:
    """Distress returns to normal but for pressure, long hours, deepfakes and lost data; care duties relieve it."""
    numbers = table[0]
    cared = numbers.distress_from_care * numbers.care_duty
    for idol in range(group.size):
        distress[idol] = (
            numbers.distress_persistence * distress[idol]
            + numbers.distress_from_pressure * (pressure[idol] - numbers.pressure_reference)
            + numbers.distress_from_hours * (hours[idol] - numbers.hours_reference)
            + numbers.distress_from_deepfakes * np.log1p(deepfakes[idol])
            + numbers.distress_from_exposure * harm[idol]
            - cared * lawful[agency[group[idol]]]
            + noise[idol]
        )


@compiled
def record_idols(group, agency, lawful, ai_share, asking, tracking, weeks, table, biometric, location, harm) -> None:
    """Agencies keep faces, voices, motion and whereabouts for so many ``weeks``, or as long as a limit that they keep.

    Tools of the ``asking`` kinds want more of the first, those of the ``tracking`` kind of the last; old harm fades.
    """
    numbers = table[0]
    recorded, tracked, lasting = np.empty(lawful.size), np.empty(lawful.size), np.empty(lawful.size)
    for one in range(lawful.size):
        appetite = 0.0
        for kind in asking:
            appetite += ai_share[one, kind]
        left = 1 - numbers.idol_data_limit * lawful[one]
        consenting = 1 - numbers.likeness_consent * (1 - numbers.idol_consent_share) * lawful[one]
        recorded[one] = left * consenting * (1 + numbers.biometric_appetite * (appetite / len(asking))) / weeks
        tracked[one] = left * (1 + numbers.analytics_appetite * ai_share[one, tracking]) / weeks
        lasting[one] = min(weeks, numbers.retention_limit) if lawful[one] else weeks
    for idol in range(group.size):
        own = agency[group[idol]]
        biometric[idol] += recorded[own] - biometric[idol] / lasting[own]
        location[idol] += tracked[own] - location[idol] / lasting[own]
        harm[idol] *= 1 - 1 / numbers.harm_memory_weeks


@compiled
def break_rules(alive, on_hiatus, age, desired_hours, hours, group, agency, caps, duty, in_business, lawful,
                asked_over_cap, over_cap, bound, breaks) -> None:
    """Counts for each agency the idols at work who are asked for, and who work, more than the law allows.

    With them, and with whether a new ``duty`` is in force, it tells which agencies rules ask something of and which
    of those break them. ``in_business`` and ``lawful`` are columns of the agencies, like all that is written.
    """
    asked_over_cap[:] = 0
    over_cap[:] = 0
    for idol in range(group.size):
        own, cap = agency[group[idol]], legal_cap(age[idol], caps)
        working = alive[idol] & (not on_hiatus[idol])
        asked_over_cap[own] += working & (desired_hours[idol] > cap)
        over_cap[own] += working & (hours[idol] > cap)
    for one in range(lawful.size):
        bound[one] = in_business[one] & (duty | (asked_over_cap[one] > 0))
        breaks[one] = in_business[one] & ((over_cap[one] > 0) | (duty & (not lawful[one])))


@compiled
def settle(alive, group, debt, income, agency, active, group_revenue, cost, wages, group_profit, lawful, fines,
           weeks_per_year, table, revenue, profit, cash) -> None:
    """Each member's share first repays the debt; wages are paid whatever the debt, up to the floor by the agency.

    ``agency`` to ``group_profit`` are columns of the groups, the rest of the agencies; million KRW a year, but for
    debts, fines and cash. Writes debts and incomes, the profit of groups and agencies, and agencies' revenue and cash.
    """
    numbers = table[0]
    members, split, topped_up = np.zeros(agency.size), np.zeros(agency.size), np.zeros(agency.size)
    repaid = np.zeros(lawful.size)
    for idol in range(group.size):
        members[group[idol]] += alive[idol]
    for one in range(agency.size):
        if members[one] > 0:
            split[one] = numbers.idol_split * max(0.0, group_revenue[one] - cost[one])
    for idol in range(group.size):
        own, here = group[idol], np.float64(alive[idol])
        shared_by = max(members[own], 1.0)
        due = split[own] / shared_by * here
        back = min(debt[idol], due / weeks_per_year)
        debt[idol] -= back
        paid = 0.0 if debt[idol] > 0 else due - back * weeks_per_year
        paid += wages[own] / shared_by * here
        lift = max(0.0, numbers.income_floor * lawful[agency[own]] - paid) * here
        income[idol] = paid + lift
        topped_up[own] += lift
        repaid[agency[own]] += back
    revenue[:] = 0
    profit[:] = 0
    for one in range(agency.size):
        group_profit[one] = (group_revenue[one] - cost[one] - split[one] - topped_up[one]) * active[one]
        revenue[agency[one]] += group_revenue[one]
        profit[agency[one]] += group_profit[one]
    for one in range(lawful.size):
        profit[one] -= fines[one] * weeks_per_year
        cash[one] += profit[one] / weeks_per_year + repaid[one]


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
