"""What a sweep keeps: parts of many runs each, in one store that sweeps share; whole or not there at all.

    DIR/runs/SOURCE-KEPT/part-….parquet     run, week and observables: a row for each week kept of each run
    DIR/failures/SOURCE-KEPT/….parquet      run, error, traceback, scenario: a row for each run that failed
    DIR/NAME-DESIGN/design.parquet          which row of a design is which run, with its manifest beside it

Runs that kept other weeks or observables, or that another version of the model lived, lie in folders of their own, so
the files of one folder always fit together. A part names its runs in its footer. Within a part rows are ordered by week
and then by run, so that one week is found without reading the others.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.params import LimelightError
from sim.results import cannot_write
from sim.scenario import source_hash

RUNS, FAILURES, LOCK = "runs", "failures", "lock"
FOOTER = b"limelight"
ROWS_IN_GROUP = 32_768
UNFINISHED, DAMAGED = ".partial", ".damaged"
ABANDONED = 3600.0  # seconds after which an unfinished file has no writer any more; writing one takes far less
FAILURE_COLUMNS = ("run", "error", "traceback", "scenario")


class SweepError(LimelightError):
    """A sweep cannot be lived, kept or read; the message names the folder or file and the remedy."""


@dataclass(frozen=True)
class Keeping:
    """What is kept of each run: these observables, after these weeks, of worlds lived by this source of the model."""

    observables: tuple[str, ...]
    weeks: tuple[int, ...]
    source: str = field(default_factory=lambda: source_hash())

    @property
    def name(self) -> str:
        """The folder of runs that kept the same; the source comes first."""
        text = json.dumps([self.observables, self.weeks])
        return f"{self.source[:8]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Failure:
    """A run that failed: its scenario as JSON (what of it there was), the error in one sentence, the traceback."""

    run: str
    error: str
    traceback: str
    scenario: str


@dataclass
class Lived:
    """What became of a chunk of runs: `values` has the shape (weeks, runs, observables)."""

    runs: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def table(self, keeping: Keeping) -> pa.Table:
        """Lay the runs out as a part: run, week, observables, ordered by week and then as the runs were lived."""
        weeks, count = len(keeping.weeks), len(self.runs)
        block = np.stack(self.values, axis=1).reshape(weeks * count, len(keeping.observables))
        named = pa.DictionaryArray.from_arrays(np.tile(np.arange(count, dtype=np.int32), weeks), pa.array(self.runs))
        columns = {
            "run": named.cast(pa.string()),
            "week": pa.array(np.repeat(np.array(keeping.weeks, dtype=np.int32), count)),
            **{name: pa.array(np.ascontiguousarray(block[:, at])) for at, name in enumerate(keeping.observables)},
        }
        return pa.table(columns)


@dataclass(frozen=True)
class Part:
    """One file of the store and the runs that are whole in it."""

    path: Path
    runs: tuple[str, ...]
    seconds: tuple[float, ...]
    rows: int

    @classmethod
    def read(cls, path: Path) -> Part:
        """Read the footer of a part; a ValueError or OSError if it is none."""
        found = pq.read_metadata(path)
        content = json.loads((found.metadata or {})[FOOTER])
        part = cls(path, tuple(content["runs"]), tuple(content["seconds"]), found.num_rows)
        if part.rows != len(part.runs) * content["weeks"]:
            raise ValueError("it has not as many rows as it should")
        return part


@dataclass(frozen=True)
class Index:
    """The parts of one folder of runs; of a run that lies in several, the first part counts."""

    parts: tuple[Part, ...]

    @cached_property
    def owner(self) -> dict[str, int]:
        """The place of the part that each run is read from."""
        owner: dict[str, int] = {}
        for place, part in enumerate(self.parts):
            for run in part.runs:
                owner.setdefault(run, place)
        return owner

    @cached_property
    def seconds(self) -> dict[str, float]:
        """How long each run took."""
        return {run: second for part in reversed(self.parts)
                for run, second in zip(part.runs, part.seconds, strict=True)}  # fmt: skip


class Store:
    """The folder in which sweeps keep their runs."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def runs(self, keeping: Keeping) -> Path:
        """The folder of the parts of runs that kept the same."""
        return self.folder / RUNS / keeping.name

    def failures(self, keeping: Keeping) -> Path:
        """The folder of their failures."""
        return self.folder / FAILURES / keeping.name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other sweeps out of the folder for the time of the block; the lock of a dead process is none.

        Where the file system knows no locks two sweeps may work at once: they live some runs twice, and readers take
        each run once.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        try:
            _lock(file, self.folder)
            owner = f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
            try:
                os.ftruncate(file, 0)
                os.pwrite(file, owner.encode(), 0)
            except OSError as error:
                raise cannot_write(self.folder, error) from error
            yield
        finally:
            os.close(file)

    def index(self, keeping: Keeping, set_aside: list[str] | None = None) -> Index:
        """List the whole parts of a folder by the names in their footers.

        With `set_aside` a damaged part is renamed and its name added there, so that its runs are lived again; without
        it one is an error. What a killed process left unfinished is removed then, too, once it is an hour old: where
        locks are unknown, or on a worker of a sweep that was stopped, a younger file may still be written.
        """
        parts = []
        for path in sorted(self.runs(keeping).glob("*.parquet")):
            try:
                parts.append(Part.read(path))
            except FileNotFoundError:
                continue  # a compaction took it away just now, and its runs lie in another part
            except (OSError, ValueError, KeyError, TypeError) as error:
                if set_aside is None:
                    raise SweepError(damaged(path, error)) from error
                set_aside.append(f"{path.name}{DAMAGED}")
                os.replace(path, path.with_name(set_aside[-1]))
        if set_aside is not None:
            for left in self.runs(keeping).glob(f".*{UNFINISHED}"):
                with suppress(FileNotFoundError):  # its writer has finished just now
                    if time.time() - left.stat().st_mtime > ABANDONED:
                        left.unlink()
        return Index(tuple(parts))

    def keep(self, lived: Lived, keeping: Keeping) -> None:
        """Write a chunk of runs: one part, and one file of failures; each is there whole or not at all."""
        if lived.runs:
            write_part(self.runs(keeping), lived.table(keeping), lived.runs, lived.seconds, len(keeping.weeks))
        if lived.failures:
            columns = {name: [getattr(failure, name) for failure in lived.failures] for name in FAILURE_COLUMNS}
            table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
            _write(self.failures(keeping), f"failed-{_name_of(columns['run'])}.parquet", table)

    def failed(self, keeping: Keeping) -> dict[str, Failure]:
        """Read all failures by run; a run that failed and was lived later is among them, too."""
        failed: dict[str, Failure] = {}
        for path in sorted(self.failures(keeping).glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns):
            try:
                rows = pq.ParquetFile(path).read(use_threads=False).to_pylist()
            except (OSError, ValueError) as error:
                raise SweepError(f"{path} is damaged ({error}); delete it and sweep again.") from error
            failed |= {row["run"]: Failure(**row) for row in rows}
        return failed


