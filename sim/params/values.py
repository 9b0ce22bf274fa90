"""The numbers as a running world holds them: plain attributes, changed only through a check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NoReturn

import numpy as np

from sim.params.loader import also_known, passports
from sim.params.passport import Passport, Scalar, Vector, checked, checked_scalar, place, sealed
from sim.params.vocabulary import LimelightError, nearest


class Numbers:
    """All numbers of one world: `numbers.fan_hours` is a float, an int, a bool or a read-only float64 array.

    Reading is plain attribute access; writing goes through `put`, which checks name, type and range. Numbers made
    under `also_known` keep knowing a user's own ones.
    """

    __slots__ = ("__dict__", "_known", "_table")
    _known: Mapping[str, Passport]
    _table: np.ndarray | None

    def __init__(self) -> None:
        object.__setattr__(self, "_known", passports())
        object.__setattr__(self, "_table", None)
        self.__dict__.update(_of_the_model())
        for passport in self._known.values():
            if passport.name not in self.__dict__:
                self.__dict__[passport.name] = checked(passport, passport.value, passport.file)

    @classmethod
    def of(cls, overrides: Mapping[str, object] | None = None, origin: str = "") -> Numbers:
        """The numbers of the files with some of them replaced; `origin` names the place of a mistake."""
        numbers = cls()
        for name, value in (overrides or {}).items():
            numbers.put(name, value, origin)
        return numbers

    def put(self, name: str, value: object, origin: str = "") -> None:
        """Give a number, or with `name.label` one element of a vector, a new value inside its range."""
        passport, label = passport_of(name, origin, self._known)
        object.__setattr__(self, "_table", None)
        if label:
            vector = np.array(self.__dict__[passport.name])
            vector[passport.labels.index(label)] = checked_scalar(passport, value, origin, label)
            self.__dict__[passport.name] = sealed(passport, vector, origin)
        else:
            self.__dict__[passport.name] = checked(passport, value, origin)

    def get(self, name: str) -> Any:
        """The value of a number, or with `name.label` of one element of a vector."""
        passport, label = passport_of(name, known=self._known)
        value = self.__dict__[passport.name]
        return float(value[passport.labels.index(label)]) if label else value

    def as_dict(self, names: Iterable[str] | None = None) -> dict[str, Scalar | dict[str, float]]:
        """Every number, or those named, ready for JSON; a vector is a mapping of its labels."""
        known = self._known
        return {
            name: dict(zip(known[name].labels, self.__dict__[name].tolist(), strict=True))
            if known[name].over is not None
            else self.__dict__[name]
            for name in (known if names is None else names)
        }

    @property
    def table(self) -> np.ndarray:
        """The model's single numbers as they are now: one row, of which compiled code reads `table[0].fan_hours`."""
        table = self._table
        if table is None:
            table = np.zeros(1, _row_of_numbers())
            for name in table.dtype.names or ():
                table[name] = self.__dict__[name]
            object.__setattr__(self, "_table", table)
        return table

    def changed(self) -> dict[str, Scalar | dict[str, float]]:
        """The numbers that are not as the model's files give them, ready for JSON; all of a user's own are among them.

        Few of hundreds differ, so a world is named by these in a fraction of the time; -0.0 differs from 0.0.
        """
        usual = _of_the_model()
        own = [name for name, value in self.__dict__.items() if value is not usual.get(name)]
        return self.as_dict(name for name in own if name not in usual or _differ(self.__dict__[name], usual[name]))

    def copy(self) -> Numbers:
        """Numbers of the same values that can be changed on their own."""
        twin = object.__new__(Numbers)
        object.__setattr__(twin, "_known", self._known)
        object.__setattr__(twin, "_table", None)
        twin.__dict__.update(self.__dict__)
        return twin

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"there is no number {name!r}; the nearest is {nearest(name, self._known)!r}.")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"numbers are changed through a check: write numbers.put({name!r}, {value!r}).")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"the number {name!r} cannot be removed from a world.")

    def __reduce__(self) -> tuple[object, ...]:
        # Read-only arrays would come back writable from another process.
        with also_known({}):
            own = {name: passport for name, passport in self._known.items() if name not in passports()}
        return _come_back, (self.as_dict(), own)

    def __repr__(self) -> str:
        return f"Numbers({len(self.__dict__)} numbers)"


def _differ(one: Scalar | Vector, other: Scalar | Vector) -> bool:
    """Whether two values of one number differ in any bit; words are compared only of zeros, which have a sign."""
    if isinstance(one, np.ndarray):
        return one.tobytes() != np.asarray(other).tobytes()
    return one != other or (not one and repr(one) != repr(other))


@cache
def _of_the_model() -> Mapping[str, Scalar | Vector]:
    """The model's own numbers as their passports give them, checked once in a process."""
    with also_known({}):
        return {passport.name: checked(passport, passport.value, passport.file) for passport in passports().values()}


@cache
def _row_of_numbers() -> np.dtype[np.void]:
    """The names of the model's single numbers, each a float64."""
    single = (name for name, value in _of_the_model().items() if not isinstance(value, np.ndarray))
    return np.dtype([(name, np.float64) for name in single])


def _come_back(values: Mapping[str, object], own: Mapping[str, Passport]) -> Numbers:
    """The numbers as they left another process, with the passports of a user's own ones."""
    with also_known(own):
        return Numbers.of(values)


def passport_of(
    name: str, origin: str = "", known: Mapping[str, Passport] | None = None
) -> tuple[Passport, str]:
    """The passport and the label that `name` or `name.label` points at; a LimelightError if there is none."""
    known = passports() if known is None else known
    if name in known:
        return known[name], ""
    head, _, label = str(name).partition(".")
    if head not in known:
        near = nearest(head, known)
        raise LimelightError(
            f"{place(origin)}there is no number {name!r}; the nearest is {near!r}"
            f" ({known[near].range_text}), write that or look it up with `limelight params`."
        )
    passport = known[head]
    if passport.over is None:
        raise LimelightError(
            f"{place(origin)}{head} is a single number and has no element {label!r}; write {head} alone"
            f" ({passport.range_text})."
        )
    if label not in passport.labels:
        raise LimelightError(
            f"{place(origin)}{head} has no element {label!r}; the nearest is"
            f" {head}.{nearest(label, passport.labels)} ({passport.range_text}), use one of"
            f" {', '.join(passport.labels)}."
        )
    return passport, label
