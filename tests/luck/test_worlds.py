"""Luck in whole worlds: the same question gives the same bits, and one change leaves all other luck alone."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mesa import Agent

from sim.agents.institutions import Notice
from sim.dice import Dice, identity_of
from sim.industry import Industry
from sim.kernels import BLOCK
from sim.kernels.blocks import blocks_of
from sim.observables import observe
from sim.params import passports
from sim.policies import Policy
from sim.processes import WEEK
from sim.processes.data import suffer_breach
from sim.processes.newcomers import debut_agency, debut_group, debut_idols, draw_fans
from sim.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
EVENTFUL = {"debuts_per_year": 50.0, "breach_rate": 0.08, "callout_rate": 0.03, "idol_exit_rate": 0.05}
# Six blocks and a broken seventh, so that three threads share the fans out differently from two and from one.
LARGE = Scenario(fans=6 * BLOCK + 1000, agencies=282, seed=11, weeks=5, numbers=EVENTFUL)
SMALL = Scenario(fans=600, agencies=30, seed=5, weeks=16, numbers=EVENTFUL)

Digests = dict[str, str]


def digest(value: Any) -> str:
    """A short name of the exact bits of an array, or of the exact text of anything else."""
    content = value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def fingerprint(industry: Industry) -> Digests:
    """Every column of every population, every observable, all events and all institutions, to the bit."""
    marks = {name: value.hex() for name, value in observe(industry).items()}
    for name, population in industry.populations.items():
        marks |= {f"{name}.{column}": digest(values) for column, values in population.columns(copy=False).items()}
    parts = {"baseline": industry.baseline, "platform": industry.platform, "regulator": industry.regulator,
             "staff": industry.staff, "cultures": industry.cultures, "tally": industry.tally}
    for name, part in parts.items():
        for field, value in vars(part).items():
            exact = {key: array.tobytes() for key, array in value.items()} if isinstance(value, dict) else value
            marks[f"{name}.{field}"] = digest(exact)
    marks["fandom"] = digest(industry.fandom[0]) + digest(industry.fandom[1])
    marks["events"] = digest(list(industry.events))
    return marks


def platform_is_breached(industry: Industry) -> None:
    """In week 2 the fan platform loses the records of half its people, and a week later everybody hears of it."""
    if industry.week == 2:
        heads = float(industry.services.heads[0]) / 2
        suffer_breach(industry, industry.services, 0, heads)
        industry.regulator.notices.append(Notice(3, "disclosure", "services", 0, heads, 0.5))


def life(scenario: Scenario, threads: int = 1) -> Iterator[tuple[Industry, Digests]]:
    """A world, week by week from the built one on, with its fingerprint; the large world has a large breach, too."""
    industry = Industry(scenario, threads=threads)
    if scenario.fans > BLOCK:
        industry.processes = (*WEEK, platform_is_breached)
    yield industry, fingerprint(industry)
    for _ in range(scenario.weeks):
        industry.step()
        yield industry, fingerprint(industry)


def diary(scenario: Scenario, threads: int = 1) -> list[Digests]:
    """The fingerprints of every week of a world."""
    return [marks for _, marks in life(scenario, threads)]


def differing(one: list[Digests], other: list[Digests]) -> dict[int, list[str]]:
    """What is not the same to the bit, by week; empty where all of it is."""
    assert len(one) == len(other)
    found = {}
    for week, (here, there) in enumerate(zip(one, other, strict=True)):
        names = [name for name in here.keys() | there.keys() if here.get(name) != there.get(name)]
        if names:
            found[week] = sorted(names)
    return found


@pytest.fixture(scope="module")
def large() -> list[Digests]:
    """The large world as one thread lives it."""
    return diary(LARGE)


@pytest.fixture(scope="module")
def small() -> list[Digests]:
    """The small world as it is."""
    return diary(SMALL)


# ---- the same question, the same bits ----


def test_the_large_world_has_blocks_for_three_threads_and_things_happen_in_it() -> None:
    assert blocks_of(LARGE.fans) // 2 >= 3
    *_, (industry, _) = life(LARGE)
    assert {"debut", "breach"} <= {event.kind for event in industry.events}
    assert 0.1 < (industry.fans.harm > 0).mean() < 0.8
    assert industry.fans.trust.min() < industry.numbers.trust_start


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_changes_no_bit(threads: int, large: list[Digests]) -> None:
    assert differing(large, diary(LARGE, threads)) == {}


def test_another_process_with_another_hash_seed_gives_the_same_bits(large: list[Digests]) -> None:
    program = "import json; from tests.luck.test_worlds import LARGE, diary; print(json.dumps(diary(LARGE, {})))"
    # The mathematics library has threads of its own, which must not matter either.
    rooms = [("0", 2, {"OPENBLAS_NUM_THREADS": "1"}), ("4242", 1, {"OPENBLAS_NUM_THREADS": "3"})]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program.format(threads)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), **more},
        )
        for seed, threads, more in rooms
    ]
    for process in running:
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert differing(large, json.loads(printed)) == {}


def test_a_world_built_twice_is_the_same_also_after_another_world(small: list[Digests]) -> None:
    assert differing(small, diary(SMALL)) == {}
    other = Industry(SMALL.with_(seed=6, agencies=7, ai="none", numbers={"retention_limit": 9.0}))
    other.step()
    assert differing(small, diary(SMALL)) == {}


def test_worlds_lived_side_by_side_do_not_touch_each_other(small: list[Digests]) -> None:
    one, other, found = life(SMALL), life(SMALL.with_(seed=6)), []
    for (_, marks), _ in zip(one, other, strict=True):
        found.append(marks)
    assert differing(small, found) == {}


def test_the_generators_of_python_and_numpy_play_no_part(small: list[Digests]) -> None:
    import random

    found = []
    for industry, marks in life(SMALL):
        found.append(marks)
        random.seed(len(found))
        np.random.seed(len(found))
        industry.rng.random(len(found))
        industry.random.random()
    assert differing(small, found) == {}


def test_another_seed_is_another_world(small: list[Digests]) -> None:
    apart = differing(small, diary(SMALL.with_(seed=6)))
    columns = {"fans.dissatisfaction", "groups.popularity", "idols.distress", "agencies.reluctance", "tools.corpus"}
    assert all(columns <= set(apart[week]) for week in range(SMALL.weeks + 1))


# ---- looking, listening and joining change nothing ----


def test_a_process_at_the_end_of_the_week_with_luck_of_its_own_changes_nothing_else(small: list[Digests]) -> None:
    heard: list[float] = []

    def critics_write_reviews(industry: Industry) -> None:
        heard.append(float(industry.dice.normal("review", industry.groups.identity, industry.week).sum()))
        industry.dice.poisson("review", industry.fans.identity, industry.week, 3)

    found = []
    for industry, marks in life(SMALL):
        industry.processes = (*WEEK, critics_write_reviews)
        found.append(marks)
    assert len(set(heard)) == SMALL.weeks
    assert differing(small, found) == {}


def test_looking_and_an_ordinary_mesa_agent_change_nothing(small: list[Digests]) -> None:
    class Critic(Agent):
        pass

    found = []
    for industry, marks in life(SMALL):
        found.append(marks)
        Critic(industry)
        observe(industry)
        sum(fan.dissatisfaction for fan in industry.fans)
        industry.agents.select(lambda agent: agent.unique_id % 2).shuffle()
        industry.fans.shuffle().do(lambda fan: fan.attachment)
    assert len(industry.ordinary_agents) == SMALL.weeks + 1
    assert differing(small, found) == {}


# ---- policies ----


def monday(week: int) -> str:
    """The date on which a policy of this week is dated."""
    return (SMALL.start + timedelta(weeks=week)).isoformat()


def with_policy(changes: list[dict[str, Any]]) -> Scenario:
    """The small world under a policy."""
    return SMALL.with_(policies=(Policy.of(changes),))


LEVERS = {name: passport for name, passport in passports().items() if passport.kind == "scenario"}


def as_it_is(name: str) -> Any:
    """The value that a lever has without any policy, as a file would write it."""
    value = LEVERS[name].value
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("over", [0, 5])
def test_a_null_policy_changes_no_bit(over: int, small: list[Digests]) -> None:
    changes = [{"set": name, "to": as_it_is(name), "from": monday(3)} for name in LEVERS]
    for change in changes:
        if over and not isinstance(change["to"], int):
            change["over"] = over
    assert differing(small, diary(with_policy(changes))) == {}


def test_a_policy_dated_after_the_end_changes_no_bit(small: list[Digests]) -> None:
    changes = [{"set": "hours_cap_adults", "to": 40, "from": monday(SMALL.weeks + 1)}]
    assert differing(small, diary(with_policy(changes))) == {}


FAR = {name: passport.high if passport.value == passport.low else passport.low for name, passport in LEVERS.items()}
UNSEEN_SO_SOON = {
    "breach_notification",  # no breach strikes the small world in its last weeks
    "fine_cap", "severe_fine_cap", "regulator_capacity",  # a fine follows a breach by half a year at least
    "payout_rule",  # divides a pool that is empty by default
}


@pytest.mark.parametrize("name", LEVERS)
def test_a_policy_from_week_10_leaves_the_weeks_before_identical(name: str, small: list[Digests]) -> None:
    to = int(FAR[name]) if isinstance(LEVERS[name].value, int) else FAR[name]
    found = differing(small, diary(with_policy([{"set": name, "to": to, "from": monday(10)}])))
    assert min(found) == 10, found
    assert "events" in found[10]  # at the least the policy itself is in the log from its first week on
    if name not in UNSEEN_SO_SOON:
        assert set(found[SMALL.weeks]) - {"events"}


def test_a_policy_that_ended_leaves_its_levers_where_they_were() -> None:
    changes = [{"set": "feed_gain_cap", "to": 0, "from": monday(2), "until": monday(5)}]
    values = [industry.numbers.feed_gain_cap for industry, _ in life(with_policy(changes))]
    assert values[:7] == [1, 1, 0, 0, 0, 1, 1]


# ---- one more agent ----


class Ledger:
    """Dice that remember which addresses were asked for, and give what the dice give."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.asked: dict[str, set[int]] = {}

    def key(self, stream: str) -> Any:
        return self.dice.key(stream)

    def __getattr__(self, law: str) -> Any:
        throw = getattr(self.dice, law)

        def noted(stream: str, who: Any, week: int, *rest: Any, **named: Any) -> Any:
            self.asked.setdefault(stream, set()).update(np.asarray(who, np.uint64).ravel().tolist())
            return throw(stream, who, week, *rest, **named)

        return noted


