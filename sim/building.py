"""Building a world: the industry of its first day, from the distributions of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from sim.agents.population import Actor, Population
from sim.dice import identity_of
from sim.evidence import distribution
from sim.kernels import blocks_of, exposure_of, fandom_graph, sweep
from sim.params import SERVICES, TOOL_KINDS, WEEKS_PER_YEAR
from sim.plugins import OwnKind, OwnStart, PluginError
from sim.processes import attention, beauty, culture, data, decisions, money, rosters, rules, work
from sim.processes.newcomers import (
    debut_idols,
    draw_agencies,
    draw_fans,
    draw_groups,
    weeks_since_debut,
)

if TYPE_CHECKING:
    from sim.industry import Industry

BURN_IN_WEEKS = 16
"""Weeks of comparing before the first day, until dissatisfaction stands where exposure holds it (.65^16 < .002)."""

SMALLEST_CONSENT = 1 / (1 << 10)
"""Consent below one in a thousand counts as that in yardsticks, so that a regime of none can be compared with."""

FANS_AT_ONCE = 1 << 16
"""Fans drawn at a time, which bounds the memory that drawing needs and keeps it in the cache."""


def build(industry: Industry) -> None:
    """Builds row 0: agencies and their groups, idols, tools, services, fans and their ties, all consistent."""
    found_vendors(industry)
    found_agencies(industry)
    adopt_first_tools(industry)
    found_groups(industry)
    share_first_attention(industry)
    found_idols(industry)
    found_services(industry)
    seat_fans(industry)
    settle_dissatisfaction(industry)
    settle_idols(industry)
    settle_records(industry)
    settle_culture(industry)
    settle_money(industry)
    begin_own_starts(industry)


def begin_own_starts(industry: Industry) -> None:
    """What plug-ins let happen once, when all else is there."""
    for plugin in industry.plugins:
        for start in plugin.of(OwnStart):
            start.happen(industry)


def found_own_kinds(industry: Industry) -> None:
    """Plug-ins' kinds of agents get their populations, still empty, under their names."""
    for plugin in industry.plugins:
        for kind in plugin.of(OwnKind):
            if not issubclass(kind.agent_class, Actor):
                raise PluginError(
                    f"{plugin.file.place}: the kind {kind.name!r} is no subclass of Actor; make it one, or make "
                    "ordinary Mesa agents in a function marked @at_start, without @agent_kind."
                )
            if hasattr(industry, kind.name):
                raise PluginError(f"{plugin.file.place}: every world has {kind.name!r} already; take another name.")
            try:
                setattr(industry, kind.name, industry.found(Population(kind.agent_class, industry, kind.name)))
            except (TypeError, ValueError) as error:
                raise PluginError(f"{plugin.file.place}: {error}; change the kind {kind.name!r}.") from error


def found_vendors(industry: Industry) -> None:
    """Several vendors offer a tool of each kind; they differ a little in progress, corpus and risk."""
    numbers, dice = industry.numbers, industry.dice
    kind = np.repeat(np.arange(len(TOOL_KINDS)), numbers.vendors_per_kind)
    vendor = np.tile(np.arange(numbers.vendors_per_kind), len(TOOL_KINDS))
    who = identity_of("tool", 0, 0, np.arange(kind.size))
    ceiling = numbers.capability_ceiling[kind]
    progress = logit(numbers.capability_start) + dice.normal("progress", who, 0, 0, numbers.vendor_spread)
    of_culture = np.arange(numbers.corpus_share.size)
    bent = dice.normal("corpus", who[:, None], 0, 0, numbers.vendor_spread, draw=of_culture)
    corpus = numbers.corpus_share * np.exp(bent)
    appetite = np.zeros(len(TOOL_KINDS))
    appetite[decisions.ANALYTICS] = numbers.analytics_appetite
    appetite[[decisions.IMAGE, decisions.VOICE, decisions.VIRTUAL]] = numbers.biometric_appetite
    capability = ceiling / (1 + np.exp(-progress)) if industry.ai_exists else np.zeros(kind.size)
    spread = numbers.leak_risk_spread
    industry.tools.born(who, 0, kind=kind, vendor=vendor, progress=progress, ceiling=ceiling, capability=capability,
                        corpus=corpus / corpus.sum(axis=1, keepdims=True), appetite=appetite[kind],
                        leak_risk=dice.lognormal("leak risk", who, 0, -(spread**2) / 2, spread),
                        idealisation=numbers.ai_image_effect)


