"""For whom a policy is good or bad: every group of people with the observables that it would judge by.

No single score: what one group gains is never set off against what another loses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

MORE, LESS = "more", "less"

OF_WHOM: dict[str, dict[str, str]] = {
    "idols": {
        "idol_hours": LESS, "burnt_out_idols": LESS, "idol_insecurity": LESS, "idol_distress": LESS,
        "deepfakes": LESS, "idol_income": MORE,
    },
    "minors": {
        "hours_of_minors": LESS, "minors_over_cap": LESS, "burnt_out_minors": LESS, "distress_of_minors": LESS,
        "income_of_minors": MORE,
    },
    "staff": {"staff_demand": MORE, "staff_employment": MORE, "freelance_income": MORE, "staff_insecurity": LESS},
    "vulnerable fans": {"vulnerable_dissatisfaction": LESS, "feed_of_most_dissatisfied": LESS},
    "all fans": {"mean_dissatisfaction": LESS, "harm_per_fan": LESS, "trust": MORE, "fan_enjoyment": MORE},
    "source cultures": {"credited_share": MORE, "erased_share": LESS, "paid_to_sources": MORE},
    "small agencies": {"compliance_cost_of_small_agencies": LESS, "profit_of_small_agencies": MORE},
    "large agencies": {"compliance_cost_of_large_agencies": LESS, "profit_of_large_agencies": MORE},
    "AI vendors": {"tool_income": MORE},
    "holders of data": {"fines_last_year": LESS},
    "the public": {"public_cost": LESS},
}  # fmt: skip
"""Who -> observable -> whether that group of people is better off with more of it or with less."""

BETTER, WORSE, MIXED, UNCLEAR, SMALL = "better", "worse", "mixed", "no clear change", "too small"

WORTH = {"SD": 0.01, "share": 0.005}
"""How large a clear effect must be to count for or against a policy, by unit: a hundredth of a standard deviation, half
a point of a hundred; conventions, to be changed by whoever judges otherwise."""

WORTH_RELATIVE = 0.01
"""The same for all other units, as a part of the world it is measured against."""

COLUMNS = (
    "policy", "who", "verdict", "observable", "theme", "label", "unit", "better_with", "baseline", "effect", "low",
    "high", "reads",
)  # fmt: skip


def verdicts(effects: pd.DataFrame, of_whom: Mapping[str, Mapping[str, str]] = OF_WHOM) -> pd.DataFrame:
    """Judge every effect from the side of those whom it concerns; a row for each policy, group and observable.

    `reads` is the verdict on one observable: better or worse where the interval leaves out zero and the effect is worth
    a word, else too small or no clear change. `verdict` is that on all of a group's observables: better or worse where
    none speaks against it, mixed where one does.
    """
    rows: list[dict[Any, Any]] = []
    for _, found in effects.groupby("policy", sort=False):
        seen: dict[str, dict[Any, Any]] = {row["observable"]: row for row in found.to_dict("records")}
        for who, directions in of_whom.items():
            reads = {name: read(seen[name], way) for name, way in directions.items() if name in seen}
            whole = judged(set(reads.values()))
            for name, reading in reads.items():
                judgement = {"who": who, "verdict": whole, "better_with": directions[name], "reads": reading}
                rows.append(seen[name] | judgement)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def worth(unit: str, baseline: float) -> float:
    """Return how large an effect must be to be worth a word, in the observable's own unit."""
    return WORTH.get(unit, WORTH_RELATIVE * abs(baseline))


def read(effect: Mapping[Any, Any], better_with: str) -> str:
    """Return what one effect means to those who are better off with more of it, or with less."""
    size = float(effect["effect"])
    if not (effect["low"] > 0 or effect["high"] < 0):  # also where there is no interval
        return UNCLEAR
    if abs(size) < worth(str(effect["unit"]), float(effect["baseline"])):
        return SMALL
    return BETTER if (size > 0) == (better_with == MORE) else WORSE


def judged(reads: set[str]) -> str:
    """Return what several readings mean together; gains and losses of the same people are not set off."""
    if {BETTER, WORSE} <= reads:
        return MIXED
    return BETTER if BETTER in reads else WORSE if WORSE in reads else UNCLEAR
