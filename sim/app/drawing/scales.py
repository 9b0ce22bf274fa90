"""How numbers and dates become places on paper, and how they are written for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from sim.analysis import Reading, written
from sim.app.shapes import Look

MOST_DECIMALS = 4
LEAST_SPAN = 0.08  # of the largest value: what an axis spans at least, so that a small effect looks small
PADDING = 0.05  # of the span, left free beyond the lowest and the highest value
ROUND_STEPS = (1, 2, 2.5, 5, 10)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Scale:
    """A straight scale: values from `low` to `high` lie between the places `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where one value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def all(self, values: np.ndarray) -> np.ndarray:
        """Where many values lie."""
        return self.start + (values - self.low) * ((self.end - self.start) / (self.high - self.low))


def said(value: float, look: Look, signed: bool = False, decimals: int | None = None) -> str:
    """Write a raw value as people read it, without its unit: `62.1`, `−0.02`."""
    return written(value, Reading(look.factor, look.decimals if decimals is None else decimals), signed)


def spoken(value: float, look: Look, signed: bool = False) -> str:
    """Write a raw value with its unit: `62.1 hours a week`, `38 %`."""
    return f"{said(value, look, signed)} {look.unit}".rstrip()


def told_apart(one: float, other: float, look: Look) -> tuple[str, str]:
    """Write two values with one more decimal where they differ and would read the same."""
    plain = said(one, look), said(other, look)
    if one == other or plain[0] != plain[1]:
        return plain
    return said(one, look, decimals=look.decimals + 1), said(other, look, decimals=look.decimals + 1)


def extent(values: Sequence[np.ndarray], least: float = 0) -> tuple[float, float]:
    """Return the lowest and highest value that an axis shows, never so close that noise looks like news.

    The axis is at least `least` high, and a part of the largest value where that is more.
    """
    every = np.concatenate([np.asarray(each, dtype=float).ravel() for each in values])
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    lacking = max(least, LEAST_SPAN * max(abs(low), abs(high))) - (high - low)
    if lacking > 0:
        below = lacking / 2 if low < 0 else min(lacking / 2, low)  # what cannot be negative is not shown to be
        low, high = low - below, high + lacking - below
    low, high = (low - PADDING * (high - low) if low else low), high + PADDING * (high - low)
    return (low, high) if high > low else (low, low + 1)


def smoothed(values: np.ndarray, weeks: int) -> np.ndarray:
    """Return the mean of the last so many weeks, of fewer at the beginning; the past never changes by the future."""
    if weeks <= 1 or not len(values):
        return values
    summed = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - weeks)
    return (summed[ends] - summed[starts]) / (ends - starts)


def telling(values: np.ndarray, most: int) -> np.ndarray:
    """Return the weeks at which a line is drawn: all, or about `most`, the highest and lowest of every stretch kept."""
    weeks = len(values)
    if weeks <= most:
        return np.arange(weeks)
    stretch = -(-2 * weeks // most)
    rows = np.concatenate([values, np.full(-weeks % stretch, values[-1])]).reshape(-1, stretch)
    starts = np.arange(0, rows.size, stretch)
    high, low = np.where(np.isnan(rows), -np.inf, rows).argmax(1), np.where(np.isnan(rows), np.inf, rows).argmin(1)
    places = np.sort(np.minimum(np.concatenate([[0], starts + high, starts + low, [weeks - 1]]), weeks - 1))
    return places[np.diff(places, prepend=-1) > 0]


def round_ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Return the round values between two others, evenly apart; few more than `most`, and seldom fewer than two."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in ROUND_STEPS if power * size >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [place * step + 0.0 for place in range(first, last + 1)]


def tick_words(ticks: Sequence[float], factor: float = 1) -> list[str]:
    """Write ticks alike, with no more decimals than their steps need."""
    step = (ticks[1] - ticks[0]) * factor if len(ticks) > 1 else 1.0
    decimals = next(
        (many for many in range(MOST_DECIMALS) if abs(step - round(step, many)) < 1e-6 * step), MOST_DECIMALS
    )
    return [written(tick, Reading(factor, decimals)) for tick in ticks]


@lru_cache(maxsize=32)
def days_of(dates: tuple[date, ...]) -> np.ndarray:
    """Number days through, the unit of every time axis; all pictures of a world share their days."""
    days = np.fromiter((day.toordinal() for day in dates), dtype=float, count=len(dates))
    days.flags.writeable = False
    return days


def date_ticks(first: float, last: float, most: int) -> list[tuple[float, str]]:
    """Return days and their words for a time axis: years, or months where there are few years."""
    start, end = date.fromordinal(int(first)), date.fromordinal(int(last))
    months = (end.year - start.year) * 12 + end.month - start.month
    step = next((size for size in (1, 3, 6, 12, 24, 60, 120) if months // size <= most), 240)
    found = []
    # an axis that begins in the last days of a year begins, for its readers, with the next
    for month in range((start.year * 12 + start.month - 1) // step * step, end.year * 12 + end.month, step):
        day = date(month // 12, month % 12 + 1, 1)
        place = float(day.toordinal())
        if place < first - 0.5 or place > last + 0.5:
            continue
        plain_year = step >= 12 or (day.month == 1 and step > 1)
        found.append((place, str(day.year) if plain_year else f"{MONTHS[day.month - 1]} {day.year}"))
    return found if len(found) < 3 or step >= 12 else _short_months(found)


def _short_months(ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Write the year with the first month of it only."""
    shown, year = [], ""
    for place, text in ticks:
        month, _, of_year = text.rpartition(" ")
        shown.append((place, month if month and of_year == year else text))
        year = of_year
    return shown


def month_of(day: float) -> str:
    """Write the month of a day: `Mar 2029`."""
    when = date.fromordinal(int(day))
    return f"{MONTHS[when.month - 1]} {when.year}"
