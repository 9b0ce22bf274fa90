"""The fan-week against the clock: all contenders on one graph, the compiled ones on all three. Bars 1, 2 and 4."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from statistics import median

from fan_week.agreement import check, compare
from fan_week.contenders import COLUMNS, IN_ORDER, KERNELS, NUMPY, OBJECTS, OURS, OURS_TWICE, SCIPY, SHUFFLED, C, in_c
from fan_week.world import GRAPHS, Crowd, build
from measure import Bar, Clock, Ratio, Row, alternate, paired

Times = dict[str, list[float]]

SIZES = (10_000, 50_000, 100_000, 1_000_000, 10_000_000)
LARGEST_OF_OBJECTS = 100_000
SECONDS_PER_FAN = 7e-6
"""A generous guess of what one graph costs to build and time, to see beforehand whether it fits the time left."""


def measure(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """Check that all agree, then time them, from few fans to many."""
    compiled, why_not = in_c()
    if why_not:
        clock.say(why_not)
    agree(compiled, clock)
    times: dict[tuple[int, str], Times] = {}
    rows: list[Row] = []
    for fans in (size for size in SIZES if not clock.quick or size <= 100_000):
        for graph in reversed(GRAPHS):
            chosen = _chosen(fans, graph, compiled)
            if not chosen:
                continue
            if clock.left() < fans * SECONDS_PER_FAN:
                clock.say(f"fan-week, {fans:,} fans, {graph}: left out, no time")
                continue
            clock.say(f"fan-week, {fans:,} fans, {graph} graph: {', '.join(chosen)}")
            times[fans, graph] = _time(chosen, fans, graph, clock)
            rows += _rows(times[fans, graph], fans, graph)
    return rows, [*_against_c(times, why_not), *_against_python(times), *_of_threads(times)]


def agree(compiled: Mapping[str, type[Crowd]], clock: Clock) -> None:
    """Without luck all must agree; with luck those who draw at the same addresses must."""
    addressed = {**KERNELS, **{name: kind for name, kind in compiled.items() if "cheap" not in name}}
    for graph in GRAPHS:
        clock.say(f"do all contenders agree? 3,000 fans, {graph} graph")
        world = build(3_000, graph)
        check({**OBJECTS, **COLUMNS, **KERNELS, **compiled}, world, luck=False)
        check(addressed, world, luck=True)


def _chosen(fans: int, graph: str, compiled: Mapping[str, type[Crowd]]) -> dict[str, type[Crowd]]:
    """Who is timed: everybody on the random graph, only the compiled elsewhere; 50,000 fans only try the threads."""
    if fans == 50_000:
        return dict(KERNELS) if graph == "random" else {}
    if graph != "random":
        return {**compiled, **KERNELS}
    objects = OBJECTS if fans <= LARGEST_OF_OBJECTS else {}
    return {**objects, **COLUMNS, **compiled, **KERNELS}


def _time(chosen: Mapping[str, type[Crowd]], fans: int, graph: str, clock: Clock) -> Times:
    """Seconds per week of everybody in every turn; those who draw at the same addresses are compared once more."""
    world = build(fans, graph)
    crowds = {name: kind(world) for name, kind in chosen.items()}
    addressed = {name: crowd for name, crowd in crowds.items() if name in (C, OURS, OURS_TWICE)}
    for crowd in addressed.values():
        crowd.week()
    compare(addressed)
    taken = alternate({name: crowd.week for name, crowd in crowds.items()}, clock.turns)
    del crowds, addressed, world
    gc.collect()
    return taken


def _rows(times: Times, fans: int, graph: str) -> list[Row]:
    """What stands in the table: nanoseconds per fan and week, and the ratios to plain C and to our kernel."""
    rows = []
    what = "week" if len(times) > len(KERNELS) else "two threads"
    for name, seconds in times.items():
        row: Row = {"section": "fan-week", "what": what, "graph": graph, "fans": fans, "contender": name,
                    "seconds": median(seconds), "low": min(seconds), "high": max(seconds), "turns": len(seconds),
                    "ns_per_fan": median(seconds) / fans * 1e9}
        for key, other in (("ratio_to_c", C), ("ratio_to_ours", OURS)):
            if other in times:
                row[key] = paired(seconds, times[other]).middle
        rows.append(row)
    return rows


def _against_c(times: Mapping[tuple[int, str], Times], why_not: str) -> list[Bar]:
    """Bar 1: of every graph the size at which we look worst."""
    bars = []
    for graph in GRAPHS:
        ratios = {fans: paired(taken[OURS], taken[C]) for (fans, where), taken in times.items()
                  if where == graph and C in taken}
        what = f"fan kernel / plain C, one thread, {graph} graph"
        if not ratios:
            bars.append(Bar(1, what, None, None, None, 1.5, remark=why_not or "not measured"))
            continue
        worst = max(ratios, key=lambda fans: ratios[fans].middle)
        seen = ", ".join(f"{fans:,}: {ratio.middle:.2f}" for fans, ratio in sorted(ratios.items()))
        bars.append(Bar.of(1, f"{what}, worst at {worst:,} fans", ratios[worst], 1.5, remark=f"stretch 1.0; {seen}"))
    return bars


def _against_python(times: Mapping[tuple[int, str], Times]) -> list[Bar]:
    """Bar 2: how many times faster one thread of ours is than Mesa and numpy, at 100,000 fans."""
    taken = times.get((100_000, "random"), {})
    bars = []
    for name, limit in ((IN_ORDER, 120.0), (SHUFFLED, 250.0), (NUMPY, 2.5), (SCIPY, 1.6)):
        what = f"{name} / fan kernel, one thread, 100,000 fans"
        if name not in taken:
            bars.append(Bar(2, what, None, None, None, limit, ">=", remark="not measured"))
        else:
            bars.append(Bar.of(2, what, paired(taken[name], taken[OURS]), limit, ">="))
    return bars


def _of_threads(times: Mapping[tuple[int, str], Times]) -> list[Bar]:
    """Bar 4: two threads against one, where they must pay and where they must not hurt."""
    ratios = {place: paired(taken[OURS_TWICE], taken[OURS]) for place, taken in times.items()}
    large = {place: ratio for place, ratio in ratios.items() if place[0] >= 1_000_000}
    return [_worst(4, "two threads / one, from 1,000,000 fans on", large, 0.8),
            _worst(4, "two threads / one, at any size", ratios, 1.1)]


def _worst(number: int, what: str, ratios: Mapping[tuple[int, str], Ratio], limit: float) -> Bar:
    """The bar of the place at which the ratio is largest."""
    if not ratios:
        return Bar(number, what, None, None, None, limit, remark="not measured")
    fans, graph = max(ratios, key=lambda place: ratios[place].middle)
    return Bar.of(number, f"{what}; worst: {fans:,} fans, {graph} graph", ratios[fans, graph], limit,
                  remark="the state is the same to the bit")
