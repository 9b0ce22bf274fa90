"""Services that all fandoms share: the fan platform, ticketing and the paid message service."""

from __future__ import annotations

from sim.agents.holder import DataHolder
from sim.agents.population import Actor, State
from sim.params import SERVICES


class Service(DataHolder, Actor):
    """A shared holder of fans' records."""

    kind = State("int8", unit="count", meaning="position in SERVICES")
    registration = State("float64", unit="share", meaning="share of real fans who are registered")

    @property
    def label(self) -> str:
        """The service in a word."""
        return SERVICES[self.kind]
