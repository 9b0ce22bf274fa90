"""Which assumed number matters most for each harm? First all of them (Morris), then the few that matter (Sobol)."""

from pathlib import Path

from sim.analysis import print_sensitivity, sensitivity
from sim.designs import Design
from sim.figures import save, sensitivities
from sim.sweeps import sweep

HERE, AI, WITHOUT = Path(__file__).parent, {"ai": "evolving"}, {"ai": "none"}
CLOSER = {"name": "few", "design": "saltelli", "samples": 64, "seeds": 2}


def explained(design: Design, out: Path, picture: str) -> list[str]:
    """Print and draw what moves AI's part of each outcome; return the first two of each that are clear."""
    found = sweep(design, out)
    each = [sensitivity(found, name, over=52, of=AI, against=WITHOUT) for name in found.observables]
    print_sensitivity(each, rows=5)
    save(sensitivities(each, most=5), HERE / picture)
    return list(dict.fromkeys(name for outcome in each for name in outcome.clear[:2]))


def main(design: Path = HERE / "design.yaml", out: Path = HERE.parents[1] / "results" / "sweeps") -> None:
    """Live what is not there yet: screen every assumed number, then look closer at the few that matter."""
    few = explained(every := Design.from_yaml(design), out, "screening.png")
    explained(Design(**every.as_mapping() | CLOSER | {"parameters": few}), out, "few.png")


if __name__ == "__main__":
    main()
