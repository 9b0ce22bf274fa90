"""The industry as a Mesa model: who is in it, how large it is, and how one reads, writes and joins it."""

from __future__ import annotations

from datetime import date

import mesa
import numpy as np
import pytest

from sim.agents.agency import Agency
from sim.agents.ai_tool import AITool
from sim.agents.fan import NO_GROUP, Fan
from sim.agents.group import Group
from sim.agents.idol import Idol
from sim.agents.population import DeadAgentError
from sim.agents.service import Service
from sim.industry import Industry
from sim.observables import OBSERVABLES, observe
from sim.params import SERVICES, TOOL_KINDS, LimelightError
from sim.processes import CHAPTERS, WEEK
from sim.scenario import Scenario

KINDS = {"fans": Fan, "idols": Idol, "groups": Group, "agencies": Agency, "tools": AITool, "services": Service}
TINY = Scenario(fans=200, agencies=4, seed=3)
MIDDLE = Scenario(fans=1000, agencies=40, seed=3)


@pytest.fixture(scope="module")
def built() -> Industry:
    """The whole industry on its first day, with few fans; tests that share it only read."""
    return Industry(Scenario(fans=2000))


# ---- who exists ----


def test_an_industry_is_a_mesa_model_in_week_0(built: Industry) -> None:
    assert isinstance(built, mesa.Model)
    assert (built.week, built.time, built.events) == (0, 0, [])
    assert built.scenario.date_of(built.week) == date(2024, 12, 30)


def test_a_world_without_a_scenario_is_the_default_one() -> None:
    assert Scenario().fans == 100_000 and Scenario().agencies == 282
    assert Industry(Scenario(fans=200, agencies=4)).scenario.seed == Scenario().seed


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_a_population_of_genuine_mesa_agents(name: str, built: Industry) -> None:
    population, kind = built.populations[name], KINDS[name]
    assert built.agents_by_type[kind] is population is getattr(built, name)
    agent = next(iter(population))
    assert type(agent) is kind and isinstance(agent, mesa.Agent)
    assert agent.model is built and agent.unique_id == int(population.identity[agent.row])
    assert agent in built.agents and agent in population


def test_identities_are_lasting_numbers_and_no_two_agents_share_one(built: Industry) -> None:
    everyone = np.concatenate([population.identity for population in built.populations.values()])
    assert len(np.unique(everyone)) == len(everyone)


def test_the_agents_of_a_model_are_all_of_them(built: Industry) -> None:
    sizes = {kind: len(built.agents_by_type[kind]) for kind in KINDS.values()}
    assert set(built.agent_types) == set(KINDS.values())
    assert len(built.agents) == sum(sizes.values())
    assert len(built.agents.select(agent_type=Idol)) == sizes[Idol]
    assert len(built.agents.select(lambda agent: isinstance(agent, AITool))) == sizes[AITool] == 18


# ---- how large it is ----


def test_the_default_industry_has_the_size_of_the_real_one(built: Industry) -> None:
    industry = built
    assert (len(industry.agencies), len(industry.groups), len(industry.tools)) == (282, 441, 18)
    assert len(industry.services) == len(SERVICES)
    assert np.array_equal(np.bincount(industry.tools.kind), [3] * len(TOOL_KINDS))
    assert industry.agencies.adopted.any(axis=1).sum() == round(0.129 * 282) == 36
    assert industry.fans.size == 2000 and 0.9 < industry.active_share() < 1


def test_there_are_about_2290_idols() -> None:
    counts = [len(Industry(Scenario(fans=200, seed=seed)).idols) for seed in range(12)]
    # Members are drawn group by group: one world lies within some 60 of the mean two times out of three.
    assert abs(np.mean(counts) - 2290) <= 60
    assert min(counts) > 2290 - 240 and max(counts) < 2290 + 240


