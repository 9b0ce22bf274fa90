"""Events: what happened in which of the two worlds, to be filtered by kind, world and word."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any

import solara

from sim.app.desk import Desk
from sim.app.drawing import timeline
from sim.app.looking import OUTLOOK, WORLDS, Looking, pair_of
from sim.app.parts import Fields, Picture
from sim.app.reading import EVENT_WORDS, event_word, marks_of
from sim.app.shapes import Mark
from sim.app.views.panels import framed
from sim.app.views.who import nothing_yet

USUAL_KINDS = ("policy", "breach", "fine", "call_out")
MOST_ROWS = 200
WHERE = (("all", "either world"), ("both", "both worlds"), ("present", "present policy only"), ("mine", "mine only"))
WORLD_WORDS = {"both": "both", "present": "present policy", "mine": "mine"}


@solara.component
def Events(desk: Desk, seen: Looking, look: Any, do: Any, frame: int) -> None:
    """The events of both worlds."""
    with solara.Div(classes=["view"]):
        pair = pair_of(desk, seen)
        marks = marks_of(pair) if pair else ()
        count = Counter(mark.kind for mark in marks)
        kinds = seen.kinds_of_events
        if kinds is None:
            kinds = tuple(kind for kind in USUAL_KINDS if kind in count)

        def change(told: dict[str, Any]) -> None:
            control, value = told["id"], told["value"]
            if control.startswith("kind-"):
                kind = control.removeprefix("kind-")
                look(kinds_of_events=tuple(each for each in kinds if each != kind) if kind in kinds else (*kinds, kind))
            elif control == "event-world":
                look(world_of_events=value)
            elif control == "event-words":
                look(words_of_events=str(value))
            elif control == "worlds":
                look(worlds=value)

        chips = [
            {"id": f"kind-{kind}", "type": "chip", "label": f"{event_word(kind)} ({number})", "value": kind in kinds}
            for kind, number in sorted(count.items(), key=lambda each: (each[0] not in USUAL_KINDS, -each[1]))
        ]
        Fields(fields=[
            *chips,
            {"id": "event-world", "type": "select", "label": "Where", "value": seen.world_of_events,
             "options": list(WHERE)},
            {"id": "event-words", "type": "search", "label": "Containing", "value": seen.words_of_events,
             "hint": "group 12"},
            {"id": "worlds", "type": "select", "label": "Worlds", "value": seen.worlds, "options": list(WORLDS)},
        ], label="Which events", event_change=change)  # fmt: skip
        if pair is None or not pair.weeks:
            nothing_yet(seen)
            return
        told = tuple(mark for mark in marks if mark.kind in kinds and _fits(mark, seen))
        scenario = pair.mine.scenario
        last = scenario.date_of(scenario.weeks if seen.worlds == OUTLOOK else max(1, pair.mine.week))
        if told:
            drawn = timeline(told, scenario.start, last, seen.width if seen.narrow else 960, EVENT_WORDS)
            note = "above the line: present policy; below: mine"
            Picture(html=framed(f"{len(told):,} events", note, drawn, name="timeline"))
        Picture(html=_table(told))


def _fits(mark: Mark, seen: Looking) -> bool:
    """Whether an event is among those asked for."""
    words = seen.words_of_events.casefold().split()
    text = f"{mark.subject} {mark.detail} {event_word(mark.kind)}".casefold()
    return seen.world_of_events in ("all", mark.world) and all(word in text for word in words)


def _table(marks: tuple[Mark, ...]) -> str:
    """The latest events, the last one first."""
    if not marks:
        return '<p class="message note">No event fits; choose another kind or word.</p>'
    rows = "".join(
        f"<tr><td>{mark.day:%-d %b %Y}</td><td>{escape(event_word(mark.kind))}</td><td>{escape(mark.subject)}</td>"
        f"<td>{escape(mark.detail)}</td><td>{WORLD_WORDS[mark.world]}</td></tr>"
        for mark in reversed(marks[-MOST_ROWS:])
    )
    more = f"<p class='panel-note'>The latest {MOST_ROWS} of {len(marks):,}.</p>" if len(marks) > MOST_ROWS else ""
    head = "".join(f'<th scope="col">{word}</th>' for word in ("Week of", "What", "Whom", "How", "World"))
    return (f'{more}<div class="scroll-x" tabindex="0" role="region" aria-label="Events"><table class="event-table">'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")  # fmt: skip
