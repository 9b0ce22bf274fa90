"""Spawned processes that live through worlds for the page and tell of them while they do.

One of them is kept free for what a visitor waits for; the others also refine in the background, and hold still while
anybody waits. A visitor who has had less is served first, a world that nobody asks for any more is abandoned within a
week, a process that dies is replaced.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.app.life import Life, checked, sentence
from sim.app.pasts import Pasts
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.snapshots import SavedWorld

AT_ONCE, SOON, LATER = 0, 1, 2
"""How urgent an errand is: a visitor waits for it, it adds a band, it refines."""

TELL_EVERY = 0.1  # seconds between two reports of a world
GLANCE_EVERY = 26  # weeks
PATIENCE = 0.02  # seconds between two looks at whether an errand is still wanted
POLITENESS = 15  # how far the processes in the background step back for others
TRIES = 2  # how often a world may lose its process before it is given up
STOP, HOLD, GO_ON = "stop", "hold", "go on"
LOST = "its process was ended from outside, perhaps for want of memory; choose fewer fan agents."


@dataclass(eq=False)
class Errand:
    """A world to be lived for a visitor: the life that it fills, how urgent it is, and whether it is still wanted."""

    life: Life
    owner: str
    urgency: int = AT_ONCE
    glances: bool = True
    now: int = 0
    """The last week of the past that its world shares with others that visitors ask for."""
    dropped: bool = False
    tries: int = 0
    number: int = field(default_factory=itertools.count().__next__)

    @property
    def awaited(self) -> bool:
        """Whether a visitor waits for it at this moment."""
        return self.urgency == AT_ONCE and not (self.dropped or self.life.done or self.life.failure)

    def drop(self) -> None:
        """Nobody asks for it any more."""
        self.dropped = True


def _live(line: Connection, scenario: Scenario, glances: bool, past: SavedWorld | None, keep: int) -> str:
    """In a spawned process: live through a world and tell of it, until it is done or not wanted any more.

    It goes on from a `past` where there is one; as it stands after the week `keep` (0: none) it is sent to be kept.
    Returns how it ended.
    """
    from sim.app.glance import look_around
    from sim.industry import Industry
    from sim.observables import observe
    from sim.snapshots import WorldFileError, keep_world

    try:
        industry = Industry(scenario) if past is None else Industry.restore(past, scenario)
    except WorldFileError:  # the model has been changed since it was kept
        line.send(("anew",))
        return _live(line, scenario, glances, None, keep)
    names: tuple[str, ...] = ()
    rows: list[list[float]] = []
    looks: list[Any] = []
    told, seen = time.perf_counter(), len(industry.events)
    for week in range(0 if past is None else past.week + 1, scenario.weeks + 1):
        if week:
            industry.step()
        row = observe(industry)
        names = names or tuple(row)
        rows.append(checked(row, week))
        last = week == scenario.weeks
        if glances and (week % GLANCE_EVERY == 0 or last):
            looks.append(look_around(industry))
        if line.poll() and not _wanted(line):
            return "dropped"
        if last or (keep and week == keep) or time.perf_counter() - told > TELL_EVERY:
            line.send(("weeks", names, np.array(rows), industry.events[seen:], looks))
            told, seen, rows, looks = time.perf_counter(), len(industry.events), [], []
        if keep and week == keep:
            line.send(("past", keep_world(industry)))
    return "done"


def _warm_up() -> None:
    """In a spawned process: do everything once, so that what is compiled is loaded before anybody waits for it."""
    from sim.app.glance import look_around
    from sim.industry import Industry
    from sim.observables import observe
    from sim.snapshots import keep_world

    industry = Industry(Scenario(fans=2000, weeks=3))
    for _ in range(2):
        industry.step()
        observe(industry)
        look_around(industry)
        industry = Industry.restore(keep_world(industry))


def _wanted(line: Connection) -> bool:
    """In a spawned process: hear what the line says of the world being lived, and hold still for as long as it asks."""
    heard = line.recv()
    while heard == HOLD:
        heard = line.recv()
    return bool(heard == GO_ON)


def _serve(line: Connection, yielding: bool) -> None:
    """A spawned process: one world after the other, as the line asks; Ctrl-C is for its parent to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if yielding and hasattr(os, "nice"):
        os.nice(POLITENESS)
    try:
        _warm_up()
        line.send(("done",))
        while True:
            asked = line.recv()
            if asked in (STOP, HOLD, GO_ON):  # of a world that had just been lived to its end
                continue
            try:
                line.send((_live(line, *asked),))
            except (EOFError, OSError):
                raise
            except Exception as error:
                line.send(("failed", sentence(error)))
    except (EOFError, OSError, KeyboardInterrupt):
        return


