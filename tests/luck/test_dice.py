"""The dice: published vectors, extreme codes, laws against exact values, and luck that stays where it is."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, getcontext

import numba
import numpy as np
import pytest
from scipy import special, stats

from sim import dice as chance
from sim.dice import Dice, identity_of, philox, stream_key, throws, to_normal, to_normal32, to_uniform, to_uniform32

ALL = 0xFFFFFFFF
MANY = np.arange(200_000, dtype=np.uint64)
LEAST, MOST = 2.0**-53, 1 - 2.0**-53
FIRST_FAN, FIRST_UNIFORM, FIRST_NORMAL = 0xD3A873E01B923BC9, 0.8390503739462029, 1.0935622876073576


class Loaded(Dice):
    """Dice that always fall on the given uniform numbers, to reach codes that chance visits once in 2**52."""

    faces = np.array([LEAST, MOST])

    def _read(self, stream, who, week, draw, normal=False):
        faces = np.broadcast_to(
            self.faces, np.broadcast_shapes(np.shape(who), np.shape(draw), self.faces.shape)
        )
        return special.ndtri(faces) if normal else faces.copy()


LOADED = Loaded(0)


@numba.njit
def _codes32(words, uniform, normal):
    for i in range(words.size):
        uniform[i] = to_uniform32(words[i])
        normal[i] = to_normal32(uniform[i])


def _float32(words):
    uniform, normal = np.empty(words.size, np.float32), np.empty(words.size, np.float32)
    _codes32(words, uniform, normal)
    return uniform, normal


# ---- words ----


@pytest.mark.parametrize(
    ("key", "counter", "words"),
    [
        ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ALL, ALL), (ALL, ALL, ALL, ALL), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0xA4093822, 0x299F31D0),
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_vectors(key, counter, words):
    """The known answers that Random123 publishes for philox4x32, ten rounds."""
    assert tuple(philox(*key, *counter)) == words
    assert tuple(philox(*map(np.uint32, (*key, *counter)))) == words


def test_an_address_is_laid_out_as_the_contract_says():
    who, week, draw = 0xFEDCBA9876543210, -3, 7
    key0, key1 = stream_key(11, "injury")
    words = philox(key0, key1, 0x76543210, 0xFEDCBA98, 2**32 - 3, 7)
    assert Dice(11).uniform("injury", who, week, draw=draw) == to_uniform(words[0], words[1])
    assert tuple(chance.words_at(key0, key1, np.uint64(who), week, draw)) == tuple(words)
    assert tuple(philox(key0, key1, 0x76543210, 0xFEDCBA98, -3, 7)) == tuple(words)
    assert Dice(11).key("injury") == (key0, key1)


# ---- from words to numbers, at the extreme codes ----


@pytest.mark.parametrize("code", [0, 1, 2**51 - 1, 2**51, 2**52 - 2, 2**52 - 1])
def test_uniform_is_the_middle_of_its_cell(code):
    for spare in (0, 0xFFF):  # the low bits of the second word are not used
        u = to_uniform(code >> 20, (code & 0xFFFFF) << 12 | spare)
        assert u == (code + 0.5) * 2.0**-52
        assert 0 < u < 1
        assert 1 - u == (2**52 - 1 - code + 0.5) * 2.0**-52


@pytest.mark.parametrize("code", [0, 1, 2**22 - 1, 2**22, 2**23 - 2, 2**23 - 1])
def test_uniform32_is_the_middle_of_its_cell(code):
    words = np.array([code << 9, code << 9 | 0x1FF], np.uint32)
    uniform, _ = _float32(words)
    assert uniform.dtype == np.float32
    assert np.all(uniform == np.float32((code + 0.5) * 2.0**-23))
    assert np.all((uniform > 0) & (uniform < 1))


def test_normal_at_the_extreme_codes():
    for code in (0, 1):
        u = (code + 0.5) * 2.0**-52
        assert to_normal(u) == -to_normal(1 - u)
        assert to_normal(u) == pytest.approx(special.ndtri(u), rel=1e-14)
    assert -8.3 < to_normal(LEAST) < -8.2
    assert to_normal(0.5) == 0
    assert to_normal(0.0) == -np.inf
    assert to_normal(1.0) == np.inf


def test_normal_is_the_normal_quantile():
    u = Dice(1).uniform("quantile", MANY, 0)
    u = np.concatenate([u, u * 2.0**-20, u * 2.0**-44 + LEAST, 0.5 + (u - 0.5) * 2.0**-30, [0.075, 0.925]])
    ours = np.array([to_normal(x) for x in u[::7]])
    np.testing.assert_allclose(ours, special.ndtri(u[::7]), rtol=4e-15, atol=0)
    assert np.all(np.diff(np.array([to_normal(x) for x in np.sort(u[::7])])) >= 0)


def test_normal32_on_every_code_there_is():
    """All 2**23 codes: finite, symmetric to the bit, never decreasing, and the normal quantile to 2e-6."""
    uniform, normal = _float32(np.arange(2**23, dtype=np.uint32) << np.uint32(9))
    assert normal.dtype == np.float32
    assert np.all(np.diff(uniform) > 0)
    assert np.all(np.isfinite(normal))
    assert np.abs(normal).max() < 6
    assert np.array_equal(normal, -normal[::-1])
    assert np.all(np.diff(normal) >= 0)
    exact = special.ndtri(uniform.astype(np.float64))
    assert np.abs(normal - exact).max() < 2e-6
    assert np.abs(normal / exact - 1).max() < 1e-6
    for code in (0, 1, 2**23 - 2, 2**23 - 1):
        assert normal[code] == pytest.approx(special.ndtri((code + 0.5) * 2.0**-23), rel=1e-6)


def test_curves_are_plain_arithmetic():
    """No multiply-add is fused and no library is called: the compiled curves equal Python's arithmetic."""
    x = Dice(2).uniform("x", np.arange(2000), 0, draw=0) * 8 - 4
    slow = [throws._polynomial.py_func(float(value), throws._CENTRE_ABOVE) for value in x]
    assert [throws._polynomial(value, throws._CENTRE_ABOVE) for value in x] == slow
    whole = np.empty(x.size)
    throws.each_exponential(x, whole)
    assert whole.tolist() == [throws.exponential(value) for value in x]


