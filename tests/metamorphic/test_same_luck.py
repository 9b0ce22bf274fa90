"""What a policy must leave alone, to the bit: everything if it changes no law, everything before its date."""

from __future__ import annotations

import pandas as pd

from tests.metamorphic.lives import Life, Worlds


def same_bits(one: Life, other: Life, weeks: int) -> pd.Series:
    """Which readings of the first rows are the same to the bit."""
    here, there = one.weeks.iloc[:weeks], other.weeks.iloc[:weeks]
    assert list(here) == list(there)
    assert len(here) == len(there) == weeks
    return pd.Series({name: here[name].to_numpy().tobytes() == there[name].to_numpy().tobytes() for name in here})


def test_a_null_policy_changes_no_bit_of_any_reading(worlds: Worlds) -> None:
    """By construction: every lever is set to its present value, and luck is addressed, so it cannot shift."""
    for life, twin in zip(worlds.of("null policy"), worlds.of("as it is"), strict=True):
        assert same_bits(life, twin, 53).all()


def test_policies_from_week_100_leave_the_weeks_before_identical(worlds: Worlds) -> None:
    """By construction: nobody foresees law, so weeks 0 to 99 are the same to the bit, and week 100 is not."""
    for life, twin in zip(worlds.of("every lever from week 100"), worlds.of("as it is"), strict=True):
        assert same_bits(life, twin, 100).all()
        assert not same_bits(life, twin, 101).all()
