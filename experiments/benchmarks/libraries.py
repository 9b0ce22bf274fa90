"""The fan-week in other libraries for many agents, each in an environment of its own. Bar 3.

An environment is made once, from the pinned versions in peers/, beside the results; `python libraries.py` makes all of
them. What cannot be installed or does not run is named in the table, and the benchmark goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from measure import Bar, Clock, Row

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / "results" / "environments"
SIZES = (100_000, 1_000_000)
LONGEST = 150
"""Seconds after which a library is asked no further; what it has measured by then counts."""


@dataclass(frozen=True)
class Library:
    """Another library, the file that lives the fan-week in it, and how many times faster we want to be at SIZES."""

    name: str
    module: str
    wanted: tuple[float, float]

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return ENVIRONMENTS / self.name / "bin" / "python"

    @property
    def pins(self) -> Path:
        """The pinned versions of it and of what our kernel needs beside it."""
        return HERE / "peers" / f"{self.name}.txt"

    @property
    def version(self) -> str:
        """Its pinned version."""
        pinned = (line.partition("==") for line in self.pins.read_text().splitlines())
        return next(version for name, _, version in pinned if name == self.name)


LIBRARIES = (
    Library("mesa-frames", "in_mesa_frames", (6.0, 4.0)),
    Library("starsim", "in_starsim", (4.0, 3.5)),
    Library("ambr", "in_ambr", (2.5, 2.0)),
)


def install(library: Library) -> str:
    """Make the environment of a library, unless it is there as its pins want it; what went wrong, or nothing."""
    installed = library.python.parent / "installed.txt"
    if installed.exists() and installed.read_text() == library.pins.read_text():
        return ""
    pip = [str(library.python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENTS / library.name)],
        [*pip, "install", "-r", str(library.pins)],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            return f"cannot be installed here: {said[-1] if said else 'no reason given'}"
    installed.write_text(library.pins.read_text())
    return ""


def measure(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """Every library against our kernel, one after the other; a quick benchmark installs nothing."""
    rows: list[Row] = []
    bars: list[Bar] = []
    for library in LIBRARIES:
        clock.say(f"{library.name} {library.version}")
        waiting = clock.quick and not library.python.exists()
        trouble = "not installed yet: python experiments/benchmarks/libraries.py" if waiting else install(library)
        found, trouble = ({}, trouble) if trouble else _live(library, clock)
        for fans, wanted in zip(SIZES, library.wanted, strict=True):
            row = found.get(fans)
            rows.append(_row(library, fans, row, trouble))
            bars.append(_bar(library, fans, row, wanted, trouble))
    return rows, bars


def _live(library: Library, clock: Clock) -> tuple[dict[int, Row], str]:
    """What `peers/live.py` prints, by size, and what kept it from the rest."""
    sizes = [str(size) for size in SIZES if not clock.quick or size <= 100_000]
    command = [str(library.python), str(HERE / "peers" / "live.py"), library.module, str(clock.turns), *sizes]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        return _lines(said), f"not done after {LONGEST} s"
    said = done.stderr.strip().splitlines()
    left_out = "left out of a quick run" if clock.quick else "not measured"
    return _lines(done.stdout), f"does not run here: {said[-1]}" if done.returncode and said else left_out


def _lines(said: str) -> dict[int, Row]:
    """The measurements among what was printed, by the number of fans."""
    rows = [json.loads(line) for line in said.splitlines() if line.startswith('{"fans"') and line.endswith("}")]
    return {row["fans"]: row for row in rows}


def _row(library: Library, fans: int, row: Row | None, trouble: str) -> Row:
    """A line of the table."""
    of = {"section": "peers", "what": "week", "graph": "random", "fans": fans, "contender": library.name,
          "version": library.version}
    if row is None:
        return {**of, "remark": trouble}
    return {**of, **row, "ns_per_fan": row["seconds"] / fans * 1e9, "remark": f"{library.version}: {row['how']}"}


def _bar(library: Library, fans: int, row: Row | None, wanted: float, trouble: str) -> Bar:
    """Bar 3 for one library and size."""
    what = f"{library.name} {library.version} / fan kernel, one thread, {fans:,} fans"
    if row is None:
        return Bar(3, what, None, None, None, wanted, ">=", remark=trouble)
    return Bar(3, what, row["ratio"], row["low"], row["high"], wanted, ">=")


if __name__ == "__main__":
    for one in LIBRARIES:
        print(f"{one.name} {one.version}: {install(one) or 'installed'}", flush=True)
