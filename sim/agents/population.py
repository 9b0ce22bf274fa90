"""Everyone of one kind: numpy columns, and genuine `mesa.Agent` views of their rows.

One declaration, two readings: `fan.dissatisfaction` is one fan's number, `fans.dissatisfaction` the column of
them all. A row is a stable slot: the dead keep theirs, with their last values, until it has a new occupant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakValueDictionary

import numpy as np
from mesa.model import ModelSignals
from numpy.typing import ArrayLike, NDArray

from sim.agents.actor import Actor, DeadAgentError, State
from sim.agents.sets import RowSet, Selection
from sim.dice import identity_of
from sim.params import LimelightError, nearest

if TYPE_CHECKING:
    from sim.agents.census import Census

__all__ = ["Actor", "DeadAgentError", "Population", "Selection", "State", "WrongSnapshotError"]

# What a population knows of every agent, whatever its class declares.
OWN_COLUMNS = {"alive": np.dtype(np.bool_), "identity": np.dtype(np.uint64), "born_week": np.dtype(np.int32)}


class WrongSnapshotError(LimelightError):
    """A snapshot was written by another model: its columns are not those of the population."""


def _ascending(rows: NDArray[np.int64]) -> bool:
    """Tell whether each row lies above the one before it, so that none stands there twice."""
    return len(rows) < 2 or bool((rows[1:] > rows[:-1]).all())


class Population[A: Actor](RowSet[A]):
    """The agents of one class, as a Mesa agent set and as columns.

    `population.<state>` is the column over all rows ever used; writing into it writes the world, and so does
    `population.<state> = values`. Read `rows` or `alive` for who is still there. A column taken before a
    birth does not show the newborn and may no longer be the world's: take it again.
    """

    alive: NDArray[np.bool_]
    identity: NDArray[np.uint64]
    born_week: NDArray[np.int32]

    def __init__(self, actor_class: type[A], model: Census, name: str, capacity: int = 16) -> None:
        self._actor_class = actor_class
        self._model = model
        self._name = name
        self._size = self._living = 0
        self._rows: NDArray[np.int64] | None = None
        self._states = dict(actor_class.states)
        self._starts = {name: state.start for name, state in self._states.items()}
        self._not_zero = {name: start for name, start in self._starts.items() if np.any(start)}
        words = {*dir(Population), *OWN_COLUMNS, "week"}
        taken = [state for state in self._states if state in words]
        if taken:
            raise TypeError(f"{actor_class.__name__} cannot declare {taken}: every population uses that name")
        self._storage = {label: np.zeros(capacity, dtype) for label, dtype in OWN_COLUMNS.items()}
        for label, state in self._states.items():
            self._storage[label] = np.zeros((capacity, *state.shape), state.dtype)
        self._views: WeakValueDictionary[int, A] = WeakValueDictionary()
        self._refresh()

    @property
    def model(self) -> Census:
        return self._model

    @property
    def population(self) -> Self:
        return self

    @property
    def actor_class(self) -> type[A]:
        """The class of every agent here."""
        return self._actor_class

    @property
    def name(self) -> str:
        """What the population is called: fans, idols."""
        return self._name

    @property
    def size(self) -> int:
        """Rows ever used, by the living and the dead."""
        return self._size

    @property
    def capacity(self) -> int:
        """Rows there is room for before the columns must move."""
        return len(self._storage["alive"])

    def __len__(self) -> int:
        return self._living

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the living, ascending; worked out again only after a birth or a death."""
        if self._rows is None:
            self._rows = self.alive.nonzero()[0]
            self._rows.flags.writeable = False
        return self._rows

    def mean_of(self, values: NDArray[Any]) -> float:
        """Mean of a column over the living."""
        living = values[self.rows]
        return float(living.sum() / living.size)

    def share_of(self, which: NDArray[np.bool_]) -> float:
        """Share of the living for whom something holds, given as a mask; 0 where nobody lives."""
        return np.count_nonzero(which & self.alive) / max(self._living, 1)

    def states(self) -> dict[str, State]:
        """The declared states by name, with their meaning and unit."""
        return dict(self._states)

    # ---- birth and death ----

    def born(self, identity: ArrayLike, week: int, **columns: ArrayLike) -> NDArray[np.int64]:
        """Let newcomers enter the world in new rows, one for each identity; returns their rows.

        Each keyword is a state: one value for all, or one for each. States not named begin at their `start`.
        """
        rows = self._append(self._identities(identity), week, columns)
        self._announce(ModelSignals.AGENT_ADDED, rows)
        return rows

    def die(self, rows: ArrayLike) -> None:
        """Let agents leave the world, given their rows or a mask; those who have already left stay away."""
        leaving = self.as_rows(rows)
        if not leaving.size:
            return
        leaving = leaving[self.alive[leaving]]
        if not _ascending(leaving):
            leaving = np.unique(leaving)
        # Told beforehand, so that whoever listens can still read the last values.
        self._announce(ModelSignals.AGENT_REMOVED, leaving)
        self._storage["alive"][leaving] = False
        self._living -= len(leaving)
        self._rows = None

    def reborn(self, rows: ArrayLike, identity: ArrayLike, week: int, **columns: ArrayLike) -> None:
        """Give slots new occupants, identity by identity; whoever was there leaves, with all they had."""
        slots, identities = self.as_rows(rows), self._identities(identity)
        if len(slots) != len(identities):
            raise ValueError(f"{len(slots)} rows of {self.name} cannot take {len(identities)} newcomers")
        if not _ascending(slots) and len(np.unique(slots)) < len(slots):
            raise ValueError(f"a row of {self.name} was given two newcomers at once")
        values = self._fit(len(slots), columns, self._starts)
        was_alive = self.alive[slots]
        self._announce(ModelSignals.AGENT_REMOVED, slots[was_alive])
        self._living -= int(np.count_nonzero(was_alive))
        self._move_in(slots, identities, week, values)

    def succeed(self, identity: ArrayLike, week: int, **columns: ArrayLike) -> NDArray[np.int64]:
        """Let newcomers enter the world where others have left it, or in new rows if too few have; returns their rows.

        So the columns stay about as long as the living are many, however long a world runs. States as in `born`.
        """
        identities = self._identities(identity)
        if self._size - self._living < len(identities):
            return self.born(identities, week, **columns)
        values = self._fit(len(identities), columns, self._starts)
        vacant: NDArray[np.int64] = (~self.alive).nonzero()[0][: len(identities)].astype(np.int64, copy=False)
        self._move_in(vacant, identities, week, values)
        return vacant

    def admit(self, actor: A, identity: int | None, states: Mapping[str, ArrayLike]) -> None:
        """Let one agent enter whose view was made first: what `Fan(model, mood=0.5)` does."""
        identities = self.fresh_identities(1) if identity is None else self._identities(identity)
        row = self._append(identities, int(self.model.time), states).item(0)
        actor._bind(self, row, identities.item(0))
        self._views[row] = actor
        self._announce(ModelSignals.AGENT_ADDED, np.array([row]))

    def fresh_identities(self, count: int) -> NDArray[np.uint64]:
        """Name newcomers whom no process has named: the kind, the week, and the how manieth of that week."""
        week = int(self.model.time)
        first = np.count_nonzero(self.born_week == week)
        kind = f"{self.actor_class.__name__}, unparented"
        return identity_of(kind, 0, week, np.arange(first, first + count))

    def _identities(self, identity: ArrayLike) -> NDArray[np.uint64]:
        return np.atleast_1d(np.asarray(identity, dtype=np.uint64))

    def _append(
        self, identity: NDArray[np.uint64], week: int, columns: Mapping[str, ArrayLike]
    ) -> NDArray[np.int64]:
        values = self._fit(len(identity), columns, self._not_zero)  # rows never used hold zeros
        first, last = self._size, self._size + len(identity)
        if last > self.capacity:
            self._grow(max(last, 2 * self.capacity))
        self._settle(slice(first, last), identity, week, values)
        self._size, self._living, self._rows = last, self._living + last - first, None
        self._refresh()
        return np.arange(first, last)

    def _fit(
        self, count: int, columns: Mapping[str, ArrayLike], starts: Mapping[str, ArrayLike]
    ) -> dict[str, ArrayLike]:
        """Check everything that is said of newcomers before a word of it is written."""
        states, values = self._states, dict(starts)
        for name, said in columns.items():
            if name not in states:
                raise AttributeError(self._no_such(name))
            state = states[name]
            values[name] = state.fit(said, (count, *state.shape))
        return values

    def _settle(
        self, where: Any, identity: NDArray[np.uint64], week: int, values: Mapping[str, ArrayLike]
    ) -> None:
        storage = self._storage
        for name, value in values.items():
            storage[name][where] = value
        storage["identity"][where] = identity
        storage["born_week"][where] = week
        storage["alive"][where] = True

    def _move_in(
        self, slots: NDArray[np.int64], identity: NDArray[np.uint64], week: int, values: Mapping[str, ArrayLike]
    ) -> None:
        """Let newcomers take rows that have been used before and that nobody holds any more."""
        # Rows without a gap are a slice, which numpy fills in half the time.
        gapless = len(slots) > 0 and slots[-1] - slots[0] == len(slots) - 1 and _ascending(slots)
        self._settle(slice(slots[0], slots[-1] + 1) if gapless else slots, identity, week, values)
        self._living += len(slots)
        self._rows = None
        self._announce(ModelSignals.AGENT_ADDED, slots)

    def _grow(self, capacity: int) -> None:
        """Move the columns to larger ones."""
        for name, column in self._storage.items():
            larger = np.zeros((capacity, *column.shape[1:]), column.dtype)
            larger[: self._size] = column[: self._size]
            self._storage[name] = larger

    def _refresh(self) -> None:
        """Lay the columns in the instance's own dictionary, where reading one costs a dictionary look-up."""
        own, size = self.__dict__, self._size
        for name, column in self._storage.items():
            own[name] = column[:size]
        for name in OWN_COLUMNS:
            # Who is alive is decided by born, die and reborn only, or `rows` would not know.
            own[name].setflags(write=False)

    def _announce(self, signal: ModelSignals, rows: NDArray[np.int64]) -> None:
        """Tell whoever observes the model, once for them all: the agent itself, or the set of them."""
        if len(rows) and self.model.subscribers:
            who = self.view(rows[0]) if len(rows) == 1 else Selection(self, rows)
            self.model.notify("agents", signal, args=(who,))

    # ---- rows and views ----

    def as_rows(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Read a row, several, or a mask over all, as an array of rows; IndexError where there is no such."""
        array = np.asarray(rows)
        if not array.ndim:
            array = array.reshape(1)
        if array.dtype == np.bool_:
            if array.shape != (self._size,):
                raise IndexError(f"a mask over {self.name} has {self._size} elements, not {array.shape}")
            return array.nonzero()[0]
        if array.size and array.dtype.kind not in "iu":
            raise IndexError(f"rows of {self.name} are whole numbers from 0 to {self._size - 1}")
        whole = array.astype(np.int64, copy=False)
        # A row below 0 is a very large one if its bits are read without a sign.
        if whole.size and whole.view(np.uint64).max() >= self._size:
            raise IndexError(f"rows of {self.name} are whole numbers from 0 to {self._size - 1}")
        return whole

    def holds(self, row: int, identity: int) -> bool:
        """Tell whether the occupant of a row is alive and goes by this identity."""
        return self._storage["alive"].item(row) and self._storage["identity"].item(row) == identity

    def holds_each(self, rows: NDArray[np.int64], identity: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """The same question for many."""
        return self._storage["alive"][rows] & (self._storage["identity"][rows] == identity)

    def view(self, row: int | np.integer) -> A:
        """Take the agent in a row; the same object for as long as anybody holds it."""
        row = int(self.as_rows(row)[0])
        known = self._views.get(row)
        if known is not None and known.alive:
            return known
        if not self.alive[row]:
            raise DeadAgentError(f"whoever was in row {row} of {self.name} has left the world")
        actor = self.actor_class.__new__(self.actor_class)
        actor._bind(self, row, self.identity.item(row))
        self._views[row] = actor
        return actor

    def selection(self, rows: ArrayLike) -> Selection[A]:
        """Take the agents in some rows, or where a mask holds, as a set."""
        chosen = self.as_rows(rows).copy()
        if not _ascending(chosen):
            chosen = np.array(list(dict.fromkeys(chosen.tolist())), dtype=np.int64)
        return Selection(self, chosen)

    def column_of(self, name: str) -> NDArray[Any] | None:
        """The column of a name, or None if there is none."""
        return self.__dict__[name] if name in self._storage else None

    def __getattr__(self, name: str) -> NDArray[Any]:
        raise AttributeError(name if name.startswith("_") else self._no_such(name))

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if name[0] == "_":
            own[name] = value
        elif name not in own["_states"]:
            raise AttributeError(self._no_such(name))
        elif value is not (column := own[name]):
            alike = type(value) is np.ndarray and value.dtype == column.dtype and value.shape == column.shape
            column[...] = value if alike else own["_states"][name].fit(value, column.shape)

    def _no_such(self, name: str) -> str:
        if name in OWN_COLUMNS or hasattr(type(self), name):
            return f"{name} of {self._name} is not for writing; births and deaths change it"
        return f"{self._name} have no state {name!r} (nearest: {nearest(name, self._states)!r})"

    # ---- a set in Mesa's sense ----

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, Actor) and agent.population is self and agent.alive

    # A population is itself and no other; a comparison must not walk over ten million members.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def _update_rows(self, rows: NDArray[np.int64]) -> Self:
        raise TypeError(f"{self.name} stay as they are: take a copy with select() and change that in place")

    def add(self, agent: A) -> None:
        """Do nothing for a member; nobody else can be added, one must be born."""
        if agent not in self:
            raise TypeError(f"{agent!r} cannot be added to {self.name}: agents are born where they belong")

    def discard(self, agent: A) -> None:
        """Let an agent leave the world, if it is here."""
        if agent in self:
            self.die(agent.row)

    def remove(self, agent: A) -> None:
        """Let an agent leave the world; KeyError if it is not here."""
        if agent not in self:
            raise KeyError(agent)
        self.die(agent.row)

    def clear(self) -> None:
        """Let everyone leave the world."""
        self.die(self.rows)

    # ---- snapshots ----

    def columns(self, copy: bool = True) -> dict[str, NDArray[Any]]:
        """Everything there is to know, by name: alive, identity, born_week, then the states as declared."""
        return {name: self.__dict__[name].copy() if copy else self.__dict__[name] for name in self._storage}

    def restore(self, columns: Mapping[str, ArrayLike]) -> None:
        """Put everyone back as `columns` had them; a view goes on if its row has the same occupant."""
        arrays = {name: np.asarray(values) for name, values in columns.items()}
        size = len(arrays.get("alive", ()))
        for name, column in self._storage.items():
            expected = (size, *column.shape[1:])
            if name not in arrays or arrays[name].shape != expected or arrays[name].dtype != column.dtype:
                kind = f"{column.dtype} {expected}"
                raise WrongSnapshotError(f"the snapshot of {self.name} has no {name} of {kind}; run anew")
        for name in arrays:
            if name not in self._storage:
                raise WrongSnapshotError(f"the snapshot holds {name!r}, but {self._no_such(name)}")
        if size > self.capacity:
            self._grow(size)
        for name, values in arrays.items():
            self._storage[name][:size] = values
            self._storage[name][size:] = 0
        self._size, self._living, self._rows = size, int(np.count_nonzero(arrays["alive"])), None
        self._refresh()

    def __getstate__(self) -> dict[str, Any]:
        # The short columns are windows on the storage: copied each for itself they would come apart.
        left_out = {*self._storage, "_views"}
        return {name: value for name, value in self.__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _views=WeakValueDictionary())
        self._refresh()
