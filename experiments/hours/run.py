"""Does AI raise idols' hours, and what decides the sign? Sobol indices, and every sampled world on one map."""

from pathlib import Path

from sim.analysis import differences, print_sensitivity, readings, sensitivity
from sim.figures import save, sensitivities, signs
from sim.sweeps import sweep

HERE = Path(__file__).parent
AI, WITHOUT, HOURS = {"ai": "evolving"}, {"ai": "none"}, "idol_hours"
WORDS = ("Where AI raises idols' hours, and where it lowers them",
         "time that AI saves: idol_saving",
         "time that more content takes: 1 − (1 − staff_saving) ^ (content_rebound × (1 − rest kept))")  # fmt: skip


def main(design: Path = HERE / "design.yaml", out: Path = HERE.parents[1] / "results" / "sweeps") -> None:
    """Live what is not there yet, print what decides and in how many worlds hours rise, draw both pictures."""
    found = sweep(design, out)
    decides = sensitivity(found, HOURS, over=52, of=AI, against=WITHOUT)
    print_sensitivity(decides)
    save(sensitivities(decides), HERE / "what_decides.png")
    pairs = differences(readings(found, [HOURS], over=52), [HOURS], AI, WITHOUT).dropna()
    pairs["rest"] = pairs["saved_hours_as_rest"] * pairs["new_duty_compliance"]
    print(pairs.assign(rises=pairs[HOURS] > 0).groupby(pairs["rest"].round(1))[[HOURS, "rises"]].mean().round(2))
    more = 1 - (1 - pairs["staff_saving"]) ** (pairs["content_rebound"] * (1 - pairs["rest"]))
    save(signs(pairs["idol_saving"], more, pairs[HOURS], WORDS, "h/week", decides.source), HERE / "signs.png")


if __name__ == "__main__":
    main()
