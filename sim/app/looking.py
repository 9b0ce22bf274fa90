"""What a visitor is looking at: which view, which day, which agent; nothing of it changes a world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sim.app.desk import Desk
from sim.app.glance import Glance
from sim.app.outlook import Pair

VIEWS = (
    ("outlook", "Outlook"), ("play", "Play"), ("who", "Who"), ("industry", "Industry"), ("events", "Events"),
    ("takeaway", "Take away"),
)  # fmt: skip

OUTLOOK, PLAY = "outlook", "play"
WIDE, NARROW = 440, 350
WORLDS = ((OUTLOOK, "the outlook"), (PLAY, "the worlds being played"))
"""Which pair of worlds a view looks at."""


@dataclass(frozen=True)
class Looking:
    """The settings of all views."""

    view: str = OUTLOOK
    dark: bool = False
    narrow: bool = False
    """Whether the window is a phone's: everything is drawn as wide as that, so that words stay as large."""
    levers_open: bool = False
    worlds: str = OUTLOOK
    week: int | None = None
    """The week that people and industry are looked at; None is the last one there is."""
    whole_themes: tuple[str, ...] = ()
    who: str = "fans"
    kind: str = "groups"
    size: str = "attention_share"
    colour: str = "idols_hours"
    picked: str = ""
    kinds_of_events: tuple[str, ...] | None = None
    """None are the usual ones."""
    world_of_events: str = "all"
    words_of_events: str = ""
    speed: str = "8"
    until: str = ""
    """The week at which play stops by itself; empty where it does not."""
    until_wish: str = ""
    """The date that the visitor has asked for."""

    @property
    def width(self) -> int:
        """How wide a small picture is drawn, in the units of its drawing."""
        return NARROW if self.narrow else WIDE

    def with_(self, **changes: Any) -> Looking:
        """The same with some settings changed."""
        return replace(self, **changes)


def pair_of(desk: Desk, looking: Looking) -> Pair | None:
    """The two lives that a view looks at."""
    if looking.worlds == PLAY:
        return played(desk)
    return desk.outlook.shown


def played(desk: Desk) -> Pair | None:
    """The lives of the worlds being played, if there are any."""
    present, mine = desk.play.present, desk.play.mine
    return Pair(present.life, mine.life) if present and mine else None


def weeks_looked_at(pair: Pair) -> tuple[int, ...]:
    """The weeks of which both worlds have kept a glance."""
    mine, present = ([glance.week for glance in list(life.glances)] for life in (pair.mine, pair.present))
    return tuple(week for week in mine if week in set(present))


def glances_of(desk: Desk, looking: Looking) -> tuple[Glance, Glance] | None:
    """Both worlds on the day that is looked at: the last one there is, or the nearest to the week asked for."""
    pair = pair_of(desk, looking)
    if pair is None:
        return None
    if looking.worlds == PLAY and looking.week is None:
        return desk.play.glances()
    weeks = weeks_looked_at(pair)
    if not weeks:
        return None
    wanted = weeks[-1] if looking.week is None else looking.week
    week = min(weeks, key=lambda each: abs(each - wanted))
    present, mine = (next(glance for glance in list(life.glances) if glance.week == week)
                     for life in (pair.present, pair.mine))  # fmt: skip
    return present, mine
