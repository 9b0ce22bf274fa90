"""How anything here is timed: contenders take turns in one process, and only ratios of the same turn are believed.

A benchmark module offers `measure(clock) -> (rows, bars)`: rows are plain dictionaries for the table, the figure and
the JSON, bars say whether a limit was kept.
"""

from __future__ import annotations

import compileall
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Literal

import sim

Row = dict[str, Any]
"""One measurement: what, fans, contender, seconds, and whatever else is worth keeping (ratio, low, high, bytes)."""


@dataclass(frozen=True)
class Ratio:
    """The median of paired ratios with the lowest and the highest of them."""

    middle: float
    low: float
    high: float
    turns: int


@dataclass(frozen=True)
class Bar:
    """A limit that was set beforehand, what was measured against it, and the command that measures it again.

    `sense` says on which side of the limit one should be. Several bars may share a number. A `measured` of None
    means that it could not be measured, and `remark` says why.
    """

    number: int
    what: str
    measured: float | None
    low: float | None
    high: float | None
    limit: float
    sense: Literal["<=", ">="] = "<="
    unit: str = "x"
    command: str = "make bench"
    remark: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the measured median keeps the limit; None when nothing was measured."""
        if self.measured is None:
            return None
        return self.measured <= self.limit if self.sense == "<=" else self.measured >= self.limit

    def as_row(self) -> Row:
        """The bar as a plain dictionary for the JSON."""
        return {**asdict(self), "reached": self.reached}

    @classmethod
    def of(cls, number: int, what: str, ratio: Ratio, limit: float, sense: Literal["<=", ">="] = "<=",
           **more: Any) -> Bar:
        """A bar whose measure is a ratio with its spread."""
        return cls(number, what, ratio.middle, ratio.low, ratio.high, limit, sense, **more)


class Clock:
    """The time a benchmark may take, whether it shall be a quick one, and a line that says where it stands."""

    def __init__(self, seconds: float, quick: bool = False, turns: int = 5, quiet: bool = False) -> None:
        self.started = time.perf_counter()
        self.seconds, self.quick, self.turns, self.quiet = seconds, quick, turns, quiet

    def left(self) -> float:
        """Seconds left of the budget; may be negative."""
        return self.seconds - (time.perf_counter() - self.started)

    def say(self, doing: str) -> None:
        """Print what is being measured and how much time is left."""
        if not self.quiet:
            print(f"[{max(0.0, self.left()):4.0f} s left] {doing}", flush=True)


def seconds_of(step: Callable[[], Any], least: float) -> float:
    """Seconds of one call, by repeating it until `least` seconds are over (at least once)."""
    calls, begin = 0, time.perf_counter()
    while True:
        step()
        calls += 1
        taken = time.perf_counter() - begin
        if taken >= least:
            return taken / calls


def alternate(steps: Mapping[str, Callable[[], Any]], turns: int, least: float = 0.05) -> dict[str, list[float]]:
    """Seconds per call of every contender in every turn: A B C, A B C, ...; one turn before that does not count."""
    for step in steps.values():
        step()
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(turns):
        for name, step in steps.items():
            taken[name].append(seconds_of(step, least))
    return taken


def paired(numerator: Sequence[float], denominator: Sequence[float]) -> Ratio:
    """The ratio of two contenders' times, formed within each turn and only then summed up."""
    ratios = [over / under for over, under in zip(numerator, denominator, strict=True)]
    return Ratio(median(ratios), min(ratios), max(ratios), len(ratios))


def middle_half(values: Sequence[float]) -> tuple[float, float]:
    """First and third quartile; of fewer than two values, the lowest and the highest."""
    if len(values) < 2:
        return min(values), max(values)
    first, _, third = quantiles(values, n=4, method="inclusive")
    return first, third


def keep_bytecode() -> None:
    """Have the model's bytecode on disk, as Python itself does at a first import unless the environment forbids it.

    What is measured warm, the start of the command or of a worker, would otherwise compile every module anew.
    """
    compileall.compile_dir(Path(sim.__file__).parent, quiet=1)
