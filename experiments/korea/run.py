"""Ten years of the Korean idol industry, with and without AI: a table of what changed, and one picture."""

from pathlib import Path

from sim.analysis import print_what_changed, what_changed
from sim.figures import overview, save
from sim.scenario import Scenario
from sim.side_by_side import run_all

HERE = Path(__file__).parent


def main(scenario: Path = HERE / "scenario.yaml", out: Path = HERE.parents[1] / "results" / "korea") -> None:
    """Live both worlds side by side, print the table, draw the picture; the path of the picture comes last."""
    with_ai = Scenario.from_yaml(scenario)
    worlds = run_all([with_ai, with_ai.with_(ai="none")], out=out)
    print_what_changed(what_changed(*worlds))
    page = overview(*worlds)
    save(page, out / "overview.svg")
    print(save(page, out / "overview.png"))


if __name__ == "__main__":
    main()
