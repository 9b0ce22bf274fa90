"""The headlines: what each number is under *mine*, by how much that differs, and a word for it."""

from __future__ import annotations

from collections.abc import Sequence

from sim.app.drawing.paper import tag, words
from sim.app.shapes import Card

ARROWS = {
    "up": "M6 1.5L10.8 7H7.6V10.5H4.4V7H1.2Z",
    "down": "M6 10.5L1.2 5H4.4V1.5H7.6V5H10.8Z",
    "flat": "M1 5H11V7H1Z",
}


def cards(cards: Sequence[Card]) -> str:
    """Return the cards as a list; what a colour says, an arrow, a sign and a word say too."""
    return tag("ul", "".join(_card(card) for card in cards), class_="cards")


def _card(card: Card) -> str:
    """Return one card."""
    arrow = tag("svg", tag("path", d=ARROWS.get(card.arrow, ARROWS["flat"])), viewBox="0 0 12 12", class_="card-arrow",
                aria_hidden="true")  # fmt: skip
    amount = tag("span", words(card.value), class_="card-number") + " "
    amount += tag("span", words(card.unit), class_="card-unit")
    change = arrow + tag("span", words(card.difference), class_="card-change")
    if card.word != card.difference:
        change += " " + tag("span", words(card.word), class_="card-word")
    parts = [
        tag("p", words(card.label), class_="card-label"),
        tag("p", amount, class_="card-value"),
        tag("p", change, class_="card-difference"),
    ]
    if card.interval:
        parts.append(tag("p", words(card.interval), class_="card-interval"))
    return tag("li", "".join(parts), class_=f"card card-{card.word.replace(' ', '-')}", data_card=card.name,
               title=card.meaning or None)  # fmt: skip


def legend(worlds: int = 0) -> str:
    """Return the line that says how the two worlds are drawn, and what the band is where so many worlds make one up."""

    def entry(part: str, name: str) -> str:
        swatch = tag("svg", part, viewBox="0 0 28 12", class_="draw legend-swatch", aria_hidden="true")
        return tag("span", swatch + words(name), class_="legend-entry")

    entries = [
        entry(tag("path", d="M1 6H27", class_="present"), "present policy"),
        entry(tag("path", d="M1 6H27", class_="mine"), "mine"),
        entry(tag("rect", x=1, y=1, width=26, height=10, class_="gap"), "what it changes"),
    ]
    if worlds:
        told = f"mine in {worlds} worlds of other luck, lowest to highest, each averaged as the line is"
        entries.append(entry(tag("rect", x=1, y=1, width=26, height=10, class_="band"), told))
    return tag("p", "".join(entries), class_="legend")
