"""Two worlds side by side, in fifteen small pictures for the first page of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import matplotlib.dates as calendar
import matplotlib.style
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.analysis import Reading, last_year, refuse_unlike, written
from sim.figures.page import INK, QUIET, RESOLUTION, STYLE
from sim.params import WEEKS_PER_YEAR
from sim.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMOOTHED_WEEKS = 26  # of the lines: half a year takes the comeback cycle out and leaves what a policy does


@dataclass(frozen=True)
class World:
    """How one of the two worlds is drawn: its colour also differs in grey, and its stroke without any colour."""

    name: str
    colour: str
    stroke: Literal["-"] | tuple[float, tuple[float, ...]]
    weight: float


WITH, WITHOUT = World("with AI", "#9a1f13", "-", 1.9), World("without AI", "#2b7ab3", (0, (3.2, 1.5)), 1.3)
SECOND_LINE = 0.6  # weight of the second line of a panel, relative to the first


@dataclass(frozen=True)
class Panel:
    """One small picture: one or two observables in both worlds, the words around them, the least extent of its axis.

    `lines` pairs observables with the word that tells them apart; `reading` is how values are written; `since_start`
    shows by how much a value has changed since the first day; `caution` is what a reader must know, and `doubt` how
    far AI may lift the first line, over the ranges of the assumed numbers.
    """

    title: str
    unit: str
    lines: tuple[tuple[str, str], ...]
    reading: Reading
    extent: tuple[float, float]
    since_start: bool = False
    logarithmic: bool = False
    caution: str = ""
    doubt: tuple[float, float] | None = None


PER_CENT = Reading(100, 0, " %")

# What AI adds to mean dissatisfaction, in the default world with 20,000 fans, when the gain of editing, the fall of its
# cost and its elasticity all stand at the low or all at the high end of their ranges (experiments/korea/README.md).
DOUBT_ABOUT_DISSATISFACTION = (0.0, 0.08)
ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    ("BEAUTY PRESSURE", (
        Panel("Fans’ body dissatisfaction", "standard deviations of the fans of the first day",
              (("mean_dissatisfaction", "all fans"), ("vulnerable_dissatisfaction", "vulnerable third")),
              Reading(1, 2), (-0.2, 0.7), caution="AI’s effect is almost all assumption (bar: its range).",
              doubt=DOUBT_ABOUT_DISSATISFACTION),
        Panel("How far idols’ images are edited", "% of all editing there could be", (("editing_level", ""),),
              PER_CENT, (0, 0.6), caution="The first day’s 40 % is assumed."),
        Panel("Idols pressed to diet", "change since the first day, %", (("pressed_idols", ""),),
              PER_CENT, (-0.2, 0.2), since_start=True, caution="Only the change may be read, not the level."),
    )),
    ("WORK", (
        Panel("Idols’ working time", "hours a week, mean of all idols", (("idol_hours", ""),), Reading(1, 1),
              (50, 70), caution="The hours that a piece of content takes are assumed."),
        Panel("Burnt-out idols", "% of idols", (("burnt_out_idols", ""),), PER_CENT, (0.2, 0.5)),
        Panel("Creative staff, per group", "first day without AI = 100",
              (("staff_employment", "employed"), ("freelance_income", "freelance income")),
              Reading(100, 0), (0.8, 1.4), caution="The time that AI saves is assumed."),
    )),
    ("DATA AND DEEPFAKES", (
        Panel("Records held per fan", "first day = 100", (("records_per_fan", ""),), Reading(100, 0),
              (0.9, 1.2), caution="The appetite of AI for data is assumed."),
        Panel("Data breaches to be expected", "change since the first day, %", (("expected_breaches", ""),),
              PER_CENT, (-0.2, 0.8), since_start=True, caution="Only the change may be read, not the level."),
        Panel("Deepfakes of idols", "first day = 1; each step is ten times the last", (("deepfakes", ""),),
              Reading(1, 0, " ×"), (1, 100), logarithmic=True, caution="Where the rise ends is assumed (5 to 100 ×)."),
    )),
    ("CREATION AND ITS SOURCES", (
        Panel("Work done by humans", "% of the task, average group",
              (("human_share_of_song", "songs"), ("human_share_of_choreography", "dance, video")), PER_CENT, (0, 1),
              caution="What AI can do at best is assumed."),
        Panel("Credit for borrowed styles", "% of borrowing from under-represented cultures",
              (("credited_share", ""),), PER_CENT, (0, 0.2), caution="The first day’s 15 % is assumed."),
        Panel("Borrowing without credit", "index per release", (("appropriation_score", ""),),
              Reading(1, 3), (0, 0.12), caution="It also falls where AI erases the borrowed style."),
    )),
    ("MONEY, AND HOW FAR AI SPREADS", (
        Panel("Revenue of the industry", "trillion won a year", (("industry_revenue", ""),),
              Reading(1e-6, 2), (5e6, 7e6), caution="What more content earns is assumed."),
        Panel("Income of an idol", "million won a year, mean of all idols", (("idol_income", ""),),
              Reading(1, 0), (0, 300), caution="A mean: a few idols earn most of it."),
        Panel("Agencies that use AI", "% of agencies",
              (("ai_adoption", "any tool"), ("adoption_of_virtual", "virtual idols")), PER_CENT, (0, 1)),
    )),
)  # fmt: skip

WORTH_A_WORD = 0.01  # a smaller change, relative to the world without AI, is called none in the headline

# The page, in inches: a portrait sheet that is still legible when a web page shows it 900 pixels wide.
PAGE_WIDTH, MARGIN, LABEL_ROOM, GAP = 10.0, 0.45, 1.06, 0.1
HEAD, FOOT, ROW, PLOT, ABOVE_PLOT = 1.16, 1.02, 2.42, 1.3, 0.84
COLUMNS = 3
TICK_ROOM = 0.32  # for the numbers left of an axis, above which the panel's words begin
LINE_OF_LABEL = 0.13  # height of one line of a label
SMALL, SMALLER = 7.7, 7.5  # points


def overview(with_ai: Results, without_ai: Results) -> Figure:
    """Show the four harms and the benefits in both worlds, a small picture each; for the first page of a report."""
    refuse_unlike(with_ai, without_ai)
    height = HEAD + FOOT + ROW * len(ROWS)
    with matplotlib.style.context(STYLE):
        page = Figure(figsize=(PAGE_WIDTH, height), dpi=RESOLUTION)
        _put_words(page, with_ai, without_ai)
        cell = (PAGE_WIDTH - 2 * MARGIN) / COLUMNS
        for row, (theme, panels) in enumerate(ROWS):
            top = height - HEAD - ROW * row
            _put_theme(page, theme, top)
            for column, panel in enumerate(panels):
                left, width = MARGIN + cell * column + TICK_ROOM, cell - TICK_ROOM - LABEL_ROOM - GAP
                bottom = top - ABOVE_PLOT - PLOT
                axes = page.add_axes((left / PAGE_WIDTH, bottom / height, width / PAGE_WIDTH, PLOT / height))
                _draw(axes, panel, with_ai, without_ai)
    return page


def headline(with_ai: Results, without_ai: Results) -> str:
    """Say in one sentence what the two worlds show, in words that follow from their last year."""
    after, before = last_year(with_ai), last_year(without_ai)

    def word(name: str, more: str, less: str, same: str) -> str:
        change = after[name] / before[name] - 1 if before[name] else 0.0
        return same if abs(change) < WORTH_A_WORD else more if change > 0 else less

    harms = [
        "idols work " + word("idol_hours", "longer", "less", "as long"),
        "images are edited " + word("editing_level", "more", "less", "as much"),
        word("records_per_fan", "more", "less", "as much") + " is stored about fans",
    ]
    credit = "gives " + word("credited_share", "more", "less", "as much") + " credit"
    revenue = 100 * (after["industry_revenue"] / before["industry_revenue"] - 1)
    earned = f"revenue is {abs(revenue):.0f} % {'higher' if revenue > 0 else 'lower'}"
    if abs(revenue) < 100 * WORTH_A_WORD:
        earned = "revenue is the same"
    return f"With AI, {', '.join(harms)},\nand music {credit} to the cultures it borrows from; {earned}"


def _put_words(page: Figure, with_ai: Results, without_ai: Results) -> None:
    """Write the headline, what the lines are, and where everything comes from."""
    height, dates = page.get_figheight(), with_ai.weeks["date"]
    left = MARGIN / PAGE_WIDTH
    page.text(left, 1 - 0.2 / height, headline(with_ai, without_ai), va="top", size=13.5, weight="bold", color=INK,
              linespacing=1.25)  # fmt: skip
    first, last = dates.iloc[min(1, len(dates) - 1)], dates.iloc[-1] - pd.Timedelta(days=1)
    years = f"{first:%Y}" if first.year >= last.year else f"{first:%Y} to {last:%Y}"
    seeds = {kept.manifest["scenario"]["seed"] for kept in (with_ai, without_ai)}
    luck = " with the same luck" if len(seeds) == 1 else ""
    page.text(left, 1 - 0.9 / height, f"The K-pop industry, {years}, simulated twice{luck}:", va="center", size=9,
              color=INK)  # fmt: skip
    for world, start in ((WITH, 5.1), (WITHOUT, 6.5)):
        across = [start / PAGE_WIDTH, (start + 0.4) / PAGE_WIDTH]
        page.add_artist(Line2D(across, [1 - 0.9 / height] * 2, color=world.colour, linestyle=world.stroke,
                               linewidth=world.weight))  # fmt: skip
        page.text((start + 0.47) / PAGE_WIDTH, 1 - 0.9 / height, world.name, va="center", size=9, weight="bold",
                  color=world.colour)  # fmt: skip
    page.text(left, (FOOT - 0.22) / height, _small_print(with_ai, without_ai), va="top", size=7.2, color=QUIET,
              linespacing=1.4)  # fmt: skip


def _small_print(with_ai: Results, without_ai: Results) -> str:
    """Return the source line: model, version, runs, luck, scenario, and how much of it is assumed."""
    manifest, scenario = with_ai.manifest, with_ai.manifest["scenario"]
    kinds = Counter(number["kind"] for number in manifest["numbers"].values())
    runs = " and ".join(str(kept.manifest["run"]) for kept in (with_ai, without_ai))
    return (
        f"Lines are means over {SMOOTHED_WEEKS} weeks, numbers beside them over the last 52. One run of each world:"
        " no forecast, only the difference between the lines may be read.\n"
        "Not every axis begins at zero. Words in italics say where an assumed number decides, or how a picture may be"
        " read.\n"
        f"Source: Limelight {manifest['versions'].get('limelight') or 'unreleased'}, scenario “{scenario['title']}”,"
        f" seed {scenario['seed']}, {scenario['fans']:,} fans, {scenario['agencies']:,} agencies; runs {runs}.\n"
        f"Numbers: public sources, listed in sim/evidence. Of {sum(kinds.values())} numbers in the model,"
        f" {kinds['evidence']} are from sources, {kinds['calibrated']} fitted to them, {kinds['assumed']} assumed and"
        f" {kinds['scenario']} set by law or policy (limelight params)."
    )


def _put_theme(page: Figure, theme: str, top: float) -> None:
    """Write the name of a row over a thin rule."""
    height = page.get_figheight()
    across = [MARGIN / PAGE_WIDTH, 1 - MARGIN / PAGE_WIDTH]
    page.add_artist(Line2D(across, [top / height] * 2, color=INK, linewidth=0.8))
    page.text(across[0], (top - 0.06) / height, theme, va="top", size=7.5, weight="bold", color=INK)


def _draw(axes: Axes, panel: Panel, with_ai: Results, without_ai: Results) -> None:
    """Draw one panel: its lines, its axes and the words around it."""
    labels = []
    for world, kept in ((WITHOUT, without_ai), (WITH, with_ai)):
        for place, (name, word) in enumerate(panel.lines):
            whole = _series(kept, name, panel)
            weight = world.weight * (SECOND_LINE if place else 1)
            axes.plot(kept.weeks["date"], whole.rolling(SMOOTHED_WEEKS, center=True, min_periods=1).mean(),
                      color=world.colour, linestyle=world.stroke, linewidth=weight,
                      zorder=3 if world is WITH else 4)  # fmt: skip
            labels.append((_of_last_year(whole), word, world))
    _set_axes(axes, panel)
    if panel.doubt is not None:
        _draw_doubt(axes, _of_last_year(_series(without_ai, panel.lines[0][0], panel)), panel.doubt)
    _label(axes, panel, labels)
    left = -TICK_ROOM / (axes.get_position().width * PAGE_WIDTH)
    above = ((0.48, panel.title, INK), (0.3, panel.unit, QUIET), (0.14, panel.caution, INK))
    title, _, caution = (
        axes.text(left, 1 + lift / PLOT, words, transform=axes.transAxes, va="center", size=SMALLER, color=colour)
        for lift, words, colour in above
    )
    title.set(size=9.4, weight="bold")
    caution.set(style="italic")


def _of_last_year(values: pd.Series[float]) -> float:
    """Mean over the last 52 weeks, without the built world."""
    return float(values.iloc[1:].tail(WEEKS_PER_YEAR).mean()) if len(values) > 1 else float(values.iloc[0])


def _draw_doubt(axes: Axes, start: float, doubt: tuple[float, float]) -> None:
    """Draw a bar over how far AI may lift a line, by the ranges of the assumed numbers."""
    first, last = axes.get_xlim()
    where, low, high = first + 0.95 * (last - first), start + doubt[0], start + doubt[1]
    axes.errorbar(where, (low + high) / 2, yerr=(high - low) / 2, color=INK, linewidth=0.9, capsize=2.2, zorder=5)


def _series(kept: Results, name: str, panel: Panel) -> pd.Series[float]:
    """Return what a panel shows of an observable, week by week, in the observable's own unit or as a change."""
    values = kept.weeks[name]
    return values / values.iloc[0] - 1 if panel.since_start else values


