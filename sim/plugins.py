"""A user's own file: what it adds to a world by name, without a line of `sim/` being changed.

A plug-in is one Python file. A scenario names it (`plugins: [own_policy.py]`, or `--plugin own_policy.py`), or names
one that an installed package offers in the entry point group `limelight.plugins`. What the file marks is added to
the worlds of that scenario and to no other:

    from sim.plugins import agent_kind, at_start, observable, process, strategy

    @process(after="idols_work_hours")      a function of the industry, one more line of the week
    @strategy("content", "my_way")          a function of the industry, chosen by `strategies: {content: my_way}`
    @observable("work", "h/week", "Rest")   a function of a View, one more column of the results
    @agent_kind("critics")                  an Actor class with a population of its own, `industry.critics`
    @at_start                               a function of the industry, called once when the world has been built;
                                            ordinary Mesa agents are made here

Its own numbers, levers among them, stand beside it in `own_policy.numbers.yaml`, in the format of `sim/params/`. Each
world runs the file anew, so nothing that one world leaves in it reaches another. The bytes of the two files (for an
installed plug-in: of all Python, YAML and CSV files of its package) enter the name of the run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.params import LimelightError, Numbers, Passport, nearest, read_own_passports

if TYPE_CHECKING:
    from mesa import Agent

    from sim.industry import Industry

type Process = Callable[[Industry], None]
type Strategy = Callable[[Industry], np.ndarray]

GROUP = "limelight.plugins"
CODE, NUMBERS = ".py", ".numbers.yaml"
PACKAGED = (".py", ".yaml", ".csv")
MARKS = "__limelight__"


class PluginError(LimelightError):
    """A plug-in cannot be used as it is; the message names its file, what is wrong in it and the remedy."""


# ---- what a plug-in can add ----


@dataclass(frozen=True)
class Observable:
    """A named reading of a world; `measure` is handed a View."""

    name: str
    theme: str
    label: str
    unit: str
    meaning: str
    measure: Callable[[Any], float]


@dataclass(frozen=True)
class OwnProcess:
    """One more line of the week, after or before a named one."""

    happen: Process
    after: str
    before: str


@dataclass(frozen=True)
class OwnStrategy:
    """One more way to take a decision."""

    decision: str
    name: str
    decide: Strategy


@dataclass(frozen=True)
class OwnKind:
    """One more kind of agents, with the name of its population."""

    name: str
    agent_class: type[Agent]


@dataclass(frozen=True)
class OwnStart:
    """Something that happens once, when the world has been built."""

    happen: Process


type Addition = Observable | OwnProcess | OwnStrategy | OwnKind | OwnStart


def process[Function: Callable[..., None]](*, after: str = "", before: str = "") -> Callable[[Function], Function]:
    """Marks a function of the industry as a line of the week, right after or right before the one of that name."""
    if bool(after) == bool(before):
        raise PluginError("a process is placed by one of the two, @process(after=...) or @process(before=...).")
    return _marking(lambda function: OwnProcess(function, after, before))


def strategy[Function: Callable[..., np.ndarray]](decision: str, name: str) -> Callable[[Function], Function]:
    """Marks a function of the industry as a way to take a decision; a scenario chooses it by its name."""
    return _marking(lambda function: OwnStrategy(decision, name, function))


def observable[Function: Callable[..., float]](theme: str, unit: str, label: str) -> Callable[[Function], Function]:
    """Marks a function of a View as an observable; its name is the name, its docstring the meaning."""

    def read(function: Function) -> Observable:
        meaning = (function.__doc__ or "").strip()
        if not meaning:
            raise PluginError(f"the observable {_name_of(function)!r} has no docstring; say in it what is measured.")
        return Observable(_name_of(function), theme, label, unit, meaning, function)

    return _marking(read)


def agent_kind[Class: type[Agent]](name: str) -> Callable[[Class], Class]:
    """Marks an Actor class as a kind of agents; its population is founded, empty, as `industry.<name>`."""
    if not str(name).isidentifier():
        raise PluginError(f"{name!r} is no name for a population; use a word such as 'critics'.")

    def kind(agent_class: Class) -> OwnKind:
        if not isinstance(agent_class, type):
            raise PluginError(f"the kind of agents {name!r} must be a class, not {agent_class!r}; write one.")
        return OwnKind(name, agent_class)

    return _marking(kind)


def at_start[Function: Callable[..., None]](function: Function) -> Function:
    """Marks a function of the industry that is called once, when the world has been built, before the first week."""
    mark: Callable[[Function], Function] = _marking(OwnStart)
    return mark(function)


def _marking(addition: Callable[[Any], Addition]) -> Callable[[Any], Any]:
    """Hang an addition on what adds it; nothing else happens until a world runs the file."""

    def mark(marked: Any) -> Any:
        if not callable(marked):
            raise PluginError(f"{marked!r} is neither a function nor a class; mark one.")
        setattr(marked, MARKS, (*vars(marked).get(MARKS, ()), addition(marked)))
        return marked

    return mark


def _name_of(function: Any) -> str:
    return str(getattr(function, "__name__", function))


# ---- which file it is ----


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


def _unchanged(file: PluginFile) -> dict[str, bytes]:
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
    if "numbers" not in _unchanged(file):
        return MappingProxyType({})
    own = read_own_passports(file.numbers_place)
    for name in own:
        if hasattr(Numbers, name):
            raise PluginError(f"{file.numbers_place}: no number can be called {name!r}; rename it.")
    return own


# ---- what is in it ----


@dataclass(frozen=True)
class Plugin:
    """A plug-in as one world holds it: its file, and what it adds, in the order in which the file says it."""

    file: PluginFile
    additions: tuple[Addition, ...]

    def of[Kind](self, kind: type[Kind]) -> tuple[Kind, ...]:
        """All additions of a kind."""
        return tuple(addition for addition in self.additions if isinstance(addition, kind))


def load_plugins(files: Iterable[PluginFile]) -> tuple[Plugin, ...]:
    """Run the files of a scenario's plug-ins anew, each in a module of its own, and gather what they add."""
    return tuple(_loaded(file) for file in files)


