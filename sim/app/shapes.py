"""What a picture is drawn of: plain values, already in the units that people read, and nothing of a world in them.

The page turns worlds into these shapes, `sim.app.drawing` turns them into SVG; neither knows the other's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

BETTER, WORSE, CHANGED, SAME = "better", "worse", "changed", "no change"
UNCLEAR, SO_FAR = "too close to call", "so far"
"""The words of a difference: for whom there is no better or worse it has changed; a few worlds are no verdict."""


@dataclass(frozen=True)
class Look:
    """How values of one unit are written: times `factor`, with so many `decimals`, followed by `unit`."""

    factor: float = 1
    decimals: int = 2
    unit: str = ""


@dataclass(frozen=True)
class Curve:
    """One observable over time in two worlds that share all luck: *present policy* and *mine*.

    `mine` may be shorter than `dates` while it is still being lived, so may `present`. `low` and `high` are the least
    and the most that *mine* comes to in replicate worlds, each averaged as the lines are; empty where there are none.
    """

    name: str
    label: str
    look: Look
    dates: tuple[date, ...]
    present: np.ndarray
    mine: np.ndarray
    low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    high: np.ndarray = field(default_factory=lambda: np.zeros(0))
    better_with: str = ""
    """`more`, `less`, or nothing where neither is better."""
    meaning: str = ""


@dataclass(frozen=True)
class Mark:
    """Something that happened in a week of one of the two worlds; `world` is `present`, `mine` or `both`."""

    day: date
    kind: str
    subject: str
    detail: str
    world: str = "both"
    magnitude: float = 0


@dataclass(frozen=True)
class Panel:
    """One small picture: a curve, marks on it, and the date that the world has reached.

    `horizon` is the last day of the axis, `least_extent` the least height of the value axis in shown units, so that
    a hair's breadth is not drawn as a mountain.
    """

    curve: Curve
    marks: tuple[Mark, ...] = ()
    horizon: date | None = None
    now: date | None = None
    least_extent: float = 0
    smoothed_weeks: int = 1
    brief: bool = False
    """Drawn many times a second: without what a pointer would be told."""


@dataclass(frozen=True)
class Card:
    """A headline: what it is now under *mine*, and the difference against *present policy*, as text and word."""

    name: str
    label: str
    value: str
    unit: str
    difference: str
    """Signed and with its unit, such as `−1.2 h`; `no change` where the two worlds are equal to the bit."""
    arrow: str
    """`up`, `down` or `flat`."""
    word: str
    """One of the words above."""
    interval: str = ""
    """Such as `−1.6 to −.9 over 6 worlds`; empty where there is one world only."""
    meaning: str = ""


@dataclass(frozen=True)
class Histogram:
    """How a state is spread over people in both worlds: shares in the bins between `edges` (one more than shares).

    `means` are those of the people themselves, under present policy and under mine, not of the bins.
    """

    label: str
    look: Look
    edges: np.ndarray
    present: np.ndarray
    mine: np.ndarray
    means: tuple[float, float]
    note: str = ""


@dataclass(frozen=True)
class GroupBars:
    """Means of one state for several groups of people in both worlds: (group, present, mine, better_with)."""

    label: str
    look: Look
    groups: tuple[tuple[str, float, float, str], ...]
    note: str = ""


@dataclass(frozen=True)
class Tile:
    """One agency, group or tool in the treemap: area by `size`, colour by `value`, inside its `parent`."""

    key: str
    """What a click says, such as `groups:12`."""
    label: str
    size: float
    value: float
    parent: str = ""
    detail: str = ""
    """What a pointer or a screen reader is told, such as `Group 12 of agency 3: 1.2 % of attention, 61 h`."""
    chosen: bool = False


@dataclass(frozen=True)
class Treemap:
    """Everybody of one kind; `low` to `high` is the range of the colour scale in raw values."""

    label: str
    size_label: str
    value_label: str
    look: Look
    tiles: tuple[Tile, ...]
    low: float
    high: float


@dataclass(frozen=True)
class Thread:
    """The life of one agent over time in both worlds; NaN where it was not there."""

    label: str
    look: Look
    dates: tuple[date, ...]
    present: np.ndarray
    mine: np.ndarray


@dataclass(frozen=True)
class Resolution:
    """How finely what is shown has been reckoned; the page says it at every moment."""

    fans: int
    worlds: int
    weeks_lived: int
    weeks: int
    full: bool
    """Whether these are the fans of the scenario itself, not a coarse stand-in."""
    band_worlds: int = 0
    """How many pairs of worlds the band is of; 0 where there is none."""
    band_fans: int = 0

    @property
    def text(self) -> str:
        """The same in words, such as `coarse: 2,000 fans, 1 world, band of 6`."""
        how = "" if self.full else "coarse: "
        text = f"{how}{self.fans:,} fan agents, {self.worlds} world{'s' * (self.worlds != 1)}"
        if self.weeks_lived < self.weeks:
            text += f", week {self.weeks_lived} of {self.weeks}"
        if self.band_worlds > 1:
            text += f" · band of {self.band_worlds} worlds of {self.band_fans:,}"
        return text


@dataclass(frozen=True)
class Weeks:
    """The rows of one world as a table keeps them: `rows[name][week]`, from the first lived week on."""

    dates: tuple[date, ...]
    columns: Mapping[str, np.ndarray]
    events: tuple[Mark, ...] = ()
