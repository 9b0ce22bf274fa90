"""The fans of the model as ordinary Mesa agents: one Python object each, double precision, one rule after the other.

What every fan does each week, written to be read: attend, compare, entrust. The tests hold the compiled columns of a
world against these objects, and the benchmark takes them for what the same rules cost in plain Mesa. A fandom of
objects stands beside a built world: it begins with the state of its fans, sees its groups, institutions and numbers,
has its luck, and keeps its own fans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, floor
from statistics import NormalDist, fmean
from typing import Any

import mesa

from sim.agents.fan import GIVES_BIOMETRICS, PAYS, Fan
from sim.agents.idol import ADULT_AGE
from sim.industry import Industry
from sim.params import SENSITIVITY_CLASSES, TOOL_KINDS, WEEKS_PER_YEAR

ANALYTICS = TOOL_KINDS.index("analytics")
CLASSES = range(len(SENSITIVITY_CLASSES))
CELLS = 1 << 23
"""Fans' throws are the middles of so many equal cells between 0 and 1: a float32 tells no finer ones apart."""

standard_normal = NormalDist()


def between(low: float, value: float, high: float) -> float:
    """The value, or the bound that it crosses."""
    return max(low, min(value, high))


@dataclass
class PlainGroup:
    """What a fan meets in a group this week, and the hours that the group gets."""

    presence: float
    image_ideal: float
    collection: float
    """How much of a fan's data is collected, against week 0 without AI."""
    hours: float = 0.0


class PlainFan(mesa.Agent):
    """A seat in the fandom and whoever sits in it; states as in `sim.agents.fan.Fan`, but plain attributes."""

    model: PlainFandom

    def __init__(self, model: PlainFandom, seat: int) -> None:
        super().__init__(model)
        self.seat = seat
        self.friends: list[PlainFan] = []
        self.alive = False
        self.leaves = False
        self.chance_to_leave = 0.0
        self.next_dissatisfaction = 0.0

    def sit_down(self, person: dict[str, Any]) -> None:
        """Somebody with these states takes the seat."""
        vars(self).update(person)

    def given_hours(self) -> float:
        """Hours a week for groups and feed; the law may cap those of minors."""
        return min(self.hours, self.model.numbers.minors_use_cap) if self.age < ADULT_AGE else self.hours

    def attend(self) -> None:
        """Divide the hours between groups and feed, grow attached to idols who are there, perhaps decide to leave."""
        self.leaves = False
        if not self.alive:
            return
        fandom, numbers = self.model, self.model.numbers
        hours, main = self.given_hours(), fandom.groups[self.main_group]
        given = numbers.main_group_hours
        main.hours += hours * numbers.main_group_hours
        self.attachment += numbers.attachment_speed * (self.parasocial * main.presence - self.attachment)
        if self.second_group >= 0:
            second = fandom.groups[self.second_group]
            given += fandom.second_share
            second.hours += hours * fandom.second_share
            self.second_attachment += numbers.attachment_speed * (
                self.parasocial * second.presence - self.second_attachment)
        fandom.free_hours += hours * (1 - given)
        lost_trust = max(0, numbers.trust_start - self.trust)
        self.chance_to_leave = numbers.fan_churn / WEEKS_PER_YEAR + fandom.leaving_per_lost_trust * lost_trust
        self.leaves = fandom.throws[self.seat] < self.chance_to_leave

    def seen_appearance(self) -> float:
        """Hours x share of appearance in the feed, which answers dissatisfaction, x the ideal shown."""
        fandom, numbers = self.model, self.model.numbers
        felt = between(-numbers.feed_limit, self.dissatisfaction, numbers.feed_limit)
        share = min(1, numbers.feed_appearance_share * exp(fandom.feed_gain * felt))
        given = numbers.main_group_hours
        ideal = given * fandom.groups[self.main_group].image_ideal
        if self.second_group >= 0:
            given += fandom.second_share
            ideal += fandom.second_share * fandom.groups[self.second_group].image_ideal
        ideal += (1 - given) * fandom.mean_ideal
        return self.given_hours() * share * ideal

    def compare(self) -> None:
        """Compare oneself with what the feed shows and with friends; all return to their set point in the end."""
        self.next_dissatisfaction = self.dissatisfaction
        if not self.alive:
            return
        fandom, numbers = self.model, self.model.numbers
        seen = fandom.diverse_left * self.seen_appearance()
        seen = (seen - fandom.exposure_mean) / fandom.exposure_sd
        self.exposure = between(-numbers.exposure_limit, seen, numbers.exposure_limit)
        self.set_point += numbers.set_point_drift * self.exposure
        home, force = self.set_point, self.susceptibility
        force *= 1 - fandom.labelled * (numbers.label_mean_effect - numbers.label_backfire * self.comparison)
        if self.age < numbers.young_until:
            home -= numbers.literacy_set_point * fandom.literacy_left
            force *= fandom.literate_susceptibility
        keep = numbers.weekly_persistence
        after = home + keep * (self.dissatisfaction - home)
        after += (1 - keep) * numbers.standing_effect * force * self.exposure
        after += numbers.dissatisfaction_noise * standard_normal.inv_cdf(fandom.throws[self.seat])
        friends = [friend.dissatisfaction for friend in self.friends if friend.alive]
        if friends:
            after += numbers.peer_pull * (fmean(friends) - self.dissatisfaction)
        self.next_dissatisfaction = after

    def feel(self) -> None:
        """Take on this week's dissatisfaction, now that all friends have compared themselves with last week's."""
        self.dissatisfaction = self.next_dissatisfaction

    def entrust(self) -> None:
        """Regain trust, get over old harm, and leave records with whoever collects them, if one consents."""
        fandom, numbers = self.model, self.model.numbers
        if not self.alive:
            self.records = [held * fandom.kept_of_the_gone for held in self.records]
            return
        self.trust += numbers.trust_recovery * (self.trust_set_point - self.trust)
        self.trust_set_point += numbers.trust_set_point_recovery * (numbers.trust_start - self.trust_set_point)
        self.harm *= 1 - 1 / numbers.harm_memory_weeks
        use = (1 - numbers.use_from_trust * (numbers.trust_start - self.trust)) * (1 + fandom.checking)
        consents = self.privacy_stance < fandom.consent
        gathered = self.hours * use * fandom.groups[self.main_group].collection if consents else 0
        has = (True, True, self.accounts & PAYS > 0, self.accounts & GIVES_BIOMETRICS > 0)
        for kind in CLASSES:
            fresh = gathered * fandom.inflow[kind] if has[kind] else 0
            held = self.records[kind] * fandom.keep[kind] + fresh
            above = max(0, held - fresh / (1 - fandom.keep[kind]))
            self.records[kind] = held - numbers.minimisation / numbers.old_stock_weeks * above


