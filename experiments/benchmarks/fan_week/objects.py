"""The fan-week in plain Mesa: every fan an object with a step, every tie a reference to another object."""

from __future__ import annotations

import mesa
import numpy as np

from fan_week import world as numbers
from fan_week.world import GROUPS, SEED, Crowd, World

PERSISTENCE, PUSH, PULL, NOISE = (float(x) for x in (numbers.PERSISTENCE, numbers.PUSH, numbers.PULL, numbers.NOISE))
SPEED, KEPT = float(numbers.SPEED), float(numbers.KEPT)
CHANCE_AT_REST, CHANCE_PER_ATTACHMENT = float(numbers.CHANCE_AT_REST), float(numbers.CHANCE_PER_ATTACHMENT)


class Fan(mesa.Agent):
    """A fan who looks at neighbours, decides, and only then changes, so that all act on last week."""

    def __init__(self, model: mesa.Model, group: int, hours: float, susceptibility: float, home: float,
                 dissatisfaction: float, attachment: float, records: float) -> None:
        super().__init__(model)
        self.group, self.hours, self.susceptibility, self.home = group, hours, susceptibility, home
        self.dissatisfaction, self.attachment, self.records = dissatisfaction, attachment, records
        self.neighbours: list[Fan] = []
        self.next_dissatisfaction = dissatisfaction

    def step(self) -> None:
        """Live one week on what the neighbours felt last week."""
        model, now, home, group = self.model, self.dissatisfaction, self.home, self.group
        around = 0.0
        for other in self.neighbours:
            around += other.dissatisfaction
        exposure = self.hours * model.ideal[group]
        after = home + PERSISTENCE * (now - home) + PUSH * self.susceptibility * exposure
        after += PULL * (around / len(self.neighbours) - now)
        uniform = 0.5
        if model.luck:
            after += NOISE * self.random.gauss(0.0, 1.0)
            uniform = self.random.random()
        self.next_dissatisfaction = after
        attachment = self.attachment
        attachment += SPEED * (model.presence[group] - attachment)
        self.attachment = attachment
        shares = uniform < CHANCE_AT_REST + CHANCE_PER_ATTACHMENT * attachment
        self.records = KEPT * self.records + shares
        model.dissatisfactions[group] += after
        model.attachments[group] += attachment
        model.shares[group] += shares

    def advance(self) -> None:
        """Let last week be over."""
        self.dissatisfaction = self.next_dissatisfaction


class Fandom(mesa.Model):
    """The model around the fans: tables of the groups and their sums."""

    def __init__(self, world: World, luck: bool, shuffled: bool) -> None:
        super().__init__(rng=SEED)
        self.luck, self.shuffled = luck, shuffled
        self.ideal, self.presence = world.ideal.tolist(), world.presence.tolist()
        columns = ("group", "hours", "susceptibility", "home", "dissatisfaction", "attachment", "records")
        fans = Fan.create_agents(self, world.fans, **{name: getattr(world, name).tolist() for name in columns})
        self.crowd = list(fans)
        offsets, targets = world.offsets.tolist(), world.targets.tolist()
        for place, fan in enumerate(self.crowd):
            fan.neighbours = [self.crowd[other] for other in targets[offsets[place]:offsets[place + 1]]]

    def step(self) -> None:
        """One week: everybody steps, in order or in a shuffled one, then everybody advances."""
        self.dissatisfactions, self.attachments, self.shares = ([0.0] * GROUPS for _ in range(3))
        if self.shuffled:
            self.agents.shuffle_do("step")
        else:
            self.agents.do("step")
        self.agents.do("advance")


class InMesa(Crowd):
    """Mesa with `do`."""

    shuffled = False

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        self.model = Fandom(world, luck, self.shuffled)

    def week(self) -> None:
        """Live one week."""
        self.model.step()
        self.weeks += 1

    def state(self) -> dict[str, np.ndarray]:
        """Columns gathered from the objects."""
        model = self.model
        columns = {name: np.array([getattr(fan, name) for fan in model.crowd], np.float32)
                   for name in ("dissatisfaction", "attachment", "records")}
        return {**columns, "sums": np.array([model.dissatisfactions, model.attachments, model.shares]).T}


class InMesaShuffled(InMesa):
    """Mesa with `shuffle_do`."""

    shuffled = True
