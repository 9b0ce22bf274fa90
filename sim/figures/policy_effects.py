"""What policies change: every effect with its interval, one panel a theme, all on one axis of steps worth a word."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import matplotlib.style
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from sim.analysis import LESS, OF_WHOM, short_unit, worth, written_effect
from sim.comparison import AS_IT_IS, Comparison
from sim.figures.page import INK, QUIET, RESOLUTION, STYLE, FigureError, save
from sim.observables import THEMES
from sim.params import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Each policy has a shape of its own; the colours are told apart by colour-blind people, and all are dark on white.
MARKS = (
    ("o", "#1f4e79"), ("s", "#b3470b"), ("^", "#1b7a5a"), ("D", "#7a1f5c"), ("v", "#4d4d4d"), ("P", "#0b6fa4"),
    ("X", "#8a6d00"), ("*", "#a3122a"), ("<", "#2f2f8f"), (">", "#3f6b1f"), ("p", "#6b3a1f"), ("h", "#005f5f"),
)  # fmt: skip
MOST_POLICIES = len(MARKS)
COLOURS = 256  # of a PNG: twelve policies, and their edges
OF_THE_INDUSTRY = ("groups", "debuts_last_year", "ai_adoption", "tool_price")
"""Shown beside what people judge by, for better or worse to nobody in particular."""

# The page, in inches.
MARGIN, LABEL_ROOM, PLOT, NUMBER, GAP = 0.4, 2.55, 3.5, 0.98, 0.12
HEAD, ABOVE_PANEL, BELOW_PANEL, UNDER_AXIS, LINE_OF_PRINT = 1.22, 0.26, 0.08, 0.56, 0.123
LANE, LEAST_ROW = 0.08, 0.31  # the height of a policy within a row, and the least height of a row
MARK_SIZE = {"*": 6.4, "P": 5.0, "X": 5.0}
USUAL_MARK = 4.2
MOST_TICKS = 4  # on either side of zero
LONG_TICK, RAISED = 10_000, str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
WIDEST_NUMBER = 14  # characters of an effect and its interval that fit into one line of a column
CHARACTERS_AN_INCH = 19.5  # of the small print, to break its lines


@dataclass(frozen=True)
class _Row:
    """One observable: its words, what one step on the axis is worth, and what each policy changes."""

    name: str
    theme: str
    label: str
    beneath: str
    unit: str
    step: float
    effects: tuple[dict[str, Any], ...]


def effects(comparison: Comparison, observables: Sequence[str] | None = None) -> Figure:
    """Show what every policy changes in what people judge by, or in these `observables`, with 95 % intervals.

    An effect of one step is just worth a word; the axis is even up to there and logarithmic beyond. Beside it stands
    the effect in its own unit. Marks are full where the interval leaves out zero, and left out where nothing changed.
    """
    if (many := len(comparison.policies)) > MOST_POLICIES:
        raise FigureError(f"a picture shows at most {MOST_POLICIES} policies, not {many}; compare fewer at a time.")
    rows = _rows(comparison, observables)
    panels = {theme: [row for row in rows if row.theme == theme] for theme in THEMES}
    panels = {theme: part for theme, part in panels.items() if part}
    tall = max(LEAST_ROW, LANE * (len(comparison.policies) + 1))
    width = 2 * MARGIN + LABEL_ROOM + PLOT + GAP + NUMBER * len(comparison.policies)
    small_print = _small_print(comparison, int((width - 2 * MARGIN) * CHARACTERS_AN_INCH))
    foot = UNDER_AXIS + LINE_OF_PRINT * (small_print.count("\n") + 1)
    height = HEAD + foot + sum(ABOVE_PANEL + BELOW_PANEL + tall * len(part) for part in panels.values())
    with matplotlib.style.context(STYLE):
        page = Figure(figsize=(width, height), dpi=RESOLUTION)
        words = _Words(page)
        reach = _extent(rows)
        top = height - HEAD
        _put_head(words, comparison)
        for place, (theme, part) in enumerate(panels.items()):
            words.rule(top)
            words.put(MARGIN, top - 0.1, theme.upper(), size=7.5, weight="bold")
            for number, mark in enumerate(MARKS[: len(comparison.policies)]):
                words.mark(_column(number), top - 0.1, *mark)
            top -= ABOVE_PANEL
            below = top - tall * len(part)
            last = place == len(panels) - 1
            box = (MARGIN + LABEL_ROOM, below, PLOT, top - below)
            axes = page.add_axes(words.shares(box))
            _draw(axes, part, reach, comparison.policies, last)
            for number, row in enumerate(part):
                _put_row(words, row, top - tall * (number + 0.5))
            top = below - BELOW_PANEL
        words.put(MARGIN, foot - UNDER_AXIS + 0.06, small_print, size=6.4, color=QUIET, va="top", linespacing=1.3)
    return page


def _column(place: int) -> float:
    """Where the middle of a policy's column of numbers is, in inches from the left."""
    return MARGIN + LABEL_ROOM + PLOT + GAP + NUMBER * (place + 0.5)