def found_agencies(industry: Industry) -> None:
    """Agencies with the rosters of the real industry, at any scale; the few with the largest rosters are big."""
    numbers = industry.numbers
    rosters = roster_sizes(industry.scenario.agencies)
    who = identity_of("agency", 0, 0, np.arange(rosters.size))
    states = draw_agencies(industry, who, 0)
    big = max(1, round(numbers.big_agencies * industry.scale))
    industry.agencies.born(who, 0, groups=rosters, big=np.arange(rosters.size) < big, **states)


def roster_sizes(agencies: int) -> np.ndarray:
    """Active groups of each agency, largest first: the real rosters, or evenly spaced quantiles of them.

    The table of 282 agencies sums to 435 groups and 441 are active; six agencies of one group get a second.
    """
    table = distribution("agency_rosters_active_2025")
    real = np.sort(np.repeat(table["groups"], table["agencies"]))[::-1].copy()
    missing = distribution("active_groups_per_year")["active"][-1] - real.sum()
    singles = np.flatnonzero(real == 1)[:missing]
    real[singles] += 1
    places = (np.arange(agencies) + 0.5) / agencies * real.size
    return np.sort(real)[::-1][places.astype(int)]


def adopt_first_tools(industry: Industry) -> None:
    """The sourced share of agencies, exactly, uses AI on the first day, large ones more often."""
    numbers, agencies = industry.numbers, industry.agencies
    if industry.ai_exists:
        throws = industry.dice.uniform("first adoption", agencies.identity, 0)
        odds = np.where(agencies.big, numbers.big_agency_adoption, 1)
        count = round(numbers.adoption_start * agencies.size)
        first = np.argsort(-np.log(throws) / odds)[:count]
        agencies.adopted[first] = decisions.first_kinds(industry, agencies.identity[first], 0)
        agencies.weeks_of_use = numbers.weeks_used_at_start * agencies.adopted
    decisions.agencies_choose_tools(industry)
    rules.agencies_answer_the_law(industry)


def found_groups(industry: Industry) -> None:
    """Groups of all ages on the agencies' rosters, with the popularity, editing and cultures of their makers."""
    agencies, groups = industry.agencies, industry.groups
    agency = np.repeat(np.arange(agencies.size), agencies.groups)
    who = identity_of("group", 0, 0, np.arange(agency.size))
    states = draw_groups(industry, agency, who, 0, entering=False)
    groups.born(who, 0, debut_week=-weeks_since_debut(industry, who), editing=states["editing_habit"], **states)
    decisions.agencies_hand_over_tasks(industry)


def share_first_attention(industry: Industry) -> None:
    """Attention and content that agree: popular groups release more, and what is released draws attention."""
    numbers, groups, baseline = industry.numbers, industry.groups, industry.baseline
    speed, pull = 1 / numbers.content_adjustment_weeks, numbers.content_peer_pull
    groups.pieces = numbers.pieces_start
    for _ in range(BURN_IN_WEEKS * 2):
        groups.delivered = groups.pieces
        attention.platform_ranks_groups(industry)
        usual, target = industry.pieces_without_ai(), industry.strategy("content")
        groups.usual_pieces = (speed * usual + pull * usual.mean()) / (speed + pull)
        groups.pieces = (speed * target + pull * target.mean()) / (speed + pull)
        groups.editing = np.minimum(industry.strategy("editing"), numbers.editing_cap)
    baseline.pieces = float(groups.usual_pieces.mean())
    baseline.editing_advantage = decisions.editing_advantage(industry)
    baseline.protection = float(rosters.protection(industry).mean())
    beauty.groups_show_images(industry)
    industry.platform.appearance_norm = industry.platform.first_norm = beauty.mean_ideal(industry)


