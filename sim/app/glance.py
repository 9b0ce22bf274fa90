"""A look around a world on one day: how things are spread over people, and everybody's states side by side.

A glance keeps no part of the world it was taken of, so it may outlive it, and come from another process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.idol import ADULT_AGE
from sim.app.shapes import Look
from sim.params import CULTURES

if TYPE_CHECKING:
    from sim.industry import Industry

SHARE, DEVIATION, HOURS, MONEY, PLAIN = (
    Look(100, 1, "%"), Look(1, 2, "SD"), Look(1, 1, "h/week"), Look(1, 0, "million KRW/year"), Look(1, 2, ""),
)  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """What is spread over whom: a state of fans, idols or agencies, between two bounds, and for whom more is better."""

    label: str
    kind: str
    state: str
    look: Look
    low: float
    high: float
    better_with: str = ""
    bins: int = 40

    @property
    def edges(self) -> np.ndarray:
        """The bounds of the bins; what lies beyond the outermost is counted into them."""
        return np.linspace(self.low, self.high, self.bins + 1)


SPREADS = {
    "dissatisfaction": Spread("Body dissatisfaction of fans", "fans", "dissatisfaction", DEVIATION, -4, 4, "less"),
    "exposure": Spread("Exposure of fans to ideals", "fans", "exposure", DEVIATION, -4, 4, "less"),
    "trust": Spread("Trust of fans that records are safe", "fans", "trust", SHARE, 0, 1, "more"),
    "hours": Spread("Weekly hours of idols", "idols", "hours", HOURS, 0, 110, "less"),
    "distress": Spread("Distress of idols", "idols", "distress", DEVIATION, -4, 5, "less"),
    "burnt_out": Spread("Burnt-out idols", "idols", "burnt_out", SHARE, 0, 1, "less", 2),
    "income": Spread("Yearly income of idols", "idols", "income", MONEY, 0, 200, "more"),
    "compliance_cost": Spread("Compliance cost of agencies", "agencies", "compliance_cost", MONEY, 0, 2000, "less"),
    "profit": Spread("Profit of agencies", "agencies", "profit", MONEY, -5000, 20000, "more"),
}
"""What the view of people can show, by name."""

KEPT = {
    "agencies": None,
    "groups": None,
    "tools": None,
    "idols": ("group", "female", "age", "hours", "burnt_out", "on_hiatus", "insecurity", "distress", "debt", "income",
              "pressure", "deepfakes"),
}  # fmt: skip
"""Whose states a glance keeps one by one, and which; None: all that are single numbers."""


@dataclass(frozen=True)
class Glance:
    """One world on one day; `tables[kind][state]` is over the living of a kind, in the order of their rows."""

    week: int
    day: date
    spreads: dict[str, np.ndarray] = field(repr=False)
    means: dict[str, dict[str, float]]
    cultures: dict[str, dict[str, float]]
    tables: dict[str, dict[str, np.ndarray]] = field(repr=False)

    def place_of(self, kind: str, identity: int) -> int:
        """Where the agent of an identity stands in its table; -1 if it is not there."""
        found = np.flatnonzero(self.tables[kind]["identity"] == np.uint64(identity))
        return int(found[0]) if found.size else -1


def look_around(industry: Industry) -> Glance:
    """Take a glance at a world as it stands; it reads and never writes."""
    spreads, means = {}, {}
    members = _members_of(industry)
    for name, spread in SPREADS.items():
        population = industry.populations[spread.kind]
        values = np.asarray(getattr(population, spread.state))
        alive = np.asarray(population.alive)
        inside = np.clip(values[alive].astype(np.float64), spread.low, np.nextafter(spread.high, spread.low))
        counts, _ = np.histogram(inside, spread.edges)
        spreads[name] = counts / max(1, int(counts.sum()))
        means[name] = {label: _mean(values, alive & who) for label, who in members[spread.kind].items()}
    return Glance(industry.week, industry.date, spreads, means, _cultures(industry), _tables(industry))


def _members_of(industry: Industry) -> dict[str, dict[str, np.ndarray]]:
    """Which fans, idols and agencies belong to the groups of people that are told apart."""
    fans, idols, agencies = industry.fans, industry.idols, industry.agencies
    of_agency = industry.groups.agency[idols.group]
    return {
        "fans": {
            "all fans": np.ones(fans.size, dtype=bool),
            "vulnerable third": fans.susceptibility > np.float32(industry.baseline.vulnerable_from),
            "under 18": fans.age < ADULT_AGE,
            "girls and women": fans.female,
            "boys and men": ~fans.female,
        },
        "idols": {
            "all idols": np.ones(idols.size, dtype=bool),
            "under 18": idols.age < ADULT_AGE,
            "adults": idols.age >= ADULT_AGE,
            "of large agencies": agencies.big[of_agency],
            "of small agencies": ~agencies.big[of_agency],
            "girls and women": idols.female,
            "boys and men": ~idols.female,
        },
        "agencies": {
            "all agencies": np.ones(agencies.size, dtype=bool),
            "large agencies": agencies.big,
            "small agencies": ~agencies.big,
            "using AI": agencies.adopted.any(axis=1),
        },
    }


def _mean(values: np.ndarray, who: np.ndarray) -> float:
    return float(values[who].mean(dtype=np.float64)) if who.any() else float("nan")


def _cultures(industry: Industry) -> dict[str, dict[str, float]]:
    """What last year's releases drew on, and what a licence pool pays, culture by culture."""
    cultures = industry.cultures
    return {
        "share of releases": dict(zip(CULTURES, cultures.released_mix.tolist(), strict=True)),
        "paid by a licence pool": dict(zip(CULTURES, cultures.paid.tolist(), strict=True)),
    }


def _tables(industry: Industry) -> dict[str, dict[str, np.ndarray]]:
    tables: dict[str, dict[str, np.ndarray]] = {}
    for kind, chosen in KEPT.items():
        population = industry.populations[kind]
        rows = population.rows
        table: dict[str, Any] = {"identity": population.identity[rows], "row": rows.astype(np.int32)}
        for name, state in population.states().items():
            if not state.shape and (chosen is None or name in chosen):
                table[name] = np.asarray(getattr(population, name))[rows].astype(np.float32)
        tables[kind] = table
    _add_what_groups_bear(industry, tables)
    return tables


def _add_what_groups_bear(industry: Industry, tables: dict[str, dict[str, np.ndarray]]) -> None:
    """Means over the idols of each group and sums over the groups of each agency, which have no state of their own."""
    idols, groups, agencies = industry.idols, industry.groups, industry.agencies
    alive = np.asarray(idols.alive)
    of_group = idols.group[alive]
    heads = np.bincount(of_group, minlength=groups.size)
    tables["groups"]["members"] = heads[groups.rows].astype(np.float32)
    for name in ("hours", "burnt_out", "distress", "income"):
        sums = np.bincount(of_group, np.asarray(getattr(idols, name))[alive].astype(float), minlength=groups.size)
        tables["groups"][f"idols_{name}"] = (sums / np.maximum(1, heads))[groups.rows].astype(np.float32)
    living = np.asarray(groups.alive)
    of_agency = groups.agency[living]
    attention = np.bincount(of_agency, groups.attention_share[living], minlength=agencies.size)
    tables["agencies"]["attention_share"] = attention[agencies.rows].astype(np.float32)
    tables["agencies"]["kinds_of_ai"] = agencies.adopted[agencies.rows].sum(axis=1).astype(np.float32)
