"""THE CHANCE: every throw of the dice in the simulated world has an address.

Most programs draw luck from a queue: whoever asks next gets the next number. One more debut then shifts the
queue, and everybody after it lives another life for no reason. Here luck is a library instead. A number
stands on its own shelf, and the shelf is found by an address of five parts:

    seed     which world this is                      (one run, one seed)
    stream   what is being decided                    ("fan discovers group", "injury")
    who      whose decision it is                     (a 64-bit identity, see `identity_of`)
    week     when                                     (may be negative while the world is built)
    draw     which of several throws of that kind     (0 unless a week needs more than one)

Nothing is consumed by looking. Asking twice, asking in another order, for one agent or a million, on one
thread or many, always reads the same number. Two worlds that differ in one policy therefore share all other
luck: what differs between them is the policy.

The shelves are filled by Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as
easy as 1, 2, 3"): seed and stream make the key, who, week and draw the counter. One address gives one
uniform number strictly between 0 and 1, and every law here is the inverse of its cumulative distribution at
that number, so a larger chance or mean never turns good luck into bad. A parameter given as an array does
not change the address: one agent under five chances is five readings of one throw. For several independent
throws give `draw` an array.

Logarithm and exponential are written out in plain arithmetic, which every processor rounds alike: uniform,
normal, bernoulli, pick, lognormal and pareto do not depend on the mathematics library of the machine.
"""

import functools
import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.dice.throws import (
    Floats,
    Identities,
    each_exponential,
    each_logarithm,
    philox,
    throw,
    to_normal,
    to_normal32,
    to_uniform,
    to_uniform32,
    words_at,
)

__all__ = ["Dice", "identity_of", "philox", "stream_key", "to_normal", "to_normal32", "to_uniform", "to_uniform32",
           "words_at"]

Throw = Any  # a Python scalar when every argument is a scalar, else an array of the broadcast shape

_MOST_WORD = 2**32 - 1
_MOST_IDENTITY = 2**64 - 1
_LARGEST_MEAN = 1e15  # beyond it a whole number of events is no longer told apart by a float64
_SMALLEST, _LARGEST = float(np.finfo(np.float64).tiny), float(np.finfo(np.float64).max)
_ROUNDING = 1e-9  # a chance computed as 1.0000000000000002 is 1

# ---- names: who is asked, and what about ----


def _mix(x: Identities) -> Identities:
    """Scramble 64 bits one to one (splitmix64); x is no scalar, which would warn of its wrap-around."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@functools.cache
def _word_of(text: str) -> np.uint64:
    """Turn a name into 64 bits, alike in every process (Python's own hash() is not)."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


@functools.lru_cache(maxsize=4096)
def stream_key(seed: int, stream: str) -> tuple[np.uint32, np.uint32]:
    """Give one kind of decision in one world its own key: two 32-bit words."""
    mixed = int(_mix(_mix(np.array([seed], dtype=np.uint64)) ^ _word_of(stream))[0])
    return np.uint32(mixed & _MOST_WORD), np.uint32(mixed >> 32)


def _whole(value: Any, low: int, high: int, what: str) -> npt.NDArray[Any]:
    """Read whole numbers between low and high, or say in one sentence which part of the address is wrong."""
    if type(value) is int:
        if not low <= value <= high:
            raise ValueError(f"{what} must lie between {low} and {high}, got {value}")
        return np.array(value)
    array = np.asarray(value)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"{what} must be whole numbers (an integer or an integer array), not {array.dtype}")
    signed = array.dtype.kind == "i"
    if array.size and (signed or array.dtype.itemsize * 8 > high.bit_length()):
        least, most = int(array.min()), int(array.max())
        if least < low or most > high:
            wrong = least if least < low else most
            raise ValueError(f"{what} must lie between {low} and {high}, got {wrong}")
    return array


def identity_of(kind: str, parent: Any, week: Any, ordinal: Any) -> Throw:
    """Name a newcomer by what it is, who brought it in, when and as which one: never by how many came before.

    kind: any text; parent: the identity of the agency, group or world (0 for none); week: birth week, may
    be negative; ordinal: 0, 1, 2 among the newcomers of that kind, parent and week. Whole scalars or arrays,
    broadcast together. Returns np.uint64, or an array of it. Newcomers of one parent and week never share a
    name; two among a million others do with a chance of about 3e-8.
    """
    parents = _whole(parent, 0, _MOST_IDENTITY, "the parent").astype(np.uint64)
    weeks = _whole(week, -(2**31), 2**31 - 1, "the week").astype(np.int64).astype(np.uint64)
    ordinals = _whole(ordinal, 0, _MOST_IDENTITY, "the ordinal").astype(np.uint64)
    name = _mix(np.atleast_1d(parents) + _word_of(kind))
    name = _mix(name + np.atleast_1d(weeks))
    name = _mix(name + np.atleast_1d(ordinals))
    shape = np.broadcast_shapes(parents.shape, weeks.shape, ordinals.shape)
    return name.reshape(shape)[()]


