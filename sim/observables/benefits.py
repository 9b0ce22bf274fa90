"""Benefits and money: revenue, income, enjoyment, what policies cost."""

from __future__ import annotations

import numpy as np

from sim.observables.view import View, median, observable
from sim.processes import money


@observable("benefits", "million KRW/year", "Industry revenue")
def industry_revenue(view: View) -> float:
    """Revenue of all groups at this week's rate."""
    return float(view.industry.groups.revenue.sum())


@observable("benefits", "million KRW/year", "Agencies' profit")
def agency_profit(view: View) -> float:
    """Profit of all agencies after the idols' share at this week's rate."""
    return float(view.industry.groups.profit.sum())


@observable("benefits", "million KRW/year", "Profit of a large agency")
def profit_of_large_agencies(view: View) -> float:
    """Mean profit of a large agency after the idols' share and fines, at this week's rate."""
    return view.of_large_agencies(view.industry.agencies.profit)


@observable("benefits", "million KRW/year", "Profit of a small agency")
def profit_of_small_agencies(view: View) -> float:
    """Mean profit of an agency that is not large, after the idols' share and fines, at this week's rate."""
    return view.of_small_agencies(view.industry.agencies.profit)


@observable("benefits", "million KRW/year", "Idols' income")
def idol_income(view: View) -> float:
    """Mean yearly income paid out to an idol, after debt, at this week's rate."""
    return view.of_idols(view.industry.idols.income)


@observable("benefits", "million KRW/year", "Idols' median income")
def median_idol_income(view: View) -> float:
    """Median yearly income paid out to an idol, at this week's rate."""
    idols = view.industry.idols
    return median(idols.income[idols.rows])


@observable("benefits", "million KRW/year", "Income of idols under age")
def income_of_minors(view: View) -> float:
    """Mean yearly income paid out to an idol under 18, after debt, at this week's rate; 0 where there is none."""
    return view.of_minors(view.industry.idols.income)


@observable("benefits", "ratio", "Fans' enjoyment")
def fan_enjoyment(view: View) -> float:
    """Fans' enjoyment of output, human work and trust, attention-weighted; an assumption throughout."""
    return money.enjoyment(view.industry)


@observable("benefits", "pieces/week", "Content made")
def content_made(view: View) -> float:
    """Pieces of content that all groups deliver in a week."""
    groups = view.industry.groups
    return float(groups.delivered.take(groups.rows).sum())


@observable("benefits", "million KRW/year", "Cost of compliance")
def compliance_cost(view: View) -> float:
    """What agencies pay for duties beyond those of the first day."""
    return float(view.industry.agencies.compliance_cost.sum())


@observable("benefits", "million KRW/year", "Compliance, a large agency")
def compliance_cost_of_large_agencies(view: View) -> float:
    """What a large agency pays on average for duties beyond those of the first day."""
    return view.of_large_agencies(view.industry.agencies.compliance_cost)


@observable("benefits", "million KRW/year", "Compliance, a small agency")
def compliance_cost_of_small_agencies(view: View) -> float:
    """What an agency that is not large pays on average for duties beyond those of the first day."""
    return view.of_small_agencies(view.industry.agencies.compliance_cost)


@observable("benefits", "million KRW/year", "Public cost of policies")
def public_cost(view: View) -> float:
    """What media-literacy courses, investigations and the taking down of deepfakes cost the public."""
    return money.public_cost(view.industry)


@observable("benefits", "million KRW/year", "Income of AI tool vendors")
def tool_income(view: View) -> float:
    """What vendors of AI tools earn from agencies."""
    return float(view.industry.tools.income.sum())


@observable("benefits", "ratio", "Gini of attention")
def attention_gini(view: View) -> float:
    """Gini coefficient of attention over groups."""
    share = view.industry.groups.attention_share.take(view.industry.groups.rows)
    share.sort()
    weight = np.arange(1.0 - share.size, share.size, 2)
    return float(weight @ share / (share.size * share.sum()))


@observable("benefits", "ratio", "Concentration of attention")
def attention_hhi(view: View) -> float:
    """Herfindahl-Hirschman index of attention over groups, between 0 and 1."""
    share = view.industry.groups.attention_share
    return float((share * share).sum())
