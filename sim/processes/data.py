"""Data: records are collected, kept and deleted; breaches expose them; trust falls and recovers; fines follow late."""

from __future__ import annotations

from sys import float_info
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.fan import (
    GIVES_BIOMETRICS,
    PAYS,
    REGISTERED_AGENCY,
    REGISTERED_MESSAGE,
    REGISTERED_PLATFORM,
    REGISTERED_TICKETING,
)
from sim.agents.institutions import Notice
from sim.kernels import Trusting, entrust, in_float32, sweep
from sim.kernels.agencies import collect_records, reckon_hazard
from sim.kernels.idols import best_known, record_idols
from sim.params import SENSITIVITY_CLASSES, WEEKS_PER_YEAR
from sim.processes.decisions import ANALYTICS, IMAGE, VIRTUAL, VOICE
from sim.processes.rosters import (
    agency_of_idols,
    lawful_attention,
    mean,
    rows_where,
    sum_by,
    using_ai,
)

if TYPE_CHECKING:
    from sim.agents.population import Population
    from sim.industry import Industry

SERVICE_BITS = np.array([REGISTERED_PLATFORM, REGISTERED_TICKETING, REGISTERED_MESSAGE], dtype=np.uint8)
"""Account bit of each shared service, in the order of SERVICES."""

CONTACT, BIOMETRIC = SENSITIVITY_CLASSES.index("contact"), SENSITIVITY_CLASSES.index("biometric")

NEEDED_BITS = np.array([0, 0, PAYS, GIVES_BIOMETRICS], dtype=np.uint8)
"""Account bit without which a fan leaves no records of a sensitivity class."""


NONE_AND_ALL = np.array([[0.0], [1.0]])
"""Shares of records for which a limit is kept: by a holder that does not keep it, and by one that does."""


def weekly_keep(industry: Industry, lawful: float | np.ndarray) -> np.ndarray:
    """Share of the records of each class kept for another week, shape (4,), or (n, 4) for shares of shape (n, 1).

    The retention limit shortens it where it is kept: for the share ``lawful`` of the records.
    """
    numbers = industry.numbers
    free = np.exp(-1 / numbers.retention_weeks)
    limited = np.exp(-1 / np.minimum(numbers.retention_weeks, numbers.retention_limit))
    return free + lawful * (limited - free)


def consent_share(industry: Industry) -> float:
    """Share of fans who consent under the regime in force."""
    return float(industry.numbers.consent_share[industry.numbers.consent_regime])


def real_consent(industry: Industry) -> float:
    """Share of consents that would also be given if asked freely."""
    freely, given = float(industry.numbers.consent_share[OPT_IN]), consent_share(industry)
    return min(1, freely / given) if given > 0 else 1


OPT_IN = 2
"""Position of the neutral opt-in among the consent regimes."""


def holders_collect_records(industry: Industry) -> None:
    """Holders collect what consent, minimisation and their tools' appetite make of it, and delete what is too old."""
    numbers, agencies, services = industry.numbers, industry.agencies, industry.services
    refill_heads(industry)
    kept_freely, kept_lawfully = weekly_keep(industry, NONE_AND_ALL)[:, CONTACT].tolist()
    inflow = float(1 - np.exp(-1 / numbers.retention_weeks[CONTACT]))
    inflow *= consent_share(industry) / industry.baseline.consent
    for holders, hunger in zip((agencies, services), hunger_for_records(industry), strict=True):
        collect_records(holders.symbolic, hunger, holders_revenue(industry, holders), inflow, kept_freely,
                        kept_lawfully, WEEKS_PER_YEAR, numbers.table, holders.minimised, holders.records_per_head,
                        holders.annual_revenue)


def hunger_for_records(industry: Industry) -> tuple[np.ndarray, np.ndarray]:
    """Extra records that tools make agencies and shared services want, against what they collect without AI.

    Shared services use analytics as far as the average agency does.
    """
    agencies, tools = industry.agencies, industry.tools
    hunger = agencies.ai_share[:, ANALYTICS] * tools.appetite[agencies.tool[:, ANALYTICS]]
    return hunger, np.full(industry.services.size, agencies.mean_of(hunger))


def collection_rates(industry: Industry) -> list[np.ndarray]:
    """Collection of each agency and of each shared service against week 0 without AI: the hungrier, the more."""
    effect, hungers = industry.numbers.minimisation_effect, hunger_for_records(industry)
    return [(1 - effect * holders.minimised) * (1 + hunger)
            for holders, hunger in zip((industry.agencies, industry.services), hungers, strict=True)]


