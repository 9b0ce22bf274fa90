"""Idols: performers under contract, with hours, health, debts and records of their own."""

from __future__ import annotations

from sim.agents.population import Actor, State
from sim.params import WEEKS_PER_YEAR


class Idol(Actor):
    """A performing member of one group; nobody in particular."""

    group = State("int64", unit="count", meaning="row of the group")
    female = State("bool", meaning="is a woman or girl")
    age = State("float64", unit="years", meaning="age")
    body = State("float64", unit="SD", meaning="own body against the first day's norm; below 0 it falls short")
    appeal = State("float64", unit="ratio", meaning="personal share of the group's fame")
    debut_week = State("int32", unit="weeks", meaning="week of debut; negative before the first week")
    contract_start = State("int32", unit="weeks", meaning="week in which the running contract began")

    desired_hours = State("float64", unit="h/week", meaning="hours that the schedule asks for")
    hours = State("float64", unit="h/week", meaning="hours worked this week")
    usual_hours = State("float64", unit="h/week", meaning="hours over the last year, exponentially weighted")
    fatigue = State("float64", unit="h/week", meaning="hours over the last month, exponentially weighted")
    burnt_out = State("bool", meaning="is burnt out")
    on_hiatus = State("bool", meaning="is on leave for health")
    insecurity = State("float64", unit="share", meaning="fear of losing the job")
    creative_share = State("float64", unit="share", meaning="share of creative work in human hands")

    appearance_gap = State("float64", unit="SD", meaning="distance between the norm and the own body")
    pressure = State("float64", unit="share", meaning="chance of being told to diet")
    distress = State("float64", unit="SD", meaning="psychological distress")

    debt = State("float64", unit="million KRW", meaning="what is still owed to the agency")
    income = State("float64", unit="million KRW/year", meaning="what was paid out, at this week's rate")
    biometric_records = State("float64", unit="ratio", start=1, meaning="face, voice and motion records, week-0 mean 1")
    location_records = State("float64", unit="ratio", start=1, meaning="location records, week-0 mean 1")
    harm = State("float64", unit="ratio", meaning="harm from exposed records that still hurts")
    deepfakes = State("float64", unit="ratio", meaning="deepfakes of this idol, against the mean target of week 0")

    @property
    def is_minor(self) -> bool:
        """Whether the law on minors' hours covers this idol."""
        return self.age < ADULT_AGE

    @property
    def career_years(self) -> float:
        """Years since this idol's debut."""
        return (self.model.week - self.debut_week) / WEEKS_PER_YEAR


ADULT_AGE = 18
"""Age at which the minors' caps end."""

YOUNGER_MINOR_AGE = 15
"""Age below which the stricter of the two minors' caps holds."""
