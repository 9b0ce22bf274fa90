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

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.dice.choices import FINE, NO_WEIGHT, choose, happen, within
from sim.dice.names import (
    EARLIEST,
    IDENTITY,
    LATEST,
    MOST_IDENTITY,
    addressed,
    identities,
    identity_of,
    in_a_row,
    key_words,
    keys_of,
    shape_of,
    stream_key,
    whole,
)
from sim.dice.throws import (
    Draws,
    Floats,
    Identities,
    each_exponential,
    each_logarithm,
    philox,
    throw,
    throw_streams,
    throw_table,
    to_normal,
    to_normal32,
    to_uniform,
    to_uniform32,
    words_at,
)

__all__ = ["Dice", "identity_of", "philox", "picked", "stream_key", "to_normal", "to_normal32", "to_uniform",
           "to_uniform32", "words_at"]

Throw = Any  # a Python scalar when every argument is a scalar, else an array of the broadcast shape

_MOST_WORD = 2**32 - 1
_LARGEST_MEAN = 1e15  # beyond it a whole number of events is no longer told apart by a float64
_SMALLEST, _LARGEST = float(np.finfo(np.float64).tiny), float(np.finfo(np.float64).max)
_ROUNDING = 1e-9  # a chance computed as 1.0000000000000002 is 1

# ---- laws ----


def _real(value: Any, low: float, high: float, what: str) -> Any:
    """Read a parameter of a law, a float or an array of float64, between low and high; nan is an error."""
    if isinstance(value, (float, int)) and low <= value <= high:
        return float(value)
    array = np.asarray(value, dtype=np.float64)
    if not within(in_a_row(array), low, high):
        found = f"{array.min():g} to {array.max():g}"
        raise ValueError(f"{what} must lie between {low:g} and {high:g}, got {found}")
    return array


def _plain(values: npt.NDArray[Any]) -> Throw:
    return values.item() if values.ndim == 0 else values


@lru_cache(maxsize=1024)
def _one_draw(draw: int) -> Draws:
    """The same throw for everybody, as compiled code takes it, shape (1,)."""
    return whole(draw, 0, _MOST_WORD, "the draw").astype(np.uint32).reshape(1)


def _curve(each: Any, x: Floats) -> Floats:
    """Apply a compiled curve to every element."""
    out = np.empty(x.size)
    each(in_a_row(x), out)
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