def refill_heads(industry: Industry) -> None:
    """Heads follow attention times the real fandom, so that small holders are resolved at any number of agents."""
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    share = sum_by(groups.agency, groups.attention_share, agencies.size)
    agencies.heads = numbers.agency_registration * industry.real_fans * share
    industry.services.heads = industry.services.registration * industry.real_fans


def holders_revenue(industry: Industry, holders: Population) -> np.ndarray:
    """Revenue on which a holder's fine is reckoned, million KRW a year at this week's rate."""
    if holders is industry.agencies:
        return industry.agencies.revenue
    total = industry.agencies.revenue[industry.agencies.rows].sum()
    return np.full(holders.size, industry.numbers.platform_revenue_share * total)


def fans_entrust_records(industry: Industry) -> None:
    """Fans who consent leave records with every hour of use; their trust recovers and old harm fades."""
    numbers, fans, groups, f4 = industry.numbers, industry.fans, industry.groups, np.float32
    of_agencies, of_services = collection_rates(industry)
    rate, shared = of_agencies[groups.agency], mean(of_services)
    keep = weekly_keep(industry, lawful_attention(industry))
    terms = in_float32(Trusting(
        keep_deleted=np.exp(-1 / numbers.deletion_weeks), consent=consent_share(industry),
        trust_start=numbers.trust_start, recovery=numbers.trust_recovery,
        set_point_recovery=numbers.trust_set_point_recovery, use_from_trust=numbers.use_from_trust,
        checking=industry.platform.checking, harm_kept=1 - 1 / numbers.harm_memory_weeks,
        old_stock_deleted=numbers.minimisation / numbers.old_stock_weeks))
    sweep(entrust, fans.size, industry.threads, fans.alive, fans.hours, fans.accounts, fans.privacy_stance,
          fans.main_group, fans.records, fans.trust, fans.trust_set_point, fans.harm, keep.astype(f4),
          industry.baseline.inflow.astype(f4), NEEDED_BITS, ((rate + shared) / 2).astype(f4), terms)
    groups.fan_trust += numbers.trust_recovery * (groups.fan_trust_set_point - groups.fan_trust)
    groups.fan_trust_set_point += numbers.trust_set_point_recovery * (numbers.trust_start - groups.fan_trust_set_point)


def agencies_record_idols(industry: Industry) -> None:
    """Agencies keep idols' faces, voices, motion and whereabouts; image, voice and avatar tools ask for more."""
    numbers, idols, agencies = industry.numbers, industry.idols, industry.agencies
    record_idols(idols.group, industry.groups.agency, agencies.lawful, agencies.ai_share, (IMAGE, VOICE, VIRTUAL),
                 ANALYTICS, float(numbers.retention_weeks[BIOMETRIC]), numbers.table, idols.biometric_records,
                 idols.location_records, idols.harm)


def holders_reckon_hazard(industry: Industry) -> None:
    """Expected breaches a year: more records mean more, security fewer, ungoverned AI more."""
    agencies, services = industry.agencies, industry.services
    using = using_ai(industry)
    # Shared services use and govern AI as far as the average agency does.
    shared_use, shared_law = agencies.share_of(using), agencies.share_of(agencies.lawful)
    of_agencies = agencies, using.astype(float), agencies.lawful.astype(float)
    of_services = services, np.full(services.size, shared_use), np.full(services.size, shared_law)
    for holders, uses_ai, lawful in (of_agencies, of_services):
        reckon_hazard(holders.alive, holders.symbolic, holders.security, holders.records_per_head, holders.heads,
                      holders.leak_risk, uses_ai, lawful, industry.numbers.table, holders.risk, holders.first_risk,
                      holders.hazard)


def holders_suffer_breaches(industry: Industry) -> None:
    """Breaches strike by hazard, more in some weeks than in others; most are small, a few lose everything."""
    numbers, dice, week = industry.numbers, industry.dice, industry.week
    clustering = numbers.breach_clustering
    climate = dice.gamma("breach climate", 0, week, 1 / clustering, clustering) if clustering > 0 else 1
    for holders in (industry.agencies, industry.services):
        chance = -np.expm1(-holders.hazard / WEEKS_PER_YEAR * climate)
        struck = holders.alive & (holders.heads >= numbers.smallest_breach)
        for row in rows_where(struck & dice.bernoulli("breach", holders.identity, week, chance)):
            who, base = holders.identity[row], holders.heads[row]
            everything = dice.bernoulli("breach of everything", who, week, numbers.full_loss_chance)
            part = dice.pareto("breach size", who, week, numbers.severity_exponent, numbers.smallest_breach, base)
            suffer_breach(industry, holders, int(row), base if everything else part)


