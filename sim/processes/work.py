"""Work: comebacks, hours with saving and rebound under caps, fatigue, burnout, fear for jobs, hiatus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.idol import ADULT_AGE, YOUNGER_MINOR_AGE
from sim.kernels.idols import Caps, break_rules, fear_for_jobs, kept_caps, legal_caps, work_week
from sim.processes.decisions import VIDEO, VIRTUAL, VOICE
from sim.processes.rosters import agency_of_idols, mean, rows_where, standard_popularity
from sim.processes.rules import new_duty_in_force

if TYPE_CHECKING:
    from sim.industry import Industry


def cycle_week(industry: Industry) -> np.ndarray:
    """Position of every group in its comeback cycle this week, shape (groups,); 0 is the comeback."""
    return (industry.week + industry.groups.cycle_offset) % industry.numbers.comeback_cycle


def idols_work_hours(industry: Industry) -> None:
    """Idols work what phase and content ask for, less what AI saves them, up to the cap that their agency keeps.

    What a cap cuts off is not delivered: pieces delivered follow the hours that were possible.
    """
    numbers, idols, groups, agencies = industry.numbers, industry.idols, industry.groups, industry.agencies
    work_week(idols.alive, idols.on_hiatus, idols.age, idols.group, groups.agency, groups.virtual,
              cycle_week(industry), groups.pieces, groups.human_vocal, groups.human_choreography, agencies.saving,
              agencies.keeps_minors_cap, agencies.lawful, caps_in_force(industry), numbers.table, idols.desired_hours,
              idols.hours, idols.usual_hours, idols.creative_share, groups.delivered, groups.presence)


def agencies_break_rules(industry: Industry) -> None:
    """Agencies that caps or new duties ask something of keep them or break them, and it can be counted."""
    idols, agencies = industry.idols, industry.agencies
    break_rules(idols.alive, idols.on_hiatus, idols.age, idols.desired_hours, idols.hours, idols.group,
                industry.groups.agency, caps_in_force(industry), new_duty_in_force(industry), agencies.alive,
                agencies.lawful, agencies.idols_asked_over_cap, agencies.idols_over_cap, agencies.bound_by_rules,
                agencies.breaks_rules)


def hours_cap(industry: Industry) -> np.ndarray:
    """The cap on weekly hours that binds each idol in practice; infinite where none is kept, shape (idols,)."""
    idols, agencies = industry.idols, industry.agencies
    return kept_caps(idols.age, agency_of_idols(industry), agencies.keeps_minors_cap, agencies.lawful,
                     caps_in_force(industry))


def legal_hours(industry: Industry, age: np.ndarray) -> np.ndarray:
    """The cap on weekly hours that the law sets for these ages."""
    return legal_caps(age, caps_in_force(industry))


def caps_in_force(industry: Industry) -> Caps:
    """The caps on weekly hours that the law sets this week."""
    numbers = industry.numbers
    return Caps(adult_age=float(ADULT_AGE), older_minor_age=float(YOUNGER_MINOR_AGE),
                younger_minors=float(numbers.hours_cap_under_15), older_minors=float(numbers.hours_cap_minors),
                adults=float(numbers.hours_cap_adults))


def idols_tire(industry: Industry) -> None:
    """Fatigue follows the hours of about the last four weeks."""
    numbers, idols = industry.numbers, industry.idols
    idols.fatigue += (1 - numbers.fatigue_memory) * (idols.hours - idols.fatigue)


def burnout_hazards(industry: Industry, fatigue: np.ndarray, insecurity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weekly hazards of burning out and of recovering at this fatigue (h/week) and job insecurity (share)."""
    numbers = industry.numbers
    beyond = fatigue - numbers.hours_reference
    fear = numbers.burnout_onset_insecurity * (insecurity - numbers.insecurity_reference)
    onset = numbers.burnout_onset * np.exp(numbers.burnout_onset_slope * beyond + fear)
    recovery = numbers.burnout_recovery * np.exp(-numbers.burnout_recovery_slope * beyond)
    return onset, recovery


def idols_burn_out(industry: Industry) -> None:
    """Tired and insecure idols burn out; burnt-out idols recover, more slowly the more they work."""
    idols = industry.idols
    onset, recovery = burnout_hazards(industry, idols.fatigue, idols.insecurity)
    chance = -np.expm1(-np.where(idols.burnt_out, recovery, onset))
    turns = industry.dice.bernoulli("burnout", idols.identity, industry.week, chance)
    idols.burnt_out = idols.burnt_out ^ (turns & idols.alive)


def idols_fear_for_jobs(industry: Industry) -> None:
    """Idols fear for their place in unpopular groups, in the last contract year, and where AI sings and dances."""
    idols = industry.idols
    fear_for_jobs(idols.group, industry.groups.agency, standard_popularity(industry), industry.agencies.ai_share,
                  (VOICE, VIDEO, VIRTUAL), industry.week, industry.numbers.table, idols.contract_start,
                  idols.insecurity)


def staff_fear_for_jobs(industry: Industry) -> None:
    """Creative staff fear for their jobs as AI takes over their tasks."""
    numbers, staff = industry.numbers, industry.staff
    used = industry.agencies.ai_share[industry.groups.agency[industry.groups.rows]] @ numbers.task_weight
    start = numbers.staff_insecurity_start
    home = start + numbers.staff_insecurity_from_ai * mean(used) * (1 - start) if used.size else start
    staff.insecurity += numbers.staff_insecurity_speed * (home - staff.insecurity)


def idols_take_hiatus(industry: Industry) -> None:
    """Distressed idols go on leave for health; after some weeks they return."""
    numbers, idols, dice = industry.numbers, industry.idols, industry.dice
    leaving = -np.expm1(-numbers.hiatus_hazard * np.exp(idols.distress))
    chance = np.where(idols.on_hiatus, 1 / numbers.hiatus_weeks, leaving)
    turns = dice.bernoulli("hiatus", idols.identity, industry.week, np.minimum(chance, 1)) & idols.alive
    for row in rows_where(turns & ~idols.on_hiatus):
        industry.record("hiatus", f"idol {row}", float(idols.hours[row]), f"a member of group {idols.group[row]}")
    idols.on_hiatus = idols.on_hiatus ^ turns
