"""Makes few large parts of many small ones, without a moment in which a run is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.sweeps.store import RUNS, Index, Part, Store, SweepError, damaged, write_part

CELLS_IN_PART = 16_000_000
"""Numbers in a large part, an eighth of a gigabyte; merging takes about four times as much memory."""

SMALL = 0.5  # a part of less than this share of a large one is merged with others


def compact(out: str | Path) -> tuple[int, int]:
    """Merge the small parts of a folder of sweeps and drop what lies there twice; return how many there were and are.

    The values stay the same to the bit. A merged part is there before the old ones go, so an interruption leaves at
    worst runs that lie in two parts, which readers take once.
    """
    store = Store(out)
    if not store.folder.is_dir():
        raise SweepError(f"{out}: there is no such folder of sweeps; check the path.")
    before = after = 0
    with store.locked():
        for folder in sorted((store.folder / RUNS).glob("*")):
            index = _index(folder)
            before += len(index.parts)
            written: set[Path] = set()
            for batch in _batches(index):
                _merge(folder, index, batch, written)
            after += len(list(folder.glob("*.parquet")))
    return before, after


def _index(folder: Path) -> Index:
    """List the parts of a folder, the largest first, so that they own what lies twice."""
    parts = []
    for path in sorted(folder.glob("*.parquet")):
        try:
            parts.append(Part.read(path))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SweepError(damaged(path, error)) from error
    return Index(tuple(sorted(parts, key=lambda part: -part.rows)))


def _batches(index: Index) -> Iterator[list[int]]:
    """Deal the parts that are small, or of which some runs lie elsewhere too, into batches of about a large part."""
    batch, cells = list[int](), 0
    for place, part in enumerate(index.parts):
        columns = pq.read_metadata(part.path).num_columns
        whole = all(index.owner[run] == place for run in part.runs)
        if whole and part.rows * columns >= SMALL * CELLS_IN_PART:
            continue
        if batch and cells + part.rows * columns > CELLS_IN_PART:
            yield batch
            batch, cells = [], 0
        batch.append(place)
        cells += part.rows * columns
    if len(batch) > 1 or any(index.owner[run] != place for place in batch for run in index.parts[place].runs):
        yield batch


def _merge(folder: Path, index: Index, batch: list[int], written: set[Path]) -> None:
    """Write one part of the runs that the parts of a batch own, ordered by week and then by name; remove those.

    The new one is added to `written`: a part may have the very name of one that was to go.
    """
    tables, runs, seconds = [], list[str](), list[float]()
    for place in batch:
        part = index.parts[place]
        mine = [run for run in part.runs if index.owner[run] == place]
        try:
            rows = pq.ParquetFile(part.path, page_checksum_verification=True).read(use_threads=False)
        except (OSError, ValueError) as error:
            raise SweepError(damaged(part.path, error)) from error
        wanted = pa.array(mine, pa.string())
        tables.append(rows if len(mine) == len(part.runs) else rows.filter(pc.is_in(rows["run"], wanted)))
        runs += mine
        seconds += [second for run, second in zip(part.runs, part.seconds, strict=True) if index.owner[run] == place]
    if runs:
        table = pa.concat_tables(tables)
        order = np.argsort(np.array(runs), kind="stable")
        table = table.take(pc.sort_indices(table, [("week", "ascending"), ("run", "ascending")]))
        named = [runs[at] for at in order]
        written.add(write_part(folder, table, named, [seconds[at] for at in order], len(table) // len(runs)))
    for place in batch:
        if index.parts[place].path not in written:
            index.parts[place].path.unlink(missing_ok=True)
