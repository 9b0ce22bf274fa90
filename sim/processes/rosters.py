"""Who belongs to whom: sums and means of members over their groups, of groups over their agencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.kernels.belonging import any_of_each, count_of_each, mean_of_each
from sim.kernels.groups import ending_hazards, in_spreads, protections

if TYPE_CHECKING:
    from sim.industry import Industry

Array = np.ndarray


def rows_where(holds: Array) -> Array:
    """Rows of a population in which a mask over it holds, ascending."""
    return holds.nonzero()[0]


def sum_by(owner: Array, values: Array, owners: int) -> Array:
    """Sum of ``values`` for each owner row, shape (owners,)."""
    return np.bincount(owner, weights=values, minlength=owners)


def count_by(owner: Array, which: Array, owners: int) -> Array:
    """How many of those marked in ``which`` belong to each owner row, shape (owners,)."""
    return count_of_each(owner, which, owners)


def members_mean(industry: Industry, values: Array, which: Array | None = None, otherwise: float = 0) -> Array:
    """Mean over each group's members of a column of the idols; ``which`` narrows the members."""
    idols = industry.idols
    here = idols.alive if which is None else idols.alive & which
    means = np.full(industry.groups.size, float(otherwise))
    mean_of_each(idols.group, values, here, means)
    return means


def mean(values: Array) -> float:
    """Mean of a few numbers; numpy's own is made for many."""
    return float(values.sum() / values.size)


def agency_of_idols(industry: Industry) -> Array:
    """Row of the agency of every idol, shape (idols,)."""
    return industry.groups.agency.take(industry.idols.group)


def using_ai(industry: Industry) -> Array:
    """Which agencies use any AI tool, shape (agencies,) of bool."""
    return any_of_each(industry.agencies.adopted)


def standard_popularity(industry: Industry) -> Array:
    """Popularity of every group in SD over the living groups of this week, shape (groups,)."""
    return in_spreads(industry.groups.popularity, industry.groups.alive)


def protection(industry: Industry) -> Array:
    """Factor on the hazard of ending: popularity and a big agency protect, shape (groups,)."""
    numbers, groups = industry.numbers, industry.groups
    return protections(groups.popularity, groups.alive, groups.agency, industry.agencies.big,
                       numbers.popularity_protection, numbers.big_agency_protection)


def ending_hazard(industry: Industry) -> Array:
    """Weekly hazard that each group ends, by its age, popularity and agency, shape (groups,)."""
    groups = industry.groups
    return ending_hazards(groups.debut_week, groups.alive, protection(industry), industry.baseline.protection,
                          industry.numbers.group_end_hazard, industry.week, industry.weeks_per_year)


def lawful_attention(industry: Industry) -> float:
    """Share of attention that goes to groups of agencies which keep new rules."""
    groups = industry.groups
    return float((groups.attention_share * industry.agencies.lawful[groups.agency]).sum())


def second_group_hours(industry: Industry) -> float:
    """Share of a fan's hours for a second group: never more than the main group leaves."""
    return min(industry.numbers.second_group_hours, 1 - industry.numbers.main_group_hours)
