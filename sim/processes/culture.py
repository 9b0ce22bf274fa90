"""Culture: songs as mixtures over cultures, credit and its loss, call-outs, learning, pools that pay sources."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.institutions import RELEASE
from sim.kernels.songs import compose_songs
from sim.params import CULTURES
from sim.processes.attention import known_share
from sim.processes.decisions import COMPOSITION
from sim.processes.newcomers import EACH_CULTURE
from sim.processes.rosters import rows_where
from sim.processes.work import cycle_week

if TYPE_CHECKING:
    from sim.industry import Industry

OWN, MAINSTREAM = CULTURES.index("korean"), CULTURES.index("western")
UNDER_REPRESENTED = np.array([name not in ("korean", "western") for name in CULTURES])
"""Which cultures corpora under-represent; the index of uncredited borrowing weighs only these."""

EVENLY = UNDER_REPRESENTED / UNDER_REPRESENTED.sum()
"""The same share for each of them."""

SMALLEST_SHARE = float(np.finfo(np.float32).eps)
"""A culture that a corpus does not hold at all counts as a ten-millionth of it, so that logarithms stay finite."""


def representation_weight(industry: Industry) -> np.ndarray:
    """Weight of each culture in the appropriation score: 1 for the least represented, 0 for mainstream and own."""
    return _weight_of(tuple(industry.numbers.corpus_share.tolist()))


@lru_cache
def _weight_of(corpus: tuple[float, ...]) -> np.ndarray:
    share = np.maximum(corpus, SMALLEST_SHARE)
    spread = np.log(share.max() / share.min())
    weight = np.log(share.max() / share) / spread if spread > 0 else np.zeros_like(share)
    weight[~UNDER_REPRESENTED] = 0
    weight.flags.writeable = False  # it is handed to every world with this corpus
    return weight


def write_songs(industry: Industry, rows: np.ndarray, week: int) -> np.ndarray:
    """Writes one song for each of these groups: a human part around the intended mixture, and an AI part.

    Returns an array of ``RELEASE``, novelty left open.
    """
    numbers, dice = industry.numbers, industry.dice
    groups, agencies, tools = industry.groups, industry.agencies, industry.tools
    who = groups.identity[rows]
    taste = dice.normal("song", who[:, None], week, 0, numbers.song_spread, draw=EACH_CULTURE)
    care = agencies.care[groups.agency[rows]]
    sacred = dice.bernoulli("sacred symbol", who, week, numbers.sacred_symbol_share * (1 - care))
    songs = np.zeros(rows.size, RELEASE)
    compose_songs(rows, taste, groups.intended_mix, groups.human_song, groups.agency, agencies.tool[:, COMPOSITION],
                  agencies.care, agencies.lawful, tools.corpus, tools.provenance, sacred,
                  representation_weight(industry), UNDER_REPRESENTED, numbers.table, songs)
    return songs


def remember_songs(industry: Industry, songs: np.ndarray) -> None:
    """The record of releases takes these songs in; novelty is how far a song lies from what came before."""
    cultures, mixes = industry.cultures, songs["mix"]
    before = cultures.released_mix if cultures.weight > 0 else mixes.mean(axis=0)
    songs["novelty"] = np.abs(mixes - before).sum(axis=1) / 2
    cultures.remember(songs)


def groups_release_songs(industry: Industry) -> None:
    """Groups that come back release a title song more often than not; audiences may call out what it borrows."""
    numbers, groups, week = industry.numbers, industry.groups, industry.week
    industry.cultures.forget()
    starts = groups.alive & (cycle_week(industry) == 0)
    rows = rows_where(starts & industry.dice.bernoulli("title", groups.identity, week, numbers.title_release_share))
    if rows.size == 0:
        return
    songs = write_songs(industry, rows, week)
    remember_songs(industry, songs)
    chance = -np.expm1(-industry.baseline.callout_hazard * offence(industry, rows, songs))
    for row in rows[industry.dice.bernoulli("call-out", groups.identity[rows], week, chance)]:
        call_out(industry, int(row))


def offence(industry: Industry, rows: np.ndarray, songs: np.ndarray) -> np.ndarray:
    """How much each song provokes: score x reach x the voices that loyalty does not silence x visibility.

    What a human borrows is seen; what AI borrows is heard only where its use is known.
    """
    numbers, groups = industry.numbers, industry.groups
    reach = groups.attention_share[rows] * len(groups)
    voices = 1 - numbers.loyalty_silencing * industry.baseline.attachment
    visible = 1 - songs["ai_weight"] * (1 - known_share(industry))
    return songs["score"] * reach * voices * visible


def call_out(industry: Industry, row: int) -> None:
    """Audiences call a group out; standing may dip, part of it for good; the agency learns, others a little."""
    numbers, groups, agencies, dice = industry.numbers, industry.groups, industry.agencies, industry.dice
    who, week = groups.identity[row], industry.week
    industry.record("call_out", f"group {row}", float(groups.attention_share[row]), "uncredited borrowing")
    industry.tally.add("call_outs", 1)
    if dice.bernoulli("backlash", who, week, numbers.backlash_short_chance):
        groups.backlash[row] += numbers.backlash_size
        groups.apology_week[row] = week + round(numbers.apology_weeks)
    if dice.bernoulli("lasting backlash", who, week, numbers.backlash_long_chance):
        groups.popularity[row] -= numbers.backlash_size * numbers.backlash_lasting_share
    lesson = np.full(agencies.size, numbers.care_learning * numbers.care_contagion)
    lesson[groups.agency[row]] = numbers.care_learning
    agencies.care += lesson * (1 - agencies.care)


def standing_recovers(industry: Industry) -> None:
    """Backlash wears off week by week; an apology that comes due takes a part of it away at once."""
    numbers, groups = industry.numbers, industry.groups
    groups.backlash *= 1 - numbers.backlash_recovery
    due = groups.apology_week == industry.week
    groups.backlash = np.where(due, groups.backlash * (1 - numbers.apology_relief), groups.backlash)


def pools_pay_cultures(industry: Industry) -> None:
    """A licence pool takes its share of what composition tools earn and pays source cultures by the rule in force.

    All rules pay at the same licence coverage, so that they can be compared; what nobody is licensed to receive
    stays in the pool. Writes ``cultures.paid``, million KRW a year at this week's rate, shape (6,).
    """
    numbers, cultures, tools = industry.numbers, industry.cultures, industry.tools
    composing = tools.kind == COMPOSITION
    pool = numbers.licence_pool * tools.income[composing].sum()
    corpus = tools.corpus[composing].sum(axis=0) / np.count_nonzero(composing)
    used = cultures.attributed.sum()
    attributed = cultures.attributed / used if used > 0 else corpus
    recall = numbers.attribution_recall
    shares = (
        corpus,
        recall * attributed + (1 - recall) * corpus,
        EVENLY,
    )[numbers.payout_rule]
    cultures.paid = pool * shares * numbers.licence_coverage