class PlainFandom(mesa.Model):
    """The fandom of a world as objects, and what they all meet in a week, worked out anew from the world's columns."""

    def __init__(self, industry: Industry) -> None:
        super().__init__(rng=industry.scenario.seed)
        self.industry = industry
        self.fans = [PlainFan(self, seat) for seat in range(industry.fans.size)]
        self.seat_fans(range(industry.fans.size))
        offsets, targets = (ends.tolist() for ends in industry.fandom)
        for fan, (first, last) in zip(self.fans, pairwise(offsets), strict=True):
            fan.friends = [self.fans[seat] for seat in targets[first:last]]
        self.throws: Sequence[float] = ()
        self.audience_hours: list[float] = []
        self.look_around()

    def seat_fans(self, seats: Sequence[int]) -> None:
        """These seats get the occupants, with all their states, that the world's columns show now."""
        rows, fans = list(seats), self.industry.fans
        names = ["alive", "identity", *Fan.states]
        columns = [getattr(fans, name)[rows].tolist() for name in names]
        for seat, person in zip(rows, zip(*columns, strict=True), strict=True):
            self.fans[seat].sit_down(dict(zip(names, person, strict=True)))

    def step(self) -> None:
        """What fans do in a week, all of it at once."""
        self.divide_attention()
        self.compare_themselves()
        self.entrust_records()

    def divide_attention(self) -> None:
        """Every fan attends; groups share what was left to the feed as attention is shared."""
        self.look_around("leave a fandom")
        self.agents.do("attend")
        self.audience_hours = [group.hours + self.free_hours * share
                               for group, share in zip(self.groups, self.attention, strict=True)]

    def compare_themselves(self) -> None:
        """Every fan compares, then all feel what came of it."""
        self.look_around("dissatisfaction")
        self.agents.do("compare")
        self.agents.do("feel")

    def entrust_records(self) -> None:
        """Every fan leaves records."""
        self.look_around()
        self.agents.do("entrust")

    def look_around(self, stream: str = "") -> None:
        """See how groups, agencies, law and luck stand at this moment of the week."""
        industry, numbers, groups = self.industry, self.industry.numbers, self.industry.groups
        self.numbers = numbers
        self.attention = groups.attention_share.tolist()
        ideals = groups.image_ideal.tolist()
        self.groups = [PlainGroup(*seen) for seen in zip(groups.presence.tolist(), ideals, self.collections(),
                                                         strict=True)]
        self.free_hours = 0.0
        self.second_share = min(numbers.second_group_hours, 1 - numbers.main_group_hours)
        self.mean_ideal = sum(share * ideal for share, ideal in zip(self.attention, ideals, strict=True))
        keeps_law = industry.agencies.lawful.tolist()
        lawful = sum(share for share, agency in zip(self.attention, groups.agency.tolist(), strict=True)
                     if keeps_law[agency])
        self.feed_gain = min(numbers.feed_gain, numbers.feed_gain_cap)
        self.labelled = numbers.image_label * lawful
        self.diverse_left = 1 - numbers.diverse_image_quota * lawful
        since = industry.platform.literacy_weeks % WEEKS_PER_YEAR
        self.literacy_left = numbers.media_literacy * 0.5 ** (since / numbers.literacy_half_life)
        self.literate_susceptibility = 1 - numbers.media_literacy * (1 - numbers.literacy_susceptibility)
        self.exposure_mean, self.exposure_sd = industry.baseline.exposure_mean, industry.baseline.exposure_sd
        self.consent = float(numbers.consent_share[numbers.consent_regime])
        self.checking = industry.platform.checking
        self.inflow = industry.baseline.inflow.tolist()
        self.keep = [(1 - lawful) * exp(-1 / weeks) + lawful * exp(-1 / min(weeks, numbers.retention_limit))
                     for weeks in numbers.retention_weeks.tolist()]
        self.kept_of_the_gone = exp(-1 / numbers.deletion_weeks)
        self.leaving_per_lost_trust = self.extra_leaving()
        if stream:
            self.throws = self.throw(stream)

    def collections(self) -> list[float]:
        """How much is collected of each group's fans: half by the agency, half by the services that all share."""
        numbers, agencies, groups = self.industry.numbers, self.industry.agencies, self.industry.groups
        services, appetite = self.industry.services, self.industry.tools.appetite.tolist()
        use, tool = agencies.ai_share[:, ANALYTICS].tolist(), agencies.tool[:, ANALYTICS].tolist()
        hunger = [share * appetite[kind] for share, kind in zip(use, tool, strict=True)]
        less = numbers.minimisation_effect
        of_agency = [(1 - less * cut) * (1 + more)
                     for cut, more in zip(agencies.minimised.tolist(), hunger, strict=True)]
        average = fmean(more for more, alive in zip(hunger, agencies.alive.tolist(), strict=True) if alive)
        shared = fmean((1 - less * cut) * (1 + average) for cut in services.minimised.tolist())
        return [(of_agency[agency] + shared) / 2 for agency in groups.agency.tolist()]

    def extra_leaving(self) -> float:
        """Extra weekly chance to leave per lost trust: a total loss must cost ``extra_churn`` in ``churn_weeks``."""
        numbers = self.industry.numbers
        weeks = range(int(numbers.churn_weeks))
        forgiven = 1 - numbers.loyalty_forgiveness * self.industry.baseline.attachment
        passing = sum((1 - numbers.trust_recovery) ** week for week in weeks)
        lasting = sum((1 - numbers.trust_set_point_recovery) ** week for week in weeks)
        lasting *= numbers.lasting_loss_chance * numbers.lasting_loss_share
        return numbers.extra_churn / (numbers.trust_loss * forgiven * (passing + lasting))

    def throw(self, stream: str) -> list[float]:
        """This week's throw of every fan, read at once: the same luck as in the world, as coarse as its float32."""
        who = self.industry.fans.identity.copy()
        who[:] = [fan.identity for fan in self.fans]
        return [(floor(luck * CELLS) + 0.5) / CELLS
                for luck in self.industry.dice.uniform(stream, who, self.industry.week).tolist()]