def _loaded(file: PluginFile) -> Plugin:
    name = f"limelight_plugin_{file.name}_{file.digest[:16]}".replace("-", "_").replace(".", "_")
    spec = importlib.util.spec_from_file_location(f"{file.package}.{name}" if file.package else name, file.place)
    if spec is None:
        raise PluginError(f"{file.place} is no Python file; name one that ends in {CODE}.")
    module = importlib.util.module_from_spec(spec)
    source = _unchanged(file)[""]
    sys.modules[spec.name] = module  # where dataclasses and pickles look for the home of a class
    try:
        # not by the loader of the spec, which would trust a compiled file of the same second
        exec(compile(source, str(file.place), "exec"), vars(module))
    except LimelightError as error:
        raise PluginError(f"{file.place}{_line_of(error, file.place)}: {error}") from error
    except (Exception, SystemExit) as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise PluginError(
            f"{file.place}{_line_of(error, file.place)}: the plug-in cannot be loaded ({what}); correct it there."
        ) from error
    return Plugin(file, tuple(_marked(module)))


def _line_of(error: BaseException, place: Path) -> str:
    """Say which line of a file an error came from."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == str(place) else None
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == str(place):
            line = step.tb_lineno
        step = step.tb_next
    return f" line {line}" if line else ""


def _marked(module: ModuleType) -> Iterable[Addition]:
    """All that the names of a module mark, once each."""
    things = {id(thing): thing for thing in vars(module).values() if hasattr(thing, "__dict__")}
    for thing in things.values():
        marks = vars(thing).get(MARKS, ())
        yield from marks if isinstance(marks, tuple) else ()


# ---- what comes of it in a world ----


def with_own_processes(week: Iterable[Process], plugins: Iterable[Plugin]) -> tuple[Process, ...]:
    """The week with the processes of plug-ins in their places; of several at one place, the first named is first."""
    order = list(week)
    anchors: dict[str, str] = {}
    for plugin in plugins:
        for own in plugin.of(OwnProcess):
            names = [_name_of(line) for line in order]
            name, anchor = _name_of(own.happen), own.after or own.before
            if name in names:
                raise PluginError(f"{plugin.file.place}: the week already has a process {name!r}; rename yours.")
            if anchor not in names:
                raise PluginError(
                    f"{plugin.file.place}: {name!r} is placed at {anchor!r}, and the week has no such process; "
                    f"the nearest is {nearest(anchor, names)!r}."
                )
            place = names.index(anchor)
            if own.after:
                place, anchors[name] = _end_of_train(names, place, anchors), anchor
            order.insert(place, own.happen)
    return tuple(order)


def _end_of_train(names: list[str], place: int, anchors: Mapping[str, str]) -> int:
    """The place behind a process and all that were already put after it, or after those."""
    train = {names[place]}
    place += 1
    while place < len(names) and anchors.get(names[place]) in train:
        train.add(names[place])
        place += 1
    return place


def with_own_strategies(
    known: Mapping[str, Mapping[str, Strategy]], plugins: Iterable[Plugin]
) -> dict[str, dict[str, Strategy]]:
    """The strategies for each decision with those of plug-ins."""
    every = {decision: dict(ways) for decision, ways in known.items()}
    for plugin in plugins:
        for own in plugin.of(OwnStrategy):
            if own.decision not in every:
                raise PluginError(
                    f"{plugin.file.place}: there is no decision {own.decision!r}; the nearest is "
                    f"{nearest(own.decision, every)!r}."
                )
            if own.name in every[own.decision]:
                raise PluginError(
                    f"{plugin.file.place}: there already is a strategy {own.name!r} for {own.decision!r}; rename yours."
                )
            every[own.decision][own.name] = own.decide
    return every


def with_own_observables(known: Mapping[str, Observable], plugins: Iterable[Plugin]) -> dict[str, Observable]:
    """The observables with those of plug-ins behind them."""
    every = dict(known)
    themes = dict.fromkeys(seen.theme for seen in known.values())
    for plugin in plugins:
        for own in plugin.of(Observable):
            if own.name in every or own.name in ("week", "date"):
                raise PluginError(f"{plugin.file.place}: there already is an observable {own.name!r}; rename yours.")
            if own.theme not in themes:
                raise PluginError(
                    f"{plugin.file.place}: the observable {own.name!r} has the theme {own.theme!r}; the nearest is "
                    f"{nearest(own.theme, themes)!r}, use one of {', '.join(themes)}."
                )
            every[own.name] = own
    return every