@pytest.mark.parametrize(("agencies", "fans"), [(4, 200), (5, 5000), (25, 200), (60, 321), (564, 300)])
def test_an_industry_of_any_scale_keeps_the_proportions(agencies: int, fans: int) -> None:
    industry = Industry(Scenario(agencies=agencies, fans=fans))
    scale = agencies / 282
    assert (len(industry.agencies), industry.fans.size, len(industry.tools)) == (agencies, fans, 18)
    assert len(industry.groups) == pytest.approx(441 * scale, rel=0.1, abs=2)
    assert len(industry.idols) == pytest.approx(2290 / 441 * len(industry.groups), rel=0.25)
    assert industry.agencies.adopted.any(axis=1).sum() == round(0.129 * agencies)
    assert industry.agencies.big.sum() == max(1, round(industry.numbers.big_agencies * scale))
    assert industry.fans_represented * fans == pytest.approx(industry.numbers.real_fans * scale)
    industry.run_for(3)
    assert industry.week == 3 and all(np.isfinite(list(observe(industry).values())))


def test_rosters_members_and_fandoms_hang_together(built: Industry) -> None:
    groups, idols, agencies, fans = built.groups, built.idols, built.agencies, built.fans
    assert np.array_equal(agencies.groups, np.bincount(groups.agency, minlength=282)) and agencies.groups.min() >= 1
    members = np.bincount(idols.group, minlength=441)
    assert members.min() >= 2 and members.max() <= 24
    assert [groups.view(row).members for row in (0, 7, 440)] == members[[0, 7, 440]].tolist()
    assert np.array_equal(idols.female, groups.female[idols.group])
    assert (idols.debut_week >= groups.debut_week[idols.group]).all() and idols.debut_week.max() <= 0
    assert fans.main_group.min() >= 0 and fans.main_group.max() < 441
    assert fans.second_group.min() == NO_GROUP and (fans.second_group != fans.main_group).all()
    # Fandoms have the size that attention gives them, up to the empty seats and the rounding of seats.
    shares = np.bincount(fans.main_group, minlength=441) / fans.size
    assert np.abs(shares - groups.attention_share).max() <= 1.5 / fans.size


def test_the_fandom_graph_ties_both_ways(built: Industry) -> None:
    offsets, targets = built.fandom
    source = np.repeat(np.arange(built.fans.size), np.diff(offsets))
    ties = set(zip(source.tolist(), targets.tolist(), strict=True))
    assert len(offsets) == built.fans.size + 1 and offsets[-1] == len(targets)
    assert all((there, here) in ties for here, there in ties) and not any(here == there for here, there in ties)
    assert len(targets) / built.fans.size == pytest.approx(built.numbers.neighbours, abs=1)


# ---- time ----


def test_run_for_and_step_live_the_same_weeks() -> None:
    one, other = Industry(TINY), Industry(TINY)
    one.run_for(5)
    for _ in range(5):
        other.step()
    assert one.week == other.week == 5
    assert observe(one) == observe(other)


def test_the_week_is_a_list_of_named_processes_in_the_order_of_the_chapters() -> None:
    chapters = [process.__module__.removeprefix("sim.processes.") for process in WEEK]
    assert list(dict.fromkeys(chapters)) == list(CHAPTERS)
    assert [CHAPTERS.index(chapter) for chapter in chapters] == sorted(CHAPTERS.index(c) for c in chapters)
    assert len({process.__name__ for process in WEEK}) == len(WEEK)
    assert all(process.__doc__ for process in WEEK)


def test_every_process_of_the_week_happens_once_a_week() -> None:
    industry, seen = Industry(TINY), []

    def listen(process):  # type: ignore[no-untyped-def]
        def heard(industry: Industry) -> None:
            seen.append(process.__name__)
            process(industry)

        heard.__name__ = process.__name__
        return heard

    industry.processes = tuple(listen(process) for process in industry.processes)
    industry.run_for(2)
    assert seen == 2 * [process.__name__ for process in WEEK]
    assert set(industry.nanoseconds) == set(seen) and min(industry.nanoseconds.values()) > 0


def test_events_say_when_what_and_to_whom() -> None:
    industry = Industry(MIDDLE)
    industry.run_for(60)
    kinds = {event.kind for event in industry.events}
    assert {"debut", "ending", "hiatus"} <= kinds
    assert kinds <= {"debut", "ending", "hiatus", "closure", "breach", "fine", "call_out", "policy"}
    assert all(1 <= event.week <= 60 and event.subject and event.detail for event in industry.events)
    debuts = [event for event in industry.events if event.kind == "debut"]
    endings = [event for event in industry.events if event.kind == "ending"]
    assert len(industry.groups) == Industry(MIDDLE).groups.size + len(debuts) - len(endings)
    assert industry.groups.size == Industry(MIDDLE).groups.size + len(debuts)


