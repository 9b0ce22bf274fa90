"""What must hold in every world, whatever its numbers: nothing is lost, nothing made of nothing, nothing undefined."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from sim.agents.idol import ADULT_AGE
from sim.industry import Industry
from sim.kernels.songs import lean_of_ai
from sim.observables import OBSERVABLES, observe
from sim.params import CULTURES, WEEKS_PER_YEAR, Passport, passports
from sim.policies import Policy
from sim.processes import attention, careers, culture, money
from sim.processes.decisions import COMPOSITION
from sim.scenario import Scenario

WEEKS = 20
START = date(2024, 12, 30)
SLACK = 1e-6
"""Float32 columns may leave their bounds by rounding."""

# A world is drawn whole from one number; narrowing it number by number is done below, in bounded time.
searching = settings(max_examples=25, phases=(Phase.explicit, Phase.generate))
seeds = st.integers(0, 2**32 - 1)

Setting = dict[str, Any]


# ---- any valid numbers ----


def within(passport: Passport, place: float) -> Any:
    """A value of the passport's own type, at this place (0 to 1) in its range."""
    if isinstance(passport.value, bool):
        return place >= 0.5
    value = passport.low + (passport.high - passport.low) * place
    return round(value) if isinstance(passport.value, int) else min(max(value, passport.low), passport.high)


def any_numbers(seed: int, style: str, levers_too: bool = True) -> Setting:
    """Every number of the model anew, jointly: well inside its range, anywhere in it, or at one of its ends."""
    dice = np.random.default_rng(seed)
    places: dict[str, Callable[[], float]] = {
        "inside": lambda: dice.uniform(0.05, 0.95),
        "anywhere": lambda: float(dice.choice([0, 1, dice.random(), dice.random()])),
        "corners": lambda: float(dice.integers(2)),
    }
    place, chosen = places[style], {}
    for name, passport in passports().items():
        if passport.kind == "scenario" and not levers_too:
            continue
        keys = [f"{name}.{label}" for label in passport.labels] or [name]
        drawn = {key: within(passport, place()) for key in keys}
        if passport.mixture:  # parts of a whole that are all 0 are refused, rightly; the first label is set first
            drawn[keys[0]] = drawn[keys[0]] or passport.high
        chosen |= drawn
    return chosen


def any_policies(seed: int) -> tuple[Policy, ...]:
    """Every lever moved somewhere, each from a date of its own within the first weeks, some only for a while."""
    dice = np.random.default_rng(seed)
    changes = []
    for name, passport in passports().items():
        if passport.kind != "scenario":
            continue
        value = within(passport, float(dice.choice([0, 1, dice.random()])))
        start = START + timedelta(days=int(dice.integers(0, 60)))
        change = {"set": name, "to": value, "from": start}
        if dice.random() < 0.3:
            change["until"] = start + timedelta(days=int(dice.integers(1, 60)))
        if dice.random() < 0.3 and not isinstance(value, int):
            change["over"] = int(dice.integers(1, 12))
        changes.append(change)
    return (Policy.of(changes),)


def tiny(seed: int, numbers: Setting, policies: tuple[Policy, ...] = ()) -> Scenario:
    """A tiny industry with these numbers."""
    dice = np.random.default_rng([seed, 1])
    return Scenario(
        start=START, weeks=WEEKS, seed=seed, fans=int(dice.integers(200, 400)), agencies=int(dice.integers(4, 12)),
        ai=str(dice.choice(["evolving", "evolving", "frozen", "none"])),  # type: ignore[arg-type]
        numbers=numbers, policies=policies,
    )


def out_of_bounds(industry: Industry) -> list[str]:
    """Whatever is no number, and every share below 0 or above 1, among the living and in what is observed."""
    wrong = []
    for name, population in industry.populations.items():
        for column, values in population.columns(copy=False).items():
            if values.dtype.kind != "f":
                continue
            if not np.isfinite(values).all():
                wrong.append(f"{name}.{column} is not finite")
            living = values[population.alive]
            if population.states()[column].unit == "share" and not in_unit_interval(living):
                wrong.append(f"the share {name}.{column} is {living.min():g} to {living.max():g}")
    for name, value in observe(industry).items():
        if not np.isfinite(value):
            wrong.append(f"the observable {name} is {value}")
        elif OBSERVABLES[name].unit == "share" and not in_unit_interval(np.array([value])):
            wrong.append(f"the observable share {name} is {value:g}")
    return wrong


def in_unit_interval(values: np.ndarray) -> bool:
    """Whether all of it lies between 0 and 1, but for rounding."""
    return values.size == 0 or bool(values.min() >= -SLACK and values.max() <= 1 + SLACK)


