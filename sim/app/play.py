"""Play: the two worlds live side by side before the visitor's eyes, and a lever acts from the next week on."""

from __future__ import annotations

import ctypes
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sim.app.choice import Choice
from sim.app.glance import Glance, look_around
from sim.app.life import Life, LifeError, checked, sentence
from sim.app.pasts import may_be_shared
from sim.app.workers import processors

if TYPE_CHECKING:
    from sim.industry import Industry
    from sim.scenario import Scenario

GLANCE_EVERY = 13  # weeks
TOLD_EVERY = 5  # weeks of the past, between two drawings of how far it has been lived
THREADS = ThreadPoolExecutor(2 * processors(), "world")
"""In which the worlds of all visitors live; threads of their own would each keep memory of worlds long gone."""


class _Reset(Exception):
    """Nobody waits for these worlds any more."""


@dataclass
class Twin:
    """One of the two worlds with the record of its life."""

    industry: Industry
    life: Life
    seen: int = 0

    def note(self) -> None:
        """Write down the week that the world is in."""
        from sim.observables import observe

        industry = self.industry
        row = observe(industry)
        look = [look_around(industry)] if industry.week % GLANCE_EVERY == 0 else []
        self.life.add(tuple(row), np.array([checked(row, industry.week)]), industry.events[self.seen :], look)
        self.seen = len(industry.events)

    def obey(self, scenario: Scenario) -> None:
        """Go on under a scenario of the same past."""
        industry = self.industry
        industry.scenario = self.life.scenario = scenario
        industry.law = scenario.schedule(industry.first_law.copy())

    def live(self) -> None:
        """One more week."""
        self.industry.step()
        self.note()


