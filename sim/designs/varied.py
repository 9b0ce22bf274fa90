"""One thing that a design varies: a number, a lever, a date or a scale, over a range or a list of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.params import KINDS, THEMES, LimelightError, Passport, checked_scalar, nearest, passport_of
from sim.policies import as_date, as_whole, lever, shown
from sim.scenario import BOUNDS


class DesignError(LimelightError):
    """A design cannot be as it is written; the message names the file, the key and the remedy."""


@dataclass(frozen=True)
class Varied:
    """A column of the design: a range from `low` to `high`, or a list of `values` to choose from.

    `sort` is what it is (number, lever, fans, agencies, starts); ranges of dates count in days (ordinals).
    """

    name: str
    sort: str
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    switch: bool = False
    values: tuple[Any, ...] = ()

    def at(self, share: float) -> Any:
        """Return the value that lies this share (0 to 1) of the way through the range or the list."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.switch:
            return share >= 0.5
        if self.whole:
            return int(min(self.low + np.floor(share * (self.high - self.low + 1)), self.high))
        if self.sort == "starts":
            day = date.fromordinal(int(self.low + np.floor(share * (self.high - self.low))))
            return _monday(day, date.fromordinal(int(self.low))).isoformat()
        return float(min(max(self.low + share * (self.high - self.low), self.low), self.high))

    def along(self, shares: np.ndarray) -> list[Any]:
        """Return the value at each of these shares; plain ranges, which are most, in one go."""
        if self.values or self.switch or self.whole or self.sort == "starts":
            return [self.at(share) for share in shares.tolist()]
        return list(np.clip(self.low + shares * (self.high - self.low), self.low, self.high).tolist())

    def steps(self, levels: int) -> tuple[Any, ...]:
        """Return all values of a list, or so many values of a range, both ends among them."""
        if self.values:
            return self.values
        if self.switch:
            return (False, True)
        if self.whole:
            return tuple(sorted({round(value) for value in np.linspace(self.low, self.high, levels).tolist()}))
        if self.sort == "starts":
            return tuple(dict.fromkeys(self.at(share) for share in np.linspace(0, 1, levels).tolist()))
        return tuple(np.linspace(self.low, self.high, levels).tolist())

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the lowest and highest value as numbers; of values that are none, their first and last place."""
        if not self.values:
            return self.low, self.high
        numbers = [value for value in self.values if isinstance(value, int | float)]
        whole = len(numbers) == len(self.values)
        return (float(min(numbers)), float(max(numbers))) if whole else (0.0, len(self.values) - 1.0)


def named_numbers(
    entry: object, known: Mapping[str, Passport], fixed: tuple[str, ...], sort: str
) -> tuple[tuple[Varied, ...], dict[str, str]]:
    """Read what stands under `parameters` or `levers`; return what is varied, and what is not, with the reason.

    `entry` is a kind, a theme, a name, a list of those, or a mapping of names to ranges or lists of values.
    """
    wanted, skipped = dict[str, object](), dict[str, str]()
    for name, what in _entries(entry, sort):
        group = [found for found in known.values() if name in (found.kind, found.theme) and _is_lever(found, sort)]
        if sort == "lever" and name == "all":
            group = [found for found in known.values() if found.kind == "scenario"]
        if not group:
            wanted[_known_name(name, sort)] = what
            continue
        for found in group:
            reason = _why_not(found)
            if reason:
                skipped[found.name] = reason
            elif what is not None:
                raise DesignError(f"'{name}' names many numbers, which cannot share {shown(what)}; name each.")
            else:
                wanted.setdefault(found.name, None)
    for name in fixed:
        if name not in wanted and name not in skipped:
            near = nearest(name, [*wanted, *skipped])
            raise DesignError(f"fixed: the design does not vary '{name}' anyway; the nearest that it does is '{near}'.")
        wanted.pop(name, None)
        skipped[name] = "fixed by the design"
    return tuple(_varied(name, what, sort) for name, what in wanted.items()), skipped


def _is_lever(found: Passport, sort: str) -> bool:
    """Tell whether a number may stand in the list: under `levers` only levers, under `parameters` all."""
    return sort == "number" or found.kind == "scenario"


def _entries(entry: object, sort: str) -> Iterator[tuple[str, object]]:
    """Turn every form in which numbers are named into pairs of a name and its range (None: that of its passport)."""
    if entry is None:
        return
    if isinstance(entry, str):
        yield entry, None
    elif isinstance(entry, Mapping):
        yield from ((str(name), what) for name, what in entry.items())
    elif isinstance(entry, list | tuple):
        for part in entry:
            yield from _entries(part, sort)
    else:
        raise DesignError(
            f"'{'levers' if sort == 'lever' else 'parameters'}' must name a kind, a theme or numbers, or map numbers to"
            f" ranges, not {shown(entry)}."
        )


def _known_name(name: str, sort: str) -> str:
    """Return the name of one number; an unknown word is refused with the nearest number, kind or theme."""
    if sort == "lever":
        lever(name)
        return name
    try:
        passport_of(name)
    except LimelightError as error:
        near = nearest(name, [*KINDS, *THEMES])
        raise DesignError(f"{error} Or name a kind or a theme such as '{near}'.") from error
    return name


def _why_not(found: Passport) -> str:
    """Say why a number that only its kind or theme names is not varied; empty where it is."""
    if found.over is not None:
        return f"a vector over {found.over}; name an element such as {found.name}.{found.labels[0]}"
    if found.dated:
        return "its values have dates; name it to hold one value for the whole run"
    return ""


def _varied(name: str, what: object, sort: str) -> Varied:
    """Make a column of one number: over the range of its passport, a narrower one, or a list of values."""
    passport, label = passport_of(name)
    if passport.over is not None and not label:
        raise DesignError(f"{name} is a vector; vary one of its elements, such as {name}.{passport.labels[0]}.")
    switch, whole = isinstance(passport.value, bool), isinstance(passport.value, int)
    if isinstance(what, list | tuple):
        values = tuple(checked_scalar(passport, value, label=label) for value in what)
        return Varied(name, sort, passport.low, passport.high, whole and not switch, switch, listed(name, values))
    if what is None:
        return Varied(name, sort, passport.low, passport.high, whole and not switch, switch)
    low, high = (checked_scalar(passport, value, label=label) for value in ends(name, what))
    if not low < high:
        raise DesignError(f"{name}: low must lie below high, not {low!r} and {high!r}.")
    return Varied(name, sort, float(low), float(high), whole and not switch, switch)


def ends(name: str, what: object) -> tuple[Any, Any]:
    """Return the two ends of a range that is written {low: ..., high: ...}."""
    if not isinstance(what, Mapping) or set(what) != {"low", "high"}:
        raise DesignError(f"{name}: write {{low: ..., high: ...}} or a list of values, not {shown(what)}.")
    return what["low"], what["high"]


def of_scale(name: str, what: object) -> Varied | tuple[int, ...]:
    """Read what stands under `fans` or `agencies`: a range to be sampled, or a list to be crossed."""
    if isinstance(what, Mapping):
        low, high = (_scale(name, value) for value in ends(name, what))
        if not low < high:
            raise DesignError(f"{name}: low must lie below high, not {low} and {high}.")
        return Varied(name, name, low, high, whole=True)
    several = what if isinstance(what, list | tuple) else [what]
    return listed(name, tuple(_scale(name, value) for value in several))


def of_starts(what: object) -> Varied | tuple[str, ...]:
    """Read what stands under `starts`: two dates to be sampled between, or a list of dates to be crossed."""
    try:
        if isinstance(what, Mapping):
            low, high = (as_date(value) for value in ends("starts", what))
            if not low < high:
                raise DesignError(f"starts: low must lie before high, not {low} and {high}.")
            if _monday(high, low) > high:
                raise DesignError(f"starts: no Monday lies from {low} to {high}, and weeks begin on one; widen them.")
            return Varied("starts", "starts", low.toordinal(), high.toordinal())
        several = what if isinstance(what, list | tuple) else [what]
        return listed("starts", tuple(as_date(value).isoformat() for value in several))
    except DesignError:
        raise
    except ValueError as error:
        raise DesignError(f"starts: {error}.") from error


def _monday(day: date, earliest: date) -> date:
    """Return the Monday that the week of a day begins with, or the next one if that lies before the earliest day."""
    monday = day - timedelta(days=day.weekday())
    return monday if monday >= earliest else monday + timedelta(days=7)


def _scale(name: str, value: object) -> int:
    """Return a usable number of fans or agencies."""
    try:
        return as_whole(value, name, *BOUNDS[name])
    except ValueError as error:
        raise DesignError(f"{error}.") from error


def listed[Value](name: str, values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Refuse a list that is empty or names a value twice, which would be the same world."""
    if not values:
        raise DesignError(f"{name}: the list is empty; give it values or leave the key out.")
    if len(set(values)) != len(values):
        raise DesignError(f"{name}: a value stands twice in {shown(list(values))}; keep one.")
    return values
