"""Choices, compiled: whether throws fall below chances, on which of several weights, and if numbers keep bounds."""

import numba
import numpy as np

from sim.dice.throws import Draws, Floats, Identities, Word, to_uniform, words_at

_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")

FEW = 32
"""Choices up to which all sums are compared: no branch to guess wrong, so it is quicker than to halve them."""

FINE, NO_WEIGHT, NO_SUM = range(3)
"""What `choose` says of the weights: they serve, one of them is no weight, or their sum cannot be divided."""


@_compiled
def within(values: Floats, low: float, high: float) -> bool:
    """Tell whether all values, in a row, lie between low and high; nan does not."""
    kept = True
    for i in range(values.size):
        kept &= (values[i] >= low) & (values[i] <= high)
    return kept


@_compiled
def happen(
    key0: Word, key1: Word, who: Identities, week: Word, draw: Draws, chance: Floats, slack: float, out: np.ndarray
) -> bool:
    """Write of every address whether its throw lies below its chance; tell whether all are chances, by a slack.

    out (n,) of bool; who (n,); chance is (n,), or (1,) when all share it; draw (1,).
    """
    step, kept = 0 if chance.size == 1 else 1, True
    for i in range(out.size):
        w0, w1, _, _ = words_at(key0, key1, who[i], week, draw[0])
        likely = chance[i * step]
        kept &= (likely >= -slack) & (likely <= 1 + slack)
        out[i] = to_uniform(w0, w1) < likely
    return kept


@_compiled
def _first_above(reached: Floats, target: float) -> int:
    """Find the first place where rising sums pass the target; how many, if none does."""
    first, end = 0, reached.size
    if end <= FEW:
        for place in range(end):
            first += reached[place] <= target
        return first
    while first < end:
        middle = (first + end) // 2
        if reached[middle] > target:
            end = middle
        else:
            first = middle + 1
    return first


@_compiled
def choose(weights: Floats, uniform: Floats, largest: float, out: np.ndarray) -> int:
    """Write for each uniform number, in a row, the place it falls on; it reads the rows of weights in turn.

    weights (rows, choices), of which the number of uniform numbers is a multiple. Returns FINE, or why not.
    """
    rows, choices = weights.shape
    reached, last = np.empty((rows, choices)), np.empty(rows, np.int64)
    for row in range(rows):
        total = 0.0
        for place in range(choices):
            weight = weights[row, place]
            if not 0 <= weight <= largest:
                return NO_WEIGHT
            if total + weight > total:
                last[row] = place
            total += weight
            reached[row, place] = total
        if not 0 < total < np.inf:
            return NO_SUM
    for i in range(uniform.size):
        row = i % rows
        # Only a sum near the smallest float64 can round the target up to it: then the last one that counts.
        out[i] = min(_first_above(reached[row], uniform[i] * reached[row, -1]), last[row])
    return FINE
