"""What happened and when: a lane for every kind of event, *present policy* above its line and *mine* below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sim.app.drawing.curves import CIRCLE, SHAPES, TICK_WIDTH
from sim.app.drawing.paper import CHARACTER, drawing, label, tag
from sim.app.drawing.scales import Scale, date_ticks
from sim.app.shapes import Mark

LANE, HEAD, FOOT, MARGIN = 44, 8, 26, 10
MOST_OF_A_KIND = 150  # marks in a lane; the largest are drawn, all are counted
LIFT = 7  # how far the marks of one world only lie from the line


def timeline(
    marks: Sequence[Mark], first: date, last: date, width: int = 960, words: Mapping[str, str] | None = None
) -> str:
    """Draw what happened in both worlds between two days; what happened in both alike lies on the line.

    `words` are the names of kinds of events, where they have others than their own.
    """
    kinds: dict[str, list[Mark]] = {}
    for mark in marks:
        kinds.setdefault(mark.kind, []).append(mark)
    ordered = sorted(kinds.items(), key=lambda kind: len(kind[1]))
    height = HEAD + LANE * max(len(ordered), 1) + FOOT
    names = {kind: (words or {}).get(kind, kind.replace("_", " ")) for kind in kinds}
    left = MARGIN + CHARACTER * max((len(name) for name in names.values()), default=6) + 46
    across = Scale(first.toordinal(), max(last.toordinal(), first.toordinal() + 1), left, width - MARGIN - 6)
    parts = [*_dates(across, HEAD, height - FOOT)]
    told = []
    for place, (kind, found) in enumerate(ordered):
        present, mine = (sum(mark.world in (world, "both") for mark in found) for world in ("present", "mine"))
        told.append(f"{names[kind]} {present} and {mine}")
        parts += _lane(found, names[kind], (present, mine), HEAD + LANE * (place + 0.5), across)
    if not told:
        parts.append(label(width / 2, height / 2, "nothing of what is chosen has happened yet", "tick", "middle"))
    says = f"Events under present policy and mine, {first:%Y} to {last:%Y}: {'; '.join(told) or 'none'}."
    return drawing(width, height, says, parts, "timeline")


def _dates(across: Scale, top: float, floor: float) -> Iterator[str]:
    """Draw the dates, with a thin line through all lanes."""
    room = across.end - across.start
    for day, name in date_ticks(across.low, across.high, max(2, int(room / TICK_WIDTH))):
        place = across.at(day)
        yield tag("path", d=f"M{place:.1f} {top:.1f}V{floor:.1f}", class_="grid")
        yield label(place, floor + 17, name, "tick", "start" if place - across.start < 12 else "middle")


def _lane(marks: Sequence[Mark], name: str, counts: tuple[int, int], middle: float, across: Scale) -> Iterator[str]:
    """Draw one kind of event: its name, how often it happened in each world, and its marks."""
    yield label(MARGIN, middle + 4, name, "name")
    yield label(across.start - 10, middle - 3, counts[0], "present-word", "end")
    yield label(across.start - 10, middle + 12, counts[1], "mine-word", "end")
    yield tag("path", d=f"M{across.start:.1f} {middle:.1f}H{across.end:.1f}", class_="floor")
    shown = sorted(marks, key=lambda mark: -abs(mark.magnitude))[:MOST_OF_A_KIND]
    lift = {"present": -LIFT, "mine": LIFT}
    for mark in sorted(shown, key=lambda mark: mark.day):
        place = across.at(mark.day.toordinal())
        if not across.start - 1 <= place <= across.end + 1:
            continue
        where = {"present": ", under present policy only", "mine": ", under mine only"}.get(mark.world, "")
        down = middle + lift.get(mark.world, 0)
        yield tag(
            "path", d=SHAPES.get(mark.kind, CIRCLE), transform=f"translate({place:.1f} {down:.1f})",
            class_=f"mark mark-{mark.world}", data_tip=f"{mark.day:%-d %B %Y}: {mark.subject}, {mark.detail}{where}",
        )  # fmt: skip
