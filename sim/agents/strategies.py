"""Strategies: swappable ways in which agencies decide, found by name.

A strategy is a function of the industry that returns what the decision should move towards. A scenario names
one per decision (``strategies: {content: hold}``); a user's own file adds more, see ``sim.plugins``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sys import float_info
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from sim.params import LimelightError, nearest

if TYPE_CHECKING:
    from sim.industry import Industry

Strategy = Callable[["Industry"], np.ndarray]

STRATEGIES: dict[str, dict[str, Strategy]] = {}
"""Decision -> name -> strategy."""

DEFAULT_STRATEGIES = {"adoption": "imitation", "content": "rebound", "editing": "learnt_reward",
                      "security": "learnt_loss"}
"""What agencies do unless a scenario says otherwise."""


def strategy(decision: str, name: str) -> Callable[[Strategy], Strategy]:
    """Registers a strategy for a decision under a name."""

    def register(function: Strategy) -> Strategy:
        if function.__module__ != __name__:  # or it would reach every world of this process
            raise LimelightError("a strategy of your own is marked by `strategy` of sim.plugins; import that one.")
        STRATEGIES.setdefault(decision, {})[name] = function
        return function

    return register


def strategy_for(decision: str, name: str, every: Mapping[str, Mapping[str, Strategy]] = STRATEGIES) -> Strategy:
    """The strategy of this name; an unknown name is refused with the nearest known one."""
    known = every.get(decision)
    if known is None:
        raise LimelightError(f"strategies: there is no decision {decision!r}; the nearest is "
                             f"{nearest(decision, every)!r}.")
    if name not in known:
        raise LimelightError(f"strategies.{decision}: there is no strategy {name!r}; the nearest is "
                             f"{nearest(name, known)!r}.")
    return known[name]


@strategy("adoption", "imitation")
def imitate_adopters(industry: Industry) -> np.ndarray:
    """Chance to adopt this week, per agency: imitation of adopters, weighed by the gain expected of the tools."""
    numbers, agencies = industry.numbers, industry.agencies
    price = industry.tools.mean_of(industry.tools.price)
    gain = expit(numbers.expected_gain + numbers.gain_from_price * (price - 1))
    share = industry.adoption_share()
    eager = np.where(agencies.big, numbers.big_agency_adoption, 1)
    eager = eager / agencies.mean_of(eager)
    return (numbers.adoption_external + numbers.adoption_imitation * share) * gain * eager


@strategy("adoption", "abstain")
def abstain_from_tools(industry: Industry) -> np.ndarray:
    """Chance to adopt this week, per agency: nobody adopts any more."""
    return np.zeros(industry.agencies.size)


@strategy("content", "rebound")
def answer_cost_with_content(industry: Industry) -> np.ndarray:
    """Pieces a week that each group's agency aims at: cheaper pieces mean more pieces."""
    numbers, groups = industry.numbers, industry.groups
    saving, lawful = industry.agencies.saving[groups.agency], industry.agencies.lawful[groups.agency]
    idol_saving = np.where(groups.virtual, numbers.virtual_idol_saving, numbers.idol_saving)
    idol_price = numbers.idol_time_price * lawful * numbers.idol_hours_per_piece
    full_cost = numbers.staff_hours_per_piece + idol_price
    cost = numbers.staff_hours_per_piece * (1 - numbers.staff_saving * saving)
    cost = cost + idol_price * (1 - idol_saving * saving)
    rebound = numbers.content_rebound * (1 - numbers.saved_hours_as_rest * lawful)
    return industry.pieces_without_ai() * (full_cost / cost) ** rebound


@strategy("content", "hold")
def hold_content(industry: Industry) -> np.ndarray:
    """Pieces a week that each group's agency aims at: as many as without AI, whatever they cost."""
    return industry.pieces_without_ai()


@strategy("editing", "learnt_reward")
def edit_for_reward(industry: Industry) -> np.ndarray:
    """Editing level aimed at: it rises as image tools make it cheap and as it seems to pay, falls under labels."""
    numbers, groups, agencies = industry.numbers, industry.groups, industry.agencies
    image = 0
    cheaper = (1 - numbers.editing_cost_fall * agencies.ai_share[:, image]) ** -numbers.editing_elasticity
    retreat = 1 - numbers.label_editing_retreat * numbers.image_label * agencies.lawful
    of_agency = groups.agency
    return groups.editing_habit * cheaper[of_agency] * agencies.editing_reward[of_agency] * retreat[of_agency]


@strategy("editing", "steady")
def keep_editing(industry: Industry) -> np.ndarray:
    """Editing level aimed at: each group's own level of week 0."""
    return industry.groups.editing_habit.copy()


@strategy("security", "learnt_loss")
def secure_against_loss(industry: Industry) -> np.ndarray:
    """Change of security this week, agencies first, then services: up when the expected loss exceeds the first one."""
    numbers = industry.numbers
    changes = []
    for holders in (industry.agencies, industry.services):
        risk = holders.risk / np.maximum(holders.first_risk, float_info.min)
        first_fine = max(industry.first_expected_fine, float_info.min)
        fear = (holders.expected_fine / first_fine) ** numbers.fine_deterrence if industry.first_expected_fine else 1
        changes.append(numbers.security_learning * np.minimum(np.maximum(risk * fear - 1, -1), 1))
    return np.concatenate(changes)


@strategy("security", "steady")
def keep_security(industry: Industry) -> np.ndarray:
    """Change of security this week: none."""
    return np.zeros(industry.agencies.size + industry.services.size)
