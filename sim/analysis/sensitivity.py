"""Which number decides: the sensitivity of one outcome of a sweep, with luck and doubt reported beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.indices import (
    Estimate,
    Noise,
    SensitivityError,
    morris_indices,
    replicate_noise,
    sobol_indices,
)
from sim.analysis.many_worlds import check_points, chosen, design_of, differences, readings, source_of
from sim.params import passport_of

if TYPE_CHECKING:
    from sim.designs import Design
    from sim.sweeps import Sweep

METHODS = {"morris": "Morris screening", "saltelli": "Sobol indices"}
MEASURE = {"morris": "mu_star", "saltelli": "total"}
"""By which column numbers are ranked."""

WITHOUT_PASSPORT = {
    "fans": "How many fan agents the fandom is resolved into.",
    "agencies": "How many agencies the industry has.",
    "starts": "The day on which policies and levers begin.",
}


@dataclass(frozen=True)
class Sensitivity:
    """How much each varied number moves one outcome; the number that moves it most stands first.

    `table` has a row for each number: its passport's `name`, `meaning`, `theme`, `kind` and `unit`, the `low` and
    `high` it was varied between, and then, with 95 % intervals, `mu_star`, `mu` and `sigma` (Morris, in the outcome's
    unit) or `first` and `total` (Sobol, shares of variance). `noise` sets luck apart from the numbers, `floor` is what
    luck alone would give as mu* or total index. `left_out` names the blocks of the design that were left out, since
    runs of them failed or are waiting. `source` says where it all comes from.
    """

    table: pd.DataFrame
    method: str
    observable: str
    label: str
    unit: str
    weeks: tuple[int, int]
    worlds: str
    noise: Noise
    floor: float
    blocks: int
    seeds: int
    left_out: tuple[int, ...] = ()
    why_left_out: str = ""
    source: str = ""

    @property
    def ranked_by(self) -> str:
        """The column by which numbers are ranked."""
        return MEASURE[self.method]

    @property
    def without_effect(self) -> list[str]:
        """Numbers that moved nothing at all, in any run."""
        return list(self.table.loc[self.table[self.ranked_by] == 0, "name"])

    @property
    def clear(self) -> list[str]:
        """Numbers whose interval lies above what luck alone would give, the weightiest first.

        Sizes of steps and total indices are never below 0, so luck by itself lifts their intervals above it. With a
        single seed nothing is known of luck, and an interval above 0 has to do.
        """
        least = self.floor if math.isfinite(self.floor) else 0.0
        return list(self.table.loc[self.table[f"{self.ranked_by}_low"] > least, "name"])

    @property
    def when(self) -> str:
        """The weeks that are looked at, in words."""
        return _span(*self.weeks)

    @property
    def file_name(self) -> str:
        """A name for its files that tells it from other outcomes of the same sweep."""
        worlds = "".join(letter if letter.isalnum() else "_" for letter in self.worlds).strip("_")
        first, last = self.weeks
        span = f"week_{last}" if first == last else f"weeks_{first}_{last}"
        return "-".join(part for part in (self.observable, span, worlds) if part)

    def save(self, folder: str | Path) -> tuple[Path, Path]:
        """Write the table as CSV and Parquet into a folder; return both files."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        files = place / f"{self.file_name}.csv", place / f"{self.file_name}.parquet"
        self.table.to_csv(files[0], index=False)
        self.table.to_parquet(files[1], index=False)
        return files


