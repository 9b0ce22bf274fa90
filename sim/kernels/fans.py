"""What every fan does each week, compiled: attend, compare, entrust; and the survey that counts them.

Float32 throughout, noise from the addressed dice, sums per block in float64. Arguments are columns of the fans
(shape (seats,)), columns of the groups in float32, and scalars; each kernel writes in place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.dice import to_normal32, to_uniform32, words_at
from sim.kernels.blocks import BLOCK

f4 = np.float32
compiled = njit(cache=True, nogil=True, error_model="numpy")

DISSATISFACTION_BINS = 1200
"""Bins of the survey's histogram of dissatisfaction, from -6 to 6 SD."""


@compiled
def attend(first, last, alive, identity, age, hours, parasocial, trust, main, second, attachment,
           second_attachment, presence, week, key0, key1, minors_cap, adult_age, main_share, second_share,
           speed, churn, extra_churn, trust_start, audience, free_hours, leaving) -> None:
    """Fans divide a fixed budget of hours, grow attached to idols who are present, and may leave a fandom.

    Writes attachments; adds hours to ``audience`` (blocks, groups) and the hours left to chance to
    ``free_hours`` (blocks,); sets ``leaving``.
    """
    for block in range(first, last):
        free = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, alive.size)):
            leaving[i] = False
            if not alive[i]:
                continue
            budget = min(hours[i], minors_cap) if age[i] < adult_age else hours[i]
            group, other = main[i], second[i]
            given = main_share
            audience[block, group] += budget * main_share
            attachment[i] += speed * (parasocial[i] * presence[group] - attachment[i])
            if other >= 0:
                given += second_share
                audience[block, other] += budget * second_share
                second_attachment[i] += speed * (parasocial[i] * presence[other] - second_attachment[i])
            free += budget * (f4(1) - given)
            chance = churn + extra_churn * max(f4(0), trust_start - trust[i])
            word, _, _, _ = words_at(key0, key1, identity[i], week, 0)
            leaving[i] = to_uniform32(word) < chance
        free_hours[block] = free


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _exposure(dissatisfaction, age, hours, main, second, image_ideal, mean_ideal, minors_cap, adult_age,
              main_share, second_share, appearance_share, gain, limit) -> Any:
    """Hours x appearance share of the feed x ideal shown by the groups attended to."""
    budget = min(hours, minors_cap) if age < adult_age else hours
    ideal = main_share * image_ideal[main]
    given = main_share
    if second >= 0:
        ideal += second_share * image_ideal[second]
        given += second_share
    ideal += (f4(1) - given) * mean_ideal
    shown = appearance_share * np.exp(gain * min(max(dissatisfaction, -limit), limit))
    return budget * min(shown, f4(1)) * ideal


@compiled
def exposure_of(first, last, alive, dissatisfaction, age, hours, main, second, image_ideal, mean_ideal,
                minors_cap, adult_age, main_share, second_share, appearance_share, gain, limit,
                exposure) -> None:
    """Raw exposure of every fan, before it is measured against week 0 (used while a world is built)."""
    for i in range(first * BLOCK, min(last * BLOCK, alive.size)):
        exposure[i] = f4(0)
        if alive[i]:
            exposure[i] = _exposure(dissatisfaction[i], age[i], hours[i], main[i], second[i], image_ideal,
                                    mean_ideal, minors_cap, adult_age, main_share, second_share,
                                    appearance_share, gain, limit)


