"""What we look at: named, labelled readings of a world, with units. They read and never write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.idol import ADULT_AGE
from sim.kernels import survey as survey_kernel
from sim.kernels import sweep
from sim.kernels.blocks import blocks_of
from sim.kernels.fans import DISSATISFACTION_BINS
from sim.kernels.readings import mean_at, shares_between
from sim.params import LimelightError
from sim.plugins import Observable as Observable
from sim.plugins import with_own_observables
from sim.processes import beauty
from sim.processes.rosters import rows_where

if TYPE_CHECKING:
    from sim.industry import Industry

THEMES = ("beauty", "work", "data", "culture", "benefits", "structure")


@dataclass
class View:
    """A world on one week, with the counts of its fans that several observables share."""

    industry: Industry
    sums: np.ndarray = field(init=False)
    bins: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        industry, fans, numbers = self.industry, self.industry.fans, self.industry.numbers
        f4 = np.float32
        sums = np.zeros((blocks_of(fans.size), 14))
        bins = np.zeros((len(sums), DISSATISFACTION_BINS), dtype=np.int64)
        sweep(survey_kernel, fans.size, industry.threads, fans.alive, fans.dissatisfaction, fans.susceptibility,
              f4(industry.baseline.vulnerable_from), f4(numbers.feels_fat_threshold), fans.exposure, fans.attachment,
              fans.trust, f4(numbers.trust_start), f4(numbers.use_from_trust), fans.records, fans.harm, sums, bins)
        self.sums, self.bins = (sums[0], bins[0]) if len(sums) == 1 else (sums.sum(axis=0), bins.sum(axis=0))

    def per_fan(self, place: int) -> float:
        """Mean over active fans of one of the survey's sums."""
        return ratio(self.sums.item(place), self.sums.item(0))

    def of_groups(self, values: np.ndarray) -> float:
        """Mean over living groups."""
        return _mean_at(values, self.industry.groups.rows)

    def of_idols(self, values: np.ndarray, which: np.ndarray | None = None) -> float:
        """Mean over idols under contract; 0 where there is none of the kind."""
        idols = self.industry.idols
        return _mean_at(values, idols.rows if which is None else _rows_where(idols.alive & which))

    def of_minors(self, values: np.ndarray) -> float:
        """Mean over idols under 18; 0 where there is none."""
        return _mean_at(values, self.minors)

    @cached_property
    def minors(self) -> np.ndarray:
        """Rows of the idols under 18 under contract."""
        idols = self.industry.idols
        return _rows_where(idols.alive & (idols.age < ADULT_AGE))

    def of_agencies(self, values: np.ndarray, which: np.ndarray | None = None) -> float:
        """Mean over living agencies; 0 where there is none of the kind."""
        agencies = self.industry.agencies
        return _mean_at(values, agencies.rows if which is None else _rows_where(agencies.alive & which))

    def of_large_agencies(self, values: np.ndarray) -> float:
        """Mean over the few large agencies; 0 where there is none."""
        return _mean_at(values, self._large_and_small[0])

    def of_small_agencies(self, values: np.ndarray) -> float:
        """Mean over living agencies that are not large; 0 where there is none."""
        return _mean_at(values, self._large_and_small[1])

    @cached_property
    def _large_and_small(self) -> tuple[np.ndarray, np.ndarray]:
        agencies = self.industry.agencies
        return _rows_where(agencies.alive & agencies.big), _rows_where(agencies.alive & ~agencies.big)

    @cached_property
    def heads(self) -> tuple[np.ndarray, np.ndarray]:
        """Whose records lie in the files of each living agency and of each service, in heads."""
        agencies, services = self.industry.agencies, self.industry.services
        return agencies.heads * agencies.alive, services.heads * services.alive

    def per_head(self, of_agencies: np.ndarray, of_services: np.ndarray) -> float:
        """Mean over agencies and services, weighed by heads."""
        at_agencies, at_services = self.heads
        return ratio(float((at_agencies * of_agencies).sum() + (at_services * of_services).sum()), self._all_heads)

    @cached_property
    def _all_heads(self) -> float:
        at_agencies, at_services = self.heads
        return float(at_agencies.sum() + at_services.sum())

    @cached_property
    def adoption(self) -> np.ndarray:
        """Share of living agencies that use a tool of each kind, shape (6,)."""
        agencies = self.industry.agencies
        return agencies.alive.astype(float) @ agencies.adopted / max(len(agencies), 1)

    def feed_of(self, low: float, high: float) -> float:
        """Mean appearance share of the feed of fans between two quantiles of dissatisfaction."""
        numbers, gain = self.industry.numbers, beauty.feed_gain(self.industry)
        shown = _shown_at(float(gain), float(numbers.feed_limit), float(numbers.feed_appearance_share))
        weight = shares_between(self.bins, float(low), float(high))
        return float((weight * shown).sum() / weight.sum())


