"""Play: the twin worlds week by week; levers act on *mine* from the next week on."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import solara

from sim.app.desk import SMALL_FANS, Desk
from sim.app.drawing import cards, legend
from sim.app.looking import Looking, played
from sim.app.parts import Fields, Picture
from sim.app.reading import HEADLINES, card, names_of, observables_of
from sim.app.views.panels import block, grid, of_headlines

SPEEDS = (("2", "2"), ("8", "8"), ("25", "25"), ("0", "no limit"))
SIZES = (SMALL_FANS, 10_000, 100_000, 1_000_000)
BEGINNING = (
    "Two worlds stand on {day} with the same luck, one under present policy and one under mine. Press play, and"
    " move a lever at any time: it acts from the next week."
)
ON_SHOW = {"beauty": 2, "work": 2, "data": 2, "culture": 2, "benefits": 2}
"""How many pictures of a theme are drawn while the worlds live."""


@solara.component
def Playing(desk: Desk, seen: Looking, look: Any, do: Any, frame: int) -> None:
    """The two worlds, side by side."""
    with solara.Div(classes=["view"]):
        play = desk.play
        Fields(fields=_controls(desk, seen), label="Play",
               event_change=lambda told: _act(desk, seen, look, do, told["id"], told["value"]))  # fmt: skip
        pair = played(desk)
        if pair is None or not pair.weeks:
            lived = f"living through their past, week {play.past_lived} of {play.first}"
            what = lived if play.past_lived else "being founded"
            solara.HTML(tag="p", unsafe_innerHTML=f"Both worlds are {what} …", classes=["message", "note"])
            return
        if play.week == play.first:
            day = f"{play.today:%-d %B %Y}"
            solara.HTML(tag="p", unsafe_innerHTML=BEGINNING.format(day=day), classes=["message", "note"])
        known = observables_of(desk.choice.scenario)
        with solara.Div(attributes={"id": "cards"}):
            Picture(html=cards(tuple(card(name, known[name], pair) for name in HEADLINES if name in known)))
        solara.HTML(tag="div", unsafe_innerHTML=of_headlines() + legend())
        frames = []
        for theme, count in ON_SHOW.items():
            names = names_of(theme, known)[:count]
            frames += block(theme, names, known, pair, (), play.today, play.running, seen.width)
        Picture(html=grid(frames))


def _controls(desk: Desk, seen: Looking) -> list[dict[str, Any]]:
    """The row of controls, as it stands."""
    play, scenario = desk.play, desk.choice.scenario
    fans = play.fans or scenario.fans
    sizes = sorted({*SIZES, scenario.fans, fans})
    running = play.running
    until = seen.until and scenario.date_of(int(seen.until))
    running_word = f"running to {until}" if until else "running"
    today = desk.hall.week_of_today(scenario)
    names = {0: " (first day)", today: " (today)"}
    begins = [(str(week), f"{scenario.date_of(week):%-d %B %Y}{names.get(week, '')}")
              for week in sorted({0, today, play.first})]  # fmt: skip
    state = "the end" if play.ended else running_word if running else ""
    return [
        {"id": "play-toggle", "type": "button", "label": "Pause" if running else "Play", "look": "lead",
         "disabled": play.ended},
        {"id": "play-step", "type": "button", "label": "One week", "disabled": running or play.ended},
        {"id": "play-branch", "type": "button", "label": "Branch from here",
         "disabled": play.week == play.first or running},
        {"id": "play-reset", "type": "button", "label": "Reset"},
        {"id": "play-date", "type": "text", "value": f"{play.today:%-d %B %Y}", "week": play.week},
        {"id": "play-frames", "type": "text", "value": f"week {play.week} of {scenario.weeks}"
         + (f" · {state}" if state else "") + (f" · branched on {play.branched}" if play.branched else "")},
        {"id": "play-break", "type": "break"},
        {"id": "play-speed", "type": "select", "label": "Weeks a second", "value": seen.speed, "options": list(SPEEDS)},
        {"id": "play-until", "type": "date", "label": "Run to", "value": seen.until_wish or str(
            scenario.date_of(min(scenario.weeks, play.week + 52))), "low": str(scenario.date_of(play.week)),
         "high": str(scenario.date_of(scenario.weeks))},
        {"id": "play-run-to", "type": "button", "label": "Run", "spoken": "Run to that date", "disabled": play.ended},
        {"id": "play-size", "type": "select", "label": "Fan agents", "value": str(fans),
         "options": [(str(size), f"{size:,}" + (" (scenario)" if size == scenario.fans else "")) for size in sizes]},
        *([{"id": "play-begin", "type": "select", "label": "Begin on", "value": str(play.first), "options": begins}]
          if len(begins) > 1 else []),
    ]  # fmt: skip


def _act(desk: Desk, seen: Looking, look: Any, do: Any, control: str, value: Any) -> None:
    """Do what a control of the row asks for."""
    play = desk.play
    if control == "play-toggle":
        look(until="")
        if play.running:
            play.pause()
        else:
            play.running = not play.ended
        do(lambda: None)
    elif control == "play-step":
        do(play.step)
    elif control == "play-speed":
        look(speed=value)
    elif control == "play-until":
        look(until_wish=value)
    elif control == "play-run-to":
        # what was just written into the field may not have been drawn yet
        wish = look().until_wish or str(desk.choice.scenario.date_of(min(desk.choice.scenario.weeks, play.week + 52)))
        with suppress(ValueError):  # a year of five figures is a date to a browser
            week = play.run_to(date.fromisoformat(wish))
            play.running = week > play.week
            look(until=str(week) if play.running else "")
            do(lambda: None)
    elif control == "play-size":
        do(desk.reset_play, int(value))
    elif control == "play-begin":
        look(until="", until_wish="")
        do(lambda: desk.reset_play(first=int(value)))
    elif control == "play-branch":
        do(desk.branch)
    elif control == "play-reset":
        look(until="")
        do(desk.reset_play)