# ---- views ----


def test_a_view_reads_and_writes_the_column() -> None:
    industry = Industry(TINY)
    fan = industry.fans.view(industry.fans.rows[0])
    fan.dissatisfaction = 1.5
    assert industry.fans.dissatisfaction[fan.row] == 1.5 and fan.dissatisfaction_index > 0.5
    industry.fans.dissatisfaction += 1
    assert fan.dissatisfaction == 2.5
    with pytest.raises(AttributeError, match="dissatisfaction"):
        fan.dissatisfacton = 0
    with pytest.raises(AttributeError, match="popularity"):
        _ = industry.groups.popularty


def test_what_is_written_into_a_view_acts_in_the_next_week() -> None:
    one, other = Industry(TINY), Industry(TINY)
    group = other.groups.view(1)
    group.popularity += 2
    for industry in (one, other):
        industry.step()
    assert other.groups.attention_share[1] > 2 * one.groups.attention_share[1]
    assert other.groups.attention_share[0] < one.groups.attention_share[0]


def test_agents_answer_small_questions_about_themselves() -> None:
    industry = Industry(MIDDLE)
    industry.run_for(2)
    idol = min(industry.idols, key=lambda idol: idol.age)
    assert idol.is_minor == (idol.age < 18) and idol.career_years >= 0
    assert sum(agency.uses_ai for agency in industry.agencies) == industry.agencies.adopted.any(axis=1).sum()
    assert industry.tools.view(0).label == "image 1" and industry.services.view(0).label == SERVICES[0]
    fan = next(fan for fan in industry.fans if fan.second_group >= 0)
    assert fan.follows(fan.main_group) and fan.follows(fan.second_group) and not fan.follows(10_000)
    assert industry.groups.view(0).age_weeks == 2 - industry.groups.debut_week[0]


def test_an_idol_who_is_removed_has_left_and_the_world_goes_on() -> None:
    industry = Industry(TINY)
    before, idol = len(industry.idols), industry.idols.view(0)
    idol.remove()
    assert len(industry.idols) == before - 1 and idol not in industry.agents and not idol.alive
    with pytest.raises(DeadAgentError):
        _ = idol.hours
    industry.run_for(3)
    assert all(np.isfinite(list(observe(industry).values())))


# ---- the three worlds of AI ----


def test_without_ai_no_tool_can_do_anything_and_nobody_uses_one() -> None:
    industry = Industry(MIDDLE.with_(ai="none"))
    for _ in range(2):
        assert not industry.agencies.adopted.any() and not industry.tools.capability.any()
        assert not industry.agencies.ai_share.any() and not industry.tools.income.any()
        assert industry.groups.human_song.min() == industry.groups.human_image.min() == 1
        seen = observe(industry)
        assert seen["ai_adoption"] == seen["ai_share_of_music"] == seen["tool_capability"] == 0
        industry.run_for(30)


def test_frozen_ai_stays_as_it_was_and_evolving_ai_does_not() -> None:
    frozen, evolving = Industry(MIDDLE.with_(ai="frozen")), Industry(MIDDLE)
    columns = ("capability", "progress", "price", "corpus", "version")
    start = {name: frozen.tools.columns()[name] for name in columns}
    adopted = frozen.agencies.adopted.copy()
    assert all(np.array_equal(start[name], evolving.tools.columns()[name]) for name in columns)
    for industry in (frozen, evolving):
        industry.run_for(60)
    assert all(np.array_equal(start[name], frozen.tools.columns()[name]) for name in columns)
    assert np.array_equal(frozen.agencies.adopted[: len(adopted)][frozen.agencies.alive[: len(adopted)]],
                          adopted[frozen.agencies.alive[: len(adopted)]])
    assert (evolving.tools.capability >= start["capability"]).all()
    assert evolving.tools.capability.mean() > start["capability"].mean()
    assert (evolving.tools.price < start["price"]).all() and evolving.tools.version.max() > 1
    assert not np.array_equal(evolving.tools.corpus, start["corpus"])
    assert evolving.agencies.adopted[evolving.agencies.alive].mean() > adopted.mean()


