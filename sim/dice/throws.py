"""The throws themselves, compiled: Philox, the mappings from words to numbers, and curves in plain arithmetic."""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Identities = npt.NDArray[np.uint64]
Draws = npt.NDArray[np.uint32]
Word = Any  # a whole number in the width the compiler gives it
Words = tuple[Any, Any, Any, Any]
Real = Any  # a floating number in the width the compiler gives it

_FIRST_MULTIPLIER, _SECOND_MULTIPLIER = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_FIRST_STEP, _SECOND_STEP = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW_WORD = np.uint64(0xFFFFFFFF)
_WORD_BITS = np.uint64(32)
_SMALLEST = float(np.finfo(np.float64).tiny)

# ---- words: the device functions that kernels inline ----

_loop = numba.njit(cache=True, nogil=True, error_model="numpy")
# Only a function that is certainly inlined lets the loop around it be vectorised: ten times the speed.
_device = numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)


@_device
def philox(key0: Word, key1: Word, c0: Word, c1: Word, c2: Word, c3: Word) -> Words:
    """Scramble one address, six 32-bit words, into four 32-bit words of luck (Philox4x32, ten rounds)."""
    # Words are held in 64 bits all the way: packing them between the rounds would cost half the speed.
    # Cutting to 32 bits first makes a week of -1 the word it should be, however wide the caller's number is.
    k0, k1 = np.uint64(np.uint32(key0)), np.uint64(np.uint32(key1))
    c0, c1 = np.uint64(np.uint32(c0)), np.uint64(np.uint32(c1))
    c2, c3 = np.uint64(np.uint32(c2)), np.uint64(np.uint32(c3))
    for _ in range(10):
        first = _FIRST_MULTIPLIER * c0
        second = _SECOND_MULTIPLIER * c2
        c0 = (second >> _WORD_BITS) ^ c1 ^ k0
        c2 = (first >> _WORD_BITS) ^ c3 ^ k1
        c1 = second & _LOW_WORD
        c3 = first & _LOW_WORD
        k0 = (k0 + _FIRST_STEP) & _LOW_WORD
        k1 = (k1 + _SECOND_STEP) & _LOW_WORD
    return np.uint32(c0), np.uint32(c1), np.uint32(c2), np.uint32(c3)


@_device
def words_at(key0: Word, key1: Word, who: Word, week: Word, draw: Word) -> Words:
    """Read the four words that stand at one address: the only place that lays an address out as a counter."""
    identity = np.uint64(who)
    return philox(key0, key1, identity & _LOW_WORD, identity >> _WORD_BITS, np.uint32(week), np.uint32(draw))


@_device
def to_uniform(w0: Word, w1: Word) -> Real:
    """Turn two words into a float64 strictly between 0 and 1: the middle of one of 2**52 equal cells.

    The bits are set behind the 1 of 1.xxx, so neither step rounds and the largest code stays below 1.
    """
    code = (np.uint64(w0) << np.uint64(20)) | (np.uint64(w1) >> np.uint64(12))
    return (np.uint64(code | np.uint64(0x3FF0000000000000)).view(np.float64) - 1.0) + 2.0**-53


@_device
def to_uniform32(word: Word) -> Real:
    """Turn one word into a float32 strictly between 0 and 1: the middle of one of 2**23 equal cells."""
    code = np.uint32(word) >> np.uint32(9)
    return (np.uint32(code | np.uint32(0x3F800000)).view(np.float32) - np.float32(1)) + np.float32(2.0**-24)


# ---- curves in plain arithmetic: the same bits for a scalar, an array and every processor ----