@lru_cache(maxsize=16)
def _shown_at(gain: float, limit: float, share: float) -> np.ndarray:
    """Appearance share of the feed in each bin of dissatisfaction; the same from week to week until a law moves it."""
    centre = (np.arange(DISSATISFACTION_BINS) + 0.5) * 12 / DISSATISFACTION_BINS - 6
    shown = np.minimum(1, share * np.exp(gain * np.clip(centre, -limit, limit)))
    shown.flags.writeable = False
    return shown


OBSERVABLES: dict[str, Observable] = {}
"""Name -> observable, in the order in which results list them."""


def observable(theme: str, unit: str, label: str) -> Callable[[Callable[[View], float]], Callable[[View], float]]:
    """Registers a function of a View as an observable; its docstring is the meaning, its name the name."""

    def register(measure: Callable[[View], float]) -> Callable[[View], float]:
        if measure.__module__.rpartition(".")[0] != __package__:  # or it would reach every world of this process
            raise LimelightError("an observable of your own is marked by `observable` of sim.plugins; import that one.")
        name, meaning = measure.__name__, (measure.__doc__ or "").strip()
        OBSERVABLES[name] = Observable(name, theme, label, unit, meaning, measure)
        return measure

    return register


def observe(industry: Industry) -> dict[str, float]:
    """All observables of a world as it stands, in order of declaration, those of its plug-ins last."""
    view = View(industry)
    every = with_own_observables(OBSERVABLES, industry.plugins) if industry.plugins else OBSERVABLES
    return {name: float(entry.measure(view)) for name, entry in every.items()}


def _mean_at(values: np.ndarray, rows: np.ndarray) -> float:
    """The mean of the values in some rows; 0 of none."""
    if not rows.size:
        return 0.0
    if values.dtype == np.float64:
        return mean_at(values, rows)
    chosen = values[rows]
    total = np.count_nonzero(chosen) if chosen.dtype == bool else chosen.sum()  # counting takes a third of adding up
    return float(total / rows.size)


def _rows_where(holds: np.ndarray) -> np.ndarray:
    """Rows in which a mask holds; not for writing, like those of the living, or ``mean_at`` is compiled twice."""
    rows = rows_where(holds)
    rows.flags.writeable = False
    return rows


def quantile(values: np.ndarray, share: float) -> float:
    """The value below which a share of them lies, between two neighbours on a straight line; 0 of none.

    It is ``np.quantile`` to the bit, without the time that takes over a few thousand values.
    """
    if not values.size:
        return 0.0
    place = (values.size - 1) * share
    below = int(place)
    above = min(below + 1, values.size - 1)
    parted = np.partition(values, (below, above))
    low, high, part = float(parted[below]), float(parted[above]), place - below
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def median(values: np.ndarray) -> float:
    """The middle value, or the mean of the two in the middle; 0 of none. It is ``np.median`` to the bit."""
    if not values.size:
        return 0.0
    middle = ((values.size - 1) // 2, values.size // 2)
    parted = np.partition(values, middle)
    low, high = float(parted[middle[0]]), float(parted[middle[1]])
    return low if middle[0] == middle[1] else (low + high) / 2


def ratio(part: float, whole: float) -> float:
    """A share of something that may be empty; 0 where it is."""
    return float(part / whole) if whole > 0 else 0.0


