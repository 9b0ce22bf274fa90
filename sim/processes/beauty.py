"""Beauty: what is shown, how fans compare themselves, the norm that follows attention, idols under pressure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.idol import ADULT_AGE
from sim.kernels import Comparing, Feed, compare, in_float32, sweep
from sim.kernels.idols import feel_distress, press
from sim.params import WEEKS_PER_YEAR
from sim.processes.decisions import IMAGE
from sim.processes.rosters import lawful_attention, second_group_hours

if TYPE_CHECKING:
    from sim.industry import Industry


def groups_show_images(industry: Industry) -> None:
    """The ideal a group shows rises with editing; whether AI images add to it is unknown and swept around 0."""
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    artificial = 1 - groups.human_image
    idealisation = industry.tools.idealisation[agencies.tool[groups.agency, IMAGE]]
    groups.image_ideal = 1 + numbers.image_editing_gain * groups.editing + idealisation * artificial


WORD = (1 << 32) - 1
"""The dice count weeks modulo 2**32; those before the first day are negative."""


def mean_ideal(industry: Industry) -> float:
    """Ideal shown by the average piece of attention."""
    return float((industry.groups.attention_share * industry.groups.image_ideal).sum())


def feed_gain(industry: Industry) -> float:
    """How strongly the feed answers dissatisfaction with more appearance content, within the cap in force."""
    return min(industry.numbers.feed_gain, industry.numbers.feed_gain_cap)


def literacy_left(industry: Industry) -> float:
    """What is left of a yearly media-literacy course, times the share of pupils reached."""
    numbers = industry.numbers
    since = industry.platform.literacy_weeks % WEEKS_PER_YEAR
    return float(numbers.media_literacy * 2 ** (-since / numbers.literacy_half_life))


def fans_compare_themselves(industry: Industry, week: int | None = None) -> None:
    """Fans compare themselves with what the feed shows; the effect stands while exposure stands, and never adds up."""
    fans = industry.fans
    when = np.uint32((industry.week if week is None else week) & WORD)
    sweep(compare, fans.size, industry.threads, fans.alive, fans.identity, fans.dissatisfaction, fans.comparison,
          fans.set_point, fans.susceptibility, fans.age, fans.hours, fans.main_group, fans.second_group,
          *industry.fandom, industry.groups.image_ideal.astype(np.float32), when,
          *industry.dice.key("dissatisfaction"), feed_in_force(industry), comparing_in_force(industry), fans.exposure,
          industry.next_dissatisfaction)
    fans.dissatisfaction = industry.next_dissatisfaction


def feed_in_force(industry: Industry) -> Feed:
    """What decides this week how much appearance fans are shown."""
    numbers = industry.numbers
    return in_float32(Feed(
        minors_cap=numbers.minors_use_cap, adult_age=ADULT_AGE, main_share=numbers.main_group_hours,
        second_share=second_group_hours(industry), mean_ideal=mean_ideal(industry),
        appearance_share=numbers.feed_appearance_share, gain=feed_gain(industry), limit=numbers.feed_limit))


def comparing_in_force(industry: Industry) -> Comparing:
    """What decides this week what comparing does to fans; labels and lessons are as strong as they reach."""
    numbers, baseline, lawful = industry.numbers, industry.baseline, lawful_attention(industry)
    return in_float32(Comparing(
        feed_kept=1 - numbers.diverse_image_quota * lawful,
        exposure_mean=baseline.exposure_mean, exposure_sd=baseline.exposure_sd,
        exposure_limit=numbers.exposure_limit,
        label=numbers.image_label * lawful, label_mean=numbers.label_mean_effect, label_backfire=numbers.label_backfire,
        school_age=numbers.young_until, literacy_set_point=numbers.literacy_set_point * literacy_left(industry),
        literacy_susceptibility=1 - (1 - numbers.literacy_susceptibility) * numbers.media_literacy,
        persistence=numbers.weekly_persistence, standing=numbers.standing_effect, drift=numbers.set_point_drift,
        pull=numbers.peer_pull, noise=numbers.dissatisfaction_noise))


def attention_shifts_norm(industry: Industry) -> None:
    """The appearance norm slowly follows the ideal that attention goes to."""
    platform = industry.platform
    platform.appearance_norm += industry.numbers.norm_speed * (mean_ideal(industry) - platform.appearance_norm)


def agencies_press_idols(industry: Industry) -> None:
    """The further the norm lies from an idol's body, the likelier the order to diet; a ban reaches most agencies."""
    numbers, idols, platform = industry.numbers, industry.idols, industry.platform
    risen = numbers.norm_to_gap * (platform.appearance_norm - platform.first_norm)
    press(idols.group, industry.groups.agency, industry.agencies.lawful, idols.body, risen, numbers.table,
          idols.appearance_gap, idols.pressure)


def idols_feel_distress(industry: Industry) -> None:
    """Distress returns to normal but for pressure, long hours and deepfakes; care duties relieve it."""
    numbers, idols = industry.numbers, industry.idols
    noise = industry.dice.normal("distress", idols.identity, industry.week, 0, numbers.distress_noise)
    feel_distress(idols.group, industry.groups.agency, industry.agencies.lawful, idols.pressure, idols.hours,
                  idols.deepfakes, idols.harm, noise, numbers.table, idols.distress)
