"""From worlds to pictures: which observables are shown where, how they are written, and what a difference is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from sim.analysis import READINGS, paired_effects, worth
from sim.analysis.for_whom import OF_WHOM
from sim.app.drawing.scales import smoothed
from sim.app.outlook import LEAST_PAIRS, Pair
from sim.app.shapes import BETTER, CHANGED, SAME, SO_FAR, UNCLEAR, WORSE, Card, Curve, Look, Mark, Panel
from sim.observables import OBSERVABLES, Observable
from sim.plugins import load_plugins, with_own_observables
from sim.scenario import Scenario

UNLIVED = "not lived yet"
LAST_YEAR = 52  # weeks over which headlines are averaged, as in a comparison
SMOOTHED = {
    "idol_hours", "hours_of_minors", "top_decile_hours", "unpaid_hours", "industry_revenue", "agency_profit",
    "profit_of_small_agencies", "profit_of_large_agencies", "content_made", "pieces_per_group", "idol_income",
    "median_idol_income", "mean_dissatisfaction", "vulnerable_dissatisfaction", "mean_exposure", "self_esteem",
    "fans_above_threshold", "fan_enjoyment",
}  # fmt: skip
"""Observables that swing with the comeback cycle or with who is asked; drawn as means of half a year."""

SMOOTHED_WEEKS = 26

BLOCKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "beauty": ("Beauty pressure", (
        "mean_dissatisfaction", "vulnerable_dissatisfaction", "editing_level", "idol_distress",
        "feed_of_most_dissatisfied", "mean_exposure", "appearance_norm", "pressed_idols", "fans_above_threshold",
        "self_esteem", "distress_of_minors",
    )),
    "work": ("Workload and burnout", (
        "idol_hours", "burnt_out_idols", "hours_of_minors", "staff_employment", "top_decile_hours", "idol_insecurity",
        "minors_over_cap", "idols_on_hiatus", "unpaid_hours", "freelance_income", "human_share_of_song",
        "human_share_of_vocals",
    )),
    "data": ("Data exposure and breaches", (
        "records_per_fan", "expected_breaches", "harm_per_fan", "deepfakes", "heads_exposed_last_year",
        "breaches_last_year", "trust", "idol_biometric_records", "real_consent", "fines_last_year", "real_compliance",
        "paper_compliance",
    )),
    "culture": ("Uncredited borrowing", (
        "appropriation_score", "credited_share", "erased_share", "paid_to_sources", "call_outs_last_year",
        "borrowed_share", "ai_share_of_music", "release_diversity", "release_novelty", "provenance_share",
    )),
    "benefits": ("Benefits and money", (
        "industry_revenue", "idol_income", "fan_enjoyment", "agency_profit", "content_made", "median_idol_income",
        "compliance_cost", "public_cost", "tool_income", "profit_of_small_agencies", "profit_of_large_agencies",
        "attention_gini",
    )),
    "structure": ("Who is there", ("ai_adoption", "groups", "idols", "active_fans", "agencies", "idol_exit_rate",
                                   "tool_capability", "tool_price")),
}  # fmt: skip
"""Theme -> its title and the observables that stand for it, the most telling ones first; the others follow."""

SHOWN_FIRST = 4

HEADLINES = (
    "vulnerable_dissatisfaction", "idol_hours", "burnt_out_idols", "expected_breaches", "deepfakes",
    "appropriation_score", "industry_revenue", "idol_income",
)  # fmt: skip

BETTER_WITH = {name: way for directions in OF_WHOM.values() for name, way in directions.items()} | {
    "appropriation_score": "less", "industry_revenue": "more", "agency_profit": "more", "records_per_fan": "less",
    "expected_breaches": "less", "heads_exposed_last_year": "less", "records_exposed_last_year": "less",
    "breaches_last_year": "less", "call_outs_last_year": "less", "pressed_idols": "less", "idol_pressure": "less",
    "fans_above_threshold": "less", "self_esteem": "more", "top_decile_hours": "less", "unpaid_hours": "less",
    "idols_on_hiatus": "less", "idol_debt": "less", "real_compliance": "more", "paper_compliance": "less",
    "real_consent": "more", "median_idol_income": "more", "harm_per_idol": "less", "compliance_cost": "less",
}  # fmt: skip
"""Whether those concerned are better off with more of an observable or with less; of the others nothing is said."""

LEAST_EXTENT = {"SD": 0.1, "share": 0.05, "h/week": 2.0, "ratio": 0.1}
"""The least height of a value axis by unit, so that a hair's breadth is not drawn as a mountain."""