def test_logarithm_and_exponential_to_the_last_place():
    x = np.linspace(-700, 709.7, 100_001)
    exponential, logarithm = np.empty(x.size), np.empty(x.size)
    throws.each_exponential(x, exponential)
    np.testing.assert_allclose(exponential, np.exp(x), rtol=3e-16)
    inputs = np.concatenate([exponential[:-4], [5e-324, 1e-310, 2.3e-308, 1.7e308]])
    throws.each_logarithm(inputs, logarithm)
    np.testing.assert_allclose(logarithm, np.log(inputs), rtol=3e-16, atol=3e-16)
    assert [throws.exponential(v) for v in (0.0, -np.inf, -800.0, 800.0, np.inf)] == [
        1,
        0,
        0,
        np.inf,
        np.inf,
    ]
    assert throws._logarithm(0.0) == -np.inf
    assert throws._logarithm(1.0) == 0


# ---- laws ----


def test_certain_and_impossible_things():
    assert not LOADED.bernoulli("x", 0, 0, 0).any()
    assert LOADED.bernoulli("x", 0, 0, 1).all()
    assert not Dice(3).bernoulli("x", MANY, 0, 0.0).any()
    assert Dice(3).bernoulli("x", MANY, 0, 1.0).all()
    assert Dice(3).bernoulli("x", MANY, 0, 1 + 2.0**-52).all()
    assert LOADED.bernoulli("x", 0, 0, [LEAST, MOST]).tolist() == [False, False]
    assert LOADED.bernoulli("x", 0, 0, [2 * LEAST, 1]).tolist() == [True, True]


@pytest.mark.parametrize("weight", [1.0, 1e-300, 5e-324, 1e300, 0.1, 1 / 3])
@pytest.mark.parametrize("pattern", [(0, 1, 0), (0, 0, 1, 1, 0, 0), (1,), (0, 1, 0, 1, 0, 0, 0)])
def test_pick_never_takes_a_zero_weight_at_the_extremes(pattern, weight):
    weights = np.array(pattern) * weight
    used = np.flatnonzero(weights)
    assert LOADED.pick("x", 0, 0, weights).tolist() == [used[0], used[-1]]
    assert LOADED.pick("x", 0, 0, np.stack([weights, weights])).tolist() == [used[0], used[-1]]


