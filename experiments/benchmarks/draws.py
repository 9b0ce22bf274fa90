"""What a throw of the dice costs: normal numbers at addresses against numpy's generator. Bar 8."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np
from measure import Bar, Clock, Row, alternate, paired

from sim.dice import stream_key, to_normal32, to_uniform32, words_at
from sim.kernels.blocks import compiled

DRAWS = 100_000
"""Numbers a call; float32, so that they stay in the cache and only the drawing is timed."""


@compiled
def normals(key0: Any, key1: Any, week: Any, out: Any) -> None:
    """One normal number for each of so many people in one week."""
    for i in range(out.size):
        word, _, _, _ = words_at(key0, key1, np.uint64(i), week, 0)
        out[i] = to_normal32(to_uniform32(word))


@compiled
def normals_and_uniforms(key0: Any, key1: Any, week: Any, normal: Any, uniform: Any) -> None:
    """A normal and a uniform number from the same address: the second comes nearly free."""
    for i in range(normal.size):
        word0, word1, _, _ = words_at(key0, key1, np.uint64(i), week, 0)
        normal[i] = to_normal32(to_uniform32(word0))
        uniform[i] = to_uniform32(word1)


def measure(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """Alternate our throws with numpy's and compare."""
    clock.say(f"{DRAWS:,} draws")
    dice, key = np.random.default_rng(1), stream_key(1, "draws")
    mine, second, theirs = (np.empty(DRAWS, np.float32) for _ in range(3))
    ours, both, numpy = "Philox normal, float32", "Philox normal and uniform, float32", "numpy standard_normal, float32"
    times = alternate({
        ours: lambda: normals(*key, 7, mine),
        both: lambda: normals_and_uniforms(*key, 7, mine, second),
        numpy: lambda: dice.standard_normal(dtype=np.float32, out=theirs),
    }, 3 * clock.turns)
    rows = [{"section": "draws", "what": "draws", "fans": DRAWS, "contender": name, "seconds": median(seconds),
             "low": min(seconds), "high": max(seconds), "turns": len(seconds),
             "ns_per_fan": median(seconds) / DRAWS * 1e9} for name, seconds in times.items()]
    return rows, [Bar.of(8, "Philox normal / numpy normal, float32", paired(times[ours], times[numpy]), 0.5)]
