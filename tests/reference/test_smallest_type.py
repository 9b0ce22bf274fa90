"""The fans' states keep 32 bits of each number: with 64 the world would be the same for anything one can observe."""

from __future__ import annotations

from statistics import stdev

import numpy as np
import pytest

from sim.agents.fan import Fan
from sim.industry import Industry
from sim.observables import observe
from sim.scenario import Scenario

SEEDS = (1, 2, 3, 4)
WEEKS = (10, 40, 100)
QUESTION = {
    "fans": 2000, "agencies": 40, "weeks": WEEKS[-1],
    "numbers": {"breach_rate": 0.08, "debuts_per_year": 50.0},
    "policies": [{"set": "media_literacy", "to": 0.5, "from": "2025-03-03"},
                 {"set": "minimisation", "to": 1.0, "from": "2025-06-02"}],
}  # fmt: skip

Readings = dict[tuple[int, str], float]


def lived(seed: int) -> tuple[Industry, Readings]:
    """A world after its last week, and all observables of the weeks that are looked at."""
    industry = Industry(Scenario.of({**QUESTION, "seed": seed}))
    readings: Readings = {}
    for week in range(1, WEEKS[-1] + 1):
        industry.step()
        if week in WEEKS:
            readings |= {(week, name): value for name, value in observe(industry).items()}
    return industry, readings


@pytest.fixture
def wide_fans(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every number of a fan is kept in 64 bits."""
    for state in Fan.states.values():
        if state.dtype == np.float32:
            monkeypatch.setattr(state, "dtype", np.dtype(np.float64))


def test_wider_numbers_move_no_observable_by_a_tenth_of_its_spread_over_seeds(wide_fans: None) -> None:
    with pytest.MonkeyPatch.context() as as_they_are:
        for state in Fan.states.values():
            if state.dtype == np.float64:
                as_they_are.setattr(state, "dtype", np.dtype(np.float32))
        worlds = [lived(seed) for seed in SEEDS]
    wide, of_wide = lived(SEEDS[0])
    narrow, of_narrow = worlds[0]
    assert narrow.fans.dissatisfaction.dtype == np.float32 and wide.fans.dissatisfaction.dtype == np.float64
    assert wide.fans.records.dtype == wide.next_dissatisfaction.dtype == np.float64
    # The wide world is reckoned in more than the narrow one, and it is the same world.
    assert (wide.fans.dissatisfaction != narrow.fans.dissatisfaction).mean() > 0.5
    assert wide.fans.identity.tolist() == narrow.fans.identity.tolist()
    moved = {}
    for reading, value in of_narrow.items():
        spread = stdev(readings[reading] for _, readings in worlds)
        # Where all seeds agree, a number that float32 cannot hold, such as .6, may be off in its last place.
        if abs(of_wide[reading] - value) > 0.1 * spread + np.finfo(np.float32).eps * abs(value):
            moved[reading] = (value, of_wide[reading], spread)
    assert not moved
