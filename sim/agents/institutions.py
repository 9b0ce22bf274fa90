"""Institutions: the platform, the regulator, the source cultures and the pool of creative staff.

Each exists once in a world, so each is one record, not a population.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.params import CULTURES


@dataclass
class Platform:
    """The feed that ranks appearance content, and what circulates on it."""

    appearance_norm: float = 1.0
    first_norm: float = 1.0
    checking: float = 0.0
    """Extra use in the weeks after a headline breach, when people check their accounts."""
    deepfake_volume: float = 1.0
    """Deepfakes of idols in circulation, against week 0."""
    reporting: float = 1.0
    """How readily deepfakes are reported; jumps with a crackdown and fades."""
    literacy_weeks: int = 0
    """Weeks since a media-literacy programme began; 0 where none runs."""
    takedown_running: bool = False


@dataclass(order=True)
class Notice:
    """Something about a breach that comes due in a later week: its disclosure, or a fine for it."""

    week: int
    what: str
    holder_kind: str
    row: int
    heads: float
    share: float
    """Exposed heads as a share of the holder's heads."""


@dataclass
class Regulator:
    """The data and labour authority: a number of investigations a year, and cases that wait."""

    notices: list[Notice] = field(default_factory=list)
    open_cases: float = 0.0
    """Breaches of the last year, fading, that would deserve an investigation."""

    def due(self, week: int, what: str) -> list[Notice]:
        """Takes the notices of this kind that are due by this week off the list, oldest first."""
        ready = sorted(notice for notice in self.notices if notice.week <= week and notice.what == what)
        self.notices = [notice for notice in self.notices if notice not in ready]
        return ready


@dataclass
class Staff:
    """Creative staff as a pool: demand for their hours and their fear of losing work; week 0 without AI is 1."""

    demand: float = 1.0
    employed: float = 1.0
    freelance: float = 1.0
    insecurity: float = 0.0


class SourceCultures:
    """The cultures that songs draw on, and a fading record of how the last year's releases treated them.

    Arrays are in the order of ``CULTURES``. ``weight`` is the (fading) number of releases remembered.
    """

    def __init__(self, memory_weeks: float) -> None:
        self.keep = 1 - 1 / memory_weeks
        self.weight = 0.0
        self.mix = np.zeros(len(CULTURES))
        self.score = 0.0
        self.borrowed = 0.0
        self.credited = 0.0
        self.ai_weight = 0.0
        self.intended_by_ai = 0.0
        self.retained_by_ai = 0.0
        self.marked = 0.0
        self.novelty = 0.0
        self.attributed = np.zeros(len(CULTURES))
        self.paid = np.zeros(len(CULTURES))

    def forget(self) -> None:
        """One week passes: older releases count a little less."""
        for name in REMEMBERED:
            setattr(self, name, getattr(self, name) * self.keep)

    def scale_to(self, releases: float) -> None:
        """Sets how many releases the memory stands for, keeping their average (used when a world is built)."""
        factor = releases / self.weight
        for name in REMEMBERED:
            setattr(self, name, getattr(self, name) * factor)

    @property
    def released_mix(self) -> np.ndarray:
        """The average mixture of remembered releases, shape (6,), sums to 1."""
        return self.mix / self.weight


REMEMBERED = ("weight", "mix", "score", "borrowed", "credited", "ai_weight", "intended_by_ai", "retained_by_ai",
              "marked", "novelty", "attributed")
"""What fades with time in the record of releases."""
