"""The fan-week as Limelight would write it: compiled, in tiles, with luck from the house's own dice.

A tile of AT_ONCE fans is small enough for the first cache. Within it the neighbours are gathered first, then luck is
thrown for the whole tile (a loop without branches, so the compiler throws for several fans at once), and only then the
fans are changed. Ties are filed so that within a tile fans with equally many follow one another: the processor then
guesses right where a fan's ties end. Sums are formed block by block in a fixed order: the bits do not depend on the
number of threads.
"""

from __future__ import annotations

import numpy as np

from fan_week.world import (
    CHANCE_AT_REST,
    CHANCE_PER_ATTACHMENT,
    GROUPS,
    KEPT,
    KEY,
    NOISE,
    PERSISTENCE,
    PULL,
    PUSH,
    SPEED,
    Crowd,
    World,
    f4,
)
from sim.dice import to_normal32, to_uniform32, words_at
from sim.kernels import BLOCK, blocks_of, sweep
from sim.kernels.blocks import AT_ONCE, compiled, fetch_early

FAR = 300_000
"""Above so many fans the column of dissatisfaction leaves the second cache, and asking ahead pays."""
AHEAD = np.uint64(64)
"""How many ties ahead a neighbour is asked for."""
HALF, u8 = f4(0.5), np.uint64  # unsigned places need no check for counting from the end


def lay_out(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """File the ties anew: within each tile, fans in the order of how many they have.

    Returns ``(offsets, seats, targets)``: the k-th fan so filed sits at ``seats[k]`` of its tile (uint16), and has the
    neighbours ``targets[offsets[k]:offsets[k + 1]]`` (uint32).
    """
    ties = np.diff(world.offsets)
    order = np.lexsort((ties, np.arange(world.fans) // AT_ONCE))
    offsets = np.zeros(world.fans + 1, np.uint32)
    np.cumsum(ties[order], out=offsets[1:])
    targets = np.empty(world.targets.size, np.uint32)
    _file(order, world.offsets, world.targets, offsets, targets)
    return offsets, (order % AT_ONCE).astype(np.uint16), targets


@compiled
def _file(order, old_offsets, old_targets, offsets, targets) -> None:
    for k in range(order.size):
        for place in range(offsets[k + 1] - offsets[k]):
            targets[offsets[k] + place] = old_targets[old_offsets[order[k]] + place]


@compiled
def _gather(now, offsets, seats, targets, start, around) -> None:
    """The mean dissatisfaction of the neighbours of a tile's fans, where it lies in the cache anyway."""
    for k in range(around.size):
        begin, end = u8(offsets[start + k]), u8(offsets[start + k + 1])
        total = f4(0)
        for place in range(begin, end):
            total += now[u8(targets[place])]
        around[u8(seats[start + k])] = total / f4(end - begin)


@compiled
def _gather_from_afar(now, offsets, seats, targets, start, around) -> None:
    """The same for columns larger than the cache: neighbours some way ahead are asked for in good time."""
    last = u8(targets.size - 1)
    for k in range(around.size):
        begin, end = u8(offsets[start + k]), u8(offsets[start + k + 1])
        total = f4(0)
        for place in range(begin, end):
            fetch_early(now, u8(targets[min(place + AHEAD, last)]))
            total += now[u8(targets[place])]
        around[u8(seats[start + k])] = total / f4(end - begin)


@compiled
def _throw(key0, key1, start, week, luck, normal, uniform) -> None:
    """Luck of a tile's fans: both numbers stand at one address, and without branches many are thrown at once."""
    for k in range(normal.size):
        word0, word1, _, _ = words_at(key0, key1, start + u8(k), week, 0)
        normal[k] = luck * to_normal32(to_uniform32(word0))
        uniform[k] = HALF + luck * (to_uniform32(word1) - HALF)


@compiled
def live(first, last, offsets, seats, targets, group, hours, susceptibility, home, now, after, attachment, records,
         ideal, presence, key0, key1, week, luck, sums) -> None:
    """One week of the fans of some blocks, tile by tile; ``sums`` (blocks, groups, 3) is written, not added to."""
    fans = now.size
    around, normal, uniform = np.empty(AT_ONCE, f4), np.empty(AT_ONCE, f4), np.empty(AT_ONCE, f4)
    for block in range(first, last):
        sums[block] = 0
        end = min((block + 1) * BLOCK, fans)
        for start in range(block * BLOCK, end, AT_ONCE):
            size = min(AT_ONCE, end - start)
            if fans > FAR:
                _gather_from_afar(now, offsets, seats, targets, u8(start), around[:size])
            else:
                _gather(now, offsets, seats, targets, u8(start), around[:size])
            _throw(key0, key1, u8(start), week, luck, normal[:size], uniform[:size])
            for k in range(u8(size)):
                i = u8(start) + k
                mine, feeling = u8(group[i]), now[i]
                exposure = hours[i] * ideal[mine]
                felt = home[i] + PERSISTENCE * (feeling - home[i]) + PUSH * susceptibility[i] * exposure
                felt += PULL * (around[k] - feeling)
                felt += NOISE * normal[k]
                after[i] = felt
                attached = attachment[i] + SPEED * (presence[mine] - attachment[i])
                attachment[i] = attached
                shares = f4(uniform[k] < CHANCE_AT_REST + CHANCE_PER_ATTACHMENT * attached)
                records[i] = KEPT * records[i] + shares
                sums[block, mine, 0] += felt
                sums[block, mine, 1] += attached
                sums[block, mine, 2] += shares


class InKernel(Crowd):
    """Our kernel on one thread."""

    threads = 1

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        self.now, self.after = world.dissatisfaction.copy(), np.empty(world.fans, f4)
        self.attachment, self.records = world.attachment.copy(), world.records.copy()
        self.by_block = np.zeros((blocks_of(world.fans), GROUPS, 3))
        self.sums = np.zeros((GROUPS, 3))
        self.ties = lay_out(world)

    def week(self) -> None:
        """Live one week."""
        world = self.world
        sweep(live, world.fans, self.threads, *self.ties, world.group, world.hours, world.susceptibility,
              world.home, self.now, self.after, self.attachment, self.records, world.ideal,
              world.presence, *KEY, self.weeks, f4(self.luck), self.by_block)
        self.by_block.sum(axis=0, out=self.sums)
        self.now, self.after = self.after, self.now
        self.weeks += 1

    def state(self) -> dict[str, np.ndarray]:
        """The columns as they are."""
        return {"dissatisfaction": self.now, "attachment": self.attachment, "records": self.records, "sums": self.sums}


class InKernelTwice(InKernel):
    """Our kernel on two threads."""

    threads = 2
