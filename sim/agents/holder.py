"""Holders of data: what agencies and shared services have in common."""

from __future__ import annotations

from sim.agents.population import State


class DataHolder:
    """Whoever keeps fans' records: heads, records per head, security and what it has learnt about losses."""

    heads = State("float64", unit="people", meaning="real people whose records are held")
    records_per_head = State("float64", unit="ratio", start=1, meaning="records per subject, week-0 mean 1")
    minimised = State("float64", unit="share", meaning="how far collection follows a minimisation law")
    security = State("float64", unit="ratio", meaning="security effort against the average of week 0")
    symbolic = State("bool", meaning="raises security and complies on paper only")
    leak_risk = State("float64", unit="ratio", start=1, meaning="risk that comes with the analytics tool in use")
    hazard = State("float64", unit="1/year", meaning="expected breaches a year")
    risk = State("float64", unit="ratio", meaning="the part of the hazard that does not come from size")
    first_risk = State("float64", unit="ratio", meaning="that part when the holder began")
    expected_fine = State("float64", unit="share", meaning="fine it expects after a breach, share of revenue")
    annual_revenue = State("float64", unit="million KRW/year", meaning="revenue of the last year, smoothed")
