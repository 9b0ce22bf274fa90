"""A large sweep, made up, is read without being held: by the reader, and by the libraries that others use."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.sweeps import Sweep, compact, load
from sim.sweeps.store import Keeping, Lived, Store

RUNS, WEEKS, PARTS = 1_200, 300, 6
NAMES = tuple(f"reading_{number}" for number in range(6))
"""1,200 runs x 300 weeks x 6 observables: 17 MB, of which a reader may hold a small part."""


def value(run: int | np.ndarray, week: int | np.ndarray, place: int) -> np.ndarray:
    """What run, week and observable say: any value read can be checked."""
    return np.asarray(run * 1000.0 + week + place / 8)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """A sweep whose runs nobody lived."""
    out = tmp_path_factory.mktemp("large")
    keeping, runs = Keeping(NAMES, tuple(range(WEEKS)), "f" * 64), [f"{number:016x}" for number in range(RUNS)]
    for first in range(0, RUNS, RUNS // PARTS):
        numbers = np.arange(first, first + RUNS // PARTS)
        values = np.stack([value(numbers[:, None], np.arange(WEEKS), place) for place in range(len(NAMES))], axis=2)
        Store(out).keep(Lived([runs[number] for number in numbers], [0.05] * len(numbers), list(values)), keeping)
    table = pd.DataFrame({"row": range(RUNS), "sample": np.arange(RUNS) // 4, "seed": np.arange(RUNS) % 4, "run": runs})
    folder = out / "sweep-0"
    folder.mkdir()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), folder / "design.parquet")
    units = {name: {"unit": "h/week", "label": name} for name in NAMES}
    kept = {"observables": NAMES, "weeks": keeping.weeks, "source": keeping.source}
    (folder / "sweep.json").write_text(json.dumps({"kept": kept, "observables": units}))
    return load(folder)


def test_pieces_are_small_and_hold_every_row_once(made_up: Sweep) -> None:
    seen, most = 0, 0
    for piece in made_up.weeks():
        numbers = piece["run"].map(lambda name: int(name, 16)).to_numpy()
        for place, name in enumerate(NAMES):
            np.testing.assert_array_equal(piece[name], value(numbers, piece["week"].to_numpy(), place))
        seen += len(piece)
        most = max(most, pa.total_allocated_bytes())
    assert seen == RUNS * WEEKS
    assert most < 0.3 * RUNS * WEEKS * len(NAMES) * 8


def test_one_week_is_found_without_reading_the_others(made_up: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = []
    before = pq.ParquetFile.read_row_group

    def counted(self: pq.ParquetFile, group: int, **how: object) -> pa.Table:
        groups.append(group)
        return before(self, group, **how)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    frame = made_up.at(-1, "reading_2")
    np.testing.assert_array_equal(frame["reading_2"], value(np.arange(RUNS), WEEKS - 1, 2))
    assert len(groups) == PARTS and all(pq.read_metadata(path).num_row_groups > 1 for path in made_up.files)


def test_a_summary_over_replicates_streams(made_up: Sweep) -> None:
    summary = made_up.summary("reading_0", at=[0, 299])
    assert len(summary) == 2 * RUNS // 4 and set(summary["replicates"]) == {4}
    first = summary[(summary["sample"] == 5) & (summary["week"] == 299)].iloc[0]
    np.testing.assert_allclose((first["mean"], first["deviation"]), (21_799, 1000 * np.std(range(4), ddof=1)))


def test_pandas_reads_the_files(made_up: Sweep) -> None:
    frame = pd.read_parquet(made_up.files[0].parent, columns=["run", "week", "reading_1"], filters=[("week", "==", 7)])
    joined = made_up.design.merge(frame, on="run")
    np.testing.assert_array_equal(joined["reading_1"], value(joined["row"].to_numpy(), 7, 1))
    assert made_up.dataset.count_rows() == RUNS * WEEKS


def test_polars_reads_the_files_lazily(made_up: Sweep) -> None:
    polars = pytest.importorskip("polars")
    lazy = polars.scan_parquet(made_up.files).filter(polars.col("week") == 7).select("run", "reading_1")
    joined = polars.read_parquet(made_up.folder / "design.parquet").join(lazy.collect(), on="run")
    np.testing.assert_array_equal(joined["reading_1"].to_numpy(), value(joined["row"].to_numpy(), 7, 1))
    assert len(joined) == RUNS


def test_duckdb_reads_the_files_lazily(made_up: Sweep) -> None:
    duckdb = pytest.importorskip("duckdb")
    rows = duckdb.sql(
        f"select sample, avg(reading_1) from '{made_up.folder}/design.parquet' join"
        f" '{made_up.files[0].parent}/*.parquet' using (run) where week = 7 group by sample order by sample"
    ).fetchall()
    expected = value(np.arange(RUNS), 7, 1).reshape(-1, 4).mean(axis=1)
    np.testing.assert_array_equal([mean for _, mean in rows], expected)


def test_xarray_reads_a_file_when_its_values_are_used(made_up: Sweep) -> None:
    pytest.importorskip("xarray")
    pytest.importorskip("dask")
    lazy = made_up.to_xarray(["reading_3"])
    assert lazy["reading_3"].chunks is not None and lazy.sizes == {"run": RUNS, "week": WEEKS}
    assert lazy["reading_3"].attrs["units"] == "h/week"
    mean = lazy["reading_3"].sel(week=100).groupby("seed").mean()
    np.testing.assert_allclose(mean, [value(np.arange(seed, RUNS, 4), 100, 3).mean() for seed in range(4)])


def test_compaction_keeps_every_bit_and_orders_by_week(made_up: Sweep) -> None:
    before = made_up.at(150).drop(columns="row")
    assert compact(made_up.folder.parent) == (PARTS, 1)
    merged = load(made_up.folder)
    pd.testing.assert_frame_equal(merged.at(150).drop(columns="row"), before, check_exact=True)
    weeks = pq.read_table(merged.files[0], columns=["week"])["week"].to_numpy()
    assert (np.diff(weeks) >= 0).all() and len(weeks) == RUNS * WEEKS
