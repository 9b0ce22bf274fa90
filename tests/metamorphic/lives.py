"""Small worlds that differ in one thing, lived side by side: what the metamorphic tests compare.

Sixty agencies and 2,000 fans are enough: every effect is the difference of two worlds that share all luck, and the
holders, groups and cultures of a small industry are those of the real one at a smaller scale. A world is lived once,
in a process of its own pool, for all tests of the run.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tests.metamorphic.variants import SEEDS, VARIANTS, Notes, Variant

if TYPE_CHECKING:
    from sim.industry import Industry
    from sim.plugins.marks import Process

AGENCIES = 60
YEAR = slice(1, 53)
"""Rows of the first year, without the built world."""
HALF_YEAR = slice(27, 53)
"""Rows of its second half, when most levers have done their work."""


@dataclass
class Life:
    """What is kept of one world."""

    weeks: pd.DataFrame
    """All observables and the further readings of ``read`` and of the witnesses; row w after step w."""
    fans: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Every seat after a year: identity, alive, comparison, dissatisfaction."""
    notes: Notes = field(default_factory=dict)
    """What the variant's own eyewitness noted."""


def mean_severity(industry: Industry, heads: np.ndarray) -> np.ndarray:
    """People whom the average breach of holders with so many heads exposes: a truncated Pareto law, or everybody."""
    numbers = industry.numbers
    tail, least = float(numbers.severity_exponent), float(numbers.smallest_breach)
    most = np.maximum(heads, 2 * least)
    part = tail / (1 - tail) * (most ** (1 - tail) - least ** (1 - tail)) / (least**-tail - most**-tail)
    whole = float(numbers.full_loss_chance)
    return np.where(heads >= least, whole * heads + (1 - whole) * part, 0)


def read(industry: Industry) -> dict[str, float]:
    """Readings at the end of a week that are no observables, since only these tests ask for them."""
    return {**read_holders(industry), **read_groups(industry), **read_pool(industry)}


def read_holders(industry: Industry) -> dict[str, float]:
    """Records that holders expect to lose in a year: hazard x mean severity x records per head."""
    exposed = 0.0
    for holders in (industry.agencies, industry.services):
        expected = holders.hazard * mean_severity(industry, holders.heads) * holders.records_per_head
        exposed += float(expected[holders.alive].sum())
    agencies = industry.agencies
    return {"expected_exposed": exposed, "expected_fine": float(agencies.expected_fine[agencies.alive].mean())}


def read_hours(industry: Industry) -> dict[str, float]:
    """Adults at work, at agencies that keep the cap of their hours and at those that do not."""
    from sim.agents.idol import ADULT_AGE
    from sim.processes.work import hours_cap

    idols, legal = industry.idols, industry.numbers.hours_cap_adults
    adult = idols.alive & ~idols.on_hiatus & (idols.age >= ADULT_AGE)
    kept = np.isfinite(hours_cap(industry))
    asked = adult & (idols.desired_hours > legal)
    return {
        "longest_capped_hours": float(idols.hours[adult & kept].max()),
        "cut_off": float((asked & kept).sum()),
        "exactly_at_cap": float((asked & kept & (idols.hours == legal)).sum()),
        "asked_where_none_is_kept": float((asked & ~kept).sum()),
        "over_cap_where_none_is_kept": float((asked & ~kept & (idols.hours == idols.desired_hours)).sum()),
    }


def read_editing(industry: Industry) -> dict[str, float]:
    """Editing of groups whose agencies keep new law."""
    lawful = industry.groups.alive & industry.agencies.lawful[industry.groups.agency]
    editing = industry.groups.editing[lawful]
    return {"highest_lawful_editing": float(editing.max()), "lawful_editing": float(editing.mean())}


def read_incomes(industry: Industry) -> dict[str, float]:
    """What the idol who is paid least is paid."""
    idols = industry.idols
    lawful = industry.agencies.lawful[industry.groups.agency[idols.group]]
    return {"least_income": float(idols.income[idols.alive & lawful].min())}


WITNESSES = {"idols_work_hours": read_hours, "agencies_set_editing": read_editing,
             "agencies_settle_with_idols": read_incomes}  # fmt: skip
"""Readings taken right after a process: by the end of the week some have turned 18, gone on leave, or just debuted."""


def with_witnesses(industry: Industry, seen: dict[str, float]) -> None:
    """Lets the witnesses note what they see, each right after its process."""

    def after(process: Process) -> Process:
        witness = WITNESSES.get(process.__name__)
        if witness is None:
            return process

        @wraps(process)
        def watched(industry: Industry) -> None:
            process(industry)
            seen.update(witness(industry))

        return watched

    industry.processes = tuple(after(process) for process in industry.processes)


