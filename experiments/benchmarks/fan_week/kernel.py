"""The fan-week as Limelight would write it: compiled, in tiles, with luck from the house's own dice.

A tile is small enough for the first cache. Within it the neighbours are gathered first (the loads of the next fans
already under way), then luck is thrown for the whole tile (a loop without branches, so the compiler throws for several
fans at once), and only then the fans are changed. Sums are formed block by block in a fixed order: the bits do not
depend on the number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

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
from sim.kernels import BLOCK, sweep
from sim.kernels.blocks import blocks_of

TILE = 1024
"""Fans whose neighbours are gathered and whose luck is thrown at one go; three such buffers fit the first cache."""
FAR = 300_000
"""Above so many fans the column of dissatisfaction leaves the second cache, and asking ahead pays."""
AHEAD = np.uint64(64)
"""How many ties ahead a neighbour is asked for."""
HALF, u8 = f4(0.5), np.uint64  # unsigned places need no check for counting from the end

compiled = njit(cache=True, nogil=True, error_model="numpy")


@intrinsic
def prefetch(typing_context: Any, column: Any, index: Any) -> Any:
    """Ask for an element of a column before it is needed."""
    def write(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, values[0])
        place = builder.bitcast(builder.gep(array.data, [values[1]]), ir.IntType(8).as_pointer())
        whole = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer(), whole, whole, whole])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(fetch, [place, whole(0), whole(3), whole(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(column, index), write


@compiled
def _gather(now, offsets, targets, start, around) -> None:
    """Sum up the neighbours' dissatisfaction of a tile, where it lies in the cache anyway."""
    for k in range(around.size):
        total = f4(0)
        for place in range(u8(offsets[start + k]), u8(offsets[start + k + 1])):
            total += now[u8(targets[place])]
        around[k] = total


@compiled
def _gather_from_afar(now, offsets, targets, start, around) -> None:
    """The same for columns larger than the cache: neighbours some way ahead are asked for in good time."""
    last = u8(targets.size - 1)
    for k in range(around.size):
        total = f4(0)
        for place in range(u8(offsets[start + k]), u8(offsets[start + k + 1])):
            prefetch(now, u8(targets[min(place + AHEAD, last)]))
            total += now[u8(targets[place])]
        around[k] = total


@compiled
def _throw(key0, key1, start, week, luck, normal, uniform) -> None:
    """Luck of a tile's fans: both numbers stand at one address, and without branches many are thrown at once."""
    for k in range(normal.size):
        word0, word1, _, _ = words_at(key0, key1, start + u8(k), week, 0)
        normal[k] = luck * to_normal32(to_uniform32(word0))
        uniform[k] = HALF + luck * (to_uniform32(word1) - HALF)


@compiled
def live(first, last, offsets, targets, group, hours, susceptibility, home, now, after, attachment, records, ideal,
         presence, key0, key1, week, luck, sums) -> None:
    """One week of the fans of some blocks, tile by tile; ``sums`` (blocks, groups, 3) is written, not added to."""
    fans = now.size
    around, normal, uniform = np.empty(TILE, f4), np.empty(TILE, f4), np.empty(TILE, f4)
    for block in range(first, last):
        sums[block] = 0
        end = min((block + 1) * BLOCK, fans)
        for start in range(block * BLOCK, end, TILE):
            size = min(TILE, end - start)
            if fans > FAR:
                _gather_from_afar(now, offsets, targets, u8(start), around[:size])
            else:
                _gather(now, offsets, targets, u8(start), around[:size])
            _throw(key0, key1, u8(start), week, luck, normal[:size], uniform[:size])
            for k in range(u8(size)):
                i = u8(start) + k
                mine, feeling = u8(group[i]), now[i]
                exposure = hours[i] * ideal[mine]
                felt = home[i] + PERSISTENCE * (feeling - home[i]) + PUSH * susceptibility[i] * exposure
                ties = offsets[i + u8(1)] - offsets[i]
                if ties > 0:
                    felt += PULL * (around[k] / f4(ties) - feeling)
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
        self.targets = world.targets.view(np.uint32)
        self.offsets = world.offsets.view(np.uint32)

    def week(self) -> None:
        """Live one week."""
        world = self.world
        sweep(live, world.fans, self.threads, self.offsets, self.targets, world.group, world.hours,
              world.susceptibility, world.home, self.now, self.after, self.attachment, self.records, world.ideal,
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