def suffer_breach(industry: Industry, holders: Population, row: int, heads: float) -> None:
    """One holder loses the records of so many people; exposed fans are harmed, disclosure follows months later."""
    numbers, dice, week = industry.numbers, industry.dice, industry.week
    who, share = holders.identity[row], min(1, heads / holders.heads[row])
    cause = ("external", "internal", "system")[dice.pick("breach cause", who, week, numbers.breach_cause)]
    records = heads * holders.records_per_head[row]
    industry.record("breach", f"{one_of(holders)} {row}", heads, f"{cause} cause, {share:.2%} of its people")
    industry.tally.add("breaches", 1)
    industry.tally.add("heads_exposed", heads)
    industry.tally.add("records_exposed", records)
    industry.tally.note_largest(heads)
    exposed = exposed_fans(industry, holders, row, share)
    weights = (numbers.sensitivity_weight / numbers.sensitivity_weight.max()).astype(np.float32)
    relief = 1 - numbers.notification_relief * numbers.breach_notification
    industry.fans.harm[exposed] += np.float32(relief) * (industry.fans.records[exposed] @ weights)
    if holders is industry.agencies:
        expose_idols(industry, row, relief * share)
    speed = 1 - numbers.security_ai_speed * security_ai(industry, holders, row)
    lag = dice.gamma("detection", who, week, 1, numbers.detection_weeks * speed)
    notice = Notice(week + int(np.ceil(lag)), "disclosure", holders.name, row, float(heads), float(share))
    industry.regulator.notices.append(notice)


def expose_idols(industry: Industry, agency: int, part: float) -> None:
    """What an agency loses contains its idols' faces, voices and whereabouts, too."""
    idols = industry.idols
    own = idols.alive & (agency_of_idols(industry) == agency)
    idols.harm[own] += part * (idols.biometric_records[own] + idols.location_records[own]) / 2


def one_of(holders: Population) -> str:
    """One of these holders in a word: agency or service."""
    return holders.actor_class.__name__.lower()


def security_ai(industry: Industry, holders: Population, row: int) -> float:
    """How far a holder watches its systems with governed AI; it finds breaches sooner."""
    governed = industry.numbers.governed_share
    if holders is industry.agencies:
        return governed * float(industry.agencies.ai_share[row, ANALYTICS])
    return governed * industry.agencies.mean_of(industry.agencies.ai_share[:, ANALYTICS])


def fans_held_by(industry: Industry, holders: Population, row: int) -> np.ndarray:
    """Which fan agents a holder has on file, shape (seats,) of bool."""
    fans, groups = industry.fans, industry.groups
    if holders is industry.services:
        bit = SERVICE_BITS[holders.kind[row]]
        return fans.alive & ((fans.accounts & bit) > 0)
    own = np.append(groups.agency == row, False)  # the last one is looked up for fans without a second group
    registered = fans.alive & ((fans.accounts & REGISTERED_AGENCY) > 0)
    return registered & (own.take(fans.main_group) | own.take(fans.second_group, mode="wrap"))


def exposed_fans(industry: Industry, holders: Population, row: int, share: float) -> np.ndarray:
    """Rows of the fan agents whose records a breach exposes."""
    rows = rows_where(fans_held_by(industry, holders, row))
    stream = f"exposed by {holders.name} {holders.identity[row]}"
    return rows[industry.dice.bernoulli(stream, industry.fans.identity[rows], industry.week, share)]


def holders_disclose_breaches(industry: Industry) -> None:
    """A breach becomes known; those who hear of it lose trust, the loyal less, and some of it stays lost."""
    numbers = industry.numbers
    industry.regulator.open_cases *= 1 - 1 / WEEKS_PER_YEAR
    industry.platform.checking *= 0.5 ** (1 / numbers.checking_half_life)
    for notice in industry.regulator.due(industry.week, "disclosure"):
        holders = industry.populations[notice.holder_kind]
        headline = notice.heads >= numbers.headline_breach
        told = numbers.aware_of_ordinary_breach * numbers.breach_notification
        aware = numbers.aware_of_headline_breach if headline else told
        lasting = industry.dice.bernoulli("lasting distrust", holders.identity[notice.row], notice.week,
                                          numbers.lasting_loss_chance)
        lose_trust(industry, notice, aware, numbers.lasting_loss_share * lasting)
        if headline:
            registered = notice.heads / industry.real_fans
            industry.platform.checking = max(industry.platform.checking, numbers.checking_rise * registered)
        if notice.heads > numbers.fined_breach:
            open_case(industry, notice)