def add_group(industry: Industry) -> set[int]:
    """One more debut this week: a group and its members. Returns the identities that are new."""
    row = debut_group(industry, 0, identity_of("group", 0, industry.week, 1000), industry.week)
    members = industry.idols.identity[industry.idols.alive & (industry.idols.group == row)]
    return {int(industry.groups.identity[row]), *members.tolist()}


def add_idol(industry: Industry) -> set[int]:
    """One more member of the first living group."""
    who = identity_of("idol", 77, industry.week, 1000)
    debut_idols(industry, industry.groups.rows[:1], np.array([who], np.uint64), industry.week)
    return {int(who)}


def add_agency(industry: Industry) -> set[int]:
    """One more agency is founded."""
    who = identity_of("agency", 0, industry.week, 1000)
    debut_agency(industry, who, industry.week)
    return {int(who)}


def add_fan(industry: Industry) -> set[int]:
    """One more fan sits down in the first empty seat."""
    row = np.flatnonzero(~industry.fans.alive)[:1]
    states = draw_fans(industry, industry.seats(row), industry.week)
    who = states.pop("identity")
    industry.fans.reborn(row, who, industry.week, **states)
    return {int(who[0])}


ADDITIONS = {"group": add_group, "idol": add_idol, "agency": add_agency, "fan": add_fan}
# Streams that every living agent of a kind asks once a week, whatever its state.
ASKED_BY_ALL = ("popularity", "group ends", "distress", "burnout", "hiatus", "leave the group", "adoption",
                "further kind", "tool taste", "tool version")
