"""What many worlds say: one reading a run, and the difference between twins that share a choice of numbers and luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.indices import SensitivityError
from sim.designs import Design
from sim.params import nearest

if TYPE_CHECKING:
    from sim.sweeps import Sweep

CROSSED = ("policy", "ai", "fans", "agencies", "starts")
"""Columns of a design in which the same point may be lived in several ways."""


def design_of(found: Sweep) -> Design:
    """Return the design of a sweep, as its manifest holds it."""
    return Design(**found.manifest["design"])


def check_points(found: Sweep, design: Design) -> None:
    """Refuse a sweep whose points this installation would lay elsewhere: it no longer knows how they were chosen."""
    names = [each.name for each in design.varied]
    points = [
        [each.at(share) for each, share in zip(design.varied, shares, strict=True)]
        for shares in design.points().tolist()
    ]
    lived = found.design.drop_duplicates("sample").reset_index(drop=True).reindex(columns=names)
    try:
        again = pd.DataFrame(points, columns=names)
        pd.testing.assert_frame_equal(again, lived, check_dtype=False, rtol=1e-9, atol=1e-12)
    except AssertionError as error:
        raise SensitivityError(
            f"{found.folder}: its design gives other points today than those that were lived, since the model's numbers"
            " or the libraries SALib or NumPy have changed; sweep again, or go back to the versions in its manifest."
        ) from error


def readings(found: Sweep, observables: Sequence[str], week: int | None = None, over: int = 1) -> pd.DataFrame:
    """Return the design's rows with a column for each observable, NaN where a run failed or has not been lived yet.

    A reading is the mean of those of the `over` weeks up to `week` that the sweep kept; without `week`, up to the last.
    """
    kept = found.weeks_kept
    last = kept[-1] if week is None else week
    if last not in kept:
        near = min(kept, key=lambda each: abs(each - last))
        raise SensitivityError(f"the sweep keeps nothing of week {last}; the nearest week that it keeps is {near}.")
    span = [each for each in kept if last - over < each <= last]
    if len(span) == 1:
        return found.at(last, list(observables))
    names, frame = list(observables), found.table.copy()
    sums = pd.DataFrame(0.0, index=frame["run"].unique(), columns=names)
    for part in found.weeks(names, span):
        of_part = part.groupby("run")[names].sum()
        sums.loc[of_part.index] += of_part
    means = sums.loc[frame["run"]].set_axis(frame.index) / len(span)
    frame[names] = means.where(frame["status"] == "ok")
    return frame


def differences(
    frame: pd.DataFrame, observables: Sequence[str], of: Mapping[str, object], against: Mapping[str, object]
) -> pd.DataFrame:
    """Return what one kind of world has more of than its twin: a row for each point and seed, with the point's numbers.

    `of` and `against` say which worlds, such as `{"ai": "evolving"}` and `{"ai": "none"}`; what `against` leaves out is
    as in `of`.
    """
    key = ["sample", "seed"]
    one, other = (chosen(frame, which).set_index(key) for which in (of, {**of, **against}))
    changed = one.copy()
    changed[list(observables)] = one[list(observables)] - other[list(observables)].reindex(one.index)
    return changed.reset_index()


def chosen(frame: pd.DataFrame, which: Mapping[str, object]) -> pd.DataFrame:
    """Return the rows of one kind of world, each point and seed once; say how to choose where there are several."""
    for column, value in which.items():
        if column not in frame or column not in CROSSED:
            there = [name for name in CROSSED if name in frame]
            raise SensitivityError(
                f"the sweep does not tell worlds apart by '{column}'; "
                + (f"it does by {', '.join(there)}." if there else "all its worlds are of one kind.")
            )
        known = [str(each) for each in frame[column].unique()]
        if str(value) not in known:
            raise SensitivityError(
                f"no world of the sweep has {column} = {value}; the nearest is {nearest(str(value), known)!r}."
            )
        frame = frame[frame[column].astype(str) == str(value)]
    if frame.duplicated(["sample", "seed"]).any():
        several = [name for name in CROSSED if name in frame and frame.groupby("sample")[name].nunique().max() > 1]
        named = f"{several[0]}={frame[several[0]].iloc[0]}"
        raise SensitivityError(
            f"each point of the sweep was lived in several ways ({', '.join(several)}); say which, such as"
            f" --of {named}, and --against another to see the difference."
        )
    return frame


def source_of(found: Sweep) -> str:
    """Say where a sweep comes from: model, design, scenario and scale."""
    design, version = design_of(found), found.manifest["versions"].get("limelight") or "unreleased"
    return (
        f"Limelight {version}, sweep “{design.name}” of the scenario “{design.base.title}”: {design.base.fans:,} fans,"
        f" {design.base.agencies:,} agencies, {design.points_count:,} choices of {len(design.varied)} numbers"
    )