def trouble(scenario: Scenario) -> str:
    """What goes wrong in a world within its weeks; empty if nothing does."""
    week = 0
    try:
        with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
            warnings.simplefilter("error")
            industry = Industry(scenario)
            for week in range(scenario.weeks + 1):
                if week:
                    industry.step()
                if wrong := out_of_bounds(industry):
                    return f"week {week}: " + ", ".join(wrong)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in place if "/sim/" in frame.filename][-1]
        return f"week {week}: {error!r} at {ours.filename.rpartition('/')[2]}:{ours.lineno}"
    return ""


def fewest(numbers: Setting, fails: Callable[[Setting], bool], patience: int = 120) -> Setting:
    """A few of these numbers that are enough to fail, the rest at their defaults, found by halving."""
    keys, parts = list(numbers), 2
    while len(keys) > 1 and patience > 0:
        size = -(-len(keys) // parts)
        pieces = [keys[first : first + size] for first in range(0, len(keys), size)]
        for piece in pieces:
            rest = [key for key in keys if key not in piece]
            patience -= 1
            if fails({key: numbers[key] for key in rest}):
                keys, parts = rest, max(2, parts - 1)
                break
        else:
            if size == 1:
                break
            parts = min(len(keys), 2 * parts)
    return {key: numbers[key] for key in keys}


def must_survive(seed: int, numbers: Setting, policies: tuple[Policy, ...] = ()) -> None:
    """Fails with the few numbers that are to blame."""
    scenario = tiny(seed, numbers, policies)
    if found := trouble(scenario):
        blamed = fewest(numbers, lambda fewer: bool(trouble(scenario.with_(numbers=fewer))))
        again = trouble(scenario.with_(numbers=blamed))
        raise AssertionError(f"{found}\nenough for it (ai={scenario.ai}, seed={seed}): {blamed}: {again}")


@given(seeds)
@searching
def test_any_numbers_from_inside_their_ranges_survive_20_weeks(seed: int) -> None:
    must_survive(seed, any_numbers(seed, "inside"))


@given(seeds)
@searching
@example(1_065_353_216)  # a kind of tool that nobody begins with
def test_any_numbers_with_some_at_the_ends_of_their_ranges_survive_20_weeks(seed: int) -> None:
    must_survive(seed, any_numbers(seed, "anywhere"))


@given(seeds)
@searching
def test_numbers_that_are_all_at_the_ends_of_their_ranges_survive_20_weeks(seed: int) -> None:
    must_survive(seed, any_numbers(seed, "corners"))


@given(seeds)
@searching
def test_any_policies_survive_20_weeks(seed: int) -> None:
    must_survive(seed, any_numbers(seed, "inside", levers_too=False) if seed % 2 else {}, any_policies(seed))


def ends() -> dict[str, Setting]:
    """Each lever alone at each end of its range: the first thing that a person tries."""
    found = {}
    for name, passport in passports().items():
        if passport.kind == "scenario":
            found |= {f"{name}={within(passport, end):g}": {name: within(passport, end)} for end in (0, 1)}
    return found


def test_every_lever_alone_may_stand_at_either_end_from_the_first_day() -> None:
    failing = {case: found for case, numbers in ends().items()
               if (found := trouble(Scenario(weeks=4, fans=200, agencies=6, seed=1, numbers=numbers)))}
    assert failing == {}


PAIRS: dict[str, Setting] = {
    "no agency may order a diet, and all obey": {"weight_order_ban": 1, "weight_ban_reach": 1},
    "fans give more to two groups than they have": {"main_group_hours": 0.8, "second_group_hours": 0.4},
    "no culture is better represented than another": {
        f"corpus_share.{culture}": 1 / len(CULTURES) for culture in CULTURES
    },
}


@pytest.mark.parametrize("case", PAIRS)
def test_numbers_that_go_ill_together_survive(case: str) -> None:
    scenario = Scenario(weeks=6, fans=200, agencies=60, numbers=PAIRS[case])
    assert [trouble(scenario.with_(agencies=8, seed=seed)) for seed in range(6)] == [""] * 6
    industry = Industry(scenario)
    industry.run_for(2)
    assert industry.groups.audience_hours.min() >= 0  # some groups have none of the few fans


def test_the_search_for_trouble_would_find_some() -> None:
    def half_the_fans_are_forgotten(industry: Industry) -> None:
        industry.fans.trust[::2] = np.nan

    industry = Industry(tiny(1, {}))
    assert out_of_bounds(industry) == []
    half_the_fans_are_forgotten(industry)
    assert "fans.trust is not finite" in out_of_bounds(industry)
    industry = Industry(tiny(1, {}))
    industry.groups.editing[industry.groups.rows[0]] = 1.5
    assert any("groups.editing" in wrong for wrong in out_of_bounds(industry))
    assert fewest(dict.fromkeys("abcdefg", 1), lambda fewer: {"b", "e"} <= set(fewer)) == {"b": 1, "e": 1}


# ---- conserved in every week ----

conserving = settings(max_examples=15, phases=(Phase.explicit, Phase.generate))


def lived(seed: int, *checks: tuple[Callable[..., None], Callable[[Industry], None]], weeks: int = 12) -> Industry:
    """Lives a world of any numbers and policies; each check is made right after the process it stands with."""
    industry = Industry(tiny(seed, any_numbers(seed, "inside", levers_too=False), any_policies(seed)))
    after: dict[Any, list[Callable[[Industry], None]]] = {}
    for process, check in checks:
        after.setdefault(process, []).append(check)
    industry.processes = tuple(
        part for process in industry.processes for part in (process, *after.get(process, ()))
    )
    industry.run_for(weeks)
    return industry


@given(seeds)
@conserving
def test_attention_is_neither_made_nor_lost(seed: int) -> None:
    seen = []

    def shares_are_whole(industry: Industry) -> None:
        share = industry.groups.attention_share
        assert share.sum() == pytest.approx(1, abs=1e-12) and share.min() >= 0
        assert not share[~industry.groups.alive].any()

    def hours_given_are_hours_had(industry: Industry) -> None:
        fans, numbers = industry.fans, industry.numbers
        had = np.where(fans.age < ADULT_AGE, np.minimum(fans.hours, numbers.minors_use_cap), fans.hours)
        total = had[fans.alive].astype(float).sum()
        assert industry.groups.audience_hours.sum() == pytest.approx(total, rel=1e-6, abs=1e-6)
        assert industry.groups.audience_hours.min() >= -1e-6
        assert not industry.groups.audience_hours[~industry.groups.alive].any()
        assert not industry.leaving[~fans.alive].any()
        seen.append(total)

    industry = lived(
        seed,
        (attention.platform_ranks_groups, shares_are_whole),
        (attention.fans_divide_attention, hours_given_are_hours_had),
    )
    shares_are_whole(industry)
    assert len(seen) == 12


@given(seeds)
@conserving
def test_the_dead_draw_no_attention_and_earn_nothing(seed: int) -> None:
    industry = lived(seed, weeks=2)
    rows = industry.groups.rows
    industry.groups.die(rows[: len(rows) // 2])  # as if they had all ended over the weekend
    industry.idols.die(np.flatnonzero(industry.idols.alive & ~industry.groups.alive[industry.idols.group]))
    industry.fans.main_group[...] = rows[-1]
    industry.fans.second_group[...] = -1
    industry.run_for(4)
    groups, fans = industry.groups, industry.fans
    gone = ~groups.alive
    for column in ("attention_share", "audience_hours", "revenue", "profit"):
        assert not groups.column_of(column)[gone].any(), column  # type: ignore[index]
    assert groups.alive[fans.main_group[fans.alive]].all()
    assert (groups.alive[fans.second_group] | (fans.second_group < 0))[fans.alive].all()
    assert groups.alive[industry.idols.group[industry.idols.alive]].all()
    assert industry.agencies.alive[groups.agency[groups.alive]].all()


@given(seeds)
@conserving
def test_money_is_neither_made_nor_lost(seed: int) -> None:
    before: dict[str, np.ndarray] = {}

    def note_what_is_owed(industry: Industry) -> None:
        before["debt"], before["fines"] = industry.idols.debt.copy(), industry.agencies.fines.copy()

    def revenue_is_cost_and_income_and_profit(industry: Industry) -> None:
        groups, idols, agencies = industry.groups, industry.idols, industry.agencies
        repaid = before["debt"] - idols.debt
        assert repaid.min() >= 0 and idols.debt.min() >= 0 and idols.income.min() >= 0
        # Wages stand among the costs; idols' part is what reaches them and what repays their debts.
        of_idols = np.bincount(idols.group, weights=idols.income + repaid * WEEKS_PER_YEAR, minlength=groups.size)
        spent = (groups.cost - groups.wages + of_idols + groups.profit)[groups.alive]
        assert spent == pytest.approx(groups.revenue[groups.alive], rel=1e-9, abs=1e-6)
        revenue, profit = (
            np.bincount(groups.agency, weights=column, minlength=agencies.size)
            for column in (groups.revenue, groups.profit)
        )
        assert agencies.revenue == pytest.approx(revenue, rel=1e-9, abs=1e-6)
        assert agencies.profit == pytest.approx(profit - before["fines"] * WEEKS_PER_YEAR, rel=1e-9, abs=1e-6)

    def tools_earn_what_agencies_spend_beyond_the_pool(industry: Industry) -> None:
        composing = industry.tools.kind == COMPOSITION
        pool = industry.numbers.licence_pool * industry.tools.income[composing].sum()
        assert industry.tools.income.sum() + pool == pytest.approx(industry.tool_spending.sum(), rel=1e-9, abs=1e-9)

    lived(
        seed,
        (money.vendors_earn_income, tools_earn_what_agencies_spend_beyond_the_pool),
        (money.agencies_pay_costs, note_what_is_owed),
        (money.agencies_settle_with_idols, revenue_is_cost_and_income_and_profit),
    )


@given(seeds)
@conserving
def test_cash_changes_by_profit_debts_and_fines_and_by_nothing_else(seed: int) -> None:
    industry = Industry(tiny(seed, any_numbers(seed, "inside", levers_too=False)).with_(agencies=40))
    industry.numbers.put("regulator_capacity", 200)
    owed: dict[str, np.ndarray] = {}
    flows: dict[str, np.ndarray] = {}

    def note_what_is_owed(industry: Industry) -> None:
        owed["before"] = industry.idols.debt.copy()

    def note_what_came_in(industry: Industry) -> None:
        groups, idols = industry.groups, industry.idols
        repaid = np.bincount(idols.group, weights=owed["before"] - idols.debt, minlength=groups.size)
        came_in = groups.profit / WEEKS_PER_YEAR + repaid
        flows["week"] = np.bincount(groups.agency, weights=came_in, minlength=industry.agencies.size)

    advances: dict[int, tuple[int, float]] = {}

    def note_newcomers(industry: Industry) -> None:
        # Twice a week: a successor whose group ends at once may have left the row to a member of a new group.
        idols = industry.idols
        for row in np.flatnonzero(idols.born_week == industry.week):
            advances[int(idols.identity[row])] = int(industry.groups.agency[idols.group[row]]), float(idols.debt[row])

    settling = money.agencies_settle_with_idols
    noting = {settling: (note_what_is_owed, settling, note_what_came_in),
              careers.idols_leave: (careers.idols_leave, note_newcomers)}
    industry.processes = (
        *(each for process in industry.processes for each in noting.get(process, (process,))), note_newcomers)
    for _ in range(30):
        before, told, agencies = industry.agencies.cash.copy(), len(industry.events), industry.agencies
        advances.clear()
        industry.step()
        expected = np.zeros(agencies.size)
        expected[: len(before)] += before
        expected[: len(flows["week"])] += flows["week"]
        # An agency advances to each newcomer what the newcomer owes it from then on.
        for agency, debt in advances.values():
            expected[agency] -= debt
        for event in industry.events[told:]:
            kind, _, row = event.subject.partition(" ")
            if event.kind == "fine" and kind in ("agency", "agencies"):
                expected[int(row)] -= event.magnitude
        assert agencies.cash == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_the_worlds_of_the_cash_test_have_fines_in_them() -> None:
    industry = Industry(Scenario(fans=200, agencies=282, numbers={"regulator_capacity": 200, "breach_rate": 0.08}))
    industry.run_for(60)
    fined = {event.subject.partition(" ")[0] for event in industry.events if event.kind == "fine"}
    assert "agency" in fined  # working time; fines for breaches come later and more rarely


# ---- mixtures ----


@given(seeds)
@conserving
def test_mixtures_of_cultures_sum_to_one(seed: int) -> None:
    def of_one(mixtures: np.ndarray) -> bool:
        return bool(np.allclose(mixtures.sum(axis=-1), 1, rtol=0, atol=1e-9) and mixtures.min() >= 0)

    def mixtures_are_whole(industry: Industry) -> None:
        rows = industry.groups.rows
        assert of_one(industry.groups.intended_mix[rows]) and of_one(industry.tools.corpus)
        assert of_one(industry.cultures.released_mix)
        songs = culture.write_songs(industry, rows, industry.week)
        assert of_one(songs["mix"]) and in_unit_interval(songs["ai_weight"]) and in_unit_interval(songs["borrowed"])
        assert (songs["credited"] <= songs["borrowed"] + SLACK).all() and songs["score"].min() >= 0

    lived(seed, (culture.groups_release_songs, mixtures_are_whole))


shares = st.lists(st.floats(1e-6, 1), min_size=len(CULTURES), max_size=len(CULTURES))


@given(shares, shares, st.floats(0, 3))
def test_what_a_generator_makes_of_any_mixture_is_a_mixture(
    intended: list[float], corpus: list[float], skew: float
) -> None:
    meant, held = np.array(intended) / sum(intended), np.array(corpus) / sum(corpus)
    made = lean_of_ai(meant, held, culture.UNDER_REPRESENTED, skew)
    assert made.shape == meant.shape and made.min() >= 0
    assert made.sum() == pytest.approx(1)
    if skew == 0:
        assert made == pytest.approx(meant)
