"""Who exists, all kinds together: a Mesa model of populations and of any ordinary Mesa agents beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from math import inf
from typing import Any, NoReturn, Self

import numpy as np
from mesa import Agent, Model
from mesa.agentset import AbstractAgentSet
from numpy.typing import NDArray

from sim.agents.actor import Actor
from sim.agents.population import Population
from sim.agents.sets import LastingSet, is_present
from sim.dice import identity_of


class Census(Model):
    """A Mesa model in which an agent is a row of a population.

    `agents`, `agents_by_type` and `agent_types` tell of the populations and of ordinary Mesa agents alike.
    The generators Mesa puts on every model (`random`, `rng`) are there for a plug-in's Mesa agents; nothing
    here draws from them.
    """

    def __init__(self, rng: int, scenario: Any = None) -> None:
        self._populations: dict[type[Actor], Population[Any]] = {}
        self._order_seed = int(rng)
        super().__init__(rng=self._order_seed)
        self.scenario = scenario

    @property
    def scenario(self) -> Any:
        """The question asked of this world, as it was given: it may be frozen, and it is never written to."""
        return self._scenario

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        # Mesa would set `scenario.model` here, which a frozen scenario refuses.
        self._scenario = scenario

    # ---- who exists ----

    def found[P: Population[Any]](self, population: P) -> P:
        """Take a population into the world; returns it."""
        if population.model is not self:
            raise ValueError(f"{population.name} were made for another model")
        for known in self._populations.values():
            if known.name == population.name or known.actor_class is population.actor_class:
                raise ValueError(f"there already are {known.name} of class {known.actor_class.__name__}")
        self._populations[population.actor_class] = population
        return population

    def population_of(self, actor_class: type[Actor]) -> Population[Any]:
        """Find the population an agent class is born into."""
        if actor_class not in self._populations:
            name = actor_class.__name__
            raise LookupError(
                f"no {name} can be born: model.found(Population({name}, model, ...)) comes first"
            )
        return self._populations[actor_class]

    @property
    def ordinary_agents(self) -> AbstractAgentSet[Agent]:
        """The agents that are plain Mesa ones."""
        return super().agents

    @property
    def agents(self) -> Everyone:
        """Everyone: population by population, then the ordinary Mesa agents."""
        return Everyone(self)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """The set of agents of each class."""
        return {**self._populations, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type]:
        """The classes of agents there are."""
        return list(self.agents_by_type)

    def register_agent(self, agent: Agent) -> None:
        """Take in an ordinary Mesa agent; an Actor is registered by its birth."""
        if not isinstance(agent, Actor):
            super().register_agent(agent)
        elif agent not in self.agents:
            raise ValueError(f"{agent!r} cannot be registered: agents are born into their population")

    def deregister_agent(self, agent: Agent) -> None:
        """Let an agent of either kind leave the world; KeyError if it is not here."""
        if not isinstance(agent, Actor):
            super().deregister_agent(agent)
        elif agent in self.agents:
            agent.population.die(agent.row)
        else:
            raise KeyError(agent)

    def remove_all_agents(self) -> None:
        """Let everyone leave the world."""
        for population in self._populations.values():
            population.clear()
        super().remove_all_agents()

    # ---- order and time ----

    def order_of(self, identity: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Draw an order for some agents, addressed by seed, identity and week.

        It takes nothing from any other luck, and one agent more leaves the order among the others as it was.
        """
        keys = np.atleast_1d(identity_of("order", identity, int(self.time), self._order_seed))
        return np.argsort(keys, kind="stable")

    def resume_at(self, time: float) -> None:
        """Set the clock of a restored world, between two steps, without living through what lies between.

        Everything that recurs, the weekly step first, is next due at its first turn after `time`; what was
        scheduled once for a moment up to then is taken as having happened.
        """
        recurring = list(self._event_generators)
        turns = {id(generator._current_event) for generator in recurring}
        for event in self._event_list._events:
            if not event.CANCELED and id(event) not in turns and event.time <= time:
                event.cancel()
        self.time = float(time)
        self.steps = int(time)
        for generator in recurring:
            turn, interval = generator.next_scheduled_time, generator._get_interval()
            if turn is None:
                continue
            generator._current_event.cancel()
            due = self.time + interval - (self.time - turn) % interval
            start = generator.schedule.start
            generator._schedule_next(due if start is None else max(due, start))


