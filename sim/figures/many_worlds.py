"""What many sampled worlds agree on: whom a policy helps in how many of them, and which way an effect goes."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis import short_unit, written_effect
from sim.figures.page import INK, QUIET, RESOLUTION, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From worse (brown, hatched) over nothing (white) to better (blue): equally dark at both ends, so signs stand beside.
SHADES = LinearSegmentedColormap.from_list("worse to better", ["#c9853f", "#ffffff", "#5b8fc4"])
HATCH = "////"
WORSE_BEYOND = -0.1  # net share from which on a cell is hatched
PER_CENT = 100
SIGNS = (("▲", "who_better"), ("±", "who_mixed"), ("▼", "who_worse"))
HOW_TO_READ = "▲ better off, ▼ worse off, ± both: in % of the sampled worlds; then the effect in the median world"

# The heat map, in inches.
MARGIN, LABEL_ROOM, CELL, GROUP_ROW, ROW = 0.4, 2.75, 1.02, 0.3, 0.22
HEAD, LINE_OF_PRINT = 1.25, 0.125
CHARACTERS_AN_INCH, NAME_WIDTH = 19.0, 13

# The map of signs, in inches.
SIDE, SIDE_MARGIN = 5.2, 0.8
RISES, FALLS = ("^", "#1f4e79"), ("v", "#b3470b")


def helped(table: pd.DataFrame, title: str, source: str) -> Figure:
    """Show whom each policy helps, in how many sampled worlds, and by how much in the median one.

    `table` is that of `better_off`. A line for each group says in how many % of the worlds it is better off (▲), worse
    off (▼) or both (±); beneath it stand the observables that it judges by, shaded by how many more worlds are better.
    """
    policies, groups = list(dict.fromkeys(table["policy"])), list(dict.fromkeys(table["who"]))
    rows = {who: list(dict.fromkeys(table.loc[table["who"] == who, "observable"])) for who in groups}
    width = 2 * MARGIN + LABEL_ROOM + CELL * len(policies)
    small_print = fill(f"{_how(table)} Source: {source}.", int((width - 2 * MARGIN) * CHARACTERS_AN_INCH))
    foot = 0.3 + LINE_OF_PRINT * (small_print.count("\n") + 1)
    body = sum(GROUP_ROW + ROW * len(seen) for seen in rows.values())
    height = HEAD + body + foot
    cells = {key: row.iloc[0] for key, row in table.groupby(["policy", "who", "observable"])}
    with matplotlib.style.context(STYLE):
        page = Figure(figsize=(width, height), dpi=RESOLUTION)
        page.text(MARGIN / width, 1 - 0.3 / height, title, size=13.5, weight="bold", color=INK, va="center")
        page.text(MARGIN / width, 1 - 0.56 / height, HOW_TO_READ, size=8.6, color=INK, va="center")
        axes = page.add_axes((MARGIN / width, foot / height, 1 - 2 * MARGIN / width, body / height))
        axes.set_xlim(0, width - 2 * MARGIN)  # inches
        axes.set_ylim(body, 0)
        axes.set_axis_off()
        for column, policy in enumerate(policies):
            axes.text(_middle(column), -0.06, _broken(policy), ha="center", va="bottom", size=7.6, color=INK)
        top = 0.0
        for who, seen in rows.items():
            _put_group(axes, top, who, [cells[policy, who, seen[0]] for policy in policies])
            top += GROUP_ROW
            for name in seen:
                _put_observable(axes, top, [cells[policy, who, name] for policy in policies])
                top += ROW
        page.text(MARGIN / width, (foot - 0.15) / height, small_print, size=6.6, color=QUIET, va="top",
                  linespacing=1.3)  # fmt: skip
    return page


def signs(
    across: pd.Series[float], up: pd.Series[float], effect: pd.Series[float], words: tuple[str, str, str], unit: str,
    source: str,
) -> Figure:  # fmt: skip
    """Show which way an effect goes in every sampled world, over two causes that race against each other.

    Upward marks where it rises, downward and hollow ones where it falls, the larger the farther; pairs of which one
    failed (NaN) are left out. The dashed line is where both causes weigh the same. `words` are the title and what
    stands at the two axes.
    """
    title, first, second = words
    across, up, effect = (each[effect.notna()] for each in (across, up, effect))
    reach = float(np.abs(effect).max()) or 1.0
    with matplotlib.style.context(STYLE):
        page = Figure(figsize=(SIDE + 1.25 * SIDE_MARGIN, SIDE + 1.95), dpi=RESOLUTION)
        wide, high = page.get_size_inches()
        axes = page.add_axes((SIDE_MARGIN / wide, 1.3 / high, SIDE / wide, SIDE / high))
        for rises, (shape, colour) in ((True, RISES), (False, FALLS)):
            here = effect > 0 if rises else effect < 0
            axes.scatter(across[here], up[here], 6 + 50 * np.abs(effect[here]) / reach, marker=shape, linewidths=0.8,
                         edgecolors=colour, facecolors=colour if rises else "white", alpha=0.85,
                         label=f"{_way(rises)} in {PER_CENT * here.mean():.0f} % of the worlds")  # fmt: skip
        end = float(max(across.max(), up.max()))
        axes.plot([0, end], [0, end], color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.set_xlim(0, 1.05 * float(across.max()))
        axes.set_ylim(0, 1.05 * float(up.max()))
        axes.set_xlabel(first, size=8)
        axes.set_ylabel(second, size=8)
        axes.grid(True, axis="both")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=7.5)
        page.text(SIDE_MARGIN / wide, 1 - 0.35 / high, title, size=11.5, weight="bold", color=INK, va="center")
        small_print = fill(
            "Each mark is a pair of worlds that share their numbers and luck; the larger it is, the larger the effect"
            f" (at most {reach:.1f} {unit}). Source: {source}.", int(SIDE * CHARACTERS_AN_INCH)
        )  # fmt: skip
        page.text(SIDE_MARGIN / wide, 0.78 / high, small_print, size=6.6, color=QUIET, va="top", linespacing=1.3)
    return page


def _middle(column: int) -> float:
    """Where the middle of a policy's column is, in inches from the left margin."""
    return LABEL_ROOM + CELL * (column + 0.5)


