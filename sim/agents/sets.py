"""Some of the agents: sets in Mesa's sense that do not lose their members when nobody else holds them.

Mesa's own sets hold agents weakly. A view of a row lives only while somebody holds it, so a selection of
views kept by Mesa comes back empty without a word. A `Selection` keeps row numbers instead, the `Gathering`
of the census the agents themselves; both drop a member when it leaves the world.
"""

from __future__ import annotations

import math
import operator
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from mesa import Agent
from mesa.agentset import AbstractAgentSet, GroupBy
from numpy.typing import NDArray

from sim.agents.actor import Actor

if TYPE_CHECKING:
    from sim.agents.census import Census
    from sim.agents.population import Population


def is_present(agent: Agent) -> bool:
    """Tell whether an agent of either kind is still in its world."""
    return agent.alive if isinstance(agent, Actor) else agent in agent.model.agents


class LastingSet[A: Agent](AbstractAgentSet[A]):
    """A set of agents, all of Mesa's questions answered by walking over its members."""

    @property
    @abstractmethod
    def model(self) -> Census:
        """The world the members live in."""

    @abstractmethod
    def _gather(self, agents: Iterable[A]) -> LastingSet[A]:
        """Make a new set of some of the members, in the order given."""

    def _from_iterable(self, agents: Iterable[A]) -> LastingSet[A]:
        return self._gather(dict.fromkeys(agents))

    def _of_type(self, agent_type: type | None) -> Iterator[A]:
        """Walk over the members of a type."""
        return (agent for agent in self if agent_type is None or isinstance(agent, agent_type))

    def _values(self, name: str, *default: Any) -> list[Any]:
        return [getattr(agent, name, *default) for agent in self]

    def to_list(self) -> list[A]:
        """List the members."""
        return list(self)

    def copy(self) -> LastingSet[A]:
        """Fix the present members as a set of their own."""
        return self._gather(self)

    def __copy__(self) -> LastingSet[A]:
        return self.copy()

    def get(
        self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None
    ) -> list[Any]:
        """List one attribute of every member, or several."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        default = () if handle_missing == "error" else (default_value,)
        if isinstance(attr_names, str):
            return self._values(attr_names, *default)
        columns = [self._values(name, *default) for name in attr_names]
        return [list(values) for values in zip(*columns, strict=True)]

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Sum up one attribute of every member with one function, or with several."""
        values = self.get(attribute)
        return func(values) if callable(func) else [one(values) for one in func]

    def select(
        self,
        filter_func: Callable[[A], bool] | None = None,
        at_most: int | float = math.inf,
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> LastingSet[A]:
        """Take the members that pass a test, are of a type, or come first (`at_most` below 1: that share)."""
        candidates = self._of_type(agent_type)
        passing = candidates if filter_func is None else filter(filter_func, candidates)
        chosen = islice(passing, self._limit(at_most))
        return self._update(chosen) if inplace else self._gather(chosen)

    def _limit(self, at_most: int | float) -> int | None:
        if at_most == math.inf:
            return None
        if isinstance(at_most, float) and at_most <= 1:
            return max(0, int(len(self) * at_most))
        return max(0, math.ceil(at_most))

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on every member that is still there when its turn comes."""
        self.map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method or function on every member and list the answers."""
        present = (agent for agent in self.to_list() if is_present(agent))
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in present]
        return [method(agent, *args, **kwargs) for agent in present]

    def shuffle(self, inplace: bool = False) -> LastingSet[A]:
        """Put the members in an order drawn for this week; asked twice in a week, the order is the same."""
        members = self.to_list()
        order = self.model.order_of(np.array([agent.unique_id for agent in members], dtype=np.uint64))
        shuffled = (members[place] for place in order)
        return self._update(shuffled) if inplace else self._gather(shuffled)

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on every member, in the order drawn for this week."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def sort(
        self, key: Callable[[A], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> LastingSet[A]:
        """Put the members in the order of a key, the largest first unless `ascending`."""
        by = operator.attrgetter(key) if isinstance(key, str) else key
        ordered = sorted(self, key=by, reverse=not ascending)
        return self._update(ordered) if inplace else self._gather(ordered)

    def groupby(self, by: Callable[[A], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Part the members by a key."""
        key = operator.attrgetter(by) if isinstance(by, str) else by
        groups: dict[Any, list[A]] = {}
        for agent in self:
            groups.setdefault(key(agent), []).append(agent)
        if result_type == "list":
            return GroupBy(groups)
        return GroupBy({label: self._gather(agents) for label, agents in groups.items()})


class RowSet[A: Actor](LastingSet[A]):
    """Agents of one population, known by their rows, so that whole columns are read and written at once."""

    @property
    @abstractmethod
    def population(self) -> Population[A]:
        """Everyone of the kind."""

    @property
    @abstractmethod
    def rows(self) -> NDArray[np.int64]:
        """Rows of the members that are in the world."""

    @property
    def model(self) -> Census:
        return self.population.model

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[A]:
        population, rows = self.population, self.rows
        for row, identity in zip(rows, population.identity[rows], strict=True):
            if population.holds(row, identity):
                yield population.view(row)

    def _row_of(self, agent: Agent) -> int:
        if not isinstance(agent, Actor) or agent.population is not self.population:
            raise TypeError(f"{agent!r} is not one of the {self.population.name}")
        return agent.row

    def _gather(self, agents: Iterable[A]) -> Selection[A]:
        rows = np.fromiter((self._row_of(agent) for agent in agents), dtype=np.int64)
        return Selection(self.population, rows)

    def copy(self) -> Selection[A]:
        return Selection(self.population, self.rows)

    def _of_type(self, agent_type: type | None) -> Iterator[A]:
        matches = agent_type is None or issubclass(self.population.actor_class, agent_type)
        return iter(self) if matches else iter(())

    def _column(self, name: str) -> NDArray[Any] | None:
        """Take the members' values of a column of plain numbers, or None if the name is not one."""
        column = self.population.column_of("identity" if name == "unique_id" else name)
        return None if column is None or column.ndim > 1 else column[self.rows]

    def _values(self, name: str, *default: Any) -> list[Any]:
        values = self._column(name)
        return super()._values(name, *default) if values is None else values.tolist()

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Sum up one attribute: numpy's functions get the column, others the plain list Mesa promises."""
        values = self._column(attribute)
        if values is None:
            return super().agg(attribute, func)
        several = [func] if callable(func) else list(func)
        answers = [one(values if _is_numpy(one) else values.tolist()) for one in several]
        return answers[0] if callable(func) else answers

    def set(self, attr_name: str, value: Any) -> Self:
        """Give every member the same value of an attribute."""
        state = self.population.states().get(attr_name)
        if state is None:
            return super().set(attr_name, value)
        self.population.column_of(attr_name)[self.rows] = state.fit(value, state.shape)  # type: ignore[index]
        return self

    def select(
        self,
        filter_func: Callable[[A], bool] | None = None,
        at_most: int | float = math.inf,
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> LastingSet[A]:
        if filter_func is not None or inplace or agent_type is not None:
            return super().select(filter_func, at_most, inplace, agent_type)
        return Selection(self.population, self.rows[: self._limit(at_most)])

    def _ordered(self, order: NDArray[np.int64], inplace: bool) -> RowSet[A]:
        rows = self.rows[order]
        return self._update_rows(rows) if inplace else Selection(self.population, rows)

    @abstractmethod
    def _update_rows(self, rows: NDArray[np.int64]) -> Self:
        """Put other members in the place of the present ones."""

    def _update(self, agents: Iterable[A]) -> Self:
        return self._update_rows(self._gather(agents).rows)

    def shuffle(self, inplace: bool = False) -> RowSet[A]:
        return self._ordered(self.model.order_of(self.population.identity[self.rows]), inplace)

    def sort(
        self, key: Callable[[A], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> LastingSet[A]:
        values = self._column(key) if isinstance(key, str) else None
        if values is None:
            return super().sort(key, ascending, inplace)
        if ascending:
            return self._ordered(np.argsort(values, kind="stable"), inplace)
        # Backwards twice: the largest first, and those that are equal in the order they stood.
        backwards = np.argsort(values[::-1], kind="stable")[::-1]
        return self._ordered(len(values) - 1 - backwards, inplace)

    def groupby(self, by: Callable[[A], Any] | str, result_type: str = "agentset") -> GroupBy:
        values = self._column(by) if isinstance(by, str) else None
        if values is None or result_type == "list":
            return super().groupby(by, result_type)
        rows = self.rows
        labels, first, group = np.unique(values, return_index=True, return_inverse=True)
        members = np.split(rows[np.argsort(group, kind="stable")], np.cumsum(np.bincount(group))[:-1])
        return GroupBy({labels[i].item(): Selection(self.population, members[i]) for i in np.argsort(first)})


class Selection[A: Actor](RowSet[A]):
    """Some agents of one population, in an order; who leaves the world leaves the selection.

    Holds 16 bytes for each member and no agent object.
    """

    def __init__(self, population: Population[A], rows: NDArray[np.int64]) -> None:
        self._population = population
        self._update_rows(rows)

    @property
    def population(self) -> Population[A]:
        return self._population

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the selected that are still in the world and still themselves."""
        return self._rows[self._population.holds_each(self._rows, self._identity)]

    def _update_rows(self, rows: NDArray[np.int64]) -> Self:
        self._rows = self._population.as_rows(rows)
        self._identity = self._population.identity[self._rows]
        return self

    def __contains__(self, agent: object) -> bool:
        return agent in self._population and bool((self.rows == agent.row).any())  # type: ignore[attr-defined]

    def add(self, agent: A) -> None:
        if agent not in self:
            self._update_rows(np.append(self.rows, self._row_of(agent)))

    def remove(self, agent: A) -> None:
        if agent not in self:
            raise KeyError(agent)
        rows = self.rows
        self._update_rows(rows[rows != agent.row])

    def discard(self, agent: A) -> None:
        if agent in self:
            self.remove(agent)


def _is_numpy(function: Callable[..., Any]) -> bool:
    return isinstance(function, np.ufunc) or (getattr(function, "__module__", None) or "").startswith("numpy")
