"""The question: one frozen statement of span, scale, luck, AI, numbers and policies, named by its content."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from sim.params import LimelightError, Numbers, Passport, also_known, passports
from sim.plugins import PluginFile, gather_plugins, own_passports
from sim.policies import (
    LONGEST_SPAN,
    Change,
    Policy,
    Schedule,
    Stated,
    as_date,
    as_whole,
    lever,
    read_file,
    refuse_contradictions,
    shown,
)

# Rooms of `sim/` that only keep, start or study worlds. Everything else makes them: change one byte of it and
# a run gets another name.
KEEPING = ("__init__", "__main__", "commands", "results", "runner", "side_by_side")
STUDYING = ("designs", "sweeps", "analysis", "comparison", "calibration", "validation", "figures", "describe", "app")
SOURCE_SUFFIXES = (".py", ".yaml", ".csv")
BOUNDS = {
    "weeks": (0, LONGEST_SPAN),
    "fans": (200, 10_000_000),
    "agencies": (4, 20_000),
    "seed": (0, 2**64 - 1),
    "snapshots_every": (0, LONGEST_SPAN),
}
AI_WORLDS = ("evolving", "frozen", "none")
EARLIEST, LATEST = date(2000, 1, 3), date(2100, 1, 4)


class ScenarioError(LimelightError):
    """A scenario cannot be as it is written; the message names the file, the key and the remedy."""


class Overrides(dict[str, Any]):
    """What a scenario sets, by name, as a mapping that cannot be changed any more."""

    def _refuse(self, *_: object, **__: object) -> Any:
        raise TypeError("a scenario is frozen: make another one with scenario.with_(numbers={...})")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse  # type: ignore[assignment]

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(json.dumps(plain(self), sort_keys=True))

    def __reduce__(self) -> tuple[type[Overrides], tuple[dict[str, Any]]]:
        return Overrides, (dict(self),)


class Scenario(Stated):
    """One world to be lived through: from when, how long, how finely resolved, with which luck, AI and rules.

    `fans` is the number of fan agents the same real fandom is resolved into, `agencies` the size of the
    industry; `numbers` maps names of passports to other values for the whole run; `strategies` maps decisions to
    the names of the strategies that take them; `plugins` are the paths or names of plug-ins (see `sim.plugins`);
    `snapshots_every` is in weeks (0: none).
    """

    title: str = "Limelight"
    start: date = date(2024, 12, 30)
    weeks: int = 522
    fans: int = 100_000
    agencies: int = 282
    seed: int = 0
    ai: Literal["evolving", "frozen", "none"] = "evolving"
    plugins: tuple[PluginFile, ...] = ()
    numbers: Overrides = Field(default_factory=Overrides)
    policies: tuple[Policy, ...] = ()
    strategies: Overrides = Field(default_factory=Overrides)
    snapshots_every: int = 0

    @field_validator("start", mode="before")
    @classmethod
    def _a_monday(cls, value: object) -> date:
        day = as_date(value)
        if not EARLIEST <= day <= LATEST:
            raise ValueError(f"'start' must lie between {EARLIEST} and {LATEST}, not {day}")
        if day.weekday() != 0:
            raise ValueError(f"'start' must be a Monday; the one before {day} is {day - timedelta(days=day.weekday())}")
        return day

    @field_validator(*BOUNDS, mode="before")
    @classmethod
    def _whole(cls, value: object, info: ValidationInfo) -> int:
        name = str(info.field_name)
        return as_whole(value, name, *BOUNDS[name])

    @field_validator("ai", mode="before")
    @classmethod
    def _a_kind_of_ai(cls, value: object) -> object:
        if value not in AI_WORLDS:
            raise ValueError(f"'ai' must be one of {', '.join(AI_WORLDS)}, not {shown(value)}")
        return value

    @field_validator("plugins", mode="plain")
    @classmethod
    def _found_plugins(cls, value: object) -> tuple[PluginFile, ...]:
        files = gather_plugins(value)
        own_passports(files)
        return files

    @field_validator("numbers", mode="plain")
    @classmethod
    def _known_numbers(cls, value: object, info: ValidationInfo) -> Overrides:
        if value is not None and not isinstance(value, Mapping):
            raise ValueError(f"'numbers' must map names of numbers to values, not {shown(value)}")
        overrides = Overrides({str(name): _frozen(number) for name, number in (value or {}).items()})
        with _known_with(info.data.get("plugins")):
            Numbers.of(overrides)
        return overrides

    @field_validator("strategies", mode="plain")
    @classmethod
    def _names_of_strategies(cls, value: object) -> Overrides:
        chosen = {} if value is None else value
        if not isinstance(chosen, Mapping) or not all(
            isinstance(word, str) for pair in chosen.items() for word in pair
        ):
            raise ValueError(f"'strategies' must map decisions to names of strategies, not {shown(value)}")
        return Overrides(chosen)

    @field_validator("policies", mode="plain")
    @classmethod
    def _agreeing_policies(cls, value: object, info: ValidationInfo) -> tuple[Policy, ...]:
        with _known_with(info.data.get("plugins")):
            policies = gather_policies(value, Path(), "scenario")
            changes = [change for policy in policies for change in policy.changes]
            for change in changes:
                lever(change.set)  # it may have been read for a scenario with a plug-in that this one lacks
            refuse_contradictions(changes)
        return policies

    @classmethod
    def from_yaml(cls, path: str | Path, plugins: Sequence[str | Path | PluginFile] = ()) -> Scenario:
        """Read a scenario file; paths of policies and plug-ins in it are relative to its own folder.

        `plugins` are added to those that the file names.
        """
        content = read_file(path)
        if not isinstance(content, Mapping):
            raise ScenarioError(
                f"{path}: a scenario maps keys such as weeks and seed to values; this is {shown(content)}."
            )
        return cls.of(content, str(path), Path(path).parent, plugins)

    @classmethod
    def of(
        cls,
        content: Mapping[Any, Any],
        origin: str = "scenario",
        folder: Path = Path(),
        plugins: Sequence[str | Path | PluginFile] = (),
    ) -> Scenario:
        """Make a scenario of a mapping; errors begin with `origin`, files named in it are sought in `folder`."""
        filled = {str(key): value for key, value in content.items()}
        try:
            files = gather_plugins([*gather_plugins(filled.get("plugins"), folder), *gather_plugins(plugins)])
            known = own_passports(files)
        except LimelightError as error:
            raise ScenarioError(f"{origin}: {error}") from error
        filled["plugins"] = files
        if "policies" in filled:
            with also_known(known):
                filled["policies"] = gather_policies(filled["policies"], folder, origin)
        try:
            return cls(**filled)
        except LimelightError as error:
            raise ScenarioError(f"{origin}: {error}") from error

    def with_(self, **changes: Any) -> Scenario:
        """Return the same scenario with some of its fields changed, checked again."""
        content = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**content, **changes})

    @property
    def changes(self) -> tuple[Change, ...]:
        """All dated changes of all its policies, in the order given."""
        return tuple(change for policy in self.policies for change in policy.changes)

    def schedule(self, numbers: Numbers) -> Schedule:
        """Return which values hold in which week, from the numbers this scenario starts with."""
        with self.known():
            return Schedule(self.changes, self.start, numbers, held=self.numbers)

    def known(self) -> AbstractContextManager[None]:
        """For as long as the block lasts, numbers of this scenario's plug-ins are known besides those of the model."""
        return also_known(own_passports(self.plugins))

    def passports(self) -> Mapping[str, Passport]:
        """Return the passport of every number of this scenario: the model's, then those of its plug-ins."""
        with self.known():
            return passports()

    def first_numbers(self) -> Numbers:
        """Return all numbers as this scenario has them before any policy acts."""
        with self.known():
            return Numbers.of(self.numbers)

    def date_of(self, week: int) -> date:
        """Return the Monday of a week; week 0 is the start."""
        return self.start + timedelta(weeks=week)

    def resolved_numbers(self) -> dict[str, Any]:
        """Return every number with its value in this scenario, before any policy acts, as plain values."""
        return dict(plain(self.first_numbers().as_dict()))

    def as_mapping(self) -> dict[str, Any]:
        """Return the scenario as its YAML file would write it in full, policies included."""
        content = {name: getattr(self, name) for name in type(self).model_fields}
        content["start"] = self.start.isoformat()
        content["plugins"] = [file.as_entry() for file in self.plugins]
        content["numbers"] = plain(self.numbers)
        content["strategies"] = dict(self.strategies)
        content["policies"] = [policy.as_mapping() for policy in self.policies]
        return content

    def key(self) -> str:
        """Return the name of this world: a hash of the scenario, of the numbers it changes and of the source.

        Two scenarios that can only give the same result share it; title, notes and the texts of laws do not enter.
        The source says what the other numbers are.
        """
        content = self.as_mapping()
        for silent in ("title", "numbers"):
            del content[silent]
        for policy in content["policies"]:
            del policy["note"]
            for change in policy["changes"]:
                del change["law"]
        content["plugins"] = [file.digest for file in self.plugins]
        # an override stops the dates of a dated number, even where it repeats the first value
        held = sorted(name for name, passport in self.passports().items() if passport.dated and name in self.numbers)
        whole = {
            "scenario": content,
            "numbers": self.first_numbers().changed(),
            "held": held,
            "source": source_hash(),
        }
        return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def gather_policies(entries: object, folder: Path, origin: str) -> tuple[Policy, ...]:
    """Turn what stands under `policies` (policies, changes, names of presets, paths of files) into policies."""
    if entries is None:
        return ()
    if not isinstance(entries, list | tuple):
        raise ScenarioError(
            f"{origin}: 'policies' must be a list of changes, of names and of paths, not {shown(entries)}."
        )
    policies: list[Policy] = []
    loose: list[object] = []
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, Policy):
            policies.append(entry)
        elif isinstance(entry, str | Path):
            policies.append(Policy.found(entry, folder))
        elif isinstance(entry, Mapping) and "changes" in entry:
            policies.append(Policy.of_mapping(entry, f"{origin}, policy {number}"))
        else:
            loose.append(entry)
    return (*policies, Policy.of(loose, f"{origin}, policies")) if loose else tuple(policies)


@cache
def source_hash(root: Path = Path(__file__).parent) -> str:
    """Return the sha256 over the files that make a world, by their name in `sim/` and their bytes."""
    digest = hashlib.sha256()
    for file in sorted(file for suffix in SOURCE_SUFFIXES for file in root.rglob(f"*{suffix}")):
        name = file.relative_to(root)
        if name.parts[0].partition(".")[0] not in KEEPING + STUDYING and file.is_file():
            content = file.read_bytes()
            digest.update(f"{name.as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _known_with(files: tuple[PluginFile, ...] | None) -> AbstractContextManager[None]:
    """Know the numbers of plug-ins while a field is checked; none if they themselves could not be found."""
    return also_known(own_passports(files or ()))


def _frozen(value: object) -> object:
    """Keep a list of values as a tuple, so that nothing in a scenario can be changed."""
    return tuple(value) if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """Turn numbers of any library into what strict JSON can hold, so that equal worlds read the same."""
    if value is None or type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value)):
        return value  # most are such, and a sweep asks a thousand times
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, float) else str(value)
