"""Who: how burdens and gains are spread over people, and over the groups among them, before and after."""

from __future__ import annotations

from typing import Any

import solara

from sim.app.desk import Desk
from sim.app.drawing import group_bars, histogram, legend
from sim.app.looking import PLAY, WORLDS, Looking, glances_of, pair_of, weeks_looked_at
from sim.app.parts import Fields, Picture
from sim.app.people import CULTURE_LOOKS, cultures, spreads_of
from sim.app.people import group_bars as bars_of
from sim.app.people import histogram as spread_of
from sim.app.views.panels import framed, grid, unit_of

HEAD, ROW = 32, 46
"""Of the pictures; a spread is drawn as high as the groups of people beside it."""

OF_WHOM = (("fans", "Fans"), ("idols", "Idols"), ("agencies", "Agencies"), ("cultures", "Source cultures"))


def when_fields(desk: Desk, seen: Looking) -> list[dict[str, Any]]:
    """The controls that say which worlds are looked at, and on which day."""
    pair = pair_of(desk, seen)
    weeks = weeks_looked_at(pair) if pair else ()
    worlds = {"id": "worlds", "type": "select", "label": "Worlds", "value": seen.worlds, "options": list(WORLDS)}
    if len(weeks) < 2:
        return [worlds]
    place = len(weeks) - 1
    if seen.week is not None:
        place = min(range(len(weeks)), key=lambda each: abs(weeks[each] - (seen.week or 0)))
    day = desk.choice.scenario.date_of(weeks[place])
    text = "now" if seen.worlds == PLAY and seen.week is None else f"{day:%B %Y}"
    return [worlds, {"id": "when", "type": "range", "label": f"Day: {text}", "value": place, "low": 0,
                     "high": len(weeks) - 1, "text": text}]  # fmt: skip


def when_changed(desk: Desk, seen: Looking, look: Any, control: str, value: Any) -> None:
    """Look at other worlds, or on another day."""
    if control == "worlds":
        look(worlds=value, week=None)
    elif control == "when" and (pair := pair_of(desk, seen)):
        weeks = weeks_looked_at(pair)
        place = min(int(value), len(weeks) - 1)
        look(week=None if place == len(weeks) - 1 else weeks[place])


def nothing_yet(seen: Looking) -> None:
    """Say why there is nothing to look at."""
    text = ("These worlds have not been founded: press play or one week in the view Play." if seen.worlds == PLAY
            else "The outlook is being reckoned …")  # fmt: skip
    solara.HTML(tag="p", unsafe_innerHTML=text, classes=["message", "note"])


@solara.component
def Who(desk: Desk, seen: Looking, look: Any, do: Any, frame: int) -> None:
    """People, before and after."""
    with solara.Div(classes=["view"]):

        def change(told: dict[str, Any]) -> None:
            if told["id"].startswith("who-"):
                look(who=told["id"].removeprefix("who-"))
            else:
                when_changed(desk, seen, look, told["id"], told["value"])

        chips = [
            {"id": f"who-{kind}", "type": "chip", "label": title, "value": kind == seen.who} for kind, title in OF_WHOM
        ]
        Fields(fields=[*chips, *when_fields(desk, seen)], label="Whom to look at", event_change=change)
        found = glances_of(desk, seen)
        if found is None:
            nothing_yet(seen)
            return
        present, mine = found
        solara.HTML(tag="div", unsafe_innerHTML=legend())
        if seen.who == "cultures":
            frames = [framed(shown.label, unit_of(shown.look), group_bars(shown, seen.width)) for shown in (
                cultures(label, present, mine) for label in CULTURE_LOOKS)]  # fmt: skip
        else:
            frames = []
            for name, spread in spreads_of(seen.who).items():
                unit = unit_of(spread.look)
                bars = bars_of(name, present, mine)
                if spread.bins > 2:
                    drawn = histogram(spread_of(name, present, mine), seen.width, HEAD + ROW * len(bars.groups))
                    frames.append(framed(f"{spread.label}: how it is spread", unit, drawn, name=f"spread-{name}"))
                drawn = group_bars(bars, seen.width)
                frames.append(framed(f"{spread.label}: who", f"mean, {unit}", drawn, name=f"groups-{name}"))
        Picture(html=grid(frames))
