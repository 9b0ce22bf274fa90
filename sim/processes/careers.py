"""Careers: idols age and leave, groups disband, agencies debut groups, are founded and close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.fan import NO_GROUP
from sim.dice import identity_of
from sim.kernels.agencies import count_rosters
from sim.params import WEEKS_PER_YEAR
from sim.processes.attention import move_fans
from sim.processes.newcomers import debut_agency, debut_group, debut_idols
from sim.processes.rosters import count_by, ending_hazard, rows_where, sum_by

if TYPE_CHECKING:
    from sim.industry import Industry


def idols_grow_older(industry: Industry) -> None:
    """Idols are a week older."""
    industry.idols.age += 1 / WEEKS_PER_YEAR


def idols_leave(industry: Industry) -> None:
    """Idols leave their group, the burnt-out more often; half of the leavers are replaced by newcomers."""
    numbers, idols, dice, week = industry.numbers, industry.idols, industry.dice, industry.week
    hazard = numbers.idol_exit_rate / WEEKS_PER_YEAR * np.exp(numbers.exit_from_burnout * np.array([False, True]))
    chance = -np.expm1(-hazard).take(idols.burnt_out)  # of the well and of the burnt-out
    leaving = rows_where(idols.alive & dice.bernoulli("leave the group", idols.identity, week, chance))
    if leaving.size == 0:
        return
    replaced = leaving[dice.bernoulli("replaced", idols.identity[leaving], week, numbers.replaced_leaver_share)]
    vacated = idols.group[replaced].copy()
    successors = identity_of("idol", idols.identity[replaced], week, 0)
    idols.die(leaving)
    industry.tally.add("leavers", leaving.size)
    if replaced.size:
        outlay = numbers.debut_debt * np.ones(replaced.size)
        industry.agencies.cash -= sum_by(industry.groups.agency[vacated], outlay, industry.agencies.size)
        debut_idols(industry, vacated, successors, week)


def groups_disband(industry: Industry) -> None:
    """Groups end by a hazard of their age, less often if popular or of a big agency, or when too few are left."""
    numbers, groups, idols, week = industry.numbers, industry.groups, industry.idols, industry.week
    ending = industry.dice.bernoulli("group ends", groups.identity, week, -np.expm1(-ending_hazard(industry)))
    members = count_by(idols.group, idols.alive, groups.size)
    rows = rows_where(groups.alive & (ending | (members < numbers.fewest_members)))
    if rows.size == 0 or rows.size == len(groups):
        return
    for row in rows:
        industry.record("ending", f"group {row}", float((week - groups.debut_week[row]) / WEEKS_PER_YEAR),
                        f"after {(week - groups.debut_week[row]) / WEEKS_PER_YEAR:.1f} years")
    industry.tally.add("endings", rows.size)
    groups.die(rows)
    groups.attention_share[rows] = 0
    groups.attention_share /= groups.attention_share.sum()
    for column in (groups.revenue, groups.cost, groups.profit, groups.audience_hours, groups.pieces, groups.delivered):
        column[rows] = 0
    idols.die(rows_where(idols.alive & ~groups.alive[idols.group]))
    release_fans(industry)


def release_fans(industry: Industry) -> None:
    """Fans whose main group ended leave K-pop or turn to another group; second groups that ended are replaced."""
    fans, groups = industry.fans, industry.groups
    move_fans(industry, rows_where(fans.alive & ~groups.alive[fans.main_group]), "after the group's end")
    orphaned = fans.alive & (fans.second_group >= 0) & ~groups.alive[fans.second_group]
    rows = rows_where(orphaned)
    if rows.size == 0:
        return
    other = industry.dice.pick("another second group", fans.identity[rows], industry.week, groups.attention_share)
    fans.second_group[rows] = np.where(other == fans.main_group[rows], NO_GROUP, other)
    fans.second_attachment[rows] = industry.numbers.newcomer_attachment * fans.parasocial[rows]


def agencies_debut_groups(industry: Industry) -> None:
    """New groups debut, more than half of them with a new agency, the others where there are groups already.

    The k-th debut of a week has an address of its own, so worlds under different policies share their debuts.
    """
    numbers, dice, agencies, week = industry.numbers, industry.dice, industry.agencies, industry.week
    expected = numbers.debuts_per_year * industry.scale / WEEKS_PER_YEAR
    for ordinal in range(dice.poisson("debuts", 0, week, expected)):
        who = identity_of("group", 0, week, ordinal)
        if dice.bernoulli("new agency", who, week, numbers.new_agency_share):
            agency = debut_agency(industry, identity_of("agency", 0, week, ordinal), week)
        else:
            pull = np.where(agencies.alive, agencies.groups + numbers.parent_prior, 0)
            agency = int(dice.pick("parent agency", who, week, pull))
        row = debut_group(industry, agency, who, week)
        industry.tally.add("debuts", 1)
        industry.record("debut", f"group {row}", float(industry.groups.popularity[row]), f"of agency {agency}")


def agencies_close(industry: Industry) -> None:
    """An agency that has had no group for half a year closes."""
    agencies, groups = industry.agencies, industry.groups
    count_rosters(groups.agency, groups.alive, agencies.groups, agencies.idle_weeks)
    rows = rows_where(agencies.alive & (agencies.idle_weeks >= industry.numbers.agency_patience))
    rows = rows[: max(0, len(agencies) - 1)]
    for row in rows:
        industry.record("closure", f"agency {row}", float(agencies.cash[row]), "no group left")
    if rows.size:
        agencies.die(rows)
        agencies.adopted[rows] = False
