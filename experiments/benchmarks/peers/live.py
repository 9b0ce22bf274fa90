"""One other library against our kernel, in its own environment: `live.py MODULE TURNS FANS...` prints a line a size.

The two agree without luck before they are timed, and take turns in this process, so their ratio is paired.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "experiments" / "benchmarks"), str(ROOT)]


def main(module: str, turns: int, sizes: list[int]) -> None:
    """Check, then time from few fans to many."""
    from fan_week.agreement import check
    from fan_week.kernel import InKernel
    from fan_week.world import build
    from measure import alternate, paired

    peer = import_module(module)
    check({"Limelight": InKernel, module: peer.Contender}, build(3_000), luck=False)
    for fans in sizes:
        world = build(fans)
        crowds = {"ours": InKernel(world), "theirs": peer.Contender(world)}
        times = alternate({name: crowd.week for name, crowd in crowds.items()}, turns)
        ratio = paired(times["theirs"], times["ours"])
        print(json.dumps({"fans": fans, "how": peer.HOW, "seconds": median(times["theirs"]),
                          "ours": median(times["ours"]), "ratio": ratio.middle, "low": ratio.low, "high": ratio.high,
                          "turns": ratio.turns}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(size) for size in sys.argv[3:]])
