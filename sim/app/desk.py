"""A visitor's desk: what has been chosen, what can be undone, the outlook that follows and the worlds of play."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sim.app.choice import Choice
from sim.app.hall import Hall
from sim.app.outlook import Outlook
from sim.app.play import Play
from sim.params import LimelightError
from sim.policies import Change

MOST_UNDONE = 100
SMALL_FANS = 2_000
"""How many fan agents the worlds of play have until the visitor asks for more."""

TOO_LATE = "The worlds of Play have reached their last week, so nothing moved now can act on them; press Reset in Play."


class Desk:
    """Everything that belongs to one visitor; nothing of it is seen by another."""

    def __init__(self, hall: Hall, owner: str, choice: Choice | None = None) -> None:
        self.hall = hall
        self.choice = choice or Choice(hall.scenario)
        self.earlier: list[Choice] = []
        self.message = ""
        self.closed = False
        self.outlook = Outlook(hall.workers, hall.shelf, owner)
        scenario = self.choice.scenario
        self.play = Play(self.choice, min(SMALL_FANS, scenario.fans), hall.week_of_today(scenario))
        self._ask()

    @property
    def week(self) -> int:
        """The week in which a lever moves now: that of the worlds of play."""
        return self.play.week

    @property
    def stamp(self) -> tuple[object, ...]:
        """Something that changes whenever there is more to show."""
        return self.outlook.stamp, self.play.stamp, self.message

    @property
    def broken(self) -> str:
        """Why a world could not live on; empty where none failed."""
        return self.play.failure or self.outlook.failure

    def move(self, name: str, value: Any) -> None:
        """Move a lever; it acts from the next week of the worlds of play, and in the outlook from the same day."""
        self._take(lambda: self.choice.moved(name, value, self.week))

    def expect(self, name: str, value: Any) -> None:
        """A lever is held at a value: what it would lead to is begun, to be there sooner once it is let go of."""
        with suppress(LimelightError):
            self.outlook.expect(self.choice.moved(name, value, self.week), self.week)

    def release(self, name: str) -> None:
        """Let a lever stand as present policy has it."""
        self._take(lambda: self.choice.released(name, self.week))

    def adopt(self, preset: str) -> None:
        """Take up a preset; an empty name lets go of all levers."""
        self._take(lambda: self.choice.adopting(preset, self.week))

    def clear(self) -> None:
        """Let go of all levers."""
        self._take(lambda: self.choice.cleared(self.week))

    def undo(self) -> None:
        """Take back the last move; weeks that have been played stay as they were."""
        if not self.earlier:
            return
        earlier = self.earlier.pop()
        choice = self.choice.back_to(earlier, self.week)
        if choice is not earlier and self.week == self.play.first:
            self.play.reset(earlier)  # it has another past, and no week was played since
            choice = earlier
        self._change(choice)

    def open(self, choice: Choice) -> None:
        """Take up another choice altogether, with worlds of play that begin anew."""
        first = min(self.play.first, self.hall.week_of_today(choice.scenario))
        self.play.reset(choice, min(self.play.fans, choice.scenario.fans), first)
        self.earlier.append(self.choice)
        self._change(choice)

    def branch(self) -> None:
        """Let the played *mine* become the present policy that further moves are measured against."""
        try:
            choice = self.play.branch()
        except LimelightError as error:
            self.message = str(error)
            return
        self.earlier.clear()
        self._change(choice)

    def reset_play(self, fans: int | None = None, first: int | None = None) -> None:
        """Begin to play anew, in the same week or another and with the levers as they stand."""
        first = self.play.first if first is None else first
        choice = Choice(self.choice.scenario, self._as_if_chosen_in(first), self.choice.preset)
        self.play.reset(choice, fans, first)
        if choice != self.choice:
            self.earlier.append(self.choice)
            self._change(choice)

    def recover(self) -> None:
        """After an error: worlds are founded anew; levers that no world survives are let go (undo has them).

        Where no world has failed, only the message goes.
        """
        self.message, failed = "", bool(self.outlook.failure)
        if failed and self.choice.lines:
            self.open(Choice(self.choice.scenario))
        elif self.broken:
            self.play.reset(self.choice)
            self._ask()

    def close(self) -> None:
        """The visitor has gone."""
        self.closed = True
        self.outlook.close()
        self.play.close()

    def _as_if_chosen_in(self, week: int) -> tuple[Change, ...]:
        """The lines that hold now, as if they had been chosen in a week; what held before the worlds began stays."""
        choice = self.choice
        if self.week == week:
            return choice.lines
        older = choice.begun_by(week) if 0 < week == self.play.first else ()
        if older or not choice.preset:
            return choice.rechosen(week, self.week, older)
        fresh = Choice(choice.scenario).adopting(choice.preset, week)
        for name in dict.fromkeys(line.set for line in (*choice.lines, *fresh.lines)):
            if fresh.value(name) != choice.value(name):
                fresh = fresh.moved(name, choice.value(name), week)
        return fresh.lines

    def _take(self, how: Any) -> None:
        """Change the choice, or say in one sentence why it cannot be."""
        try:
            choice = how()
        except LimelightError as error:
            self.message = str(error)
            return
        self.earlier = [*self.earlier, self.choice][-MOST_UNDONE:]
        self._change(choice)
        self.message = self.message or (TOO_LATE if self.play.ended else "")

    def _change(self, choice: Choice) -> None:
        self.message = ""
        try:
            self.play.change(choice)
            self.choice = choice
            self._ask()
        except LimelightError as error:
            self.message = str(error)

    def _ask(self) -> None:
        self.outlook.ask(self.choice, now=self.week)
