"""How near the fan-week comes to what memory allows: bandwidth measured, bytes counted, gathers timed.

A limit is what a machine can do at its best, so here the fastest turn counts, of the kernel as of the limits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from fan_week.contenders import OURS, OURS_TWICE
from fan_week.kernel import AHEAD, InKernel, InKernelTwice
from fan_week.world import World, build
from measure import Bar, Clock, Row, alternate, paired

from sim.kernels import sweep
from sim.kernels.blocks import BLOCK, compiled, fetch_early

LENGTH = 16_000_000
"""Numbers in each column of the triad: 64 MB, more than any cache here holds."""


@compiled
def triad(first: Any, last: Any, scale: Any, a: Any, b: Any, c: Any) -> None:
    """a = b + scale c, the classical measure of what memory delivers (McCalpin's STREAM)."""
    for i in range(first * BLOCK, min(last * BLOCK, a.size)):
        a[i] = b[i] + scale * c[i]


@compiled
def gather(first: Any, last: Any, targets: Any, values: Any, ahead: Any, out: Any) -> None:
    """Add up whole numbers at random places, and nothing else (their sums wait for nobody); of every block the sum."""
    for block in range(first, last):
        total = np.int32(0)
        for place in range(block * BLOCK, min((block + 1) * BLOCK, targets.size)):
            if ahead:
                fetch_early(values, targets[min(place + ahead, targets.size - 1)])
            total += values[targets[place]]
        out[block] = total


def bytes_per_fan(world: World) -> dict[str, float]:
    """Bytes that a fan-week must move, if every value is fetched once and written once, by column.

    A neighbour's dissatisfaction is not counted again: it is taken to lie in the cache still. Neither is the fetch of
    a line that is only written.
    """
    read = ("offsets", "targets", "group", "hours", "susceptibility", "home", "dissatisfaction")
    moved = {column: getattr(world, column).nbytes / world.fans for column in read}
    moved["dissatisfaction of next week"] = world.dissatisfaction.nbytes / world.fans
    for column in ("attachment", "records"):
        moved[column] = 2 * getattr(world, column).nbytes / world.fans
    return moved


def measure(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """Triad, gathers and the kernel, on one thread and two."""
    clock.say("memory: triad and random gathers")
    bandwidth, rows = _bandwidth(clock)
    sizes = (100_000,) if clock.quick else (100_000, 1_000_000, 10_000_000)
    cost = {fans: _gather(fans, clock, rows) for fans in sizes if clock.left() > fans * 2e-6}
    for fans in (size for size in sizes if size in cost and size <= 1_000_000):
        for graph in ("ring", "random"):
            clock.say(f"roofline, {fans:,} fans, {graph} graph")
            rows += _share(fans, graph, bandwidth, cost[fans], clock)
    return rows, []


def _bandwidth(clock: Clock) -> tuple[dict[int, float], list[Row]]:
    """Bytes per second of the triad on one thread and on two; three columns counted."""
    a, b, c = np.zeros(LENGTH, np.float32), np.ones(LENGTH, np.float32), np.ones(LENGTH, np.float32)
    times = alternate({str(threads): lambda threads=threads: sweep(triad, LENGTH, threads, np.float32(3), a, b, c)
                       for threads in (1, 2)}, clock.turns)
    found = {int(threads): 12 * LENGTH / min(seconds) for threads, seconds in times.items()}
    return found, [{"section": "roofline", "what": "triad", "fans": LENGTH, "contender": name,
                    "seconds": 12 * LENGTH / found[threads], "bytes_per_second": found[threads]}
                   for threads, name in ((1, "1 thread"), (2, "2 threads"))]


def _gather(fans: int, clock: Clock, rows: list[Row]) -> float:
    """Seconds per gathered value of a column of 4 bytes for so many fans, one thread, asked for ahead or not."""
    edges = min(10 * fans, 20_000_000)
    targets = np.random.default_rng(1).integers(0, fans, edges, dtype=np.uint32)
    values, out = np.ones(fans, np.int32), np.zeros(-(-edges // BLOCK), np.int32)
    times = alternate({str(ahead): lambda ahead=ahead: sweep(gather, edges, 1, targets, values, ahead, out)
                       for ahead in (0, int(AHEAD))}, clock.turns)
    best = min(min(seconds) for seconds in times.values())
    rows.append({"section": "roofline", "what": "random gather", "fans": fans, "contender": "1 thread",
                 "seconds": best, "ns_per_gather": best / edges * 1e9})
    return best / edges


def _share(fans: int, graph: str, bandwidth: dict[int, float], each: float, clock: Clock) -> list[Row]:
    """The share of the limit that the kernel reaches: minimal traffic at full bandwidth over the time taken."""
    world = build(fans, graph)
    crowds = {OURS: InKernel(world), OURS_TWICE: InKernelTwice(world)}
    times = alternate({name: crowd.week for name, crowd in crowds.items()}, clock.turns)
    moved = sum(bytes_per_fan(world).values())
    ties = world.targets.size / fans
    rows = []
    for threads, (name, seconds) in enumerate(times.items(), start=1):
        taken, least = min(seconds) / fans, moved / bandwidth[threads]
        with_gathers = least + (ties * each / threads if graph == "random" else 0)
        rows.append({"section": "roofline", "what": "share of the limit", "graph": graph, "fans": fans,
                     "contender": name, "seconds": min(seconds), "ns_per_fan": taken * 1e9, "bytes_per_fan": moved,
                     "limit_ns": least * 1e9, "share": least / taken, "limit_with_gathers_ns": with_gathers * 1e9,
                     "share_with_gathers": with_gathers / taken})
    rows[1]["ratio"] = paired(times[OURS_TWICE], times[OURS]).middle
    return rows
