"""The levers: a policy is a list of dated changes of numbers, and the schedule says what holds in a week.

Only numbers whose passport is of kind `scenario` are levers. A change holds from the first step whose Monday
is on or after its date, and may be phased in over some weeks; from its `until` date on, what held before it
holds again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sim.params import (
    LimelightError,
    Numbers,
    Passport,
    checked_scalar,
    nearest,
    passport_of,
    passports,
    read_yaml,
)
from sim.params import checked as checked_value

PRESETS = Path(__file__).parent / "presets"
SUFFIXES = (".yaml", ".yml")
LONGEST_SPAN = 5200
LARGEST_FILE = 4_000_000  # bytes; a scenario that is longer is some other file given by mistake


class PolicyError(LimelightError):
    """A policy cannot hold as it is written; the message names the file, the lever and the remedy."""


class Stated(BaseModel):
    """Something a person states in a file: frozen, checked, and refused in one sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)

    def __init__(self, **content: Any) -> None:
        try:
            super().__init__(**content)
        except ValidationError as error:
            raise PolicyError(sentence_of(error, type(self))) from error


class Change(Stated):
    """One lever takes another value: `set` it `to` this, `from` one date `until` another, `over` weeks.

    `law` says in words which law or proposal stands behind the line; it changes no world.
    """

    set: str
    to: Any
    start: date | None = Field(default=None, alias="from")
    until: date | None = None
    over: int = 0
    law: str = ""

    @field_validator("set", mode="after")
    @classmethod
    def _a_lever(cls, name: str) -> str:
        lever(name)
        return name

    @field_validator("to", mode="plain")
    @classmethod
    def _within_range(cls, value: object, info: ValidationInfo) -> object:
        return allowed_value(info.data["set"], value) if "set" in info.data else value

    @field_validator("start", "until", mode="before")
    @classmethod
    def _a_date(cls, value: object) -> date | None:
        return None if value is None else as_date(value)

    @field_validator("over", mode="before")
    @classmethod
    def _weeks(cls, value: object) -> int:
        return as_whole(value, "over", 0, LONGEST_SPAN)

    @model_validator(mode="after")
    def _holds_together(self) -> Change:
        if self.start and self.until and self.until <= self.start:
            raise ValueError(
                f"'{self.set}' ends on {self.until}, not after its start {self.start}; give a later 'until'"
            )
        if self.over and self.start is None:
            raise ValueError(f"'{self.set}' is phased in from no date; give it a 'from' date")
        if self.over and isinstance(self.to, int):
            raise ValueError(f"'{self.set}' is a choice and cannot be phased in; leave out 'over'")
        return self

    def in_force(self, day: date) -> bool:
        """Tell whether the change holds on that day."""
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)

    def elements(self) -> tuple[Change, ...]:
        """Return the change as changes of single numbers: a vector is one number for each of its labels."""
        if not isinstance(self.to, tuple):
            return (self,)
        labels = passport_of(self.set)[0].labels
        return tuple(
            self.model_copy(update={"set": f"{self.set}.{label}", "to": value})
            for label, value in zip(labels, self.to, strict=True)
        )

    def as_mapping(self) -> dict[str, Any]:
        """Return the change as a policy file would write it."""
        written = {name: getattr(self, name) for name in type(self).model_fields}
        written = {"from" if key == "start" else key: value for key, value in written.items()}
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in written.items()}


