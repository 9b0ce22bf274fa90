"""What is known of a world while it is being lived: a row of observables for each week, events, and some glances."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from sim.agents.memory import Event
from sim.app.glance import Glance
from sim.app.shapes import Mark, Weeks
from sim.params import LimelightError
from sim.scenario import Scenario


class LifeError(LimelightError):
    """A world could not be lived on; the message says in which week and why."""


@dataclass
class Life:
    """The record of one world from week `first` on; it only grows, and may be read while it does."""

    scenario: Scenario
    first: int = 0
    done: bool = False
    failure: str = ""
    glances: list[Glance] = field(default_factory=list, repr=False)
    events: list[Event] = field(default_factory=list, repr=False)
    names: tuple[str, ...] = ()
    _rows: list[np.ndarray] = field(default_factory=list, repr=False)
    _dates: tuple[date, ...] = field(default=(), repr=False)
    _marks: dict[str, list[Mark]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows)

    @property
    def week(self) -> int:
        """The last week that has been lived; one before the first where there is none yet."""
        return self.first + len(self) - 1

    @property
    def stamp(self) -> tuple[int, int, bool, str]:
        """Something that changes whenever there is more to show."""
        return id(self), len(self), self.done, self.failure

    def add(
        self, names: tuple[str, ...], rows: np.ndarray, events: Sequence[Event] = (), glances: Sequence[Glance] = ()
    ) -> None:
        """Take in some more weeks: a row for each, a column for each name."""
        with self._lock:
            self.names = names
            self.glances.extend(glances)
            self.events.extend(events)
            self._rows.append(rows)

    def end(self) -> None:
        """It has reached its last week."""
        self.done = True

    def fail(self, why: str) -> None:
        """It will never reach its last week."""
        self.failure = why

    def begin_again(self) -> None:
        """Nothing is known of it any more."""
        with self._lock:
            self._rows, self.events, self.glances, self._marks, self.failure = [], [], [], {}, ""

    def table(self) -> np.ndarray:
        """All weeks so far, shape (weeks, observables)."""
        with self._lock:
            if len(self._rows) > 1:
                self._rows = [np.concatenate(self._rows)]
            return self._rows[0] if self._rows else np.zeros((0, len(self.names)))

    def column(self, name: str) -> np.ndarray:
        """One observable over the weeks so far."""
        return self.table()[:, self.names.index(name)] if name in self.names else np.zeros(0)

    def dates(self, weeks: int | None = None) -> tuple[date, ...]:
        """The Mondays of the weeks so far, or of so many weeks."""
        wanted = len(self) if weeks is None else weeks
        if len(self._dates) < wanted:
            first = self.scenario.date_of(self.first)
            self._dates = tuple(first + timedelta(weeks=week) for week in range(wanted))
        return self._dates[:wanted]

    def marks(self, world: str) -> tuple[Mark, ...]:
        """Its events as marks on curves."""
        start = self.scenario.start
        with self._lock:  # visitors who look at the same world draw at the same time
            known = self._marks.setdefault(world, [])
            for event in self.events[len(known) :]:
                day = start + timedelta(weeks=event.week)
                known.append(Mark(day, event.kind, event.subject, event.detail, world, event.magnitude))
            return tuple(known)

    def weeks(self, world: str) -> Weeks:
        """The same as a table that can be taken away."""
        table = self.table()
        columns = {name: table[:, place] for place, name in enumerate(self.names)}
        return Weeks(self.dates()[: len(table)], columns, self.marks(world))


def checked(row: dict[str, float], week: int) -> list[float]:
    """The values of a row; one that is no number ends the world with a sentence."""
    for name, value in row.items():
        if not math.isfinite(value):
            raise LifeError(
                f"the observable '{name}' is {value} in week {week}: some number of this scenario drives the model out"
                " of its bounds; take it back towards its default."
            )
    return list(row.values())


def sentence(error: BaseException) -> str:
    """Why a world ended, in one sentence that a visitor can read."""
    if isinstance(error, MemoryError):
        return "There is not enough memory for this world; choose fewer fan agents."
    text = " ".join(str(error).split())
    return text if isinstance(error, LimelightError) else f"{type(error).__name__}: {text or 'no reason was given'}"
