"""A world of two numbers that stands in for the industry where only its keeping is tested, not its people."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from sim.results import Results
from sim.scenario import Scenario


@dataclass(frozen=True)
class SmallEvent:
    week: int
    kind: str
    subject: str
    magnitude: float
    detail: str


class SmallPopulation:
    """Four agents, of whom one dies in the first week."""

    def __init__(self, seed: int) -> None:
        self.alive = np.array([True, True, True, True])
        self.mood = np.arange(4) + float(seed)
        self.taste = np.ones((4, 2))

    def columns(self) -> dict[str, np.ndarray]:
        return {"mood": self.mood, "taste": self.taste}


class SmallIndustry:
    """Moves a walk of its own; counts the worlds built, and can fail or be stopped in a given week."""

    built: ClassVar[int] = 0
    fails: ClassVar[dict[int, BaseException]] = {}
    nan_in_week: ClassVar[int | None] = None

    def __init__(self, scenario: Scenario, threads: int = 1) -> None:
        type(self).built += 1
        self.scenario, self.threads, self.week = scenario, threads, 0
        self.populations: dict[str, Any] = {"fans": SmallPopulation(scenario.seed)}
        self.events: list[SmallEvent] = []
        self.luck = np.random.default_rng(scenario.seed)
        self.mood = 0.0

    def step(self) -> None:
        self.week += 1
        if self.week in self.fails:
            raise self.fails[self.week]
        self.mood += float(self.luck.normal())
        self.populations["fans"].alive[0] = False
        if self.week % 2 == 0:
            self.events.append(SmallEvent(self.week, "debut", "group 1", 4.0, "four members"))


def observe(industry: SmallIndustry) -> dict[str, float]:
    mood = float("nan") if industry.week == industry.nan_in_week else industry.mood
    return {"mood": mood, "fans": float(industry.scenario.fans)}


OBSERVABLES = {
    "mood": SimpleNamespace(theme="beauty", label="Mood", unit="SD", meaning="How the fans feel."),
    "fans": SimpleNamespace(theme="structure", label="Fans", unit="count", meaning="How many fans there are."),
}


def modules() -> dict[str, ModuleType]:
    """The two modules the runner asks for, with the small world in them."""
    industry, observables = ModuleType("sim.industry"), ModuleType("sim.observables")
    vars(industry).update(Industry=SmallIndustry)
    vars(observables).update(observe=observe, OBSERVABLES=OBSERVABLES)
    return {"sim.industry": industry, "sim.observables": observables}


@pytest.fixture
def small_world(monkeypatch: pytest.MonkeyPatch) -> type[SmallIndustry]:
    """Let `sim.industry` and `sim.observables` be the small world for the time of a test."""
    for name, module in modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(SmallIndustry, "built", 0)
    monkeypatch.setattr(SmallIndustry, "fails", {})
    monkeypatch.setattr(SmallIndustry, "nan_in_week", None)
    return SmallIndustry


def save_often(kept: Results, place: Path, times: int) -> None:
    """Write the same result to the same place again and again: what each rival process does in the tests."""
    for _ in range(times):
        kept.save(place)
        assert Results.load(place).manifest == kept.manifest