class Policy(Stated):
    """A named list of dated changes, the thing two worlds may differ in."""

    name: str
    changes: tuple[Change, ...]
    note: str = ""

    @field_validator("changes", mode="after")
    @classmethod
    def _agree(cls, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        refuse_contradictions(changes)
        return changes

    @classmethod
    def from_yaml(cls, path: str | Path) -> Policy:
        """Read a policy file: `name`, `note` and `changes`, or only a list of changes."""
        content = read_file(path)
        if isinstance(content, Mapping) and "changes" in content:
            return cls.of_mapping({"name": Path(path).stem, **content}, str(path))
        return cls.of(content if isinstance(content, list) else [content], str(path), Path(path).stem)

    @classmethod
    def named(cls, name: str) -> Policy:
        """Return the preset of that name; an unknown name is refused with the nearest one."""
        if name not in presets():
            raise PolicyError(
                f"there is no policy '{name}'; the nearest is '{nearest(name, presets())}',"
                " write that, the path of a YAML file, or see `limelight policies`."
            )
        return presets()[name]

    @classmethod
    def found(cls, place: str | Path, folder: Path = Path()) -> Policy:
        """Return the preset of that name or the policy of that file; paths start at `folder`."""
        path = folder / place
        is_name = isinstance(place, str) and path.suffix not in SUFFIXES and path.name == place
        if is_name and (place in presets() or not path.exists()):
            return cls.named(str(place))
        return cls.from_yaml(path)

    @classmethod
    def of(cls, changes: Iterable[Any], origin: str = "policy", name: str = "inline") -> Policy:
        """Make a policy of mappings with the keys set, to, from, until, over, law; errors begin with `origin`."""
        made = []
        for number, change in enumerate(changes, start=1):
            made.append(change if isinstance(change, Change) else checked(Change, change, f"{origin}, change {number}"))
        return checked(cls, {"name": name, "changes": tuple(made)}, origin)

    @classmethod
    def of_mapping(cls, content: Mapping[Any, Any], origin: str = "policy") -> Policy:
        """Make a policy of a mapping with the keys name, note and changes; errors begin with `origin`."""
        changes = content["changes"]
        if not isinstance(changes, list | tuple):
            raise PolicyError(f"{origin}: 'changes' must be a list of changes, not {shown(changes)}.")
        made = cls.of(changes, origin).changes
        return checked(cls, {"name": "inline", **content, "changes": made}, origin)

    def as_mapping(self) -> dict[str, Any]:
        """Return the policy as its file would write it."""
        return {
            "name": self.name,
            "note": self.note,
            "changes": [change.as_mapping() for change in self.changes],
        }


class Schedule:
    """Which value a number has in each week: its passport's own dated values, then the changes of policies.

    `held` names numbers that the scenario sets for the whole run; their passport's own dates count no more.
    """

    def __init__(
        self, changes: Iterable[Change], start_date: date, numbers: Numbers, held: Collection[str] = ()
    ) -> None:
        """Order the changes of each lever by their date; of two that hold, the later one counts."""
        changes = list(changes)
        refuse_contradictions(changes)
        single = sorted((part for change in changes for part in change.elements()), key=_start_of)
        self.start_date = start_date
        self._dated = {name: passport for name, passport in passports().items() if passport.dated and name not in held}
        names = dict.fromkeys([*self._dated, *(change.set for change in single)])
        self._base = {name: numbers.get(name) for name in names}
        self._changes = {name: [change for change in single if change.set == name] for name in names}

    def values_at(self, week: int) -> dict[str, Any]:
        """Return the value, in the step of that week, of every number that a date or a change touches."""
        return {name: self._value_at(name, week) for name in self._base}

    def _value_at(self, name: str, week: int) -> Any:
        monday = self.start_date + timedelta(weeks=week)
        value = self._dated[name].value_on(monday) if name in self._dated else self._base[name]
        for change in self._changes[name]:
            if not change.in_force(monday):
                continue
            share = self._share_in_force(change, week)
            # a null policy must give back the very same bits, so equal values are never mixed
            value = change.to if share >= 1 or change.to == value else value + (change.to - value) * share
        return value

    def _share_in_force(self, change: Change, week: int) -> float:
        """Return how far a phased change has come: one part of `over` in its first week, all in its last."""
        if change.start is None or change.over == 0:
            return 1
        first_week = -((self.start_date - change.start).days // 7)
        return min(1, (week - first_week + 1) / change.over)


def _start_of(change: Change) -> date:
    """Return the day a change begins; one without a date begins before all others."""
    return change.start or date.min


@cache
def presets() -> Mapping[str, Policy]:
    """Return the policies that come with the model by name, each read from its file in `sim/presets/`."""
    return MappingProxyType({path.stem: Policy.from_yaml(path) for path in sorted(PRESETS.glob("*.yaml"))})


def lever(name: str) -> Passport:
    """Return the passport of a lever, or of the lever that `lever.label` is an element of."""
    known = passports()
    whole = name.partition(".")[0]
    if whole not in known:
        near = nearest(whole, (key for key, passport in known.items() if passport.kind == "scenario"))
        raise PolicyError(f"there is no lever '{name}'; the nearest is '{near}', write that or see `limelight params`.")
    if known[whole].kind != "scenario":
        raise PolicyError(
            f"'{name}' is no lever but a number of kind {known[whole].kind}; set it for the whole run under 'numbers'."
        )
    return passport_of(name)[0]


def allowed_value(name: str, value: object) -> Any:
    """Return the value a lever would take, of its own type and within its range; a tuple for a vector."""
    passport, label = passport_of(name)
    if label:
        return checked_scalar(passport, value, label=label)
    taken = checked_value(passport, value)
    return tuple(taken.tolist()) if isinstance(taken, np.ndarray) else taken


def refuse_contradictions(changes: Sequence[Change]) -> None:
    """Raise if two changes give one lever different values from the same date on."""
    seen: dict[tuple[str, date | None], Change] = {}
    for change in (part for whole in changes for part in whole.elements()):
        earlier = seen.setdefault((change.set, change.start), change)
        if (earlier.to, earlier.over) != (change.to, change.over):
            when = f"from {change.start}" if change.start else "from the beginning"
            raise PolicyError(f"'{change.set}' is set to {earlier.to} and to {change.to} {when}; keep one of them.")


def read_file(path: str | Path) -> Any:
    """Read a scenario or policy file, or say in one sentence which file, which line and why not."""
    place = Path(path)
    try:
        if place.is_dir():
            raise LimelightError(f"{place} is a folder; give the YAML file in it.")
        if not place.exists():
            raise LimelightError(f"{place}: there is no such file; check the path.")
        if place.stat().st_size > LARGEST_FILE:
            raise LimelightError(f"{place} is too large for a scenario or policy file; check the path.")
        return read_yaml(place)
    except OSError as error:
        raise LimelightError(f"{place} cannot be read ({error.strerror or error}); check the path.") from error
    except LimelightError as error:
        # YAML reads dates itself, and of a false one it says neither which nor where
        finding = _false_date(place) if type(error.__context__) is ValueError else ""
        if not finding:
            raise
        raise LimelightError(f"{place} {finding} is not a day of the calendar; write a day like 2026-01-22.") from error


def _false_date(place: Path) -> str:
    """Return line and text of the first date in a file that the calendar does not have, or nothing."""
    for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), start=1):
        for found in re.finditer(r"(\d{4})-(\d\d?)-(\d\d?)", line):
            try:
                date(*(int(part) for part in found.groups()))
            except ValueError:
                return f"line {number}: {found.group()}"
    return ""


