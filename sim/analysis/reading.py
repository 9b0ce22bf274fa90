"""How numbers are written for people: in which unit, with how many decimals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

RELATIVE_UNIT = "without AI = 100"
MOST_DECIMALS, SEEN_WHEN_ROUNDED = 4, 0.5


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


def written_effect(effect: float, reach: float, unit: str) -> tuple[str, str]:
    """Write an effect and how far its interval reaches to either side, with as many decimals as the effect has need of.

    What is not nothing is never written as 0: below the last decimal it is `~0`. No reach is known of a single pair.
    """
    factor = READINGS.get(unit, Reading()).factor
    size = abs(effect * factor)
    if size == 0:
        return "0", "–" if math.isnan(reach) else f"±{reach * factor:.2g}" if reach else "±0"
    decimals = min(max(1 - math.floor(math.log10(size)), 0), MOST_DECIMALS)
    shown = Reading(factor, decimals)
    amount = written(effect, shown, signed=True) if size * 10**decimals >= SEEN_WHEN_ROUNDED else "~0"
    beside = "~0" if 0 < reach * factor * 10**decimals < SEEN_WHEN_ROUNDED else written(reach, shown)
    return amount, beside if beside == "–" else f"±{beside}"


def short_unit(unit: str) -> str:
    """Return the unit in which an effect is written, short enough for a table: shares are points of a hundred."""
    return "% points" if unit == "share" else unit.replace("million", "M")
