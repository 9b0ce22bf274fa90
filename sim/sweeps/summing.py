"""Reckons with the weeks of many runs piece by piece, and lends them to xarray without reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from sim.sweeps.store import Part, SweepError

if TYPE_CHECKING:
    import xarray

    from sim.sweeps.reading import Sweep

MOST_CELLS = 20_000_000
"""The largest summary: groups times weeks times observables; it takes some 32 bytes for each."""

CONFIDENCE = 0.95


def summed(sweep: Sweep, names: list[str], weeks: list[int], groups: list[str]) -> pd.DataFrame:
    """Return mean, deviation, interval and count of each observable in each week for each group of rows."""
    keys = sweep.design[groups].drop_duplicates() if groups else pd.DataFrame(index=[0])
    group_of = sweep.design.groupby(groups, sort=False, dropna=False).ngroup().to_numpy() if groups else None
    cells = len(keys) * len(weeks) * len(names)
    if cells > MOST_CELLS:
        raise SweepError(
            f"a summary of {len(keys):,} groups, {len(weeks)} weeks and {len(names)} observables is too large; name"
            " fewer weeks or observables, or fewer columns in `by`."
        )
    runs = pd.Index(sweep.design["run"].unique())
    members = pd.DataFrame({"run": runs.get_indexer(sweep.design["run"]), "group": 0 if group_of is None else group_of})
    members = members.drop_duplicates()
    members["turn"] = members.groupby("run").cumcount()  # a run may stand for several rows
    group_at = np.full((members["turn"].max() + 1, len(runs)), -1)
    group_at[members["turn"], members["run"]] = members["group"]
    count, first, total, squares = _gathered(sweep, names, weeks, runs, group_at, len(keys))
    with np.errstate(invalid="ignore", divide="ignore"):
        many = np.where(count > 0, count, np.nan)[..., None]
        mean = first + total / many
        variance = np.maximum(squares - total * total / many, 0) / (many - 1)
        half = stats.t.ppf((1 + CONFIDENCE) / 2, np.maximum(many - 1, 1)) * np.sqrt(variance / many)
    long = keys.loc[keys.index.repeat(len(weeks) * len(names))].reset_index(drop=True)
    long["week"] = np.tile(np.repeat(weeks, len(names)), len(keys))
    long["observable"] = np.tile(names, len(keys) * len(weeks))
    for word, values in (("mean", mean), ("deviation", np.sqrt(variance)), ("low", mean - half), ("high", mean + half)):
        long[word] = values.ravel()
    long["replicates"] = np.repeat(count.ravel(), len(names))
    return long


def _gathered(
    sweep: Sweep, names: list[str], weeks: list[int], runs: pd.Index, group_at: np.ndarray, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Read all pieces once: how many rows, the first value, and the sums of distances to it and of their squares.

    Shapes (groups, weeks) and (groups, weeks, observables). Distances to the first value keep the sums exact.
    `group_at` has the shape (turns, runs): the groups that a run belongs to, -1 where there is none more.
    """
    cells = groups * len(weeks)
    count = np.zeros(cells, dtype=np.int64)
    first, total, squares = (np.zeros((cells, len(names))) for _ in range(3))
    week_at = pd.Index(weeks)
    for piece in sweep.weeks(names, weeks):
        of_run, values = runs.get_indexer(pd.Index(piece["run"])), piece[names].to_numpy()
        at_week = week_at.get_indexer(pd.Index(piece["week"]))
        for group in group_at[:, of_run]:
            rows = np.flatnonzero(group >= 0)
            if not rows.size:
                continue
            cell = group[rows] * len(weeks) + at_week[rows]
            order = np.argsort(cell, kind="stable")
            sorted_values = values[rows[order]]
            where, starts, many = np.unique(cell[order], return_index=True, return_counts=True)
            fresh = count[where] == 0
            first[where[fresh]] = sorted_values[starts[fresh]]
            distance = sorted_values - np.repeat(first[where], many, axis=0)
            count[where] += many
            total[where] += np.add.reduceat(distance, starts)
            squares[where] += np.add.reduceat(distance * distance, starts)
    shape = (groups, len(weeks), len(names))
    return count.reshape(shape[:2]), first.reshape(shape), total.reshape(shape), squares.reshape(shape)


def lazy_dataset(sweep: Sweep, names: list[str]) -> xarray.Dataset:
    """Return the runs as a data set over run and week, one piece for each file, read when it is used."""
    try:
        import dask
        import dask.array
        import xarray
    except ModuleNotFoundError as error:
        raise SweepError(
            f"xarray data sets need the libraries xarray and dask, and {error.name} is missing; install it with pip."
        ) from error
    weeks, runs = list(sweep.weeks_kept), list[str]()
    pieces: dict[str, list[Any]] = {name: [] for name in names}
    for part, held in sweep._parts():
        if not held.any():
            continue
        shape = (int(held.sum()), len(weeks))
        runs += [run for run, keep in zip(part.runs, held, strict=True) if keep]
        for name in names:
            block = dask.delayed(_block)(part, held, name, len(weeks))
            pieces[name].append(dask.array.from_delayed(block, shape, dtype=float))
    if not runs:
        raise SweepError(f"{sweep.folder} holds no run yet; sweep first.")
    units = sweep.manifest["observables"]
    values = {
        name: (("run", "week"), dask.array.concatenate(blocks), _meaning(units[name]))
        for name, blocks in pieces.items()
    }
    rows = sweep.design.drop_duplicates("run").set_index("run").loc[runs]
    coordinates = {name: ("run", rows[name].to_numpy()) for name in rows if name != "row"}
    return xarray.Dataset(values, {"run": runs, "week": weeks, **coordinates})


def _meaning(seen: dict[str, str]) -> dict[str, str]:
    """Return unit and label of an observable under the names that xarray looks for."""
    return {"units": seen["unit"], "long_name": seen["label"]}


def _block(part: Part, held: np.ndarray, name: str, weeks: int) -> np.ndarray:
    """Read one observable of a file as an array of the shape (runs, weeks)."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(part.path, page_checksum_verification=True)
    column = file.read(columns=[name], use_threads=False)[name].to_numpy()
    return np.asarray(column.reshape(weeks, len(part.runs)).T[held])