def checked[Kind: Stated](kind: type[Kind], content: Any, origin: str) -> Kind:
    """Build a checked thing of a mapping; what is wrong becomes one sentence that begins with `origin`."""
    if not isinstance(content, Mapping):
        keys = ", ".join(field.alias or name for name, field in kind.model_fields.items())
        raise PolicyError(f"{origin}: here must stand a mapping with the keys {keys}, not {shown(content)}.")
    try:
        return kind(**{str(key): value for key, value in content.items()})
    except LimelightError as error:
        raise PolicyError(f"{origin}: {error}") from error


def sentence_of(error: ValidationError, kind: type[BaseModel]) -> str:
    """Put the first finding of pydantic into one plain sentence with the key and the remedy."""
    finding = error.errors()[0]
    key = ".".join(str(step) for step in finding["loc"])
    if finding["type"] == "extra_forbidden":
        known = [field.alias or name for name, field in kind.model_fields.items()]
        return f"unknown key '{key}'; the nearest is '{nearest(key, known)}'."
    if finding["type"] == "missing":
        return f"the key '{key}' is missing; add it."
    if finding["type"] == "value_error":
        return str(finding["ctx"]["error"]).rstrip(".") + "."
    return f"'{key}' is {shown(finding['input'])}, but {finding['msg'][:1].lower()}{finding['msg'][1:]}."


def as_date(value: object) -> date:
    """Read a day of the calendar, as YAML gives it or as text such as 2026-01-22."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"{shown(value)} is not a date of the calendar; write it like 2026-01-22")


def as_whole(value: object, name: str, low: int, high: int) -> int:
    """Read a whole number between two bounds."""
    whole = value.__index__() if hasattr(value, "__index__") and not isinstance(value, bool) else value
    if isinstance(whole, float) and whole.is_integer():
        whole = int(whole)
    if not isinstance(whole, int) or isinstance(whole, bool):
        raise ValueError(f"'{name}' must be a whole number, not {shown(value)}")
    if not low <= whole <= high:
        raise ValueError(f"'{name}' must lie between {low} and {high}, not {whole}")
    return whole


def shown(value: object) -> str:
    """Show a wrong value briefly."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
