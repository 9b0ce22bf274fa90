"""What all visitors of one server share: the scenario it opens with, the processes, and the lives already known."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sim.app.outlook import Shelf
from sim.app.workers import Workers
from sim.scenario import Scenario

SCENARIO_VARIABLE = "LIMELIGHT_SCENARIO"
"""Where a server that was not started by the command looks for the path of its scenario."""

USUAL = {"title": "Korea, ten years", "seed": 2}
"""The scenario of a server that was given none: default numbers, and luck whose first day is near to the real one."""


@dataclass
class Hall:
    """One server; `today` is the day that counts as today for its visitors, the calendar's where it is None."""

    scenario: Scenario
    workers: Workers = field(default_factory=Workers)
    shelf: Shelf = field(default_factory=Shelf)
    today: date | None = None

    def week_of_today(self, scenario: Scenario) -> int:
        """The week of a scenario that today lies in: what is past, no lever changes; 0 where it lies in none."""
        week = ((self.today or date.today()) - scenario.start).days // 7
        return week if 0 <= week < scenario.weeks else 0


_halls: list[Hall] = []
_opening = threading.Lock()


def the_hall(scenario: Scenario | None = None, today: date | None = None) -> Hall:
    """The hall of this process; it is opened by whoever comes first, with a scenario or the usual one."""
    with _opening:
        if not _halls:
            _halls.append(Hall(scenario or _scenario(), today=today))
        return _halls[0]


def close_hall() -> None:
    """End its processes."""
    with _opening:
        for hall in _halls:
            hall.workers.close()
        _halls.clear()


def _scenario() -> Scenario:
    path = os.environ.get(SCENARIO_VARIABLE, "")
    return Scenario.from_yaml(Path(path)) if path else Scenario(**USUAL)
