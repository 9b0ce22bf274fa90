"""The state of a world: an industry that is built, lives week by week, and can be looked at. No rules inside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Self

import numpy as np

from sim.agents.agency import Agency
from sim.agents.ai_tool import AITool
from sim.agents.census import Census
from sim.agents.fan import Fan
from sim.agents.group import Group
from sim.agents.idol import Idol
from sim.agents.institutions import Platform, Regulator, SourceCultures, Staff
from sim.agents.memory import Baseline, Event, Tally
from sim.agents.population import Population
from sim.agents.service import Service
from sim.agents.strategies import DEFAULT_STRATEGIES, STRATEGIES, strategy_for
from sim.building import build, found_own_kinds
from sim.dice import Dice, identity_of
from sim.kernels.belonging import any_of_each
from sim.params import WEEKS_PER_YEAR
from sim.plugins import Plugin, load_plugins, with_own_processes, with_own_strategies
from sim.processes import WEEK
from sim.scenario import Scenario
from sim.snapshots import SavedWorld, read_world, save_world

REAL_AGENCIES = 282
"""Agencies with an active group in 2025; the scale of a world is its agencies over these."""


class Industry(Census):
    """The K-pop industry of one scenario: four kinds of agents, groups, services, institutions and a fandom graph.

    A Mesa model: ``industry.step()`` lives one week, ``industry.run_for(52)`` a year, ``industry.agents`` is
    everybody. Row 0 of any record is the world as built. ``threads`` changes speed and no bit of the result;
    ``industry.nanoseconds`` says how long each process has taken so far, by its name.
    """

    fans: Population[Fan]
    idols: Population[Idol]
    groups: Population[Group]
    agencies: Population[Agency]
    tools: Population[AITool]
    services: Population[Service]

    def __init__(
        self, scenario: Scenario | None = None, threads: int = 1, begin: Callable[[Industry], None] = build
    ) -> None:
        """Founds the world and lets it begin: as ``build`` finds it on the first day, or as a saved world left it."""
        scenario = scenario or Scenario()
        super().__init__(rng=scenario.seed, scenario=scenario)
        self.threads = threads
        self.weeks_per_year = WEEKS_PER_YEAR
        self._plugins = load_plugins(scenario.plugins)
        self.numbers = scenario.first_numbers()
        self.law = scenario.schedule(self.numbers.copy())
        self.first_law = self.numbers.copy()
        self.dice = Dice(scenario.seed)
        self.scale = scenario.agencies / REAL_AGENCIES
        self.real_fans = float(self.numbers.real_fans) * self.scale
        self.fans_represented = self.real_fans / scenario.fans
        self.ai_exists = scenario.ai != "none"
        self.ai_evolves = scenario.ai == "evolving"
        self.first_expected_fine = self.numbers.fine_realised * self.numbers.fine_cap
        strategies = with_own_strategies(STRATEGIES, self._plugins)
        self._strategies = {decision: strategy_for(decision, name, strategies)
                            for decision, name in (DEFAULT_STRATEGIES | dict(scenario.strategies)).items()}
        self.processes: tuple[Callable[[Industry], None], ...] = with_own_processes(WEEK, self._plugins)
        self.nanoseconds: dict[str, int] = {}
        self.events: list[Event] = []
        self.baseline, self.tally = Baseline(), Tally()
        self.platform, self.regulator, self.staff = Platform(), Regulator(), Staff()
        self.cultures = SourceCultures(self.numbers.release_memory_weeks)
        self.fans = self.found(Population(Fan, self, "fans", scenario.fans))
        self.idols = self.found(Population(Idol, self, "idols", 16 * scenario.agencies))
        self.groups = self.found(Population(Group, self, "groups", 4 * scenario.agencies))
        self.agencies = self.found(Population(Agency, self, "agencies", 2 * scenario.agencies))
        self.tools = self.found(Population(AITool, self, "tools"))
        self.services = self.found(Population(Service, self, "services"))
        found_own_kinds(self)
        self.leaving = np.zeros(scenario.fans, dtype=bool)
        self.next_dissatisfaction = np.zeros(scenario.fans, dtype=Fan.states["dissatisfaction"].dtype)
        self.tool_spending = np.zeros(0)
        self.fandom: tuple[np.ndarray, np.ndarray] = (np.zeros(1, np.int64), np.zeros(0, np.int32))
        with scenario.known():
            begin(self)

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """What the plug-ins of the scenario add to this world."""
        return self._plugins

    @property
    def week(self) -> int:
        """The week the world is in; 0 as built, w after step w."""
        return int(self.time)

    @property
    def date(self) -> date:
        """The Monday of the week the world is in."""
        return self.scenario.date_of(self.week)

    @property
    def populations(self) -> dict[str, Population[Any]]:
        """Who exists, by name."""
        return {population.name: population for population in self._populations.values()}

    def step(self) -> None:
        """One week: every process of the WEEK in order."""
        self.tally.begin_week(self.week)
        nanoseconds, begun = self.nanoseconds, perf_counter_ns()
        for process in self.processes:
            process(self)
            name, ended = process.__name__, perf_counter_ns()
            nanoseconds[name] = nanoseconds.get(name, 0) + ended - begun
            begun = ended

    def snapshot(self, path: str | Path) -> Path:
        """Saves the world as it stands between two weeks to one file, from which it can go on; returns the path."""
        return save_world(self, path)

    @classmethod
    def restore(
        cls,
        path: str | Path | SavedWorld,
        scenario: Scenario | None = None,
        threads: int = 1,
        other_source: bool = False,
    ) -> Self:
        """A saved world as it stood, to go on bit for bit; a ``scenario`` may give it other policies from then on.

        That scenario may differ from the saved one in policies, weeks, title and snapshots_every only, and in no week
        that has been lived. ``other_source`` lets a world go on that another version of the model has saved.
        """
        saved = path if isinstance(path, SavedWorld) else read_world(path)
        scenario = saved.check(scenario, other_source)
        return cls(scenario, threads, partial(saved.fill, other_source=other_source))

    def strategy(self, decision: str) -> np.ndarray:
        """What agencies make of a decision, by the strategy that the scenario names for it."""
        return self._strategies[decision](self)

    def record(self, kind: str, subject: str, magnitude: float, detail: str) -> None:
        """Notes an event of this week."""
        self.events.append(Event(self.week, kind, subject, magnitude, detail))

    def seats(self, rows: np.ndarray) -> np.ndarray:
        """Lasting identities of seats in the fandom; their occupants change."""
        return identity_of("seat", 0, 0, rows.astype(np.uint64))

    def pieces_without_ai(self) -> np.ndarray:
        """Pieces a week that each group would aim at without AI: popular groups release more, shape (groups,).

        The factor is relative to the groups ranked this week, so that the average group's content moves by what
        agencies decide and not by how concentrated attention happens to be.
        """
        numbers = self.numbers
        factor = (self.groups.attention_share * len(self.groups)) ** numbers.content_popularity
        ranked = factor[factor > 0]
        return numbers.pieces_start * factor / (ranked.sum() / ranked.size)

    def active_share(self) -> float:
        """Share of seats in the fandom that are taken."""
        return len(self.fans) / self.fans.size

    def adoption_share(self) -> float:
        """Share of agencies that use any AI tool."""
        return self.agencies.share_of(any_of_each(self.agencies.adopted))

    def mean_trust(self) -> float:
        """Expected trust of the audience, weighed by attention."""
        return float((self.groups.attention_share * self.groups.fan_trust).sum())