def test_pick_takes_each_in_proportion():
    weights = np.array([3, 0, 1, 6, 0])
    taken = np.bincount(Dice(4).pick("x", MANY, 0, weights), minlength=5)
    expected = weights / 10 * MANY.size
    assert taken[1] == taken[4] == 0
    assert np.all(np.abs(taken - expected)[[0, 2, 3]] < 5 * np.sqrt(expected[[0, 2, 3]]))
    own = np.where(MANY[:, np.newaxis] % 2 == 0, weights, weights[::-1])
    both = Dice(4).pick("x", MANY, 0, own)
    assert np.array_equal(both[::2], Dice(4).pick("x", MANY[::2], 0, weights))
    assert np.array_equal(both[1::2], Dice(4).pick("x", MANY[1::2], 0, weights[::-1]))


def _exact_poisson(u, mean):
    """Sum the chances in 60 decimal digits until they reach each u, in rising order."""
    getcontext().prec = 60
    chance_of, counts, count = (-Decimal(mean)).exp(), [], 0
    reached = chance_of
    for target in u:
        while reached < Decimal(float(target)):
            count += 1
            chance_of *= Decimal(mean) / count
            reached += chance_of
        counts.append(count)
    return counts


@pytest.mark.parametrize("mean", [1e-12, 0.01, 0.7, 1.0, 4.0, 9.5, 30.0, 250.0, 800.0, 20_000.0])
def test_poisson_is_the_exact_inverse(mean):
    u = np.sort(Dice(5).uniform("poisson", np.arange(300), 0))
    u = np.concatenate([[LEAST, 1e-12, 1e-6], u, [1 - 1e-6, 1 - 2.0**-40, MOST]])
    assert chance._poisson_quantile(u, np.full(u.size, mean)).tolist() == _exact_poisson(u, mean)


@pytest.mark.parametrize("mean", [0.0, 0.3, 12.0, 5e3, 1e9, 1e15])
def test_poisson_has_its_mean_and_variance(mean):
    counts = Dice(6).poisson("x", MANY[:20_000], 0, mean)
    assert counts.dtype == np.int64
    assert abs(counts.mean() - mean) <= 5 * np.sqrt(mean / counts.size)
    spread = np.sqrt((mean + 2 * mean**2) / counts.size)
    assert abs(np.mean((counts - mean) ** 2) - mean) <= 5 * spread


def test_gamma_is_the_inverse_in_both_tails():
    for shape in (0.05, 0.5, 1.0, 2.5, 40.0, 1e4):
        u = Dice(7).uniform("x", MANY[:5000], 0)
        value = Dice(7).gamma("x", MANY[:5000], 0, shape, 3.0) / 3.0
        np.testing.assert_allclose(special.gammainc(shape, value), u, rtol=1e-9)
        np.testing.assert_allclose(special.gammaincc(shape, value), 1 - u, rtol=1e-9)
        extremes = LOADED.gamma("x", 0, 0, shape)
        assert 0 <= extremes[0] < extremes[1] < np.inf
    assert LOADED.gamma("x", 0, 0, 1.0) == pytest.approx([LEAST, 53 * np.log(2)], rel=1e-12)


def test_lognormal_is_the_exponential_of_the_normal():
    normal = Dice(8).normal("x", MANY, 2, 1.5, 0.75)
    np.testing.assert_allclose(Dice(8).lognormal("x", MANY, 2, 1.5, 0.75), np.exp(normal), rtol=1e-15)
    assert np.all(np.isfinite(LOADED.lognormal("x", 0, 0, 0, 3)))


