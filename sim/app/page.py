"""The page of one visitor: head, levers at the side, and one of six views; drawn anew a few times a second at most."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import solara
from solara.alias import rv

from sim.app.desk import Desk
from sim.app.hall import the_hall
from sim.app.lever_panel import panel, preset_list, standing
from sim.app.looking import PLAY, VIEWS, Looking
from sim.app.parts import Fields, Levers, Tabs, Top
from sim.app.takeaway import choice_of
from sim.app.views import VIEW_OF
from sim.params import LimelightError

LOOKS, PARTS = Path(__file__).with_name("looks.css"), Path(__file__).parent / "parts" / "parts.css"
TITLE = "Limelight"
SENTENCE = "What does AI do to the people of K-pop, and which policies change that? Move a lever and see both worlds."
FRAME = 0.06  # seconds between two looks at whether there is more to show
FIRST, GROWTH = 0.25, 1.0
"""Seconds until an outlook that is being lived shows its first weeks, and between two drawings of it from then on: a
drawing busies the machine's processors, which are needed to live it, for about a fifth of a second."""

DETAIL = 0.3
"""Seconds from the last week of the coarse outlook until it is drawn in detail, which takes twice as long."""

QUICKEST = 0.002  # seconds that are left to others between two weeks
SHARED = "choice"
"""The word of the address under which a shared choice stands."""


def _desk_of(address: str) -> Desk:
    """A desk for a new visitor, with what the address brings along."""
    hall, message, choice = the_hall(), "", None
    text = dict(part.partition("=")[::2] for part in address.lstrip("?").split("&")).get(SHARED, "")
    if text:
        try:
            choice = choice_of(text, hall.scenario)
        except LimelightError as error:
            message = f"The link could not be opened: {error}"
    desk = Desk(hall, solara.get_kernel_id() or "nobody", choice)
    desk.message = message
    return desk


@dataclass
class Drawn:
    """What of a desk was drawn last, when a growing outlook is to be drawn next, and when it was last growing."""

    stamp: object = None
    due: float = 0
    growing: float = 0

    def note(self, desk: Desk) -> None:
        """It is being drawn now."""
        self.stamp, self.due = desk.stamp, time.monotonic() + (GROWTH if desk.outlook.begun else FIRST)


@solara.component
def Layout(children: list[Any] = []) -> Any:  # noqa: B006
    """Nothing around the page but the page."""
    return solara.Div(children=children)


@solara.component
def Page() -> None:
    """One visitor."""
    router = solara.use_router()
    desk: Desk = solara.use_memo(lambda: _desk_of(router.search or ""), [])
    looking = solara.use_reactive(Looking())
    frame = solara.use_reactive(0)
    drawn: Drawn = solara.use_memo(Drawn, [])
    solara.use_effect(lambda: desk.close, [])

    async def watch() -> None:
        await _watch(desk, looking, frame, drawn)

    async def live() -> None:
        await _live(desk, looking)
        if not desk.closed:
            frame.value += 1

    solara.lab.use_task(watch, dependencies=[])
    solara.lab.use_task(live, dependencies=[desk.play.running])
    seen = looking.value

    def look(**changes: Any) -> Looking:
        looking.value = looking.value.with_(**changes)
        return looking.value

    def choose(view: str) -> None:
        look(view=view, levers_open=False)

    def do(what: Any, *given: Any) -> None:
        what(*given)
        drawn.note(desk)
        frame.value += 1

    solara.Title(TITLE)
    solara.Style(LOOKS)
    solara.Style(PARTS)
    with solara.Div(classes=["limelight", "dark"] if seen.dark else ["limelight"]):
        _head(desk, seen, look)
        with rv.Html(tag="main", class_="desk"):
            with rv.Html(
                tag="aside", class_="levers-side open" if seen.levers_open else "levers-side",
                attributes={"aria-label": "Levers"},
            ):  # fmt: skip
                _levers(desk, seen, look, do)
            with rv.Html(tag="section", class_="views", attributes={"id": "views", "aria-label": "Results"}):
                _message(desk, do)
                Tabs(tabs=[{"id": name, "title": title} for name, title in VIEWS], chosen=seen.view,
                     event_choose=choose)  # fmt: skip
                with rv.Html(
                    tag="div", class_="view-frame",
                    attributes={"id": f"view-{seen.view}", "role": "tabpanel", "aria-labelledby": f"tab-{seen.view}"},
                ):  # fmt: skip
                    rv.Html(tag="h2", class_="visually-hidden", children=[dict(VIEWS)[seen.view]])
                    VIEW_OF[seen.view](desk, seen, look, do, frame.value)