def _poisson_count(u: float, mean: float) -> int:
    """The same for one throw, without arrays."""

    def reaches(count: float) -> bool:
        return bool(special.pdtr(count, mean) >= u if u <= 0.5 else special.pdtrc(count, mean) <= 1.0 - u)

    z = special.ndtri(u)
    count = float(max(mean + mean**0.5 * z + (z * z - 1) / 6, 0) // 1)
    while not reaches(count):
        count += 1
    while count > 0 and reaches(count - 1):
        count -= 1
    return int(count)


def picked(weights: Any, uniform: Floats) -> Throw:
    """Which of several (int64) a number strictly between 0 and 1 falls on, in proportion to weights (..., choices)."""
    weights = np.asarray(weights, dtype=np.float64)
    if weights.ndim == 0 or weights.shape[-1] == 0:
        raise ValueError("pick needs at least one weight to choose from")
    of = weights.shape[:-1]
    if of and of != uniform.shape[max(0, uniform.ndim - len(of)) :]:
        shape = np.broadcast_shapes(of, uniform.shape)
        uniform, weights = np.broadcast_to(uniform, shape), np.broadcast_to(weights, (*shape, weights.shape[-1]))
    index = np.empty(uniform.shape, dtype=np.int64)
    rows = np.ascontiguousarray(weights).reshape(-1, weights.shape[-1])
    told = choose(rows, in_a_row(uniform), _LARGEST, in_a_row(index))
    if told == NO_WEIGHT:
        _real(weights, 0, _LARGEST, "every weight")
    if told != FINE:
        raise ValueError("the weights of one pick must have a sum above 0 and below infinity")
    return _plain(index)


class Dice:
    """The luck of one world: every law reads the throw at (seed, stream, who, week, draw).

    seed: whole number from 0 to 2**64 - 1. In every law `who` (identities, uint64) and `draw` (keyword, 0 to
    2**32 - 1) are scalars or arrays, `week` is one whole number, and parameters broadcast with who and draw.
    All scalars in gives a Python scalar out. A wrong address or parameter raises TypeError or ValueError with
    one sentence.
    """

    __slots__ = ("seed",)

    def __init__(self, seed: int) -> None:
        self.seed = int(whole(seed, 0, MOST_IDENTITY, "the seed"))

    def __repr__(self) -> str:
        return f"Dice({self.seed})"

    def key(self, stream: str) -> tuple[np.uint32, np.uint32]:
        """Give the key of a stream to a kernel that reads its own throws with `words_at`."""
        return stream_key(self.seed, stream)

    def _read(self, stream: str, who: Any, week: int, draw: Any, normal: bool = False) -> Floats:
        """Read one uniform or normal number per address, in the shape of who and draw broadcast."""
        week, shared = self._week(week), type(draw) is int
        draws = _one_draw(draw) if shared else whole(draw, 0, _MOST_WORD, "the draw").astype(np.uint32)
        key0, key1 = key_words(self.seed, stream)
        if shared and type(who) is np.ndarray and who.ndim == 1 and who.dtype == IDENTITY:
            out = np.empty(who.size)  # by far the most common case, a row of identities, without the detours
            throw(key0, key1, who, week, draws, normal, out)
            return out
        whose = identities(who, "who")
        if shared:
            out = np.empty(whose.shape)
            throw(key0, key1, in_a_row(whose), week, draws, normal, in_a_row(out))
            return out
        if whose.ndim == 2 and whose.shape[1] == 1 and draws.ndim == 1:
            out = np.empty((len(whose), draws.size))
            throw_table(key0, key1, in_a_row(whose), week, draws, normal, out)
            return out
        shape = shape_of(whose, draws)
        out = np.empty(shape)
        throw(key0, key1, addressed(whose, shape), week, addressed(draws, shape), normal, in_a_row(out))
        return out

    def uniforms(self, streams: tuple[str, ...], who: Identities, week: int) -> dict[str, Floats]:
        """Throw a number strictly between 0 and 1 in each of several streams: by stream, in the shape of who, a row.

        The very numbers that `uniform` reads one stream at a time, for about the price of one.
        """
        return self._read_each(streams, who, week, normal=False)

    def normals(self, streams: tuple[str, ...], who: Identities, week: int) -> dict[str, Floats]:
        """Throw a standard normal number in each of several streams, as `uniforms` does."""
        return self._read_each(streams, who, week, normal=True)

    def _read_each(self, streams: tuple[str, ...], who: Identities, week: int, normal: bool) -> dict[str, Floats]:
        whose, out = in_a_row(identities(who, "who")), np.empty((len(streams), np.size(who)))
        throw_streams(keys_of(self.seed, streams), whose, self._week(week), _one_draw(0), normal, out)
        return dict(zip(streams, out, strict=True))

    @staticmethod
    def _week(week: Any) -> int:
        """Read the week, or say why it is none."""
        if type(week) is int and EARLIEST <= week <= LATEST:
            return week
        weeks = whole(week, EARLIEST, LATEST, "the week")
        if weeks.ndim:
            raise TypeError("the week must be one whole number: throw week by week")
        return int(weeks)

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
        if type(mean) is type(sd) is float:
            z *= sd
            z += mean
            return _plain(z)
        return _plain(mean + sd * z)

    def bernoulli(self, stream: str, who: Any, week: int, chance: Any, *, draw: Any = 0) -> Throw:
        """Throw whether something of this chance happens: never at 0, always at 1."""
        if type(who) is np.ndarray and who.ndim == 1 and who.dtype == IDENTITY and type(draw) is int:
            chances = np.array((chance,)) if isinstance(chance, float) else chance
            if type(chances) is np.ndarray and chances.dtype == np.float64 and chances.shape in ((1,), who.shape):
                out, (key0, key1) = np.empty(who.size, np.bool_), key_words(self.seed, stream)
                if happen(key0, key1, who, self._week(week), _one_draw(draw), in_a_row(chances), _ROUNDING, out):
                    return out  # by far the most common case, in one go
        chance = _real(chance, -_ROUNDING, 1 + _ROUNDING, "the chance")
        return _plain(self._read(stream, who, week, draw) < chance)

    def poisson(self, stream: str, who: Any, week: int, mean: Any, *, draw: Any = 0) -> Throw:
        """Throw how many independent events happen when `mean` are expected (int64)."""
        mean = _real(mean, 0, _LARGEST_MEAN, "the mean")
        u = self._read(stream, who, week, draw)
        if u.ndim == 0 and isinstance(mean, float):
            return _poisson_count(float(u), mean)
        u, mean = np.broadcast_arrays(u, mean)
        counts = _poisson_quantile(u.reshape(-1), mean.reshape(-1))
        return _plain(counts.reshape(u.shape))

    def pick(self, stream: str, who: Any, week: int, weights: Any, *, draw: Any = 0) -> Throw:
        """Throw which of several to take (int64), in proportion to weights (..., choices); never one of 0."""
        return picked(weights, self._read(stream, who, week, draw))

    def gamma(self, stream: str, who: Any, week: int, shape: Any, scale: Any = 1, *, draw: Any = 0) -> Throw:
        """Throw a gamma number of mean shape * scale."""
        shape = _real(shape, _SMALLEST, _LARGEST, "the shape")
        scale = _real(scale, 0, _LARGEST, "the scale")
        u = self._read(stream, who, week, draw)
        if u.ndim == 0 and isinstance(shape, float):
            value = special.gammaincinv(shape, u) if u <= 0.5 else special.gammainccinv(shape, 1.0 - u)
            return _plain(np.asarray(value * scale))
        u, shape = np.broadcast_arrays(u, shape)
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
