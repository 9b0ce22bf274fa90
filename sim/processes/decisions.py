"""Decisions: agencies adopt tools, hand tasks to them, set content, editing, security and care."""

from __future__ import annotations

from sys import float_info
from typing import TYPE_CHECKING

import numpy as np

from sim.kernels.agencies import appeal_of_tools, hand_over, leave_to_people, note_users, set_security
from sim.kernels.groups import set_content
from sim.params import TOOL_KINDS
from sim.processes.rosters import rows_where, using_ai

if TYPE_CHECKING:
    from sim.industry import Industry

IMAGE, COMPOSITION, VOICE, VIDEO, VIRTUAL, ANALYTICS = range(len(TOOL_KINDS))
EACH_KIND = np.arange(len(TOOL_KINDS), dtype=np.uint32)
CREATIVE = np.isin(EACH_KIND, (IMAGE, COMPOSITION, VOICE, VIDEO))
OF_A_LIKENESS = np.isin(EACH_KIND, (VOICE, VIRTUAL))
"""The kinds, which of them do creative work, and which take an idol's likeness, shape (kinds,) each."""


def agencies_adopt_tools(industry: Industry) -> None:
    """Agencies imitate those that use AI; a newcomer to AI takes up some kinds, a user adds one now and then."""
    agencies = industry.agencies
    if not industry.ai_evolves:
        return
    agencies.weeks_of_use += agencies.adopted
    dice, week, who = industry.dice, industry.week, agencies.identity
    using = using_ai(industry)
    chance = np.minimum(industry.strategy("adoption"), 1)
    starting = agencies.alive & ~using & dice.bernoulli("adoption", who, week, chance)
    if starting.any():
        agencies.adopted[starting] = first_kinds(industry, who[starting], week)
    adding = agencies.alive & using & dice.bernoulli("further kind", who, week, industry.numbers.further_kind_rate)
    rows = rows_where(adding)
    rows = rows[~agencies.adopted[rows].all(axis=1)]
    if rows.size:
        throws = dice.uniform("which further kind", who[rows, None], week, draw=EACH_KIND)
        # A kind that nobody begins with comes last; anything smaller would divide throws beyond all numbers.
        chance = np.maximum(industry.numbers.first_kind_chance, float_info.epsilon)
        keen = np.where(agencies.adopted[rows], np.inf, -np.log(throws) / chance)
        agencies.adopted[rows, keen.argmin(axis=1)] = True


def first_kinds(industry: Industry, who: np.ndarray, week: int) -> np.ndarray:
    """The kinds of tool that an adopter begins with, at least one; shape (adopters, kinds) of bool."""
    chance = industry.numbers.first_kind_chance
    throws = industry.dice.uniform("first kinds", who[:, None], week, draw=EACH_KIND)
    kinds = throws < chance
    likeliest = (throws / np.maximum(chance, float_info.min)).argmin(axis=1)
    kinds[np.arange(len(who)), likeliest] = True
    return kinds


def agencies_choose_tools(industry: Industry) -> None:
    """For each kind an agency's standing taste picks a vendor; more capable tools are picked more often."""
    numbers, agencies, tools = industry.numbers, industry.agencies, industry.tools
    appeal = appeal_of_tools(tools.kind, tools.capability, len(TOOL_KINDS), numbers.vendor_choice)
    agencies.tool = industry.dice.pick("tool taste", agencies.identity[:, None], 0, appeal, draw=EACH_KIND)
    note_users(agencies.tool, agencies.adopted, agencies.alive, tools.leak_risk, ANALYTICS, tools.users,
               agencies.leak_risk)


def agencies_hand_over_tasks(industry: Industry) -> None:
    """AI's share of each task is adoption x capability, as far as the law that the agency keeps allows.

    Time is saved only as people learn to use the tools.
    """
    numbers, agencies, groups = industry.numbers, industry.agencies, industry.groups
    # Where an idol's likeness needs consent, voices and avatars are made of those who consent only.
    consenting = np.where(OF_A_LIKENESS, 1 - numbers.likeness_consent * (1 - numbers.idol_consent_share), 1.0)
    hand_over(agencies.adopted, agencies.tool, industry.tools.capability, agencies.weeks_of_use, agencies.lawful,
              consenting, allowed_ai_share(industry), np.maximum(numbers.capability_ceiling, float_info.min),
              numbers.task_weight / numbers.task_weight.sum(), numbers.learning_weeks, agencies.ai_share,
              agencies.saving)
    leave_to_people(agencies.ai_share, groups.agency, (COMPOSITION, VOICE, VIDEO, IMAGE),
                    (groups.human_song, groups.human_vocal, groups.human_choreography, groups.human_image))


def allowed_ai_share(industry: Industry) -> np.ndarray:
    """The largest share of each task that the law leaves to AI, shape (kinds,).

    A minimum human share binds creative tasks, a music rule songs.
    """
    numbers = industry.numbers
    allowed = np.where(CREATIVE, 1 - numbers.minimum_human_share, 1.0)
    allowed[COMPOSITION] = min(allowed[COMPOSITION], numbers.ai_share_limit)
    return allowed


def agencies_set_content(industry: Industry) -> None:
    """Each group's content moves towards its agency's target and towards what peers release; a cap binds at once.

    The cap is reckoned from ``usual_pieces``: what the group would make without AI, moved by the same habits.
    """
    numbers, groups = industry.numbers, industry.groups
    speed, pull = 1 / numbers.content_adjustment_weeks, numbers.content_peer_pull
    set_content(groups.pieces, groups.usual_pieces, industry.strategy("content").astype(float),
                industry.pieces_without_ai(), groups.attention_share, groups.alive, speed, pull,
                float(numbers.content_cap))


def agencies_set_editing(industry: Industry) -> None:
    """Agencies see whether groups that edit more also draw more attention, and move their editing accordingly."""
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    seen = editing_advantage(industry) / industry.baseline.editing_advantage
    agencies.editing_reward += numbers.editing_reward_learning * (seen - agencies.editing_reward)
    moved = groups.editing + numbers.editing_speed * (industry.strategy("editing") - groups.editing)
    groups.editing = np.minimum(np.maximum(moved, 0), editing_cap(industry, groups.agency))


def editing_cap(industry: Industry, agency: np.ndarray) -> np.ndarray:
    """The highest editing that these agencies (rows) allow themselves."""
    return np.where(industry.agencies.lawful[agency], industry.numbers.editing_cap, 1)


def editing_advantage(industry: Industry) -> float:
    """Editing of the groups that attention goes to, relative to the average group."""
    groups = industry.groups
    average = groups.mean_of(groups.editing)
    return float((groups.attention_share * groups.editing).sum() / average) if average > 0 else 1


def holders_set_security(industry: Industry) -> None:
    """Holders of data raise security when they expect more loss than at first, and let it wear off."""
    change, agencies = industry.strategy("security").astype(float), industry.agencies.size
    for holders, own in ((industry.agencies, change[:agencies]), (industry.services, change[agencies:])):
        set_security(own, holders.symbolic, industry.numbers.table, holders.security)


def agencies_forget_care(industry: Industry) -> None:
    """Care for source cultures fades unless call-outs renew it."""
    industry.agencies.care *= 1 - industry.numbers.care_forgetting
