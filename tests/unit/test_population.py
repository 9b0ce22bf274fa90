"""One declaration, two readings: columns of a population and views of its rows tell of the same agents."""

import copy
import gc
import pickle
import tracemalloc

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.agentset import AbstractAgentSet

from sim.agents.census import Census
from sim.agents.population import Actor, DeadAgentError, Population, Selection, State, WrongSnapshotError
from sim.params import LimelightError


class Bodily:
    """States shared by several kinds."""

    height = State("float32", meaning="how tall", unit="metres", start=1.5)


class Fan(Bodily, Actor):
    mood = State("float64", meaning="how the fan feels", unit="share", start=0.5)
    age = State("int16", meaning="years lived", unit="years")
    loyal = State("bool", meaning="buys every album")
    tastes = State("float32", meaning="liking of each culture", unit="share", shape=(6,))

    @property
    def is_minor(self) -> bool:
        return self.age < 19

    def cheer(self, by: float = 0.25) -> float:
        self.mood += by
        return self.mood


class Idol(Bodily, Actor):
    fame = State("float64", start=1)


class Superfan(Fan):
    albums = State("int32", meaning="albums owned", unit="count", start=3)


@pytest.fixture
def model() -> Census:
    return Census(rng=7)


@pytest.fixture
def fans(model: Census) -> Population[Fan]:
    fans = model.found(Population(Fan, model, "fans", capacity=4))
    fans.born([11, 12, 13, 14, 15], 0, age=[30, 10, 40, 10, 20], mood=[0.1, 0.2, 0.3, 0.4, 0.5])
    return fans


# ---- columns ----


def test_a_column_and_a_view_are_the_same_number(fans: Population[Fan]) -> None:
    fan = fans.view(2)
    assert isinstance(fan, mesa.Agent) and isinstance(fan, Fan)
    assert fan.mood == 0.3 and type(fan.mood) is float and type(fan.loyal) is bool
    fans.mood[2] = 0.75
    assert fan.mood == 0.75
    fan.mood = 0.25
    assert fans.mood[2] == 0.25


def test_newcomers_get_what_is_said_and_else_the_start(fans: Population[Fan]) -> None:
    rows = fans.born(np.array([2**64 - 1, 8], np.uint64), 3, tastes=np.arange(12).reshape(2, 6), loyal=True)
    assert rows.tolist() == [5, 6] and rows.dtype == np.int64
    assert fans.tastes[6].tolist() == [6, 7, 8, 9, 10, 11] and fans.tastes.shape == (7, 6)
    assert fans.loyal.tolist() == [False] * 5 + [True] * 2
    assert fans.height.tolist() == [1.5] * 7 and fans.height.dtype == np.float32
    assert fans.mood[5:].tolist() == [0.5, 0.5]
    assert fans.identity[5] == 2**64 - 1 and fans.born_week.tolist() == [0] * 5 + [3, 3]
    assert fans.view(5).unique_id == 2**64 - 1 == fans.view(5).identity


def test_growth_keeps_what_was_there_and_moves_views_along(fans: Population[Fan]) -> None:
    fan, capacity = fans.view(1), fans.capacity
    fans.born(np.arange(100, 100 + 2 * capacity), 1)
    assert fans.capacity >= fans.size == len(fans) == 5 + 2 * capacity > capacity
    assert fans.age[:5].tolist() == [30, 10, 40, 10, 20]
    fan.mood = 0.875
    assert fans.mood[1] == 0.875


def test_assigning_a_column_writes_into_it(fans: Population[Fan]) -> None:
    column = fans.mood
    fans.mood = [1, 2, 3, 4, 5]
    assert column.tolist() == [1, 2, 3, 4, 5] and fans.mood is column
    fans.mood += 1
    assert column.tolist() == [2, 3, 4, 5, 6]
    fans.mood[...] = 9
    assert fans.view(4).mood == 9
    fans.tastes = np.arange(6)
    assert fans.tastes[3].tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("mood", [1, 2], ValueError),
        ("mood", [[1.0] * 5], ValueError),
        ("tastes", np.zeros((5, 4)), ValueError),
        ("age", [1.5] * 5, TypeError),
        ("age", 40_000, OverflowError),
        ("loyal", [1, 0, 1, 0, 1], TypeError),
        ("loyal", 2, TypeError),
        ("mod", 1, AttributeError),
        ("alive", False, AttributeError),
        ("size", 3, AttributeError),
    ],
)
def test_what_does_not_fit_is_refused(fans: Population[Fan], name: str, value: object, error: type) -> None:
    before = fans.columns()
    with pytest.raises(error):
        setattr(fans, name, value)
    assert all(np.array_equal(fans.columns()[label], column) for label, column in before.items())
    assert fans.size == 5