class Everyone(LastingSet[Agent]):
    """All agents of a world at this moment, of whatever kind; changes as the world does."""

    def __init__(self, census: Census) -> None:
        self._census = census

    @property
    def model(self) -> Census:
        return self._census

    def _parts(self, agent_type: type | None = None) -> list[Any]:
        """The sets of one class each that together make up everyone, or everyone of a type."""
        by_type = self._census.agents_by_type
        return [part for kind, part in by_type.items() if agent_type is None or issubclass(kind, agent_type)]

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts())

    def __iter__(self) -> Iterator[Agent]:
        return self._of_type(None)

    def __contains__(self, agent: object) -> bool:
        if isinstance(agent, Actor):
            return self._census.agents_by_type.get(type(agent)) is agent.population and agent.alive
        return agent in self._census.ordinary_agents

    def _of_type(self, agent_type: type | None) -> Iterator[Agent]:
        # Ordinary agents are listed first, because a plug-in may add or remove some on the way.
        parts = self._parts(agent_type)
        return chain.from_iterable(part if isinstance(part, Population) else part.to_list() for part in parts)

    def _gather(self, agents: Iterable[Agent]) -> Gathering[Agent]:
        return Gathering(agents, self._census)

    def _values(self, name: str, *default: Any) -> list[Any]:
        missing = ("default", *default) if default else ()
        return [value for part in self._parts() for value in part.get(name, *missing)]

    def set(self, attr_name: str, value: Any) -> Self:
        """Give every agent the same value of an attribute."""
        for part in self._parts():
            part.set(attr_name, value)
        return self

    def select(
        self,
        filter_func: Callable[[Agent], bool] | None = None,
        at_most: int | float = inf,
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> LastingSet[Any]:
        """Take some of everyone; agents of one population stay row numbers, others are held as agents."""
        parts = self._parts(agent_type)
        if len(parts) == 1 and isinstance(parts[0], Population) and not inplace:
            limit = self._limit(at_most)
            return parts[0].select(filter_func, inf if limit is None else limit)
        return super().select(filter_func, at_most, inplace, agent_type)

    def _update(self, agents: Iterable[Agent]) -> NoReturn:
        raise TypeError("everyone stays as they are: take a copy with select() and change that in place")

    def add(self, agent: Agent) -> None:
        """Do nothing for a member; anybody else joins by being made: `SomeAgent(model)`."""
        if agent not in self:
            raise TypeError(f"{agent!r} joins the world by being made, not by being added to everyone")

    def discard(self, agent: Agent) -> None:
        """Refuse: `agent.remove()` is how one leaves the world."""
        raise TypeError("an agent leaves the world by agent.remove(), not by being taken from everyone")

    def remove(self, agent: Agent) -> None:
        """Refuse: `agent.remove()` is how one leaves the world."""
        self.discard(agent)


class Gathering[A: Agent](LastingSet[A]):
    """Agents of any kinds, in an order, held for as long as they are in the world."""

    def __init__(self, agents: Iterable[A], model: Census) -> None:
        self._model = model
        self._agents = dict.fromkeys(agents)

    @property
    def model(self) -> Census:
        return self._model

    def __iter__(self) -> Iterator[A]:
        return (agent for agent in tuple(self._agents) if is_present(agent))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, agent: object) -> bool:
        return agent in self._agents and is_present(agent)  # type: ignore[arg-type]

    def _gather(self, agents: Iterable[A]) -> Gathering[A]:
        return Gathering(agents, self._model)

    def _update(self, agents: Iterable[A]) -> Self:
        self._agents = dict.fromkeys(agents)
        return self

    def add(self, agent: A) -> None:
        self._agents[agent] = None

    def discard(self, agent: A) -> None:
        self._agents.pop(agent, None)

    def remove(self, agent: A) -> None:
        del self._agents[agent]
