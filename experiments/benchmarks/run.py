"""How fast is Limelight, and against whom? Measures section by section and keeps what it has after each."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import machine
import whole_model_figure
from figure import draw
from measure import Bar, Clock, Row
from report import page, table_of_bars

from sim.figures import save
from sim.params import LimelightError

HERE = Path(__file__).parent
SECTIONS = {"speed": 300, "draws": 10, "roofline": 40, "libraries": 90, "whole_model": 300, "sweeps": 480,
            "long_runs": 900}
"""The modules that measure, and how many seconds each may take; the last one only when it is asked for."""

Measure = Callable[[Clock], tuple[list[Row], list[Bar]]]


def main(arguments: list[str] | None = None) -> int:
    """Run the sections asked for, write table, figure and JSON after each, and print the bars."""
    asked = _asked(arguments)
    out = asked.out or (HERE / "results" if asked.quick or asked.only else HERE)
    out.mkdir(parents=True, exist_ok=True)
    described, rows, bars = machine.describe(), [], []
    for name in asked.only or [name for name in SECTIONS if asked.long or name != "long_runs"]:
        clock = Clock(SECTIONS[name] * asked.patience, asked.quick, asked.turns)
        measure: Measure = import_module(name).measure
        try:
            found = measure(clock)
        except LimelightError as reason:
            print(reason, file=sys.stderr)
            return 2
        rows += found[0]
        bars += found[1]
        _keep(out, described, rows, bars)
    print(table_of_bars(bars))
    print(out / "speed.md")
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100,000 fans at most: two minutes instead of twenty")
    parser.add_argument("--long", action="store_true", help="the two long runs of the whole model, too: some minutes")
    parser.add_argument("--only", nargs="+", choices=tuple(SECTIONS), help="measure only these sections")
    parser.add_argument("--turns", type=int, default=5, help="how often the contenders take turns (at least 5)")
    parser.add_argument("--patience", type=float, default=1.0, help="how many times the usual time it may take")
    parser.add_argument("--out", type=Path, help="where table, figure and JSON are written")
    return parser.parse_args(arguments)


def _keep(out: Path, described: Row, rows: list[Row], bars: list[Bar]) -> None:
    """Write everything measured so far; an interrupted benchmark keeps what it has."""
    everything = {"machine": described, "bars": [bar.as_row() for bar in bars], "rows": rows}
    half_done = out / "speed.json.part"
    half_done.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    half_done.replace(out / "speed.json")
    (out / "speed.md").write_text(page(described, rows, bars), encoding="utf-8")
    save(draw(described, rows), out / "speed.png")
    if any(row["section"] == "whole model" for row in rows):
        save(whole_model_figure.draw(described, rows), out / "whole_model.png")


if __name__ == "__main__":
    sys.exit(main())
