"""Newcomers: how fans, idols, groups and agencies are drawn, on the first day and whenever one arrives later.

Every draw hangs on the newcomer's own identity, so one newcomer more leaves everybody else's luck alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.fan import GIVES_BIOMETRICS, NO_GROUP, PAYS, REGISTERED_AGENCY
from sim.dice import identity_of, picked
from sim.evidence import distribution
from sim.kernels.newcomers import first_lives_of_idols, traits_of_fans
from sim.params import CULTURES, TOOL_KINDS, WEEKS_PER_YEAR
from sim.processes.data import SERVICE_BITS
from sim.processes.decisions import editing_cap, first_kinds
from sim.processes.work import caps_in_force

if TYPE_CHECKING:
    from sim.industry import Industry

Array = np.ndarray

ACCOUNT_BITS = np.array([*SERVICE_BITS, REGISTERED_AGENCY, PAYS, GIVES_BIOMETRICS], dtype=np.uint8)
"""Bits of the accounts that a newcomer may hold, in the order in which they are thrown for."""

EACH_ACCOUNT = np.arange(len(ACCOUNT_BITS), dtype=np.uint32)
EACH_CULTURE = np.arange(len(CULTURES), dtype=np.uint32)
"""One throw for each."""


TRAITS = ("female", "age band", "age", "parasocial", "privacy", "main group", "second", "second group")
"""What is thrown for evenly when somebody becomes a fan."""

MEASURES = ("comparison", "set point", "hours", "first dissatisfaction")
"""What is thrown for by the bell curve."""


def draw_fans(industry: Industry, seats: Array, week: int, main_group: Array | None = None) -> dict[str, Any]:
    """Draws who sits down in these seats of the fandom: traits, groups, accounts and first states.

    ``seats``: identities of the seats (uint64). Groups follow attention unless ``main_group`` gives them.
    Returns columns of Fan, and ``identity``.
    """
    numbers, dice, attention = industry.numbers, industry.dice, industry.groups.attention_share
    who = identity_of("fan", seats, week, 0)
    even, bell = dice.uniforms(TRAITS, who, week), dice.normals(MEASURES, who, week)
    female = even["female"] < numbers.female_fan_share
    band = picked(numbers.fan_age_share, even["age band"])
    age = numbers.fan_age_from[band] + even["age"] * (numbers.fan_age_to - numbers.fan_age_from)[band]
    comparison = bell["comparison"]
    parasocial, set_point, susceptibility, hours = traits_of_fans(
        female, age, comparison, even["parasocial"], bell["set point"], bell["hours"], numbers.table)
    if main_group is None:
        main_group = picked(attention, even["main group"])
    second = picked(attention, even["second group"])
    follows = (even["second"] < numbers.second_group_share) & (second != main_group)
    settled = numbers.dissatisfaction_noise / np.sqrt(1 - numbers.weekly_persistence**2)
    attached = numbers.newcomer_attachment * parasocial
    return {
        "identity": who, "female": female, "age": age, "comparison": comparison, "set_point": set_point,
        "susceptibility": susceptibility, "parasocial": parasocial, "hours": hours, "privacy_stance": even["privacy"],
        "accounts": draw_accounts(industry, who, week), "main_group": main_group,
        "second_group": np.where(follows, second, NO_GROUP),
        "dissatisfaction": set_point + settled * bell["first dissatisfaction"],
        "attachment": attached, "second_attachment": attached,
        "trust": numbers.trust_start, "trust_set_point": numbers.trust_start,
    }


def draw_accounts(industry: Industry, who: Array, week: int) -> Array:
    """Where fans are registered and which sensitive records they leave, as bits."""
    numbers = industry.numbers
    chances = (*numbers.service_registration.tolist(), numbers.agency_registration, numbers.payment_record_share,
               numbers.biometric_record_share)
    return (industry.dice.uniform("accounts", who[:, None], week, draw=EACH_ACCOUNT) < chances) @ ACCOUNT_BITS


def debut_idols(industry: Industry, group: Array, who: Array, week: int) -> Array:
    """Idols debut in these groups (rows, repeated per member) with the ages of real debuts; returns their rows."""
    numbers, dice, groups, agencies = industry.numbers, industry.dice, industry.groups, industry.agencies
    even = dice.uniforms(("debut age", "birthday", "burnt at debut"), who, week)
    bell = dice.normals(("body", "first distress", "appeal"), who, week)
    table = distribution("debut_age")
    age = table["age"][picked(table["idols"], even["debut age"])] + even["birthday"]
    body, appeal, usual, distress = first_lives_of_idols(
        age, groups.female, group, groups.agency, groups.pieces, agencies.keeps_minors_cap, agencies.lawful,
        bell["body"], bell["first distress"], bell["appeal"], caps_in_force(industry), numbers.table)
    return industry.idols.succeed(
        who, week, group=group, female=groups.female[group], age=age, body=body, appearance_gap=-body, appeal=appeal,
        contract_start=week, debut_week=week, hours=usual, usual_hours=usual, fatigue=usual, creative_share=1,
        burnt_out=even["burnt at debut"] < numbers.burnt_at_debut, distress=distress, debt=numbers.debut_debt,
    )


def draw_groups(industry: Industry, agency: Array, who: Array, week: int, entering: bool) -> dict[str, Any]:
    """Draws groups for these agencies (rows): sex, popularity, place in the comeback cycle, intended cultures.

    Groups entering later start below the average; groups of week 0 stand at the stationary spread.
    """
    numbers, dice = industry.numbers, industry.dice
    home = numbers.big_agency_bonus * industry.agencies.big[agency]
    if entering:
        mean, spread = numbers.debut_popularity, numbers.debut_popularity_spread
    else:
        keep = numbers.popularity_persistence
        mean, spread = 0, numbers.popularity_noise * numbers.popularity_scale / np.sqrt(1 - keep**2)
    even = dice.uniforms(("girl group", "cycle"), who, week)
    taste = dice.normal("intended mix", who[:, None], week, 0, numbers.intended_mix_spread, draw=EACH_CULTURE)
    mix = numbers.intended_mix * np.exp(taste)
    habit = numbers.editing_start * dice.lognormal("editing habit", who, week, 0, numbers.editing_spread)
    return {
        "agency": agency, "female": even["girl group"] < numbers.female_group_share,
        "popularity": home + dice.normal("first popularity", who, week, mean, spread), "home_popularity": home,
        "cycle_offset": (even["cycle"] * numbers.comeback_cycle).astype(int) - week,
        "intended_mix": mix / mix.sum(axis=1, keepdims=True), "editing_habit": np.minimum(habit, 1),
        "fan_trust": numbers.trust_start, "fan_trust_set_point": numbers.trust_start,
    }


def debut_group(industry: Industry, agency: int, who: np.uint64, week: int) -> int:
    """One group debuts with its members; next week is its first comeback. Returns its row."""
    numbers, dice, groups = industry.numbers, industry.dice, industry.groups
    identity = np.array([who], dtype=np.uint64)
    states = draw_groups(industry, np.array([agency]), identity, week, entering=True)
    avatars = numbers.virtual_debut_share * industry.agencies.ai_share[agency, TOOL_KINDS.index("virtual")]
    start = numbers.newcomer_pieces * numbers.pieces_start
    states |= {"virtual": dice.bernoulli("virtual", identity, week, avatars), "debut_week": week,
               "cycle_offset": -week - 1, "pieces": start, "usual_pieces": start, "delivered": start,
               "editing": np.minimum(states["editing_habit"], editing_cap(industry, np.array([agency])))}
    row = int(groups.born(identity, week, **states)[0])
    sizes = distribution("group_size_2020_2025")
    members = int(sizes["members"][dice.pick("members", who, week, sizes["groups"])])
    each = identity_of("idol", who, week, np.arange(members, dtype=np.uint64))
    debut_idols(industry, np.full(members, row), each, week)
    industry.agencies.cash[agency] -= members * numbers.debut_debt
    return row


def draw_agencies(industry: Industry, who: Array, week: int) -> dict[str, Any]:
    """Draws the standing character of agencies: reluctance, symbolic compliance, care, expectations."""
    numbers, dice = industry.numbers, industry.dice
    return {
        "reluctance": dice.uniform("reluctance", who, week), "care": numbers.care_start,
        "symbolic": dice.bernoulli("symbolic", who, week, numbers.symbolic_share),
        "expected_fine": industry.first_expected_fine,
    }


def debut_agency(industry: Industry, who: np.uint64, week: int) -> int:
    """An agency is founded; it takes up AI as often as its peers have by now. Returns its row.

    In a world of frozen AI newcomers use it as the agencies of the first day did, so that the level stays.
    """
    agencies = industry.agencies
    identity = np.array([who], dtype=np.uint64)
    share = industry.adoption_share() if industry.ai_evolves else industry.numbers.adoption_start
    row = int(agencies.born(identity, week, **draw_agencies(industry, identity, week))[0])
    if industry.ai_exists and industry.dice.bernoulli("adoption at founding", who, week, share):
        agencies.adopted[row] = first_kinds(industry, identity, week)[0]
    if not industry.ai_evolves:
        agencies.weeks_of_use[row] = industry.numbers.weeks_used_at_start * agencies.adopted[row]
    return row


def weeks_since_debut(industry: Industry, who: Array) -> Array:
    """Ages in weeks of the groups of week 0: past debuts of each year, weighed by the share still active."""
    debuts = distribution("debuts_per_year")
    survival = distribution("survival_debut_2010_2024")
    last = int(debuts["year"].max())
    years_ago = last - debuts["year"]
    reach = np.minimum(years_ago, survival["survival"].size - 1)
    weight = np.where(years_ago > 0, debuts["groups"] * survival["survival"][np.maximum(reach - 1, 0)], 0)
    year = industry.dice.pick("debut year", who, 0, weight)
    within = industry.dice.uniform("debut week", who, 0)
    return ((years_ago[year] - 1 + within) * WEEKS_PER_YEAR).astype(int)