def found_idols(industry: Industry) -> None:
    """Members of every group: sizes by the decade of debut, ages of debut plus the years since."""
    groups, dice, idols = industry.groups, industry.dice, industry.idols
    recent = distribution("group_size_2020_2025")
    earlier = distribution("group_size_2010_2019")
    of_recent = recent["members"][dice.pick("members", groups.identity, 0, recent["groups"])]
    of_earlier = earlier["members"][dice.pick("members", groups.identity, 0, earlier["groups"])]
    young = groups.debut_week > -RECENT_WEEKS
    sizes = np.where(young, of_recent, of_earlier)
    group = np.repeat(np.arange(groups.size), sizes)
    ordinal = np.arange(group.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    debut_idols(industry, group, identity_of("idol", groups.identity[group], 0, ordinal), 0)
    idols.debut_week = week_joined(industry, groups.debut_week[group])
    idols.age -= idols.debut_week / WEEKS_PER_YEAR
    idols.contract_start = -(-idols.debut_week % round(industry.numbers.contract_weeks))


def week_joined(industry: Industry, debut_week: np.ndarray) -> np.ndarray:
    """Weeks in which the members of the first day joined: some replaced founders who had left since the debut."""
    numbers, idols = industry.numbers, industry.idols
    burnt = numbers.burnt_at_debut
    leaving = numbers.idol_exit_rate / WEEKS_PER_YEAR * (1 - burnt + burnt * np.exp(numbers.exit_from_burnout))
    gone = -np.expm1(leaving * debut_week)
    replaced = numbers.replaced_leaver_share * gone
    chance = replaced / (replaced + 1 - gone)
    later = industry.dice.bernoulli("replaced a founder", idols.identity, 0, chance)
    place = industry.dice.uniform("when replaced", idols.identity, 0)
    return np.where(later, debut_week * place, debut_week).astype(int)


RECENT_WEEKS = 286
"""Weeks from the start of 2020 to the count of mid-2025: groups that debuted since have the sizes of that decade."""


def found_services(industry: Industry) -> None:
    """The shared fan platform, ticketing and message service."""
    kinds = np.arange(len(SERVICES))
    who = identity_of("service", 0, 0, kinds)
    industry.services.born(who, 0, kind=kinds, registration=industry.numbers.service_registration,
                           expected_fine=industry.first_expected_fine)


def seat_fans(industry: Industry) -> None:
    """Fans take their seats, fandom beside fandom, in proportion to attention; some seats stay empty."""
    numbers, fans = industry.numbers, industry.fans
    seats = industry.scenario.fans
    reached = np.cumsum(industry.groups.attention_share)
    for some in crowds(seats):
        rows = np.arange(some.start, some.stop)
        place = (rows + 0.5) / seats * reached[-1]
        main = np.minimum(np.searchsorted(reached, place), industry.groups.size - 1)
        seat = industry.seats(rows)
        states = draw_fans(industry, seat, 0, main)
        fans.born(states.pop("identity"), 0, **states)
        grow_first_attachment(industry, some)
        fans.die(rows[industry.dice.uniform("empty seat", seat, 0) < numbers.vacant_seat_share])
    industry.baseline.attachment = float(fans.attachment[fans.alive].mean(dtype=np.float64))
    third = np.quantile(fans.susceptibility[fans.alive], 2 / 3)
    industry.baseline.vulnerable_from = float(third)
    tie_fans(industry)
    # An audience to look at on the first day; nobody leaves before the first week, since only the sums are kept.
    attention.fans_divide_attention(industry)


def crowds(seats: int) -> Iterator[slice]:
    """All seats, so many at a time."""
    for first in range(0, seats, FANS_AT_ONCE):
        yield slice(first, min(first + FANS_AT_ONCE, seats))


def grow_first_attachment(industry: Industry, some: slice) -> None:
    """Attachment of fans as it has grown in the weeks that they have been in their fandom."""
    numbers, fans = industry.numbers, industry.fans
    throws = industry.dice.uniform("weeks in the fandom", fans.identity[some], 0)
    since = np.log(throws) * -WEEKS_PER_YEAR / numbers.fan_churn
    grown = 1 - (1 - numbers.newcomer_attachment) * np.exp(-numbers.attachment_speed * since)
    fans.attachment[some] = fans.parasocial[some] * grown
    fans.second_attachment[some] = fans.attachment[some]


def tie_fans(industry: Industry) -> None:
    """Seats in the fandom get the ties that they keep; the scenario alone decides them, at whatever week."""
    numbers, scenario = industry.first_law, industry.scenario
    industry.fandom = fandom_graph(scenario.fans, numbers.neighbours, numbers.distant_tie_share, scenario.seed)


def settle_dissatisfaction(industry: Industry) -> None:
    """Dissatisfaction and exposure settle into each other before the first day, and exposure gets its yardstick."""
    numbers, fans, groups, baseline = industry.numbers, industry.fans, industry.groups, industry.baseline
    f4, tiny = np.float32, float(np.finfo(np.float32).eps)
    raw = np.zeros(fans.size, dtype=fans.exposure.dtype)
    for week in range(-BURN_IN_WEEKS, 1):
        sums = np.zeros((blocks_of(fans.size), 2))
        sweep(exposure_of, fans.size, industry.threads, fans.alive, fans.dissatisfaction, fans.age, fans.hours,
              fans.main_group, fans.second_group, groups.image_ideal.astype(f4), beauty.feed_in_force(industry), raw,
              sums)
        mean, square = sums.sum(axis=0) / len(fans)
        baseline.exposure_mean = float(mean)
        baseline.exposure_sd = max(float(np.sqrt(max(square - mean**2, 0))), tiny)
        if week < 0:
            beauty.fans_compare_themselves(industry, week)
    limit = f4(numbers.exposure_limit)
    for some in crowds(fans.size):
        seen = np.clip((raw[some] - f4(baseline.exposure_mean)) / f4(baseline.exposure_sd), -limit, limit)
        fans.exposure[some] = np.where(fans.alive[some], seen, 0)


def settle_idols(industry: Industry) -> None:
    """Idols' hours, fear, burnout and pressure as they stand after the careers they have had."""
    numbers, idols, groups = industry.numbers, industry.idols, industry.groups
    cap = work.hours_cap(industry)
    busy = numbers.busy_weeks / numbers.comeback_cycle
    content = numbers.idol_hours_per_piece * groups.pieces[idols.group]
    usual = (busy * np.minimum(numbers.hours_in_promotion + content, cap)
             + (1 - busy) * np.minimum(numbers.hours_off_cycle + content, cap))
    idols.usual_hours = usual
    idols.fatigue = usual
    work.idols_fear_for_jobs(industry)
    onset, recovery = work.burnout_hazards(industry, usual, idols.insecurity)
    settled = onset / (onset + recovery)
    since = np.maximum(0, -idols.debut_week)
    chance = settled + (numbers.burnt_at_debut - settled) * np.exp(-(onset + recovery) * since)
    idols.burnt_out = industry.dice.bernoulli("burnt out on the first day", idols.identity, 0, chance)
    beauty.agencies_press_idols(industry)
    leaving = numbers.hiatus_hazard * np.exp(idols.distress)
    away = leaving / (leaving + 1 / numbers.hiatus_weeks)
    idols.on_hiatus = industry.dice.bernoulli("on hiatus on the first day", idols.identity, 0, away)
    work.idols_work_hours(industry)
    idols.usual_hours = usual
    industry.baseline.idol_pressure = float(idols.pressure.mean())
    work.agencies_break_rules(industry)
    industry.staff.insecurity = numbers.staff_insecurity_start


def settle_records(industry: Industry) -> None:
    """Fans' records stand at the stock that years of use have left; the mean stock is the unit."""
    numbers, fans, baseline = industry.numbers, industry.fans, industry.baseline
    tiny = np.finfo(float).tiny
    baseline.consent = max(data.consent_share(industry), SMALLEST_CONSENT)
    weeks = numbers.retention_weeks
    stay = 1 / attention.leaving_rate(industry)
    reached = 1 - 1 / (1 + stay / weeks)
    holding = np.array([1, 1, numbers.payment_record_share, numbers.biometric_record_share])
    baseline.inflow = (1 - np.exp(-1 / weeks)) / (numbers.fan_hours * baseline.consent * holding * reached)
    for some in crowds(fans.size):
        since = -stay * np.log(industry.dice.uniform("weeks as a fan", fans.identity[some], 0))
        gathered = fans.hours[some] * (fans.privacy_stance[some] < baseline.consent) * fans.alive[some]
        for kind, needed in enumerate(data.NEEDED_BITS):
            has = (fans.accounts[some] & needed) == needed
            stock = baseline.inflow[kind] / (1 - np.exp(-1 / weeks[kind])) * (1 - np.exp(-since / weeks[kind]))
            fans.records[some, kind] = gathered * has * stock
    baseline.records = max(float(fans.records[fans.alive].mean(dtype=np.float64)), tiny)
    data.refill_heads(industry)
    data.holders_reckon_hazard(industry)
    data.deepfakes_spread_to(industry)


def settle_culture(industry: Industry) -> None:
    """The record of releases starts as a year like the first week; call-outs get their sourced rate."""
    numbers, groups = industry.numbers, industry.groups
    rows = groups.rows
    songs = culture.write_songs(industry, rows, 0)
    culture.remember_songs(industry, songs)
    year = numbers.title_release_share * numbers.release_memory_weeks / numbers.comeback_cycle
    industry.cultures.scale_to(year * rows.size)
    provoked = max(culture.offence(industry, rows, songs).mean(), np.finfo(float).tiny)
    industry.baseline.callout_hazard = -np.log1p(-numbers.callout_rate) / provoked


def settle_money(industry: Industry) -> None:
    """Revenue, cost and debts of the first day: idols owe what the settlements since their debut have not repaid."""
    idols, agencies = industry.idols, industry.agencies
    idols.debt = 0
    money.groups_earn_revenue(industry)
    money.vendors_earn_income(industry)
    money.agencies_pay_costs(industry)
    money.agencies_settle_with_idols(industry)
    repaid = idols.income / WEEKS_PER_YEAR * -idols.debut_week
    idols.debt = np.maximum(0, industry.numbers.debut_debt - repaid)
    money.agencies_settle_with_idols(industry)
    agencies.cash = 0
    agencies.annual_revenue = agencies.revenue
    industry.services.annual_revenue = data.holders_revenue(industry, industry.services)
    money.staff_are_displaced(industry)