def lose_trust(industry: Industry, notice: Notice, aware: float, lasting: float) -> None:
    """Trust of fans on file falls by what was lost, tempered by loyalty; ``lasting`` is the part that stays lost."""
    numbers, fans, groups = industry.numbers, industry.fans, industry.groups
    holders = industry.populations[notice.holder_kind]
    rows = rows_where(fans_held_by(industry, holders, notice.row))
    stream = f"hears of {holders.name} {holders.identity[notice.row]}"
    rows = rows[industry.dice.bernoulli(stream, fans.identity[rows], industry.week, aware)]
    shock = numbers.trust_loss * notice.share * (1 - numbers.loyalty_forgiveness * fans.attachment[rows])
    fans.trust[rows] = np.maximum(0, fans.trust[rows] - shock)
    fans.trust_set_point[rows] = np.maximum(0, fans.trust_set_point[rows] - lasting * shock)
    if holders is industry.services:
        touched, registered = groups.alive, float(holders.registration[notice.row])
    else:
        touched, registered = groups.agency == notice.row, float(numbers.agency_registration)
    forgiven = 1 - numbers.loyalty_forgiveness * industry.baseline.attachment
    expected = numbers.trust_loss * notice.share * aware * registered * forgiven * touched
    groups.fan_trust = np.maximum(0, groups.fan_trust - expected)
    groups.fan_trust_set_point = np.maximum(0, groups.fan_trust_set_point - lasting * expected)


def open_case(industry: Industry, notice: Notice) -> None:
    """The regulator takes up a breach if its investigators have time; the fine comes half a year later."""
    numbers, regulator = industry.numbers, industry.regulator
    regulator.open_cases += 1
    capacity = numbers.regulator_capacity * (1 - numbers.labour_audit_share) * industry.scale
    taken_up = min(1, capacity / max(regulator.open_cases, float_info.min))
    holders = industry.populations[notice.holder_kind]
    who = holders.identity[notice.row]
    if industry.dice.bernoulli("investigated", who, notice.week, taken_up):
        fine = Notice(industry.week + numbers.fine_lag_weeks, "fine", notice.holder_kind, notice.row, notice.heads,
                      notice.share)
        regulator.notices.append(fine)


def regulator_fines_holders(industry: Industry) -> None:
    """Fines come due; every holder of data learns from what it sees others pay."""
    numbers = industry.numbers
    for notice in industry.regulator.due(industry.week, "fine"):
        holders = industry.populations[notice.holder_kind]
        severe = notice.heads >= numbers.severe_breach
        cap = max(numbers.fine_cap, numbers.severe_fine_cap) if severe else numbers.fine_cap
        effort = 0 if holders.symbolic[notice.row] else np.clip(holders.security[notice.row], 0, 1)
        share = numbers.fine_realised * cap * (1 - numbers.fine_discount * effort)
        fine = share * holders.annual_revenue[notice.row]
        if holders is industry.agencies:
            industry.agencies.fines[notice.row] += fine
        industry.record("fine", f"{one_of(holders)} {notice.row}", float(fine),
                        f"breach of {notice.heads:,.0f} people's records")
        industry.tally.add("fines", fine)
        for learners in (industry.agencies, industry.services):
            learners.expected_fine += numbers.fine_learning * (share - learners.expected_fine)


def deepfakes_spread(industry: Industry) -> None:
    """Deepfakes of idols multiply until they saturate; a crackdown makes people report them, for a while."""
    numbers, platform = industry.numbers, industry.platform
    if industry.ai_evolves:
        room = 1 - platform.deepfake_volume / numbers.deepfake_ceiling
        platform.deepfake_volume *= np.exp(numbers.deepfake_growth * room)
    platform.reporting = 1 + (platform.reporting - 1) * 0.5 ** (1 / numbers.report_half_life)
    running = numbers.deepfake_takedown > 0
    # A law older than the world has had its jump of reports before the first week.
    if running and not platform.takedown_running and industry.week > 1:
        platform.reporting = numbers.report_jump
    platform.takedown_running = running
    deepfakes_spread_to(industry)


def visible_deepfakes(industry: Industry) -> float:
    """Deepfakes in circulation after take-down, against week 0."""
    numbers = industry.numbers
    takedown = max(numbers.deepfake_takedown, numbers.likeness_consent) * numbers.deepfake_takedown_share
    return float(industry.platform.deepfake_volume * (1 - takedown))


def deepfakes_spread_to(industry: Industry) -> None:
    """The best known women among idols are hit, the first of them most."""
    numbers, idols = industry.numbers, industry.idols
    targets = max(1, round(numbers.deepfake_target_share * len(idols)))
    first = best_known(idols.alive & idols.female, idols.group, idols.appeal, industry.groups.attention_share, targets)
    weight = np.arange(1, targets + 1) ** -float(numbers.deepfake_fame_exponent)
    idols.deepfakes = 0
    idols.deepfakes[first] = visible_deepfakes(industry) * weight / mean(weight)
