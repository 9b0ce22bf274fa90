"""Where the points of a design lie: shares of each range, from methods whose draws have addresses too.

Every method gives the same points on every machine. More points of a Sobol sequence, and of a sample for Sobol indices,
keep the first ones; a Latin hypercube divides each range by their number, so more points are other points.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from sim.designs.varied import DesignError, Varied
from sim.dice import Dice

MOST_POINTS = 10_000_000


def check(method: str, samples: int, levels: int) -> None:
    """Refuse a number of samples or levels that the method cannot use."""
    if method == "saltelli" and samples & (samples - 1):
        near = 2 ** max(1, round(np.log2(samples)))
        raise DesignError(f"samples: for Sobol indices it must be a power of two; the nearest to {samples} is {near}.")
    if method == "morris" and levels % 2:
        raise DesignError(f"levels: Morris screening needs an even number of levels, not {levels}; 4 is usual.")


def latin_hypercube(names: Sequence[str], samples: int, luck: int) -> np.ndarray:
    """Return points of which each lies in a slice of its own of every range, shape (samples, names).

    The draws of a column hang on its name alone: one more number leaves the others' values as they were.
    """
    dice, who = Dice(luck), np.arange(samples, dtype=np.uint64)
    points = np.empty((samples, len(names)))
    for place, name in enumerate(names):
        order = np.argsort(dice.uniform(f"order of {name} in a Latin hypercube", who, 0), kind="stable")
        inside = dice.uniform(f"place of {name} in its slice", who, 0)
        points[:, place] = (order + inside) / samples
    return points


def sobol(names: Sequence[str], samples: int, luck: int) -> np.ndarray:
    """Return the first points of a scrambled Sobol sequence, which fill the ranges evenly, shape (samples, names)."""
    from scipy.stats import qmc  # a second to load, which every process of a sweep would spend

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # any number of points is welcome, not only powers of two
        return np.asarray(qmc.Sobol(len(names), scramble=True, rng=luck).random(samples))


def saltelli(names: Sequence[str], samples: int, luck: int) -> np.ndarray:
    """Return the points from which Sobol indices are estimated, shape (samples * (names + 2), names)."""
    from_salib = _salib("SALib.sample.sobol", "saltelli")
    return np.asarray(from_salib(_unit_problem(names), samples, calc_second_order=False, seed=luck))


def morris(names: Sequence[str], samples: int, luck: int, levels: int) -> np.ndarray:
    """Return walks that move one number at a time, for Morris screening, shape (samples * (names + 1), names)."""
    from_salib = _salib("SALib.sample.morris", "morris")
    return np.asarray(from_salib(_unit_problem(names), samples, num_levels=levels, seed=luck))


def grid(varied: Sequence[Varied], levels: int) -> tuple[tuple[Any, ...], ...]:
    """Return the values of each column that are to be combined with those of every other."""
    steps = tuple(each.steps(levels) for each in varied)
    count = prod(map(len, steps))
    if count > MOST_POINTS:
        raise DesignError(
            f"a grid over {len(steps)} numbers would have {count:.3g} points; vary fewer, or take"
            " `design: latin_hypercube`, `sobol` or `morris`."
        )
    return steps


def _unit_problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib(module: str, design: str) -> Callable[..., Any]:
    """Return the sampler of a module of SALib, which only some designs need."""
    from importlib import import_module

    try:
        return import_module(module).sample  # type: ignore[no-any-return]
    except ModuleNotFoundError as error:
        raise DesignError(
            f"`design: {design}` needs the library SALib; install it with `pip install 'limelight[analysis]'`."
        ) from error
