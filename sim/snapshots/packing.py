"""What a world keeps beside its columns, as strict JSON and arrays: every type and every bit comes back.

No code is stored and none is run: only plain values, arrays, and the few records that the model knows by name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from sim.agents.institutions import Notice, Platform, Regulator, SourceCultures, Staff
from sim.agents.memory import Baseline, Event, Tally
from sim.params import LimelightError

RECORDS = {kind.__name__: kind for kind in (Baseline, Event, Notice, Platform, Regulator, SourceCultures, Staff, Tally)}
"""The records that a world may hold, by name; anything else with a life of its own cannot be kept."""

PLAIN = (bool, int, str, type(None))

Arrays = dict[str, np.ndarray]


class WorldFileError(LimelightError):
    """A world cannot be kept in a file, or a file holds no world that can be continued; the message says why."""


def packed(value: Any, place: str, arrays: Arrays) -> Any:
    """Turn a value into strict JSON; arrays are put into `arrays` under `place`, the name of where they belong.

    The type of every number is kept, for a float64 of NumPy draws a float32 column up and a float does not.
    """
    if type(value) in PLAIN:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufU":
        arrays[place] = value
        return {"array": place}
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return {"scalar": value.dtype.name, "of": packed(value.item(), place, arrays)}
    if type(value) is dict:
        return {"keys": [_plain_key(key, place) for key in value],
                "values": _packed_all(value.values(), [f"{place}/{key}" for key in value], arrays)}
    if type(value) in RECORDS.values():
        return _packed_record(value, place, arrays)
    if type(value) in (list, tuple):
        inside = _packed_all(value, [f"{place}/{number}" for number in range(len(value))], arrays)
        return inside if type(value) is list else {"tuple": inside}
    raise WorldFileError(
        f"{place} is a {type(value).__name__}, which a world file cannot hold; keep it as numbers, arrays, lists or"
        " mappings of them, as states of agents in a population, or apart from the industry."
    )


def unpacked(note: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Turn strict JSON back into the value that was packed; arrays are copies and may be written to."""
    if type(note) is list:
        return [unpacked(item, arrays) for item in note]
    if type(note) is not dict:
        return note
    if "float" in note:
        return float(note["float"])
    if "array" in note:
        return arrays[note["array"]].copy(order="K")
    if "scalar" in note:
        return np.dtype(note["scalar"]).type(unpacked(note["of"], arrays))
    if "tuple" in note:
        return tuple(unpacked(item, arrays) for item in note["tuple"])
    if "record" in note:
        return _unpacked_record(note, arrays)
    return dict(zip(note["keys"], unpacked(note["values"], arrays), strict=True))


def _packed_all(values: Any, places: list[str], arrays: Arrays) -> list[Any]:
    return [packed(value, place, arrays) for value, place in zip(values, places, strict=True)]


def _plain_key(key: object, place: str) -> Any:
    """A key of a mapping, if JSON can hold it as it is."""
    if type(key) in PLAIN:
        return key
    raise WorldFileError(f"{place} has the key {key!r}, which a world file cannot hold; use words or whole numbers.")


def fields_of(record: Any) -> dict[str, Any]:
    """What a record holds, by name."""
    return record._asdict() if isinstance(record, Event) else vars(record)


def _packed_record(record: Any, place: str, arrays: Arrays) -> dict[str, Any]:
    fields = fields_of(record)
    inside = _packed_all(fields.values(), [f"{place}/{name}" for name in fields], arrays)
    return {"record": type(record).__name__, "fields": dict(zip(fields, inside, strict=True))}


def _unpacked_record(note: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    kind: type[Any] = RECORDS[note["record"]]
    fields = {name: unpacked(value, arrays) for name, value in note["fields"].items()}
    if issubclass(kind, tuple) or is_dataclass(kind):
        return kind(**fields)  # a record that has other fields by now says so
    record = object.__new__(kind)
    vars(record).update(fields)
    return record