def test_a_refused_birth_leaves_no_trace(fans: Population[Fan]) -> None:
    with pytest.raises(ValueError, match="mood"):
        fans.born([21, 22], 1, age=3, mood=[1, 2, 3])
    with pytest.raises(AttributeError, match="nearest: 'mood'"):
        fans.born([21], 1, mod=3)
    assert fans.size == 5 and len(fans) == 5


def test_the_nearest_name_is_told(fans: Population[Fan]) -> None:
    with pytest.raises(AttributeError, match="nearest: 'mood'"):
        _ = fans.moods
    with pytest.raises(AttributeError, match=r"nearest: 'mood'.*State"):
        fans.view(0).moood = 3
    with pytest.raises(ValueError, match="read-only"):
        fans.alive[0] = False


def test_reading_a_column_is_a_look_up_in_the_instance(fans: Population[Fan]) -> None:
    assert fans.__dict__["mood"] is fans.mood
    fans.born([99], 1)
    assert fans.__dict__["mood"] is fans.mood and len(fans.mood) == 6
    # Nothing of the class may stand before the instance's dictionary.
    assert not any(hasattr(Population, name) for name in [*fans.states(), "alive", "identity", "born_week"])


def test_a_million_agents_are_no_python_objects(model: Census) -> None:
    model.order_of(np.arange(2, dtype=np.uint64))  # compiled code is loaded once, and not what is counted here
    tracemalloc.start()
    fans = model.found(Population(Fan, model, "fans", capacity=1_000_000))
    fans.born(np.arange(1_000_000), 0)
    fans.reborn(np.arange(0, 1_000_000, 10), np.arange(2_000_000, 2_100_000), 1)
    chosen = fans.select(at_most=0.5).sort("age").shuffle()
    assert len(chosen) == 500_000 and fans.agg("mood", np.mean) == 0.5
    objects = sum(kept.count for kept in tracemalloc.take_snapshot().statistics("filename"))
    tracemalloc.stop()
    assert objects < 20_000 and len(fans._views) == 0


# ---- declarations ----


def test_states_are_inherited_mixed_in_and_described() -> None:
    assert list(Fan.states) == ["height", "mood", "age", "loyal", "tastes"]
    assert list(Superfan.states) == [*Fan.states, "albums"] and "albums" not in Fan.states
    assert Fan.states["mood"].meaning == "how the fan feels" and Fan.states["mood"].unit == "share"
    model = Census(rng=1)
    fans = model.found(Population(Fan, model, "fans"))
    idols = model.found(Population(Idol, model, "idols"))
    superfans = model.found(Population(Superfan, model, "superfans"))
    assert fans.states() == dict(Fan.states) and idols.states()["height"] is fans.states()["height"]
    Fan(model, height=2), Idol(model, height=1), Superfan(model)
    assert (fans.height.tolist(), idols.height.tolist(), superfans.albums.tolist()) == ([2], [1], [3])


def test_a_name_that_is_in_use_cannot_be_a_state(model: Census) -> None:
    with pytest.raises(TypeError, match="'alive'"):
        type("Wrong", (Actor,), {"alive": State("bool")})
    wrong = type("Wrong", (Actor,), {"select": State("bool")})
    with pytest.raises(TypeError, match="'select'"):
        Population(wrong, model, "wrong")
    with pytest.raises(TypeError, match="object"):
        State(object)
    shared = State("bool")
    with pytest.raises(TypeError, match="two names"):
        type("Wrong", (Actor,), {"first": shared, "second": shared})


# ---- views ----


def test_questions_about_oneself_work_on_views(fans: Population[Fan]) -> None:
    assert [fan.is_minor for fan in fans] == [False, True, False, True, False]
    assert fans.view(0).cheer(by=0.5) == pytest.approx(0.6) and fans.mood[0] == pytest.approx(0.6)


def test_the_same_row_is_the_same_object_while_held(fans: Population[Fan]) -> None:
    fan = fans.view(3)
    assert fans.view(3) is fan and fan == fans.view(np.int64(3)) and hash(fan) == hash(fans.view(3))
    assert fan != fans.view(2) and len({fan, fans.view(3), fans.view(2)}) == 2
    assert len(fans._views) == 1
    del fan
    gc.collect()
    assert len(fans._views) == 0


