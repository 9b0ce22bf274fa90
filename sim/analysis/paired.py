"""Effects as paired differences: worlds that share all luck but the policy, one pair for each replicate.

Intervals and numbers of replicates follow Student's t on the differences of the pairs, so they rest on the pairs being
drawn alike and on their mean difference being about normal; they say nothing about whether the model is right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import nctdtr, ndtri, stdtrit

CERTAINTY = 0.95
"""How sure an interval is to hold the mean effect of all luck."""

POWER = 0.8
"""How often a study of the size asked for would find the effect."""

ROUNDING = 1e-12
"""Differences between pairs below this part of the values themselves come from rounding, not from luck."""

SURELY_SEEN = 30.0
"""An effect of so many standard deviations is seen with two pairs; the exact law runs out of digits there."""

EXACT_UP_TO = 200
"""With more pairs than this, the normal law with its known correction is as good as the exact one."""


@dataclass(frozen=True)
class PairedEffects:
    """What a policy changes, over pairs of worlds; every array has the shape of one world's readings.

    `low` and `high` bound the mean effect (NaN with a single pair). `sign_share` is the share of pairs that change in
    the direction of the mean. `variance_reduction` says how many times smaller the variance of the effect is than it
    would be with independent luck: infinite where pairs do not differ at all, NaN where luck plays no part.
    """

    pairs: int
    baseline: np.ndarray
    policy: np.ndarray
    effect: np.ndarray
    low: np.ndarray
    high: np.ndarray
    deviation: np.ndarray
    sign_share: np.ndarray
    variance_reduction: np.ndarray


def paired_effects(policy: np.ndarray, baseline: np.ndarray, certainty: float = CERTAINTY) -> PairedEffects:
    """Lay worlds under a policy beside their twins without it; both arrays have the shape (pairs, ...).

    A world and its twin lie at the same place. Under independent luck any world may stand beside any other, so the
    variance of the difference would be the sum of both variances: it is what the paired variance is measured against.
    """
    policy, baseline = np.asarray(policy, dtype=float), np.asarray(baseline, dtype=float)
    if policy.shape != baseline.shape or policy.shape[0] < 1:
        raise ValueError(f"pairs need two arrays of one shape, not {policy.shape} and {baseline.shape}")
    pairs, difference = len(policy), policy - baseline
    effect = difference.mean(axis=0)
    if pairs < 2:
        unknown = np.full(effect.shape, np.nan)
        return PairedEffects(pairs, baseline[0], policy[0], effect, unknown, unknown, unknown,
                             np.ones(effect.shape), unknown)  # fmt: skip
    variance = _variance(difference, np.maximum(np.abs(policy), np.abs(baseline)).max(axis=0))
    unpaired = sum(_variance(worlds, np.abs(worlds).max(axis=0)) for worlds in (policy, baseline))
    reach = stdtrit(pairs - 1, (1 + certainty) / 2) * np.sqrt(variance / pairs)
    with np.errstate(divide="ignore", invalid="ignore"):
        reduction = np.where(variance > 0, unpaired / variance, np.where(unpaired > 0, np.inf, np.nan))
    return PairedEffects(
        pairs, baseline.mean(axis=0), policy.mean(axis=0), effect, effect - reach, effect + reach, np.sqrt(variance),
        (np.sign(difference) == np.sign(effect)).mean(axis=0), reduction,
    )  # fmt: skip


def _variance(worlds: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Variance over worlds, 0 where they differ by rounding only."""
    variance = worlds.var(axis=0, ddof=1)
    return np.where(variance > (ROUNDING * size) ** 2, variance, 0.0)


def replicates_needed(
    deviation: float, size: float, power: float = POWER, certainty: float = CERTAINTY
) -> float:
    """Return how many pairs are needed to see a mean effect of this size, by a two-sided test of paired differences.

    `deviation` is the standard deviation of the difference over pairs. Two is the least, for one pair shows no spread;
    an effect of nothing is never seen (infinity); NaN where the deviation is unknown.
    """
    if math.isnan(deviation) or math.isnan(size):
        return math.nan
    if size == 0:
        return math.inf
    if deviation == 0 or abs(size) / deviation >= SURELY_SEEN:
        return 2.0
    ratio = abs(size) / deviation
    bound = float(ndtri((1 + certainty) / 2))
    about = ((bound + float(ndtri(power))) / ratio) ** 2 + bound**2 / 2
    if about > EXACT_UP_TO:
        return float(math.ceil(about))
    pairs = 2
    while _power(pairs, ratio, certainty) < power:
        pairs += 1
    return float(pairs)


def _power(pairs: int, ratio: float, certainty: float) -> float:
    """How often a test finds a mean of `ratio` standard deviations with so many pairs, by the noncentral t law.

    To find it in the wrong direction does not count.
    """
    least, shift = float(stdtrit(pairs - 1, (1 + certainty) / 2)), ratio * math.sqrt(pairs)
    return 1 - float(nctdtr(pairs - 1, shift, least))
