"""Do all contenders live the same week? Asked before anything is timed; whoever differs stops the benchmark."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fan_week.world import GROUPS, STATE, Crowd, World
from sim.params import LimelightError

CLOSE = 1e-5
"""Largest difference of a state, in its own unit (about 1), and share of fans whose luck may meet their chance."""


class Disagreement(LimelightError):
    """Two contenders live different weeks; the message says which, where and by how much."""


def check(contenders: Mapping[str, type[Crowd]], world: World, luck: bool, weeks: int = 6) -> None:
    """Let every contender live some weeks of one world and compare each with the first."""
    crowds = {name: kind(world, luck) for name, kind in contenders.items()}
    for crowd in crowds.values():
        for _ in range(weeks):
            crowd.week()
    compare(crowds)


def compare(crowds: Mapping[str, Crowd]) -> None:
    """Compare the present state of each crowd with that of the first."""
    (first, reference), *others = crowds.items()
    expected, world = reference.state(), reference.world
    # Where a fan's luck meets the chance to the last bit, rounding decides whether data are shared.
    slips = int(CLOSE * world.fans)
    fans_of_group = np.bincount(world.group, minlength=GROUPS)
    for name, crowd in others:
        found = crowd.state()
        for column in STATE:
            apart = np.abs(np.asarray(found[column], np.float64) - expected[column])
            limit = (CLOSE * fans_of_group + slips)[:, None] if column == "sums" else CLOSE
            wrong = int((~(apart <= limit)).sum())  # a state that is no number is wrong, too
            if wrong > (slips if column == "records" else 0):
                raise Disagreement(
                    f"{name} and {first} disagree on {column} after {crowd.weeks} weeks of {world.fans:,} fans on a "
                    f"{world.graph} graph: {wrong} values, by up to {np.nanmax(apart):.3g}; nothing is timed.")
