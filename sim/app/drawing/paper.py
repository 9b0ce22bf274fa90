"""What every drawing is made of: escaped elements of SVG, paths, and the frame that says in words what it shows.

Colours, strokes and type are left to the classes of `looks.css`, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape

import numpy as np

CHARACTER = 6.7  # width of a usual character of the drawings' type, in the drawing's own units


def tag(name: str, content: str = "", **attributes: object) -> str:
    """Return one element; `class_` is class, `data_pick` is data-pick, None leaves an attribute out.

    Attributes are escaped here; `content` is what other elements or `words` returned.
    """
    written = "".join(
        f' {_name(key)}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


@cache
def _name(key: str) -> str:
    """Write the name of an attribute."""
    return key.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    """Write a value of an attribute: places with one decimal, text escaped."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float | np.floating) else escape(str(value))


def words(text: object) -> str:
    """Return text as it may stand in an element."""
    return escape(str(text), quote=False)


def label(left: float, baseline: float, text: object, class_: str = "", anchor: str | None = None) -> str:
    """Return a line of text that begins, ends or is centred at a place."""
    return tag("text", words(text), x=left, y=baseline, class_=class_ or None, text_anchor=anchor)


def drawing(width: float, height: float, says: str, parts: Iterable[str], kind: str) -> str:
    """Frame the parts: as wide as its place allows, and one sentence for whom cannot see it."""
    return tag(
        "svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:g} {height:g}", role="img",
        aria_label=says, class_=f"draw draw-{kind}", preserveAspectRatio="xMidYMid meet",
    )  # fmt: skip


def polyline(across: np.ndarray, down: np.ndarray) -> str:
    """Return the path through these places; both have the shape (places,)."""
    if not len(across):
        return ""
    return "M" + ("L%.1f %.1f" * len(across))[1:] % tuple(np.column_stack([across, down]).ravel().tolist())


def ribbon(across: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> str:
    """Return the closed path between two lines over the same places."""
    if not len(across):
        return ""
    return polyline(np.concatenate([across, across[::-1]]), np.concatenate([upper, lower[::-1]])) + "Z"


def apart(wanted: Sequence[float], room: float, first: float, last: float) -> list[float]:
    """Move labels apart until each has `room`, as little as needed, between `first` and `last` if they fit."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    placed = list(wanted)
    edge = first
    for place in order:
        placed[place] = edge = max(placed[place], edge)
        edge += room
    edge = last
    for place in reversed(order):
        placed[place] = edge = min(placed[place], edge)
        edge -= room
    return placed
