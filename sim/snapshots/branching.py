"""Which questions a saved world may go on under: the same world and the same past, and other policies from then on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sim.params import Numbers
from sim.policies import Change
from sim.scenario import Scenario, plain
from sim.snapshots.packing import WorldFileError

FREE = ("title", "weeks", "policies", "snapshots_every")
"""What may differ between a saved world's scenario and the one it goes on under."""


def refuse_other_plugins(saved: list[dict[str, str]], asked: Scenario) -> None:
    """Stop where the plug-ins are not those that the world has lived with; their folder does not matter."""
    was, now = [file["name"] for file in saved], [file.name for file in asked.plugins]
    if was != now:
        raise WorldFileError(
            f"this world has lived with the plug-ins {_listed(was)} and not with {_listed(now)}; name the same ones in"
            " the same order."
        )
    for kept, file in zip(saved, asked.plugins, strict=True):
        if kept["digest"] != file.digest:
            raise WorldFileError(
                f"the plug-in {file.name} was another file when this world was saved; take that one, or run the"
                " scenario from its start."
            )


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


def refuse_another_world(saved: Scenario, asked: Scenario) -> None:
    """Stop where the question is about another world than the saved one; the message names what differs.

    Both know the same plug-ins.
    """
    for name in type(saved).model_fields:
        if name not in (*FREE, "numbers", "plugins") and getattr(saved, name) != getattr(asked, name):
            raise _other_world(f"'{name}'", getattr(saved, name), getattr(asked, name))
    was, now = saved.resolved_numbers(), asked.resolved_numbers()
    for name, value in was.items():
        if value != now[name]:
            raise _other_world(f"the number '{name}'", value, now[name])
    held, asked_held = _held(saved), _held(asked)
    for name in sorted(held ^ asked_held):
        raise _other_world(f"that '{name}' is held for the whole run", name in held, name in asked_held)


def _held(scenario: Scenario) -> set[str]:
    """Dated numbers that a scenario sets for good, so that their own dates count no more."""
    dated = {name for name, passport in scenario.passports().items() if passport.dated}
    return dated & {name.partition(".")[0] for name in scenario.numbers}


def _other_world(what: str, was: object, now: object) -> WorldFileError:
    return WorldFileError(
        f"a saved world goes on only under other policies, but {what} is {was} in the saved world and {now} in the"
        " scenario; take the saved one, or run the scenario from its start."
    )


def refuse_another_past(saved: Scenario, asked: Scenario, lived: int, numbers: Numbers) -> None:
    """Stop where the policies would have held otherwise in a week that has been lived; the message names the line.

    `numbers` are those of the first day, the same for both.
    """
    was, now = saved.schedule(numbers), asked.schedule(numbers)
    for week in range(1, lived + 1):
        before, after = was.values_at(week), now.values_at(week)
        for name in dict.fromkeys([*before, *after]):
            if _value(before, name, numbers) != _value(after, name, numbers):
                raise _other_past(name, week, saved, asked, lived)


def name_of_past(scenario: Scenario, lived: int) -> str:
    """Name the first so many weeks of a scenario's world: equal names, equal pasts, whatever is to come.

    Another title, another end and later lines of law leave the name as it is. Nothing is promised of plug-ins, whose
    code may look at anything.
    """
    return names_of_pasts(scenario, (lived,))[lived]


def names_of_pasts(scenario: Scenario, ends: Collection[int]) -> dict[int, str]:
    """Name several pasts of one scenario by the last week of each."""
    question = scenario.with_(**{name: Scenario.model_fields[name].default for name in FREE})
    numbers, names, name = scenario.first_numbers(), {}, hashlib.sha256(question.key().encode())
    law = scenario.schedule(numbers)
    for week in range(max(ends, default=-1) + 1):
        if week:
            held = {lever: value for lever, value in law.values_at(week).items() if value != numbers.get(lever)}
            name.update(json.dumps(plain(held), sort_keys=True).encode())
        if week in ends:
            names[week] = name.copy().hexdigest()
    return names


def _value(values: Mapping[str, Any], name: str, numbers: Numbers) -> Any:
    """What a number was in a week; one that no schedule touches is as the scenario set it."""
    return values[name] if name in values else numbers.get(name)


def _other_past(name: str, week: int, saved: Scenario, asked: Scenario, lived: int) -> WorldFileError:
    """Name the line that would have changed the past: one that is new, or else one that is missing."""
    new, next_monday = _line(name, week, asked, saved), saved.date_of(lived + 1)
    last = f"the world was saved after the week of {saved.date_of(lived)}"
    if new is not None:
        return WorldFileError(
            f"'{new.set}' to {new.to} {_since(new)} would change the past, for {last}; date that line"
            f" {next_monday} or later."
        )
    missing = _line(name, week, saved, asked)
    line = f"'{name}'" if missing is None else f"'{missing.set}' to {missing.to} {_since(missing)}"
    return WorldFileError(
        f"{line} has held in the past of this world and may not be left out, for {last}; keep that line, and let it"
        f" end with 'until: {next_monday}' or later."
    )


def _since(line: Change) -> str:
    return f"from {line.start}" if line.start else "from the beginning"


def _line(name: str, week: int, scenario: Scenario, other: Scenario) -> Change | None:
    """The line of one scenario and not the other that sets a number in a week, or whose end lets go of it."""
    known = {repr(change) for change in other.changes}
    lines = [
        change
        for change in scenario.changes
        if repr(change) not in known and any(part.set == name for part in change.elements())
    ]
    acting = [change for change in lines if change.in_force(scenario.date_of(week))]
    return max(acting, key=lambda change: change.start or date.min, default=None)