TWINS = Scenario(fans=4000, agencies=120, seed=19, numbers=EVENTFUL)


def twins(addition: str) -> tuple[Industry, Industry, set[int], dict[str, int]]:
    """Two worlds after five weeks, of which the second got one more agent, one week later; who is new; sizes before."""
    one, other = Industry(TWINS), Industry(TWINS)
    for industry in (one, other):
        industry.run_for(5)
    sizes = {name: population.size for name, population in one.populations.items()}
    new = ADDITIONS[addition](other)
    assert sum(population.size for population in other.populations.values()) >= sum(sizes.values())
    for industry in (one, other):
        industry.dice = Ledger(industry.dice)  # type: ignore[assignment]
        industry.step()
    return one, other, new, sizes


@pytest.fixture(scope="module", params=list(ADDITIONS))
def pair(request: pytest.FixtureRequest) -> tuple[Industry, Industry, set[int], dict[str, int]]:
    """The twin worlds for each kind of additional agent."""
    return twins(request.param)


Pair = tuple[Industry, Industry, set[int], dict[str, int]]


def left(industry: Industry) -> set[int]:
    """The identities of idols who have left and whose rows are still empty."""
    return set(industry.idols.identity[~industry.idols.alive].tolist())


def test_one_more_agent_leaves_the_addresses_of_all_others_alone(pair: Pair) -> None:
    one, other, new, _ = pair
    for stream in ASKED_BY_ALL:
        here, there = one.dice.asked[stream], other.dice.asked[stream]  # type: ignore[attr-defined]
        assert len(here) > 15
        # Who has left may be asked until a newcomer takes the row, and to no effect.
        assert here - left(one) <= there and there - here - left(other) <= new, stream


