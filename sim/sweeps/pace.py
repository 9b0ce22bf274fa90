"""Tells on the error stream how far a sweep is: a bar where a person looks on, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PAUSE_OF_LINES = 10.0  # seconds between two lines where no person looks on


class Pace:
    """How many runs are done, how fast they come and how long the others will take."""

    def __init__(self, total: int, known: int, show: bool) -> None:
        self.total, self.known, self.show = total, known, show
        self.lived = self.failed = self.uncounted = 0
        self.begun = self.said = time.perf_counter()
        self.bar: Any = None
        self.task: Any = None

    def note(self, lived: int, failed: int) -> None:
        """So many more runs are done."""
        self.lived += lived
        self.failed += failed
        now = time.perf_counter()
        pace = f"{self.rate:.3g} a second" if self.rate else ""
        if self.bar is not None:
            self.bar.update(self.task, completed=self.done, description=self._description(), rate=pace)
        elif self.show and (now - self.said > PAUSE_OF_LINES or self.done == self.total):
            self.said = now
            self.say(self._description() + (f", {pace}, {duration(self.left)} left" if pace else ""))

    def tried(self, lived: int, failed: int) -> None:
        """So many runs were tried first; the rate leaves them out, for they met what is read and compiled only once."""
        self.uncounted += lived + failed
        self.note(lived, failed)
        self.begun = time.perf_counter()

    def say(self, line: str) -> None:
        """Print a line on the error stream, above the bar if there is one."""
        if self.bar is not None:
            self.bar.console.print(line, highlight=False)
        elif self.show:
            print(line, file=sys.stderr, flush=True)

    @property
    def done(self) -> int:
        """Runs that need not be lived any more, those that failed among them."""
        return self.known + self.lived + self.failed

    @property
    def rate(self) -> float:
        """Runs lived in a second."""
        return (self.lived + self.failed - self.uncounted) / max(time.perf_counter() - self.begun, 1e-9)

    @property
    def left(self) -> float:
        """Seconds that the others will take."""
        return (self.total - self.done) / max(self.rate, 1e-9)

    def _description(self) -> str:
        failed = f", {self.failed:,} failed" if self.failed else ""
        return f"{self.done:,} of {self.total:,} runs{failed}"


@contextmanager
def shown(total: int, known: int, show: bool) -> Iterator[Pace]:
    """Lend a pace that shows itself for the time of the block."""
    pace = Pace(total, known, show)
    if not (show and sys.stderr.isatty()):
        yield pace
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as bar:
        pace.bar, pace.task = bar, bar.add_task("", total=total, completed=known, rate="")
        yield pace


def duration(seconds: float) -> str:
    """Say a time in words that fit its size."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
