"""Attention: the feed ranks, fans divide a fixed budget, fandoms gain and lose fans, popularity moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.fan import NO_GROUP
from sim.agents.idol import ADULT_AGE
from sim.kernels import Attending, attend, blocks_of, in_float32, sweep
from sim.kernels.groups import move_popularity, rank
from sim.params import WEEKS_PER_YEAR
from sim.processes.newcomers import draw_fans
from sim.processes.rosters import (
    ending_hazard,
    lawful_attention,
    members_mean,
    rows_where,
    second_group_hours,
)
from sim.processes.tools import provenance_share

if TYPE_CHECKING:
    from sim.industry import Industry


def platform_ranks_groups(industry: Industry) -> None:
    """The feed shares out a fixed total of attention by popularity, volume, editing and, where known, human work."""
    numbers, groups = industry.numbers, industry.groups
    rank(groups.popularity, groups.backlash, groups.delivered, groups.editing, groups.mean_of(groups.editing),
         groups.human_song, groups.alive, groups.agency, industry.agencies.lawful, known_share(industry), numbers.table,
         groups.attention_share)


def known_share(industry: Industry) -> float:
    """Share of AI use in music that listeners come to know of: by ear, by label or by provenance."""
    numbers = industry.numbers
    by_ear = max(0, 2 * numbers.unlabelled_detection - 1)
    by_label = numbers.music_label * numbers.known_with_label * lawful_attention(industry)
    by_provenance = provenance_share(industry) * numbers.known_with_provenance
    return max(by_ear, by_label, by_provenance)


def churn_per_trust(industry: Industry) -> float:
    """Extra weekly chance to leave a fandom per unit of lost trust.

    Scaled so that the loss of everything costs the share ``extra_churn`` of fans within ``churn_weeks``, the time
    after which it was observed: the sum of the passing loss of trust and of the part expected to last.
    """
    numbers = industry.numbers
    forgiven = 1 - numbers.loyalty_forgiveness * industry.baseline.attachment
    lasting = numbers.lasting_loss_chance * numbers.lasting_loss_share
    passing_weeks = fading_sum(numbers.trust_recovery, numbers.churn_weeks)
    lasting_weeks = fading_sum(numbers.trust_set_point_recovery, numbers.churn_weeks)
    return numbers.extra_churn / (numbers.trust_loss * forgiven * (passing_weeks + lasting * lasting_weeks))


def fading_sum(rate: float, weeks: float) -> float:
    """Sum over so many weeks of something that begins at 1 and fades at a weekly rate."""
    return (1 - (1 - rate) ** weeks) / rate if rate > 0 else weeks


def fans_divide_attention(industry: Industry) -> None:
    """Fans give their hours to their groups and to whatever the feed shows, and grow attached to who is present."""
    numbers, fans, groups = industry.numbers, industry.fans, industry.groups
    terms = in_float32(Attending(
        minors_cap=numbers.minors_use_cap, adult_age=ADULT_AGE, main_share=numbers.main_group_hours,
        second_share=second_group_hours(industry), speed=numbers.attachment_speed,
        churn=numbers.fan_churn / WEEKS_PER_YEAR, extra_churn=churn_per_trust(industry),
        trust_start=numbers.trust_start))
    audience = np.zeros((blocks_of(fans.size), groups.size + 1))  # the last column is of no group
    free_hours = np.zeros(len(audience))
    sweep(attend, fans.size, industry.threads, fans.alive, fans.identity, fans.age, fans.hours, fans.parasocial,
          fans.trust, fans.main_group, fans.second_group, fans.attachment, fans.second_attachment,
          groups.presence.astype(np.float32), np.uint32(industry.week), *industry.dice.key("leave a fandom"), terms,
          audience, free_hours, industry.leaving)
    groups.audience_hours = audience[:, :-1].sum(axis=0) + free_hours.sum() * groups.attention_share


def fans_change_fandoms(industry: Industry) -> None:
    """Fans who leave a fandom leave K-pop altogether or turn to another group in proportion to attention."""
    move_fans(industry, rows_where(industry.leaving), "leave a fandom for what")


def move_fans(industry: Industry, rows: np.ndarray, stream: str) -> None:
    """Some of these fans leave K-pop; the others take up another main group, which follows attention."""
    numbers, fans, dice, week = industry.numbers, industry.fans, industry.dice, industry.week
    if rows.size == 0:
        return
    who = fans.identity[rows]
    gone = dice.bernoulli(stream, who, week, numbers.orphan_leaving_share)
    fans.die(rows[gone])
    rows, who = rows[~gone], who[~gone]
    if rows.size == 0:
        return
    share = industry.groups.attention_share
    other = dice.pick(stream, who, week, share, draw=1)
    # Who meets the group just left looks once more; a fandom that all attention goes to cannot be left.
    met = other == fans.main_group[rows]
    if met.any():
        other[met] = dice.pick(stream, who[met], week, share, draw=2)
    fans.main_group[rows] = other
    fans.attachment[rows] = numbers.newcomer_attachment * fans.parasocial[rows]
    both = rows[fans.main_group[rows] == fans.second_group[rows]]
    fans.second_group[both] = NO_GROUP


def newcomers_join_fandoms(industry: Industry) -> None:
    """As many people become fans each week as leave in an ordinary one; they take empty seats.

    Ordinary leaving is the sourced churn and the fans whom ending groups are expected to lose; who leaves for lost
    trust is not made up for. Newcomers are drawn like the fans of week 0, so that the fandom neither ages
    nor drifts by turnover.
    """
    numbers, fans, week = industry.numbers, industry.fans, industry.week
    empty = rows_where(~fans.alive)
    if empty.size == 0:
        return
    expected = leaving_rate(industry) * (1 - numbers.vacant_seat_share) * fans.size
    seats = industry.seats(empty)
    joins = industry.dice.bernoulli("join", seats, week, min(1, expected / empty.size))
    rows, seats = empty[joins], seats[joins]
    if rows.size:
        states = draw_fans(industry, seats, week)
        fans.reborn(rows, states.pop("identity"), week, **states)


def leaving_rate(industry: Industry) -> float:
    """Share of fans expected to leave K-pop in an ordinary week: by churn, or when their group ends."""
    numbers = industry.numbers
    orphaned = float((industry.groups.attention_share * ending_hazard(industry)).sum())
    return (numbers.fan_churn / WEEKS_PER_YEAR + orphaned) * numbers.orphan_leaving_share


def popularity_moves(industry: Industry) -> None:
    """Popularity drifts at random around each group's home, falls with burnt-out members and with fans who left."""
    numbers, groups, dice = industry.numbers, industry.groups, industry.dice
    chance = dice.normal("popularity", groups.identity, industry.week, 0, numbers.popularity_noise)
    burnt = members_mean(industry, industry.idols.burnt_out)
    move_popularity(groups.home_popularity, groups.fan_trust, burnt, chance, churn_per_trust(industry), numbers.table,
                    groups.popularity)
