"""What a plug-in can add, and the marks by which its file says so; a mark alone changes nothing anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.params import LimelightError

if TYPE_CHECKING:
    from mesa import Agent

    from sim.industry import Industry

type Process = Callable[[Industry], None]
type Strategy = Callable[[Industry], np.ndarray]

MARKS = "__limelight__"


class PluginError(LimelightError):
    """A plug-in cannot be used as it is; the message names its file, what is wrong in it and the remedy."""


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
            raise PluginError(f"the observable {name_of(function)!r} has no docstring; say in it what is measured.")
        return Observable(name_of(function), theme, label, unit, meaning, function)

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


def name_of(function: Any) -> str:
    """Return what a function is called."""
    return str(getattr(function, "__name__", function))
