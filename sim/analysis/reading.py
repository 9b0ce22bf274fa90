"""How numbers are written for people: in which unit, with how many decimals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RELATIVE_UNIT = "without AI = 100"


@dataclass(frozen=True)
class Reading:
    """How one unit is shown: times what, with how many decimals, and under which name."""

    factor: float = 1
    decimals: int = 2
    unit: str = ""


READINGS = {
    "SD": Reading(1, 3),
    "ratio": Reading(1, 3),
    "share": Reading(100, 1, "%"),
    "h/week": Reading(1, 1),
    "count": Reading(1, 1),
    "million KRW/year": Reading(1, 0),
    "million KRW": Reading(1, 0),
    "pieces/week": Reading(1, 1),
    "people": Reading(1, 0),
    RELATIVE_UNIT: Reading(1, 1),
}


def written(value: float, reading: Reading, signed: bool = False) -> str:
    """Write a number as a person reads it: thousands apart, a true minus, no sign on nothing."""
    if not np.isfinite(value):
        return "–"
    amount = round(value * reading.factor, reading.decimals) + 0.0
    sign = "+" if signed and amount > 0 else ""
    return f"{sign}{amount:,.{reading.decimals}f}".replace("-", "−")
