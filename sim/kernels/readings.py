"""What observables add up, compiled: a column over some of its rows, and who stands between two shares of the fans."""

from __future__ import annotations

import numpy as np

from sim.kernels.blocks import compiled

IN_A_ROW = 128
"""Values that numpy adds up in a row; of more it adds up both halves, which rounds less."""


@compiled
def mean_at(values, rows) -> float:
    """Mean of the values in some rows, at least one: ``values[rows].mean()`` to the bit, in a third of the time."""
    return _total_at(values, rows) / rows.size


@compiled
def _total_at(values, rows) -> float:
    """Sum of the values in some rows, added up in the order of numpy: in eight lanes, and by halves where many."""
    if rows.size > IN_A_ROW:
        half = rows.size // 16 * 8
        return _total_at(values, rows[:half]) + _total_at(values, rows[half:])
    a = b = c = d = e = f = g = h = 0.0
    whole = rows.size // 8 * 8
    for row in range(0, whole, 8):
        a += values[rows[row]]
        b += values[rows[row + 1]]
        c += values[rows[row + 2]]
        d += values[rows[row + 3]]
        e += values[rows[row + 4]]
        f += values[rows[row + 5]]
        g += values[rows[row + 6]]
        h += values[rows[row + 7]]
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for row in range(whole, rows.size):
        total += values[rows[row]]
    return total


@compiled
def shares_between(bins, low, high) -> np.ndarray:
    """How far each bin of fans, who are sorted from the first bin to the last, lies between two shares of them."""
    fans, reached, between = bins.sum(), np.cumsum(bins), np.empty(bins.size)
    for place in range(bins.size):
        above = reached[place] / fans
        between[place] = max(min(above, high) - max(above - bins[place] / fans, low), 0.0)
    return between
