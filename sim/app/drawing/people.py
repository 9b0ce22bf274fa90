"""Whom it concerns: how a state is spread over people in both worlds, and what becomes of groups of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.app.drawing.paper import CHARACTER, drawing, label, tag
from sim.app.drawing.scales import Scale, extent, round_ticks, said, spoken, tick_words, told_apart
from sim.app.shapes import BETTER, CHANGED, SAME, WORSE, GroupBars, Histogram, Look

MARGIN = 10
ROW, HEAD, FOOT = 46, 6, 26  # heights of a row of groups, and of what lies over and under all rows
ABOUT_THE_SAME = "about the same"
LEGEND_LINE = 15


def histogram(histogram: Histogram, width: int = 360, height: int = 180) -> str:
    """Draw how a state is spread over people: *mine* filled, *present policy* as a dashed outline."""
    look, edges = histogram.look, np.asarray(histogram.edges, dtype=float)
    floor, roof = height - FOOT, 2 * LEGEND_LINE + 6
    highest = max(float(np.max(histogram.present, initial=0)), float(np.max(histogram.mine, initial=0)), 1e-9)
    ticks = round_ticks(0, highest, 3)
    names = tick_words(ticks, 100)
    left = MARGIN + CHARACTER * (max(map(len, names)) + 1.5)
    across = Scale(float(edges[0]), float(edges[-1]), left, width - MARGIN)
    up = Scale(0, highest, floor, roof)
    parts = []
    for tick, name in zip(ticks[1:], names[1:], strict=True):
        parts.append(tag("path", d=f"M{left:.1f} {up.at(tick):.1f}H{across.end:.1f}", class_="grid"))
        parts.append(label(left - 6, up.at(tick) + 4, f"{name} %", "tick", "end"))
    outlines = [_steps(across, up, edges, shares) for shares in (histogram.mine, histogram.present)]
    parts += [tag("path", d=outlines[0], class_="mine-area"), tag("path", d=outlines[1], class_="present-outline")]
    parts += _value_axis(across, look, floor)
    parts += _bin_tips(histogram, across, floor, roof)
    means = histogram.means
    parts += _mean_marks(means, look, across, floor, roof)
    of_present, of_mine = told_apart(*means, look)
    says = f"{histogram.label}, {look.unit}: mean of {of_present} under present policy, of {of_mine} under mine."
    return drawing(width, height, says.replace(", :", ":"), parts, "histogram")


def group_bars(bars: GroupBars, width: int = 360) -> str:
    """Draw for each group of people where it stands in both worlds, and say for whom that is better."""
    look = bars.look
    values = np.array([value for _, present, mine, _ in bars.groups for value in (present, mine)])
    low, high = extent([values]) if values.size else (0.0, 1.0)
    ticks = round_ticks(low, high, 4)
    across = Scale(low, high, MARGIN + 6, width - MARGIN - 6)
    height = HEAD + ROW * len(bars.groups) + FOOT
    floor = height - FOOT
    parts = [tag("path", d=f"M{across.at(tick):.1f} {HEAD + 20}V{floor:.1f}", class_="grid") for tick in ticks]
    told = []
    for place, (name, present, mine, better_with) in enumerate(bars.groups):
        word = verdict(present, mine, better_with, look)
        parts.append(_row(HEAD + ROW * place, width, across, name, (present, mine), look, word))
        of_present, of_mine = told_apart(present, mine, look)
        told.append(f"{name} {of_present} to {of_mine}, {word}")
    parts += _value_axis(across, look, floor, ticks)
    unit = f", {look.unit}" if look.unit else ""
    return drawing(width, height, f"{bars.label}{unit}, present policy to mine: {'; '.join(told)}.", parts, "groups")


def verdict(present: float, mine: float, better_with: str, look: Look) -> str:
    """Say in a word what a difference is for those whom it concerns."""
    if present == mine:
        return SAME
    if said(present, look) == said(mine, look):
        return ABOUT_THE_SAME
    if better_with not in ("more", "less"):
        return CHANGED
    return BETTER if (mine > present) == (better_with == "more") else WORSE


def _row(top: float, width: int, across: Scale, name: str, values: tuple[float, float], look: Look, word: str) -> str:
    """Draw one group: its name, both values and the word over a line from a hollow to a full dot."""
    present, mine = values
    from_, to = across.at(present), across.at(mine)
    down = top + 31
    of_present, of_mine = told_apart(present, mine, look)
    kind = {BETTER: "better", WORSE: "worse"}.get(word, "same")
    amounts = tag("tspan", f"{of_present} → ", class_="quiet") + tag("tspan", of_mine, class_="strong")
    amounts += tag("tspan", f" {word}", class_=f"word {kind}", dx=5)
    parts = [
        label(MARGIN, top + 14, name, "name"),
        tag("text", amounts, x=width - MARGIN, y=top + 14, text_anchor="end"),
        tag("path", d=f"M{across.start:.1f} {down:.1f}H{across.end:.1f}", class_="track"),
        tag("path", d=f"M{from_:.1f} {down:.1f}H{to:.1f}", class_=f"change {kind}"),
        tag("circle", cx=to, cy=down, r=5.2, class_="mine-dot"),
        tag("circle", cx=from_, cy=down, r=4.4, class_="present-dot"),
    ]
    tip = f"{name}: present {spoken(present, look)}, mine {spoken(mine, look)} ({word})"
    return tag("g", "".join(parts), data_tip=tip)


def _value_axis(across: Scale, look: Look, floor: float, ticks: list[float] | None = None) -> Iterator[str]:
    """Draw the axis of the values under the plot, the unit at its end."""
    yield tag("path", d=f"M{across.start:.1f} {floor:.1f}H{across.end:.1f}", class_="floor")
    shown = ticks or round_ticks(across.low, across.high, 5)
    for tick, name in zip(shown, tick_words(shown, look.factor), strict=True):
        place = across.at(tick)
        half = CHARACTER * len(name) / 2
        anchor = "start" if place - half < 2 else "end" if place + half > across.end + MARGIN else "middle"
        yield tag("path", d=f"M{place:.1f} {floor:.1f}v4", class_="floor")
        yield label(place, floor + 17, name, "tick", anchor)


def _steps(across: Scale, up: Scale, edges: np.ndarray, shares: np.ndarray) -> str:
    """Return the outline of the bins, closed at the floor."""
    places, heights = across.all(edges), up.all(np.asarray(shares, dtype=float))
    path = [f"M{places[0]:.1f} {up.start:.1f}"]
    path += [f"V{height:.1f}H{right:.1f}" for height, right in zip(heights, places[1:], strict=True)]
    return "".join(path) + f"V{up.start:.1f}Z"


def _bin_tips(histogram: Histogram, across: Scale, floor: float, roof: float) -> Iterator[str]:
    """Lay unseen strips over the bins that tell a pointer the shares."""
    for place in range(len(histogram.mine)):
        low, high = float(histogram.edges[place]), float(histogram.edges[place + 1])
        shares = 100 * float(histogram.present[place]), 100 * float(histogram.mine[place])
        between = f"{said(low, histogram.look)} to {spoken(high, histogram.look)}"
        yield tag("rect", x=across.at(low), y=roof, width=across.at(high) - across.at(low), height=floor - roof,
                  class_="strip", data_tip=f"{between}: present {shares[0]:.1f} %, mine {shares[1]:.1f} %")  # fmt: skip


def _mean_marks(means: tuple[float, float], look: Look, across: Scale, floor: float, roof: float) -> Iterator[str]:
    """Draw the mean of each world as an upright line, and write both over the plot."""
    for place, (mean, amount) in enumerate(zip(means, told_apart(*means, look), strict=True)):
        kind = ("present", "mine")[place]
        yield tag("path", d=f"M{across.at(mean):.1f} {floor:.1f}V{roof:.1f}", class_=f"{kind}-mean")
        words = f"{kind}: mean {amount} {look.unit}".rstrip()
        yield label(across.end, 12 + LEGEND_LINE * place, words, f"{kind}-word", "end")
