"""The outlook: headlines and small pictures of both worlds over the whole horizon."""

from __future__ import annotations

from typing import Any

import solara

from sim.app.desk import Desk
from sim.app.drawing import cards, legend
from sim.app.looking import Looking
from sim.app.parts import Fields, Picture
from sim.app.reading import BLOCKS, HEADLINES, SHOWN_FIRST, card, names_of, observables_of
from sim.app.views.panels import block, grid, of_headlines


@solara.component
def Future(desk: Desk, seen: Looking, look: Any, do: Any, frame: int) -> None:
    """Both worlds to the last week of the scenario."""
    with solara.Div(classes=["view"]):
        outlook = desk.outlook
        pair, band = outlook.shown, outlook.pairs_of_the_band
        if pair is None or not (len(pair.present) or len(pair.mine)):
            solara.HTML(tag="p", unsafe_innerHTML="Both worlds are being founded …", classes=["message", "note"])
            return
        known = observables_of(desk.choice.scenario)
        with solara.Div(attributes={"id": "cards"}):
            headlines = [card(name, known[name], pair, band) for name in HEADLINES if name in known]
            Picture(html=cards(tuple(headlines)))
        solara.HTML(tag="div", unsafe_innerHTML=of_headlines(band) + legend(len(band)))
        for theme, (title, _) in BLOCKS.items():
            every = names_of(theme, known)
            whole = theme in seen.whole_themes
            names = every if whole else every[:SHOWN_FIRST]
            with solara.Div(classes=["theme-block"]):
                solara.HTML(tag="h2", unsafe_innerHTML=title)
                drawn = block(theme, names, known, pair, band, brief=not outlook.in_detail, width=seen.width)
                Picture(html=grid(drawn))
                if len(every) > SHOWN_FIRST:
                    _more(theme, title, len(every), seen, look)


def _more(theme: str, title: str, count: int, seen: Looking, look: Any) -> None:
    """The button that shows a theme whole, or only its first pictures."""
    whole = theme in seen.whole_themes
    word = f"Show fewer of {title.lower()}" if whole else f"Show all {count} of {title.lower()}"

    def turn(_: Any) -> None:
        look(whole_themes=_turned(seen.whole_themes, theme))

    button = {"id": f"whole-{theme}", "type": "button", "label": word, "look": "quiet"}
    Fields(fields=[button], bare=True, event_change=turn)


def _turned(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """A set of names with one of them in or out."""
    return tuple(each for each in names if each != name) if name in names else (*names, name)
