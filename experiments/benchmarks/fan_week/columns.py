"""The fan-week in numpy, as a good user of numpy writes it, and with scipy's sparse product for the neighbours."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from fan_week.world import (
    CHANCE_AT_REST,
    CHANCE_PER_ATTACHMENT,
    GROUPS,
    KEPT,
    NOISE,
    PERSISTENCE,
    PULL,
    PUSH,
    SEED,
    SPEED,
    Crowd,
    World,
    f4,
)


class InNumpy(Crowd):
    """Whole columns at a time; neighbours by fancy indexing and `np.add.reduceat`; float32 draws of a Generator."""

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        self.dissatisfaction = world.dissatisfaction.copy()
        self.attachment = world.attachment.copy()
        self.records = world.records.copy()
        self.sums = np.zeros((GROUPS, 3))
        self.dice = np.random.default_rng(SEED)
        self.starts = world.offsets[:-1]
        self.pull_each = PULL / np.diff(world.offsets).astype(f4)
        self.group = world.group.astype(np.intp)  # what indexing and bincount would turn it into each time

    def around(self) -> np.ndarray:
        """The sum of the neighbours' dissatisfaction."""
        return np.add.reduceat(self.dissatisfaction[self.world.targets], self.starts)

    def week(self) -> None:
        """Live one week; every line is one or two passes over columns."""
        world, now = self.world, self.dissatisfaction
        after = now - world.home
        after *= PERSISTENCE
        after += world.home
        after += PUSH * world.susceptibility * (world.hours * world.ideal[self.group])
        after += self.pull_each * self.around()
        after -= PULL * now
        if self.luck:
            after += NOISE * self.dice.standard_normal(now.size, dtype=f4)
        self.attachment += SPEED * (world.presence[self.group] - self.attachment)
        chance = CHANCE_AT_REST + CHANCE_PER_ATTACHMENT * self.attachment
        shares = (self.dice.random(now.size, dtype=f4) if self.luck else f4(0.5)) < chance
        self.records *= KEPT
        self.records += shares
        self.dissatisfaction = after
        for column, values in enumerate((after, self.attachment, shares)):
            self.sums[:, column] = np.bincount(self.group, values, GROUPS)
        self.weeks += 1

    def state(self) -> dict[str, np.ndarray]:
        """The columns as they are."""
        return {"dissatisfaction": self.dissatisfaction, "attachment": self.attachment, "records": self.records,
                "sums": self.sums}


class InScipy(InNumpy):
    """The same with the neighbours' sum as a product of the sparse adjacency matrix with the column."""

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        ones = np.ones(world.targets.size, f4)
        self.adjacency = sparse.csr_array((ones, world.targets, world.offsets), shape=(world.fans, world.fans))

    def around(self) -> np.ndarray:
        """The sum of the neighbours' dissatisfaction."""
        return self.adjacency @ self.dissatisfaction
