"""What a week does to every agency, compiled: which tools it takes, what it hands over to them, which records it keeps.

Float64 throughout. Arguments are columns of the agencies, of the tools and of the groups; kinds of tool lie along the
second axis. A kernel that returns nothing writes in place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.blocks import compiled

# ---- tools ----


@compiled
def appeal_of_tools(kind, capability, kinds, steepness) -> np.ndarray:
    """How often each tool is taken where a kind is needed, against the best of the kind, shape (kinds, tools)."""
    best, appeal = np.zeros(kinds), np.zeros((kinds, kind.size))
    for tool in range(kind.size):
        best[kind[tool]] = max(best[kind[tool]], capability[tool])
    for tool in range(kind.size):
        appeal[kind[tool], tool] = np.exp(steepness * (capability[tool] - best[kind[tool]]))
    return appeal


@compiled
def note_users(tool, adopted, alive, risk_of_tool, analytics, users, leak_risk) -> None:
    """Counts the agencies that use each tool, and gives each agency the risk that comes with its analytics tool."""
    users[:] = 0
    for agency in range(alive.size):
        for kind in range(adopted.shape[1]):
            users[tool[agency, kind]] += adopted[agency, kind] & alive[agency]
        leak_risk[agency] = risk_of_tool[tool[agency, analytics]] if adopted[agency, analytics] else 1.0


@compiled
def hand_over(adopted, tool, capability, weeks_of_use, lawful, consenting, allowed, ceiling, weight, learning_weeks,
              ai_share, saving) -> None:
    """AI's share of each task is adoption times capability; time is saved as far as people have learnt to use it.

    ``consenting`` and ``allowed`` (kinds,): share of the idols whose likeness may be used, and the largest share that
    the law leaves to AI, both for agencies that keep it; ``weight`` of the tasks, which sum to 1.
    """
    for agency in range(lawful.size):
        saving[agency] = 0
        for kind in range(allowed.size):
            share = capability[tool[agency, kind]] if adopted[agency, kind] else 0.0
            if lawful[agency]:
                share = min(share * consenting[kind], allowed[kind])
            ai_share[agency, kind] = share
            if share > 0:
                learnt = 1 - np.exp(-weeks_of_use[agency, kind] / learning_weeks)
                saving[agency] += min(share / ceiling[kind] * learnt, 1.0) * weight[kind]


@compiled
def leave_to_people(ai_share, agency, kind, human) -> None:
    """What of a task is left to people in each group."""
    for group in range(agency.size):
        human[group] = 1 - ai_share[agency[group], kind]


# ---- records ----


class Collecting(NamedTuple):
    """What decides this week how many records holders keep for each person."""

    minimisation: float
    minimisation_weeks: float
    minimisation_effect: float
    old_stock_weeks: float
    inflow: float
    kept: float
    kept_within_limit: float
    weeks_per_year: float


@compiled
def collect_records(symbolic, hunger, revenue, terms, minimised, records_per_head, annual_revenue) -> None:
    """Holders collect what minimisation and the hunger of their tools make of it, and delete what is too old.

    A minimisation law also deletes what lies above the stock that today's collection would leave. Holders that comply
    on paper keep records beyond the limit.
    """
    for holder in range(symbolic.size):
        minimised[holder] += (terms.minimisation - minimised[holder]) / terms.minimisation_weeks
        gathered = terms.inflow * (1 - terms.minimisation_effect * minimised[holder]) * (1 + hunger[holder])
        kept = terms.kept if symbolic[holder] else terms.kept_within_limit
        held = records_per_head[holder] * kept + gathered
        above = max(0.0, held - gathered / (1 - kept))
        records_per_head[holder] = held - terms.minimisation * above / terms.old_stock_weeks
        annual_revenue[holder] += (revenue[holder] - annual_revenue[holder]) / terms.weeks_per_year
