"""What comes of plug-ins in one world: their files are run anew, and what they mark takes its place."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sim.params import LimelightError, nearest
from sim.plugins.files import CODE, PluginFile, unchanged
from sim.plugins.marks import (
    MARKS,
    Addition,
    Observable,
    OwnProcess,
    OwnStrategy,
    PluginError,
    Process,
    Strategy,
    name_of,
)


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
    source = unchanged(file)[""]
    sys.modules[spec.name] = module  # where dataclasses and pickles look for the home of a class
    try:
        # not by the loader of the spec, which would trust a compiled file of the same second
        exec(compile(source, str(file.place), "exec", dont_inherit=True), vars(module))
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


def with_own_processes(week: Iterable[Process], plugins: Iterable[Plugin]) -> tuple[Process, ...]:
    """The week with the processes of plug-ins in their places; of several at one place, the first named is first."""
    order = list(week)
    anchors: dict[str, str] = {}
    for plugin in plugins:
        for own in plugin.of(OwnProcess):
            names = [name_of(line) for line in order]
            name, anchor = name_of(own.happen), own.after or own.before
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
