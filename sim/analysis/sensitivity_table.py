"""Sensitivity printed: which numbers move an outcome, how sure that is, and how much of it is luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.reading import READINGS, Reading, short_unit
from sim.analysis.sensitivity import METHODS, Sensitivity
from sim.analysis.two_worlds import WIDTH_OF_TABLE

if TYPE_CHECKING:
    from rich.console import Console

MOST_ROWS = 20
LARGE = 100  # from here on numbers are written without decimals
PER_CENT = 100
HOW = {
    "morris": "mu*: how far the outcome moves, up or down, when that number alone goes through its whole range, on"
    " average over {blocks} trajectories; mu: the same with signs; sigma: how much that differs between trajectories,"
    " by interaction or bends.",
    "saltelli": "first: share of the outcome's variance that the number explains by itself; total: with all its"
    " interactions; estimated from {blocks} base points.",
}  # fmt: skip


def print_sensitivity(
    found: Sensitivity | Sequence[Sensitivity], rows: int = MOST_ROWS, console: Console | None = None
) -> None:
    """Print each outcome's weightiest numbers and what is to be known of the estimate, at most 110 columns wide."""
    from rich.console import Console

    for each in [found] if isinstance(found, Sensitivity) else found:
        _print_one(each, rows, console or Console(width=WIDTH_OF_TABLE))


def _print_one(found: Sensitivity, rows: int, console: Console) -> None:
    """Print one outcome."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    worlds = f", {found.worlds}" if found.worlds else ""
    title = f"What moves {found.label} ({short_unit(found.unit)}): {METHODS[found.method]}, {found.when}{worlds}"
    console.print(title, style="italic", highlight=False)
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("number", "kind", "range"):
        shown.add_column(heading, no_wrap=True)
    measures = ("mu_star", "mu", "sigma") if found.method == "morris" else ("first", "total")
    for heading in measures:
        shown.add_column(heading.replace("mu_star", "mu*"), justify="right", no_wrap=True)
    for row in found.table.head(rows).to_dict("records"):
        cells = [_amount(found, row, name) for name in measures]
        shown.add_row(row["name"], row["kind"], f"{row['low']:g} to {row['high']:g} {row['unit']}", *cells)
    console.print(shown)
    for sentence in ["±: 95 % interval.", *remarks(found, rows)]:
        console.print(sentence, highlight=False)


def remarks(found: Sensitivity, rows: int | None = None) -> list[str]:
    """Say what is to be known about an estimate: how it reads, what was left out, and how much of it is luck."""
    said = [HOW[found.method].format(blocks=found.blocks)]
    if rows is not None and len(found.table) > rows:
        below = len(found.table) - rows
        said.append(f"{below} further numbers rank below; {len(found.without_effect)} of all move nothing here.")
    elif found.without_effect:
        said.append(f"Nothing at all moves with {', '.join(found.without_effect)}.")
    said.append(luck(found))
    if found.left_out:
        blocks = ", ".join(str(block) for block in found.left_out)
        named = f"block {blocks} of the design is" if len(found.left_out) == 1 else f"blocks {blocks} of the design are"
        said.append(f"Left out: {named} not whole ({found.why_left_out}); indices need whole blocks.")
    return said


def luck(found: Sensitivity) -> str:
    """Say how much of the variance between runs is luck, and what luck alone would look like."""
    if found.seeds < 2:
        return (
            "Every row met one seed only, so intervals hold for this luck and its part is unknown; give the design"
            " `seeds: 3` or more to tell luck from numbers."
        )
    noise = found.noise
    unit = f" {short_unit(found.unit)}" if found.method == "morris" else ""
    name = "mu*" if found.method == "morris" else "total"
    return (
        f"Luck makes {_per_cent(noise.replicate)} of the variance of single runs ({found.seeds} seeds a row):"
        f" {_per_cent(noise.shared_luck)} moves all rows alike and drops out, {_per_cent(noise.own_luck)} does not; by"
        f" luck alone a number that matters little could reach a {name} of {found.floor:.2g}{unit}."
    )


def _per_cent(share: float) -> str:
    """Write a share; what is not nothing is never written as 0."""
    if math.isnan(share):
        return "an unknown part"
    amount = share * PER_CENT
    return "0 %" if share == 0 else "less than 0.1 %" if amount < 1 / 10 else f"{amount:.3g} %"


def _amount(found: Sensitivity, row: dict[Any, Any], name: str) -> str:
    """Write an index, with its interval where it has one, in the outcome's unit where it has one."""
    reading = READINGS.get(found.unit, Reading()) if found.method == "morris" else Reading()
    value = row[name] * reading.factor
    if value == 0:
        return "0"
    text = _figures(value, 3)
    if f"{name}_high" in row:
        text += f" ±{_figures((row[f'{name}_high'] - row[name]) * reading.factor, 2)}"
    return text


def _figures(value: float, figures: int) -> str:
    """Write a number with so many figures, or in whole ones where it is large."""
    text = f"{value:,.0f}" if abs(value) >= LARGE else f"{value:.{figures}g}"
    return text.replace("-", "−")
