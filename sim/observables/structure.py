"""Structure: who exists, who comes and goes, who uses AI."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.observables.view import View, observable, ratio
from sim.params import TOOL_KINDS
from sim.processes.rosters import mean, using_ai


@observable("structure", "count", "Agencies")
def agencies(view: View) -> float:
    """Agencies with an active group."""
    groups = view.industry.groups
    return float(np.count_nonzero(np.bincount(groups.agency[groups.rows])))


@observable("structure", "count", "Groups")
def groups(view: View) -> float:
    """Active groups."""
    return float(len(view.industry.groups))


@observable("structure", "count", "Idols")
def idols(view: View) -> float:
    """Idols under contract."""
    return float(len(view.industry.idols))


@observable("structure", "people", "Active fans")
def active_fans(view: View) -> float:
    """Real people for whom active fan agents stand."""
    return float(view.sums[0] * view.industry.fans_represented)


@observable("structure", "share", "Attachment")
def attachment(view: View) -> float:
    """Mean attachment of active fans to their main group."""
    return view.per_fan(6)


@observable("structure", "count", "Debuts in the last year")
def debuts_last_year(view: View) -> float:
    """Groups that debuted in the last 52 weeks (since the start, in the first year)."""
    return view.industry.tally.total("debuts")


@observable("structure", "count", "Endings in the last year")
def endings_last_year(view: View) -> float:
    """Groups that ended in the last 52 weeks (since the start, in the first year)."""
    return view.industry.tally.total("endings")


@observable("structure", "share", "Agencies using AI")
def ai_adoption(view: View) -> float:
    """Share of agencies that use any AI tool."""
    return view.of_agencies(using_ai(view.industry))


def _adoption_of(kind: int) -> Callable[[View], float]:
    def adoption(view: View) -> float:
        return float(view.adoption[kind])

    adoption.__name__ = f"adoption_of_{TOOL_KINDS[kind]}"
    adoption.__doc__ = f"Share of agencies that use {TOOL_KINDS[kind]} tools."
    return adoption


for _kind, _word in enumerate(TOOL_KINDS):
    observable("structure", "share", f"Agencies using {_word} AI")(_adoption_of(_kind))


@observable("structure", "share", "Capability of tools")
def tool_capability(view: View) -> float:
    """Mean share of its task that a tool can do."""
    return mean(view.industry.tools.capability)


@observable("structure", "ratio", "Price of tools")
def tool_price(view: View) -> float:
    """Mean price of tools against the first day."""
    return mean(view.industry.tools.price)


@observable("structure", "1/year", "Idols leaving")
def idol_exit_rate(view: View) -> float:
    """Share of idols who left a living group in the last 52 weeks."""
    return ratio(view.industry.tally.total("leavers"), len(view.industry.idols))
