"""How much smaller is the variance of a policy's effect where both worlds share all luck? Per preset, and over all."""

from pathlib import Path

from sim import Scenario, compare
from sim.policies import presets

HERE = Path(__file__).parent
PAIRS = 6


def main(scenario: Path = HERE / "scenario.yaml", out: Path = HERE / "results") -> None:
    """Compare every preset with the world as it is, and print how many times smaller the variance is."""
    effects = compare(Scenario.from_yaml(scenario), list(presets()), PAIRS, out).effects
    changed = effects[(effects["effect"] != 0) & effects["variance_reduction"].notna()]
    clear = changed[(changed["low"] > 0) | (changed["high"] < 0)]
    of_preset = changed.groupby("policy")["variance_reduction"].agg(["median", "size"])
    of_preset["median of clear effects"] = clear.groupby("policy")["variance_reduction"].median()
    print(of_preset.to_string(float_format="{:,.1f}".format))
    print("median over presets:", of_preset.drop(columns="size").median().round(1).to_dict())


if __name__ == "__main__":
    main()
