"""Institutions: the platform, the regulator, the source cultures and the pool of creative staff.

Each exists once in a world, so each is one record, not a population.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

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


A_MIXTURE, NUMBER = (len(CULTURES),), np.dtype("f8").itemsize
RELEASE = np.dtype([
    ("weight", "f8"), ("mix", "f8", A_MIXTURE), ("score", "f8"), ("borrowed", "f8"), ("credited", "f8"),
    ("ai_weight", "f8"), ("intended_by_ai", "f8"), ("retained_by_ai", "f8"), ("marked", "f8"), ("novelty", "f8"),
    ("attributed", "f8", A_MIXTURE),
])  # fmt: skip
"""What is known of a song, and of the releases remembered as the (fading) sum of theirs; see ``SourceCultures``."""


class Remembered:
    """One part of the record of releases, read and written by its name."""

    def __set_name__(self, owner: type, name: str) -> None:
        kind, offset = RELEASE.fields[name][:2]  # type: ignore[index]
        first, numbers = offset // NUMBER, kind.itemsize // NUMBER
        self.place = slice(first, first + numbers) if kind.shape else first

    def __get__(self, cultures: SourceCultures | None, owner: type | None = None) -> Any:
        if cultures is None:
            return self
        return cultures.record[self.place] if type(self.place) is slice else cultures.record.item(self.place)

    def __set__(self, cultures: SourceCultures, value: ArrayLike) -> None:
        cultures.record[self.place] = value


class SourceCultures:
    """The cultures that songs draw on, and a fading record of how the last year's releases treated them.

    Mixtures are in the order of ``CULTURES``. ``record`` holds the numbers of a ``RELEASE`` in a row.
    """

    weight = Remembered()
    """The (fading) number of releases remembered; the rest are sums over them."""
    mix = Remembered()
    """Cultures in the songs."""
    score = Remembered()
    """Uncredited borrowing weighted by under-representation."""
    borrowed = Remembered()
    """Under-represented shares, credited or not."""
    credited = Remembered()
    ai_weight = Remembered()
    """Shares of the songs that AI made."""
    intended_by_ai = Remembered()
    """Under-represented share that makers intended in the AI-made parts."""
    retained_by_ai = Remembered()
    """What the AI-made parts kept of it."""
    marked = Remembered()
    """AI shares that carry provenance."""
    novelty = Remembered()
    """How far songs lay from what came before, 0 to 1 each."""
    attributed = Remembered()
    """Cultures in the AI-made songs, by what AI made of them."""

    def __init__(self, memory_weeks: float) -> None:
        self.keep = 1 - 1 / memory_weeks
        self.record = np.zeros(RELEASE.itemsize // NUMBER)
        self.paid = np.zeros(len(CULTURES))

    def forget(self) -> None:
        """One week passes: older releases count a little less."""
        self.record *= self.keep

    def remember(self, songs: np.ndarray) -> None:
        """Takes songs in, an array of ``RELEASE``."""
        self.record += songs.view(float).reshape(songs.size, -1).sum(axis=0)

    def scale_to(self, releases: float) -> None:
        """Sets how many releases the memory stands for, keeping their average (used when a world is built)."""
        self.record *= releases / self.weight

    @property
    def released_mix(self) -> np.ndarray:
        """The average mixture of remembered releases, shape (6,), sums to 1."""
        return np.asarray(self.mix / self.weight)