def test_nothing_undeclared_can_be_hung_on_a_view(fans: Population[Fan]) -> None:
    fan = fans.view(0)
    with pytest.raises(AttributeError, match="declare"):
        fan.nickname = "hamster"
    with pytest.raises(AttributeError):
        fan.cheer = 3  # type: ignore[method-assign, assignment]
    with pytest.raises(AttributeError):
        fan.is_minor = True  # type: ignore[misc]
    with pytest.raises(AttributeError):
        _ = fan.pos
    with pytest.raises(TypeError):
        fan.age = 1.5
    fan.loyal = 1
    assert fan.loyal is True


def test_views_raise_after_death(fans: Population[Fan], model: Census) -> None:
    fan, other = fans.view(1), fans.view(2)
    fan.remove()
    assert not fan.alive and other.alive and other.mood == 0.3
    for reading in (
        lambda: fan.mood,
        lambda: fan.row,
        lambda: fan.born_week,
        lambda: fan.is_minor,
        fan.cheer,
    ):
        with pytest.raises(DeadAgentError):
            reading()
    with pytest.raises(DeadAgentError):
        fan.mood = 1
    with pytest.raises(DeadAgentError):
        fans.view(1)
    assert fan.model is model and fan.unique_id == 12 and "Fan" in repr(fan) and fan in {fan}
    fan.remove()
    assert fans.rows.tolist() == [0, 2, 3, 4] and len(fans) == 4 and fans.size == 5
    assert fans.mood[1] == 0.2, "the dead keep their last values"


def test_a_reused_slot_belongs_to_the_newcomer_only(fans: Population[Fan]) -> None:
    old, neighbour = fans.view(1), fans.view(0)
    fans.tastes[1] = 7
    fans.die(2)
    fans.reborn([2, 1], [52, 51], 9, age=[62, 61])
    assert fans.rows.tolist() == [0, 1, 2, 3, 4] and fans.size == 5
    with pytest.raises(DeadAgentError):
        _ = old.mood
    new = fans.view(1)
    assert new is not old and new != old and new in fans and old not in fans
    assert (new.identity, new.age, new.mood, new.born_week) == (51, 61, 0.5, 9) and new.tastes.tolist() == [
        0
    ] * 6
    assert (fans.view(2).identity, fans.age[2]) == (52, 62)
    assert neighbour.alive and neighbour.mood == 0.1
    old.remove()
    assert new.alive, "the former occupant cannot take the newcomer along"


def test_successors_take_the_rows_of_those_who_left_or_new_ones_where_these_are_too_few(fans: Population[Fan]) -> None:
    fans.die([1, 3, 4])
    rows = fans.succeed([51, 52], 9, age=[61, 62])
    assert rows.tolist() == [1, 3] and fans.identity[rows].tolist() == [51, 52] and fans.age[rows].tolist() == [61, 62]
    assert fans.rows.tolist() == [0, 1, 2, 3] and fans.size == 5
    assert fans.succeed([53, 54], 9).tolist() == [5, 6]
    assert fans.rows.tolist() == [0, 1, 2, 3, 5, 6] and len(fans) == 6


def test_reborn_checks_its_slots(fans: Population[Fan]) -> None:
    with pytest.raises(ValueError, match="two newcomers"):
        fans.reborn([1, 0, 1], [1, 2, 3], 0)
    with pytest.raises(ValueError, match="cannot take"):
        fans.reborn([1, 2], [1], 0)
    for wrong in (5, -1, 0.5, [True, False]):
        with pytest.raises(IndexError):
            fans.die(wrong)
    assert fans.identity.tolist() == [11, 12, 13, 14, 15]


def test_death_takes_rows_or_a_mask_and_happens_once(fans: Population[Fan]) -> None:
    fans.die(fans.age == 10)
    fans.die([1, 1, 4])
    fans.die([])
    assert fans.rows.tolist() == [0, 2]


# ---- the ways of Mesa ----


def test_an_agent_can_be_made_as_in_mesa(fans: Population[Fan], model: Census) -> None:
    fan = Fan(model, mood=0.125)
    assert fans.view(fan.row) is fan and fan.mood == 0.125 and fan.born_week == 0
    assert Fan(model, identity=77).unique_id == 77
    assert len({agent.unique_id for agent in (Fan(model) for _ in range(50))}) == 50
    made = Fan.create_agents(model, 3, age=[1, 2, 3], mood=0.75)
    assert made.get(["age", "mood"]) == [[1, 0.75], [2, 0.75], [3, 0.75]]
    assert Fan.from_dataframe(model, pd.DataFrame({"age": [4, 5]}), loyal=True).get("age") == [4, 5]
    with pytest.raises(LookupError, match="Idol"):
        Idol(model)


