"""Which preset helps whom, whatever the assumed numbers are? Shares of sampled worlds, against the present policy."""

from pathlib import Path

import pandas as pd

from sim.analysis import OF_WHOM, better_off, readings, source_of
from sim.figures import helped, save
from sim.sweeps import sweep

HERE = Path(__file__).parent
PRESENT, TITLE = "korea_2026", "Which preset helps whom, against the present policy (korea_2026)"


def main(design: Path = HERE / "design.yaml", out: Path = HERE.parents[1] / "results" / "sweeps") -> pd.DataFrame:
    """Live what is not there yet, print who is better off in how many worlds, draw the picture."""
    found = sweep(design, out)
    looked_at = [name for ways in OF_WHOM.values() for name in ways]
    frame = readings(found, looked_at, over=52)
    table = better_off(frame, [name for name in frame["policy"].unique() if name != PRESENT], PRESENT)
    groups = table.drop_duplicates(["policy", "who"]).set_index(["who", "policy"])
    print(groups[["who_better", "who_mixed", "who_worse"]].round(2).to_string())
    save(helped(table, TITLE, source_of(found)), HERE / "whom.png")
    table.to_csv(HERE / "whom.csv", index=False, float_format="%.4g")
    return table


if __name__ == "__main__":
    main()
