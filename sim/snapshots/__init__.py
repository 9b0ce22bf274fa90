"""Worlds in files: a running industry is saved whole, and goes on elsewhere, bit for bit, under its own or other law.

A file is a zip of plain NumPy arrays, one for each column, and of ``world.json``: scenario, numbers in force,
records and events, the version of the format, the hash of the model's source, and a digest of it all. It holds no
code. ``numpy.load(file)`` shows the columns to anybody. What the scenario alone decides (the fandom's ties, the
dice, the schedule of the law) is not stored but made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.population import Population
from sim.building import tie_fans
from sim.scenario import Scenario, source_hash
from sim.snapshots.branching import (
    name_of_past,
    names_of_pasts,
    refuse_another_past,
    refuse_another_world,
    refuse_other_plugins,
)
from sim.snapshots.packing import RECORDS, Arrays, WorldFileError, fields_of, packed, unpacked

if TYPE_CHECKING:
    from sim.industry import Industry

__all__ = [
    "FORMAT",
    "SavedWorld",
    "WorldFileError",
    "keep_world",
    "name_of_past",
    "names_of_pasts",
    "read_world",
    "save_world",
]

FORMAT = 1
"""Version of the format; one more whenever older files could no longer be read right."""

KIND, CONTENT, COLUMN = "a world of Limelight", "world.json", ".npy"

IN_MEMORY = Path("a world in memory")
"""What stands for the file of a world that is in none."""

FURNITURE = frozenset({
    # Mesa's own; the clock, the generators and the subscriptions are seen to by name or refused.
    "steps", "rng", "random", "step", "subscribers", "data_registry",
    # What the scenario alone decides.
    "weeks_per_year", "law", "first_law", "dice", "scale", "real_fans", "fans_represented", "ai_exists", "ai_evolves",
    "first_expected_fine", "processes", "fandom",
    # Seen to by name, or of this process alone.
    "numbers", "threads", "nanoseconds",
})  # fmt: skip
"""Attributes of an industry that are made anew and not kept; everything else is state, a plug-in's too."""


