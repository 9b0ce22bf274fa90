"""The fandom graph: a small world in which neighbours mostly share a fandom."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint32

from sim.dice import philox, stream_key, to_uniform32


def fandom_graph(seats: int, neighbours: int, distant_share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ties every seat to seats nearby in the fandom and, now and then, to one far away.

    Seats are numbered so that a fandom's seats lie together; half of ``neighbours`` ties start at each seat, and a
    share ``distant_share`` of them ends anywhere (a Watts-Strogatz small world with communities).
    Returns ``(offsets, targets)``: the neighbours of seat i are ``targets[offsets[i]:offsets[i + 1]]``
    (int64 of shape (seats + 1,), int32).
    """
    key0, key1 = stream_key(seed, "fandom ties")
    reach = max(1, min(neighbours // 2, (seats - 1) // 2))
    offsets = np.zeros(seats + 1, dtype=np.int64)
    _count_ties(seats, reach, np.float32(distant_share), key0, key1, offsets)
    np.cumsum(offsets, out=offsets)
    targets = np.empty(offsets[-1], dtype=np.int32)
    _fill_ties(seats, reach, np.float32(distant_share), key0, key1, offsets[:-1].copy(), targets)
    return offsets, targets


@njit(cache=True, nogil=True, error_model="numpy")
def _other_end(seat, step, seats, distant_share, key0, key1) -> Any:
    word0, word1, _, _ = philox(key0, key1, uint32(seat), uint32(step), uint32(0), uint32(0))
    near = (seat + step) % seats
    if to_uniform32(word0) >= distant_share:
        return near
    far = int(word1) % seats
    return near if far == seat else far


@njit(cache=True, nogil=True, error_model="numpy")
def _count_ties(seats, reach, distant_share, key0, key1, offsets) -> None:
    for seat in range(seats):
        for step in range(1, reach + 1):
            other = _other_end(seat, step, seats, distant_share, key0, key1)
            offsets[seat + 1] += 1
            offsets[other + 1] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _fill_ties(seats, reach, distant_share, key0, key1, place, targets) -> None:
    for seat in range(seats):
        for step in range(1, reach + 1):
            other = _other_end(seat, step, seats, distant_share, key0, key1)
            targets[place[seat]] = other
            place[seat] += 1
            targets[place[other]] = seat
            place[other] += 1
