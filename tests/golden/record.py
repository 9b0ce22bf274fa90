"""The golden world: a small industry whose every observable is on record. Record anew: python -m tests.golden.record

A change of the model on purpose moves it; then record anew and say in the commit why the numbers moved.
"""

from __future__ import annotations

import json
from pathlib import Path

from sim.industry import Industry
from sim.observables import observe
from sim.scenario import Scenario

FILE = Path(__file__).with_name("world.json")
WEEKS = (0, 1, 8, 30)

# Every chapter has something to do, and two policies begin on the way.
SCENARIO = Scenario.of({
    "title": "The golden world", "weeks": WEEKS[-1], "fans": 1200, "agencies": 40, "seed": 2024,
    "numbers": {"breach_rate": 0.08, "debuts_per_year": 50.0, "callout_rate": 0.03},
    "policies": [
        {"set": "hours_cap_adults", "to": 52, "from": "2025-02-10", "over": 4},
        {"set": "licence_pool", "to": 0.2, "from": "2025-03-03"},
    ],
})

Record = dict[str, dict[str, float]]


def golden_world() -> Record:
    """All observables of the golden world in its recorded weeks, week -> name -> value."""
    industry, record = Industry(SCENARIO), {}
    for week in range(WEEKS[-1] + 1):
        if week:
            industry.step()
        if week in WEEKS:
            record[str(week)] = observe(industry)
    return record


def main() -> None:
    """Write the golden world down."""
    FILE.write_text(json.dumps(golden_world(), indent=1) + "\n", encoding="utf-8")
    print(f"The golden world was written to {FILE}.")


if __name__ == "__main__":
    main()
