"""What a rest after every comeback changes: the same world with and without the law of own_policy.py."""

from pathlib import Path

from sim.results import Results
from sim.runner import run
from sim.scenario import Scenario

HERE = Path(__file__).parent
SHOWN = ("resting_idols", "idol_hours", "burnt_out_idols", "pieces_per_group", "industry_revenue")


def main(scenario: Path = HERE / "scenario.yaml", out: Path = HERE.parents[1] / "results") -> tuple[Results, Results]:
    """Live through both worlds and print the means of their last year; returns them, without the law first."""
    law = Scenario.from_yaml(scenario)
    without, with_law = run(law.with_(policies=()), out), run(law, out)
    print(f"{'mean of the last year':32}{'without':>14}{'with the law':>14}{'difference':>14}")
    for name in SHOWN:
        before, after = (float(kept.weeks[name].tail(52).mean()) for kept in (without, with_law))
        label = with_law.manifest["observables"][name]["label"]
        print(f"{label:32}{before:14,.3f}{after:14,.3f}{after - before:+14,.3f}")
    return without, with_law


if __name__ == "__main__":
    main()
