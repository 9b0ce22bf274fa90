"""Verdicts printed: who gains and who loses by each policy, theme by theme, with the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.analysis.for_whom import BETTER, MIXED, SMALL, UNCLEAR, WORSE
from sim.analysis.reading import READINGS, Reading, short_unit, written, written_effect
from sim.analysis.two_worlds import WIDTH_OF_TABLE

if TYPE_CHECKING:
    from rich.console import Console

SIGNS = {BETTER: "+better", WORSE: "−worse", MIXED: "±mixed", SMALL: "small", UNCLEAR: "·"}
LARGE = 1000  # from here on a level is written without decimals
NOTE = (
    "Effect: mean difference over {pairs} pairs of worlds that share all luck but the policy, over the last {weeks}"
    " weeks; ±: 95 % interval (Student's t on the differences). better, worse: for those people, and worth a word"
    " (1 % of the baseline, half a point of a share, 0.01 SD). small: clear, but less than that. ·: no clear change."
    " mixed: some of both. What some gain is not set off against what others lose."
)


def print_verdicts(table: pd.DataFrame, pairs: int, weeks: int, console: Console | None = None) -> None:
    """Print the verdicts, one table for each policy and one of all, at most 110 columns wide."""
    from rich.console import Console

    console = console or Console(width=WIDTH_OF_TABLE)
    for policy, rows in table.groupby("policy", sort=False):
        console.print(_of_policy(str(policy), rows))
    console.print(_of_all(table))
    console.print(NOTE.format(pairs=pairs, weeks=weeks), highlight=False)


def _of_policy(policy: str, rows: pd.DataFrame) -> Any:
    """The table of one policy, by theme."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0, title=f"What {policy} changes", title_justify="left")
    for heading in ("for whom", "what", "unit"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("baseline", "effect", "±95 %"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("verdict", no_wrap=True)
    for theme in dict.fromkeys(rows["theme"]):
        part = rows[rows["theme"] == theme].to_dict("records")
        shown.add_row(str(theme).upper())
        for place, row in enumerate(part):
            shown.add_row(*_cells(row), end_section=place == len(part) - 1)
    return shown


def _cells(row: Any) -> Sequence[str]:
    """One row of the table of a policy."""
    effect, reach = written_effect(row["effect"], (row["high"] - row["low"]) / 2, row["unit"])
    reading = READINGS.get(row["unit"], Reading())
    if abs(row["baseline"]) * reading.factor >= LARGE:
        reading = Reading(reading.factor, 0)
    level = written(row["baseline"], reading)
    return row["who"], row["label"], short_unit(row["unit"]), level, effect, reach, SIGNS[row["reads"]]


def _of_all(table: pd.DataFrame) -> Any:
    """Who gains and who loses by which policy."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0, title="Who gains, who loses", title_justify="left")
    shown.add_column("policy", overflow="fold")
    groups = list(dict.fromkeys(table["who"]))
    for who in groups:
        shown.add_column(who.replace(" ", "\n"), no_wrap=True)
    for policy, rows in table.groupby("policy", sort=False):
        whole = dict(zip(rows["who"], rows["verdict"], strict=True))
        shown.add_row(str(policy), *(SIGNS[whole[who]] for who in groups))
    return shown
