"""Members and those they belong to: one pass over the members instead of a mask, two gathers and two counts."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def mean_of_each(owner, values, counted, means) -> None:
    """Writes into ``means`` (owners,) the mean of the values of each owner's counted members.

    Members are added up in their order; what an owner of none finds in ``means`` stays.
    """
    total, members = np.zeros(means.size), np.zeros(means.size)
    for member in range(owner.size):
        if counted[member]:
            total[owner[member]] += values[member]
            members[owner[member]] += 1
    for one in range(means.size):
        if members[one] > 0:
            means[one] = total[one] / members[one]


@njit(cache=True, nogil=True)
def any_of_each(marks) -> np.ndarray:
    """Whether each row of ``marks`` (owners, kinds) holds any mark, shape (owners,) of bool."""
    found = np.zeros(marks.shape[0], dtype=np.bool_)
    for one in range(marks.shape[0]):
        for mark in marks[one]:
            found[one] |= mark
    return found


@njit(cache=True, nogil=True)
def count_of_each(owner, counted, owners) -> np.ndarray:
    """How many counted members each owner has, shape (owners,)."""
    members = np.zeros(owners, dtype=np.int64)
    for member in range(owner.size):
        members[owner[member]] += counted[member]
    return members
