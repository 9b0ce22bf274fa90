"""Which file a plug-in is: found by path or by name, known by the hash of its content, with its numbers beside it."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

from sim.params import Numbers, Passport, nearest, read_own_passports
from sim.plugins.marks import PluginError

GROUP = "limelight.plugins"
CODE, NUMBERS = ".py", ".numbers.yaml"
PACKAGED = (".py", ".yaml", ".csv")


@dataclass(frozen=True, repr=False)
class PluginFile:
    """A plug-in as a scenario names it: `entry` as a file would write it, its place, and the hash of its content.

    Two of the same content are the same, wherever they lie.
    """

    entry: str = field(compare=False)
    place: Path = field(compare=False)
    package: str = field(compare=False)
    digest: str

    def __repr__(self) -> str:
        return f"{self.name} ({self.digest[:8]})"

    @property
    def name(self) -> str:
        """What people call it: the name of the file or of the entry point."""
        return Path(self.entry).stem if self.entry.endswith(CODE) else self.entry

    @property
    def numbers_place(self) -> Path:
        """Where its own numbers stand, if it has any."""
        return self.place.with_name(self.place.stem + NUMBERS)

    def as_mapping(self) -> dict[str, str]:
        """Return what a manifest says of it."""
        return {"name": self.name, "file": str(self.place), "hash": self.digest}

    def as_entry(self) -> dict[str, str]:
        """Return it as a scenario file names exactly this content; `{plugin: ..., hash: ...}`."""
        return {"plugin": self.entry, "hash": self.digest}


def gather_plugins(entries: object, folder: Path = Path()) -> tuple[PluginFile, ...]:
    """Find the plug-ins that stand under `plugins`: paths, from `folder` on, or names of installed ones."""
    if not isinstance(entries, list | tuple | None):
        raise PluginError(f"'plugins' must be a list of Python files or names of installed plug-ins, not {entries!r}.")
    found = tuple(find_plugin(entry, folder) for entry in entries or ())
    return tuple(dict.fromkeys(found))


def find_plugin(entry: object, folder: Path = Path()) -> PluginFile:
    """Find one plug-in by the path of its file or by the name under which it is installed."""
    if isinstance(entry, PluginFile):
        return entry
    if isinstance(entry, Mapping) and set(entry) == {"plugin", "hash"}:
        file = find_plugin(entry["plugin"], folder)
        if file.digest != entry["hash"]:
            raise PluginError(f"{file.place} is no longer the plug-in that was named; put its old content back.")
        return file
    if not isinstance(entry, str | Path) or not str(entry).strip():
        raise PluginError(f"'plugins' must name Python files or installed plug-ins, not {entry!r}.")
    if Path(entry).suffix != CODE:
        return _installed(str(entry))
    place = (folder / Path(entry).expanduser()).absolute()
    if not place.is_file():
        beside = [path.name for path in place.parent.glob(f"*{CODE}")] if place.parent.is_dir() else []
        near = f"; the nearest in its folder is {nearest(place.name, beside)!r}" if beside else ""
        raise PluginError(f"{place}: there is no such plug-in file{near}, check the path.")
    return _hashed(PluginFile(str(place), place, "", ""))


def _installed(name: str) -> PluginFile:
    """Find a plug-in that an installed package offers."""
    offered = {point.name: point for point in metadata.entry_points(group=GROUP)}
    if name not in offered:
        near = f"; the nearest is {nearest(name, offered)!r}" if offered else " (none at all is installed)"
        raise PluginError(f"there is no installed plug-in {name!r}{near}, or write the path of a {CODE} file.")
    module = offered[name].module
    try:
        found = importlib.util.find_spec(module)
    except ImportError:
        found = None
    if found is None or not found.origin or not found.origin.endswith(CODE):
        raise PluginError(f"the plug-in {name!r} should lie in {module}, which cannot be found; install it again.")
    package = module if found.submodule_search_locations else module.rpartition(".")[0]
    return _hashed(PluginFile(name, Path(found.origin), package, ""))


def _hashed(file: PluginFile) -> PluginFile:
    return PluginFile(file.entry, file.place, file.package, _digest(_contents(file)))


def _contents(file: PluginFile) -> dict[str, bytes]:
    """Read all that makes a plug-in: its code under no name, its numbers, the other files of its package."""
    places = {"": file.place}
    if file.numbers_place.is_file():
        places["numbers"] = file.numbers_place
    if file.package:
        top = file.place.parents[file.package.count(".")]
        others = sorted(path for suffix in PACKAGED for path in top.rglob(f"*{suffix}"))
        places |= {path.relative_to(top).as_posix(): path for path in others}
    try:
        return {name: place.read_bytes() for name, place in places.items()}
    except OSError as error:
        raise PluginError(f"{file.place} cannot be read ({error.strerror or error}); check its permissions.") from error


def _digest(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def unchanged(file: PluginFile) -> dict[str, bytes]:
    """Read a plug-in again, or stop if it is no longer the one that the scenario names."""
    contents = _contents(file)
    if _digest(contents) != file.digest:
        raise PluginError(f"{file.place} was changed after the scenario had named it; read the scenario again.")
    return contents


def own_passports(files: Iterable[PluginFile]) -> Mapping[str, Passport]:
    """The numbers that plug-ins bring, by name; no code of theirs is run for it."""
    own: dict[str, Passport] = {}
    for file in files:
        for name, passport in _numbers_of(file).items():
            if name in own:
                raise PluginError(f"{file.numbers_place}: {name} already stands in {own[name].file}; rename yours.")
            own[name] = passport
    return MappingProxyType(own)


@cache
def _numbers_of(file: PluginFile) -> Mapping[str, Passport]:
    if "numbers" not in unchanged(file):
        return MappingProxyType({})
    own = read_own_passports(file.numbers_place)
    for name in own:
        if hasattr(Numbers, name):
            raise PluginError(f"{file.numbers_place}: no number can be called {name!r}; rename it.")
    return own