def observables_of(scenario: Scenario) -> Mapping[str, Observable]:
    """All observables of a scenario's worlds, its plug-ins' among them."""
    return with_own_observables(OBSERVABLES, load_plugins(scenario.plugins)) if scenario.plugins else OBSERVABLES


def names_of(theme: str, known: Mapping[str, Observable]) -> tuple[str, ...]:
    """The observables of a theme, the most telling ones first."""
    first = tuple(name for name in BLOCKS[theme][1] if name in known)
    return (*first, *(name for name, seen in known.items() if seen.theme == theme and name not in first))


def look_of(unit: str, values: np.ndarray | None = None) -> Look:
    """How values of a unit are written; large sums of money in thousands of millions."""
    largest = float(np.max(np.abs(values))) if values is not None and values.size else 0
    if unit.startswith("million KRW") and largest >= 20_000:
        return Look(0.001, 1 if largest < 1_000_000 else 0, unit.replace("million", "billion"))
    if unit == "people" and largest >= 2_000_000:
        return Look(1e-6, 1, "million people")
    reading = READINGS.get(unit)
    if reading is None:
        return Look(1, 2, unit)
    shown = {"ratio": "", "share": "%", "count": ""}.get(unit, reading.unit or unit)
    return Look(reading.factor, 2 if reading.decimals == 3 else reading.decimals, shown)


def curve(name: str, seen: Observable, pair: Pair, band: Sequence[Pair] = ()) -> Curve:
    """One observable over time in both worlds, as far as they have lived, with the band of other luck."""
    present, mine = pair.present.column(name), pair.mine.column(name)
    low, high = band_of(name, band)
    weeks = max(len(present), len(mine), len(low))
    dates = pair.mine.dates(weeks)
    return Curve(name, seen.label, look_of(seen.unit, present), dates, present, mine, low, high,
                 BETTER_WITH.get(name, ""), seen.meaning)  # fmt: skip


