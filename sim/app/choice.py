"""What a visitor has chosen: a scenario, and the dated lines of law in which *mine* differs from *present policy*."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sim.params import Numbers
from sim.policies import Change, Policy
from sim.scenario import Scenario

MINE = "mine"
"""The name of the policy that the visitor's lines make up."""


@dataclass(frozen=True)
class Choice:
    """A question in two versions that share all luck: the scenario as it is, and the same with the visitor's lines.

    `preset` names the policy that the lines began from; it is remembered so that the page can mark what departs from
    it. A lever moved in week w acts from the Monday after it, so the weeks that have been lived stay as they were.
    """

    scenario: Scenario
    lines: tuple[Change, ...] = ()
    preset: str = ""

    @property
    def present(self) -> Scenario:
        """The world under present policy."""
        return self.scenario

    @cached_property
    def mine(self) -> Scenario:
        """The world under the visitor's lines; the very scenario where there are none.

        What the visitor sets takes the place of later lines of present policy on the same lever, until it is let go.
        """
        if not self.lines:
            return self.scenario
        law = [line for policy in self.scenario.policies for line in policy.changes]
        begins = self._begins(law)
        policies = [
            policy.model_copy(update={"changes": tuple(
                line if begins[line] == _start(line) else line.model_copy(update={"start": begins[line], "over": 0})
                for line in policy.changes if line in begins
            )})
            for policy in self.scenario.policies
        ]  # fmt: skip
        with self.scenario.known():
            own = Policy(name=MINE, changes=self.lines)
        title = f"{self.scenario.title}: {MINE}"
        return self.scenario.with_(policies=(*(policy for policy in policies if policy.changes), own), title=title)

    def _begins(self, law: list[Change]) -> dict[Change, date]:
        """The day from which each line of present policy holds in *mine*; those that never do are left out.

        A line that would begin while the visitor's hold waits for the day on which they end.
        """
        begins: dict[Change, date] = {}
        for line in sorted(law, key=_start):
            day: date | None = _start(line)
            for own in sorted(self.lines_of(line.set), key=_start):
                if day is not None and _start(own) <= day and (own.until is None or day < own.until):
                    day = own.until
            if day is not None and (line.until is None or day < line.until):
                begins[line] = day
        last = {(line.set, day): line for line, day in begins.items()}  # of several that waited, the latest holds
        return {line: day for line, day in begins.items() if day == _start(line) or last[line.set, day] == line}

    @cached_property
    def _at_the_end(self) -> dict[str, Any]:
        """The values that the visitor's lines and present policy come to in the last week."""
        return _last_values(self.mine)

    @cached_property
    def _present_at_the_end(self) -> dict[str, Any]:
        return _last_values(self.scenario)

    def value(self, name: str) -> Any:
        """The value a lever comes to under *mine*."""
        return self._value(self._at_the_end, name)

    def present_value(self, name: str) -> Any:
        """The value a lever comes to under present policy."""
        return self._value(self._present_at_the_end, name)

    def preset_value(self, name: str) -> Any:
        """The value a lever comes to under the preset alone; that of present policy where there is none."""
        return self._of_preset.value(name) if self.preset else self.present_value(name)

    def _value(self, values: dict[str, Any], name: str) -> Any:
        return values[name] if name in values else self._first_numbers.get(name)

    @cached_property
    def _first_numbers(self) -> Numbers:
        return self.scenario.first_numbers()

    @cached_property
    def _of_preset(self) -> Choice:
        return Choice(self.scenario, Policy.named(self.preset).changes)

    def lines_of(self, name: str) -> tuple[Change, ...]:
        """The dated lines that *mine* has on a lever."""
        return tuple(line for line in self.lines if line.set == name)

    def moved(self, name: str, value: Any, week: int = 0) -> Choice:
        """The same with a lever moved in a week; where present policy comes to that value, the lever is let go."""
        day = self.scenario.date_of(week + 1)
        if value == self.present_value(name):
            return self.released(name, week)
        with self.scenario.known():
            line = Change(set=name, to=value, start=day)
        return replace(self, lines=(*self._lived(name, day), line, *self._others(name)))

    def released(self, name: str, week: int = 0) -> Choice:
        """The same with a lever as present policy has it from the next Monday on."""
        day = self.scenario.date_of(week + 1)
        ended = tuple(_ended(line, day) for line in self._lived(name, day)) if week else ()
        return replace(self, lines=(*ended, *self._others(name)))

    def cleared(self, week: int = 0) -> Choice:
        """The same with all levers let go."""
        choice = replace(self, preset="")
        for name in dict.fromkeys(line.set for line in self.lines):
            choice = choice.released(name, week)
        return choice

    def adopting(self, preset: str, week: int = 0) -> Choice:
        """The same under a preset, and nothing but it: on its own dates, what is past in week `week` from then on."""
        if not preset:
            return self.cleared(week)
        lines = Policy.named(preset).changes
        if week == 0:
            return replace(self, lines=lines, preset=preset)
        day, choice = self.scenario.date_of(week + 1), self.cleared(week)
        kept = {line.set: line for line in sorted(lines, key=_start) if line.in_force(day) and _start(line) < day}
        begun = [line.model_copy(update={"start": day, "over": 0}) for line in kept.values()]
        coming = [line for line in lines if _start(line) >= day and (line.set, _start(line)) not in {
            (other.set, other.start) for other in begun}]  # fmt: skip
        return replace(choice, lines=(*choice.lines, *begun, *coming), preset=preset)

    def back_to(self, earlier: Choice, week: int = 0) -> Choice:
        """What undoing leads to: the earlier choice itself, or its values from now on where weeks have been lived."""
        if self.begun_by(week) == earlier.begun_by(week):
            return earlier
        choice = self
        for name in dict.fromkeys(line.set for line in (*self.lines, *earlier.lines)):
            if choice.value(name) != earlier.value(name):
                choice = choice.moved(name, earlier.value(name), week)
        return replace(choice, preset=earlier.preset)

    def on(self, scenario: Scenario) -> Choice:
        """The same lines in another world: another seed, other fans."""
        return replace(self, scenario=scenario)

    def begun_by(self, week: int) -> tuple[Change, ...]:
        """The lines that have begun to hold by the end of a week."""
        day = self.scenario.date_of(week + 1)
        return tuple(line for line in self.lines if _start(line) < day)

    def rechosen(self, week: int, played: int, older: tuple[Change, ...] = ()) -> tuple[Change, ...]:
        """The lines as if what was chosen up to week `played` had been chosen in week `week`.

        What is `older`, what is yet to begin, and what a preset dates itself keep their dates.
        """
        monday, next_monday = self.scenario.date_of(week + 1), self.scenario.date_of(played + 1)
        own = Policy.named(self.preset).changes if self.preset else ()
        kept: list[Change] = []
        chosen: dict[str, Change] = {}  # the last one of each lever holds
        for line in sorted(self.lines, key=_start):
            ended = line.until is not None and line.until <= next_monday
            if line in older:
                kept.append(_ended(line, monday) if ended else line)
            elif _start(line) > next_monday or line in own:
                kept.append(line)
            elif not ended:
                chosen[line.set] = line.model_copy(update={"start": monday, "over": 0})
        return (*kept, *chosen.values())

    def _lived(self, name: str, day: date) -> tuple[Change, ...]:
        """Lines on a lever that have begun before a day, if any week has been lived by then."""
        if day <= self.scenario.date_of(1):
            return ()
        return tuple(line for line in self.lines_of(name) if _start(line) < day)

    def _others(self, name: str) -> tuple[Change, ...]:
        return tuple(line for line in self.lines if line.set != name)


def _start(line: Change) -> date:
    return line.start or date.min


def _ended(line: Change, day: date) -> Change:
    """A line that holds no longer than to a day."""
    return line if line.until and line.until <= day else line.model_copy(update={"until": day})


def _last_values(scenario: Scenario) -> dict[str, Any]:
    """What every lever that some line touches comes to in the last week."""
    return scenario.schedule(scenario.first_numbers()).values_at(max(1, scenario.weeks))
