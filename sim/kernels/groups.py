"""What a week does to every group, compiled: how it stands, how likely it ends, what it puts out.

Float64 throughout; groups are added up in the order of their rows. Arguments are columns of the groups and of their
agencies (looked up by ``agency``), and single numbers.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.blocks import compiled


@compiled
def in_spreads(popularity, alive) -> np.ndarray:
    """Popularity of every group in SD over the living, shape (groups,)."""
    total, living = 0.0, 0
    for group in range(alive.size):
        if alive[group]:
            total += popularity[group]
            living += 1
    mean, apart = total / living, 0.0
    for group in range(alive.size):
        if alive[group]:
            apart += (popularity[group] - mean) ** 2
    spread = np.sqrt(apart / living)
    return (popularity - mean) / (spread if spread > 0 else 1.0)


@compiled
def protections(popularity, alive, agency, big, by_popularity, by_size) -> np.ndarray:
    """Factor on each group's hazard of ending: popularity and a big agency protect."""
    factor = in_spreads(popularity, alive)
    for group in range(factor.size):
        factor[group] = np.exp(-by_popularity * factor[group] - by_size * big[agency[group]])
    return factor


@compiled
def ending_hazards(debut_week, alive, protection, usual_protection, by_year, week, weeks_per_year) -> np.ndarray:
    """Weekly hazard that each group ends; ``by_year`` since the debut, the last of them for all later years."""
    hazard = np.zeros(alive.size)
    for group in range(alive.size):
        if alive[group]:
            year = min((week - debut_week[group]) // weeks_per_year, by_year.size - 1)
            hazard[group] = by_year[year] * protection[group] / usual_protection
    return hazard


@compiled
def move_content(pieces, target, attention_share, alive, speed, pull) -> None:
    """Each group's pieces a week move with a weekly ``speed`` towards its target, with a ``pull`` towards its peers.

    A group that has not been ranked yet, and so has no attention, makes what it set out with.
    """
    total, living = 0.0, 0
    for group in range(alive.size):
        if alive[group]:
            total += pieces[group]
            living += 1
    peers = total / living
    for group in range(alive.size):
        aim = target[group] if attention_share[group] > 0 else pieces[group]
        pieces[group] += speed * (aim - pieces[group]) + pull * (peers - pieces[group])


@compiled
def relative_pieces(pieces, usual, alive) -> np.ndarray:
    """Pieces a week over those that each group would make without AI; 0 for groups that ended or make none."""
    ratio = np.zeros(alive.size)
    for group in range(alive.size):
        if alive[group] and usual[group] > 0:
            ratio[group] = pieces[group] / usual[group]
    return ratio
