"""Which assumed number matters most for each harm? First all of them (Morris), then the few that matter (Sobol)."""

from pathlib import Path

from sim.analysis import Sensitivity, print_sensitivity, sensitivity
from sim.figures import save, sensitivities
from sim.sweeps import sweep

HERE = Path(__file__).parent
AI, WITHOUT = {"ai": "evolving"}, {"ai": "none"}
SHOWN = 5


def explained(design: Path, out: Path) -> list[Sensitivity]:
    """Live what is not there yet; return what moves AI's part of each outcome, and draw and print it."""
    found = sweep(design, out)
    each = [sensitivity(found, name, over=52, of=AI, against=WITHOUT) for name in found.observables]
    save(sensitivities(each, SHOWN), HERE / f"{design.stem}.png")
    for outcome in each:
        print_sensitivity(outcome, SHOWN)
    return each


def main(out: Path = HERE.parents[1] / "results" / "sweeps") -> list[list[Sensitivity]]:
    """Screen every assumed number, then share out the variance among the few that matter."""
    return [explained(HERE / name, out) for name in ("screening.yaml", "few.yaml")]


if __name__ == "__main__":
    main()