@dataclass
class Play:
    """Two living worlds that share all luck. Every method may be called from any thread; weeks never overlap.

    `fans` is how finely the worlds are resolved, the scenario's own number if it is 0. They begin in the week `first`:
    what lies before it is their past, which they live through before anybody sees them.
    """

    choice: Choice
    fans: int = 0
    first: int = 0
    running: bool = False
    failure: str = ""
    present: Twin | None = None
    mine: Twin | None = None
    branched: date | None = None
    past_lived: int = 0
    """How many weeks of their past they have lived through."""
    _resets: int = 0
    _step: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _choosing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def asked(self) -> Choice:
        """The choice at the resolution that is played."""
        scenario = self.choice.scenario
        return self.choice.on(scenario.with_(fans=self.fans)) if self.fans else self.choice

    @property
    def week(self) -> int:
        """The last week that *mine* has lived to its end, `first` before it is built. One that broke off is none."""
        return self.mine.life.week if self.mine else self.first

    @property
    def today(self) -> date:
        """The Monday of that week."""
        return self.choice.scenario.date_of(self.week)

    @property
    def ended(self) -> bool:
        """Whether the worlds have reached the last week of the scenario."""
        return self.week >= self.choice.scenario.weeks

    @property
    def stamp(self) -> tuple[object, ...]:
        """Something that changes whenever there is more to show."""
        return id(self.mine), self.week, self.running, self.failure, self.past_lived // TOLD_EVERY

    def build(self) -> None:
        """Found both worlds and let them live through their past, unless they stand; a reset breaks it off."""
        resets = self._resets
        with self._step:
            if self.present is not None or self.failure or resets != self._resets:
                return
            try:
                present, mine = self._both(self.asked, resets)
            except _Reset:
                return
            except Exception as error:
                self.failure, self.running = sentence(error), False
                return
            with self._choosing:  # a lever may have been moved meanwhile
                self.present, self.mine = present, mine
                mine.obey(self.asked.mine)

    def _both(self, asked: Choice, resets: int) -> tuple[Twin, Twin]:
        """Both worlds as they stand in the first week; what they share of their past is lived once."""
        from sim.snapshots import name_of_past

        worlds, each = (asked.present, asked.mine), max(1, processors() // 2)
        self.past_lived = 0
        if may_be_shared(asked.scenario) and len({name_of_past(world, self.first) for world in worlds}) == 1:
            present = self._found(asked.present, processors(), resets)
            present.industry.threads = each
            return present, _twin_of(present, asked.mine)
        present, mine = THREADS.map(self._found, worlds, (each, each), (resets, resets))
        return present, mine

    def _found(self, scenario: Scenario, threads: int, resets: int) -> Twin:
        from sim.industry import Industry

        twin = Twin(Industry(scenario, threads), Life(scenario))
        twin.note()
        while twin.life.week < self.first:
            if resets != self._resets:
                raise _Reset
            try:
                twin.live()
            except Exception as error:
                raise LifeError(f"Week {twin.life.week + 1}: {sentence(error)}") from error
            self.past_lived = twin.life.week
        return twin

    def pause(self) -> None:
        """Stop after the week that is being lived, if any; when this returns, it has been lived to its end."""
        self.running = False
        if self.mine is not None:
            with self._step:
                pass

    def step(self, if_running: bool = False) -> None:
        """One week of both worlds; an error stops the play and is kept as a sentence."""
        self.build()
        with self._step:
            if if_running and not self.running:  # it was paused meanwhile
                return
            if self.present is None or self.mine is None or self.failure or self.ended:
                self.running = False
                return
            try:
                list(THREADS.map(Twin.live, (self.present, self.mine)))
            except Exception as error:
                lived = min(self.present.life.week, self.mine.life.week)
                self.failure, self.running = f"Week {lived + 1}: {sentence(error)}", False
            if self.ended:
                self.running = False

    def run_to(self, day: date) -> int:
        """The week up to which the worlds have to live to reach a date, within the scenario."""
        scenario = self.choice.scenario
        return max(self.week, min(scenario.weeks, -(-(day - scenario.start).days // 7)))

    def change(self, choice: Choice) -> None:
        """Let other lines hold in *mine*; those of the lived weeks are the same, the others act from their dates."""
        with self._choosing:
            self.choice = choice
            if self.mine is None:  # it will ask for what was chosen when it stands
                return
        with self._step:
            if self.mine is not None:
                self.mine.obey(self.asked.mine)

    def branch(self) -> Choice:
        """Let *mine* as it stands become the past of both worlds; returns the choice that begins there."""
        with self._step:
            if self.mine is None or self.present is None:
                raise LifeError("there is no world to branch from yet; press play or step first.")
            self.present = _twin_of(self.mine, self.mine.industry.scenario)
            scenario = self.choice.mine
            self.choice = Choice(scenario.with_(title=self.choice.scenario.title))
            self.branched = self.today
            return self.choice

    def glances(self) -> tuple[Glance, Glance] | None:
        """Both worlds as they stand now."""
        with self._step:
            if self.present is None or self.mine is None:
                return None
            return look_around(self.present.industry), look_around(self.mine.industry)

    def reset(self, choice: Choice, fans: int | None = None, first: int | None = None) -> None:
        """Forget both worlds; the next step founds them anew."""
        self.running = False
        self._resets += 1
        with self._step:
            self.present = self.mine = self.branched = None
            self.past_lived = 0
            self.choice, self.failure = choice, ""
            self.fans = self.fans if fans is None else fans
            self.first = self.first if first is None else first
        give_memory_back()

    def close(self) -> None:
        """The visitor has gone: the worlds are dropped."""
        self.reset(self.choice)


def _twin_of(twin: Twin, scenario: Scenario) -> Twin:
    """A second world in the same state, with the same life behind it, to go on under a scenario of the same past."""
    from sim.industry import Industry
    from sim.snapshots import keep_world

    industry, life = Industry.restore(keep_world(twin.industry), scenario, twin.industry.threads), Life(scenario)
    life.add(twin.life.names, twin.life.table().copy(), tuple(twin.life.events), tuple(twin.life.glances))
    return Twin(industry, life, twin.seen)


def give_memory_back() -> None:
    """Return to the machine what dropped worlds have used; the C library of Linux keeps it for itself otherwise."""
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
