"""The design of a sweep: one frozen statement of which worlds are to be lived, in the words of a YAML file."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.designs import sampling
from sim.designs.rows import AS_IT_IS, Recipe, Rows, check_columns, explicit_rows
from sim.designs.varied import DesignError, Varied, listed, named_numbers, of_scale, of_starts
from sim.params import nearest
from sim.policies import Policy, Stated, as_whole, read_file, shown
from sim.scenario import AI_WORLDS, BOUNDS, Scenario, gather_policies, plain

SPREAD = ("latin_hypercube", "sobol", "saltelli", "morris")  # methods that place points by shares of ranges
SCALE = ("fans", "agencies")
METHODS = ("grid", "replicate", *SPREAD, "paired", "table")
MOST_RUNS = 10_000_000
NAME_OF_A_FOLDER = re.compile(r"\w[\w .,()+-]{0,59}")


@dataclass(frozen=True)
class Layout:
    """How a design is laid out: what is sampled, what is left as it is and why, what every point is crossed with."""

    varied: tuple[Varied, ...]
    skipped: dict[str, str]
    crossed: dict[str, tuple[Any, ...]]


class Design(Stated):
    """Which worlds a sweep lives through: a scenario, what varies in it, by which method, and under which seeds.

    `parameters` and `levers` name what is sampled: a kind, a theme, names, or a mapping of names to ranges or lists.
    `policies`, `ai`, lists of `fans`, `agencies` and `starts`, and `seeds` are crossed with every point, so that what
    is compared shares numbers and luck; with `policies` each point is lived as it is, too. `starts` is when policies
    and levers begin. `observables`, `every` (weeks) and `at` (weeks) say what is kept. `luck` draws another sample.
    """

    scenario: Scenario
    design: str = "replicate"
    name: str = "sweep"
    weeks: int | None = None
    fans: Any = None
    agencies: Any = None
    ai: Any = None
    samples: int | None = None
    parameters: Any = None
    levers: Any = None
    fixed: tuple[str, ...] = ()
    policies: tuple[Policy, ...] = ()
    starts: Any = None
    seeds: tuple[int, ...] = ()
    levels: int = 4
    rows: Rows | None = None
    observables: tuple[str, ...] = ()
    every: int = 1
    at: tuple[int, ...] = ()
    luck: int = 0
    origin: str = Field(default="", exclude=True)

    @field_validator("scenario", mode="plain")
    @classmethod
    def _a_scenario(cls, value: object) -> Scenario:
        if isinstance(value, str | Path):
            return Scenario.from_yaml(value)
        if isinstance(value, Mapping):
            return Scenario.of(value)
        if not isinstance(value, Scenario):
            raise ValueError(f"'scenario' must be the path of a scenario file or a mapping, not {shown(value)}")
        return value

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, value: str) -> str:
        if not NAME_OF_A_FOLDER.fullmatch(value):
            raise ValueError(
                "'name' names the folder of the sweep, so it must be a word of letters, digits, '-' and '_', at most"
                f" 60, not {shown(value)}; without it the name of the design's file counts"
            )
        return value

    @field_validator("design", mode="before")
    @classmethod
    def _a_method(cls, value: object) -> object:
        if value not in METHODS:
            near = nearest(str(value), METHODS)
            raise ValueError(f"there is no design {shown(value)}; the nearest is '{near}' of {', '.join(METHODS)}")
        return value

    @field_validator("samples", "levels", "every", "luck", "weeks", mode="before")
    @classmethod
    def _whole(cls, value: object, info: ValidationInfo) -> int | None:
        name = str(info.field_name)
        bounds = {"samples": (1, MOST_RUNS), "levels": (2, 1000), "every": (1, 5200), "luck": (0, 2**32 - 1)}
        return None if value is None else as_whole(value, name, *{**bounds, **BOUNDS}[name])

    @field_validator("policies", mode="plain")
    @classmethod
    def _gathered(cls, value: object, info: ValidationInfo) -> tuple[Policy, ...]:
        base = info.data.get("scenario")
        entries = [value] if isinstance(value, str | Path | Policy) else value
        if base is None:
            return ()
        with base.known():
            policies = gather_policies(entries, Path(), "design")
        names = [policy.name for policy in policies]
        if len({*names, AS_IT_IS}) != len(names) + 1:
            raise ValueError(f"two of the policies {', '.join(names)} have one name; give each a name of its own")
        return policies

    @field_validator("fixed", "observables", mode="before")
    @classmethod
    def _words(cls, value: object) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value or []
        if not isinstance(listed, list | tuple) or not all(isinstance(word, str) for word in listed):
            raise ValueError(f"here must stand a list of names, not {shown(value)}")
        return tuple(dict.fromkeys(listed))

    @field_validator("at", mode="before")
    @classmethod
    def _weeks_to_keep(cls, value: object) -> tuple[int, ...]:
        listed = value if isinstance(value, list | tuple) else [] if value is None else [value]
        return tuple(sorted({as_whole(week, "at", 0, BOUNDS["weeks"][1]) for week in listed}))

    @field_validator("seeds", mode="plain")
    @classmethod
    def _lucks(cls, value: object, info: ValidationInfo) -> tuple[int, ...]:
        if "scenario" not in info.data:
            return ()
        if isinstance(value, list | tuple):
            seeds = tuple(as_whole(seed, "seeds", *BOUNDS["seed"]) for seed in value)
            if len(set(seeds)) != len(seeds):
                raise ValueError(f"'seeds' names a seed twice in {shown(value)}; keep one")
            return seeds
        first = info.data["scenario"].seed
        return tuple(first + number for number in range(as_whole(value, "seeds", 1, 1_000_000)))

    @field_validator("rows", mode="plain")
    @classmethod
    def _read_rows(cls, value: object) -> Rows | None:
        return None if value is None else explicit_rows(value)

    @model_validator(mode="after")
    def _holds_together(self) -> Design:
        self._check_method()
        self._check_what_is_kept()
        count = self.count
        if count > MOST_RUNS:
            raise DesignError(f"the design has {count:.3g} runs, more than {MOST_RUNS:,}; vary fewer things.")
        return self

    def _check_method(self) -> None:
        """Refuse a method that lacks what it needs, or is given what it cannot use."""
        sampled, method = bool(self.varied), self.design
        if method in SPREAD and self.samples is None:
            raise DesignError(f"`design: {method}` needs `samples`, the number of points; add it.")
        if method in SPREAD and not sampled:
            raise DesignError(f"`design: {method}` varies nothing; name `parameters` or `levers`, or take `replicate`.")
        if method not in SPREAD and self.samples is not None:
            raise DesignError(f"`design: {method}` takes no `samples`; leave it out, or take {', '.join(SPREAD)}.")
        if method in ("replicate", "paired", "table") and sampled:
            raise DesignError(
                f"`design: {method}` samples nothing, but {self.varied[0].name} is to be varied; take `grid`"
                f" or one of {', '.join(SPREAD)}."
            )
        sampling.check(method, self.samples or 1, self.levels)
        if method == "paired" and not self.policies:
            raise DesignError("`design: paired` compares worlds with and without policies; name `policies`.")
        if (method == "table") != (self.rows is not None):
            raise DesignError("`design: table` and `rows` belong together; give both or neither.")
        if self.rows is not None:
            check_columns(self.rows, self.base)
            self._check_that_rows_do_not_repeat(self.rows)
        if self.starts is not None and not (self.policies or self.levers):
            raise DesignError("'starts' says when policies and levers begin, but the design names none; add some.")

    def _check_that_rows_do_not_repeat(self, rows: Rows) -> None:
        """Refuse what both the rows and the design would say: one of them would count for nothing."""
        said = [name for name in self.layout.crossed if name != "policy" and (name != "seed" or self.seeds)]
        twice = next((name for name in said if name in rows.columns), None)
        if twice is not None:
            raise DesignError(f"rows: the column '{twice}' and the design both say it; keep one of them.")

    def _check_what_is_kept(self) -> None:
        """Refuse weeks that no run has."""
        if self.at and self.every != 1:
            raise DesignError("'at' and 'every' both say which weeks are kept; keep one of them.")
        if self.at and self.at[-1] > self.base.weeks:
            raise DesignError(f"at: week {self.at[-1]} lies after the end of the runs, week {self.base.weeks}.")

    @classmethod
    def from_yaml(cls, path: str | Path) -> Design:
        """Read a design file; paths in it are relative to its own folder."""
        content = read_file(path)
        if not isinstance(content, Mapping):
            raise DesignError(f"{path}: a design maps keys such as scenario to values; this is {shown(content)}.")
        filled = {"name": Path(path).stem, **{str(key): value for key, value in content.items()}}
        folder = Path(path).parent
        try:
            if "scenario" not in filled:
                raise DesignError("the key 'scenario' is missing; add the path of a scenario file.")
            if isinstance(filled["scenario"], str):
                filled["scenario"] = folder / filled["scenario"]
            elif isinstance(filled["scenario"], Mapping):
                filled["scenario"] = Scenario.of(filled["scenario"], "scenario", folder)
            if isinstance(filled.get("rows"), str):
                filled["rows"] = folder / filled["rows"]
            entries = filled.get("policies") or []
            entries = [entries] if isinstance(entries, str) else entries
            filled["policies"] = entries if not isinstance(entries, list) else [
                folder / entry if isinstance(entry, str) and (folder / entry).is_file() else entry for entry in entries
            ]  # fmt: skip
            return cls(**filled, origin=str(path))
        except ValueError as error:
            raise DesignError(f"{path}: {error}") from error

    @cached_property
    def base(self) -> Scenario:
        """The scenario that everything varies, with what this design gives one value for."""
        single = {name: of_scale(name, getattr(self, name)) for name in SCALE if getattr(self, name) is not None}
        changes: dict[str, Any] = {
            name: values[0] for name, values in single.items() if isinstance(values, tuple) and len(values) == 1
        }
        if self.weeks is not None:
            changes["weeks"] = self.weeks
        return self.scenario.with_(**changes) if changes else self.scenario

    @cached_property
    def layout(self) -> Layout:
        """Read what stands under parameters, levers, scale, starts, ai, policies and seeds."""
        crossed: dict[str, tuple[Any, ...]] = {}
        with self.base.known():
            known = self.base.passports()
            numbers, skipped = named_numbers(self.parameters, known, self.fixed, "number")
            levers, _ = named_numbers(self.levers, known, (), "lever")
        varied = [*numbers, *levers]
        for name in (*SCALE, "starts"):
            if getattr(self, name) is None:
                continue
            found = of_starts(self.starts) if name == "starts" else of_scale(name, getattr(self, name))
            if isinstance(found, Varied):
                varied.append(found)
            elif name == "starts" or len(found) > 1:
                crossed[name] = found
        if self.ai is not None:
            kinds = tuple(self.ai) if isinstance(self.ai, list | tuple) else (self.ai,)
            wrong = [shown(word) for word in kinds if word not in AI_WORLDS]
            if wrong:
                raise DesignError(f"ai: {wrong[0]} is no kind of AI; write one or more of {', '.join(AI_WORLDS)}.")
            crossed["ai"] = listed("ai", kinds)
        if self.policies:
            crossed["policy"] = (AS_IT_IS, *(policy.name for policy in self.policies))
        crossed["seed"] = self.seeds or (self.scenario.seed,)
        twice = {each.name for each in numbers} & {each.name for each in levers}
        if twice:
            raise DesignError(f"'{min(twice)}' stands under parameters and under levers; keep one of them.")
        return Layout(tuple(varied), skipped, crossed)

    @property
    def varied(self) -> tuple[Varied, ...]:
        """What is sampled, in the order of the columns."""
        return self.layout.varied

    @property
    def skipped(self) -> dict[str, str]:
        """Numbers that a kind or theme names but that are not varied, with the reason."""
        return self.layout.skipped

    @property
    def crossed(self) -> dict[str, tuple[Any, ...]]:
        """What every point is combined with, by column; seeds come last, so that they change fastest."""
        own = () if self.rows is None else self.rows.columns
        return {name: values for name, values in self.layout.crossed.items() if name not in own}

    @property
    def count(self) -> int:
        """How many rows the design has."""
        return self.points_count * prod(map(len, self.crossed.values()))

    @property
    def points_count(self) -> int:
        """How many points are combined with policies, kinds of AI, scales and seeds."""
        samples, varied = self.samples or 1, len(self.varied)
        if self.rows is not None:
            return len(self.rows)
        if self.design == "grid":
            return prod(map(len, sampling.grid(self.varied, self.levels)))
        return samples * {"saltelli": varied + 2, "morris": varied + 1}.get(self.design, 1)

    def points(self) -> np.ndarray:
        """Return where the points of a sampling method lie, as shares of each range, shape (points, varied)."""
        names = [each.name for each in self.varied]
        samples = self.samples or 1
        if self.design == "latin_hypercube":
            return sampling.latin_hypercube(names, samples, self.luck)
        if self.design == "sobol":
            return sampling.sobol(names, samples, self.luck)
        if self.design == "saltelli":
            return sampling.saltelli(names, samples, self.luck)
        if self.design == "morris":
            return sampling.morris(names, samples, self.luck, self.levels)
        raise DesignError(f"`design: {self.design}` places no points by shares of ranges.")

    def _points(self) -> Iterator[dict[str, Any]]:
        """Every point of the design as a mapping of what is varied to its value."""
        names = [each.name for each in self.varied]
        if self.rows is not None:
            yield from self.rows
        elif self.design == "grid":
            for values in itertools.product(*sampling.grid(self.varied, self.levels)):
                yield dict(zip(names, values, strict=True))
        elif self.design in SPREAD:
            columns = [each.along(shares) for each, shares in zip(self.varied, self.points().T, strict=True)]
            for values in zip(*columns, strict=True):
                yield dict(zip(names, values, strict=True))
        else:
            yield {}

    def runs(self) -> Iterator[dict[str, Any]]:
        """Every row of the design in its order: sample, seed, what is crossed, what is varied."""
        for sample, point in enumerate(self._points()):
            for combined in itertools.product(*self.crossed.values()):
                row = {**dict(zip(self.crossed, combined, strict=True)), **point}
                yield {"sample": sample, "seed": row.pop("seed", self.scenario.seed), **row}

    def table(self) -> pd.DataFrame:
        """Return the design as a table: the ordinals of row and sample, seed, and a column for each thing varied."""
        frame = pd.DataFrame(list(self.runs()))
        frame.insert(0, "row", np.arange(len(frame)))
        return frame

    @cached_property
    def recipe(self) -> Recipe:
        """What turns a row into a world, without the rows: small enough to be sent to other processes."""
        if self.rows is None:
            levers = [each.name for each in self.varied if each.sort == "lever"]
        else:
            known = self.base.passports()
            levers = [
                name for name in self.rows.columns
                if (head := name.partition(".")[0]) in known and known[head].kind == "scenario"
            ]  # fmt: skip
        return Recipe(self.base, {policy.name: policy for policy in self.policies}, tuple(levers))

    def scenario_of(self, row: Mapping[str, Any]) -> Scenario:
        """Return the world of a row of the table; one that cannot be is refused as a scenario is."""
        return self.recipe.scenario_of(row)

    def scenarios(self) -> Iterator[Scenario]:
        """Every world of the design, made when it is asked for."""
        return (self.scenario_of(row) for row in self.runs())

    @property
    def weeks_kept(self) -> tuple[int, ...]:
        """The weeks whose observables are kept, in order."""
        last = self.base.weeks
        return self.at or tuple(sorted({*range(0, last + 1, self.every), last}))

    def as_mapping(self) -> dict[str, Any]:
        """Return the design as its YAML file would write it in full, its scenario and policies included."""
        content = {name: getattr(self, name) for name in type(self).model_fields if name != "origin"}
        content["scenario"] = self.scenario.as_mapping()
        content["policies"] = [policy.as_mapping() for policy in self.policies]
        content["rows"] = None if self.rows is None else list(self.rows)
        return dict(plain(_without_dates(content)))

    def key(self) -> str:
        """Return the name of the design: a hash of what it says and of the source of the model, not of its name."""
        content = {key: value for key, value in self.as_mapping().items() if key != "name"}
        text = json.dumps([content, self.base.key()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _without_dates(value: Any) -> Any:
    """Write dates as text, at any depth."""
    if isinstance(value, Mapping):
        return {key: _without_dates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_dates(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value