# ---- numbers, policies, observables ----


def test_a_scenario_gives_the_world_its_numbers() -> None:
    industry = Industry(TINY.with_(numbers={"adoption_start": 0.2, "corpus_share.latin": 0.05}))
    assert industry.numbers.adoption_start == 0.2 and industry.agencies.adopted.any(axis=1).sum() == 1
    assert industry.numbers.get("corpus_share.latin") == 0.05
    with pytest.raises(LimelightError, match="adoption_start"):
        TINY.with_(numbers={"adoption_strat": 0.2})


def test_a_dated_policy_moves_its_lever_on_its_monday_and_says_so() -> None:
    policy = {"set": "hours_cap_adults", "to": 52, "from": "2025-01-15", "until": "2025-02-03"}
    industry = Industry(Scenario.of({"fans": 200, "agencies": 4, "policies": [policy]}))
    caps = []
    for _ in range(6):
        industry.step()
        caps.append(industry.numbers.hours_cap_adults)
    assert caps == [168, 168, 52, 52, 168, 168]  # Mondays: 6, 13, 20, 27 January, 3, 10 February 2025
    noted = [(event.week, event.subject, event.magnitude) for event in industry.events if event.kind == "policy"]
    assert noted == [(3, "hours_cap_adults", 52.0), (5, "hours_cap_adults", 168.0)]


def test_observing_gives_a_number_for_every_observable_and_changes_nothing() -> None:
    industry = Industry(TINY)
    before = {name: population.columns() for name, population in industry.populations.items()}
    seen = observe(industry)
    assert list(seen) == list(OBSERVABLES) and all(type(value) is float for value in seen.values())
    assert seen == observe(industry)
    for name, columns in before.items():
        for column, values in columns.items():
            assert np.array_equal(values, industry.populations[name].columns()[column]), column


def test_observables_count_who_is_there() -> None:
    industry = Industry(MIDDLE)
    industry.run_for(40)
    seen = observe(industry)
    assert (seen["groups"], seen["idols"]) == (len(industry.groups), len(industry.idols))
    assert seen["agencies"] == len(set(industry.groups.agency[industry.groups.alive]))  # those with a group
    assert seen["active_fans"] == pytest.approx(len(industry.fans) * industry.fans_represented)
    assert seen["mean_dissatisfaction"] == pytest.approx(
        industry.fans.dissatisfaction[industry.fans.alive].astype(float).mean(), abs=1e-6)
    assert seen["debuts_last_year"] == sum(event.kind == "debut" for event in industry.events)
    assert seen["endings_last_year"] == sum(event.kind == "ending" for event in industry.events)
    assert seen["idol_hours"] == pytest.approx(industry.idols.hours[industry.idols.alive].mean())
    assert seen["ai_adoption"] == industry.agencies.adopted[industry.agencies.alive].any(axis=1).mean()


# ---- joining ----


class Critic(mesa.Agent):
    """An ordinary Mesa agent of somebody's own."""

    def __init__(self, model: Industry) -> None:
        super().__init__(model)
        self.reviews = 0

    def review(self) -> None:
        self.reviews += 1


def test_an_ordinary_mesa_agent_joins_acts_and_leaves() -> None:
    industry = Industry(TINY)
    everyone = len(industry.agents)
    critics = [Critic(industry) for _ in range(3)]
    assert len(industry.agents) == everyone + 3 and Critic in industry.agent_types
    assert list(industry.agents_by_type[Critic]) == critics
    assert list(industry.agents.select(agent_type=Critic)) == critics

    def critics_write_reviews(industry: Industry) -> None:
        industry.agents_by_type[Critic].do("review")

    industry.processes = (*industry.processes, critics_write_reviews)
    industry.run_for(4)
    assert [critic.reviews for critic in critics] == [4, 4, 4]
    critics[0].remove()
    assert list(industry.agents_by_type[Critic]) == critics[1:] and critics[0] not in industry.agents


def test_what_is_scheduled_with_mesa_happens_in_the_midst_of_the_weeks() -> None:
    industry, happened = Industry(TINY), []

    def visit() -> None:
        happened.append(industry.week)

    industry.schedule_event(visit, at=3.0)
    industry.run_for(5)
    assert happened == [3]
