"""What a week does to every agency, compiled: which tools it takes, what it hands over to them, which records it keeps.

Float64 throughout. Arguments are columns of the agencies, of the tools and of the groups; kinds of tool lie along the
second axis. A kernel that returns nothing writes in place.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.blocks import compiled

# ---- money ----


@compiled
def pay_for_tools(revenue_of_groups, agency_of_groups, ai_share, tool, price, composition, table, income) -> np.ndarray:
    """Vendors earn, into ``income`` (tools,), by what their users let AI do; returns what each agency spends.

    Users also carry what a licence pool takes of the tools for ``composition``.
    """
    numbers = table[0]
    revenue, spent = np.zeros(len(ai_share)), np.zeros(len(ai_share))
    for group in range(agency_of_groups.size):
        revenue[agency_of_groups[group]] += revenue_of_groups[group]
    income[:] = 0
    for agency in range(revenue.size):
        music = numbers.tool_income_share * numbers.recorded_music_share * revenue[agency]
        for kind in range(ai_share.shape[1]):
            paid = music * ai_share[agency, kind] * price[tool[agency, kind]]
            income[tool[agency, kind]] += paid
            spent[agency] += paid
            if kind == composition:
                spent[agency] += numbers.licence_pool * paid
    return spent


# ---- rosters ----


@compiled
def count_rosters(agency, active, groups, idle_weeks) -> None:
    """Counts the active groups of each agency, and the weeks in a row without one; the first two are of the groups."""
    groups[:] = 0
    for group in range(agency.size):
        groups[agency[group]] += active[group]
    for one in range(groups.size):
        idle_weeks[one] = idle_weeks[one] + 1 if groups[one] == 0 else 0


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
def leave_to_people(ai_share, agency, kinds, human) -> None:
    """What is left to people in each group, of each of these kinds of task into the column of ``human`` beside it."""
    for place in range(len(kinds)):
        for group in range(agency.size):
            human[place][group] = 1 - ai_share[agency[group], kinds[place]]


# ---- records ----


@compiled
def collect_records(symbolic, hunger, revenue, inflow, kept_freely, kept_lawfully, year, table, minimised,
                    records_per_head, annual_revenue) -> None:
    """Holders collect what minimisation and the hunger of their tools make of it, and delete what is too old.

    A minimisation law also deletes what lies above the stock that today's collection would leave. Holders that comply
    on paper keep records beyond the limit. ``inflow`` a week at the collection of week 0, shares ``kept`` a week,
    ``year`` in weeks; ``table``: the numbers in force, one row to be read by name.
    """
    numbers = table[0]
    for holder in range(symbolic.size):
        minimised[holder] += (numbers.minimisation - minimised[holder]) / numbers.minimisation_weeks
        gathered = inflow * (1 - numbers.minimisation_effect * minimised[holder]) * (1 + hunger[holder])
        kept = kept_freely if symbolic[holder] else kept_lawfully
        held = records_per_head[holder] * kept + gathered
        above = max(0.0, held - gathered / (1 - kept))
        records_per_head[holder] = held - numbers.minimisation * above / numbers.old_stock_weeks
        annual_revenue[holder] += (revenue[holder] - annual_revenue[holder]) / year


@compiled
def reckon_hazard(alive, symbolic, security, records_per_head, heads, leak_risk, uses_ai, lawful, table, risk,
                  first_risk, hazard) -> None:
    """Expected breaches a year of each holder: more records mean more, security fewer, ungoverned AI more.

    ``uses_ai`` and ``lawful`` (holders,): shares from 0 to 1. Effort on paper protects nobody.
    """
    numbers = table[0]
    for holder in range(alive.size):
        ordered = (1 - numbers.governed_share) * numbers.ai_governance_duty * lawful[holder]
        shadow = 1 + numbers.shadow_ai_risk * uses_ai[holder] * (1 - (numbers.governed_share + ordered))
        effort = 0.0 if symbolic[holder] else security[holder]
        risk[holder] = (records_per_head[holder] ** numbers.breach_size_exponent * shadow * leak_risk[holder]
                        * np.exp(-numbers.security_effect * effort))
        if not first_risk[holder] > 0:
            first_risk[holder] = risk[holder]
        size = (heads[holder] / numbers.breach_reference_subjects) ** numbers.breach_size_exponent
        hazard[holder] = numbers.breach_rate * size * risk[holder] * alive[holder]


@compiled
def set_security(change, symbolic, table, security) -> None:
    """Security changes and wears off; whoever complies with a duty goes at least as far as that."""
    numbers = table[0]
    for holder in range(security.size):
        security[holder] += change[holder] - numbers.security_forgetting * security[holder]
        if numbers.security_duty > 0 and not symbolic[holder]:
            security[holder] = max(security[holder], numbers.security_duty)
