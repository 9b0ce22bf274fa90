"""Small worlds that differ in one thing, lived side by side: what the metamorphic tests compare.

Sixty agencies and 2,000 fans are enough: every effect is the difference of two worlds that share all luck, and the
holders, groups and cultures of a small industry are those of the real one at a smaller scale. A world is lived when a
test first asks for it, and kept for all tests of the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tests.metamorphic.variants import Variant

if TYPE_CHECKING:
    from sim.industry import Industry


@dataclass
class Life:
    """What is kept of one world."""

    weeks: pd.DataFrame
    """All observables and the further readings of ``read``, row w after step w."""
    fans: pd.DataFrame
    """Every seat on the last day: identity, alive, comparison, dissatisfaction, vulnerable."""
    kept: dict[str, np.ndarray] = field(default_factory=dict)
    """What the variant's own eyewitness noted."""


def mean_severity(industry: Industry, heads: np.ndarray) -> np.ndarray:
    """People whom the average breach of holders with so many heads exposes: a truncated Pareto, or everybody."""
    numbers = industry.numbers
    a, least = float(numbers.severity_exponent), float(numbers.smallest_breach)
    most = np.maximum(heads, least * (1 + 1e-9))
    of_part = a / (1 - a) * (most ** (1 - a) - least ** (1 - a)) / (least**-a - most**-a)
    whole = float(numbers.full_loss_chance)
    return np.where(heads >= least, whole * heads + (1 - whole) * of_part, 0)


def read(industry: Industry) -> dict[str, float]:
    """Readings that are no observables, since only these tests ask for them."""
    from sim.params import CULTURES
    from sim.processes.culture import UNDER_REPRESENTED
    from sim.processes.decisions import COMPOSITION
    from sim.processes.work import hours_cap

    exposed = 0.0
    for holders in (industry.agencies, industry.services):
        expected = holders.hazard * mean_severity(industry, holders.heads) * holders.records_per_head
        exposed += float(expected[holders.alive].sum())
    idols, groups, agencies, cultures = industry.idols, industry.groups, industry.agencies, industry.cultures
    at_work = idols.alive & ~idols.on_hiatus
    cap = hours_cap(industry)
    here = at_work & np.isfinite(cap) & (idols.age >= 18)
    corpus = industry.tools.corpus[industry.tools.kind == COMPOSITION].mean(axis=0)
    lawful = groups.alive & agencies.lawful[groups.agency]
    used = cultures.attributed.sum()
    return {
        "expected_exposed": exposed,
        "capped_adults": float(here.sum()),
        "capped_hours_at_most": float(idols.hours[here].max()) if here.any() else np.nan,
        "adults_at_their_cap": float((idols.hours[here] == cap[here]).sum()),
        "cut_adults": float((idols.desired_hours[here] > cap[here]).sum()),
        "uncapped_adults_over_legal": float(
            (idols.hours[at_work & ~np.isfinite(cap) & (idols.age >= 18)] > industry.numbers.hours_cap_adults).sum()
        ),
        "revenue_of_lawful": float(groups.revenue[lawful].sum()),
        "profit_of_lawful": float(groups.profit[lawful].sum()),
        "editing_of_lawful": float(groups.editing[lawful].mean()),
        "mean_ideal": float((groups.attention_share * groups.image_ideal).sum()),
        "lawful_agencies": float(agencies.lawful[agencies.alive].mean()),
        "keepers_of_minors_cap": float(agencies.keeps_minors_cap[agencies.alive].mean()),
        "expected_fine": float(agencies.expected_fine[agencies.alive].mean()),
        "usual_pieces": float(groups.usual_pieces[groups.alive].mean()),
        "attributed_under": float(cultures.attributed[UNDER_REPRESENTED].sum() / used) if used > 0 else 0.0,
        **{f"paid_{name}": float(cultures.paid[i]) for i, name in enumerate(CULTURES)},
        **{f"corpus_{name}": float(corpus[i]) for i, name in enumerate(CULTURES)},
    }


def live(variant: Variant, seed: int) -> Life:
    """Lives one world to its last week."""
    from sim.industry import Industry
    from sim.observables import observe
    from sim.policies import Policy
    from sim.scenario import Scenario

    scenario = Scenario.of({"fans": variant.fans, "agencies": variant.agencies, "weeks": variant.weeks, "seed": seed,
                            "ai": variant.ai, "numbers": dict(variant.numbers)})
    start = scenario.start + timedelta(weeks=variant.from_week)
    changes = [{"set": name, "to": to, "from": start} for name, to in variant.levers.items()]
    policies = ([Policy.named(variant.preset)] if variant.preset else []) + ([Policy.of(changes)] if changes else [])
    industry = Industry(scenario.with_(policies=tuple(policies)))
    life = Life(pd.DataFrame(), pd.DataFrame())
    if variant.happening:
        industry.processes = (*industry.processes, variant.happening)
    rows = [observe(industry) | read(industry)]
    for _ in range(variant.weeks):
        industry.step()
        rows.append(observe(industry) | read(industry))
        if variant.eyewitness:
            variant.eyewitness(industry, life.kept)
    fans = industry.fans
    life.weeks = pd.DataFrame(rows)
    life.fans = pd.DataFrame({
        "identity": fans.identity, "alive": fans.alive, "comparison": fans.comparison,
        "dissatisfaction": fans.dissatisfaction.astype(float),
    })
    return life
