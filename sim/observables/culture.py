"""Culture: borrowing, credit, erasure, call-outs, pay to sources."""

from __future__ import annotations

from sys import float_info

import numpy as np

from sim.observables.view import View, observable, ratio
from sim.params import CULTURES
from sim.processes import culture

EVENLY_MIXED = np.log(len(CULTURES))
"""Entropy of an even mixture of all cultures."""


@observable("culture", "share", "AI's share of music")
def ai_share_of_music(view: View) -> float:
    """Share of composition done by AI, average group."""
    return 1 - view.of_groups(view.industry.groups.human_song)


@observable("culture", "ratio", "Uncredited borrowing")
def appropriation_score(view: View) -> float:
    """Uncredited borrowing per release, weighed by under-representation of the sources; last year's releases."""
    return view.industry.cultures.score / view.industry.cultures.weight


@observable("culture", "share", "Under-represented share of releases")
def borrowed_share(view: View) -> float:
    """Share of under-represented cultures in the last year's releases."""
    return view.industry.cultures.borrowed / view.industry.cultures.weight


@observable("culture", "share", "Credited share of borrowing")
def credited_share(view: View) -> float:
    """Share of what was borrowed from under-represented cultures that was credited; last year's releases."""
    return ratio(view.industry.cultures.credited, view.industry.cultures.borrowed)


@observable("culture", "ratio", "Borrowing meant in AI-made music")
def intended_by_ai(view: View) -> float:
    """Under-represented share that makers meant in AI-made parts, summed over the last year's releases."""
    return view.industry.cultures.intended_by_ai


@observable("culture", "ratio", "Style kept by AI")
def retained_share(view: View) -> float:
    """Share of the intended under-represented style that AI-made parts kept; 1 where there is no AI-made music."""
    cultures = view.industry.cultures
    return cultures.retained_by_ai / cultures.intended_by_ai if cultures.intended_by_ai > 0 else 1.0


@observable("culture", "share", "Style erased")
def erased_share(view: View) -> float:
    """Share of all releases that would have been of under-represented style, had AI kept what makers meant."""
    cultures = view.industry.cultures
    return max(0, cultures.intended_by_ai - cultures.retained_by_ai) / cultures.weight


@observable("culture", "count", "Call-outs in the last year")
def call_outs_last_year(view: View) -> float:
    """Headline call-outs for uncredited borrowing in the last 52 weeks."""
    return view.industry.tally.total("call_outs")


@observable("culture", "share", "Care for sources")
def care_for_sources(view: View) -> float:
    """Mean care of agencies for the cultures they borrow from."""
    return view.of_agencies(view.industry.agencies.care)


@observable("culture", "million KRW/year", "Paid to under-represented cultures")
def paid_to_sources(view: View) -> float:
    """What a licence pool pays to under-represented cultures, at this week's rate; 0 where there is no pool."""
    return float(view.industry.cultures.paid[culture.UNDER_REPRESENTED].sum())


@observable("culture", "share", "Outputs with provenance")
def provenance_share(view: View) -> float:
    """Share of the last year's AI-made music that carries provenance; 0 where there is none."""
    return ratio(view.industry.cultures.marked, view.industry.cultures.ai_weight)


@observable("culture", "ratio", "Diversity of releases")
def release_diversity(view: View) -> float:
    """Entropy of the mixture of cultures in the last year's releases, over that of an even mixture."""
    mix = view.industry.cultures.released_mix
    return float(-(mix * np.log(np.maximum(mix, float_info.min))).sum() / EVENLY_MIXED)


@observable("culture", "ratio", "Novelty of releases")
def release_novelty(view: View) -> float:
    """Distance of a release from what came before (total variation), mean over the last year's releases."""
    return view.industry.cultures.novelty / view.industry.cultures.weight
