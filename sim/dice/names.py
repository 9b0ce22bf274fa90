"""Names: who is asked and what about, each scrambled into bits that depend on nothing but the name."""

import functools
import hashlib
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from sim.dice.throws import Identities, Word

MOST_IDENTITY = 2**64 - 1
EARLIEST, LATEST = -(2**31), 2**31 - 1  # weeks
IDENTITY = np.dtype(np.uint64)
_LOW_WORD, _WORD_BITS = np.uint64(2**32 - 1), np.uint64(32)


_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def _mix(x: Word) -> Word:
    """Scramble 64 bits one to one (splitmix64)."""
    x = np.uint64(x) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@_compiled
def _each_name(kind: Word, parents: Identities, weeks: Identities, ordinals: Identities, out: Identities) -> None:
    """Name every newcomer: out (n,); each part of the address is (n,), or (1,) where all share it."""
    parent_step, week_step = min(parents.size - 1, 1), min(weeks.size - 1, 1)
    ordinal_step = min(ordinals.size - 1, 1)
    for i in range(out.size):
        name = _mix(parents[i * parent_step] + np.uint64(kind))
        name = _mix(name + weeks[i * week_step])
        out[i] = _mix(name + ordinals[i * ordinal_step])


@_compiled
def _key_of(seed: Word, stream: Word) -> tuple[Word, Word]:
    """Scramble a seed and the bits of a stream into two words."""
    mixed = _mix(_mix(seed) ^ np.uint64(stream))
    return mixed & _LOW_WORD, mixed >> _WORD_BITS


@functools.cache
def _word_of(text: str) -> np.uint64:
    """Turn a name into 64 bits, alike in every process (Python's own hash() is not)."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


@functools.lru_cache(maxsize=4096)
def key_words(seed: int, stream: str) -> tuple[int, int]:
    """Give one kind of decision in one world its own key: two 32-bit words, as plain numbers."""
    return _key_of(np.uint64(seed), _word_of(stream))


def stream_key(seed: int, stream: str) -> tuple[np.uint32, np.uint32]:
    """The same key in the width in which kernels take it."""
    low, high = key_words(seed, stream)
    return np.uint32(low), np.uint32(high)


@functools.lru_cache(maxsize=256)
def keys_of(seed: int, streams: tuple[str, ...]) -> Identities:
    """Give several kinds of decision their keys, shape (streams, 2)."""
    return np.array([key_words(seed, stream) for stream in streams], dtype=IDENTITY)


def whole(value: Any, low: int, high: int, what: str) -> npt.NDArray[Any]:
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


def identities(value: Any, what: str) -> Identities:
    """Read whole numbers of up to 64 bits; what is an array of identities already comes back as it is."""
    if type(value) is np.ndarray and value.dtype == IDENTITY:
        return value
    if type(value) is np.uint64:
        return np.array(value)
    return _one_identity(value, what) if type(value) is int else _read_identities(value, what)


def _read_identities(value: Any, what: str) -> Identities:
    return whole(value, 0, MOST_IDENTITY, what).astype(IDENTITY)


_one_identity = functools.lru_cache(maxsize=1024)(_read_identities)
"""The same for a lone number, read once: nobody, the world, the first of some newcomers."""


@functools.lru_cache(maxsize=1024)
def _one_week(week: int) -> Identities:
    """The same birth week for everybody, negative ones wrapped around."""
    return whole(week, EARLIEST, LATEST, "the week").astype(np.int64).astype(IDENTITY)


def in_a_row(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Lay all elements out in a row, for compiled code."""
    gapless = values if values.flags.c_contiguous else np.ascontiguousarray(values)
    return gapless if gapless.ndim == 1 else gapless.reshape(-1)


def shape_of(*parts: npt.NDArray[Any]) -> tuple[int, ...]:
    """The shape of the addresses that these parts make up; numpy itself takes long to find the common case."""
    shapes = {part.shape for part in parts if part.ndim}
    return np.broadcast_shapes(*shapes) if len(shapes) > 1 else next(iter(shapes), ())


def addressed(values: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Lay one part of the addresses out in a row: as it is if shared or complete, else repeated."""
    return in_a_row(values if values.shape == shape or values.size == 1 else np.broadcast_to(values, shape))


def identity_of(kind: str, parent: Any, week: Any, ordinal: Any) -> Any:
    """Name a newcomer by what it is, who brought it in, when and as which one: never by how many came before.

    kind: any text; parent: the identity of the agency, group or world (0 for none); week: birth week, may
    be negative; ordinal: 0, 1, 2 among the newcomers of that kind, parent and week. Whole scalars or arrays,
    broadcast together. Returns np.uint64, or an array of it. Newcomers of one parent and week never share a
    name; two among a million others do with a chance of about 3e-8.
    """
    parents, ordinals = identities(parent, "the parent"), identities(ordinal, "the ordinal")
    weeks = _one_week(week) if type(week) is int else _one_week.__wrapped__(week)
    shape = shape_of(parents, weeks, ordinals)
    out = np.empty(shape, IDENTITY)
    _each_name(_word_of(kind), addressed(parents, shape), addressed(weeks, shape), addressed(ordinals, shape),
               in_a_row(out))
    return out[()]