def _put_group(axes: Axes, top: float, who: str, found: Sequence[pd.Series]) -> None:  # type: ignore[type-arg]
    """Write a group's name over a thin rule, and in how many worlds it is better off, both, or worse off."""
    axes.plot(axes.get_xlim(), [top + 0.04] * 2, color=INK, linewidth=0.6)
    axes.text(0, top + 0.18, who, va="center", size=8, color=INK, weight="bold")
    for column, cell in enumerate(found):
        shares = [f"{sign}{PER_CENT * cell[name]:.0f}" for sign, name in SIGNS if round(PER_CENT * cell[name])]
        axes.text(_middle(column), top + 0.18, " ".join(shares) or "–", ha="center", va="center", size=7, color=INK,
                  weight="bold")  # fmt: skip


def _put_observable(axes: Axes, top: float, found: Sequence[pd.Series]) -> None:  # type: ignore[type-arg]
    """Write an observable with its unit, and shade a cell for each policy, with the share of worlds and the effect."""
    label, unit = found[0]["label"], short_unit(str(found[0]["unit"]))
    axes.text(0.12, top + ROW / 2, f"{label}, {unit}", va="center", size=6.8, color=INK)
    for column, cell in enumerate(found):
        net = float(cell["better"] - cell["worse"])
        shade, hatch = SHADES((net + 1) / 2), HATCH if net < WORSE_BEYOND else None
        axes.add_patch(Rectangle((_middle(column) - CELL / 2 + 0.02, top + 0.01), CELL - 0.04, ROW - 0.02, hatch=hatch,
                                 facecolor=shade, edgecolor="#ffffff", linewidth=0))  # fmt: skip
        behind = {"facecolor": shade, "edgecolor": "none", "pad": 0.4} if hatch else None
        axes.text(_middle(column), top + ROW / 2, _words(cell), ha="center", va="center", size=6.6, color=INK,
                  bbox=behind)  # fmt: skip


def _words(cell: pd.Series) -> str:  # type: ignore[type-arg]
    """Write the larger of both shares with its sign, and the median effect; a dot where nothing is worth a word."""
    amount, _ = written_effect(float(cell["median"]), float("nan"), str(cell["unit"]))
    share = max(cell["better"], cell["worse"])
    if not round(PER_CENT * share):
        return "·"
    return f"{'▲' if cell['better'] >= cell['worse'] else '▼'}{PER_CENT * share:.0f}  {amount}"


def _way(rises: bool) -> str:
    """Say which way an effect goes."""
    return "rises" if rises else "falls"


def _how(table: pd.DataFrame) -> str:
    """Say how a cell is to be read."""
    return (
        f"{int(table['worlds'].min())} sampled worlds. Only changes that are worth a word count: 1 % of the level, half"
        " a point of a share, 0.01 SD. A group is better off (▲) where it gains in something and loses in nothing,"
        " worse off (▼) the reverse, ± where it does both; worlds without a change make up the rest. Cells: the larger"
        " share with its sign, then the median effect; blue: more worlds better than worse, brown and hatched: the"
        " reverse; · nothing worth a word in any world."
    )


def _broken(name: str) -> str:
    """Break a policy's name at an underscore where it is too long for its column."""
    return name if len(name) <= NAME_WIDTH else name.replace("_", "_\n", 1)
