"""A census is a Mesa model whose agents live in populations: what Mesa promises of a model holds for it."""

import gc
import warnings
from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agentset import AbstractAgentSet
from mesa.time import Schedule

from sim.agents.census import Census
from sim.agents.population import Actor, DeadAgentError, Population, State


class Fan(Actor):
    mood = State("float64", start=0.5)


class Idol(Actor):
    fame = State("float64", start=1)
    mood = State("float64", start=0.25)


class Journalist(mesa.Agent):
    """An ordinary Mesa agent, as a plug-in brings it."""

    def __init__(self, model: mesa.Model, mood: float = 0.75) -> None:
        super().__init__(model)
        self.mood = mood


@dataclass(frozen=True)
class Question:
    title: str


class World(Census):
    """Two kinds of actors and a diary of the weeks lived through."""

    def __init__(self, rng: int = 5) -> None:
        super().__init__(rng=rng, scenario=Question("what if"))
        self.fans = self.found(Population(Fan, self, "fans"))
        self.idols = self.found(Population(Idol, self, "idols"))
        self.diary: list[float] = []
        self.other_diary: list[float] = []

    def step(self) -> None:
        self.diary.append(self.time)

    def write_elsewhere(self) -> None:
        self.other_diary.append(self.time)


@pytest.fixture
def world() -> World:
    world = World()
    world.fans.born([1, 2, 3, 4], 0)
    world.idols.born([1, 2], 0)
    Journalist(world), Journalist(world)
    return world


# ---- who exists ----


def test_everyone_is_there(world: World) -> None:
    assert isinstance(world, mesa.Model) and isinstance(world.agents, AbstractAgentSet)
    assert (
        len(world.agents) == 8
        and [type(agent) for agent in world.agents] == [Fan] * 4 + [Idol] * 2 + [Journalist] * 2
    )
    assert world.agent_types == [Fan, Idol, Journalist]
    assert world.agents_by_type[Fan] is world.fans and len(world.agents_by_type[Journalist]) == 2
    assert all(agent in world.agents for agent in world.agents) and "nobody" not in world.agents
    assert world.agents.get("mood") == [0.5] * 4 + [0.25] * 2 + [0.75] * 2
    assert world.agents.get("fame", "default", 0) == [0] * 4 + [1] * 2 + [0] * 2
    assert world.agents.agg("mood", max) == 0.75
    assert world.agents.set("mood", 0.125).get("mood") == [0.125] * 8
    assert world.agents.map(lambda agent: agent.mood) == [0.125] * 8
    with pytest.raises(AttributeError):
        world.agents.get("fame")
    with pytest.raises(AttributeError):
        world.agents = []


def test_a_selection_from_everyone_is_not_empty(world: World) -> None:
    chosen = world.agents.select(lambda agent: agent.mood >= 0.5)
    grouped = world.agents.groupby(type)
    ordered, shuffled, everybody = world.agents.sort("mood"), world.agents.shuffle(), world.agents.select()
    gc.collect()
    assert [type(agent) for agent in chosen] == [Fan] * 4 + [Journalist] * 2
    assert grouped.count() == {Fan: 4, Idol: 2, Journalist: 2}
    assert ordered.get("mood") == [0.75] * 2 + [0.5] * 4 + [0.25] * 2
    assert set(shuffled) == set(everybody) == set(world.agents) and len(shuffled) == 8
    assert [len(world.agents.select(agent_type=kind)) for kind in (Fan, Journalist, Actor, mesa.Agent)] == [
        4,
        2,
        6,
        8,
    ]
    assert [len(world.agents.select(at_most=limit)) for limit in (3, 0.25, 1.0)] == [3, 2, 8]
    assert world.agents.select(lambda fan: fan.mood > 0, at_most=0.25, agent_type=Fan).rows.tolist() == [0, 1]
    assert world.agents.select(lambda agent: agent.mood > 0.5, agent_type=Actor).to_list() == []