def sensitivity(
    found: Sweep,
    observable: str,
    week: int | None = None,
    over: int = 1,
    of: Mapping[str, object] | None = None,
    against: Mapping[str, object] | None = None,
) -> Sensitivity:
    """Say which of the varied numbers move an observable of a Morris or Saltelli sweep, and how sure that is.

    The outcome is the mean of `over` weeks up to `week` (without it, the last one kept). Where each point was lived in
    several ways, `of` says in which one it is read, and with `against` the outcome is the difference to the twin that
    shares its numbers and luck, such as `of={"ai": "evolving"}, against={"ai": "none"}`. Raises SensitivityError where
    the sweep has no such design, where too few of its blocks are whole, and where nothing moved.
    """
    design = design_of(found)
    if design.design not in METHODS:
        raise SensitivityError(
            f"a sweep of the design '{design.design}' holds no sensitivity indices; sweep with `design: morris` to"
            " screen many numbers, or with `design: saltelli` for Sobol indices of a few."
        )
    check_points(found, design)
    last = found.weeks_kept[-1] if week is None else week
    first = max(last - over + 1, found.weeks_kept[0])
    frame = readings(found, [observable], last, over)
    frame = differences(frame, [observable], of or {}, against) if against else chosen(frame, of or {})
    block = len(design.varied) + (1 if design.design == "morris" else 2)
    values = frame.pivot(index="sample", columns="seed", values=observable).sort_index()
    whole = np.isfinite(values.to_numpy()).all(axis=1).reshape(-1, block).all(axis=1)
    kept = np.repeat(whole, block)
    outcomes = values.to_numpy(dtype=float)[kept]
    try:
        table, floor = _table(design, values.index[kept].to_numpy(), outcomes)
    except SensitivityError as error:
        raise SensitivityError(f"{observable}, {_span(first, last)}: {error}") from error
    seen = found.manifest["observables"][observable]
    return Sensitivity(
        table, design.design, observable, seen["label"], seen["unit"], (first, last), _worlds(of, against),
        replicate_noise(outcomes), floor, int(whole.sum()), values.shape[1],
        tuple(int(number) for number in np.flatnonzero(~whole)), _why(found), source_of(found),
    )  # fmt: skip


def _table(design: Design, points: np.ndarray, outcomes: np.ndarray) -> tuple[pd.DataFrame, float]:
    """Return the indices of every number beside its passport, the weightiest first, and what luck alone would give."""
    names = [varied.name for varied in design.varied]
    columns: dict[str, np.ndarray] = {}
    if design.design == "morris":
        screened = morris_indices(design.points()[points], outcomes, design.levels)
        columns = _columns("mu_star", screened.mu_star) | {"mu": screened.mu, "sigma": screened.sigma}
        floor = screened.floor
    else:
        shared = sobol_indices(outcomes, len(names))
        columns = _columns("first", shared.first) | _columns("total", shared.total)
        floor = shared.floor
    table = pd.concat([_passports(design), pd.DataFrame(columns)], axis=1)
    ranked = table.sort_values(MEASURE[design.design], ascending=False, kind="stable")
    return ranked.reset_index(drop=True), floor


def _passports(design: Design) -> pd.DataFrame:
    """Say what each varied thing is: by its passport, or in a word for scale and dates, which have none."""
    with design.base.known():
        known = [None if varied.sort in WITHOUT_PASSPORT else passport_of(varied.name)[0] for varied in design.varied]
    return pd.DataFrame([
        {
            "name": varied.name,
            "meaning": passport.meaning if passport else WITHOUT_PASSPORT[varied.sort],
            "theme": passport.theme if passport else "scenario",
            "kind": passport.kind if passport else "scenario",
            "unit": passport.unit if passport else "",
            "low": varied.bounds[0],
            "high": varied.bounds[1],
        }
        for varied, passport in zip(design.varied, known, strict=True)
    ])


def _columns(name: str, estimate: Estimate) -> dict[str, np.ndarray]:
    """Lay an estimate out as columns."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _span(first: int, last: int) -> str:
    """Say which weeks are looked at."""
    return f"week {last}" if first == last else f"mean of weeks {first} to {last}"


def _worlds(of: Mapping[str, object] | None, against: Mapping[str, object] | None) -> str:
    """Say which kind of world is looked at, and against which."""
    sides = [", ".join(f"{name} {value}" for name, value in (side or {}).items()) for side in (of, against)]
    return " against ".join(side for side in sides if side)


def _why(found: Sweep) -> str:
    """Say how many runs are missing, and why."""
    counts = found.table["status"].value_counts()
    parts = [(counts.get("failed", 0), "failed"), (counts.get("waiting", 0), "not lived through yet")]
    return " and ".join(f"{count} {'runs' if count > 1 else 'run'} {what}" for count, what in parts if count)
