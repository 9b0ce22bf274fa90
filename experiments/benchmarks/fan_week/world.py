"""The crowd of a fan-week as plain columns: numbers, graphs and a first state that all contenders start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.dice import stream_key
from sim.kernels import fandom_graph
from sim.kernels.blocks import compiled

f4 = np.float32

GROUPS = 440
TIES = 10
GRAPHS = ("ring", "random", "scale-free")
SEED = 1

PERSISTENCE, PUSH, PULL, NOISE = f4(0.9), f4(0.05), f4(0.05), f4(0.1)
SPEED, KEPT = f4(0.1), f4(0.98)
CHANCE_AT_REST, CHANCE_PER_ATTACHMENT = f4(0.1), f4(0.6)
KEY = stream_key(SEED, "fan-week")
"""Where the luck of the addressed contenders stands (seed and stream; fan and week make the rest of the address)."""

SUMS = ("dissatisfaction", "attachment", "shares")
STATE = ("dissatisfaction", "attachment", "records", "sums")


@dataclass(frozen=True)
class World:
    """Everything a contender is given: the graph in CSR form (int32), columns (fans,), tables (groups,)."""

    graph: str
    offsets: np.ndarray
    targets: np.ndarray
    group: np.ndarray
    hours: np.ndarray
    susceptibility: np.ndarray
    home: np.ndarray
    dissatisfaction: np.ndarray
    attachment: np.ndarray
    records: np.ndarray
    ideal: np.ndarray
    presence: np.ndarray

    @property
    def fans(self) -> int:
        """How many fans there are."""
        return self.group.size


class Crowd:
    """A contender: it copies what it changes, lives week after week, and can be asked for its state."""

    def __init__(self, world: World, luck: bool = True) -> None:
        self.world, self.luck, self.weeks = world, luck, 0

    def week(self) -> None:
        """Live one week."""
        raise NotImplementedError

    def state(self) -> dict[str, np.ndarray]:
        """Columns named in STATE; `sums` has the shape (groups, 3)."""
        raise NotImplementedError


def build(fans: int, graph: str = "random") -> World:
    """A crowd of so many fans on one of GRAPHS; the same every time."""
    offsets, targets = _ties(fans, graph)
    dice = np.random.default_rng(SEED)
    group = (GROUPS * dice.random(fans, dtype=f4) ** 2).astype(np.uint16)  # few groups have many fans
    home = dice.standard_normal(fans, dtype=f4)
    return World(
        graph=graph,
        offsets=offsets,
        targets=targets,
        group=np.minimum(group, GROUPS - 1),
        hours=dice.random(fans, dtype=f4) * f4(20),
        susceptibility=dice.random(fans, dtype=f4),
        home=home,
        dissatisfaction=home + dice.standard_normal(fans, dtype=f4) * f4(0.5),
        attachment=dice.random(fans, dtype=f4),
        records=np.zeros(fans, f4),
        ideal=dice.random(GROUPS, dtype=f4),
        presence=dice.random(GROUPS, dtype=f4),
    )


def _ties(fans: int, graph: str) -> tuple[np.ndarray, np.ndarray]:
    """Offsets (fans + 1,) and targets (fans x about TIES,) of a graph, both int32."""
    if graph == "scale-free":
        return _scale_free(fans, TIES // 2, np.random.default_rng(SEED))
    distant = {"ring": 0.0, "random": 1.0}[graph]
    offsets, targets = fandom_graph(fans, TIES, distant, SEED)
    return offsets.astype(np.int32), targets


def _scale_free(fans: int, each: int, dice: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ties by preferential attachment (Barabási and Albert 1999), the fans then renumbered at random."""
    ends = np.empty(2 * fans * each, np.int32)
    _attach_preferentially(ends, each, dice.integers(0, 2**32, dtype=np.uint64))
    number = dice.permutation(fans).astype(np.int32)
    offsets = np.zeros(fans + 1, np.int32)
    targets = np.empty(ends.size, np.int32)
    _file_ties(ends, number, offsets, targets)
    return offsets, targets


@compiled
def _attach_preferentially(ends: Any, each: Any, state: Any) -> None:
    """The first few know one another; a later fan's tie leads to an end of any earlier tie: who has many gets more."""
    for tie in range(ends.size // 2):
        fan = tie // each
        ends[2 * tie] = fan
        if fan <= each:
            ends[2 * tie + 1] = (fan + 1 + tie % each) % (each + 1)
            continue
        state = np.uint64(state) * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        ends[2 * tie + 1] = ends[(state >> np.uint64(33)) % np.uint64(2 * each * fan)]


@compiled
def _file_ties(ends: Any, number: Any, offsets: Any, targets: Any) -> None:
    """File both directions of every tie (pairs of ends) under the fans' new numbers."""
    for place in range(ends.size):
        offsets[number[ends[place]] + 1] += 1
    for fan in range(offsets.size - 1):
        offsets[fan + 1] += offsets[fan]
    free = offsets[:-1].copy()
    for place in range(ends.size):
        fan = number[ends[place]]
        targets[free[fan]] = number[ends[place ^ 1]]
        free[fan] += 1