# ---- laws ----


def _real(value: Any, low: float, high: float, what: str) -> Floats:
    """Read a parameter of a law as float64 between low and high; nan is an error."""
    array = np.asarray(value, dtype=np.float64)
    if array.size and not (array.min() >= low and array.max() <= high):
        found = f"{array.min():g} to {array.max():g}"
        raise ValueError(f"{what} must lie between {low:g} and {high:g}, got {found}")
    return array


def _plain(values: npt.NDArray[Any]) -> Throw:
    return values.item() if values.ndim == 0 else values


def _flat(values: npt.NDArray[Any], shape: tuple[int, ...], dtype: type) -> npt.NDArray[Any]:
    """Lay one part of the addresses out in a row: as it is if shared or complete, else repeated."""
    if values.size != 1 and values.shape != shape:
        values = np.broadcast_to(values, shape)
    return np.ascontiguousarray(values, dtype=dtype).reshape(-1)


def _curve(each: Any, x: Floats) -> Floats:
    """Apply a compiled curve to every element."""
    out = np.empty(x.size)
    each(np.ascontiguousarray(x).reshape(-1), out)
    return out.reshape(x.shape)


def _poisson_quantile(u: Floats, mean: Floats) -> npt.NDArray[np.int64]:
    """Find the smallest count whose cumulative chance reaches u; u and mean (n,).

    A normal guess is corrected step by step with the exact distribution, read from the nearer tail: the guess
    decides how long it takes, never the answer.
    """

    def reaches(count: Floats, at: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        upper = special.pdtrc(count, mean[at]) <= 1.0 - u[at]
        return np.where(u[at] <= 0.5, special.pdtr(count, mean[at]) >= u[at], upper)

    z = special.ndtri(u)
    count = np.floor(np.maximum(mean + np.sqrt(mean) * z + (z * z - 1) / 6, 0))
    at = np.flatnonzero(~reaches(count, np.arange(u.size)))
    while at.size:
        count[at] += 1
        at = at[~reaches(count[at], at)]
    at = np.flatnonzero(count > 0)
    at = at[reaches(count[at] - 1, at)]
    while at.size:
        count[at] -= 1
        at = at[count[at] > 0]
        at = at[reaches(count[at] - 1, at)]
    return count.astype(np.int64)


class Dice:
    """The luck of one world: every law reads the throw at (seed, stream, who, week, draw).

    seed: whole number from 0 to 2**64 - 1. In every law `who` (identities, uint64) and `draw` (keyword, 0 to
    2**32 - 1) are scalars or arrays, `week` is one whole number, and parameters broadcast with who and draw.
    All scalars in gives a Python scalar out. A wrong address or parameter raises TypeError or ValueError with
    one sentence.
    """

    __slots__ = ("seed",)

    def __init__(self, seed: int) -> None:
        self.seed = int(_whole(seed, 0, _MOST_IDENTITY, "the seed"))

    def __repr__(self) -> str:
        return f"Dice({self.seed})"

    def key(self, stream: str) -> tuple[np.uint32, np.uint32]:
        """Give the key of a stream to a kernel that reads its own throws with `words_at`."""
        return stream_key(self.seed, stream)

    def _read(self, stream: str, who: Any, week: int, draw: Any, normal: bool = False) -> Floats:
        """Read one uniform or normal number per address, in the shape of who and draw broadcast."""
        whose = _whole(who, 0, _MOST_IDENTITY, "who")
        draws = _whole(draw, 0, _MOST_WORD, "the draw")
        weeks = _whole(week, -(2**31), 2**31 - 1, "the week")
        if weeks.ndim:
            raise TypeError("the week must be one whole number: throw week by week")
        when = np.uint32(int(weeks) & _MOST_WORD)
        shape = np.broadcast_shapes(whose.shape, draws.shape) if draws.ndim else whose.shape
        out = np.empty(shape)
        key0, key1 = stream_key(self.seed, stream)
        whose, draws = _flat(whose, shape, np.uint64), _flat(draws, shape, np.uint32)
        throw(key0, key1, whose, when, draws, normal, out.reshape(-1))
        return out

    def uniform(self, stream: str, who: Any, week: int, *, draw: Any = 0) -> Throw:
        """Throw a number strictly between 0 and 1."""
        return _plain(self._read(stream, who, week, draw))

    def normal(self, stream: str, who: Any, week: int, mean: Any = 0, sd: Any = 1, *, draw: Any = 0) -> Throw:
        """Throw a normal number."""
        z = self._read(stream, who, week, draw, normal=True)
        mean, sd = (
            _real(mean, -_LARGEST, _LARGEST, "the mean"),
            _real(sd, 0, _LARGEST, "the standard deviation"),
        )
        return _plain(np.asarray(mean + sd * z))

    def bernoulli(self, stream: str, who: Any, week: int, chance: Any, *, draw: Any = 0) -> Throw:
        """Throw whether something of this chance happens: never at 0, always at 1."""
        chance = _real(chance, -_ROUNDING, 1 + _ROUNDING, "the chance")
        return _plain(np.asarray(self._read(stream, who, week, draw) < chance))

    def poisson(self, stream: str, who: Any, week: int, mean: Any, *, draw: Any = 0) -> Throw:
        """Throw how many independent events happen when `mean` are expected (int64)."""
        mean = _real(mean, 0, _LARGEST_MEAN, "the mean")
        u, mean = np.broadcast_arrays(self._read(stream, who, week, draw), mean)
        counts = _poisson_quantile(u.reshape(-1), mean.reshape(-1))
        return _plain(counts.reshape(u.shape))

    def pick(self, stream: str, who: Any, week: int, weights: Any, *, draw: Any = 0) -> Throw:
        """Throw which of several to take (int64), in proportion to weights (..., choices); never one of 0."""
        weights = _real(weights, 0, _LARGEST, "every weight")
        if weights.ndim == 0 or weights.shape[-1] == 0:
            raise ValueError("pick needs at least one weight to choose from")
        reached = np.cumsum(weights, axis=-1)
        total = reached[..., -1]
        if total.size and not (total.min() > 0 and total.max() < np.inf):
            raise ValueError("the weights of one pick must have a sum above 0 and below infinity")
        target = self._read(stream, who, week, draw) * total
        # Only a sum near the smallest float64 can round the target up to it: then the last one that counts.
        last = (reached < total[..., np.newaxis]).sum(axis=-1)
        if weights.ndim == 1:
            index = np.searchsorted(reached, target, side="right")
        else:
            index = (reached <= target[..., np.newaxis]).sum(axis=-1)
        return _plain(np.asarray(np.minimum(index, last), dtype=np.int64))

    def gamma(self, stream: str, who: Any, week: int, shape: Any, scale: Any = 1, *, draw: Any = 0) -> Throw:
        """Throw a gamma number of mean shape * scale."""
        shape = _real(shape, _SMALLEST, _LARGEST, "the shape")
        scale = _real(scale, 0, _LARGEST, "the scale")
        u, shape = np.broadcast_arrays(self._read(stream, who, week, draw), shape)
        value = np.empty(u.shape)
        special.gammaincinv(shape, u, out=value, where=u <= 0.5)
        special.gammainccinv(shape, 1.0 - u, out=value, where=u > 0.5)
        return _plain(np.asarray(value * scale))

    def lognormal(
        self, stream: str, who: Any, week: int, mean_of_log: Any = 0, sd_of_log: Any = 1, *, draw: Any = 0
    ) -> Throw:
        """Throw a number whose logarithm is normal; its median is the exponential of mean_of_log."""
        log = np.asarray(self.normal(stream, who, week, mean_of_log, sd_of_log, draw=draw))
        return _plain(_curve(each_exponential, log))

    def pareto(
        self, stream: str, who: Any, week: int, exponent: Any, low: Any, high: Any = np.inf, *, draw: Any = 0
    ) -> Throw:
        """Throw a number from low to high; its chance to exceed x falls as x**-exponent, cut off at high."""
        exponent = _real(exponent, _SMALLEST, _LARGEST, "the exponent")
        low = _real(low, _SMALLEST, _LARGEST, "the low end")
        high = _real(high, _SMALLEST, np.inf, "the high end")
        if not np.all(low <= high):
            raise ValueError("the low end of a pareto law must not lie above its high end")
        u = self._read(stream, who, week, draw)
        span = _curve(each_logarithm, np.asarray(low / high))
        beyond = _curve(each_exponential, np.asarray(exponent * span))
        exceeds = np.asarray((1.0 - u) + u * beyond)
        value = low * _curve(each_exponential, np.asarray(-_curve(each_logarithm, exceeds) / exponent))
        return _plain(np.asarray(np.clip(value, low, high)))
