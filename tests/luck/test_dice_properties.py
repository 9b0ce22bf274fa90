"""What holds for every address: luck does not move, stays inside its law, and rises with its parameter."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.dice import Dice, identity_of, to_normal, to_uniform

for_all = settings(derandomize=True, deadline=None, max_examples=80)

seeds = identities = st.integers(0, 2**64 - 1)
streams = st.text(max_size=12)
weeks = st.integers(-(2**31), 2**31 - 1)
draws = words = st.integers(0, 2**32 - 1)
crowds = st.lists(identities, min_size=1, max_size=40).map(lambda names: np.array(names, dtype=np.uint64))
chances = st.floats(0, 1)


@for_all
@given(seeds, streams, crowds, weeks, draws, st.randoms(use_true_random=False))
def test_luck_does_not_depend_on_who_else_is_asked(seed, stream, crowd, week, draw, shuffler):
    dice = Dice(seed)
    together = dice.normal(stream, crowd, week, draw=draw)
    assert together.tolist() == [dice.normal(stream, int(one), week, draw=draw) for one in crowd]
    order = list(range(crowd.size))
    shuffler.shuffle(order)
    assert np.array_equal(dice.normal(stream, crowd[order], week, draw=draw), together[order])
    cut = shuffler.randrange(crowd.size + 1)
    parts = [dice.normal(stream, part, week, draw=draw) for part in (crowd[:cut], crowd[cut:])]
    assert np.array_equal(np.concatenate(parts), together)


@for_all
@given(seeds, streams, crowds, weeks, st.lists(draws, min_size=1, max_size=8))
def test_draws_given_together_or_one_by_one_agree(seed, stream, crowd, week, several):
    dice = Dice(seed)
    table = dice.uniform(stream, crowd[:, np.newaxis], week, draw=np.array(several))
    for column, draw in enumerate(several):
        assert np.array_equal(table[:, column], dice.uniform(stream, crowd, week, draw=draw))


@for_all
@given(words, words)
def test_every_pair_of_words_is_inside_and_finite(first, second):
    u = to_uniform(first, second)
    assert 0 < u < 1
    assert u == ((first << 20 | second >> 12) + 0.5) * 2.0**-52
    assert abs(to_normal(u)) < 8.3
    assert to_normal(1 - u) == -to_normal(u)


@for_all
@given(seeds, crowds, weeks, chances, chances)
def test_what_happens_at_a_small_chance_happens_at_a_larger_one(seed, crowd, week, one, other):
    rare = Dice(seed).bernoulli("x", crowd, week, min(one, other))
    likely = Dice(seed).bernoulli("x", crowd, week, max(one, other))
    assert not np.any(rare & ~likely)


@for_all
@given(seeds, crowds, weeks, st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_expected_events_never_make_fewer(seed, crowd, week, one, other):
    few = Dice(seed).poisson("x", crowd, week, min(one, other))
    many = Dice(seed).poisson("x", crowd, week, max(one, other))
    assert np.all((few >= 0) & (few <= many))


@for_all
@given(seeds, crowds, weeks, st.lists(st.floats(0, 1e12), min_size=1, max_size=9))
def test_pick_takes_only_what_has_weight(seed, crowd, week, weights):
    heavy = [*weights, 1.0]
    index = Dice(seed).pick("x", crowd, week, heavy)
    assert np.all((index >= 0) & (index < len(heavy)))
    assert np.all(np.array(heavy)[index] > 0)
    rows = np.broadcast_to(heavy, (crowd.size, len(heavy)))
    assert np.array_equal(Dice(seed).pick("x", crowd, week, rows), index)


@for_all
@given(seeds, crowds, weeks, st.floats(0.01, 50), st.floats(1e-3, 1e3), st.floats(1, 1e6))
def test_pareto_stays_between_its_ends(seed, crowd, week, exponent, low, ratio):
    value = Dice(seed).pareto("x", crowd, week, exponent, low, low * ratio)
    assert np.all((value >= low) & (value <= low * ratio))
    assert np.all(Dice(seed).pareto("x", crowd, week, exponent, low) >= value * (1 - 1e-9))


@for_all
@given(seeds, crowds, weeks, st.floats(0.05, 1e4), st.floats(0.05, 1e4))
def test_gamma_rises_with_its_shape(seed, crowd, week, one, other):
    small = Dice(seed).gamma("x", crowd, week, min(one, other))
    large = Dice(seed).gamma("x", crowd, week, max(one, other))
    assert np.all((small >= 0) & np.isfinite(large))
    assert np.all(small <= large * (1 + 1e-9))


@for_all
@given(st.text(max_size=8), identities, weeks, st.integers(0, 2**63))
def test_siblings_never_share_a_name(kind, parent, week, start):
    names = identity_of(kind, parent, week, np.uint64(start) + np.arange(500, dtype=np.uint64))
    assert np.unique(names).size == 500
    assert names[499] == identity_of(kind, parent, week, start + 499)
