"""AI tools act: laboratories progress, vendors release and price, corpora absorb what is released."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from sim.params import TOOL_KINDS

if TYPE_CHECKING:
    from sim.industry import Industry


def vendors_improve_tools(industry: Industry) -> None:
    """Laboratories progress; a vendor with more users than its rivals progresses a little faster."""
    if not industry.ai_evolves:
        return
    numbers, tools = industry.numbers, industry.tools
    users_of_kind = np.bincount(tools.kind, weights=tools.users, minlength=len(TOOL_KINDS))[tools.kind]
    fair_share = 1 / numbers.vendors_per_kind
    share = np.where(users_of_kind > 0, tools.users / np.maximum(users_of_kind, 1), fair_share)
    tools.progress += numbers.capability_growth * (1 + numbers.growth_from_use * (share - fair_share))


def vendors_release_versions(industry: Industry) -> None:
    """Now and then a vendor releases what its laboratory has reached; capability saturates at the kind's ceiling."""
    if not industry.ai_evolves:
        return
    tools = industry.tools
    released = industry.dice.bernoulli(
        "tool version", tools.identity, industry.week, 1 / industry.numbers.version_weeks
    )
    tools.capability = np.where(released, tools.ceiling * expit(tools.progress), tools.capability)
    tools.version += released


def vendors_set_prices(industry: Industry) -> None:
    """Prices fall slowly to a floor."""
    numbers, tools = industry.numbers, industry.tools
    if industry.ai_evolves:
        tools.price = np.maximum(numbers.price_floor, tools.price * (1 - numbers.price_decline))


def vendors_mark_outputs(industry: Industry) -> None:
    """Some vendors mark what their tools make and from which sources; a duty makes all of them mark their share."""
    numbers, tools = industry.numbers, industry.tools
    volunteers = industry.dice.bernoulli("provenance", tools.identity, 0, numbers.voluntary_provenance)
    tools.provenance = np.maximum(volunteers, numbers.provenance_duty)


def tools_absorb_releases(industry: Industry) -> None:
    """Vendors retrain on what was released: corpora drift slowly towards the mixture of recent songs."""
    if not industry.ai_evolves:
        return
    drift = industry.numbers.corpus_drift
    industry.tools.corpus += drift * (industry.cultures.released_mix - industry.tools.corpus)


def provenance_share(industry: Industry) -> float:
    """Share of agencies' AI-made music that carries provenance: the tool marks it and the agency keeps the mark."""
    agencies = industry.agencies
    kind = TOOL_KINDS.index("composition")
    used = agencies.ai_share[:, kind] * agencies.alive
    marked = industry.tools.provenance[agencies.tool[:, kind]] * agencies.lawful
    whole = used.sum()
    return float((used * marked).sum() / whole) if whole > 0 else 0
