"""What every fan does each week, compiled: attend, compare, entrust; and the survey that counts them.

Float32 throughout, noise from the addressed dice, sums per block in float64. Arguments are columns of the fans
(shape (seats,)), columns of the groups in float32, and the terms of the week; each kernel writes in place. A kernel
takes ``AT_ONCE`` fans at a time through its sentences. Each sentence is a loop without branches over few columns,
which the compiler turns into vector instructions: an empty seat is reckoned like any other and then left as it was.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.dice import to_normal32, to_uniform32, words_at
from sim.dice.throws import exponential32
from sim.kernels.blocks import AT_ONCE, BLOCK, compiled, fetch_early

f4 = np.float32

DISSATISFACTION_BINS = 1200
"""Bins of the survey's histogram of dissatisfaction, from -6 to 6 SD."""

TIES_AHEAD = 200
"""How many ties ahead of its sum a fan's neighbour is fetched: long enough for the memory, short enough to stay."""

LANES = 32
"""Sums kept side by side, so that adding need not wait for the last addition."""

Number = Any  # float32, in the width the compiler gives it
Column = np.ndarray


class Feed(NamedTuple):
    """What decides how much appearance a fan is shown."""

    minors_cap: Number
    adult_age: Number
    main_share: Number
    second_share: Number
    mean_ideal: Number
    appearance_share: Number
    gain: Number
    limit: Number


class Comparing(NamedTuple):
    """What decides what comparing does to a fan."""

    feed_kept: Number
    exposure_mean: Number
    exposure_sd: Number
    exposure_limit: Number
    label: Number
    label_mean: Number
    label_backfire: Number
    school_age: Number
    literacy_set_point: Number
    literacy_susceptibility: Number
    persistence: Number
    standing: Number
    drift: Number
    pull: Number
    noise: Number


class Attending(NamedTuple):
    """What decides how fans divide their hours, grow attached and leave."""

    minors_cap: Number
    adult_age: Number
    main_share: Number
    second_share: Number
    speed: Number
    churn: Number
    extra_churn: Number
    trust_start: Number


class Trusting(NamedTuple):
    """What decides what fans leave with holders, and how trust and harm heal."""

    keep_deleted: Number
    consent: Number
    trust_start: Number
    recovery: Number
    set_point_recovery: Number
    use_from_trust: Number
    checking: Number
    harm_kept: Number
    old_stock_deleted: Number


# ---- attention ----


@compiled
def attend(first, last, alive, identity, age, hours, parasocial, trust, main, second, attachment,
           second_attachment, presence, week, key0, key1, terms, audience, free_hours, leaving) -> None:
    """Fans divide a fixed budget of hours, grow attached to idols who are present, and may leave a fandom.

    Writes attachments; adds hours to ``audience`` (blocks, groups + 1), whose last column gathers what fans without
    a second group do not give to one, and the hours left to chance to ``free_hours`` (blocks,); sets ``leaving``.
    """
    luck, budget = np.empty(AT_ONCE, f4), np.empty(AT_ONCE, hours.dtype)
    for begin in range(first * BLOCK, min(last * BLOCK, alive.size), AT_ONCE):
        some = slice(begin, min(begin + AT_ONCE, alive.size))
        block = begin // BLOCK
        _throw_uniforms(identity[some], week, key0, key1, luck)
        _decide_to_leave(alive[some], trust[some], luck, terms, leaving[some])
        _spend_hours(age[some], hours[some], terms, budget)
        free_hours[block] += _give_hours(alive[some], main[some], second[some], budget, terms, audience[block])
        _grow_attached(alive[some], main[some], parasocial[some], presence, terms.speed, attachment[some])
        _grow_attached(alive[some], second[some], parasocial[some], presence, terms.speed, second_attachment[some])


@compiled
def _throw_uniforms(identity, week, key0, key1, luck) -> None:
    for i in range(identity.size):
        word, _, _, _ = words_at(key0, key1, identity[i], week, 0)
        luck[i] = to_uniform32(word)


@compiled
def _decide_to_leave(alive, trust, luck, terms, leaving) -> None:
    for i in range(alive.size):
        chance = terms.churn + terms.extra_churn * max(f4(0), terms.trust_start - trust[i])
        leaving[i] = alive[i] & (luck[i] < chance)


