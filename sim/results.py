"""What we keep of a run: the weeks, the events and where they came from; never an industry inside.

A result is a folder: `weeks.parquet`, `events.parquet`, `manifest.json` and, where asked for, `agents/`. It
is written beside its place and moved there whole, so a half-written folder is never taken for a result.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.params import LimelightError
from sim.scenario import plain

WEEKS_FILE = "weeks.parquet"
EVENTS_FILE = "events.parquet"
MANIFEST_FILE = "manifest.json"
AGENTS_FOLDER = "agents"
TABLES = (WEEKS_FILE, EVENTS_FILE)

EVENT_COLUMNS = {
    "week": pa.int64(),
    "date": pa.timestamp("ms"),
    "kind": pa.string(),
    "subject": pa.string(),
    "magnitude": pa.float64(),
    "detail": pa.string(),
}
_PEEKS, _PAUSE = 12, 0.02  # how often, and how long (seconds) between, a swapped folder is looked for
_ATTEMPTS = 50  # rivals that swap the same folder at the same moment; each try lets one of them finish


class ResultError(LimelightError):
    """A result folder cannot be read or written; the message names the folder and the remedy."""


@dataclass(frozen=True)
class Results:
    """What one world did: a row per week, a row per event, and a manifest that says where they came from."""

    weeks: pd.DataFrame
    events: pd.DataFrame
    manifest: dict[str, Any] = field(repr=False)
    folder: Path | None = None

    def save(self, folder: str | Path) -> Results:
        """Write the result whole or not at all, and return it as it lies in its folder."""
        place = Path(folder)
        with workshop(place) as bench:
            if self.folder is not None and (self.folder / AGENTS_FOLDER).is_dir():
                shutil.copytree(self.folder / AGENTS_FOLDER, bench / AGENTS_FOLDER)
            for world in worlds_in(self.folder).values():
                shutil.copyfile(world, bench / world.name)
            self.write_into(bench)
            kept = Results.load(bench)
        return replace(kept, folder=place)

    def write_into(self, bench: Path) -> None:
        """Put the three files into an open folder; the manifest is last, for it holds the others' digests."""
        write_table(pa.Table.from_pandas(self.weeks, preserve_index=False), bench / WEEKS_FILE)
        schema = pa.schema(list(EVENT_COLUMNS.items()))
        write_table(pa.Table.from_pandas(self.events, schema=schema, preserve_index=False), bench / EVENTS_FILE)
        digests = {name: hashlib.sha256((bench / name).read_bytes()).hexdigest() for name in TABLES}
        (bench / MANIFEST_FILE).write_text(_lines_of({**self.manifest, "files": digests}), encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> Results:
        """Read a result back; a folder that is not whole is named, with the remedy, and never returned."""
        place = Path(folder)
        try:
            manifest, tables = _read(place)
            weeks, events = (_frame(tables[name]) for name in TABLES)
        except FileNotFoundError as error:
            if not place.exists():
                raise ResultError(f"{place}: there is no such result folder; check the path.") from error
            raise ResultError(_not_whole(place, f"{Path(error.filename).name} is missing")) from error
        except NotADirectoryError as error:
            raise ResultError(f"{place} is a file, not a result folder; move it away.") from error
        except OSError as error:
            reason = error.strerror or error
            raise ResultError(f"{place} cannot be read ({reason}); check its permissions.") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise ResultError(_not_whole(place, f"{MANIFEST_FILE} lacks what a manifest says")) from error
        except ResultError:
            raise
        except ValueError as error:  # broken JSON, bytes that are no text, and pyarrow's ArrowInvalid
            raise ResultError(_not_whole(place, "a file in it cannot be decoded")) from error
        return cls(weeks, events, manifest, place)


def _lines_of(manifest: Mapping[str, Any]) -> str:
    """Lay a manifest out as JSON with a line for each of its entries, and for each entry of those that have some."""
    text = json.JSONEncoder(allow_nan=False).encode  # the compiled one, which knows no indents
    written = []
    for name, value in plain(manifest).items():
        entries = [f"{text(key)}: {text(entry)}" for key, entry in value.items()] if isinstance(value, dict) else []
        inside = ",\n    ".join(entries)
        written.append(f"{text(name)}: " + (f"{{\n    {inside}\n  }}" if entries else text(value)))
    return "{\n  " + ",\n  ".join(written) + "\n}\n"


def world_file(week: int) -> str:
    """Name the file in a result folder that holds the whole world of a week."""
    return f"world-week-{week:04d}.npz"


def worlds_in(folder: Path | None) -> dict[int, Path]:
    """List the worlds that lie saved in a result folder, by week."""
    files = [] if folder is None else sorted(folder.glob("world-week-*.npz"))
    return {int(file.stem.rpartition("-")[2]): file for file in files if file.stem.rpartition("-")[2].isdecimal()}


def _read(place: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read the manifest and the bytes of the tables it promises; look again while a rival swaps them."""
    for peek in range(_PEEKS):
        try:
            manifest = json.loads((place / MANIFEST_FILE).read_text(encoding="utf-8"))
            tables = {name: (place / name).read_bytes() for name in TABLES}
            break
        except FileNotFoundError:
            if peek == _PEEKS - 1:
                raise
            time.sleep(_PAUSE)
    for name, content in tables.items():
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]:
            raise ResultError(_not_whole(place, f"{name} was changed or cut off"))
    return manifest, tables


def _frame(content: bytes) -> pd.DataFrame:
    """Decode a table in this thread alone: pools of threads and short-lived processes do not go together."""
    return pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False).to_pandas(use_threads=False)


def weeks_frame(rows: list[dict[str, float]], dates: list[Any], first_week: int = 0) -> pd.DataFrame:
    """Lay the observed weeks out as a table: `week`, `date`, then the observables in their order."""
    columns: dict[str, Any] = {
        "week": np.arange(first_week, first_week + len(rows), dtype=np.int64),
        "date": np.array(dates, dtype="datetime64[ms]"),
    }
    for name in rows[0]:
        columns[name] = np.array([row[name] for row in rows], dtype=np.float64)
        assert np.isfinite(columns[name]).all(), f"{name} is not a number in some week"
    return pd.DataFrame(columns)


def events_frame(events: list[Any], date_of_week: Any) -> pd.DataFrame:
    """Lay the event log out as a table: week, date, kind, subject, magnitude, detail."""
    return pd.DataFrame(
        {
            "week": np.array([event.week for event in events], dtype=np.int64),
            "date": np.array([date_of_week(event.week) for event in events], dtype="datetime64[ms]"),
            "kind": pd.array([str(event.kind) for event in events], dtype="str"),
            "subject": pd.array([str(event.subject) for event in events], dtype="str"),
            "magnitude": np.array([float(event.magnitude) for event in events], dtype=np.float64),
            "detail": pd.array([str(event.detail) for event in events], dtype="str"),
        }
    )


def agents_table(columns: Mapping[str, np.ndarray], keep: np.ndarray) -> pa.Table:
    """Turn columns into a table of the kept rows; a state of several numbers becomes `name_0`, `name_1`..."""
    arrays: dict[str, pa.Array] = {"row": pa.array(np.flatnonzero(keep))}
    for name, column in columns.items():
        kept = np.asarray(column)[: keep.size][keep]
        if kept.ndim == 1:
            arrays[name] = pa.array(kept)
            continue
        flat = kept.reshape(kept.shape[0], math.prod(kept.shape[1:]))
        for place in range(flat.shape[1]):
            arrays[f"{name}_{place}"] = pa.array(np.ascontiguousarray(flat[:, place]))
    return pa.table(arrays)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table so that the same data always gives the same bytes: no metadata of pandas, no date."""
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd", version="2.6")


@contextmanager
def workshop(place: Path, renew: bool = True) -> Iterator[Path]:
    """Lend an empty folder beside `place` and move it there when the work is done, or remove it on failure.

    With `renew` false a folder that a rival has put there meanwhile stays, and the new one is dropped.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        bench = Path(tempfile.mkdtemp(prefix=f".{place.name}-", suffix=".partial", dir=place.parent))
        bench.chmod(0o755)  # mkdtemp makes folders that only their owner may enter
    except OSError as error:
        raise _cannot_write(place.parent, error) from error
    try:
        yield bench
        _publish(bench, place, renew)
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, ValueError):
            raise
        raise _cannot_write(place.parent, error) from error
    finally:
        shutil.rmtree(bench, ignore_errors=True)


def _publish(bench: Path, place: Path, renew: bool) -> None:
    """Move the finished folder to its place; what stood there stays, or is moved away and then deleted."""
    for _ in range(_ATTEMPTS):
        try:
            os.rename(bench, place)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        if not renew:
            return
        away = Path(tempfile.mkdtemp(prefix=f".{place.name}-", suffix=".old", dir=place.parent))
        try:
            os.rename(place, away / "old")
        except FileNotFoundError:
            pass  # a rival moved it away in the meantime: try again
        finally:
            shutil.rmtree(away, ignore_errors=True)
    raise ResultError(f"{place} is being rewritten by other processes all the time; try again later.")


def _not_whole(place: Path, reason: str) -> str:
    """Say in one sentence why a folder is no result and what to do."""
    return f"{place} is not a whole result ({reason}); delete the folder or run again with --fresh."


def _cannot_write(parent: Path, error: Exception) -> ResultError:
    """Say in one sentence why nothing can be written there and what to do."""
    code = getattr(error, "errno", None)
    if code in (errno.ENOSPC, errno.EDQUOT):
        return ResultError(f"{parent}: no space left on the disk; free some or give another folder with --out.")
    if code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ResultError(f"{parent} may not be written to; give another folder with --out.")
    if code in (errno.EEXIST, errno.ENOTDIR):
        return ResultError(f"{parent} is a file or lies below one, not a folder; give another folder with --out.")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ResultError(f"{parent} cannot hold the results ({reason}); give another folder with --out.")