def test_one_more_agent_leaves_popularity_burnout_and_distress_of_the_others_alone(pair: Pair) -> None:
    one, other, _, sizes = pair
    groups = slice(sizes["groups"])
    _, mine, theirs = np.intersect1d(one.idols.identity, other.idols.identity, return_indices=True)
    assert len(mine) > 0.99 * sizes["idols"]
    moved = np.abs(one.groups.popularity[groups] - other.groups.popularity[groups])
    # Whose members burn out alike has the very same popularity: the rest of the formula is the group's own.
    assert (moved == 0).mean() > 0.9
    assert moved.max() < 0.1 * one.numbers.popularity_noise * one.numbers.popularity_scale
    assert (one.idols.burnt_out[mine] != other.idols.burnt_out[theirs]).mean() < 0.005
    assert (one.idols.on_hiatus[mine] != other.idols.on_hiatus[theirs]).mean() < 0.005
    assert (one.idols.alive[mine] != other.idols.alive[theirs]).mean() < 0.005
    felt = np.abs(one.idols.distress[mine] - other.idols.distress[theirs])
    assert felt.max() < 0.01 * one.numbers.distress_noise


def test_one_more_agent_leaves_the_fans_of_others_alone(pair: Pair) -> None:
    one, other, new, _ = pair
    same = one.fans.identity == other.fans.identity
    assert same.mean() > 0.998
    apart = np.abs(one.fans.dissatisfaction - other.fans.dissatisfaction)[same & one.fans.alive & other.fans.alive]
    assert np.quantile(apart, 0.99) < 0.01 * one.numbers.dissatisfaction_noise
    assert (one.fans.alive != other.fans.alive).mean() < 0.002
    assert (one.fans.main_group != other.fans.main_group).mean() < 0.002
    if len(new) == 1 and one.groups.identity.size == other.groups.identity.size and one.idols.size == other.idols.size:
        assert (apart == 0).mean() > 0.9


def test_one_more_agent_leaves_those_who_are_born_in_the_next_week_alone(pair: Pair) -> None:
    one, other, _, _ = pair
    for name in ("groups", "idols", "agencies"):
        here, there = one.populations[name], other.populations[name]
        newborn = here.born_week == one.week
        born = here.identity[newborn]
        assert len(born) > 0, name
        rows = [int(np.flatnonzero(there.identity == who)[0]) for who in born]
        for column in ("female", "body", "age", "reluctance", "intended_mix", "editing_habit"):
            if here.column_of(column) is not None:
                mine, theirs = here.column_of(column)[newborn], there.column_of(column)[rows]  # type: ignore[index]
                assert np.array_equal(mine, theirs), column


def test_a_second_debut_in_a_week_leaves_the_first_as_it_was() -> None:
    one, other = Industry(TWINS), Industry(TWINS)
    who = identity_of("group", 0, 0, 0)
    debut_group(other, 0, identity_of("group", 0, 0, 1), 0)
    here, there = debut_group(one, 0, who, 0), debut_group(other, 0, who, 0)
    for column, values in one.groups.columns().items():
        assert np.array_equal(values[here], other.groups.columns()[column][there]), column
    own, twin = one.idols.alive & (one.idols.group == here), other.idols.alive & (other.idols.group == there)
    for column in ("identity", "age", "body", "appeal", "distress", "burnt_out"):
        assert np.array_equal(one.idols.columns()[column][own], other.idols.columns()[column][twin]), column


def test_one_more_seat_leaves_the_character_of_all_other_fans_alone() -> None:
    one, other = Industry(TWINS), Industry(TWINS.with_(fans=TWINS.fans + 1))
    assert other.fans.size == one.fans.size + 1
    for column in ("identity", "female", "age", "comparison", "set_point", "susceptibility", "parasocial", "hours",
                   "privacy_stance", "accounts", "alive"):
        mine, theirs = one.fans.columns()[column], other.fans.columns()[column][:-1]
        if column == "set_point":  # moved a little, before the first day, by what the fan's groups show
            assert np.abs(mine - theirs).max() < 0.02
        else:
            assert np.array_equal(mine, theirs), column


def test_one_more_agency_leaves_the_character_of_all_others_alone() -> None:
    one, other = Industry(TWINS), Industry(TWINS.with_(agencies=TWINS.agencies + 1))
    for column in ("identity", "reluctance", "symbolic"):
        assert np.array_equal(one.agencies.columns()[column], other.agencies.columns()[column][:-1]), column
    shared = min(one.groups.size, other.groups.size)
    for column in ("identity", "female", "intended_mix", "editing_habit", "debut_week"):
        assert np.array_equal(one.groups.columns()[column][:shared], other.groups.columns()[column][:shared]), column
    for column in ("corpus", "leak_risk"):
        assert np.array_equal(one.tools.columns()[column], other.tools.columns()[column]), column
