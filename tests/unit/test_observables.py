"""What every observable shares: quantiles that are numpy's to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from sim.observables.view import median, quantile


@given(some.lists(some.floats(-1e6, 1e6), min_size=1, max_size=60), some.sampled_from([0, 0.02, 0.5, 0.9, 0.98, 1]))
def test_a_quantile_is_numpys_to_the_bit(values: list[float], share: float) -> None:
    asked = np.array(values)
    assert quantile(asked, share) == np.quantile(asked, share)


@given(some.lists(some.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_a_median_is_numpys_to_the_bit(values: list[float]) -> None:
    asked = np.array(values)
    assert median(asked) == np.median(asked)


def test_there_is_no_quantile_of_nobody() -> None:
    assert quantile(np.zeros(0), 0.9) == median(np.zeros(0)) == 0