class _Words:
    """Writes on a page at places in inches from its lower left corner."""

    def __init__(self, page: Figure) -> None:
        self.page, (self.width, self.height) = page, page.get_size_inches()

    def put(self, left: float, bottom: float, text: str, **look: Any) -> None:
        """Write a line, its left end and middle there."""
        look = {"va": "center", "color": INK} | look
        self.page.text(left / self.width, bottom / self.height, text, **look)

    def mark(self, left: float, bottom: float, shape: str, colour: str) -> None:
        """Draw a policy's mark."""
        self.page.add_artist(Line2D([left / self.width], [bottom / self.height], linestyle="none", marker=shape,
                                    color=colour, markersize=MARK_SIZE.get(shape, USUAL_MARK)))  # fmt: skip

    def rule(self, bottom: float) -> None:
        """Draw a thin line from margin to margin."""
        across = [MARGIN / self.width, 1 - MARGIN / self.width]
        self.page.add_artist(Line2D(across, [bottom / self.height] * 2, color=INK, linewidth=0.8))

    def shares(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Turn left, bottom, width and height in inches into shares of the page."""
        left, bottom, width, height = box
        return left / self.width, bottom / self.height, width / self.width, height / self.height


def _rows(comparison: Comparison, observables: Sequence[str] | None) -> list[_Row]:
    """Return what is shown, in the order of those whom it concerns."""
    who = {name: (people, way) for people, ways in OF_WHOM.items() for name, way in ways.items()}
    known = dict.fromkeys(comparison.effects["observable"])
    if observables is None:
        observables = [name for name in (*who, *OF_THE_INDUSTRY) if name in known]
    rows = []
    for name in observables:
        if name not in known:
            near = nearest(name, known)
            raise FigureError(f"there is no observable '{name}' in this comparison; the nearest is '{near}'.")
        table = comparison.effects[comparison.effects["observable"] == name]
        found = [dict(zip(table.columns, values, strict=True)) for values in table.itertuples(index=False)]
        first = found[0]
        people, way = who.get(name, ("", ""))
        beneath = f"{people}, better with {'less' if way == LESS else 'more'}" if people else "the industry"
        unit = short_unit(first["unit"])
        rows.append(_Row(name, first["theme"], first["label"], f"{beneath}; {unit}", first["unit"],
                         _step(first, found), tuple(found)))  # fmt: skip
    return rows


def _step(first: dict[Any, Any], found: Sequence[dict[Any, Any]]) -> float:
    """What is just worth a word; where there was nothing without a policy, a part of the largest that came of one."""
    usual = worth(first["unit"], first["baseline"])
    return usual or worth(first["unit"], max(abs(row["under_policy"]) for row in found)) or 1.0


def _extent(rows: Sequence[_Row]) -> float:
    """How far the axis must reach to either side, in steps."""
    far = [abs(row[end]) / each.step for each in rows for row in each.effects for end in ("effect", "low", "high")]
    return 1.6 * max([10.0, *(steps for steps in far if math.isfinite(steps))])


def _draw(axes: Axes, rows: Sequence[_Row], reach: float, policies: Sequence[str], with_axis: bool) -> None:
    """Draw the effects of one theme; a row is one high, the first on top."""
    axes.set_xscale("symlog", linthresh=1, linscale=0.7)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axvspan(-1, 1, color="#ececec", linewidth=0, zorder=0)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    for number, row in enumerate(rows):
        if number:
            axes.axhline(number - 0.5, color="#e3e3e3", linewidth=0.5, zorder=0.5)
        for place, found in enumerate(row.effects):
            _mark(axes, number + (place + 1) / (len(policies) + 1) - 0.5, row.step, found, *MARKS[place])
    _set_axis(axes, reach, with_axis)
    for number, row in enumerate(rows):
        for place, found in enumerate(row.effects):
            amount, beside = written_effect(found["effect"], (found["high"] - found["low"]) / 2, row.unit)
            left = 1 + (GAP + NUMBER * (place + 0.5)) / PLOT
            between = "\n" if len(amount) + len(beside) > WIDEST_NUMBER else " "
            said = amount if amount == "0" or beside in ("±0", "–") else f"{amount}{between}{beside}"
            axes.text(left, number, said, transform=axes.get_yaxis_transform(), ha="center", va="center", size=6.4,
                      color=INK if _clear(found) else QUIET)  # fmt: skip


def _clear(found: dict[str, Any]) -> bool:
    """Whether the interval leaves out zero."""
    return bool(found["low"] > 0 or found["high"] < 0)


def _mark(axes: Axes, height: float, step: float, found: dict[str, Any], shape: str, colour: str) -> None:
    """Draw one effect: its mark, full where it is clear, and its interval; nothing where there is none at all."""
    if found["effect"] == 0 and found["deviation"] == 0:
        return
    if math.isfinite(found["low"]):
        axes.plot([found["low"] / step, found["high"] / step], [height] * 2, color=colour, linewidth=0.9, zorder=2)
    axes.plot(found["effect"] / step, height, linestyle="none", marker=shape, color=colour, zorder=3,
              markersize=MARK_SIZE.get(shape, USUAL_MARK), markerfacecolor=colour if _clear(found) else "white",
              markeredgewidth=0.8)  # fmt: skip


def _set_axis(axes: Axes, reach: float, with_axis: bool) -> None:
    """Set ticks at every tenfold step, or at fewer where the axis reaches very far."""
    most = int(math.log10(reach))
    powers = [10**power for power in range(0, most + 1, 1 + most // MOST_TICKS)]
    ticks = [*(-power for power in reversed(powers)), 0, *powers]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    axes.minorticks_off()
    axes.grid(True, axis="x", color="#e3e3e3", linewidth=0.5)
    axes.grid(False, axis="y")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", labelbottom=with_axis, length=3 if with_axis else 0)
    if with_axis:
        axes.set_xlabel("effect, in steps that are worth a word (grey: less than one)", size=7.2, color=QUIET)
    else:
        axes.spines["bottom"].set_visible(False)


def _tick(value: float) -> str:
    """Write a tick; powers of ten that are long are written as such."""
    if abs(value) >= LONG_TICK:
        return f"{'−' if value < 0 else '+'}10{str(round(math.log10(abs(value)))).translate(RAISED)}"
    return f"{value:+,.0f}".replace("-", "−") if value else "0"


def _put_row(words: _Words, row: _Row, middle: float) -> None:
    """Write what an observable is, whom it concerns, and its unit."""
    words.put(MARGIN, middle + 0.065, row.label, size=7.8)
    words.put(MARGIN, middle - 0.065, row.beneath, size=6.2, color=QUIET)


def _put_head(words: _Words, comparison: Comparison) -> None:
    """Write the headline, and over each column of numbers its policy with its mark."""
    policies, manifest = comparison.policies, comparison.manifest
    title = f"What {policies[0]} changes" if len(policies) == 1 else f"What {len(policies)} policies change"
    against = "without it" if manifest["baseline"] == AS_IT_IS else f"under {manifest['baseline']}"
    words.put(MARGIN, words.height - 0.32, title, size=13.5, weight="bold")
    how = f"mean of the last {manifest['horizon_weeks']} weeks, {manifest['replicates']} pairs that share all luck"
    words.put(MARGIN, words.height - 0.57, f"against the same world {against}: {how}", size=8.6)
    for place, policy in enumerate(policies):
        words.put(_column(place), words.height - HEAD + 0.06, _broken(policy), size=7, ha="center", va="bottom",
                  color=MARKS[place][1], linespacing=1.05)  # fmt: skip


def _broken(name: str, widest: int = 14) -> str:
    """Break a name at its joints so that it fits over its column."""
    lines = [""]
    for part in name.replace("_", " ").split():
        part = part if len(part) <= widest else part[: widest - 1] + "…"
        if lines[-1] and len(lines[-1]) + 1 + len(part) > widest:
            lines.append(part)
        else:
            lines[-1] = f"{lines[-1]} {part}".strip()
    return "\n".join(lines[:3])


def _small_print(comparison: Comparison, across: int) -> str:
    """Say how to read the page, and where everything comes from, in lines of so many characters."""
    manifest = comparison.manifest
    scenario, kinds = manifest["scenario"], manifest["kinds_of_numbers"]
    last = scenario["seed"] + manifest["replicates"] - 1
    paragraphs = (
        "Lines are 95 % intervals of the mean effect (Student’s t on paired differences). Full marks: the interval"
        " leaves zero out; no mark: nothing changed. A step: 1 % of the world without the policy, half a point of a"
        " share, 0.01 SD; where there was nothing, 1 % of the largest. No forecast: only differences may be read.",
        f"Source: Limelight {manifest['versions'].get('limelight') or 'unreleased'}, scenario “{scenario['title']}”,"
        f" seeds {scenario['seed']} to {last}, {scenario['weeks']} weeks from {scenario['start']},"
        f" {scenario['fans']:,} fans, {scenario['agencies']:,} agencies. Of {sum(kinds.values())} numbers in the model,"
        f" {kinds.get('evidence', 0)} are from sources, {kinds.get('calibrated', 0)} fitted, {kinds.get('assumed', 0)}"
        f" assumed, {kinds.get('scenario', 0)} set by law or policy.",
    )
    return "\n".join(fill(paragraph, across) for paragraph in paragraphs)


def draw_effects(comparison: Comparison) -> tuple[Path, ...]:
    """Draw the effects into the comparison's own folder, as effects.png and effects.svg; none of too many policies."""
    if comparison.folder is None or len(comparison.policies) > MOST_POLICIES:
        return ()
    page = effects(comparison)
    return tuple(save(page, comparison.folder / f"effects{ending}", COLOURS) for ending in (".png", ".svg"))
