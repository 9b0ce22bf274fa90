"""From a row of a design to a world, and rows that a user wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.designs.varied import DesignError
from sim.params import LimelightError, nearest, passport_of
from sim.policies import Change, Policy, as_date, shown
from sim.scenario import Scenario

AS_IT_IS = "as it is"
FIELDS = ("fans", "agencies", "ai", "seed")
COUNTING = ("row", "sample", "run", "status")
"""Columns that say which row it is and change nothing."""


class Rows(tuple[dict[str, Any], ...]):
    """Rows that a user wrote: each maps names of numbers, levers and fields to values; what is left out stays."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All names that any row sets, in the order in which they come."""
        return tuple(dict.fromkeys(name for row in self for name in row))


def explicit_rows(value: object) -> Rows:
    """Read a list of rows, or the path of a CSV or Parquet file with a header."""
    if isinstance(value, pd.DataFrame):
        return _rows_of(value)
    if isinstance(value, str | Path):
        path = Path(value)
        if not path.is_file():
            raise DesignError(f"{path}: there is no such file with rows; check the path.")
        try:
            frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
        except (OSError, ValueError) as error:  # pandas' and pyarrow's errors of reading are ValueErrors
            reason = " ".join(str(error).split())
            raise DesignError(f"{path} cannot be read as a table ({reason}); write CSV or Parquet.") from error
        return _rows_of(frame)
    if not isinstance(value, list | tuple) or not all(isinstance(row, Mapping) for row in value):
        raise DesignError(f"'rows' must be a list of mappings or the path of a CSV or Parquet file: {shown(value)}.")
    rows = Rows({str(name): _plain(cell) for name, cell in row.items() if name not in COUNTING} for row in value)
    return _not_empty(rows)


def _rows_of(frame: pd.DataFrame) -> Rows:
    """Turn a table into rows; an empty cell leaves its number as it is."""
    rows = Rows(
        {str(name): _plain(cell) for name, cell in row.items() if str(name) not in COUNTING and not pd.isna(cell)}
        for row in frame.to_dict("records")
    )
    return _not_empty(rows)


def _not_empty(rows: Rows) -> Rows:
    if not rows:
        raise DesignError("'rows' holds no row; add some.")
    return rows


def _plain(cell: Any) -> Any:
    """Return a value of Python, dates as text; what is no single value is refused."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if cell is not None and not isinstance(cell, bool | int | float | str):
        raise DesignError(f"rows: a cell holds one number or word, not {shown(cell)}.")
    return cell


def check_columns(rows: Rows, base: Scenario) -> None:
    """Refuse a column that is neither a number nor a field which may differ between rows, or that mixes kinds."""
    known = (*FIELDS, "policy", "starts")
    for name in rows.columns:
        cells = [row[name] for row in rows if name in row and not _missing(row[name])]
        if len({type(cell) if isinstance(cell, bool | str) else float for cell in cells}) > 1:
            raise DesignError(f"rows: the column '{name}' mixes words, numbers and true or false; write one of them.")
    with base.known():
        for name in rows.columns:
            if name in known:
                continue
            try:
                passport_of(name)
            except LimelightError as error:
                near = nearest(name, known)
                raise DesignError(f"rows: {error} Other columns are {', '.join(known)}; nearest '{near}'.") from error


@dataclass(frozen=True)
class Recipe:
    """What turns a row into a world: the scenario that rows change, policies by name, columns that are levers."""

    base: Scenario
    policies: Mapping[str, Policy]
    levers: tuple[str, ...]

    def scenario_of(self, row: Mapping[str, Any]) -> Scenario:
        """Return the world of a row; one that cannot be is refused as a scenario is."""
        held = {name: value for name, value in row.items() if name not in COUNTING and not _missing(value)}
        changes: dict[str, Any] = {name: held.pop(name) for name in FIELDS if name in held}
        chosen, starts = held.pop("policy", AS_IT_IS), held.pop("starts", None)
        start = None if starts is None else as_date(starts)
        with self.base.known():
            lines = tuple(Change(set=name, to=held.pop(name), start=start) for name in self.levers if name in held)
            added = [] if chosen == AS_IT_IS else [self.policies.get(chosen) or Policy.found(chosen)]
        if start is not None:
            added = [moved(policy, start) for policy in added]
        if lines:
            added.append(Policy(name="levers of the design", changes=lines))
        if added:
            changes["policies"] = (*self.base.policies, *added)
        if held:
            changes["numbers"] = {**self.base.numbers, **held}
        return self.base.with_(**changes) if changes else self.base


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def moved(policy: Policy, start: date) -> Policy:
    """Return a policy whose first dated line begins on this day; its other lines keep their distance to it."""
    dated = [change.start for change in policy.changes if change.start is not None]
    distance = start - min(dated) if dated else timedelta()
    changes = []
    for change in policy.changes:
        when = {"start": start if change.start is None else change.start + distance}
        if change.until is not None:
            when["until"] = change.until + distance
        changes.append(change.model_copy(update=when))
    return Policy(name=policy.name, changes=tuple(changes), note=policy.note)