def write_part(folder: Path, table: pa.Table, runs: Sequence[str], seconds: Sequence[float], weeks: int) -> Path:
    """Write a part whole or not at all, and return its path; its name says which runs it holds."""
    footer = {"runs": list(runs), "seconds": [round(second, 4) for second in seconds], "weeks": weeks}
    table = table.replace_schema_metadata({FOOTER: json.dumps(footer).encode()})
    return _write(folder, f"part-{_name_of(runs)}.parquet", table)


def damaged(path: Path, error: Exception) -> str:
    """Say that a part cannot be read and what to do."""
    return f"{path} is damaged ({' '.join(str(error).split())}); delete it and sweep again: its runs are lived anew."


def _name_of(runs: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(runs).encode()).hexdigest()[:16]


def _write(folder: Path, name: str, table: pa.Table) -> Path:
    """Write a table beside its place, make sure that the disk has it, and move it there."""
    path, bench = folder / name, folder / f".{name}.{os.getpid()}{UNFINISHED}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with bench.open("wb") as file:
                pq.write_table(table, file, compression="zstd", version="2.6", row_group_size=ROWS_IN_GROUP,
                               use_dictionary=["run"] if "week" in table.column_names else False,
                               write_page_checksum=True)  # fmt: skip
                file.flush()
                os.fsync(file.fileno())
            os.replace(bench, path)
            _settle(folder)
        finally:
            bench.unlink(missing_ok=True)
    except (OSError, pa.ArrowException) as error:
        raise cannot_write(folder, error) from error
    return path


def _settle(folder: Path) -> None:
    """Make sure that the disk knows the new name, where the system can say so of a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _lock(file: int, folder: Path) -> None:
    """Take the lock of a folder, or say who has it."""
    try:
        import fcntl
    except ImportError:  # a system without such locks
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            return  # a file system without such locks
        owner = os.pread(file, 200, 0).decode(errors="replace") or "another process"
        raise SweepError(
            f"{folder}: another sweep is at work there ({owner}); wait until it has ended, or give another folder"
            " with --out."
        ) from error


def observables_kept(chosen: Sequence[str], known: dict[str, Any]) -> tuple[str, ...]:
    """Return the observables to keep, all if none is chosen; an unknown one is refused with the nearest."""
    from sim.params import nearest

    for name in chosen:
        if name not in known:
            raise SweepError(f"there is no observable '{name}'; the nearest is '{nearest(name, known)}'.")
    return tuple(chosen) or tuple(known)