def test_pareto_is_the_cut_power_law():
    u = Dice(9).uniform("x", MANY, 0)
    for exponent in (0.4, 1.0, 2.5):
        value = Dice(9).pareto("x", MANY, 0, exponent, 2.0, 500.0)
        exceeds = (value**-exponent - 500.0**-exponent) / (2.0**-exponent - 500.0**-exponent)
        np.testing.assert_allclose(exceeds, 1 - u, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(
            Dice(9).pareto("x", MANY, 0, exponent, 2.0), 2 * (1 - u) ** (-1 / exponent)
        )
        ends = LOADED.pareto("x", 0, 0, exponent, 2.0, 500.0)
        assert ends.min() >= 2
        assert ends.max() <= 500
        assert ends == pytest.approx([2, 500], rel=1e-9)  # the last throw stands just inside the end
    assert LOADED.pareto("x", 0, 0, 1.0, 7.0, 7.0).tolist() == [7, 7]


def test_normal_parameters_and_shape():
    z = Dice(10).normal("x", MANY[:6].reshape(2, 3), 0)
    assert z.shape == (2, 3)
    scaled = Dice(10).normal("x", MANY[:6].reshape(2, 3), 0, mean=[1, 2, 3], sd=[[2], [0]])
    assert np.array_equal(scaled, np.array([1, 2, 3]) + np.array([[2], [0]]) * z)


def test_one_throw_read_under_many_parameters_and_many_throws():
    happened = Dice(10).bernoulli("x", 5, 0, np.linspace(0, 1, 101))
    assert np.array_equal(happened, Dice(10).uniform("x", 5, 0) < np.linspace(0, 1, 101))
    throws = Dice(10).uniform("x", 5, 0, draw=np.arange(100))
    assert len(set(throws.tolist())) == 100
    table = Dice(10).uniform("x", MANY[:7, np.newaxis], 0, draw=np.arange(4))
    assert table.shape == (7, 4)
    assert table[6, 3] == Dice(10).uniform("x", 6, 0, draw=3)


def test_scalars_come_out_as_python_scalars():
    d = Dice(11)
    floats = (d.uniform("x", 1, 0), d.normal("x", 1, 0), d.gamma("x", 1, 0, 2), d.lognormal("x", 1, 0))
    assert {type(value) for value in (*floats, d.pareto("x", np.uint64(1), 0, 1, 1))} == {float}
    assert type(d.bernoulli("x", 1, 0, 0.5)) is bool
    assert type(d.poisson("x", 1, 0, 2)) is int
    assert type(d.pick("x", 1, 0, [1, 2])) is int
    for empty in (np.empty(0, np.uint64), []):
        assert d.normal("x", empty, 0).shape == d.poisson("x", empty, 0, 1).shape == (0,)
        assert d.pick("x", empty, 0, [1, 2]).shape == (0,)


# ---- luck is spread evenly, and one address tells nothing about another ----


def test_uniform_and_normal_are_distributed_as_named():
    n = MANY.size
    for seed in (0, 1, 2**64 - 1):
        u, z = Dice(seed).uniform("x", MANY, 0), Dice(seed).normal("x", MANY, 0)
        assert abs(u.mean() - 0.5) < 5 * np.sqrt(1 / 12 / n)
        assert abs(np.mean((u - 0.5) ** 2) - 1 / 12) < 5 * np.sqrt(1 / 180 / n)
        assert abs(z.mean()) < 5 / np.sqrt(n)
        assert abs(np.mean(z**2) - 1) < 5 * np.sqrt(2 / n)
        assert abs(np.mean(z**3)) < 5 * np.sqrt(15 / n)
        assert abs(np.mean(z**4) - 3) < 5 * np.sqrt(96 / n)
        assert stats.kstest(u, "uniform").pvalue > 1e-6


def test_neighbouring_addresses_are_independent():
    """Ten neighbours of one address: no correlation of values, of squares, or of joint cells."""
    d = Dice(12)
    neighbours = [
        d.uniform("x", MANY, 5),
        d.uniform("y", MANY, 5),
        d.uniform("", MANY, 5),
        d.uniform("x", MANY, 6),
        d.uniform("x", MANY, -5),
        d.uniform("x", MANY, 5, draw=1),
        d.uniform("x", MANY, 5, draw=2**32 - 1),
        d.uniform("x", MANY + np.uint64(1), 5),
        d.uniform("x", MANY + np.uint64(2**32), 5),
        Dice(13).uniform("x", MANY, 5),
    ]
    bound = 5 / np.sqrt(MANY.size)
    for i, first in enumerate(neighbours):
        for second in neighbours[:i]:
            assert abs(np.corrcoef(first, second)[0, 1]) < bound
            assert abs(np.corrcoef((first - 0.5) ** 2, (second - 0.5) ** 2)[0, 1]) < bound
            cells = np.bincount((first * 8).astype(int) * 8 + (second * 8).astype(int), minlength=64)
            assert stats.chisquare(cells).pvalue > 1e-8


def test_weeks_of_one_agent_are_independent():
    life = np.array([Dice(14).normal("x", 77, week) for week in range(-2000, 18_000)])
    bound = 5 / np.sqrt(life.size)
    assert abs(life.mean()) < bound
    for lag in (1, 2, 4, 52):
        assert abs(np.corrcoef(life[lag:], life[:-lag])[0, 1]) < bound


# ---- luck stays where it is ----

LAWS = {
    "uniform": lambda d, who: d.uniform("s", who, 9),
    "normal": lambda d, who: d.normal("s", who, 9, 1.1, 0.7),
    "bernoulli": lambda d, who: d.bernoulli("s", who, 9, 0.3),
    "poisson small": lambda d, who: d.poisson("s", who, 9, 0.8),
    "poisson large": lambda d, who: d.poisson("s", who, 9, 3e4),
    "pick": lambda d, who: d.pick("s", who, 9, [0.2, 0, 0.5, 0.3]),
    "gamma": lambda d, who: d.gamma("s", who, 9, 0.7, 2.0),
    "lognormal": lambda d, who: d.lognormal("s", who, 9, 0.2, 1.3),
    "pareto": lambda d, who: d.pareto("s", who, 9, 2.0, 1.0, 1e6),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_scalar_array_order_chunks_and_threads_agree(law):
    d, who = Dice(15), identity_of("fan", 3, 0, np.arange(1003))
    whole = law(d, who)
    assert [law(d, int(one)) for one in who[:101]] == whole[:101].tolist()
    assert np.array_equal(law(d, who[::-1]), whole[::-1])
    assert np.array_equal(law(d, who[1::3]), whole[1::3])
    assert np.array_equal(law(d, who.reshape(17, 59)), whole.reshape(17, 59))
    for size in (1, 2, 7, 8, 500):
        pieces = [law(d, who[start : start + size]) for start in range(0, 64, size)]
        assert np.array_equal(np.concatenate(pieces)[:64], whole[:64])
    with ThreadPoolExecutor(4) as threads:
        assert all(
            np.array_equal(answer, whole) for answer in threads.map(lambda _: law(Dice(15), who), range(8))
        )


def test_parameters_given_one_by_one_or_as_arrays_agree():
    d, who, same = Dice(16), MANY[:50], np.ones(50)
    assert np.array_equal(d.gamma("x", who, 0, 2.0, 3.0), d.gamma("x", who, 0, 2 * same, 3 * same))
    assert np.array_equal(d.poisson("x", who, 0, 7.0), d.poisson("x", who, 0, 7 * same))
    assert np.array_equal(d.normal("x", who, 0, 1.0, 2.0), d.normal("x", who, 0, same, 2 * same))
    assert np.array_equal(d.lognormal("x", who, 0, 1.0, 0.5), d.lognormal("x", who, 0, same, 0.5 * same))
    # numpy's own power takes another path for a scalar exponent of 2: the reason why no law calls it
    whole = d.pareto("x", who, 0, 0.5 * same, same, 9 * same)
    assert np.array_equal(d.pareto("x", who, 0, 0.5, 1.0, 9.0), whole)


def test_one_more_agent_leaves_the_others_alone():
    d = Dice(17)
    before = identity_of("idol", 40, 3, np.arange(100))
    newcomer = identity_of("idol", 40, 3, 100)
    after = np.insert(before, 50, newcomer)
    for law in LAWS.values():
        assert np.array_equal(np.delete(law(d, after), 50), law(d, before))


def test_the_same_bytes_in_every_process():
    program = (
        "import numpy as np, sim.dice as c\n"
        "who = c.identity_of('fan', 1, -4, np.arange(50)); d = c.Dice(99)\n"
        "draws = [d.uniform('a', who, 1), d.normal('b', who, 2), d.gamma('c', who, 3, 0.5)]\n"
        "print(who.tobytes().hex(), np.concatenate(draws).tobytes().hex(), c.stream_key(99, 'a'))"
    )
    answers = set()
    for hash_seed in ("1", "2024"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        answers.add(done.stdout)
    assert len(answers) == 1
    assert len(answers.pop()) > 3000


def test_the_first_numbers_of_a_known_world():
    """Written down once: a change of key, name or layout would give every published world other luck."""
    assert int(identity_of("fan", 0, 0, 0)) == FIRST_FAN
    assert Dice(42).uniform("discover", identity_of("fan", 0, 0, 0), 0) == FIRST_UNIFORM
    assert Dice(42).normal("discover", identity_of("fan", 0, 0, 0), -1, draw=2) == FIRST_NORMAL


# ---- names ----


def test_a_million_identities_are_a_million():
    kinds = [
        identity_of("fan", 0, 0, np.arange(400_000)),
        identity_of("idol", 0, 0, np.arange(100_000)),
        identity_of("idol", np.arange(1, 100_001), 0, 0),
        identity_of("idol", 0, np.arange(1, 100_001), 0),
        identity_of("idol", 0, np.arange(-100_000, 0), 0),
        identity_of("idol", np.arange(1, 501)[:, np.newaxis], np.arange(1, 401), 1).ravel(),
    ]
    everyone = np.concatenate(kinds)
    assert everyone.dtype == np.uint64
    assert everyone.size == np.unique(everyone).size == 1_000_000
    # names are spread over all 64 bits: each bit is set in about half of them
    for bit in range(64):
        share = np.mean((everyone >> np.uint64(bit)) & np.uint64(1))
        assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(everyone.size)


def test_the_order_of_parent_week_and_ordinal_matters():
    names = {
        int(identity_of("idol", *triple))
        for triple in [(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2)]
    }
    assert len(names) == 5
    assert identity_of("idol", 1, 2, 3) != identity_of("group", 1, 2, 3)


def test_an_identity_is_a_scalar_or_an_array():
    one = identity_of("group", 2**64 - 1, -7, 4)
    assert type(one) is np.uint64
    several = identity_of("group", np.array([2**64 - 1], np.uint64), -7, np.arange(5))
    assert several.shape == (5,)
    assert several[4] == one
    assert identity_of("group", one, 0, np.empty(0, np.int64)).shape == (0,)


def test_streams_and_seeds_have_keys_of_their_own():
    keys = {stream_key(seed, f"stream {number}") for seed in range(100) for number in range(100)}
    assert len(keys) == 10_000


# ---- what is refused ----


@pytest.mark.parametrize(
    ("throw", "error", "sentence"),
    [
        (lambda: Dice(-1), ValueError, "the seed must lie between 0 and"),
        (lambda: Dice(2**64), ValueError, "the seed must lie"),
        (lambda: Dice(0.5), TypeError, "the seed must be whole numbers"),
        (lambda: Dice(1).uniform("x", -1, 0), ValueError, "who must lie between"),
        (lambda: Dice(1).uniform("x", np.array([3, -1]), 0), ValueError, "got -1"),
        (lambda: Dice(1).uniform("x", 1.0, 0), TypeError, "who must be whole numbers"),
        (lambda: Dice(1).uniform("x", 1, 2**31), ValueError, "the week must lie"),
        (lambda: Dice(1).uniform("x", 1, np.arange(3)), TypeError, "the week must be one whole number"),
        (lambda: Dice(1).uniform("x", 1, 0, draw=2**32), ValueError, "the draw must lie"),
        (
            lambda: Dice(1).uniform("x", 1, 0, draw=np.array([2**32], np.uint64)),
            ValueError,
            "the draw must lie",
        ),
        (lambda: Dice(1).bernoulli("x", 1, 0, 1.1), ValueError, "the chance must lie"),
        (lambda: Dice(1).bernoulli("x", 1, 0, np.nan), ValueError, "the chance must lie"),
        (lambda: Dice(1).normal("x", 1, 0, 0, -1), ValueError, "the standard deviation must lie"),
        (lambda: Dice(1).poisson("x", 1, 0, [1, -1]), ValueError, "the mean must lie"),
        (lambda: Dice(1).gamma("x", 1, 0, 0), ValueError, "the shape must lie"),
        (lambda: Dice(1).pareto("x", 1, 0, 2, 3, 2), ValueError, "must not lie above"),
        (lambda: Dice(1).pick("x", 1, 0, []), ValueError, "at least one weight"),
        (lambda: Dice(1).pick("x", 1, 0, 3), ValueError, "at least one weight"),
        (lambda: Dice(1).pick("x", 1, 0, [0, 0]), ValueError, "sum above 0"),
        (lambda: Dice(1).pick("x", 1, 0, [2, -1]), ValueError, "every weight must lie"),
        (lambda: identity_of("fan", -1, 0, 0), ValueError, "the parent must lie"),
    ],
)
def test_a_wrong_address_or_parameter_is_refused(throw, error, sentence):
    with pytest.raises(error, match=sentence):
        throw()


def test_dice_travel_to_other_processes():
    copy = pickle.loads(pickle.dumps(Dice(18)))
    assert copy.seed == 18
    assert repr(copy) == "Dice(18)"
    assert copy.uniform("x", 1, 2) == Dice(18).uniform("x", 1, 2)
