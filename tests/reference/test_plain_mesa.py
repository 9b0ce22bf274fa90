"""The compiled fans against plain Mesa objects: week by week, the columns of a world hold what the objects hold.

Objects (`experiments/benchmarks/plain_mesa.py`) count in double precision, columns in float32. How far may rounding
drive them apart? One rounding is 6e-8 of a value. A week of dissatisfaction takes some twenty of them, on terms of
which none is much larger than 1 SD, and forgets a third of what has gathered: about 5e-7. Attachment, trust and
records forget slowly, so that the roundings of all weeks gather, but they are one or two a week: 5e-7 again. A
deletion law compares a stock with the inflow over the share deleted a week, 1 - keep = .006, which is off by up to
5e-6 of itself; a twentieth of that reaches the stock in a week, so 2e-6 in eight. `APART` is about twice that, and one
mistake in a thousand in any coefficient of these rules goes beyond it (last test).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from experiments.benchmarks.plain_mesa import PlainFandom
from sim.agents.fan import Fan
from sim.agents.institutions import Notice
from sim.industry import Industry
from sim.policies import Policy
from sim.processes import WEEK
from sim.processes.attention import fans_divide_attention
from sim.processes.beauty import fans_compare_themselves
from sim.processes.data import fans_entrust_records, suffer_breach
from sim.scenario import Scenario

Process = Callable[[Industry], None]
Columns = Mapping[str, np.ndarray]

WEEKS = 8
APART = 5e-6
CHANCE_APART = 1e-7
"""Rounding of a weekly chance to leave: where the throw lies nearer to it, either outcome is right."""

FELT = tuple(name for name, state in Fan.states.items() if state.dtype.kind == "f")
KNOWN = ("alive", "identity", *(name for name in Fan.states if name not in FELT))
MOVED_BY_OTHERS = ("main_group", "second_group", "attachment", "second_attachment", "trust", "trust_set_point", "harm")
"""What befalls fans who keep their seats: their group ends, they turn to another, a breach hurts them."""

TWINS: dict[Process, Callable[[PlainFandom], None]] = {
    fans_divide_attention: PlainFandom.divide_attention,
    fans_compare_themselves: PlainFandom.compare_themselves,
    fans_entrust_records: PlainFandom.entrust_records,
}

EVERYTHING = {"minors_use_cap": 2.5, "feed_gain_cap": 0.09, "image_label": 1.0, "diverse_image_quota": 0.3,
              "media_literacy": 0.7, "minimisation": 0.8, "retention_limit": 26.0, "consent_regime": 2}
FROM_WEEK_3 = Policy.of([{"set": name, "to": value, "from": "2025-01-20"} for name, value in EVERYTHING.items()],
                        "everything")
LAWS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "minors' hours capped": {"numbers": {"minors_use_cap": 2.5}},
    "feed capped": {"numbers": {"feed_gain_cap": 0.09}},
    "labels, diverse images": {"numbers": {"image_label": 1.0, "label_mean_effect": 0.1, "diverse_image_quota": 0.3}},
    "literacy": {"numbers": {"media_literacy": 0.7}},
    "minimisation": {"numbers": {"minimisation": 0.8, "retention_limit": 26.0}},
    "opt-in": {"numbers": {"consent_regime": 2}},
    "drifting set points": {"numbers": {"set_point_drift": 0.002, "peer_pull": 0.05, "main_group_hours": 0.75}},
    "all from week 3": {"policies": (FROM_WEEK_3,)},
}


def world(threads: int = 1, **changes: Any) -> Industry:
    """A small world whose fans leave often, many of them distrustful and hurt already."""
    numbers = {"fan_churn": 0.4, "extra_churn": 0.045, **changes.pop("numbers", {})}
    asked = {"fans": 1200, "agencies": 24, "weeks": WEEKS, "seed": 3, **changes, "numbers": numbers}
    industry = Industry(Scenario(**asked), threads)
    fans = industry.fans
    fans.trust[::3], fans.trust_set_point[::6], fans.harm[::4] = 0.2, 0.4, 1.5
    industry.platform.checking = 0.3
    industry.processes = (*WEEK, platform_is_breached)
    return industry


def platform_is_breached(industry: Industry) -> None:
    """In week 2 the fan platform loses the records of half its people, and a week later everybody hears of it."""
    if industry.week == 2:
        heads = float(industry.services.heads[0]) / 2
        suffer_breach(industry, industry.services, 0, heads)
        industry.regulator.notices.append(Notice(3, "disclosure", "services", 0, heads, 0.5))


class SideBySide:
    """A world and its fans once more, as objects that do themselves what fans do and hear of all else that befalls.

    With a `mistake`, objects live by other numbers than columns.
    """

    def __init__(self, industry: Industry, mistake: Mapping[str, float] | None = None) -> None:
        self.industry, self.fandom, self.mistake = industry, PlainFandom(industry), mistake or {}
        self.leavers = 0
        industry.processes = tuple(self._with_objects(process) for process in industry.processes)

    def _with_objects(self, process: Process) -> Process:
        def both(industry: Industry) -> None:
            before = industry.fans.columns()
            if process in TWINS:
                self._live(TWINS[process])
                process(industry)
            else:
                process(industry)
                self._hear(before, industry.fans.columns(copy=False))
            if process is fans_divide_attention:
                self._check_decisions()

        both.__name__ = process.__name__
        return both

    def _live(self, twin: Callable[[PlainFandom], None]) -> None:
        right = self.industry.numbers
        believed = right.copy()
        for name, factor in self.mistake.items():
            believed.__dict__[name] = right.get(name) * factor
        self.industry.numbers = believed
        twin(self.fandom)
        self.industry.numbers = right

    def _hear(self, before: Columns, after: Columns) -> None:
        """Seats with new occupants are read anew; to the others happens the difference that happened to the columns."""
        changed = (after["identity"] != before["identity"]) | (after["alive"] != before["alive"])
        self.fandom.seat_fans(np.flatnonzero(changed).tolist())
        for name in MOVED_BY_OTHERS:
            difference = after[name] - before[name]
            for seat in np.flatnonzero((difference != 0) & ~changed).tolist():
                fan = self.fandom.fans[seat]
                setattr(fan, name, getattr(fan, name) + difference[seat].item())

    def _check_decisions(self) -> None:
        """The same fans decide to leave, unless luck and chance differ by a rounding; hours reach the same groups."""
        leaves, chance = self.objects("leaves"), self.objects("chance_to_leave")
        undecided = abs(np.array(self.fandom.throws) - chance) < CHANCE_APART
        self.leavers += int(leaves.sum())
        if not self.mistake:
            assert np.array_equal(self.industry.leaving | undecided, leaves | undecided)
            assert self.industry.groups.audience_hours == pytest.approx(self.fandom.audience_hours, rel=APART)

    def objects(self, name: str) -> np.ndarray:
        """One state of all the objects, by seat."""
        return np.array([getattr(fan, name) for fan in self.fandom.fans])

    def apart(self) -> dict[str, float]:
        """How far columns and objects are apart in the worst seat: of the value, or of 1 where that is larger."""
        pairs = {name: (getattr(self.industry.fans, name), self.objects(name)) for name in FELT}
        return {name: float((abs(column - plain) / np.maximum(1, abs(plain))).max())
                for name, (column, plain) in pairs.items()}


@pytest.mark.parametrize("ai", ["evolving", "none"])
@pytest.mark.parametrize("law", LAWS)
def test_columns_hold_what_objects_hold(law: str, ai: str) -> None:
    pair = SideBySide(world(ai=ai, **LAWS[law]))
    for _ in range(WEEKS):
        pair.industry.step()
        apart = pair.apart()
        assert max(apart.values()) < APART, f"week {pair.industry.week}: {apart}"
        for name in KNOWN:
            assert np.array_equal(getattr(pair.industry.fans, name), pair.objects(name)), name
    assert pair.leavers > WEEKS


def test_so_do_those_of_many_fans_on_two_threads() -> None:
    pair = SideBySide(world(threads=2, fans=50_000, agencies=100))
    for _ in range(2):
        pair.industry.step()
    assert max(pair.apart().values()) < APART, pair.apart()
    assert pair.leavers > 100


@pytest.mark.parametrize("law", [name for name in LAWS if name != "as it is"])
def test_every_law_tried_here_changes_what_fans_feel(law: str) -> None:
    usual, other = world(), world(**LAWS[law])
    for industry in (usual, other):
        industry.run_for(WEEKS)
    apart = {name: abs(getattr(usual.fans, name) - getattr(other.fans, name)).max() for name in FELT}
    assert max(apart.values()) > 1000 * APART, apart


@pytest.mark.parametrize("coefficient", [
    "main_group_hours", "second_group_hours", "attachment_speed", "feed_gain", "feed_appearance_share",
    "weekly_persistence", "standing_effect", "dissatisfaction_noise", "peer_pull", "label_backfire",
    "literacy_set_point", "literacy_susceptibility", "trust_recovery", "trust_set_point_recovery", "use_from_trust",
    "harm_memory_weeks", "retention_limit", "deletion_weeks", "minimisation_effect", "old_stock_weeks",
])  # fmt: skip
def test_one_mistake_in_a_thousand_goes_beyond_rounding(coefficient: str) -> None:
    pair = SideBySide(world(policies=(FROM_WEEK_3,)), {coefficient: 1.001})
    pair.industry.run_for(6)
    assert max(pair.apart().values()) > APART, pair.apart()
