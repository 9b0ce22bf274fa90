"""The fandom graph: a small world in which neighbours mostly share a fandom."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import uint32

from sim.dice import philox, stream_key, to_uniform32
from sim.kernels.blocks import AT_ONCE, compiled


def fandom_graph(seats: int, neighbours: int, distant_share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ties every seat to seats nearby in the fandom and, now and then, to one far away.

    Seats are numbered so that a fandom's seats lie together; half of ``neighbours`` ties start at each seat, and a
    share ``distant_share`` of them ends anywhere (a Watts-Strogatz small world with communities).
    Returns ``(offsets, targets)``: the neighbours of seat i are ``targets[offsets[i]:offsets[i + 1]]``
    (uint32 of shape (seats + 1,), int32).
    """
    rule = (seats, max(1, min(neighbours // 2, (seats - 1) // 2)), np.float32(distant_share),
            *stream_key(seed, "fandom ties"))
    place = np.zeros(seats + 2, dtype=np.uint32)
    _count_ties(*rule, place[2:])
    np.cumsum(place, out=place)
    targets = np.empty(place[-1], dtype=np.int32)
    # Each seat's place moves from its first tie to where the next seat's ties begin: then it is an offset.
    _fill_ties(*rule, place[1:], targets)
    return place[:-1], targets


@compiled
def _count_ties(seats, reach, distant_share, key0, key1, ties) -> None:
    ends = np.empty((AT_ONCE, reach), np.int32)
    for begin in range(0, seats, AT_ONCE):
        end = min(begin + AT_ONCE, seats)
        _draw_ends(begin, end, seats, distant_share, key0, key1, ends)
        for seat in range(begin, end):
            for other in ends[seat - begin]:
                ties[seat] += uint32(1)
                ties[other] += uint32(1)


@compiled
def _fill_ties(seats, reach, distant_share, key0, key1, place, targets) -> None:
    ends = np.empty((AT_ONCE, reach), np.int32)
    for begin in range(0, seats, AT_ONCE):
        end = min(begin + AT_ONCE, seats)
        _draw_ends(begin, end, seats, distant_share, key0, key1, ends)
        for seat in range(begin, end):
            for other in ends[seat - begin]:
                targets[place[seat]] = other
                place[seat] += uint32(1)
                targets[place[other]] = seat
                place[other] += uint32(1)


@compiled
def _draw_ends(begin, end, seats, distant_share, key0, key1, ends) -> None:
    """The other ends of the ties that start at these seats, shape (seats, reach)."""
    chance, anywhere = np.empty(AT_ONCE, np.float32), np.empty(AT_ONCE, np.uint32)
    for step in range(1, ends.shape[1] + 1):
        _throw_two(begin, end, step, key0, key1, chance, anywhere)
        for seat in range(begin, end):
            near = seat + step if seat + step < seats else seat + step - seats
            ends[seat - begin, step - 1] = near
            if chance[seat - begin] < distant_share:
                far = int(anywhere[seat - begin] % uint32(seats))
                ends[seat - begin, step - 1] = near if far == seat else far


@compiled
def _throw_two(begin, end, step, key0, key1, chance, anywhere) -> Any:
    for i in range(end - begin):
        word0, word1, _, _ = philox(key0, key1, uint32(begin + i), uint32(step), uint32(0), uint32(0))
        chance[i], anywhere[i] = to_uniform32(word0), word1
