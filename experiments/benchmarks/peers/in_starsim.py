"""The fan-week in starsim: a module with float states, a network of edges, and distributions for luck."""

from __future__ import annotations

import numpy as np
import starsim as ss
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

HOW = "an ss.Module with FloatArr states on an ss.Network; ss.normal and ss.random for luck; neighbours by np.bincount"
WEEKS = 5_000
"""How long the simulation is said to last; it is stepped week by week and never ends."""


class Ties(ss.Network):
    """Who looks at whom; it stays as it is."""

    def step(self) -> None:
        """Nothing changes."""


class FanWeek(ss.Module):
    """What fans do in a week."""

    def __init__(self, world: World, luck: bool) -> None:
        super().__init__(name="fan_week")
        self.given = world
        self.luck = luck
        self.define_states(*(ss.FloatArr(name, default=0.0) for name in (
            "hours", "susceptibility", "home", "dissatisfaction", "attachment", "records")))
        self.normal, self.uniform = ss.normal(), ss.random()
        self.group = world.group.astype(np.intp)
        self.ties_of = np.diff(world.offsets).astype(f4)

    def init_post(self) -> None:
        """Give the states their first values."""
        super().init_post()
        for name in ("hours", "susceptibility", "home", "dissatisfaction", "attachment", "records"):
            getattr(self, name)[:] = getattr(self.given, name)

    def step(self) -> None:
        """One week."""
        world, edges, group = self.given, self.sim.networks.ties.edges, self.group
        now, home, uids = self.dissatisfaction, self.home, self.sim.people.auids
        around = np.bincount(edges.p1, now.values[edges.p2], minlength=len(uids)).astype(f4) / self.ties_of
        exposure = self.hours * world.ideal[group]
        after = home + (now - home) * PERSISTENCE + self.susceptibility * PUSH * exposure + (around - now) * PULL
        uniform = f4(0.5)
        if self.luck:
            after = after + self.normal.rvs(uids).astype(f4) * NOISE
            uniform = self.uniform.rvs(uids)
        self.attachment[:] = self.attachment + (world.presence[group] - self.attachment) * SPEED
        shares = uniform < (self.attachment * CHANCE_PER_ATTACHMENT + CHANCE_AT_REST).values
        self.records[:] = self.records * KEPT + shares
        self.dissatisfaction[:] = after
        self.sums = np.stack([np.bincount(group, values, GROUPS) for values in
                              (self.dissatisfaction.values, self.attachment.values, shares)], axis=1)


class Contender(Crowd):
    """starsim."""

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        fan = np.repeat(np.arange(world.fans), np.diff(world.offsets))
        ties = Ties(p1=fan, p2=world.targets, beta=np.ones(fan.size, f4), name="ties")
        self.sim = ss.Sim(n_agents=world.fans, networks=ties, modules=FanWeek(world, luck), dur=WEEKS, dt=1,
                          rand_seed=SEED, verbose=0)
        self.sim.init()
        self.module = self.sim.get_module(FanWeek)  # the simulation works on a copy of its own

    def week(self) -> None:
        """Live one week."""
        self.sim.run_one_step()
        self.weeks += 1

    def state(self) -> dict[str, np.ndarray]:
        """Values of the states."""
        columns = {name: getattr(self.module, name).values for name in ("dissatisfaction", "attachment", "records")}
        return {**columns, "sums": self.module.sums}