def band_of(name: str, pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest that *mine* comes to over worlds of other luck, each averaged as its line is drawn."""
    if not pairs:
        return np.zeros(0), np.zeros(0)
    mine = np.array([smoothed(pair.mine.column(name), weeks_of_mean(name)) for pair in pairs])
    return mine.min(axis=0), mine.max(axis=0)


def weeks_of_mean(name: str) -> int:
    """Over how many weeks an observable is averaged where it is drawn."""
    return SMOOTHED_WEEKS if name in SMOOTHED else 1


def panel(
    name: str, seen: Observable, pair: Pair, band: Sequence[Pair] = (), marks: tuple[Mark, ...] = (),
    now: date | None = None, brief: bool = False,
) -> Panel:  # fmt: skip
    """One small picture of an observable to the end of the scenario."""
    scenario = pair.mine.scenario
    return Panel(curve(name, seen, pair, band), marks, scenario.date_of(scenario.weeks), now,
                 LEAST_EXTENT.get(seen.unit, 0), weeks_of_mean(name), brief)  # fmt: skip


def card(name: str, seen: Observable, pair: Pair, band: Sequence[Pair] = ()) -> Card:
    """A headline: the mean of the last year that both worlds have lived, and what differs."""
    reached = pair.weeks
    first = max(0, reached - LAST_YEAR)
    mine, present = pair.mine.column(name)[first:reached], pair.present.column(name)[first:reached]
    look = look_of(seen.unit, pair.present.column(name))
    if not reached:
        return Card(name, seen.label, "–", look.unit, UNLIVED, "flat", UNLIVED, meaning=seen.meaning)
    difference = float(mine.mean() - present.mean())
    word, interval = _judged(name, seen, pair, band, difference, float(present.mean()))
    arrow = "flat" if difference == 0 else "up" if difference > 0 else "down"
    change = SAME if difference == 0 else _amount(difference, look, signed=True)
    return Card(name, seen.label, _number(float(mine.mean()) * look.factor, look.decimals), look.unit, change, arrow,
                word, interval, seen.meaning)  # fmt: skip


def _judged(
    name: str, seen: Observable, pair: Pair, band: Sequence[Pair], difference: float, level: float
) -> tuple[str, str]:
    """The word for a difference, and its interval over worlds of other luck.

    A verdict needs at least three pairs of worlds that all differ the same way, and an interval without nothing in it.
    """
    if len(band) < LEAST_PAIRS or pair.present is pair.mine:
        return (SAME if difference == 0 else SO_FAR), ""
    over = [(each.mine.column(name)[-LAST_YEAR:].mean(), each.present.column(name)[-LAST_YEAR:].mean())
            for each in band]  # fmt: skip
    under, without = (np.array(side)[:, None] for side in zip(*over, strict=True))
    found = paired_effects(under, without)
    low, high = float(found.low[0]), float(found.high[0])
    look = look_of(seen.unit, pair.present.column(name))
    interval = f"95 %: {_amount(low, look, True, False)} to {_amount(high, look, True)}"
    if difference == 0:
        return SAME, interval
    agreed = bool((np.sign(under - without) == np.sign(difference)).all())
    if not agreed or low <= 0 <= high or abs(difference) < worth(seen.unit, level):
        return UNCLEAR, interval
    way = BETTER_WITH.get(name, "")
    return (CHANGED if not way else BETTER if (difference > 0) == (way == "more") else WORSE), interval


def _number(value: float, decimals: int, signed: bool = False) -> str:
    value = round(value, decimals) + 0.0
    return f"{value:{'+' if signed else ''},.{decimals}f}".replace("-", "−")


def _amount(value: float, look: Look, signed: bool = False, with_unit: bool = True) -> str:
    """A value with its unit; with one more decimal where it would be written as nothing."""
    decimals = look.decimals
    while value and abs(value * look.factor) < 0.5 * 10**-decimals and decimals < look.decimals + 2:
        decimals += 1
    text = _number(value * look.factor, decimals, signed)
    if text.strip("+−0.") == "":
        text = "~0" if value else "0"
    unit = "points" if look.unit == "%" and signed else look.unit
    return f"{text} {unit}".strip() if with_unit else text


EVENT_WORDS = {
    "policy": "Law takes effect", "breach": "Breach", "fine": "Fine", "call_out": "Call-out",
    "hiatus": "Leave for health", "debut": "Debut", "ending": "Group ends", "closure": "Agency closes",
}  # fmt: skip
"""What kinds of events are called; others keep their own name."""

ON_CURVES = {
    "data": ("breach", "policy"), "culture": ("call_out", "policy"), "beauty": ("policy",), "work": ("policy",),
    "benefits": ("policy",), "structure": ("policy",),
}  # fmt: skip
"""Which kinds of events stand as marks on the curves of a theme."""

MOST_MARKS = 40
PHASED_DAYS = 7  # between two steps of a law that is being phased in


def event_word(kind: str) -> str:
    """What a kind of events is called."""
    return EVENT_WORDS.get(kind, kind.replace("_", " ").replace("-", " ").capitalize())


def marks_of(pair: Pair, kinds: Sequence[str] | None = None, most: int | None = None) -> tuple[Mark, ...]:
    """Events of both worlds in order of time, what happened in both of them once; the largest where there are many.

    Only of the weeks that both have lived: what one of them has not come to yet has not passed it by.
    """
    unlived = pair.mine.scenario.date_of(pair.weeks)
    mine, present = (
        [mark for mark in marks if mark.day < unlived and (kinds is None or mark.kind in kinds)]
        for marks in (pair.mine.marks("mine"), pair.present.marks("present"))
    )
    both = {_happening(mark) for mark in mine} & {_happening(mark) for mark in present}
    told = _phased([
        *(replace(mark, world="both") if _happening(mark) in both else mark for mark in mine),
        *(mark for mark in present if _happening(mark) not in both),
    ])  # fmt: skip
    if most is not None and len(told) > most:
        told = sorted(told, key=lambda mark: -abs(mark.magnitude))[:most]
    return tuple(sorted(told, key=lambda mark: (mark.day, mark.kind, mark.subject)))


def _phased(marks: list[Mark]) -> list[Mark]:
    """The same, with a law that is phased in told once: when it begins, to what it comes and when it is in force."""
    kept: list[Mark] = []
    running: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], date] = {}
    for mark in marks:
        whose = mark.subject, mark.world
        if mark.kind == "policy" and whose in last and (mark.day - last[whose]).days <= PHASED_DAYS:
            first = kept[running[whose]]
            detail = f"{first.subject} comes to {mark.magnitude:g} by {mark.day}"
            kept[running[whose]] = replace(first, detail=detail, magnitude=mark.magnitude)
        else:
            running[whose] = len(kept)
            kept.append(mark)
        last[whose] = mark.day
    return kept


def _happening(mark: Mark) -> tuple[object, ...]:
    return mark.day, mark.kind, mark.subject
