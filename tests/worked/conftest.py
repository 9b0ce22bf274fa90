"""Tiny worlds to work through by hand, and loaded dice: what shall happen happens, and every chance is noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from sim.dice import Dice
from sim.industry import Industry
from sim.scenario import Scenario


class LoadedDice(Dice):
    """Luck that obeys: streams named in ``outcomes`` (by their beginning) give that value, the others are honest.

    ``asked`` keeps the parameters that each stream was thrown with: the chance, the mean, the weights.
    Normal throws of a named stream give ``mean + sd * outcome``.
    """

    def __init__(self, seed: int, outcomes: Mapping[str, Any]) -> None:
        super().__init__(seed)
        self.outcomes, self.asked = dict(outcomes), {}

    def _decided(self, stream: str) -> Any:
        return next((value for name, value in self.outcomes.items() if stream.startswith(name)), None)

    def _give(self, stream: str, value: Any, who: Any, draw: Any, dtype: type) -> Any:
        shape = np.broadcast(np.asarray(who), np.asarray(draw)).shape
        return np.full(shape, value, dtype=dtype) if shape else dtype(value)

    def bernoulli(self, stream: str, who: Any, week: int, chance: Any, *, draw: Any = 0) -> Any:
        self.asked[stream] = chance
        decided = self._decided(stream)
        if decided is None:
            return super().bernoulli(stream, who, week, chance, draw=draw)
        return self._give(stream, decided, who, draw, bool)

    def normal(self, stream: str, who: Any, week: int, mean: Any = 0, sd: Any = 1, *, draw: Any = 0) -> Any:
        decided = self._decided(stream)
        if decided is None:
            return super().normal(stream, who, week, mean, sd, draw=draw)
        return mean + sd * self._give(stream, decided, who, draw, float)

    def poisson(self, stream: str, who: Any, week: int, mean: Any, *, draw: Any = 0) -> Any:
        self.asked[stream] = mean
        decided = self._decided(stream)
        return super().poisson(stream, who, week, mean, draw=draw) if decided is None else decided

    def gamma(self, stream: str, who: Any, week: int, shape: Any, scale: Any = 1, *, draw: Any = 0) -> Any:
        self.asked[stream] = (shape, scale)
        decided = self._decided(stream)
        return super().gamma(stream, who, week, shape, scale, draw=draw) if decided is None else decided

    def pareto(self, stream: str, who: Any, week: int, exponent: Any, low: Any, high: Any = np.inf, *,
               draw: Any = 0) -> Any:
        self.asked[stream] = (exponent, low, high)
        decided = self._decided(stream)
        return super().pareto(stream, who, week, exponent, low, high, draw=draw) if decided is None else decided

    def pick(self, stream: str, who: Any, week: int, weights: Any, *, draw: Any = 0) -> Any:
        several = np.ndim(draw) > 0  # then there is a row of weights for each
        for place, one in enumerate(np.atleast_1d(draw).tolist()):
            self.asked[stream, one] = np.asarray(weights)[place] if several else np.asarray(weights)
        decided = self._decided(stream)
        if decided is None:
            return super().pick(stream, who, week, weights, draw=draw)
        return self._give(stream, decided, who, draw, int)


@pytest.fixture
def make_world() -> Callable[..., Industry]:
    """Builds a world of 200 fans and 4 agencies (5 groups), or of whatever is asked for."""

    def make(**changes: Any) -> Industry:
        return Industry(Scenario(**{"fans": 200, "agencies": 4, "weeks": 0, "seed": 1, **changes}))

    return make


@pytest.fixture
def world(make_world: Callable[..., Industry]) -> Industry:
    """Four agencies, five groups (two of the first agency), some twenty idols, 200 seats for fans."""
    return make_world()


@pytest.fixture
def load() -> Callable[..., LoadedDice]:
    """Gives a world loaded dice and returns them."""

    def loaded(industry: Industry, **outcomes: Any) -> LoadedDice:
        named = {name.replace("_", " "): value for name, value in outcomes.items()}
        industry.dice = LoadedDice(industry.scenario.seed, named)
        return industry.dice

    return loaded


@pytest.fixture
def force() -> Callable[..., None]:
    """Sets numbers past their ranges too, to work without noise or with round values."""

    def forced(industry: Industry, **values: Any) -> None:
        for name, value in values.items():
            assert hasattr(industry.numbers, name), name
            industry.numbers.__dict__[name] = value

    return forced


@pytest.fixture
def level(world: Industry) -> Industry:
    """The world with all groups alike: same popularity, content, editing; a fifth of attention each; no AI in use."""
    groups, agencies = world.groups, world.agencies
    groups.popularity = groups.home_popularity = groups.backlash = 0
    groups.attention_share = 0.2
    groups.pieces = groups.usual_pieces = groups.delivered = 5
    groups.editing = groups.editing_habit = 0.4
    groups.image_ideal = 1
    groups.virtual = False
    groups.human_song = groups.human_vocal = groups.human_choreography = groups.human_image = 1
    agencies.adopted, agencies.ai_share, agencies.saving, agencies.big = False, 0, 0, False
    agencies.lawful = agencies.keeps_minors_cap = True
    agencies.symbolic, agencies.leak_risk = False, 1
    world.baseline.protection = world.baseline.editing_advantage = 1.0
    world.baseline.pieces, world.baseline.attachment = 5.0, 0.4
    return world
