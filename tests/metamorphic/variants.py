"""The worlds that the metamorphic tests compare, by name: every one is like its twin but for what it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.params import passports
from sim.policies import presets

if TYPE_CHECKING:
    from sim.industry import Industry

SEEDS = (1, 2, 3)

Notes = dict[str, list[np.ndarray]]


@dataclass(frozen=True)
class Variant:
    """One world but for its seed; ``levers`` are set from ``from_week`` on."""

    twin: str = "as it is"
    """Name of the world that it is compared with."""
    weeks: int = 52
    fans: int = 2_000
    ai: str = "evolving"
    preset: str = ""
    levers: Mapping[str, Any] = field(default_factory=dict)
    from_week: int = 0
    numbers: Mapping[str, Any] = field(default_factory=dict)
    happening: Callable[[Industry], None] | None = None
    """One more line at the end of the week."""
    eyewitness: Callable[[Industry, Notes], None] | None = None
    """Notes something at the end of every week, and changes nothing."""


BREACH_WEEK = 5
DISCLOSED = BREACH_WEEK + 1
CHURN_WEEKS = 13
"""Over which the breaches that the sources report were followed."""


def lose_everything(industry: Industry, *holders: tuple[str, int]) -> None:
    """These holders lose the records of all their people, and a week later everybody hears of it.

    The model's own breach, but for the day of its disclosure, which would come months later and vary.
    """
    from sim.processes.data import suffer_breach

    for name, row in holders:
        of_kind = industry.populations[name]
        suffer_breach(industry, of_kind, row, float(of_kind.heads[row]))
        industry.regulator.notices[-1].week = DISCLOSED


def platform_loses_everything(industry: Industry) -> None:
    """The fan platform loses everything in one week."""
    if industry.week == BREACH_WEEK:
        lose_everything(industry, ("services", 0))


def platform_and_largest_agency_lose_everything(industry: Industry) -> None:
    """The fan platform and the agency with the largest roster lose everything in one week."""
    if industry.week == BREACH_WEEK:
        lose_everything(industry, ("services", 0), ("agencies", 0))


def follow_the_registered(industry: Industry, notes: Notes) -> None:
    """Notes who was on the platform's file when it lost everything, their use, and whom they still follow."""
    from sim.agents.fan import REGISTERED_PLATFORM

    fans, numbers = industry.fans, industry.numbers
    if industry.week == BREACH_WEEK:
        notes["rows"] = [np.flatnonzero(fans.alive & ((fans.accounts & REGISTERED_PLATFORM) > 0))]
        notes["identity"] = [fans.identity[notes["rows"][0]].copy()]
        notes["group"] = [fans.main_group[notes["rows"][0]].copy()]
    if industry.week >= BREACH_WEEK:
        rows = notes["rows"][0]
        here = fans.alive[rows] & (fans.identity[rows] == notes["identity"][0])
        loyal = here & (fans.main_group[rows] == notes["group"][0])
        lost = numbers.use_from_trust * (numbers.trust_start - fans.trust[rows][here])
        checking = industry.platform.checking * industry.real_fans / industry.services.heads[0]
        notes.setdefault("here", []).append(here)
        notes.setdefault("loyal", []).append(loyal)
        notes.setdefault("use", []).append((1 - lost) * (1 + checking))


STRONG: dict[str, Any] = {
    "image_label": 1.0, "editing_cap": 0.2, "feed_gain_cap": 0.09, "diverse_image_quota": 0.5, "media_literacy": 1.0,
    "weight_order_ban": 1.0, "minors_use_cap": 2.0, "hours_cap_under_15": 15.0, "hours_cap_minors": 30.0,
    "hours_cap_adults": 40.0, "content_cap": 1.0, "idol_time_price": 1.0, "saved_hours_as_rest": 1.0,
    "minimum_human_share": 1.0, "income_floor": 25.0, "care_duty": 1.0, "consent_regime": 3, "minimisation": 1.0,
    "retention_limit": 13.0, "security_duty": 1.0, "breach_notification": 0.0, "fine_cap": 0.2,
    "severe_fine_cap": 0.2, "likeness_consent": 1.0, "deepfake_takedown": 1.0, "ai_governance_duty": 1.0,
    "idol_data_limit": 1.0, "provenance_duty": 1.0, "payout_rule": 2, "licence_pool": 0.3, "ai_share_limit": 0.0,
    "music_label": 1.0, "credit_duty": 1.0, "regulator_capacity": 200.0,
}  # fmt: skip
"""Every lever at a strong setting. Notice of breaches is as strong as it can be on the first day, so it is repealed."""

