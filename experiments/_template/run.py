"""What does an hours cap do? The same world with and without it, week by week."""

from pathlib import Path

from sim import Policy, Scenario
from sim.side_by_side import run_all

HERE = Path(__file__).parent
CAP = Policy.of([{"set": "hours_cap_adults", "to": 52, "from": "2025-03-31"}], "a cap of 52 hours")
SEEN = ["idol_hours", "burnt_out_idols", "industry_revenue"]


def main(scenario: Path = HERE / "scenario.yaml", out: Path = HERE / "results") -> None:
    """Live both worlds and print by how much they differ in their last quarter."""
    base = Scenario.from_yaml(scenario)
    without, capped = run_all([base, base.with_(title="The same with a cap", policies=(CAP,))], out=out)
    print((capped.weeks[SEEN] - without.weeks[SEEN]).tail(13).mean().to_string())


if __name__ == "__main__":
    main()