@compiled
def _spend_hours(age, hours, terms, budget) -> None:
    """A fan's own weekly hours, within the cap on minors' use."""
    for i in range(age.size):
        budget[i] = min(hours[i], terms.minors_cap) if age[i] < terms.adult_age else hours[i]


@compiled
def _give_hours(alive, main, second, budget, terms, audience) -> Any:
    """Adds hours to the groups that get them and returns those left to chance."""
    free = 0.0
    for i in range(alive.size):
        hours = budget[i] * f4(alive[i])
        follows = f4(second[i] >= 0)
        audience[np.uint32(main[i])] += hours * terms.main_share
        audience[second[i]] += hours * terms.second_share
        free += hours * (f4(1) - (terms.main_share + follows * terms.second_share))
    return free


@compiled
def _grow_attached(alive, group, parasocial, presence, speed, attachment) -> None:
    for i in range(alive.size):
        follows = alive[i] & (group[i] >= 0)
        home = parasocial[i] * presence[np.uint32(max(group[i], np.int32(0)))]
        attachment[i] += speed * (home - attachment[i]) * f4(follows)


# ---- beauty ----


@compiled
def exposure_of(first, last, alive, dissatisfaction, age, hours, main, second, image_ideal, feed, exposure,
                sums) -> None:
    """Raw exposure of every fan, before it is measured against week 0 (used while a world is built).

    Empty seats have none. ``sums`` (blocks, 2) gets those of exposure and of its square, in float64.
    """
    ideal = np.empty(AT_ONCE, hours.dtype)
    for begin in range(first * BLOCK, min(last * BLOCK, alive.size), AT_ONCE):
        some = slice(begin, min(begin + AT_ONCE, alive.size))
        _meet_ideals(main[some], second[some], image_ideal, feed, ideal)
        _look_at_feed(dissatisfaction[some], age[some], hours[some], ideal, feed, exposure[some])
        exposure[some] *= alive[some]
        for seen in exposure[some]:
            sums[begin // BLOCK, 0] += seen
            sums[begin // BLOCK, 1] += np.float64(seen) ** 2


@compiled
def compare(first, last, alive, identity, dissatisfaction, comparison, set_point, susceptibility, age, hours,
            main, second, offsets, targets, image_ideal, week, key0, key1, feed, terms, exposure, new) -> None:
    """Fans compare themselves with what the feed shows; dissatisfaction returns to its set point all the same.

    Reads last week's dissatisfaction of the fan and of the neighbours, writes ``exposure`` and ``new``.
    """
    luck, ideal = np.empty(AT_ONCE, f4), np.empty(AT_ONCE, hours.dtype)
    seen, apart = np.empty(AT_ONCE, exposure.dtype), np.empty(AT_ONCE, dissatisfaction.dtype)
    for begin in range(first * BLOCK, min(last * BLOCK, alive.size), AT_ONCE):
        end = min(begin + AT_ONCE, alive.size)
        some = slice(begin, end)
        _meet_ideals(main[some], second[some], image_ideal, feed, ideal)
        _look_at_feed(dissatisfaction[some], age[some], hours[some], ideal, feed, seen)
        _measure(alive[some], terms, seen, exposure[some])
        _set_points_drift(alive[some], seen, terms, set_point[some])
        _look_around(begin, end, alive, dissatisfaction, offsets, targets, apart)
        _throw_uniforms(identity[some], week, key0, key1, luck)
        _feel(alive[some], dissatisfaction[some], comparison[some], set_point[some], susceptibility[some], age[some],
              seen, apart, luck, terms, new[some])


@compiled
def _meet_ideals(main, second, image_ideal, feed, ideal) -> None:
    """The ideal that meets each fan: of the main group, of the second, and of the average piece of attention."""
    for i in range(main.size):
        second_share = feed.second_share * f4(second[i] >= 0)
        given = feed.main_share + second_share
        ideal[i] = feed.main_share * image_ideal[np.uint32(main[i])]
        ideal[i] += second_share * image_ideal[np.uint32(max(second[i], np.int32(0)))]
        ideal[i] += (f4(1) - given) * feed.mean_ideal


@compiled
def _look_at_feed(dissatisfaction, age, hours, ideal, feed, seen) -> None:
    """Hours x appearance share of the feed x ideal shown by the groups attended to."""
    for i in range(age.size):
        budget = min(hours[i], feed.minors_cap) if age[i] < feed.adult_age else hours[i]
        answered = feed.gain * min(max(dissatisfaction[i], -feed.limit), feed.limit)
        shown = feed.appearance_share * exponential32(answered)
        seen[i] = budget * min(shown, f4(1)) * ideal[i]


@compiled
def _measure(alive, terms, seen, exposure) -> None:
    """Exposure in standard deviations of the first day, within its limit."""
    for i in range(alive.size):
        measured = (terms.feed_kept * seen[i] - terms.exposure_mean) / terms.exposure_sd
        seen[i] = min(max(measured, -terms.exposure_limit), terms.exposure_limit)
        exposure[i] = seen[i] if alive[i] else exposure[i]


@compiled
def _set_points_drift(alive, seen, terms, set_point) -> None:
    for i in range(alive.size):
        set_point[i] += terms.drift * seen[i] * f4(alive[i])


@compiled
def _look_around(begin, end, alive, dissatisfaction, offsets, targets, apart) -> None:
    """How far the mean of a fan's living neighbours lies from the fan, 0 for those who have none."""
    last = np.uint64(max(targets.size, 1) - 1)
    for i in range(begin, end):
        around, neighbours = f4(0), f4(0)
        for place in range(np.uint64(offsets[i]), np.uint64(offsets[i + 1])):
            soon = np.uint64(np.uint32(targets[min(place + np.uint64(TIES_AHEAD), last)]))
            fetch_early(dissatisfaction, soon)
            fetch_early(alive, soon)
            other = np.uint32(targets[place])
            around += dissatisfaction[other] * f4(alive[other])
            neighbours += f4(alive[other])
        apart[i - begin] = around / neighbours - dissatisfaction[i] if neighbours > 0 else f4(0)


@compiled
def _feel(alive, now, comparison, set_point, susceptibility, age, seen, apart, luck, terms, new) -> None:
    """Dissatisfaction a week later: home, what comparing adds while it stands, chance, and the neighbours' pull."""
    for i in range(alive.size):
        young = f4(age[i] < terms.school_age)
        force = susceptibility[i] * (f4(1) - terms.label * (terms.label_mean - terms.label_backfire * comparison[i]))
        force *= terms.literacy_susceptibility if age[i] < terms.school_age else f4(1)
        home = set_point[i] - young * terms.literacy_set_point
        after = home + terms.persistence * (now[i] - home)
        after += (f4(1) - terms.persistence) * terms.standing * force * seen[i]
        after += terms.noise * to_normal32(luck[i])
        after += terms.pull * apart[i]
        new[i] = after if alive[i] else now[i]


# ---- data ----


@compiled
def entrust(first, last, alive, hours, accounts, privacy_stance, main, records, trust, trust_set_point, harm,
            keep, inflow, needed, collection, terms) -> None:
    """Fans leave records with whoever collects them, trust recovers, old harm fades.

    ``records`` (seats, 4) in week-0 means; ``keep``, ``inflow``, ``needed`` (4,): share kept a week, weekly
    inflow of an average consenting fan, account bit without which a class has no records.
    """
    gathered, stock = np.empty(AT_ONCE, hours.dtype), np.empty(AT_ONCE, records.dtype)
    for begin in range(first * BLOCK, min(last * BLOCK, alive.size), AT_ONCE):
        some = slice(begin, min(begin + AT_ONCE, alive.size))
        here = alive[some]
        _trust_again(here, terms, trust[some], trust_set_point[some])
        _harm_fades(here, terms, harm[some])
        _use(here, hours[some], trust[some], privacy_stance[some], main[some], collection, terms, gathered)
        for kind in range(4):
            held = stock[: here.size]
            held[:] = records[some, kind]
            _keep_records(here, accounts[some], gathered, needed[kind], keep[kind], inflow[kind], terms, held)
            records[some, kind] = held


@compiled
def _trust_again(alive, terms, trust, set_point) -> None:
    for i in range(alive.size):
        trust[i] += terms.recovery * (set_point[i] - trust[i]) * f4(alive[i])
        set_point[i] += terms.set_point_recovery * (terms.trust_start - set_point[i]) * f4(alive[i])


@compiled
def _harm_fades(alive, terms, harm) -> None:
    for i in range(alive.size):
        harm[i] *= terms.harm_kept if alive[i] else f4(1)


@compiled
def _use(alive, hours, trust, privacy_stance, main, collection, terms, gathered) -> None:
    """Hours of use that leave records, times what is collected in each; none where the fan does not consent."""
    for i in range(alive.size):
        use = (f4(1) - terms.use_from_trust * (terms.trust_start - trust[i])) * (f4(1) + terms.checking)
        consents = alive[i] & (privacy_stance[i] < terms.consent)
        gathered[i] = hours[i] * use * collection[np.uint32(main[i])] * f4(consents)


@compiled
def _keep_records(alive, accounts, gathered, needed, keep, inflow, terms, records) -> None:
    """Records of one class a week later; of whoever left, only what is not deleted yet."""
    usual = inflow / (f4(1) - keep)
    for i in range(alive.size):
        left = gathered[i] * f4((accounts[i] & needed) == needed)
        held = records[i] * (keep if alive[i] else terms.keep_deleted) + left * inflow
        # A minimisation law also deletes what lies above the stock that today's collection would leave.
        above = max(f4(0), held - left * usual) * f4(alive[i])
        records[i] = held - terms.old_stock_deleted * above


# ---- counting ----


@compiled
def survey(first, last, alive, dissatisfaction, susceptibility, vulnerable_from, threshold, exposure, attachment,
           trust, trust_start, use_from_trust, records, harm, sums, bins) -> None:
    """Counts the fans of each block: ``sums`` (blocks, 14) in float64 and ``bins`` (blocks, bins) in int64.

    Sums: fans, vulnerable fans, their dissatisfaction, all dissatisfaction, fans above the threshold, exposure,
    attachment, trust, use, harm, records of the four classes.
    """
    here, vulnerable = np.empty(AT_ONCE, f4), np.empty(AT_ONCE, f4)
    use = np.empty(AT_ONCE, trust.dtype)
    for begin in range(first * BLOCK, min(last * BLOCK, alive.size), AT_ONCE):
        some = slice(begin, min(begin + AT_ONCE, alive.size))
        block, felt = begin // BLOCK, dissatisfaction[some]
        fans, frail, above = _count(alive[some], felt, threshold, susceptibility[some], vulnerable_from, here,
                                    vulnerable)
        _use_of_services(trust[some], trust_start, use_from_trust, use)
        sums[block, 0] += fans
        sums[block, 1] += frail
        sums[block, 2] += _total(felt, vulnerable)
        sums[block, 3] += _total(felt, here)
        sums[block, 4] += above
        sums[block, 5] += _total(exposure[some], here)
        sums[block, 6] += _total(attachment[some], here)
        sums[block, 7] += _total(trust[some], here)
        sums[block, 8] += _total(use[: felt.size], here)
        sums[block, 9] += _total(harm[some], here)
        for kind in range(4):
            sums[block, 10 + kind] += _total(records[some, kind], here)
        _sort_into_bins(alive[some], felt, bins[block])


@compiled
def _count(alive, dissatisfaction, threshold, susceptibility, vulnerable_from, here, vulnerable) -> Any:
    """How many fans are here, vulnerable, above the threshold; marks the first two by 1 and the others by 0."""
    fans, frail, above = 0, 0, 0
    for i in range(alive.size):
        weak = alive[i] & (susceptibility[i] >= vulnerable_from)
        here[i], vulnerable[i] = f4(alive[i]), f4(weak)
        fans += alive[i]
        frail += weak
        above += alive[i] & (dissatisfaction[i] > threshold)
    return fans, frail, above


@compiled
def _use_of_services(trust, trust_start, use_from_trust, use) -> None:
    for i in range(trust.size):
        use[i] = f4(1) - use_from_trust * (trust_start - trust[i])


@compiled
def _total(column, weight) -> Any:
    """Sum of a column in float64, each fan by weight."""
    lanes = np.zeros(LANES)
    whole = column.size // LANES * LANES
    for i in range(0, whole, LANES):
        for lane in range(LANES):
            lanes[lane] += column[i + lane] * weight[i + lane]
    for i in range(whole, column.size):
        lanes[0] += column[i] * weight[i]
    return lanes.sum()


@compiled
def _sort_into_bins(alive, dissatisfaction, bins) -> None:
    for i in range(alive.size):
        place = int((dissatisfaction[i] + f4(6)) * f4(DISSATISFACTION_BINS / 12))
        bins[min(max(place, 0), DISSATISFACTION_BINS - 1)] += alive[i]
