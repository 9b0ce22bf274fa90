"""Pasts that worlds share: a world as it stood in some week, kept with the life that led there.

A world that differs from it in later weeks only goes on from there, to the same bits, and lives no week twice.
"""

from __future__ import annotations

import pickle
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from sim.agents.memory import Event
from sim.app.glance import Glance
from sim.app.life import Life
from sim.scenario import Scenario
from sim.snapshots import SavedWorld, name_of_past, names_of_pasts

ROOM = 128_000_000  # bytes that kept pasts may take together
LARGEST = 250_000  # fan agents; a larger world is not kept, for carrying it about costs more than it saves


@dataclass(frozen=True)
class Past:
    """A world as it stood, and what was told of its weeks until then."""

    world: SavedWorld = field(repr=False)
    names: tuple[str, ...]
    rows: np.ndarray = field(repr=False)
    events: tuple[Event, ...] = field(repr=False)
    glances: tuple[Glance, ...] = field(repr=False)

    def open(self, life: Life) -> None:
        """Let a life begin with these weeks."""
        life.add(self.names, self.rows, self.events, self.glances)


def may_be_shared(scenario: Scenario) -> bool:
    """Whether worlds of a scenario may go on from one another: what a plug-in remembers is known to it alone."""
    return not scenario.plugins


class Pasts:
    """The pasts that one server keeps, of all visitors together; the longest unused go first."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._lock = room, threading.Lock()
        self._kept: OrderedDict[tuple[int, str, bool], tuple[Past, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def worth_keeping(self, scenario: Scenario, week: int, past: Past | None) -> bool:
        """Whether a world that goes on from a past, if from any, should be kept as it stands after a week."""
        known = past is not None and past.world.week == week
        return not known and week < scenario.weeks and scenario.fans <= LARGEST and may_be_shared(scenario)

    def keep(self, life: Life, world: SavedWorld, glances: bool = True) -> None:
        """Keep a world that this life has led to, and the life until then; `glances` tells whether it has any."""
        weeks = world.week + 1
        past = Past(
            world, life.names, life.table()[:weeks].copy(), tuple(life.events),
            tuple(glance for glance in life.glances if glance.week < weeks),
        )  # fmt: skip
        name, size = name_of_past(life.scenario, world.week), len(pickle.dumps(past))
        with self._lock:
            self._kept[world.week, name, glances] = past, size
            while sum(size for _, size in self._kept.values()) > self._room:
                self._kept.popitem(last=False)

    def find(self, scenario: Scenario, week: int, glances: bool = True) -> Past | None:
        """The longest past of this scenario that is kept and ends with a week or earlier."""
        if not may_be_shared(scenario):
            return None
        with self._lock:
            ends = {end for end, _, _ in self._kept if end <= min(week, scenario.weeks)}
        names = names_of_pasts(scenario, ends)
        with self._lock:
            for end in sorted(ends, reverse=True):
                if (key := (end, names[end], glances)) in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key][0]
        return None

    def forget(self) -> None:
        """Keep none of them any more."""
        with self._lock:
            self._kept.clear()
