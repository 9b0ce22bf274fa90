"""From glances to pictures: how things are spread over people, and who they are, before and after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.agents.agency import Agency
from sim.agents.ai_tool import AITool
from sim.agents.group import Group
from sim.agents.idol import Idol
from sim.app.glance import SPREADS, Glance, Spread
from sim.app.life import Life
from sim.app.reading import look_of
from sim.app.shapes import GroupBars, Histogram, Look, Thread, Tile, Treemap
from sim.params import TOOL_KINDS

CULTURE_WORDS = {
    "korean": "Korean", "western": "Western", "black_diaspora": "Black diaspora",
    "south_asian_mena": "South Asian, Middle East", "latin": "Latin", "indigenous": "Indigenous",
}  # fmt: skip
CULTURE_LOOKS = {"share of releases": Look(100, 1, "%"), "paid by a licence pool": Look(1, 0, "million KRW/year")}

SINGLE = {"agencies": "agency", "groups": "group", "tools": "tool", "idols": "idol"}
CLASSES = {"agencies": Agency, "groups": Group, "tools": AITool, "idols": Idol}

DERIVED = {
    ("groups", "members"): ("count", "idols in the group"),
    ("groups", "idols_hours"): ("h/week", "mean weekly hours of its idols"),
    ("groups", "idols_burnt_out"): ("share", "share of its idols who are burnt out"),
    ("groups", "idols_distress"): ("SD", "mean distress of its idols"),
    ("groups", "idols_income"): ("million KRW/year", "mean yearly income of its idols"),
    ("agencies", "attention_share"): ("share", "share of all attention that its groups have"),
    ("agencies", "kinds_of_ai"): ("count", "kinds of AI tools that it uses"),
}  # fmt: skip
"""What a glance adds to the declared states: unit and meaning."""

LINES = {"identity", "row", "agency", "group", "cycle_offset", "apology_week", "debut_week", "contract_start", "kind",
         "vendor"}  # fmt: skip
"""States that say where somebody belongs, which no colour shows."""

FIRST_SIZES = {
    "groups": ("attention_share", "revenue", "members", "delivered"),
    "agencies": ("attention_share", "revenue", "groups", "heads"),
    "tools": ("users", "income", "capability"),
}
FIRST_COLOURS = {
    "groups": ("idols_hours", "idols_burnt_out", "editing", "human_song", "profit", "fan_trust", "idols_distress"),
    "agencies": ("kinds_of_ai", "profit", "compliance_cost", "security", "care", "editing_reward", "hazard"),
    "tools": ("capability", "price", "income", "provenance", "leak_risk"),
}
FOLLOWED = {
    "groups": ("attention_share", "idols_hours", "revenue", "editing", "human_song", "delivered"),
    "agencies": ("attention_share", "kinds_of_ai", "profit", "compliance_cost", "security", "heads"),
    "tools": ("capability", "users", "price", "income", "provenance"),
    "idols": ("hours", "distress", "income", "debt", "insecurity", "pressure"),
}
"""What is followed over time of somebody who has been picked."""


def histogram(name: str, present: Glance, mine: Glance) -> Histogram:
    """How one state is spread in both worlds."""
    spread = SPREADS[name]
    of_all = [float(np.nan_to_num(next(iter(glance.means[name].values())))) for glance in (present, mine)]
    return Histogram(
        spread.label, spread.look, spread.edges, present.spreads[name], mine.spreads[name], (of_all[0], of_all[1])
    )


def group_bars(name: str, present: Glance, mine: Glance) -> GroupBars:
    """Means of one state for the groups of people that are told apart."""
    spread = SPREADS[name]
    rows = tuple(
        (label, present.means[name][label], mine.means[name][label], spread.better_with)
        for label in mine.means[name]
        if np.isfinite(present.means[name][label]) and np.isfinite(mine.means[name][label])
    )
    return GroupBars(spread.label, spread.look, rows)


def cultures(label: str, present: Glance, mine: Glance) -> GroupBars:
    """What the source cultures have of the releases, or of the money."""
    rows = tuple(
        (CULTURE_WORDS.get(name, name), before, mine.cultures[label][name], "more" if "paid" in label else "")
        for name, before in present.cultures[label].items()
    )
    return GroupBars(label.capitalize(), CULTURE_LOOKS[label], rows)


def spreads_of(kind: str) -> Mapping[str, Spread]:
    """What can be shown of fans, idols or agencies."""
    return {name: spread for name, spread in SPREADS.items() if spread.kind == kind}


# ---- one by one ----


def states_of(kind: str, glance: Glance) -> tuple[str, ...]:
    """The states of a kind that can size or colour it, the most telling ones first."""
    first = (*FIRST_COLOURS.get(kind, ()), *FIRST_SIZES.get(kind, ()))
    table = glance.tables[kind]
    return tuple(dict.fromkeys([name for name in (*first, *table) if name in table and name not in LINES]))


def state_word(name: str) -> str:
    """A state as a word."""
    return name.replace("_", " ").replace("idols ", "idols’ ").capitalize().replace(" ai", " AI")


def unit_and_meaning(kind: str, name: str) -> tuple[str, str]:
    """The unit of a state and what it means."""
    if (kind, name) in DERIVED:
        return DERIVED[kind, name]
    state = CLASSES[kind].states.get(name)
    return (state.unit or "share", state.meaning) if state else ("", "")


def name_of(kind: str, glance: Glance, place: int) -> str:
    """What somebody is called; nobody is a real person or company."""
    table = glance.tables[kind]
    if kind == "tools":
        return f"{TOOL_KINDS[int(table['kind'][place])].capitalize()} tool {int(table['vendor'][place]) + 1}"
    text = f"{SINGLE[kind].capitalize()} {int(table['row'][place])}"
    if kind == "agencies" and table["big"][place]:
        text += " (large)"
    return text


def treemap(kind: str, size: str, colour: str, glance: Glance, picked: str, most: int = 450) -> Treemap:
    """Everybody of a kind in one world, as tiles."""
    table = glance.tables[kind]
    sizes = np.nan_to_num(np.maximum(table[size], 0).astype(float))
    values = table[colour].astype(float)
    size_look, look = (look_of(unit_and_meaning(kind, name)[0], table[name]) for name in (size, colour))
    tiles = []
    for place in np.argsort(-sizes, kind="stable")[:most]:
        if sizes[place] <= 0:
            continue
        key, name = f"{kind}:{int(table['identity'][place])}", name_of(kind, glance, int(place))
        detail = (f"{name}: {state_word(size).lower()} {written(sizes[place], size_look)},"
                  f" {state_word(colour).lower()} {written(values[place], look)}")  # fmt: skip
        tiles.append(Tile(key, name, float(sizes[place]), float(values[place]), _parent(kind, table, int(place)),
                          detail, key == picked))  # fmt: skip
    shown = values[sizes > 0]
    low, high = (float(np.quantile(shown, q)) for q in (0.02, 0.98)) if shown.size else (0.0, 1.0)
    return Treemap(f"{kind.capitalize()} of the world under my policy", state_word(size), state_word(colour), look,
                   tuple(tiles), low, high if high > low else low + 1)  # fmt: skip


def _parent(kind: str, table: Mapping[str, np.ndarray], place: int) -> str:
    """In what a tile lies: tools in their kind; of groups and agencies all lie side by side."""
    return TOOL_KINDS[int(table["kind"][place])] if kind == "tools" else ""


def written(value: float, look: Look) -> str:
    """A value as text."""
    return f"{value * look.factor:,.{look.decimals}f} {look.unit}".strip().replace("-", "−")


def threads(key: str, present: Life, mine: Life) -> list[Thread]:
    """The life of one agent in both worlds, one thread for each state that is followed."""
    kind, _, identity = key.partition(":")
    return [_thread(kind, int(identity), name, present, mine) for name in FOLLOWED.get(kind, ())]


def _thread(kind: str, identity: int, name: str, present: Life, mine: Life) -> Thread:
    sides, looks = [], list(mine.glances)
    weeks = [glance.week for glance in looks]
    for life in (present, mine):
        known = {glance.week: glance for glance in list(life.glances)}
        values = np.full(len(weeks), np.nan)
        for place, week in enumerate(weeks):
            found = known[week].place_of(kind, identity) if week in known else -1
            if found >= 0:
                values[place] = known[week].tables[kind][name][found]
        sides.append(values)
    unit, _ = unit_and_meaning(kind, name)
    seen = np.concatenate(sides)
    days = tuple(glance.day for glance in looks)
    return Thread(state_word(name), look_of(unit, seen[np.isfinite(seen)]), days, *sides)
