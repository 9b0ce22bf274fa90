"""What every observable shares: means and quantiles that are numpy's to the bit, and shares of the fans."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.kernels.readings import mean_at, shares_between
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


@pytest.mark.parametrize("many", [*range(1, 300), 1000, 2051, 100_003])
def test_a_mean_over_rows_is_numpys_to_the_bit(many: int) -> None:
    luck = np.random.default_rng(many)
    column = luck.normal(size=many + 40) * 10.0 ** luck.integers(-9, 9, many + 40)
    rows = np.sort(luck.permutation(column.size)[:many])
    assert mean_at(column, rows) == column.take(rows).mean()


def test_fans_between_two_shares_stand_in_the_bins_that_hold_them() -> None:
    bins = np.array([0, 2, 0, 6, 2])
    assert shares_between(bins, 0.0, 1.0) == pytest.approx(bins / 10)
    assert shares_between(bins, 0.1, 0.5) == pytest.approx([0, 0.1, 0, 0.3, 0])
    assert shares_between(bins, 0.9, 1.0) == pytest.approx([0, 0, 0, 0, 0.1])