@dataclass(frozen=True)
class SavedWorld:
    """A world as it lies in a file or in memory: what was asked of it, how far it has lived, and all it was then."""

    path: Path
    content: dict[str, Any] = field(repr=False)
    columns: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def scenario(self) -> Scenario:
        """The question this world was asked."""
        return Scenario.of(self.content["scenario"], str(self.path))

    @property
    def week(self) -> int:
        """The last week it has lived."""
        return int(self.content["week"])

    @property
    def digest(self) -> str:
        """The name of its content: equal worlds, equal names."""
        return str(self.content.get("digest") or _digest(self.content, self.columns))

    def check(self, scenario: Scenario | None = None, other_source: bool = False) -> Scenario:
        """Return the scenario it goes on under, or say in one sentence why it is about another world."""
        if self.content["source"] != source_hash() and not other_source:
            raise WorldFileError(
                f"{self.path} was saved by another version of the model, which would live on differently; run its"
                " scenario anew, or restore it with other_source=True."
            )
        asked = scenario or self.scenario
        with self._named():
            refuse_other_plugins(self.content["plugins"], asked)
            refuse_another_world(self._beside(asked), asked)
        return asked

    def _beside(self, asked: Scenario) -> Scenario:
        """The question this world was asked, with its plug-ins where the new question finds them."""
        return Scenario.of({**self.content["scenario"], "plugins": ()}, str(self.path), plugins=asked.plugins)

    def fill(self, industry: Industry, other_source: bool = False) -> None:
        """Put a new and empty industry where the saved one stood, unless its policies ask for another past."""
        with self._named():
            refuse_another_past(self._beside(industry.scenario), industry.scenario, self.week, industry.first_law)
        if not other_source:
            self._refuse_other_processes(industry)
        try:
            self._people(industry)
            self._state(industry)
        except (KeyError, TypeError) as error:
            raise WorldFileError(
                f"{self.path} lacks what this version of the model keeps ({error}); run its scenario anew."
            ) from error
        tie_fans(industry)
        industry.resume_at(self.content["week"])

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Let what is refused begin with the name of the file."""
        try:
            yield
        except WorldFileError as error:
            raise WorldFileError(f"{self.path}: {error}") from error

    def _refuse_other_processes(self, industry: Industry) -> None:
        here = _names_of_processes(industry)
        for name in self.content["processes"]:
            if name not in here:
                raise WorldFileError(
                    f"{self.path} has lived weeks with the process '{name}', which this model lacks; load the plug-in"
                    " that it comes from, or restore it with other_source=True."
                )
        if here != self.content["processes"]:
            raise WorldFileError(
                f"{self.path} has lived weeks of other processes than this model's; load the same plug-ins in the same"
                " order, or restore it with other_source=True."
            )

    def _people(self, industry: Industry) -> None:
        kept: dict[str, dict[str, np.ndarray]] = {name: {} for name in self.content["populations"]}
        for name, column in self.columns.items():
            population, _, state = name.partition("/")
            if population in kept:
                kept[population][state] = column
        for name in [*kept, *industry.populations]:
            if name not in industry.populations or name not in kept:
                where = "the file" if name in kept else "this model"
                raise WorldFileError(
                    f"{self.path}: only {where} has the population '{name}'; load the plug-ins that it was saved with."
                )
            industry.populations[name].restore(kept[name])

    def _state(self, industry: Industry) -> None:
        for name, value in unpacked(self.content["numbers"], self.columns).items():
            industry.numbers.put(name, value)
        industry.rng.bit_generator.state = unpacked(self.content["rng"], self.columns)
        industry.random.setstate(unpacked(self.content["random"], self.columns))
        for name, note in self.content["state"].items():
            value = unpacked(note, self.columns)
            if type(value) in RECORDS.values():
                empty = getattr(industry, name)
                if fields_of(value).keys() != fields_of(empty).keys():
                    raise TypeError(f"{name} has other fields")
            setattr(industry, name, value)


def save_world(industry: Industry, path: str | Path) -> Path:
    """Write a world, between two of its weeks, to one file, whole or not at all; returns its path.

    Plain Mesa agents and events that were scheduled by hand cannot be written down and are refused.
    """
    content, columns = _as_it_stands(industry)
    return _write(Path(path), {**content, "digest": _digest(content, columns)}, columns)


def keep_world(industry: Industry) -> SavedWorld:
    """Keep a world as it stands between two of its weeks, in memory only: a copy that lives on for nobody's sake.

    What cannot be saved to a file cannot be kept either.
    """
    content, columns = _as_it_stands(industry)
    return SavedWorld(IN_MEMORY, content, {name: column.copy(order="K") for name, column in columns.items()})


def _as_it_stands(industry: Industry) -> tuple[dict[str, Any], Arrays]:
    """All that a world is between two weeks; the arrays are the world's own."""
    _refuse_what_cannot_be_kept(industry)
    columns: Arrays = {}
    for name, population in industry.populations.items():
        columns |= {f"{name}/{state}": column for state, column in population.columns(copy=False).items()}
    content = {
        "kind": KIND,
        "format": FORMAT,
        "source": source_hash(),
        "week": industry.week,
        "scenario": industry.scenario.as_mapping(),
        "plugins": [{"name": file.name, "digest": file.digest} for file in industry.scenario.plugins],
        "processes": _names_of_processes(industry),
        "populations": list(industry.populations),
        "numbers": packed(industry.numbers.as_dict(), "numbers", columns),
        "rng": packed(industry.rng.bit_generator.state, "rng", columns),
        "random": packed(industry.random.getstate(), "random", columns),
        "state": {name: packed(value, name, columns) for name, value in _state_of(industry).items()},
    }
    return content, columns