def _set_axes(axes: Axes, panel: Panel) -> None:
    """Set the extent, never narrower than the panel asks for, so that small effects look small."""
    if panel.logarithmic:
        axes.set_yscale("log")
    low, high = axes.dataLim.intervaly
    axes.set_ylim(min(low, panel.extent[0]), max(high, panel.extent[1]))
    if not panel.logarithmic:
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, panel)))
    first, last = axes.dataLim.intervalx
    axes.set_xlim(first, max(last, first + 1))
    years = calendar.num2date(last).year - calendar.num2date(first).year
    axes.xaxis.set_major_locator(calendar.YearLocator(max(1, years // 2)))
    axes.xaxis.set_major_formatter(calendar.DateFormatter("%Y"))


def _tick(value: float, panel: Panel) -> str:
    """Write a tick with no more decimals than it needs."""
    amount = value * panel.reading.factor
    sign = "+" if panel.since_start and amount > 0 else ""
    return f"{sign}{amount:.6g}".replace("-", "−")


def _label(axes: Axes, panel: Panel, labels: Sequence[tuple[float, str, World]]) -> None:
    """Write the value, the line's name and its world at the end of each line, moved apart where they would touch."""
    told = _told([(value, _worth(value, panel), word, world) for value, word, world in labels])
    last = axes.get_xlim()[1]
    box = axes.get_window_extent()
    to_inches = box.height / PLOT
    wanted = [(float(axes.transData.transform((last, value))[1]) - box.y0) / to_inches for value, _, _ in told]
    sizes = [LINE_OF_LABEL * (words.count("\n") + 1) + 0.03 for _, words, _ in told]
    for (value, words, colour), height in zip(told, _spread(wanted, sizes, -0.1, PLOT + 0.03), strict=True):
        axes.annotate(
            words, xy=(last, value), xycoords="data", xytext=(1.07, height / PLOT), textcoords="axes fraction",
            va="center", ha="left", size=SMALL, color=colour, linespacing=1.1, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0,
                        "relpos": (0, 0.5)},
        )  # fmt: skip


def _worth(value: float, panel: Panel) -> str:
    """Write the value of a line as its panel reads it."""
    return written(value, panel.reading, signed=panel.since_start) + panel.reading.unit


def _told(labels: Sequence[tuple[float, str, str, World]]) -> list[tuple[float, str, str]]:
    """Return height, words and colour of each label; what two lines share is said once."""
    left: dict[tuple[str, str], tuple[float, list[World]]] = {}
    for world in (WITHOUT, WITH):
        own = [label for label in labels if label[3] is world]
        alike = len(own) > 1 and len({shown for _, shown, _, _ in own}) == 1
        for value, shown, word, _ in own[:1] if alike else own:
            left.setdefault((shown, "both" if alike else word), (value, []))[1].append(world)
    return [
        (value, f"{shown} {worlds[0].name if len(worlds) == 1 else 'in both'}" + (f"\n{word}" if word else ""),
         worlds[0].colour if len(worlds) == 1 else INK)
        for (shown, word), (value, worlds) in left.items()
    ]  # fmt: skip


def _spread(wanted: Sequence[float], sizes: Sequence[float], bottom: float, top: float) -> list[float]:
    """Move labels of these heights apart, as little as needed, and keep them between bottom and top if they fit."""
    order = sorted(range(len(wanted)), key=lambda label: wanted[label])
    placed = list(wanted)
    edge = bottom
    for label in order:
        placed[label] = max(placed[label], edge + sizes[label] / 2)
        edge = placed[label] + sizes[label] / 2
    edge = top
    for label in reversed(order):
        placed[label] = min(placed[label], edge - sizes[label] / 2)
        edge = placed[label] - sizes[label] / 2
    return placed
