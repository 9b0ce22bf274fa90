"""Agencies: they adopt tools, set content, editing, security, care, and answer the law."""

from __future__ import annotations

from sim.agents.holder import DataHolder
from sim.agents.population import Actor, State


class Agency(DataHolder, Actor):
    """A planning firm with a roster of groups."""

    big = State("bool", meaning="one of the few large agencies")
    groups = State("int32", unit="count", meaning="active groups on the roster")
    idle_weeks = State("int32", unit="weeks", meaning="weeks in a row without a group")
    cash = State("float64", unit="million KRW", meaning="profit kept so far")

    adopted = State("bool", shape=(6,), meaning="uses a tool of this kind")
    weeks_of_use = State("float64", unit="weeks", shape=(6,), meaning="how long it has used the kind")
    tool = State("int64", unit="count", shape=(6,), meaning="row of the tool it uses or would use, per kind")
    ai_share = State("float64", unit="share", shape=(6,), meaning="share of the task that AI does")
    saving = State("float64", unit="share", meaning="share of the attainable staff saving that is reached")

    editing_reward = State("float64", unit="ratio", start=1, meaning="learnt reward of editing, week 0 = 1")
    care = State("float64", unit="share", meaning="care for the cultures it borrows from")
    reluctance = State("float64", unit="share", meaning="complies with laws that more than this share of agencies keep")
    expected_loss = State("float64", unit="share", meaning="learnt loss from breaking labour law, 0 to 1")
    keeps_minors_cap = State("bool", meaning="keeps the caps on minors' hours")
    idols_asked_over_cap = State("int32", unit="count", meaning="idols whose schedule exceeds what the law allows")
    idols_over_cap = State("int32", unit="count", meaning="idols who work longer than the law allows")
    lawful = State("bool", meaning="keeps new rules: a cap on adults' hours, labels, provenance, credit and the like")
    bound_by_rules = State("bool", meaning="a cap or a new duty asks something of it")
    breaks_rules = State("bool", meaning="breaks a cap or a new duty")
    fines = State("float64", unit="million KRW", meaning="fines that came due this week")
    revenue = State("float64", unit="million KRW/year", meaning="revenue at this week's rate")
    profit = State("float64", unit="million KRW/year", meaning="profit at this week's rate")
    compliance_cost = State("float64", unit="million KRW/year", meaning="cost of following the law beyond week 0")

    @property
    def uses_ai(self) -> bool:
        """Whether any kind of AI tool is in use."""
        return bool(self.adopted.any())
