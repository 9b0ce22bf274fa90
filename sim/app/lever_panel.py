"""The panel of levers: every lever with its place, the range of its slider, and its passport in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sim.app.choice import Choice
from sim.params import Passport
from sim.policies import Change, presets
from sim.scenario import Scenario

PLACES = Path(__file__).with_name("levers.yaml")

MEASURED, UNMEASURED, ASSUMED = "measured", "unmeasured", "assumed"
STRENGTHS = {
    MEASURED: "effect measured",
    UNMEASURED: "no effect measured",
    ASSUMED: "assumption",
}
"""How strong the evidence for a lever's effect is, in words; the class of the badge says the same."""

WRITTEN = {"share": (100, "%"), "ratio": (1, ""), "count": (1, ""), "1/SD": (1, "per SD")}
"""By what a unit is multiplied to be read, and how it is called then."""

OWN = "Of plug-ins"


@dataclass(frozen=True)
class Place:
    """Where a lever stands, how it is called, and what its slider covers."""

    name: str
    theme: str
    title: str
    slider: tuple[float, float, float] | None = None
    choices: tuple[str, ...] = ()
    open_value: float | None = None
    open_word: str = ""


@cache
def themes() -> Mapping[str, str]:
    """The themes of the panel by name, in order, with their titles."""
    return {str(block["theme"]): str(block["title"]) for block in _file()}


@cache
def places() -> Mapping[str, Place]:
    """Where every lever of the model stands, in order."""
    found = {}
    for block in _file():
        for entry in block["levers"]:
            value, word = entry.get("open", (None, ""))
            found[entry["name"]] = Place(
                entry["name"], block["theme"], entry["title"], tuple(entry["slider"]) if "slider" in entry else None,
                tuple(entry.get("choices", ())), value, word,
            )  # fmt: skip
    return found


@cache
def _file() -> list[dict[str, Any]]:
    return list(yaml.safe_load(PLACES.read_text(encoding="utf-8")))


def place_of(passport: Passport) -> Place:
    """Where a lever stands; one of a plug-in comes last, with the range of its passport."""
    known = places().get(passport.name)
    if known is not None:
        return known
    title = passport.name.replace("_", " ").capitalize()
    if isinstance(passport.value, int):
        choices = tuple(map(str, range(int(passport.low), int(passport.high) + 1)))
        return Place(passport.name, OWN, title, choices=choices)
    return Place(passport.name, OWN, title, (passport.low, passport.high, (passport.high - passport.low) / 20))


def levers_of(scenario: Scenario) -> dict[str, Passport]:
    """The levers of a scenario that are single numbers, its plug-ins' among them."""
    known = scenario.passports()
    return {name: each for name, each in known.items() if each.kind == "scenario" and not each.labels}


def panel(scenario: Scenario) -> list[dict[str, Any]]:
    """What of the panel stays: themes, and in each its levers with all that can be read of them, as plain values."""
    known = levers_of(scenario)
    groups: dict[str, list[dict[str, Any]]] = {theme: [] for theme in (*themes(), OWN)}
    order = list(places())
    for name in sorted(known, key=lambda name: order.index(name) if name in order else len(order)):
        place = place_of(known[name])
        groups[place.theme].append(_lever(place, known[name]))
    return [
        {"theme": theme, "title": themes().get(theme, OWN), "levers": levers}
        for theme, levers in groups.items() if levers
    ]  # fmt: skip


def _lever(place: Place, passport: Passport) -> dict[str, Any]:
    """One lever: what its slider covers and what its passport says."""
    low, high, step = place.slider or (0, len(place.choices) - 1, 1)
    factor, unit = WRITTEN.get(passport.unit, (1, passport.unit))
    return {
        "name": place.name, "title": place.title, "choices": list(place.choices),
        "low": low, "high": high, "step": step, "factor": factor, "unit": unit, "decimals": _decimals(step * factor),
        "open_value": place.open_value, "open_word": place.open_word,
        **_described(passport),
    }  # fmt: skip


def standing(choice: Choice) -> dict[str, dict[str, Any]]:
    """How every lever stands under a choice: its value, and what it is under present policy and the preset."""
    known, stands = levers_of(choice.scenario), {}
    for name, passport in known.items():
        place, lines = place_of(passport), choice.lines_of(name)
        value, present, of_preset = choice.value(name), choice.present_value(name), choice.preset_value(name)
        stands[name] = {
            "value": value,
            "text": written(place, passport, value),
            "present_text": written(place, passport, present),
            "preset_text": written(place, passport, of_preset) if choice.preset else "",
            "changed": value != present,
            "off_preset": bool(choice.preset) and value != of_preset,
            "dates": [_line(place, passport, line) for line in lines],
        }
    return stands


@cache
def _decimals(step: float) -> int:
    """How many decimals a slider of that step needs."""
    text = f"{step:.4f}".rstrip("0")
    return len(text.partition(".")[2])


def written(place: Place, passport: Passport, value: Any) -> str:
    """A value of a lever as a person reads it: `52 h/week`, `30 %`, `no cap`, `opt-in`."""
    if place.choices and isinstance(value, int) and value < len(place.choices):
        return place.choices[value]
    if place.open_value is not None and value == place.open_value:
        return place.open_word
    factor, unit = WRITTEN.get(passport.unit, (1, passport.unit))
    return f"{value * factor:.4g} {unit}".strip()


def _line(place: Place, passport: Passport, line: Change) -> str:
    """A dated line in words."""
    text = written(place, passport, line.to)
    text += f" from {line.start}" if line.start else " from the beginning"
    text += f" until {line.until}" if line.until else ""
    text += f", phased in over {line.over} weeks" if line.over else ""
    return text


@cache
def _numbers_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"[a-z]+(?:_[a-z]+)+", text)))


def _described(passport: Passport) -> dict[str, Any]:
    """What the passport of a lever says, and how sure the numbers are through which it acts."""
    from sim.params import passports

    known = passports()
    through = [f"{name} ({known[name].kind})" for name in _numbers_in(passport.mechanism) if name in known]
    strength = strength_of(passport)
    facts = [text for kind, text in passport.sources if kind != "assumed"]
    return {
        "meaning": passport.meaning,
        "range": passport.range_text,
        "mechanism": passport.mechanism,
        "through": through,
        "effect": passport.effect,
        "counterpart": passport.counterpart,
        "status": passport.status_text,
        "strength": strength,
        "strength_word": STRENGTHS[strength],
        "sources": facts,
        "note": passport.note,
    }


def strength_of(passport: Passport) -> str:
    """How strong the evidence for the effect of a lever is."""
    if not passport.effect.strip() or passport.effect.startswith("None found."):
        return ASSUMED
    return UNMEASURED if passport.effect.startswith("None found") else MEASURED


TITLES = {"eu_2026": "European Union 2026", "korea_2026": "Korea 2026", "responsible_ai": "Responsible AI"}


@cache
def preset_list() -> tuple[dict[str, str], ...]:
    """The presets by name, each with a title and what it is about."""
    return tuple(
        {"name": name, "title": TITLES.get(name, name.replace("_", " ").capitalize()), "note": policy.note}
        for name, policy in presets().items()
    )
