"""Fans: the crowd that divides its hours, compares itself, becomes attached, trusts and leaves."""

from __future__ import annotations

import math

from sim.agents.population import Actor, State

NO_GROUP = -1
"""A fan without a second group."""

REGISTERED_PLATFORM, REGISTERED_TICKETING, REGISTERED_MESSAGE, REGISTERED_AGENCY, PAYS, GIVES_BIOMETRICS = (
    1 << bit for bit in range(6)
)
"""The bits of ``Fan.accounts``: where a fan is registered, and which sensitive records exist."""


class Fan(Actor):
    """A fan agent: one seat in the fandom, standing for ``industry.fans_represented`` real people."""

    female = State("bool", meaning="is a woman or girl")
    age = State("float32", unit="years", meaning="age; fans do not grow older, the fandom renews itself")
    comparison = State("float32", unit="SD", meaning="trait tendency to compare oneself")
    set_point = State("float32", unit="SD", meaning="body dissatisfaction to which the fan returns")
    susceptibility = State("float32", unit="ratio", meaning="how strongly appearance content acts on this fan")
    parasocial = State("float32", unit="share", meaning="intensity of one-sided closeness to idols")
    hours = State("float32", unit="h/week", meaning="weekly hours for the groups; fixed")
    privacy_stance = State("float32", unit="share", meaning="consents where the regime's consent share is above")
    accounts = State("uint8", unit="count", meaning="bits: platform, ticketing, message, agency, pays, biometrics")
    main_group = State("int32", unit="count", meaning="row of the group that gets most hours")
    second_group = State("int32", unit="count", start=NO_GROUP, meaning="row of the second group, or -1")

    dissatisfaction = State("float32", unit="SD", meaning="body dissatisfaction")
    exposure = State("float32", unit="SD", meaning="appearance content seen this week, against week 0")
    attachment = State("float32", unit="share", meaning="attachment to the main group")
    second_attachment = State("float32", unit="share", meaning="attachment to the second group")
    trust = State("float32", unit="share", meaning="trust that records are safe")
    trust_set_point = State("float32", unit="share", meaning="trust to which the fan returns")
    records = State("float32", unit="ratio", shape=(4,), meaning="records held, per sensitivity class, week-0 mean 1")
    harm = State("float32", unit="ratio", meaning="harm from exposed records that still hurts")

    @property
    def dissatisfaction_index(self) -> float:
        """Body dissatisfaction on a scale from 0 to 1 (the median girl of week 0 stands at .36)."""
        shifted = self.dissatisfaction - self.model.numbers.feels_fat_threshold
        return 0.5 * math.erfc(-shifted / math.sqrt(2))

    @property
    def self_esteem(self) -> float:
        """Self-esteem in SD: it falls with dissatisfaction, in the ratio of the two laboratory effects."""
        return -self.model.numbers.self_esteem_ratio * self.dissatisfaction

    def dissatisfaction_while_viewing(self, image_ideal: float = 1) -> float:
        """What a laboratory would read right after ten idealised images; gone within hours, never carried over."""
        return self.dissatisfaction + self.model.numbers.acute_effect * self.susceptibility * image_ideal

    def follows(self, group_row: int) -> bool:
        """Whether the group in this row is the fan's main or second one."""
        return group_row in (self.main_group, self.second_group)