def test_choosing_one_kind_makes_no_views_of_another(world: World) -> None:
    world.fans.born(np.arange(10, 5000), 0)
    gc.disable()
    try:
        fans = world.agents.select(agent_type=Fan)
        assert len(fans) == 4994 and len(world.fans._views) == 0
        idols = world.agents.select(lambda idol: idol.fame == 1, agent_type=Idol)
        assert len(idols) == 2 and len(world.fans._views) == 0
    finally:
        gc.enable()


def test_a_gathering_drops_those_who_leave(world: World) -> None:
    gathering = world.agents.select(lambda agent: agent.mood > 0)
    fan, journalist = gathering.to_list()[0], gathering.to_list()[-1]
    fan.remove()
    journalist.remove()
    assert len(gathering) == 6 and fan not in gathering and journalist not in gathering
    assert gathering.select(lambda agent: agent.mood > 0.5, inplace=True) is gathering and len(gathering) == 1
    gathering.add(world.idols.view(0))
    assert gathering.get("mood") == [0.75, 0.25]
    gathering.remove(world.idols.view(0))
    gathering.discard(world.idols.view(0))
    assert len(gathering) == 1 and world.idols.view(0).alive
    with pytest.raises(KeyError):
        gathering.remove(world.idols.view(0))


def test_an_ordinary_agent_comes_and_goes(world: World) -> None:
    journalist = Journalist(world, mood=0.0)
    assert journalist in world.agents and len(world.agents) == 9
    assert journalist.unique_id == 3, "Mesa numbers its own, and actors take no number"
    del journalist
    gc.collect()
    assert len(world.agents) == 9, "the world holds its ordinary agents"
    (last,) = world.agents.select(lambda agent: agent.mood == 0)
    last.remove()
    last.remove()
    assert last not in world.agents and len(world.agents) == 8


def test_everyone_changes_by_births_and_deaths_only(world: World) -> None:
    fan = world.fans.view(0)
    world.agents.add(fan)
    for attempt in (world.agents.remove, world.agents.discard):
        with pytest.raises(TypeError, match="remove"):
            attempt(fan)
    with pytest.raises(TypeError, match="copy"):
        world.agents.shuffle(inplace=True)
    fan.remove()
    with pytest.raises(TypeError, match="made"):
        world.agents.add(fan)


def test_registering_and_deregistering(world: World) -> None:
    fan = world.fans.view(2)
    world.register_agent(fan)
    assert len(world.agents) == 8 and fan.unique_id == 3
    world.deregister_agent(fan)
    assert not fan.alive and len(world.agents) == 7 and world.fans.rows.tolist() == [0, 1, 3]
    with pytest.raises(KeyError):
        world.deregister_agent(fan)
    with pytest.raises(ValueError, match="registered"):
        world.register_agent(fan)
    stranger = World()
    stranger.fans.born([1], 0)
    assert stranger.fans.view(0) not in world.agents
    with pytest.raises(ValueError, match="registered"):
        world.register_agent(stranger.fans.view(0))


def test_all_agents_can_be_removed(world: World) -> None:
    fan = world.fans.view(0)
    world.remove_all_agents()
    assert len(world.agents) == 0 and list(world.agents) == [] and world.fans.size == 4
    with pytest.raises(DeadAgentError):
        _ = fan.mood
    assert Fan(world).row == 4


def test_a_population_is_founded_once_and_in_its_own_world(world: World) -> None:
    with pytest.raises(ValueError, match="already"):
        world.found(Population(Fan, world, "others"))
    with pytest.raises(ValueError, match="already"):
        world.found(Population(type("Other", (Actor,), {}), world, "fans"))
    with pytest.raises(ValueError, match="another model"):
        world.found(Population(Fan, World(), "fans"))
    assert world.population_of(Idol) is world.idols


def test_members_who_leave_on_the_way_are_not_called(world: World) -> None:
    called = []

    def meet(agent: mesa.Agent) -> None:
        called.append(type(agent))
        if len(called) == 1:
            world.idols.clear()
            world.ordinary_agents.to_list()[0].remove()

    world.agents.do(meet)
    assert called == [Fan] * 4 + [Journalist]


