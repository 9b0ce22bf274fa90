"""The outlook: both worlds over the whole horizon, coarsely at once, then with a band, then as finely as asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from sim.app.choice import Choice
from sim.app.life import Life
from sim.app.shapes import Resolution
from sim.app.workers import AT_ONCE, LATER, SOON, Errand, Workers
from sim.scenario import Scenario

COARSE_FANS = 2_000
FULL_FANS = 1_000_000
"""More fan agents than this are not lived through in the background: it would take an hour."""
REPLICATES = 6
LEAST_PAIRS = 3  # of worlds of other luck, before they are shown as a band and a verdict rests on them
NEARLY_WHOLE = 0.6  # share of the weeks
SHELVED = 24  # lives that are kept, of all visitors together


class Shelf:
    """Lives that have been lived to their end, by the name of their world; the longest unused go first."""

    def __init__(self, room: int = SHELVED) -> None:
        self._room, self._lives, self._lock = room, OrderedDict[str, Life](), threading.Lock()

    def __len__(self) -> int:
        return len(self._lives)

    def take(self, key: str) -> Life | None:
        """The life of that name, if it is there."""
        with self._lock:
            if key in self._lives:
                self._lives.move_to_end(key)
            return self._lives.get(key)

    def put(self, key: str, life: Life) -> None:
        """Keep a life."""
        with self._lock:
            self._lives[key] = life
            while len(self._lives) > self._room:
                self._lives.popitem(last=False)


@dataclass
class Pair:
    """The two worlds of one luck and one resolution; one and the same life where the visitor changed nothing."""

    present: Life
    mine: Life

    @property
    def done(self) -> bool:
        """Whether both have reached their end."""
        return self.present.done and self.mine.done

    @property
    def weeks(self) -> int:
        """Rows that both have."""
        return min(len(self.present), len(self.mine))


@dataclass
class Outlook:
    """What one visitor is shown of the future, growing while worlds in other processes are being lived.

    `coarse` begins at once and is whole after one or two seconds, `band` holds pairs of other luck as coarse,
    `full` is of the fans that the scenario asks for and is shown once it is whole.
    """

    workers: Workers
    shelf: Shelf
    owner: str
    coarse: Pair | None = None
    band: list[Pair] = field(default_factory=list)
    full: Pair | None = None
    choice: Choice | None = None
    now: int = 0
    in_detail: bool = True
    """Whether it is drawn with every point and what a pointer is told; that comes a moment after the curves."""
    _errands: dict[str, Errand] = field(default_factory=dict)
    _expected: str = ""
    """The name of the world that is lived only because the visitor seems about to ask for it."""

    def ask(self, choice: Choice, replicates: int = REPLICATES, now: int = 0) -> None:
        """Ask for the outlook of a choice; what is no longer asked for is abandoned, what is known is taken up.

        `now` is the last week of the past, in which levers move: what was lived until then is not lived again.
        """
        self.collect()
        self.choice, self.now, asked = choice, now, self._errands
        self._errands, self._expected = {}, ""
        fans = min(choice.scenario.fans, COARSE_FANS)
        self.coarse = self._pair(choice, fans, choice.scenario.seed, AT_ONCE, asked)
        self.band = [
            self._pair(choice, fans, (choice.scenario.seed + other) % 2**64, SOON, asked)
            for other in range(1, replicates)
        ]
        whole = fans < choice.scenario.fans <= FULL_FANS
        self.full = self._pair(choice, choice.scenario.fans, choice.scenario.seed, LATER, asked) if whole else None
        self.in_detail = not self.growing
        for key, errand in asked.items():
            if key not in self._errands:
                errand.drop()

    def expect(self, choice: Choice, now: int = 0) -> None:
        """Begin with the coarse world of a choice that may be about to be made; of several only the last goes on."""
        if self._expected in self._errands:
            self._errands.pop(self._expected).drop()
        self._expected, self.now = "", now
        fans = min(choice.scenario.fans, COARSE_FANS)
        world = choice.mine.with_(fans=fans, snapshots_every=0)
        if (key := world.key()) not in self._errands:
            self._life(world, AT_ONCE, {})
            self._expected = key

    def _pair(self, choice: Choice, fans: int, seed: int, urgency: int, asked: dict[str, Errand]) -> Pair:
        """Both worlds at a resolution; what differs is reckoned first, the yardstick is often there already."""
        change = {"fans": fans, "seed": seed, "snapshots_every": 0}
        mine = self._life(choice.mine.with_(**change), urgency, asked)
        present = mine if not choice.lines else self._life(choice.present.with_(**change), urgency, asked)
        return Pair(present, mine)

    def _life(self, scenario: Scenario, urgency: int, asked: dict[str, Errand]) -> Life:
        """A life from the shelf, one that is being lived, or a new one."""
        key = scenario.key()
        if (kept := self.shelf.take(key)) is not None:
            return kept
        errand = self._errands.get(key) or asked.get(key)
        if errand is None or errand.life.failure:
            errand = self.workers.ask(Errand(Life(scenario), self.owner, urgency, urgency != SOON, self.now))
        self._errands[key] = errand
        return errand.life

    def collect(self) -> None:
        """Put what has been lived to its end on the shelf."""
        for key, errand in list(self._errands.items()):
            if errand.life.done:
                self.shelf.put(key, errand.life)
                del self._errands[key]

    def close(self) -> None:
        """The visitor has gone: nothing is reckoned any more."""
        for errand in self._errands.values():
            errand.drop()
        self._errands, self.band, self.coarse, self.full = {}, [], None, None
        self.workers.forget(self.owner)

    # ---- what is shown ----

    @property
    def shown(self) -> Pair | None:
        """The finest pair that is whole, else the coarse one as far as it is."""
        return self.full if self.full is not None and self.full.done else self.coarse

    @property
    def pairs_of_the_band(self) -> list[Pair]:
        """Coarse pairs that are whole, the first luck among them; none while there are too few."""
        pairs = [pair for pair in ([self.coarse] if self.coarse else []) + self.band if pair.done]
        return pairs if len(pairs) >= LEAST_PAIRS else []

    @property
    def lives(self) -> list[Life]:
        """Every life that is asked for."""
        pairs = [pair for pair in (self.coarse, self.full, *self.band) if pair is not None]
        return [life for pair in pairs for life in (pair.mine, pair.present)]

    @property
    def failure(self) -> str:
        """Why a world that is waited for could not be lived; empty where none failed."""
        return next((life.failure for life in self.lives if life.failure), "")

    @property
    def stamp(self) -> tuple[object, ...]:
        """Something that changes whenever there is more to show."""
        coarse, full = self.coarse, self.full
        shown = [life.stamp for pair in (coarse,) if pair for life in (pair.mine, pair.present)]
        reached = (full.weeks // 52, full.done) if full else ()
        return (*shown, len(self.pairs_of_the_band), reached, self.failure, self.in_detail)

    @property
    def growing(self) -> bool:
        """Whether the coarse pair, which the visitor waits for, is being lived."""
        return self.coarse is not None and not self.coarse.done and not self.failure

    @property
    def begun(self) -> bool:
        """Whether there is a first stretch of both coarse worlds to be shown, beyond the past that they share."""
        return self.coarse is not None and self.coarse.weeks > self.now + 1

    @property
    def nearly_whole(self) -> bool:
        """Whether so little is missing from the coarse pair that another drawing of it would only delay its end."""
        return self.coarse is not None and self.coarse.weeks > NEARLY_WHOLE * self.coarse.mine.scenario.weeks

    @property
    def settled(self) -> bool:
        """Whether nothing more will come."""
        return all(life.done or life.failure for life in self.lives)

    @property
    def resolution(self) -> Resolution:
        """How finely what is shown has been reckoned."""
        pair = self.shown
        if pair is None or self.choice is None:
            return Resolution(0, 1, 0, 0, False)
        scenario, band = pair.mine.scenario, self.pairs_of_the_band
        full = scenario.fans == self.choice.scenario.fans
        fans = band[0].mine.scenario.fans if band else 0
        return Resolution(scenario.fans, 1, max(0, pair.weeks - 1), scenario.weeks, full, len(band), fans)

    @property
    def progress(self) -> float:
        """How far the full worlds are, from 0 to 1; 1 where there are none or they are shown."""
        if self.full is None or self.full.done:
            return 1
        reached = len(self.full.mine) + (0 if self.full.present is self.full.mine else len(self.full.present))
        worlds = 1 if self.full.present is self.full.mine else 2
        return reached / worlds / (self.full.mine.scenario.weeks + 1)
