"""One agent seen from inside: the state a class declares, and the view of one row that answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from mesa import Agent
from numpy.typing import ArrayLike, DTypeLike, NDArray

from sim.params import nearest

if TYPE_CHECKING:
    from sim.agents.census import Census
    from sim.agents.population import Population
    from sim.agents.sets import Selection


class DeadAgentError(ReferenceError):
    """Somebody asked an agent that has left the world about its state."""


class State:
    """One thing that is true of every agent of a class, kept as a column of its population.

    `dtype` is a boolean, integer or float type, `shape` what one agent holds (`(6,)`: six numbers), `start`
    what a newcomer holds when nothing is said. Read on an agent it gives a plain Python number, or the
    agent's own slice of the column where `shape` is not empty.
    """

    def __init__(
        self,
        dtype: DTypeLike,
        meaning: str = "",
        unit: str = "",
        start: ArrayLike = 0,
        shape: tuple[int, ...] = (),
    ) -> None:
        self.dtype = np.dtype(dtype)
        # Anything else could not be written to a snapshot, or would be cut short without a word.
        if self.dtype.kind not in "biuf":
            raise TypeError(f"a state is made of booleans, integers or floats, not of {self.dtype}")
        self.meaning = meaning
        self.unit = unit
        self.shape = tuple(shape)
        self.name = ""
        if self.dtype.kind in "iu":
            self._bounds = int(np.iinfo(self.dtype).min), int(np.iinfo(self.dtype).max)
        self.start = np.asarray(self.fit(start, self.shape))

    def __set_name__(self, owner: type, name: str) -> None:
        if self.name and self.name != name:
            raise TypeError(f"one State cannot serve two names, {self.name!r} and {name!r}: declare it twice")
        self.name = name

    def __repr__(self) -> str:
        return f"State({self.name}: {self.dtype} {self.shape}, {self.unit or 'no unit'}: {self.meaning})"

    def __get__(self, actor: Actor | None, owner: type | None = None) -> Any:
        if actor is None:
            return self
        # The question `actor.row` asks, written out: this is every reading of every view.
        storage, row = actor._population._storage, actor._row
        if not storage["alive"].item(row) or storage["identity"].item(row) != actor._identity:
            raise DeadAgentError(actor._farewell())
        column = storage[self.name]
        return column[row] if self.shape else column.item(row)

    def __set__(self, actor: Actor, value: Any) -> None:
        row = actor.row
        actor._population._storage[self.name][row] = self.fit(value, self.shape)

    def fit(self, values: ArrayLike, shape: tuple[int, ...]) -> ArrayLike:
        """Check that values may stand in this column: one for all, one agent's worth for all, or `shape`.

        Returns them as they can be written into it. Raises TypeError where a number would lose its kind (0.7
        kept as 0), OverflowError where it would lose its size (300 in an int8), ValueError where the shape is
        another.
        """
        # A column of the same kind and one number for all are by far the most common cases: without the detours.
        if type(values) is np.ndarray and values.shape == shape and (
            values.dtype is self.dtype or values.dtype.kind == self.dtype.kind == "f"
        ):
            return values
        if type(values) in (float, int) and self.dtype.kind == "f":
            return values
        if type(values) is int and self.dtype.kind == "i" and self._bounds[0] <= values <= self._bounds[1]:
            return values
        array = np.asarray(values)
        if array.shape != shape and array.shape not in ((), self.shape):
            raise ValueError(f"{self.name} takes values of shape {shape}, not {array.shape}")
        kind = array.dtype.kind
        if array.dtype == self.dtype or kind == self.dtype.kind == "f":
            return array
        if kind in "iu" and self.dtype.kind in "iu":
            least, most = self._bounds
            if array.size and not (least <= array.min() and array.max() <= most):
                raise OverflowError(f"{self.name} is {self.dtype}: it holds {least} to {most}")
        elif not np.can_cast(array.dtype, self.dtype, "same_kind") and not self._is_truth(array):
            raise TypeError(f"{self.name} is {self.dtype}, not {array.dtype}: convert in the open, .astype")
        return array

    def _is_truth(self, array: NDArray[Any]) -> bool:
        """Tell whether a lone 0 or 1 is meant as no or yes."""
        return (
            self.dtype.kind == "b" and array.dtype.kind in "iu" and array.ndim == 0 and int(array) in (0, 1)
        )


def declared_states(actor_class: type) -> dict[str, State]:
    """Collect the states an agent class declares itself, inherits or mixes in, in declared order."""
    states: dict[str, State] = {}
    for ancestor in reversed(actor_class.__mro__):
        for name, value in vars(ancestor).items():
            if isinstance(value, State):
                states[name] = value
            else:
                states.pop(name, None)
    return states


class Actor(Agent):
    """An agent of the world: a genuine `mesa.Agent` that is a view of one row of its population.

    A subclass declares `name = State(...)` and asks small questions about itself in ordinary methods and
    properties. Views are made when asked for and kept only while somebody holds them, so nothing may be hung
    on one: what is not declared cannot be set. When the agent leaves the world its state raises
    `DeadAgentError`, also after its slot has a new occupant; `identity`, `unique_id`, `model`, `alive` and
    `remove()` go on working.
    """

    __slots__ = ("_identity", "_population", "_row")

    _population: Population[Any]
    _row: int
    _identity: int
    states: ClassVar[Mapping[str, State]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.states = declared_states(cls)
        for name in cls.states:
            if hasattr(Actor, name) or name.startswith("_"):
                raise TypeError(f"{cls.__name__} cannot declare a state {name!r}: every agent uses that name")

    def __init__(self, model: Census, *, identity: int | None = None, **states: ArrayLike) -> None:
        """Let one agent be born, as a Mesa user expects of `Fan(model, mood=0.5)`."""
        model.population_of(type(self)).admit(self, identity, states)

    def _bind(self, population: Population[Any], row: int, identity: int) -> None:
        """Become the view of one row."""
        self._population = population
        self._row = row
        self._identity = identity

    @property
    def model(self) -> Any:
        """The world the agent lives, or lived, in."""
        return self._population.model

    @property
    def population(self) -> Population[Any]:
        """Everyone of the agent's kind."""
        return self._population

    @property
    def identity(self) -> int:
        """Who the agent is: the number every draw of its luck is addressed to."""
        return self._identity

    @property
    def unique_id(self) -> int:
        """Mesa's name for the identity."""
        return self._identity

    @property
    def alive(self) -> bool:
        """Whether the agent is still in the world."""
        return self._population.holds(self._row, self._identity)

    @property
    def row(self) -> int:
        """The agent's place in its population's columns; raises DeadAgentError once it has left."""
        if not self._population.holds(self._row, self._identity):
            raise DeadAgentError(self._farewell())
        return self._row

    def _farewell(self) -> str:
        return f"{self!r} has left the world; ask `agent.alive` before asking about its state"

    @property
    def born_week(self) -> int:
        """The week the agent entered the world."""
        return self._population._storage["born_week"].item(self.row)

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        if not hasattr(getattr(kind, name, None), "__set__"):
            raise AttributeError(
                f"{kind.__name__} declares no state {name!r} (nearest: {nearest(name, kind.states)!r}), and "
                f"a view would forget it; declare `{name} = State(...)` on the class"
            )
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Actor):
            return NotImplemented
        return self._population is other._population and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __copy__(self) -> Self:
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._identity:016x}, row {self._row} of {self._population.name}>"

    @classmethod
    def create_agents(cls, model: Any, n: int, *args: Any, **kwargs: Any) -> Selection[Any]:
        """Let n agents be born at once; each keyword is one value for all, or n of them."""
        population = model.population_of(cls)
        first = population.size
        if cls.__init__ is Actor.__init__ and not args:
            population.born(population.fresh_identities(n), int(model.time), **kwargs)
        else:
            # A class with an own __init__ wants it called for each agent.
            super().create_agents(model, n, *args, **kwargs)
        return population.selection(np.arange(first, population.size))

    @classmethod
    def from_dataframe(cls, model: Any, df: Any, **kwargs: Any) -> Selection[Any]:
        """Let one agent be born for each row of a table, its columns being states."""
        return cls.create_agents(model, len(df), **{name: df[name].to_numpy() for name in df}, **kwargs)
