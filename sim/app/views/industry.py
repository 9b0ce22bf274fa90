"""Industry: agencies, groups and tools as tiles, and whoever is picked followed over time."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import solara

from sim.app.desk import Desk
from sim.app.drawing import thread, treemap
from sim.app.glance import Glance
from sim.app.looking import Looking, glances_of, pair_of
from sim.app.parts import Fields, Picture
from sim.app.people import (
    FIRST_COLOURS,
    FIRST_SIZES,
    LINES,
    SINGLE,
    name_of,
    state_word,
    states_of,
    threads,
    unit_and_meaning,
    written,
)
from sim.app.people import treemap as tiles_of
from sim.app.reading import look_of
from sim.app.shapes import Thread
from sim.app.views.panels import framed, grid, unit_of
from sim.app.views.who import nothing_yet, when_changed, when_fields

TALL = 520  # of the tiles on a phone
KINDS = (("groups", "Groups"), ("agencies", "Agencies"), ("tools", "AI tools"))


@solara.component
def IndustryView(desk: Desk, seen: Looking, look: Any, do: Any, frame: int) -> None:
    """Everybody at a glance, and one of them in full."""
    with solara.Div(classes=["view"]):
        found = glances_of(desk, seen)

        def change(told: dict[str, Any]) -> None:
            control, value = told["id"], told["value"]
            if control.startswith("kind-"):
                kind = control.removeprefix("kind-")
                look(kind=kind, size=FIRST_SIZES[kind][0], colour=FIRST_COLOURS[kind][0])
            elif control in ("size", "colour"):
                look(**{control: value})
            else:
                when_changed(desk, seen, look, control, value)

        fields: list[dict[str, Any]] = [
            {"id": f"kind-{kind}", "type": "chip", "label": title, "value": kind == seen.kind} for kind, title in KINDS
        ]
        if found:
            states = states_of(seen.kind, found[1])
            options = [(name, state_word(name)) for name in states]
            fields += [
                {"id": "size", "type": "select", "label": "Size", "value": seen.size,
                 "options": [(name, state_word(name)) for name in dict.fromkeys((*FIRST_SIZES[seen.kind], *states))]},
                {"id": "colour", "type": "select", "label": "Colour", "value": seen.colour, "options": options},
            ]  # fmt: skip
        Fields(fields=[*fields, *when_fields(desk, seen)], label="What to look at", event_change=change)
        if found is None:
            nothing_yet(seen)
            return
        _, mine = found
        drawn = tiles_of(seen.kind, seen.size, seen.colour, mine, seen.picked)
        title = f"{dict(KINDS)[seen.kind]} in the world of my policy"
        unit = f"size: {drawn.size_label.lower()}; colour: {drawn.value_label.lower()}; choose one to inspect it"
        tiles = treemap(drawn, seen.width, TALL) if seen.narrow else treemap(drawn)
        Picture(html=framed(title, unit, tiles, name="treemap"), event_pick=lambda key: look(picked=key))
        if seen.picked:
            _inspector(desk, seen, look, found)


def _inspector(desk: Desk, seen: Looking, look: Any, found: tuple[Glance, Glance]) -> None:
    """One agent in both worlds, now and over time."""
    kind, _, identity = seen.picked.partition(":")
    present, mine = found
    places = [glance.place_of(kind, int(identity)) for glance in found]
    with solara.Div(classes=["inspector"], attributes={"id": "inspector"}):
        if max(places) < 0:
            solara.HTML(tag="p", unsafe_innerHTML=f"This {SINGLE[kind]} is in neither world on that day.")
        else:
            glance, place = (mine, places[1]) if places[1] >= 0 else (present, places[0])
            solara.HTML(tag="h3", unsafe_innerHTML=escape(name_of(kind, glance, place)))
            Picture(html=_belongings(kind, glance, place), event_pick=lambda key: look(picked=key))
        if (pair := pair_of(desk, seen)) is not None:
            frames = [_followed(kind, each, seen.width) for each in threads(seen.picked, pair.present, pair.mine)
                      if len(each.dates) > 1]  # fmt: skip
            if frames:
                Picture(html=grid(frames))
        if max(places) >= 0:
            Picture(html=_table(kind, found, places))
        Fields(fields=[{"id": "close-inspector", "type": "button", "label": "Close"}], bare=True,
               event_change=lambda _: look(picked=""))  # fmt: skip


def _followed(kind: str, life: Thread, width: int) -> str:
    """One state of one agent over time."""
    meaning = unit_and_meaning(kind, _state(life.label))[1]
    return framed(life.label, unit_of(life.look), thread(life, width, 150), meaning)


def _state(label: str) -> str:
    return label.lower().replace("idols’ ", "idols_").replace(" ", "_")


def _belongings(kind: str, glance: Glance, place: int) -> str:
    """To whom somebody belongs and who belongs to them, as links that can be followed."""
    table, row = glance.tables[kind], int(glance.tables[kind]["row"][place])
    links: list[tuple[str, int]] = []
    if kind == "idols":
        links += _with_row(glance, "groups", int(table["group"][place]))
    if kind == "groups":
        links += _with_row(glance, "agencies", int(table["agency"][place]))
        links += [("idols", int(each)) for each in np.flatnonzero(glance.tables["idols"]["group"] == row)]
    if kind == "agencies":
        links += [("groups", int(each)) for each in np.flatnonzero(glance.tables["groups"]["agency"] == row)]
    buttons = "".join(
        f'<button type="button" class="chip" data-pick="{other}:{int(glance.tables[other]["identity"][each])}">'
        f"{escape(name_of(other, glance, each))}</button>"
        for other, each in links[:60]
    )
    return f'<div class="field-row">{buttons}</div>'


def _with_row(glance: Glance, kind: str, row: int) -> list[tuple[str, int]]:
    return [(kind, int(each)) for each in np.flatnonzero(glance.tables[kind]["row"] == row)]


def _table(kind: str, found: tuple[Glance, Glance], places: list[int]) -> str:
    """All states of one agent in both worlds."""
    rows = []
    for name in found[1].tables[kind]:
        if name in LINES:
            continue
        unit, meaning = unit_and_meaning(kind, name)
        values = [float(glance.tables[kind][name][place]) if place >= 0 else None
                  for glance, place in zip(found, places, strict=True)]  # fmt: skip
        look = look_of(unit, np.array([value for value in values if value is not None]))
        cells = "".join(f"<td>{'–' if value is None else escape(written(value, look))}</td>" for value in values)
        rows.append(f'<tr title="{escape(meaning)}"><th scope="row">{escape(state_word(name))}</th>{cells}</tr>')
    head = '<tr><th scope="col">State</th><th scope="col">Present policy</th><th scope="col">Mine</th></tr>'
    return ('<details class="lever-more"><summary>All states</summary><div class="scroll-x">'
            f'<table class="event-table"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
            "</div></details>")  # fmt: skip
