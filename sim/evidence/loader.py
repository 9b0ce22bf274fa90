"""What is known about the real industry: facts with their sources, patterns, and aggregate tables."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import yaml

from sim.params import LimelightError, nearest

Use = Literal["calibration", "validation"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the evidence: what was measured, where it was read, and how far it can be trusted."""

    id: str
    topic: str
    construct: str
    quantity: str
    value: str
    range: str
    population: str
    source: str
    urls: tuple[str, ...]
    grade: str
    seen: str
    distributions: tuple[str, ...]

    @property
    def statement(self) -> str:
        """The row as one line: construct, quantity and value, as far as the row has them."""
        return ": ".join(part for part in (self.construct, self.quantity, self.value) if part)

    @property
    def citation(self) -> str:
        """Source and public addresses on one line."""
        return " ".join((self.source, *self.urls))


@dataclass(frozen=True, slots=True)
class Band:
    """One number of a pattern with the span that is accepted; `number` is None where only a span is known."""

    name: str
    number: float | None
    low: float
    high: float
    unit: str

    def holds(self, value: float) -> bool:
        """Whether a simulated value lies in the accepted span, ends included."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regularity of the real industry, used either to fit the model or to check it, never for both."""

    id: str
    statement: str
    bands: tuple[Band, ...]
    sources: tuple[Fact, ...]
    grade: str
    use: Use
    weak: bool
    note: str

    def band(self, name: str) -> Band:
        """The accepted span of one number of this pattern."""
        return _chosen({band.name: band for band in self.bands}, name, f"number of pattern {self.id}")


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """An aggregate table of the real industry: read-only columns of equal length, each with its unit."""

    name: str
    meaning: str
    source: str
    licence: str
    fact: Fact
    note: str
    units: Mapping[str, str]
    columns: Mapping[str, np.ndarray]

    def __getitem__(self, column: str) -> np.ndarray:
        """One column of the table; LimelightError where there is none of that name."""
        return _chosen(self.columns, column, f"column of distribution {self.name}")


def _chosen[Value](known: Mapping[str, Value], name: str, kind: str) -> Value:
    """The value under a name, or one sentence that names the nearest known one."""
    if name not in known:
        raise LimelightError(f"sim.evidence has no {kind} '{name}'; the nearest is '{nearest(name, known)}'.")
    return known[name]


def _text(file: str) -> str:
    return files("sim.evidence").joinpath(file).read_text(encoding="utf-8")


def _yaml(file: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(_text(file), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def _fact_of(row: dict[str, str]) -> Fact:
    addresses, tables = tuple(row.pop("url").split()), tuple(row.pop("distributions").split())
    return Fact(**row, urls=addresses, distributions=tables)


def _band_of(entry: Mapping[str, Any]) -> Band:
    low, high = (float(edge) for edge in entry["band"])
    return Band(entry["name"], entry["number"], low, high, entry["unit"])


def _pattern_of(name: str, entry: Mapping[str, Any]) -> Pattern:
    return Pattern(
        id=name,
        statement=entry["statement"],
        bands=tuple(_band_of(number) for number in entry["numbers"]),
        sources=tuple(fact(row) for row in entry["rows"]),
        grade=entry["grade"],
        use=entry["use"],
        weak=entry.get("weak", False),
        note=entry.get("note", ""),
    )


def _column_of(values: Iterable[Any]) -> np.ndarray:
    # A cell the source leaves empty becomes nan, which makes the column a column of floats.
    column = np.array([np.nan if value is None else value for value in values])
    column.flags.writeable = False
    return column


def _distribution_of(name: str, table: Mapping[str, Any], source: Mapping[str, str]) -> Distribution:
    columns = table["columns"]
    return Distribution(
        name=name,
        meaning=table["meaning"],
        source=f"{source['citation']} {source['url']}",
        licence=source["licence"],
        fact=fact(table["row"]),
        note=table.get("note", ""),
        units=MappingProxyType({key: column["unit"] for key, column in columns.items()}),
        columns=MappingProxyType({key: _column_of(column["values"]) for key, column in columns.items()}),
    )


@cache
def facts() -> Mapping[str, Fact]:
    """Every row of the evidence by its id, such as `work:D03`, in the order of the table."""
    rows = csv.DictReader(_text("facts.csv").splitlines())
    return MappingProxyType({row["id"]: _fact_of(row) for row in rows})


@cache
def patterns() -> Mapping[str, Pattern]:
    """Every pattern by its id, such as `work:P3`, in the order of the file."""
    entries = _yaml("patterns.yaml")
    return MappingProxyType({name: _pattern_of(name, entry) for name, entry in entries.items()})


@cache
def distributions() -> Mapping[str, Distribution]:
    """Every aggregate table by its name, such as `group_size_2020_2025`."""
    loaded = _yaml("distributions.yaml")
    return MappingProxyType(
        {
            name: _distribution_of(name, table, loaded["sources"][table["source"]])
            for name, table in loaded["tables"].items()
        }
    )


def fact(row: str) -> Fact:
    """One row of the evidence; LimelightError names the nearest row where there is none."""
    return _chosen(facts(), row, "fact")


def pattern(name: str) -> Pattern:
    """One pattern; LimelightError names the nearest where there is none."""
    return _chosen(patterns(), name, "pattern")


def distribution(name: str) -> Distribution:
    """One aggregate table; LimelightError names the nearest where there is none."""
    return _chosen(distributions(), name, "distribution")


def patterns_for(use: Use) -> Mapping[str, Pattern]:
    """The patterns that fit the model, or those that check it."""
    return MappingProxyType({name: found for name, found in patterns().items() if found.use == use})
