"""Ten seeds through ten years, in worlds with and without AI: what the pattern tests look at.

Small crowds (2,000 fans) are enough here: holders, attention and careers do not depend on how finely the fandom is
resolved, and what fans feel is averaged over seeds.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

SEEDS = range(10)
WEEKS = 522
LAST_YEAR = slice(470, WEEKS)
"""Rows of 2034: the Mondays from 2034-01-02 on, up to the last."""

VARIANTS: dict[str, dict[str, object]] = {
    "with AI": {"ai": "evolving"},
    "without AI": {"ai": "none"},
    "content capped": {"ai": "evolving", "policies": [{"set": "content_cap", "to": 1, "from": "2024-12-30"}]},
    "hours capped": {"ai": "evolving", "policies": [{"set": "hours_cap_adults", "to": 52, "from": "2024-12-30"}]},
}


@dataclass
class World:
    """What is kept of one world."""

    weeks: pd.DataFrame
    lives: np.ndarray
    """Groups that debuted in the run: weeks lived, and whether the end was seen; shape (groups, 2)."""
    careers: np.ndarray
    """Adult idols a year or more into their career on the last day: usual hours, burnt out; shape (idols, 2)."""
    hours_and_dissatisfaction: float
    comparison_and_dissatisfaction: float


def live(variant: str, seed: int) -> World:
    """Lives one world to its last week."""
    from sim.industry import Industry
    from sim.observables import observe
    from sim.scenario import Scenario

    industry = Industry(Scenario.of({"fans": 2_000, "weeks": WEEKS, "seed": seed, **VARIANTS[variant]}))
    rows = [observe(industry)]
    for _ in range(WEEKS):
        industry.step()
        rows.append(observe(industry))
    ends = {int(event.subject.split()[1]): event.week for event in industry.events if event.kind == "ending"}
    groups, idols, fans = industry.groups, industry.idols, industry.fans
    newcomers = np.flatnonzero(groups.debut_week > 0)
    lives = [(ends.get(row, WEEKS) - groups.debut_week[row], row in ends) for row in newcomers]
    settled = idols.alive & (idols.age >= 18) & (WEEKS - idols.debut_week >= 52)
    here = fans.alive
    return World(
        weeks=pd.DataFrame(rows),
        lives=np.array(lives, dtype=float),
        careers=np.column_stack([idols.usual_hours[settled], idols.burnt_out[settled]]),
        hours_and_dissatisfaction=np.corrcoef(fans.hours[here], fans.dissatisfaction[here])[0, 1],
        comparison_and_dissatisfaction=np.corrcoef(fans.comparison[here], fans.dissatisfaction[here])[0, 1],
    )


def _live(job: tuple[str, int]) -> World:
    return live(*job)


@cache
def worlds() -> dict[str, list[World]]:
    """All variants over all seeds, lived once per test run on all cores."""
    jobs = [(variant, seed) for variant in VARIANTS for seed in SEEDS]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        lived = dict(zip(jobs, pool.map(_live, jobs), strict=True))
    return {variant: [lived[variant, seed] for seed in SEEDS] for variant in VARIANTS}


def path(variant: str, observable: str) -> np.ndarray:
    """Mean over seeds of an observable, week by week."""
    return np.mean([world.weeks[observable] for world in worlds()[variant]], axis=0)


def last_year(variant: str, observable: str) -> np.ndarray:
    """Mean over 2034 of an observable, one value a seed."""
    return np.array([world.weeks[observable].iloc[LAST_YEAR].mean() for world in worlds()[variant]])


def survival(variant: str, weeks: int) -> float:
    """Share of debuting groups still active after so many weeks (Kaplan-Meier over all seeds)."""
    lived, ended = np.vstack([world.lives for world in worlds()[variant]]).T
    share = 1.0
    for when in np.unique(lived[(ended == 1) & (lived <= weeks)]):
        share *= 1 - ((lived == when) & (ended == 1)).sum() / (lived >= when).sum()
    return float(share)


def burnout_slope(variant: str) -> float:
    """Log-odds of burnout per usual weekly hour: logistic regression over all settled adults of all seeds."""
    hours, burnt = np.vstack([world.careers for world in worlds()[variant]]).T
    design = np.column_stack([np.ones_like(hours), hours - hours.mean()])
    coefficients = np.zeros(2)
    for _ in range(25):
        chance = 1 / (1 + np.exp(-design @ coefficients))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        coefficients += np.linalg.solve(information, design.T @ (burnt - chance))
    return float(coefficients[1])
