"""AI tools: products of vendors that improve with use, absorb what is released, change price."""

from __future__ import annotations

from sim.agents.population import Actor, State
from sim.params import TOOL_KINDS


class AITool(Actor):
    """One vendor's tool of one kind."""

    kind = State("int8", unit="count", meaning="position in TOOL_KINDS")
    vendor = State("int8", unit="count", meaning="number of the vendor within the kind")
    progress = State("float64", unit="logit", meaning="what the laboratory has reached, not yet released")
    capability = State("float64", unit="share", meaning="share of the task that the released version can do")
    ceiling = State("float64", unit="share", meaning="capability at which the kind saturates")
    version = State("int32", unit="count", start=1, meaning="versions released so far")
    price = State("float64", unit="ratio", start=1, meaning="price against week 0")
    users = State("float64", unit="count", meaning="agencies that use it")
    income = State("float64", unit="million KRW/year", meaning="what agencies pay for it")
    corpus = State("float64", unit="share", shape=(6,), meaning="cultures in the training corpus")
    provenance = State("float64", unit="share", meaning="share of outputs marked as made by it and from which sources")
    appetite = State("float64", unit="ratio", meaning="extra records collected where it is fully used")
    leak_risk = State("float64", unit="ratio", start=1, meaning="risk of leaks against the mean tool")
    idealisation = State("float64", unit="ratio", meaning="how AI images act against human ones; 0 is the same")

    @property
    def label(self) -> str:
        """Kind and vendor in two words."""
        return f"{TOOL_KINDS[self.kind]} {self.vendor + 1}"
