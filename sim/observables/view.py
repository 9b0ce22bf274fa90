"""What we look at: named, labelled readings of a world, with units. They read and never write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.idol import ADULT_AGE
from sim.kernels import survey as survey_kernel
from sim.kernels import sweep
from sim.kernels.blocks import blocks_of
from sim.kernels.fans import DISSATISFACTION_BINS
from sim.params import LimelightError
from sim.plugins import Observable as Observable
from sim.plugins import with_own_observables
from sim.processes import beauty

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
        self.sums, self.bins = sums.sum(axis=0), bins.sum(axis=0)

    def per_fan(self, place: int) -> float:
        """Mean over active fans of one of the survey's sums."""
        return ratio(self.sums[place], self.sums[0])

    def of_groups(self, values: np.ndarray) -> float:
        """Mean over living groups."""
        return _mean(values[self.industry.groups.rows])

    def of_idols(self, values: np.ndarray, which: np.ndarray | None = None) -> float:
        """Mean over idols under contract; 0 where there is none of the kind."""
        idols = self.industry.idols
        return _mean(values[idols.rows if which is None else idols.alive & which])

    def of_minors(self, values: np.ndarray) -> float:
        """Mean over idols under 18; 0 where there is none."""
        return _mean(values[self.minors])

    @cached_property
    def minors(self) -> np.ndarray:
        """Rows of the idols under 18 under contract."""
        idols = self.industry.idols
        return np.flatnonzero(idols.alive & (idols.age < ADULT_AGE))

    def of_agencies(self, values: np.ndarray, which: np.ndarray | None = None) -> float:
        """Mean over living agencies; 0 where there is none of the kind."""
        agencies = self.industry.agencies
        return _mean(values[agencies.rows if which is None else agencies.alive & which])

    def feed_of(self, low: float, high: float) -> float:
        """Mean appearance share of the feed of fans between two quantiles of dissatisfaction."""
        before, reached, shown = self._feed
        weight = np.maximum(np.minimum(reached, high) - np.maximum(before, low), 0)
        return float((weight * shown).sum() / weight.sum())

    @cached_property
    def _feed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each bin of dissatisfaction: shares of fans below its ends, and the appearance share of their feed."""
        numbers = self.industry.numbers
        centre = (np.arange(DISSATISFACTION_BINS) + 0.5) * 12 / DISSATISFACTION_BINS - 6
        felt = np.clip(centre, -numbers.feed_limit, numbers.feed_limit)
        shown = np.minimum(1, numbers.feed_appearance_share * np.exp(beauty.feed_gain(self.industry) * felt))
        reached = np.cumsum(self.bins) / self.bins.sum()
        return reached - self.bins / self.bins.sum(), reached, shown


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


def _mean(values: np.ndarray) -> float:
    """The mean of some values; 0 of none."""
    return float(values.sum() / values.size) if values.size else 0.0


def ratio(part: float, whole: float) -> float:
    """A share of something that may be empty; 0 where it is."""
    return float(part / whole) if whole > 0 else 0.0