def test_mesas_own_collector_reads_everyone(world: World) -> None:
    collector = mesa.DataCollector(
        model_reporters={"agents": lambda model: len(model.agents)},
        agent_reporters={"mood": "mood"},
        agenttype_reporters={Idol: {"fame": "fame"}},
    )
    collector.collect(world)
    assert collector.get_model_vars_dataframe()["agents"].tolist() == [8]
    assert collector.get_agent_vars_dataframe()["mood"].tolist() == world.agents.get("mood")
    assert collector.get_agenttype_vars_dataframe(Idol)["fame"].tolist() == [1, 1]


# ---- signals ----


def test_a_crowd_is_one_signal(world: World) -> None:
    heard: list[tuple[str, int, float | None]] = []

    def hear(message: Any) -> None:
        (who,) = message.additional_kwargs["args"]
        members = [who] if isinstance(who, mesa.Agent) else list(who)
        # Mesa tells of an ordinary agent before its own constructor has run.
        heard.append((message.signal_type.value, len(members), getattr(members[0], "mood", None)))

    for signal in ("agent_added", "agent_removed"):
        world.observe("agents", signal, hear)
    world.fans.born(np.arange(10, 1010), 0, mood=0.1)
    Fan.create_agents(world, 100, mood=0.2)
    Fan(world, mood=0.3)
    Journalist(world, mood=0.4)
    assert heard == [("agent_added", n, mood) for n, mood in [(1000, 0.1), (100, 0.2), (1, 0.3), (1, None)]]
    heard.clear()
    world.fans.reborn([4, 5], [2001, 2002], 0, mood=0.6)
    world.fans.die(np.arange(10, 50))
    world.fans.view(0).remove()
    world.fans.die(0)
    world.ordinary_agents.to_list()[-1].remove()
    assert heard == [
        ("agent_removed", 2, 0.1),
        ("agent_added", 2, 0.6),
        ("agent_removed", 40, 0.1),
        ("agent_removed", 1, 0.5),
        ("agent_removed", 1, 0.4),
    ]


# ---- scenario, luck and time ----


def test_a_frozen_scenario_is_taken_as_it_is(world: World) -> None:
    assert world.scenario == Question("what if") and world.fans.view(0).scenario is world.scenario
    world.scenario = Question("and then")
    assert world.scenario.title == "and then" and not hasattr(world.scenario, "model")
    assert Census(rng=1).scenario is None


def test_the_order_of_a_week_hangs_on_seed_and_week_only() -> None:
    orders = []
    for seed, weeks in ((1, 0), (1, 0), (2, 0), (1, 1)):
        world = World(rng=seed)
        world.fans.born(np.arange(100), 0)
        world.run_for(weeks) if weeks else None
        before = world.random.getstate(), world.rng.bit_generator.state
        orders.append(world.agents.shuffle().get("unique_id"))
        assert (world.random.getstate(), world.rng.bit_generator.state) == before
    assert orders[0] == orders[1] and orders[0] != orders[2] and orders[0] != orders[3]
    assert all(sorted(order) == list(range(100)) for order in orders)


def test_a_step_is_a_week(world: World) -> None:
    world.step()
    world.run_for(2)
    world.run_until(5)
    assert world.diary == [1, 2, 3, 4, 5] and world.time == 5


@pytest.mark.parametrize("moment", [520.0, 2.0, 0.0, 3.0])
def test_a_restored_world_lives_no_week_twice_and_skips_none(world: World, moment: float) -> None:
    world.run_for(3)
    world.diary.clear()
    world.resume_at(moment)
    assert world.time == moment and world.steps == moment
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        world.run_for(3)
        world.step()
    assert world.diary == [moment + 1, moment + 2, moment + 3, moment + 4]


def test_what_else_recurs_keeps_its_turn_and_what_is_past_does_not_happen(world: World) -> None:
    world.schedule_recurring(world.write_elsewhere, Schedule(interval=4, start=2))
    world.schedule_event(world.idols.clear, at=50)
    world.schedule_event(world.fans.clear, at=105)
    world.resume_at(100)
    world.run_for(4)
    assert world.other_diary == [102] and len(world.idols) == 2 and len(world.fans) == 4
    world.run_for(4)
    assert world.other_diary == [102, 106] and len(world.fans) == 0
    world.resume_at(0)
    world.run_for(7)
    assert world.other_diary == [102, 106, 2, 6]