def read_world(path: str | Path) -> SavedWorld:
    """Read a world from its file; one that is broken or no world at all is refused in one sentence."""
    place = Path(path)
    try:
        content, columns = _read(place)
    except FileNotFoundError as error:
        raise WorldFileError(f"{place}: there is no such file; check the path.") from error
    except OSError as error:
        raise WorldFileError(f"{place} cannot be read ({error.strerror or error}); check the path.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise WorldFileError(_broken(place)) from error
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise WorldFileError(f"{place} is no saved world; give a file that `snapshot` or `--save-at` wrote.")
    if content.get("format") != FORMAT:
        raise WorldFileError(
            f"{place} is of format {content.get('format')}, but this version of Limelight reads format {FORMAT}; run"
            " its scenario anew."
        )
    if content.pop("digest", None) != (digest := _digest(content, columns)):
        raise WorldFileError(_broken(place))
    return SavedWorld(place, {**content, "digest": digest}, columns)


def _names_of_processes(industry: Industry) -> list[str]:
    return [process.__name__ for process in industry.processes]


def _state_of(industry: Industry) -> dict[str, Any]:
    """Everything on an industry that is neither a population nor furniture; what a plug-in added is there, too."""
    return {
        name: value
        for name, value in vars(industry).items()
        if not name.startswith("_") and name not in FURNITURE and not isinstance(value, Population)
    }


def _refuse_what_cannot_be_kept(industry: Industry) -> None:
    """Stop before anything is lost in silence."""
    if len(industry.ordinary_agents):
        kinds = sorted({type(agent).__name__ for agent in industry.ordinary_agents})
        raise WorldFileError(
            f"ordinary agents ({', '.join(kinds)}) cannot be kept in a world file; let them be Actors of a population."
        )
    recurring = {id(generator._current_event) for generator in industry._event_generators}
    waiting = [event for event in industry._event_list._events if not event.CANCELED and id(event) not in recurring]
    if waiting or len(industry._event_generators) > 1:
        raise WorldFileError(
            "events that were scheduled by hand cannot be kept in a world file; save the world before scheduling them."
        )


def _digest(content: Mapping[str, Any], columns: Mapping[str, np.ndarray]) -> str:
    """A name for all that a world is: sha256 over the JSON and over every array's name, type, shape and bytes."""
    digest = hashlib.sha256(_text(content))
    for name, column in columns.items():
        digest.update(f"\n{name} {column.dtype.str} {column.shape}\n".encode())
        digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()


def _text(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, allow_nan=False, indent=1).encode()


def _write(place: Path, content: Mapping[str, Any], columns: Mapping[str, np.ndarray]) -> Path:
    """Write the file beside its place and move it there when it is whole."""
    bench = ""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, bench = tempfile.mkstemp(prefix=f".{place.name}-", suffix=".partial", dir=place.parent)
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
            with kept.open(CONTENT, "w") as member:
                member.write(_text(content))
            for name, column in columns.items():
                with kept.open(name + COLUMN, "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, column, allow_pickle=False)
        os.chmod(bench, 0o644)  # mkstemp makes files that only their owner may read
        os.replace(bench, place)
    except OSError as error:
        raise WorldFileError(
            f"the world cannot be written to {place} ({error.strerror or error}); give another path."
        ) from error
    finally:
        Path(bench).unlink(missing_ok=True) if bench else None
    return place


def _read(place: Path) -> tuple[Any, Arrays]:
    """Read the JSON and the arrays of a file as they stand."""
    with zipfile.ZipFile(place) as kept:
        if CONTENT not in kept.namelist():
            return None, {}
        content = json.loads(kept.read(CONTENT))
        columns = {}
        for name in kept.namelist():
            if name.endswith(COLUMN):
                with kept.open(name) as member:
                    columns[name.removesuffix(COLUMN)] = np.lib.format.read_array(member, allow_pickle=False)
    return content, columns


def _broken(place: Path) -> str:
    return f"{place} is broken or no saved world; save that world again or fetch the file anew."
