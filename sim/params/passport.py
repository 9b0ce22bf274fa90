"""The passport of one number: what it means in the world, its unit, its range and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.params.vocabulary import AXES, LimelightError, nearest

type Scalar = float | int | bool
type Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Passport:
    """One number of the model with everything a reader needs in order to doubt it.

    A whole number (`int`) stays whole; a vector holds its values in the order of its axis `over`. Only a lever
    (kind `scenario`) says what it acts on, what is known of its effect, which law or proposal of the real world
    is nearest to it, and since when that has which status.
    """

    name: str
    theme: str
    meaning: str
    value: Scalar | tuple[float, ...]
    unit: str
    low: float
    high: float
    kind: str
    sources: tuple[tuple[str, str], ...]
    symbol: str
    over: str | None
    dated: tuple[tuple[date, Scalar], ...]
    note: str
    file: str
    mechanism: str = ""
    effect: str = ""
    counterpart: str = ""
    status: str = ""
    since: date | None = None
    mixture: bool = False
    """A vector of parts of one whole: at least one of them must be above 0."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of a vector in their fixed order; empty for a single number."""
        return AXES[self.over] if self.over is not None else ()

    @property
    def range_text(self) -> str:
        """The allowed values in words, such as `2.7 to 6 h/week`."""
        if isinstance(self.value, bool):
            return "true or false"
        return f"{self.low:g} to {self.high:g} {self.unit}"

    @property
    def status_text(self) -> str:
        """How law stands, such as `in force since 2026-01-22`; empty for a number that is no lever."""
        return f"{self.status} since {self.since}" if self.since else self.status

    def value_on(self, day: date) -> Scalar | tuple[float, ...]:
        """The value in force on a day: the latest dated value that has begun, else the first."""
        begun = [value for start, value in self.dated if start <= day]
        return begun[-1] if begun else self.value


def checked(passport: Passport, value: object, origin: str = "") -> Scalar | Vector:
    """The value as the model uses it, or a LimelightError that says what the number allows.

    A single number keeps the type of its passport; a vector may be given as a mapping of all its labels or as
    a sequence in axis order and becomes a read-only float64 array. Text such as '0.3' is read as a number.
    """
    if passport.over is None:
        return checked_scalar(passport, value, origin)
    elements = [
        checked_scalar(passport, element, origin, label)
        for label, element in zip(passport.labels, _elements(passport, value, origin), strict=True)
    ]
    return sealed(passport, np.array(elements, dtype=np.float64), origin)


def sealed(passport: Passport, vector: Vector, origin: str = "") -> Vector:
    """The vector made read-only; parts of a whole that are all 0 are refused."""
    if passport.mixture and not vector.any():
        raise LimelightError(
            f"{place(origin)}{passport.name} must not be 0 everywhere, since it says how one whole is divided;"
            f" give at least one of {', '.join(passport.labels)} a value above 0."
        )
    vector.setflags(write=False)
    return vector


def checked_scalar(passport: Passport, value: object, origin: str = "", label: str = "") -> Scalar:
    """One number of the right type inside the range, or a LimelightError."""
    if type(value) is type(passport.value) is float and passport.low <= value <= passport.high:
        return value  # most are such, and a sweep asks a hundred times for each of its runs
    key = f"{passport.name}.{label}" if label else passport.name
    number = number_from(value)
    if isinstance(passport.value, bool):
        if isinstance(number, bool):
            return number
        raise LimelightError(
            f"{place(origin)}{key} must be true or false, not {value!r}; write one of the two."
        )
    if number is None or isinstance(number, bool) or number != number:
        raise LimelightError(
            f"{place(origin)}{key} must be a number, not {value!r}; give a value from {passport.range_text}."
        )
    try:
        number = float(number)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf
    whole = isinstance(passport.value, int)
    if whole and not number.is_integer():
        raise LimelightError(
            f"{place(origin)}{key} must be a whole number, not {value!r};"
            f" give a whole number from {passport.range_text}."
        )
    if not passport.low <= number <= passport.high:
        raise LimelightError(
            f"{place(origin)}{key} = {int(number) if whole else number!r} lies outside its range;"
            f" give a value from {passport.range_text} (see {passport.file})."
        )
    return int(number) if whole else number


def number_from(value: object) -> Scalar | None:
    """The number that a value or its text stands for; None when it stands for none."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int | float):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if text in ("true", "false"):
        return text == "true"
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def place(origin: str) -> str:
    """The beginning of an error sentence: where the mistake stands."""
    return f"{origin}: " if origin else ""


def _elements(passport: Passport, value: object, origin: str) -> Sequence[object]:
    """The elements of a vector in axis order; exactly one for each label."""
    labels = passport.labels
    if isinstance(value, Mapping):
        for label in value:
            if label not in labels:
                raise LimelightError(
                    f"{place(origin)}{passport.name} has no label {label!r};"
                    f" the nearest is {nearest(str(label), labels)!r}, write one of {', '.join(labels)}."
                )
        missing = [label for label in labels if label not in value]
        if missing:
            raise LimelightError(
                f"{place(origin)}{passport.name} lacks a value for {', '.join(missing)};"
                f" give one for each of {', '.join(labels)}."
            )
        return [value[label] for label in labels]
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple) and len(value) == len(labels):
        return value
    raise LimelightError(
        f"{place(origin)}{passport.name} must hold one number for each of {', '.join(labels)}, not {value!r};"
        f" to change one of them write {passport.name}.{labels[0]}."
    )
