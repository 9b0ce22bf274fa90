"""Blocks of fans, shared out over threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

BLOCK = 16_384
"""Fans in a block; part of the model's definition, since sums are formed block by block."""


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=threads, thread_name_prefix="fans")


def blocks_of(size: int) -> int:
    """How many blocks hold so many fans."""
    return -(-size // BLOCK)


def sweep(kernel: Callable[..., None], size: int, threads: int, *columns: object) -> None:
    """Runs ``kernel(first_block, last_block, *columns)`` over all blocks of ``size`` fans.

    Kernels release the interpreter lock, so plain threads do; with few blocks one thread is faster.
    """
    count = blocks_of(size)
    workers = min(threads, count // 2)
    if workers <= 1:
        kernel(0, count, *columns)
        return
    edges = [count * worker // workers for worker in range(workers + 1)]
    waiting = [_pool(threads).submit(kernel, first, last, *columns)
               for first, last in pairwise(edges)]
    for done in waiting:
        done.result()
