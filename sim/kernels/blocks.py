"""Blocks of fans, shared out over threads; and what every kernel is compiled with."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

BLOCK = 16_384
"""Fans in a block; part of the model's definition, since sums are formed block by block."""

AT_ONCE = 1024
"""Fans a kernel takes through its sentences together, a divisor of BLOCK: what they leave to the next fits a cache."""

FEWEST_BLOCKS = 2
"""Blocks for each thread below which sharing out costs more than it saves."""

SHARES = 4
"""Shares for each thread, so that the last one to finish is not waited for long."""

compiled = njit(cache=True, nogil=True, error_model="numpy")


@cache
def _helpers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=count, thread_name_prefix="fans")


def blocks_of(size: int) -> int:
    """How many blocks hold so many fans."""
    return -(-size // BLOCK)


def sweep(kernel: Callable[..., None], size: int, threads: int, *columns: object) -> None:
    """Runs ``kernel(first_block, last_block, *columns)`` over all blocks of ``size`` fans.

    Kernels release the interpreter lock, so plain threads do; with few blocks one thread is faster. Whoever is free
    takes the next share, the calling thread too, so on a busy machine nobody waits for a thread that gets no turn.
    """
    count = blocks_of(size)
    workers = min(threads, count // FEWEST_BLOCKS)
    if workers <= 1:
        kernel(0, count, *columns)
        return
    pieces = min(count, SHARES * workers)
    shares = iter(list(pairwise(count * piece // pieces for piece in range(pieces + 1))))

    def work() -> None:
        for first, last in shares:
            kernel(first, last, *columns)

    helping = [_helpers(threads - 1).submit(work) for _ in range(workers - 1)]
    try:
        work()
    finally:
        for help_given in helping:
            if not help_given.cancel():
                help_given.result()


def in_float32[Terms: tuple[Any, ...]](terms: Terms) -> Terms:
    """The same terms of the week, each number rounded once to the fans' float32."""
    return terms._make(map(np.float32, terms))  # type: ignore[attr-defined]


def _fetch_early(typing_context: Any, column: Any, place: Any) -> Any:

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, values[0])
        address = builder.bitcast(builder.gep(array.data, [values[1]]), cgutils.voidptr_t)
        whole = cgutils.int32_t
        shape = cgutils.ir.FunctionType(cgutils.ir.VoidType(), (cgutils.voidptr_t, whole, whole, whole))
        fetch = builder.module.declare_intrinsic("llvm.prefetch", (cgutils.voidptr_t,), shape)
        # To be read, to stay near, and data rather than program.
        builder.call(fetch, (address, whole(0), whole(3), whole(1)))
        return context.get_dummy_value()

    return types.void(column, place), generate


fetch_early: Any = intrinsic(_fetch_early)
"""``fetch_early(column, place)``: asks the memory for ``column[place]`` before it is needed; nothing else happens."""