def _head(desk: Desk, seen: Looking, look: Any) -> None:
    outlook, scenario = desk.outlook, desk.choice.scenario
    resolution, full = outlook.resolution, outlook.shown is outlook.full or outlook.full is None
    if outlook.coarse is not None and not outlook.coarse.done:
        state = "reckoning"
    elif outlook.settled and outlook.in_detail:
        state = "full"
    else:
        state = "refining"
    text = resolution.text
    if state == "refining" and not full:
        text += f" · refining to {scenario.fans:,}: {outlook.progress:.0%}"
    last = scenario.date_of(scenario.weeks) - timedelta(days=1)
    day = f"Outlook to {last:%B %Y} ·"
    if seen.view == PLAY:
        day = f"Playing {desk.play.today:%-d %B %Y} ·"
        text = f"2 worlds of {desk.play.asked.scenario.fans:,} fan agents"
    spoken = {"reckoning": "Reckoning the outlook.", "refining": "The coarse outlook is there; it is being refined.",
              "full": f"The outlook is complete: {resolution.text}."}[state]  # fmt: skip
    Top(title=TITLE, sentence=SENTENCE, day=day, resolution=text, state=state, fans=resolution.fans, spoken=spoken,
        event_theme=lambda dark: look(dark=bool(dark)), event_share=lambda _: look(view="takeaway"),
        event_levers=lambda _: look(levers_open=not seen.levers_open),
        event_narrow=lambda narrow: look(narrow=bool(narrow)))  # fmt: skip


def _levers(desk: Desk, seen: Looking, look: Any, do: Any) -> None:
    choice = desk.choice
    groups = solara.use_memo(lambda: panel(choice.scenario), [choice.scenario.plugins])
    stands: dict[str, Any] = solara.use_memo(lambda: standing(choice), [choice])
    changed = sum(bool(stand["changed"]) for stand in stands.values())
    acts_from = f"{choice.scenario.date_of(desk.week + 1):%-d %B %Y}"
    Levers(
        groups=groups, standing=stands, presets=list(preset_list()), preset=choice.preset, changed=changed,
        undoable=bool(desk.earlier), acts_from=acts_from,
        event_move=lambda moved: do(desk.move, moved["name"], moved["value"]),
        event_expect=lambda held: desk.expect(held["name"], held["value"]),
        event_adopt=lambda name: do(desk.adopt, name),
        event_undo=lambda _: do(desk.undo),
        event_clear=lambda _: do(desk.clear),
        event_release=lambda name: do(desk.release, name),
        event_close=lambda _: look(levers_open=False),
    )  # fmt: skip
    if seen.levers_open:
        with rv.Html(tag="div", class_="drawer-foot"):
            Fields(fields=[{"id": "close-levers", "type": "button", "label": "Show the results", "look": "lead"}],
                   bare=True, event_change=lambda _: look(levers_open=False))  # fmt: skip


def _message(desk: Desk, do: Any) -> None:
    """What went wrong, in a sentence, and the way out of it."""
    text = f"A world could not live on: {desk.broken}" if desk.broken else desk.message
    with rv.Html(tag="div", attributes={"role": "alert", "id": "error"}, class_="message error" if text else ""):
        if text:
            solara.HTML(tag="p", unsafe_innerHTML=_plain(text))
            Fields(fields=[{"id": "recover", "type": "button", "label": "Reset" if desk.broken else "Close"}],
                   bare=True, event_change=lambda _: do(desk.recover))  # fmt: skip


def _plain(text: str) -> str:
    """Text in which nothing is markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


async def _watch(desk: Desk, looking: Any, frame: Any, drawn: Drawn) -> None:
    """Draw the page anew whenever there is more to show, however fast worlds live; found the worlds of play in time."""
    founding: asyncio.Future[None] | None = None
    while not desk.closed:
        await asyncio.sleep(FRAME)
        desk.outlook.collect()
        if desk.closed:
            return
        unfounded = desk.play.present is None and not desk.play.failure
        if looking.value.view == PLAY and unfounded and (founding is None or founding.done()):
            founding = asyncio.ensure_future(asyncio.to_thread(desk.play.build))
        if desk.outlook.growing:
            drawn.growing = time.monotonic()
        desk.outlook.in_detail = time.monotonic() > drawn.growing + DETAIL
        growing = desk.outlook.growing and looking.value.view != PLAY
        waiting = growing and (time.monotonic() < drawn.due or desk.outlook.nearly_whole)
        if desk.stamp != drawn.stamp and not waiting:
            drawn.note(desk)
            frame.value += 1


async def _live(desk: Desk, looking: Any) -> None:
    """Let the worlds of play live while they are to run; a week never waits for a picture of it."""
    play = desk.play
    while play.running and not desk.closed:
        begun = time.perf_counter()
        await asyncio.to_thread(play.step, True)
        if looking.value.until and play.week >= int(looking.value.until):
            play.running = False
        pace = float(looking.value.speed)
        spent = time.perf_counter() - begun
        await asyncio.sleep(max(QUICKEST, (1 / pace if pace else 0) - spent))