@compiled
def compare(first, last, alive, identity, dissatisfaction, comparison, set_point, susceptibility, age, hours,
            main, second, offsets, targets, image_ideal, mean_ideal, week, key0, key1, minors_cap, adult_age,
            main_share, second_share, appearance_share, gain, limit, feed_kept, exposure_mean, exposure_sd,
            exposure_limit, label, label_mean, label_backfire, school_age, literacy_set_point,
            literacy_susceptibility, persistence, standing, drift, pull, noise, exposure,
            new) -> None:
    """Fans compare themselves with what the feed shows; dissatisfaction returns to its set point all the same.

    Reads last week's dissatisfaction of the fan and of the neighbours, writes ``exposure`` and ``new``.
    """
    for i in range(first * BLOCK, min(last * BLOCK, alive.size)):
        now = dissatisfaction[i]
        new[i] = now
        if not alive[i]:
            continue
        seen = feed_kept * _exposure(now, age[i], hours[i], main[i], second[i], image_ideal, mean_ideal,
                                     minors_cap, adult_age, main_share, second_share, appearance_share, gain,
                                     limit)
        seen = min(max((seen - exposure_mean) / exposure_sd, -exposure_limit), exposure_limit)
        exposure[i] = seen
        set_point[i] += drift * seen
        home = set_point[i]
        force = susceptibility[i] * (f4(1) - label * (label_mean - label_backfire * comparison[i]))
        if age[i] < school_age:
            home -= literacy_set_point
            force *= literacy_susceptibility
        around, neighbours = f4(0), 0
        for place in range(offsets[i], offsets[i + 1]):
            if alive[targets[place]]:
                around += dissatisfaction[targets[place]]
                neighbours += 1
        word, _, _, _ = words_at(key0, key1, identity[i], week, 0)
        after = home + persistence * (now - home) + (f4(1) - persistence) * standing * force * seen
        after += noise * to_normal32(to_uniform32(word))
        if neighbours > 0:
            after += pull * (around / f4(neighbours) - now)
        new[i] = after


@compiled
def entrust(first, last, alive, hours, accounts, privacy_stance, main, records, trust, trust_set_point, harm,
            keep, keep_deleted, inflow, needed, collection, consent, trust_start, recovery, set_point_recovery,
            use_from_trust, checking, harm_kept, old_stock_deleted) -> None:
    """Fans leave records with whoever collects them, trust recovers, old harm fades.

    ``records`` (seats, 4) in week-0 means; ``keep``, ``inflow``, ``needed`` (4,): share kept a week, weekly
    inflow of an average consenting fan, account bit without which a class has no records.
    """
    for i in range(first * BLOCK, min(last * BLOCK, alive.size)):
        if not alive[i]:
            for kind in range(4):
                records[i, kind] *= keep_deleted
            continue
        trust[i] += recovery * (trust_set_point[i] - trust[i])
        trust_set_point[i] += set_point_recovery * (trust_start - trust_set_point[i])
        harm[i] *= harm_kept
        use = (f4(1) - use_from_trust * (trust_start - trust[i])) * (f4(1) + checking)
        gathered = hours[i] * use * collection[main[i]] if privacy_stance[i] < consent else f4(0)
        for kind in range(4):
            fresh = gathered * inflow[kind] if (accounts[i] & needed[kind]) == needed[kind] else f4(0)
            held = records[i, kind] * keep[kind] + fresh
            # A minimisation law also deletes what lies above the stock that today's collection would leave.
            records[i, kind] = held - old_stock_deleted * max(f4(0), held - fresh / (f4(1) - keep[kind]))


@compiled
def survey(first, last, alive, dissatisfaction, susceptibility, vulnerable_from, threshold, exposure, attachment,
           trust, trust_start, use_from_trust, records, harm, sums, bins) -> None:
    """Counts the fans of each block: ``sums`` (blocks, 14) in float64 and ``bins`` (blocks, bins) in int64.

    Sums: fans, vulnerable fans, their dissatisfaction, all dissatisfaction, fans above the threshold, exposure,
    attachment, trust, use, harm, records of the four classes.
    """
    for block in range(first, last):
        for i in range(block * BLOCK, min((block + 1) * BLOCK, alive.size)):
            if not alive[i]:
                continue
            sums[block, 0] += 1
            if susceptibility[i] >= vulnerable_from:
                sums[block, 1] += 1
                sums[block, 2] += dissatisfaction[i]
            sums[block, 3] += dissatisfaction[i]
            sums[block, 4] += dissatisfaction[i] > threshold
            sums[block, 5] += exposure[i]
            sums[block, 6] += attachment[i]
            sums[block, 7] += trust[i]
            sums[block, 8] += f4(1) - use_from_trust * (trust_start - trust[i])
            sums[block, 9] += harm[i]
            for kind in range(4):
                sums[block, 10 + kind] += records[i, kind]
            place = int((dissatisfaction[i] + f4(6)) * f4(DISSATISFACTION_BINS / 12))
            bins[block, min(max(place, 0), DISSATISFACTION_BINS - 1)] += 1
