"""Everybody at a glance: each agency, group or tool as a tile as large as it weighs, in the shade of one observable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.app.drawing.paper import CHARACTER, drawing, label, tag
from sim.app.drawing.scales import said, spoken
from sim.app.shapes import Tile, Treemap

SHADES = 7
LEGEND = 34  # height of the scale of colours under the tiles
HEAD = 15  # height of the line with a parent's name
LEAST_HEIGHT = 34  # from which on a parent is named
TAB_STOPS = 40
INSET = 2
BOLD = 7.4  # width of a bold character
LINE = 13

Box = tuple[float, float, float, float]
"""Left, top, width, height."""


def treemap(treemap: Treemap, width: int = 960, height: int = 520) -> str:
    """Draw the tiles, those of one parent together, and the scale of their shades underneath.

    A tile answers to pointer and keyboard: it is a button that says its `key` in `data-pick`. Since buttons are
    inside, the drawing is a group and not an image; the largest tiles can be reached by the tabulator key.
    """
    tiles = [tile for tile in treemap.tiles if tile.size > 0]
    reachable = {tile.key for tile in sorted(tiles, key=lambda tile: -tile.size)[:TAB_STOPS]}
    parents: dict[str, list[Tile]] = {}
    for tile in tiles:
        parents.setdefault(tile.parent or tile.key, []).append(tile)
    families = sorted(parents.items(), key=lambda family: -sum(tile.size for tile in family[1]))
    sums = [sum(tile.size for tile in family) for _, family in families]
    parts: list[str] = []
    for (name, family), box in zip(families, squarified(sums, (0, 0, width, height - LEGEND)), strict=True):
        parts += _family(treemap, name, family, box, reachable)
    parts += _scale(treemap, width, height)
    says = (
        f"{treemap.label}: {len(tiles)} tiles, area by {treemap.size_label}, shade by {treemap.value_label} from"
        f" {spoken(treemap.low, treemap.look)} to {spoken(treemap.high, treemap.look)}."
    )
    return drawing(width, height, says, parts, "treemap").replace('role="img"', 'role="group"', 1)


def squarified(sizes: Sequence[float], box: Box) -> list[Box]:
    """Divide a box into one for each size, largest first, as square as can be (Bruls, Huizing and van Wijk 2000).

    `sizes` are positive and do not rise.
    """
    left, top, width, height = box
    total = sum(sizes)
    if not total or width <= 0 or height <= 0:
        return [(left, top, 0.0, 0.0) for _ in sizes]
    areas = [size * width * height / total for size in sizes]
    boxes: list[Box] = []
    while len(boxes) < len(areas):
        left_over = areas[len(boxes) :]
        side = min(width, height)
        many = _row_length(left_over, side)
        row = left_over[:many]
        thick = sum(row) / side if side > 0 else 0.0
        along = 0.0
        for area in row:
            length = area / thick if thick > 0 else 0.0
            boxes.append((left, top + along, thick, length) if width >= height else (left + along, top, length, thick))
            along += length
        if width >= height:
            left, width = left + thick, max(0.0, width - thick)
        else:
            top, height = top + thick, max(0.0, height - thick)
    return boxes


def _row_length(areas: Sequence[float], side: float) -> int:
    """Return how many of the areas make the row whose worst tile is the most square."""
    best, whole = float("inf"), 0.0
    for many, area in enumerate(areas, start=1):
        whole += area
        square = whole * whole
        worst = max(side * side * areas[0] / square, square / (side * side * area)) if square and side else 0.0
        if worst > best:
            return many - 1
        best = worst
    return len(areas)


def _family(treemap: Treemap, name: str, family: list[Tile], box: Box, reachable: set[str]) -> Iterator[str]:
    """Draw the tiles of one parent inside its box, under its name where that fits."""
    left, top, width, height = box
    alone = len(family) == 1 and not family[0].parent
    if not alone:
        yield tag("rect", x=left + 0.5, y=top + 0.5, width=max(width - 1, 0), height=max(height - 1, 0), class_="house")
        named = width >= _room(name) and height >= LEAST_HEIGHT
        if named:
            yield label(left + 5, top + HEAD - 3, name, "parent")
        head = HEAD if named else INSET
        inset = INSET if min(width, height) > 8 * INSET else 0.5
        left, top = left + inset, top + (head if named else inset)
        width, height = width - 2 * inset, height - (head if named else inset) - inset
    ordered = sorted(family, key=lambda tile: -tile.size)
    for tile, place in zip(ordered, squarified([tile.size for tile in ordered], (left, top, width, height)),
                           strict=True):  # fmt: skip
        yield _tile(treemap, tile, place, tile.key in reachable)


def _tile(treemap: Treemap, tile: Tile, box: Box, reachable: bool) -> str:
    """Draw one tile with as many words as fit."""
    left, top, width, height = box
    shade = shade_of(tile.value, treemap.low, treemap.high)
    gap = 0.75 if min(width, height) > 4 else 0.2
    parts = [
        tag("rect", x=left + gap, y=top + gap, width=max(width - 2 * gap, 0.5), height=max(height - 2 * gap, 0.5),
            rx=2 if min(width, height) > 12 else 0),
    ]  # fmt: skip
    value = said(tile.value, treemap.look)
    named = width >= _room(tile.label) and height >= LINE + 4
    if named:
        parts.append(label(left + 5, top + LINE + 1, tile.label))
    if width >= _room(value) and height >= (2 if named else 1) * LINE + 5:
        parts.append(label(left + 5, top + (2 if named else 1) * LINE + 1, value, "value"))
    told = tile.detail or f"{tile.label}: {spoken(tile.value, treemap.look)}"
    return tag(
        "g", "".join(parts), class_=f"tile shade-{shade}{' chosen' if tile.chosen else ''}", data_pick=tile.key,
        data_tip=told, role="button", tabindex=0 if reachable or tile.chosen else -1, aria_label=told,
        aria_pressed="true" if tile.chosen else None,
    )  # fmt: skip


def shade_of(value: float, low: float, high: float) -> int:
    """Return which of the seven shades a value has; the ends take what lies beyond them."""
    if not np.isfinite(value) or high <= low:
        return 0
    return int(min(max((value - low) / (high - low) * SHADES, 0), SHADES - 1))


def _room(text: str) -> float:
    """Return the least width of a tile or a house that a text fits in."""
    return BOLD * len(text) + 9


def _scale(treemap: Treemap, width: int, height: int) -> Iterator[str]:
    """Draw the scale of shades with the values at its ends, and say what area and shade mean."""
    top, step = height - LEGEND + 16, 22
    low, high = (sign + said(end, treemap.look) for sign, end in (("≤ ", treemap.low), ("≥ ", treemap.high)))
    first = 2 + CHARACTER * len(low) + 6
    yield label(2, top + 9, low, "tick")
    for shade in range(SHADES):
        yield tag("rect", x=first + shade * step, y=top, width=step, height=11, class_=f"shade-{shade} swatch")
    after = first + SHADES * step + 6
    yield label(after, top + 9, f"{high} {treemap.look.unit}".rstrip(), "tick")
    words = f"shade: {treemap.value_label}; area: {treemap.size_label}"
    used = after + CHARACTER * (len(high) + len(treemap.look.unit) + 3)
    if used + CHARACTER * len(words) <= width:
        yield label(width - 2, top + 9, words, "tick", "end")