def read_groups(industry: Industry) -> dict[str, float]:
    """What groups earn that some lever asks something of, and where attention goes."""
    from sim.processes.decisions import COMPOSITION

    groups, agencies, idols = industry.groups, industry.agencies, industry.idols
    lawful = groups.alive & agencies.lawful[groups.agency]
    edit_much = lawful & (groups.editing_habit > np.median(groups.editing_habit[groups.alive]))
    composing = groups.alive & agencies.adopted[groups.agency, COMPOSITION]
    young = np.bincount(idols.group[idols.alive & (idols.age < 15)], minlength=groups.size) > 0
    ai_song = 1 - groups.human_song
    average = ai_song[groups.alive].mean()
    return {
        "profit_of_lawful_who_edit_much": float(groups.profit[edit_much].sum()),
        "profit_of_groups_of_the_youngest": float(groups.profit[young & groups.alive].sum()),
        "profit_of_groups_that_compose_with_ai": float(groups.profit[composing].sum()),
        "attention_to_ai_songs": float((groups.attention_share * ai_song).sum() / average) if average > 0 else 1.0,
    }


def read_pool(industry: Industry) -> dict[str, float]:
    """What a licence pool pays out, to whom, and what corpora and last year's AI-made songs consist of."""
    from sim.processes.culture import UNDER_REPRESENTED
    from sim.processes.decisions import COMPOSITION

    cultures, tools = industry.cultures, industry.tools
    corpus = tools.corpus[tools.kind == COMPOSITION].mean(axis=0)
    used = cultures.attributed.sum()
    return {
        "paid_to_all": float(cultures.paid.sum()),
        "paid_to_mainstream": float(cultures.paid[~UNDER_REPRESENTED].sum()),
        "corpus_of_sources": float(corpus[UNDER_REPRESENTED].sum()),
        "use_of_sources": float(cultures.attributed[UNDER_REPRESENTED].sum() / used) if used > 0 else 0.0,
    }


def live(variant: Variant, seed: int) -> Life:
    """Lives one world to its last week."""
    from sim.industry import Industry
    from sim.observables import observe
    from sim.policies import Policy
    from sim.scenario import Scenario

    scenario = Scenario.of({"fans": variant.fans, "agencies": AGENCIES, "weeks": variant.weeks, "seed": seed,
                            "ai": variant.ai, "numbers": dict(variant.numbers)})  # fmt: skip
    start = scenario.start + timedelta(weeks=variant.from_week)
    changes = [{"set": name, "to": to, "from": start} for name, to in variant.levers.items()]
    policies = ([Policy.named(variant.preset)] if variant.preset else []) + ([Policy.of(changes)] if changes else [])
    industry = Industry(scenario.with_(policies=tuple(policies)))
    if variant.happening:
        industry.processes = (*industry.processes, variant.happening)
    seen: dict[str, float] = {}
    with_witnesses(industry, seen)
    rows, life = [observe(industry) | read(industry)], Life(pd.DataFrame())
    for _ in range(variant.weeks):
        industry.step()
        rows.append(observe(industry) | read(industry) | seen)
        if variant.eyewitness:
            variant.eyewitness(industry, life.notes)
        if industry.week == 52:
            columns = ("identity", "alive", "comparison", "dissatisfaction")
            life.fans = pd.DataFrame({name: getattr(industry.fans, name).copy() for name in columns})
    life.weeks = pd.DataFrame(rows)
    return life


class Worlds:
    """All variants over all seeds, lived in processes of their own; the one asked for first is lived first."""

    def __init__(self) -> None:
        self.pool = ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"))
        self.lives: dict[tuple[str, int], Future[Life]] = {}

    def of(self, name: str) -> list[Life]:
        """The worlds of a variant, one a seed."""
        for variant in (name, VARIANTS[name].twin, *VARIANTS):
            for seed in SEEDS:
                if (variant, seed) not in self.lives:
                    self.lives[variant, seed] = self.pool.submit(live, VARIANTS[variant], seed)
        return [self.lives[name, seed].result() for seed in SEEDS]

    def close(self) -> None:
        """Lives no more worlds."""
        self.pool.shutdown(cancel_futures=True)

    def mean(self, name: str, reading: str, weeks: slice = HALF_YEAR) -> np.ndarray:
        """Mean of a reading over some weeks, one value a seed."""
        return np.array([life.weeks[reading].iloc[weeks].mean() for life in self.of(name)])

    def change(self, name: str, reading: str, weeks: slice = HALF_YEAR) -> np.ndarray:
        """How much a reading differs from the world's twin, one value a seed."""
        return self.mean(name, reading, weeks) - self.mean(VARIANTS[name].twin, reading, weeks)

    def part(self, name: str, reading: str, weeks: slice = HALF_YEAR) -> np.ndarray:
        """The same as a part of what the reading is in the twin."""
        return self.change(name, reading, weeks) / self.mean(VARIANTS[name].twin, reading, weeks)