# Logarithm and exponential: reductions and coefficients of fdlibm (Sun Microsystems 1993), error below one
# unit in the last place.
_LOG_2_HIGH, _LOG_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_PER_LOG_2 = 1.44269504088896338700
_LOGARITHM = (
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01, 0.0,
)  # fmt: skip
_EXPONENTIAL = (
    1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05,
    -1.65339022054652515390e-06, 4.13813679705723846039e-08, 0.0, 0.0, 0.0,
)  # fmt: skip
_HALF_ROOT_BITS = np.int64(0x3FE6A09E667F3BCD)  # the bits of the square root of one half
_MANTISSA = np.int64(0x000FFFFFFFFFFFFF)

# Normal quantile: algorithm AS 241, routine PPND16 (Wichura 1988, Applied Statistics 37, 477-484).
_CENTRE_ABOVE = (
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
)  # fmt: skip
_CENTRE_BELOW = (
    1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
)  # fmt: skip
_TAIL_ABOVE = (
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
)  # fmt: skip
_TAIL_BELOW = (
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
    1.05075007164441684324e-9,
)  # fmt: skip
_FAR_ABOVE = (
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5,
    2.01033439929228813265e-7,
)  # fmt: skip
_FAR_BELOW = (
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
    2.04426310338993978564e-15,
)  # fmt: skip

# Normal quantile in float32: Giles 2012, "Approximating the erfinv function" (GPU Computing Gems, Jade
# edition), whose logarithm is the polynomial of Cephes `logf` (Moshier 1992).
_NEAR_32 = tuple(np.float32(c) for c in (
    1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-06, -3.5233877e-06,
    3.43273939e-07, 2.81022636e-08,
))  # fmt: skip
_AWAY_32 = tuple(np.float32(c) for c in (
    2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322,
    0.000100950558, -0.000200214257,
))  # fmt: skip
_LOGARITHM_32 = tuple(np.float32(c) for c in (
    3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1,
    1.1676998740e-1, -1.1514610310e-1, 7.0376836292e-2,
))  # fmt: skip
_ROOT_2_32, _LOG_2_32 = np.float32(1.41421356), np.float32(0.693147181)
_HALF_ROOT_BITS_32, _MANTISSA_32 = np.int32(0x3F3504F3), np.int32(0x007FFFFF)


@_device
def _polynomial(x: Real, c: tuple[float, ...]) -> Real:
    """Evaluate c[0] + c[1] x + ... + c[7] x**7."""
    return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]