class WaitingList:
    """Errands that wait for a process."""

    def __init__(self) -> None:
        self._errands: list[Errand] = []
        self._awaited: list[Errand] = []
        self._served: Counter[str] = Counter()
        self._changed = threading.Condition()
        self.closed = False

    def put(self, errand: Errand) -> None:
        """Add an errand."""
        with self._changed:
            self._errands.append(errand)
            self._awaited = [each for each in (*self._awaited, errand) if each.awaited]
            self._changed.notify_all()

    @property
    def pressing(self) -> bool:
        """Whether a visitor waits for a world, be it on the list or being lived."""
        with self._changed:
            return any(errand.awaited for errand in self._awaited)

    def take(self, only_at_once: bool = False) -> Errand | None:
        """Wait for an errand and take it: the most urgent, then that of whoever was served least, then the oldest.

        What nobody waits for is not begun while somebody waits. None once the list has been closed.
        """
        with self._changed:
            while not self.closed:
                self._errands = [errand for errand in self._errands if not errand.dropped]
                pressing = self.pressing
                only = only_at_once or pressing
                fit = [errand for errand in self._errands if errand.urgency == AT_ONCE or not only]
                if fit:
                    errand = min(fit, key=lambda each: (each.urgency, self._served[each.owner], each.number))
                    self._errands.remove(errand)
                    self._served[errand.owner] += 1
                    return errand
                self._changed.wait(PATIENCE if pressing else None)
        return None

    def forget(self, owner: str) -> None:
        """Drop all errands of a visitor who has gone."""
        with self._changed:
            for errand in self._errands:
                if errand.owner == owner:
                    errand.drop()
            self._served.pop(owner, None)

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()


class Workers:
    """The processes of one server; `express` of them serve only what a visitor waits for."""

    def __init__(self, count: int | None = None, express: int = 1) -> None:
        self.waiting, self.pasts = WaitingList(), Pasts()
        self._processes: dict[int, tuple[Any, Connection]] = {}
        for place in range(max(2, count or processors())):
            threading.Thread(target=self._work, args=(place, place < express), daemon=True).start()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are alive now."""
        return tuple(process.pid for process, _ in list(self._processes.values()) if process.is_alive())

    def ask(self, errand: Errand) -> Errand:
        """Put an errand on the list."""
        self.waiting.put(errand)
        return errand

    def forget(self, owner: str) -> None:
        """Drop all errands of a visitor who has gone."""
        self.waiting.forget(owner)

    def close(self) -> None:
        """End all processes."""
        self.waiting.close()
        for process, _ in list(self._processes.values()):
            process.terminate()

    def _work(self, place: int, express: bool) -> None:
        """One thread for one process: hand it errands, listen, and put another in its place when it dies."""
        with suppress(EOFError, OSError):
            self._spawn(place, express)
        while (errand := self.waiting.take(express)) is not None:
            errand.tries += 1
            try:
                process, line = self._processes.get(place, (None, None))
                if process is None or line is None or not process.is_alive():
                    process, line = self._spawn(place, express)
                line.send((errand.life.scenario, errand.glances, *self._begun(errand)))
                self._listen(line, errand)
            except (EOFError, OSError):
                if self.waiting.closed:
                    return
                self._end(place)
                self._lost(errand)
            except Exception as error:  # whatever it was, the place goes on serving others, with another process
                self._end(place)
                errand.life.fail(sentence(error))

    def _begun(self, errand: Errand) -> tuple[SavedWorld | None, int]:
        """Let a life begin with a kept past; returns the world it goes on from and the week to keep it in (0: none)."""
        scenario, now = errand.life.scenario, errand.now
        past = self.pasts.find(scenario, now, errand.glances)
        keep = now if self.pasts.worth_keeping(scenario, now, past) else 0
        if past is None:
            return None, keep
        past.open(errand.life)
        return past.world, keep

    def _lost(self, errand: Errand) -> None:
        """A process died on an errand: the world is begun again once, then given up."""
        if errand.tries >= TRIES:
            errand.life.fail(LOST)
        elif not errand.dropped:
            errand.life.begin_again()
            self.ask(errand)

    def _listen(self, line: Connection, errand: Errand) -> None:
        """Take in what a process tells of a world, until it is done or not wanted any more.

        A world that nobody waits for holds still while somebody waits for another: even an idle processor shares its
        memory with the busy one. One that is not wanted is heard to its last word, for nobody may talk while both do.
        """
        held = stopped = False
        while True:
            while not line.poll(PATIENCE):
                if stopped:
                    continue
                if errand.dropped:
                    stopped = True
                    line.send(STOP)
                elif held != (errand.urgency != AT_ONCE and self.waiting.pressing):
                    held = not held
                    line.send(HOLD if held else GO_ON)
            what, *told = line.recv()
            if what == "weeks":
                errand.life.add(*told)
            elif what == "past":
                self.pasts.keep(errand.life, told[0], errand.glances)
            elif what == "anew":
                self.pasts.forget()
                errand.life.begin_again()
            else:
                break
        if what == "failed":
            errand.life.fail(told[0])
        elif what == "done":
            errand.life.end()

    def _spawn(self, place: int, express: bool) -> tuple[Any, Connection]:
        """Put a process in a place and wait until it is warm."""
        spawning = multiprocessing.get_context("spawn")
        here, there = spawning.Pipe()
        process = spawning.Process(
            target=_serve, args=(there, not express), daemon=True, name=f"limelight world {place}"
        )
        process.start()
        there.close()
        self._processes[place] = process, here
        while here.recv()[0] != "done":
            pass
        return process, here

    def _end(self, place: int) -> None:
        """Clear away a process that was lost."""
        if place in self._processes:
            process, line = self._processes.pop(place)
            line.close()
            process.kill()
            process.join(1)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