def test_an_own_constructor_is_called_for_each(model: Census) -> None:
    class Shy(Actor):
        mood = State("float64")

        def __init__(self, model: Census, courage: float) -> None:
            super().__init__(model)
            self.mood = courage / 2

    model.found(Population(Shy, model, "shy"))
    assert Shy.create_agents(model, 3, [1, 2, 3]).get("mood") == [0.5, 1, 1.5]


def test_identity_does_not_hang_on_who_came_in_other_weeks() -> None:
    late = []
    for earlier in (0, 3):
        model = Census(rng=1)
        fans = model.found(Population(Fan, model, "fans"))
        Fan.create_agents(model, earlier)
        model.run_for(5)
        late.append(Fan(model).identity)
        assert len(fans) == earlier + 1
    assert late[0] == late[1]


def everyone_the_slow_way(fans: Population[Fan]) -> mesa.agent.AgentSet:
    return mesa.agent.AgentSet(list(fans), random=fans.model.random)


def test_the_set_answers_as_mesas_own(fans: Population[Fan]) -> None:
    fans.die(0)
    held = list(fans)
    mesas = everyone_the_slow_way(fans)
    assert isinstance(fans, AbstractAgentSet) and len(fans) == len(mesas) == 4 and list(fans) == held
    assert fans.get("age") == mesas.get("age") and fans.get(["age", "mood"]) == mesas.get(["age", "mood"])
    assert fans.get("unique_id") == mesas.get("unique_id") and fans.get("is_minor") == mesas.get("is_minor")
    assert fans.get("absent", "default", 3) == [3] * 4
    assert fans.agg("age", [min, max, np.mean]) == mesas.agg("age", [min, max, np.mean])
    assert fans.agg("is_minor", sum) == 2 and fans.agg("mood", lambda values: values.count(0.2)) == 1
    for ascending in (True, False):
        for key in ("age", "mood", "is_minor", lambda fan: fan.mood):
            assert fans.sort(key, ascending).to_list() == mesas.sort(key, ascending).to_list()
    assert fans.select(lambda fan: fan.is_minor).to_list() == [held[0], held[2]]
    for limit in (0, 1, 3, 0.5, 1.0, 99):
        assert fans.select(at_most=limit).to_list() == mesas.select(at_most=limit).to_list()
    assert len(fans.select(agent_type=Fan)) == 4 and len(fans.select(agent_type=Idol)) == 0
    for key in ("age", lambda fan: fan.age, "is_minor"):
        ours, theirs = fans.groupby(key), mesas.groupby(key)
        assert {k: v.to_list() for k, v in ours} == {k: v.to_list() for k, v in theirs}
        assert list(ours.groups) == list(theirs.groups) and ours.count() == theirs.count()
        assert ours.agg("mood", sum) == theirs.agg("mood", sum)
    assert fans.groupby("age", result_type="list").groups[10] == [held[0], held[2]]
    assert fans.map("cheer", by=0.0) == fans.get("mood") and fans.map(lambda fan: fan.row) == [1, 2, 3, 4]
    assert fans.set("mood", 0.25).do("cheer").get("mood") == [0.5] * 4
    assert fans.mood[0] == 0.1, "the dead are not set"
    with pytest.raises(ValueError, match="handle_missing"):
        fans.get("age", handle_missing="perhaps")
    with pytest.raises(AttributeError):
        fans.get("absent")


def test_membership(fans: Population[Fan], model: Census) -> None:
    fan = fans.view(0)
    assert fan in fans and "fan" not in fans
    fans.add(fan)
    fans.remove(fan)
    assert fan not in fans and len(fans) == 4
    fans.discard(fan)
    with pytest.raises(KeyError):
        fans.remove(fan)
    with pytest.raises(TypeError, match="born"):
        fans.add(fan)
    with pytest.raises(TypeError, match="copy"):
        fans.shuffle(inplace=True)
    fans.clear()
    assert len(fans) == 0 and fans.size == 5 and list(fans) == []


def test_members_who_leave_on_the_way_are_not_called(fans: Population[Fan]) -> None:
    called = []

    def meet(fan: Fan) -> None:
        called.append(fan.row)
        if fan.row == 0:
            fans.die([1, 2])
            fans.reborn(2, 99, 0)

    fans.do(meet)
    assert called == [0, 3, 4]
    assert [fan.row for fan in fans] == [0, 2, 3, 4]