@_device
def _polynomial32(x: Real, c: tuple[np.float32, ...]) -> Real:
    """Evaluate c[0] + c[1] x + ... + c[8] x**8 in float32."""
    high = (((c[8] * x + c[7]) * x + c[6]) * x + c[5]) * x + c[4]
    return (((high * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]


@_device
def _logarithm(x: Real) -> Real:
    """Natural logarithm of a finite float64; 0 gives minus infinity."""
    if x <= 0.0:
        return -np.inf
    subnormal = x < _SMALLEST
    above = np.float64(x * 2.0**54 if subnormal else x).view(np.int64) - _HALF_ROOT_BITS
    doublings = np.float64((above >> np.int64(52)) - np.int64(54 if subnormal else 0))
    f = np.int64((above & _MANTISSA) + _HALF_ROOT_BITS).view(np.float64) - 1.0
    s = f / (2.0 + f)
    square = s * s
    half = 0.5 * f * f
    rest = square * _polynomial(square, _LOGARITHM)
    return doublings * _LOG_2_HIGH - ((half - (s * (half + rest) + doublings * _LOG_2_LOW)) - f)


@_device
def exponential(x: Real) -> Real:
    """Exponential of a float64; above 709.78 it is infinity, below -708 (subnormal results) 0."""
    if x > 709.782712893384:
        return np.inf
    if x < -708.0:
        return 0.0
    doublings = np.floor(x * _PER_LOG_2 + 0.5)
    high = x - doublings * _LOG_2_HIGH
    low = doublings * _LOG_2_LOW
    r = high - low
    square = r * r
    c = r - square * _polynomial(square, _EXPONENTIAL)
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    # Two steps, because 2**1024 is no float64 while half of it is.
    power = np.int64((np.int64(doublings) + np.int64(1022)) << np.int64(52)).view(np.float64)
    return (y * 2.0) * power


@_device
def exponential32(x: Real) -> Real:
    """Exponential of a float32, reckoned in float64 and rounded once."""
    return np.float32(exponential(np.float64(x)))


@_device
def to_normal(u: Real) -> Real:
    """Turn a uniform float64 into a standard normal one: relative error about 1e-16, exactly symmetric."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _polynomial(r, _CENTRE_ABOVE) / _polynomial(r, _CENTRE_BELOW)
    tail = u if q < 0.0 else 1.0 - u
    if tail <= 0.0:
        return -np.inf if q < 0.0 else np.inf
    r = np.sqrt(-_logarithm(tail))
    if r <= 5.0:
        z = _polynomial(r - 1.6, _TAIL_ABOVE) / _polynomial(r - 1.6, _TAIL_BELOW)
    else:
        z = _polynomial(r - 5.0, _FAR_ABOVE) / _polynomial(r - 5.0, _FAR_BELOW)
    return -z if q < 0.0 else z


@_device
def to_normal32(u: Real) -> Real:
    """Turn a float32 of `to_uniform32` into a standard normal one: symmetric, finite, error below 2e-6."""
    x = (np.float32(u) - np.float32(0.5)) * np.float32(2)
    spread = (np.float32(1) - x) * (np.float32(1) + x)
    above = np.int32(np.float32(spread).view(np.int32) - _HALF_ROOT_BITS_32)
    doublings = np.float32(np.int32(above >> np.int32(23)))
    f = np.int32((above & _MANTISSA_32) + _HALF_ROOT_BITS_32).view(np.float32) - np.float32(1)
    bend = f * f * (f * _polynomial32(f, _LOGARITHM_32) - np.float32(0.5))
    w = -(doublings * _LOG_2_32 + (f + bend))
    if w < np.float32(5):
        slope = _polynomial32(w - np.float32(2.5), _NEAR_32)
    else:
        slope = _polynomial32(np.sqrt(w) - np.float32(3), _AWAY_32)
    return _ROOT_2_32 * x * slope


@_loop
def throw(
    key0: Word, key1: Word, who: Identities, week: Word, draw: Draws, normal: bool, out: Floats
) -> None:
    """Read every address: out (n,); who and draw are (n,), or (1,) when all addresses share it."""
    who_step = 0 if who.size == 1 else 1
    draw_step = 0 if draw.size == 1 else 1
    for i in range(out.size):
        w0, w1, _, _ = words_at(key0, key1, who[i * who_step], week, draw[i * draw_step])
        u = to_uniform(w0, w1)
        out[i] = to_normal(u) if normal else u


@_loop
def throw_table(
    key0: Word, key1: Word, who: Identities, week: Word, draws: Draws, normal: bool, out: Floats
) -> None:
    """Read several throws of each: out (n, draws), who (n,), draws (draws,)."""
    column = np.empty(who.size)  # one throw of everybody lies in a row, so that its loop is vectorised
    for j in range(draws.size):
        throw(key0, key1, who, week, draws[j : j + 1], normal, column)
        out[:, j] = column


@_loop
def throw_streams(
    keys: Identities, who: Identities, week: Word, draw: Draws, normal: bool, out: Floats
) -> None:
    """Read one throw of everybody in each of several streams: out (streams, n), keys (streams, 2)."""
    for stream in range(len(keys)):
        throw(keys[stream, 0], keys[stream, 1], who, week, draw, normal, out[stream])


@_loop
def each_exponential(x: Floats, out: Floats) -> None:
    """Exponential of every number, written into out."""
    for i in range(out.size):
        out[i] = exponential(x[i])


@_loop
def each_logarithm(x: Floats, out: Floats) -> None:
    """Natural logarithm of every number, written into out."""
    for i in range(out.size):
        out[i] = _logarithm(x[i])
