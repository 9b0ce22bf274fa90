"""What changed between two worlds: the telling observables side by side, theme by theme."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.reading import READINGS, RELATIVE_UNIT, Reading, written
from sim.observables import OBSERVABLES
from sim.params import WEEKS_PER_YEAR, LimelightError
from sim.results import Results

if TYPE_CHECKING:
    from rich.console import Console

TELLING = (
    "mean_dissatisfaction", "vulnerable_dissatisfaction", "editing_level", "appearance_norm", "pressed_idols",
    "idol_distress",
    "idol_hours", "top_decile_hours", "unpaid_hours", "burnt_out_idols", "pieces_per_group", "staff_demand",
    "staff_employment", "freelance_income", "human_share_of_choreography", "idol_insecurity",
    "records_per_fan", "idol_biometric_records", "expected_breaches", "mean_security", "trust", "deepfakes",
    "ai_share_of_music", "borrowed_share", "erased_share", "credited_share", "appropriation_score",
    "release_diversity",
    "industry_revenue", "agency_profit", "idol_income", "median_idol_income", "fan_enjoyment", "content_made",
    "groups", "debuts_last_year", "ai_adoption", "tool_price",
)  # fmt: skip
"""The observables that say most about the four harms, the benefits and the shape of the industry."""

RELATIVE_ONLY = ("pressed_idols", "idol_distress", "expected_breaches")
"""Observables whose level the evidence does not carry: only one world against another may be read."""

WIDTH_OF_TABLE = 110
FEW_DECIMALS_FROM = 10  # larger numbers are shown with one decimal at most


class ComparisonError(LimelightError):
    """Two results cannot be laid side by side; the message says what differs."""


def last_year(results: Results) -> pd.Series[float]:
    """Return the mean of every observable over the last 52 weeks, or over all there are; shape (observables,)."""
    lived = results.weeks.iloc[1:] if len(results.weeks) > 1 else results.weeks
    return lived.tail(WEEKS_PER_YEAR).drop(columns=["week", "date"]).mean()


def what_changed(with_ai: Results, without_ai: Results) -> pd.DataFrame:
    """Lay the last year of two worlds side by side, for the most telling observables of each theme.

    Columns: theme, observable, label, unit, without_ai, with_ai, difference. Where only one world against the other
    may be read, the world without AI is set to 100. Raises ComparisonError where the spans differ.
    """
    refuse_unlike(with_ai, without_ai)
    after, before = last_year(with_ai), last_year(without_ai)
    rows = []
    for name in TELLING:
        seen = OBSERVABLES[name]
        there, here, unit = float(before[name]), float(after[name]), seen.unit
        if name in RELATIVE_ONLY:
            there, here, unit = 100, 100 * here / there if there else np.nan, RELATIVE_UNIT
        rows.append((seen.theme, name, seen.label, unit, there, here, here - there))
    columns = ["theme", "observable", "label", "unit", "without_ai", "with_ai", "difference"]
    return pd.DataFrame(rows, columns=columns)


def refuse_unlike(with_ai: Results, without_ai: Results) -> None:
    """Stop where two results do not cover the same weeks, for then their difference says nothing."""
    spans = [
        f"{len(kept.weeks) - 1} weeks from {kept.weeks['date'].iloc[0]:%Y-%m-%d}" for kept in (with_ai, without_ai)
    ]
    if spans[0] != spans[1]:
        raise ComparisonError(
            f"two worlds are compared week by week, but one has {spans[0]} and the other {spans[1]}; "
            "run both with the same start and weeks."
        )


def print_what_changed(table: pd.DataFrame, console: Console | None = None) -> None:
    """Print the table of what changed, one block per theme, at most 110 columns wide."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = console or Console(width=WIDTH_OF_TABLE)
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, title="What AI changed (means over the last 52 weeks)")
    for heading in ("theme", "what we look at", "unit"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("without AI", "with AI", "difference"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for theme, rows in table.groupby("theme", sort=False):
        for place, row in enumerate(rows.to_dict("records")):
            reading = READINGS.get(row["unit"], Reading())
            if row["with_ai"] * reading.factor > FEW_DECIMALS_FROM:
                reading = replace(reading, decimals=min(reading.decimals, 1))
            values = [written(row[name], reading) for name in ("without_ai", "with_ai")]
            difference = written(row["difference"], reading, signed=True)
            last = place == len(rows) - 1
            shown.add_row(
                str(theme) if place == 0 else "", row["label"], reading.unit or row["unit"], *values, difference,
                end_section=last,
            )  # fmt: skip
    console.print(shown)