def test_a_selection_lasts_though_nobody_holds_its_members(fans: Population[Fan]) -> None:
    young = fans.select(lambda fan: fan.age < 25)
    gc.collect()
    assert isinstance(young, Selection) and len(fans._views) == 0 and young.get("age") == [10, 10, 20]
    fans.die(1)
    fans.reborn(3, 99, 0, age=10)
    assert young.rows.tolist() == [4] and len(young) == 1
    assert fans.view(4) in young and fans.view(3) not in young
    young.add(fans.view(0))
    assert young.get("age") == [20, 30] and young.sort("age").get("age") == [30, 20]
    young.remove(fans.view(4))
    assert young.rows.tolist() == [0] and fans.view(4).alive
    with pytest.raises(KeyError):
        young.remove(fans.view(4))
    young.discard(fans.view(4))
    assert young.sort("age", inplace=True) is young
    assert copy.copy(fans).select(lambda fan: fan.age > 25, inplace=True).rows.tolist() == [0, 2]
    assert (fans.selection(fans.age > 15) & fans.selection([0, 1])).to_list() == [fans.view(0)]
    assert len(fans.selection([0, 2, 0]) | fans.selection([2, 3])) == 3


def test_a_shuffle_is_an_address_and_not_a_stream(fans: Population[Fan], model: Census) -> None:
    fans.born(np.arange(100, 200), 0)
    states = model.random.getstate(), copy.deepcopy(model.rng.bit_generator.state)
    first = fans.shuffle().rows
    assert sorted(first) == fans.rows.tolist() and first.tolist() != fans.rows.tolist()
    assert fans.shuffle().rows.tolist() == first.tolist()
    called: list[int] = []
    fans.shuffle_do(lambda fan: called.append(fan.row))
    assert called == first.tolist()
    assert (model.random.getstate(), model.rng.bit_generator.state) == states
    fans.born([999], 0)
    assert [row for row in fans.shuffle().rows if row < 105] == first.tolist(), (
        "one more leaves the others' order"
    )
    model.run_for(1)
    assert [row for row in fans.shuffle().rows if row < 105] != first.tolist()


# ---- snapshots ----


def test_a_snapshot_puts_everyone_back(fans: Population[Fan]) -> None:
    fans.die(1)
    saved = fans.columns()
    assert list(saved) == ["alive", "identity", "born_week", *Fan.states]
    stays, goes = fans.view(0), fans.view(2)
    fans.reborn(2, 99, 5)
    newcomer = fans.view(2)
    fans.mood = 0
    late = fans.view(fans.born(np.arange(200, 300), 5)[50])
    fans.restore(saved)
    assert all(np.array_equal(fans.columns()[name], column) for name, column in saved.items())
    assert fans.size == 5 and fans.rows.tolist() == [0, 2, 3, 4]
    assert stays.mood == 0.1 and goes.alive and not newcomer.alive and not late.alive
    fans.mood[0] = 8
    assert saved["mood"][0] == 0.1, "a snapshot is not a window on the world"
    other = Population(Fan, fans.model, "others", capacity=1)
    other.restore(saved)
    assert other.get("age") == [30, 40, 10, 20]


def test_who_is_born_after_a_snapshot_was_put_back_has_nothing_of_who_stood_there_before(
    fans: Population[Fan],
) -> None:
    saved = fans.columns()
    fans.born([900], 0, age=70, loyal=True, tastes=1, height=2.0)
    fans.restore(saved)
    new = fans.view(fans.born([901], 0).item(0))
    assert (new.age, new.loyal, new.height, new.mood) == (0, False, 1.5, 0.5) and not new.tastes.any()


def test_a_snapshot_of_another_model_is_refused(fans: Population[Fan]) -> None:
    saved = fans.columns()
    for wrong in (
        {**saved, "extra": saved["mood"]},
        {name: column for name, column in saved.items() if name != "mood"},
        {**saved, "mood": saved["mood"].astype(np.float32)},
        {**saved, "tastes": saved["tastes"][:3]},
    ):
        with pytest.raises(WrongSnapshotError, match="fans"):
            fans.restore(wrong)
    assert issubclass(WrongSnapshotError, LimelightError) and fans.mood[0] == 0.1


def test_a_copied_world_is_whole_and_apart(fans: Population[Fan], model: Census) -> None:
    fan = fans.view(1)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        others = twin.population_of(Fan)
        others.mood[1] = 0.875
        assert others.view(1).mood == 0.875 and fan.mood == 0.2
        assert others.view(1) != fan and others.model is twin
        twin.run_for(1)
        assert twin.time == 1 and model.time == 0
