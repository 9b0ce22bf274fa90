"""What a world remembers: the yardsticks of its first day, the counts of the last year, and its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.params import SENSITIVITY_CLASSES, WEEKS_PER_YEAR


class Event(NamedTuple):
    """Something that happened to somebody in a week."""

    week: int
    kind: str
    subject: str
    magnitude: float
    detail: str


@dataclass
class Baseline:
    """Yardsticks measured on the first day and kept: what later weeks are compared with."""

    pieces: float = 1.0
    """Mean pieces a week of a group."""
    editing_advantage: float = 1.0
    exposure_mean: float = 0.0
    exposure_sd: float = 1.0
    vulnerable_from: float = 0.0
    """Susceptibility above which a fan counts to the vulnerable third."""
    attachment: float = 0.0
    """Mean attachment of fans to their main group."""
    consent: float = 1.0
    inflow: np.ndarray = field(default_factory=lambda: np.zeros(len(SENSITIVITY_CLASSES)))
    """Weekly inflow of records per hour of use of a consenting fan with the account, per sensitivity class."""
    records: float = 1.0
    """Mean records of a fan agent over the classes, so that the index starts at 1."""
    callout_hazard: float = 0.0
    """Hazard of a call-out per unit of offence, so that the average first release has the sourced rate."""
    protection: float = 1.0
    idol_pressure: float = 1.0
    """Mean pressure on idols, since only its change may be read."""


class Tally:
    """Counts over the last 52 weeks (since the start, in the first year)."""

    def __init__(self) -> None:
        self.weeks: dict[str, np.ndarray] = {}
        self.place = 0

    def begin_week(self, week: int) -> None:
        """Opens a week: what was counted a year ago drops out."""
        self.place = week % WEEKS_PER_YEAR
        for counts in self.weeks.values():
            counts[self.place] = 0

    def _counts(self, kind: str) -> np.ndarray:
        return self.weeks.setdefault(kind, np.zeros(WEEKS_PER_YEAR))

    def add(self, kind: str, amount: float) -> None:
        """Counts so much of a kind in the running week."""
        self._counts(kind)[self.place] += amount

    def note_largest(self, heads: float) -> None:
        """Remembers the largest breach of each week."""
        largest = self._counts("largest_breach")
        largest[self.place] = max(largest[self.place], heads)

    def total(self, kind: str) -> float:
        """Sum over the last year."""
        return float(self.weeks[kind].sum()) if kind in self.weeks else 0.0  # looking on leaves no trace

    def largest_breach(self) -> float:
        """Largest breach of the last year, in people."""
        return float(self.weeks["largest_breach"].max()) if "largest_breach" in self.weeks else 0.0
