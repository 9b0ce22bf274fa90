"""The fan-week in ambr: its vectorised lane, columns read as arrays and committed with one `set`."""

from __future__ import annotations

import ambr
import numpy as np
from fan_week.world import (
    CHANCE_AT_REST,
    CHANCE_PER_ATTACHMENT,
    GROUPS,
    KEPT,
    NOISE,
    PERSISTENCE,
    PULL,
    PUSH,
    SEED,
    SPEED,
    Crowd,
    World,
    f4,
)

HOW = "step_vectorized: columns as arrays, one agents.set a week; neighbours by np.add.reduceat"


class Fandom(ambr.Model):
    """All fans as one population."""

    def setup(self) -> None:
        """Add the fans with their columns."""
        world: World = self.p["world"]
        columns = ("group", "hours", "susceptibility", "home", "dissatisfaction", "attachment", "records")
        self.add_agents(world.fans, **{name: getattr(world, name) for name in columns})
        self.ties_of = np.diff(world.offsets).astype(f4)

    def step_vectorized(self) -> None:
        """One week of array arithmetic, committed at once."""
        world, fans, luck = self.p["world"], self.agents, self.p["luck"]
        now, home, attachment = fans.array("dissatisfaction"), fans.array("home"), fans.array("attachment")
        group = fans.array("group").astype(np.intp)
        around = np.add.reduceat(now[world.targets], world.offsets[:-1]) / self.ties_of
        exposure = fans.array("hours") * world.ideal[group]
        after = home + PERSISTENCE * (now - home) + PUSH * fans.array("susceptibility") * exposure
        after += PULL * (around - now)
        uniform = f4(0.5)
        if luck:
            after += NOISE * self.rng.standard_normal(now.size, dtype=f4)
            uniform = self.rng.random(now.size, dtype=f4)
        attachment = attachment + SPEED * (world.presence[group] - attachment)
        shares = uniform < CHANCE_AT_REST + CHANCE_PER_ATTACHMENT * attachment
        fans.set(dissatisfaction=after, attachment=attachment, records=KEPT * fans.array("records") + shares)
        self.sums = np.stack([np.bincount(group, values, GROUPS) for values in (after, attachment, shares)], axis=1)


class Contender(Crowd):
    """ambr on the processor."""

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        self.model = Fandom({"world": world, "luck": luck, "steps": 1, "seed": SEED, "show_progress": False})
        self.model.cpu(mode="vectorized")
        self.model.setup()

    def week(self) -> None:
        """Live one week."""
        self.model.step_vectorized()
        self.weeks += 1

    def state(self) -> dict[str, np.ndarray]:
        """Columns of the population."""
        columns = {name: np.asarray(self.model.agents.array(name)) for name in
                   ("dissatisfaction", "attachment", "records")}
        return {**columns, "sums": self.model.sums}
