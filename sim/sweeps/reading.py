"""Reads a sweep back piece by piece: a design, a status for each run, and the weeks without ever holding them all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from sim.params import nearest
from sim.sweeps.store import Index, Keeping, Part, Store, SweepError, damaged

if TYPE_CHECKING:
    import xarray

DESIGN_FILE, MANIFEST_FILE = "design.parquet", "sweep.json"
OK, FAILED, WAITING = "ok", "failed", "waiting"


@dataclass(frozen=True)
class Sweep:
    """The worlds of a design and what was kept of them; nothing is read before it is asked for.

    `design` has a row for each row of the design with the name of its run; several rows may be one run.
    """

    folder: Path
    design: pd.DataFrame = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)
    keeping: Keeping
    index: Index = field(repr=False)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row for each run: its name, status (ok, failed, waiting), seconds, and why it failed if it did."""
        names = self.design["run"].unique()
        failed = self._store.failed(self.keeping)
        status = [OK if name in self.index.owner else FAILED if name in failed else WAITING for name in names]
        frame = pd.DataFrame({"run": names, "status": status})
        frame["seconds"] = [self.index.seconds.get(name, np.nan) for name in names]
        for word in ("error", "traceback", "scenario"):
            frame[word] = [
                getattr(failed[name], word) if state == FAILED else ""
                for name, state in zip(names, status, strict=True)
            ]  # fmt: skip
        return frame

    @cached_property
    def table(self) -> pd.DataFrame:
        """The design with the name and the status of each row's run."""
        status = self.runs.set_index("run")["status"]
        return self.design.assign(status=status.loc[self.design["run"]].to_numpy())

    @property
    def observables(self) -> tuple[str, ...]:
        """The observables that were kept."""
        return self.keeping.observables

    @property
    def weeks_kept(self) -> tuple[int, ...]:
        """The weeks that were kept."""
        return self.keeping.weeks

    @property
    def files(self) -> list[Path]:
        """The Parquet files that hold runs of this sweep; runs of others may lie in them, too."""
        return [part.path for part, held in self._parts() if held.any()]

    @property
    def dataset(self) -> ds.Dataset:
        """The files as one data set of pyarrow, opened lazily; join it to `design` by `run`."""
        return ds.dataset([str(path) for path in self.files], format="parquet")

    def weeks(self, observables: Sequence[str] | str | None = None, at: Sequence[int] | int | None = None,
              ) -> Iterator[pd.DataFrame]:  # fmt: skip
        """Read what was kept piece by piece: frames of run, week and the observables, of some 30,000 rows at most.

        `at` chooses weeks (-1 is the last). Each run of the sweep comes once, whatever lies twice in the store.
        """
        names, weeks = self._names(observables), self._weeks(at)
        for part, held in self._parts():
            if held.any():
                yield from _pieces(part, held, names, weeks)

    def at(self, week: int = -1, observables: Sequence[str] | str | None = None) -> pd.DataFrame:
        """Return the design with the observables at one week, in its order; a run that is not there has NaN."""
        names = self._names(observables)
        runs = pd.Index(self.design["run"].unique())
        values = np.full((len(runs), len(names)), np.nan)
        for piece in self.weeks(names, week):
            values[runs.get_indexer(piece["run"])] = piece[names].to_numpy()
        rows = values[runs.get_indexer(self.design["run"])]
        return pd.concat([self.table, pd.DataFrame(rows, columns=names, index=self.table.index)], axis=1)

    def summary(
        self,
        observables: Sequence[str] | str | None = None,
        at: Sequence[int] | int | None = None,
        by: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Return mean, spread and the 95 % interval of the mean over replicates, read piece by piece.

        Replicates are rows of the design that differ in their seed only, or in all but the columns `by`.
        """
        from sim.sweeps.summing import summed

        names, weeks = self._names(observables), sorted(self._weeks(at))
        columns = [str(name) for name in self.design]
        groups = [name for name in columns if name not in ("row", "run", "seed")] if by is None else list(by)
        unknown = next((name for name in groups if name not in columns), None)
        if unknown is not None:
            raise SweepError(f"the design has no column '{unknown}'; the nearest is '{nearest(unknown, columns)}'.")
        return summed(self, names, weeks, groups)

    def to_xarray(self, observables: Sequence[str] | str | None = None) -> xarray.Dataset:
        """Return the runs as an xarray data set over run and week, which reads a file only when its values are used."""
        from sim.sweeps.summing import lazy_dataset

        return lazy_dataset(self, self._names(observables))

    @property
    def _store(self) -> Store:
        return Store(self.folder.parent)

    def _parts(self) -> Iterator[tuple[Part, np.ndarray]]:
        """Every part with which of its runs are read from it for this sweep."""
        mine = frozenset(self.design["run"])
        for place, part in enumerate(self.index.parts):
            held = np.array([run in mine and self.index.owner[run] == place for run in part.runs], dtype=bool)
            yield part, held

    def _names(self, observables: Sequence[str] | str | None) -> list[str]:
        if observables is None:
            return list(self.observables)
        names = [observables] if isinstance(observables, str) else list(observables)
        for name in names:
            if name not in self.observables:
                near = nearest(name, self.observables)
                raise SweepError(f"{self.folder} keeps no observable '{name}'; the nearest is '{near}'.")
        return names

    def _weeks(self, at: Sequence[int] | int | None) -> frozenset[int]:
        if at is None:
            return frozenset(self.weeks_kept)
        asked = {int(at)} if isinstance(at, int | np.integer) else {int(week) for week in at}
        many = len(self.weeks_kept)
        weeks = frozenset(self.weeks_kept[week] if -many <= week < 0 else week for week in asked)
        if not weeks <= set(self.weeks_kept):
            wrong = min(weeks - set(self.weeks_kept))
            near = min(self.weeks_kept, key=lambda week: abs(week - wrong))
            raise SweepError(f"{self.folder} keeps nothing of week {wrong}; the nearest week that it keeps is {near}.")
        return weeks


def load(folder: str | Path) -> Sweep:
    """Open what a sweep has kept, finished or not; `folder` is the one that the sweep has named."""
    place = Path(folder)
    design, manifest, keeping = read_design(place)
    return Sweep(place, design, manifest, keeping, Store(place.parent).index(keeping))


def read_design(place: Path) -> tuple[pd.DataFrame, dict[str, Any], Keeping]:
    """Read the design of a sweep with the names of its runs, the manifest, and what is kept of each run."""
    try:
        manifest = json.loads((place / MANIFEST_FILE).read_text(encoding="utf-8"))
        design = pq.ParquetFile(place / DESIGN_FILE).read(use_threads=False).to_pandas()
        kept = manifest["kept"]
        keeping = Keeping(tuple(kept["observables"]), tuple(kept["weeks"]), kept["source"])
    except FileNotFoundError as error:
        near = sorted(path.parent.name for path in place.glob(f"*/{MANIFEST_FILE}"))
        hint = f"; it holds the sweeps {', '.join(near)}, name one of them" if near else "; check the path"
        raise SweepError(f"{place}: there is no sweep in this folder{hint}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SweepError(f"{place} holds no whole sweep; sweep again, which keeps its runs.") from error
    return design, manifest, keeping


def _pieces(part: Part, held: np.ndarray, names: list[str], weeks: frozenset[int]) -> Iterator[pd.DataFrame]:
    """Read the wanted weeks of the wanted runs of one part, one group of rows after the other."""
    wanted = pa.array([run for run, keep in zip(part.runs, held, strict=True) if keep])
    try:
        with pq.ParquetFile(part.path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                if not _may_hold(file.metadata.row_group(group), weeks):
                    continue
                rows = file.read_row_group(group, columns=["run", "week", *names], use_threads=False)
                span = pc.min_max(rows["week"]).as_py()
                if not weeks.issuperset(range(span["min"], span["max"] + 1)):
                    rows = rows.filter(pc.is_in(rows["week"], pa.array(sorted(weeks), pa.int32())))
                if not held.all():
                    rows = rows.filter(pc.is_in(rows["run"], wanted))
                if len(rows):
                    yield rows.to_pandas(use_threads=False)
    except FileNotFoundError as error:
        raise SweepError(
            f"{part.path} is gone; it was probably merged with others since the sweep was loaded: load it again."
        ) from error
    except (OSError, ValueError) as error:
        raise SweepError(damaged(part.path, error)) from error


def _may_hold(group: Any, weeks: frozenset[int]) -> bool:
    """Tell by its statistics whether a group of rows can hold one of these weeks."""
    found = group.column(1).statistics
    return found is None or not found.has_min_max or any(found.min <= week <= found.max for week in weeks)