# Each number at the end of its range at which AI comes fastest, so that a year shows what it does.
MUCH_AI = {"adoption_start": 0.2, "adoption_imitation": 0.089, "capability_start": 0.8, "further_kind_rate": 0.03}
# Kinds that agencies begin with: all else alike, either AI sings and dances or it hardly ever does.
SINGING_AI = MUCH_AI | {"further_kind_rate": 0.005, "first_kind_chance.voice": 1.0, "first_kind_chance.video": 1.0}
SILENT_AI = SINGING_AI | {"first_kind_chance.voice": 0.01, "first_kind_chance.video": 0.01}
# A small industry has no holder of ten million people; a million, the lowest of the range, is a severe case here.
SMALL_SCALE = {"severe_breach": 1_000_000.0, "headline_breach": 100_000.0, "fine_lag_weeks": 18.0}
# All cultures are licensed alike, so that rules of payout differ by nothing else.
ALIKE = MUCH_AI | {"licence_coverage": (0.5,) * 6}

PRESENT = {name: entry.value for name, entry in passports().items() if entry.kind == "scenario"}

AFTER_A_BREACH = Variant("a breach", numbers=SMALL_SCALE, levers={"regulator_capacity": 200.0},
                         happening=platform_and_largest_agency_lose_everything)
SEEN_AFTER_A_BREACH = ("breach_notification", "fine_cap", "severe_fine_cap")
SEEN_WITH_A_POOL = ("payout_rule",)
POOLED = Variant("a pool", numbers=ALIKE, levers={"licence_pool": 0.3})
CAPPED = {"hours_cap_adults": 52.0}


def under(twin: Variant, name: str) -> Variant:
    """The same world with one lever at its strong setting."""
    return replace(twin, levers={**twin.levers, name: STRONG[name]})


VARIANTS: dict[str, Variant] = {
    "as it is": Variant(weeks=182),
    **{f"lever {name}": under(Variant(), name)
       for name in STRONG if name not in (*SEEN_AFTER_A_BREACH, *SEEN_WITH_A_POOL, "minimisation")},
    "lever minimisation": Variant(weeks=182, levers={"minimisation": 1.0}),
    **{f"preset {name}": Variant(preset=name) for name in presets()},
    # Present law is the base of comparison for having no new law at all.
    "preset laissez_faire": Variant("preset korea_2026", preset="laissez_faire"),
    "null policy": Variant(levers=PRESENT, from_week=3),
    "every lever from week 100": Variant(weeks=104, levers=STRONG, from_week=100),
    "reported deepfakes": Variant(weeks=12, levers={"deepfake_takedown": 1.0}, from_week=10),
    **{f"consent regime {regime}": Variant(levers={"consent_regime": regime}) for regime in (1, 2)},
    "hours capped at 52": Variant(levers=CAPPED),
    "hours capped, many inspectors": Variant("hours capped at 52",
                                             levers=CAPPED | {"regulator_capacity": 200.0}),
    "much AI": Variant(numbers=MUCH_AI),
    "much AI, without": Variant(numbers=MUCH_AI, ai="none"),
    "much AI, content capped": Variant("much AI", numbers=MUCH_AI, levers={"content_cap": 1.0}),
    **{f"much AI, {name}": under(Variant("much AI", numbers=MUCH_AI), name)
       for name in ("likeness_consent", "ai_share_limit", "music_label", "provenance_duty", "ai_governance_duty")},
    "AI is silent": Variant(numbers=SILENT_AI),
    "AI sings and dances": Variant("AI is silent", numbers=SINGING_AI),
    "AI sings and dances, forbidden": Variant("AI sings and dances", numbers=SINGING_AI,
                                              levers={"minimum_human_share": 1.0}),
    "a pool": POOLED,
    "a pool by attribution": replace(POOLED, levers={"licence_pool": 0.3, "payout_rule": 1}),
    "lever payout_rule": under(POOLED, "payout_rule"),
    "a pool, nothing borrowed": replace(POOLED, numbers=ALIKE | {"intended_mix": (0.5, 0.5, 0.0, 0.0, 0.0, 0.0)}),
    "a breach": AFTER_A_BREACH,
    **{f"lever {name}": under(AFTER_A_BREACH, name) for name in SEEN_AFTER_A_BREACH},
    "a breach, few inspectors": replace(AFTER_A_BREACH, levers={}),
    "no mega-breach": Variant(weeks=26, fans=12_000, eyewitness=follow_the_registered),
    "mega-breach": Variant("no mega-breach", weeks=26, fans=12_000, happening=platform_loses_everything,
                           eyewitness=follow_the_registered),
}  # fmt: skip
