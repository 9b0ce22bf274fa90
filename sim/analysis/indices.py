"""Which number moves an outcome: Morris and Sobol indices of plain tables, with luck set apart from the numbers.

`values` always has the shape (rows, seeds): a row is one choice of numbers, and every row has met the same seeds, so
luck that moves all rows alike drops out of every difference between rows. Indices are those of the mean over seeds;
SALib reckons them. Luck that falls out otherwise for other numbers does not drop out, and looks like one more number
that interacts with all others: it lifts mu* and total indices of a number of little weight to at most about the
`floor`. The floor is reported and not taken off, for a number that acts on nothing leaves all luck as it was and has
exactly 0.

Intervals have to answer two doubts: other rows could have been drawn, and other luck could have been met. So blocks of
rows (Morris trajectories, Sobol base points with their neighbours) and seeds are drawn anew, both with replacement and
each on its own, and the estimate is repeated (the pigeonhole bootstrap of Owen, 2007, for tables whose rows and columns
are both chance; it is a little too wide rather than too narrow). An interval is the estimate with t standard deviations
of the repeats to either side. With a single seed only the first doubt is answered: it holds for this luck.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import stdtrit

from sim.analysis.paired import CERTAINTY, ROUNDING
from sim.params import LimelightError

RESAMPLES = 500
RESAMPLING_SEED = 20_241_230  # the same table always has the same intervals
LEAST_BLOCKS = 2


class SensitivityError(LimelightError):
    """What moves an outcome cannot be said from these runs; the message says why."""


@dataclass(frozen=True)
class Noise:
    """Where the variance of single runs comes from, in shares of it; NaN where every row met one seed only.

    `numbers` is what the varied numbers explain; `shared_luck` is luck that moves all rows alike and so drops out;
    `own_luck` is luck that falls out differently for other numbers. The two kinds of luck together are the replicate
    noise of a one-way decomposition (between seeds at a fixed row). `deviation` is that of own luck in one run, in the
    outcome's unit.
    """

    numbers: float
    shared_luck: float
    own_luck: float
    deviation: float

    @property
    def replicate(self) -> float:
        """The share of variance that is luck: between seeds at a fixed row."""
        return self.shared_luck + self.own_luck


@dataclass(frozen=True)
class Estimate:
    """An index for every number, with its interval; arrays of shape (numbers,)."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class MorrisIndices:
    """How far an outcome moves when one number goes through its whole range, in the outcome's unit.

    `mu_star` is the mean size of the steps, `mu` their mean with signs, `sigma` their spread: large where a number
    interacts with others or bends. `floor` is the mu* that luck alone would give.
    """

    mu_star: Estimate
    mu: np.ndarray
    sigma: np.ndarray
    floor: float


@dataclass(frozen=True)
class SobolIndices:
    """Shares of an outcome's variance: by a number alone (`first`) and with all it interacts with (`total`).

    `floor` is the total index that luck alone would give.
    """

    first: Estimate
    total: Estimate
    floor: float


def replicate_noise(values: np.ndarray) -> Noise:
    """Set luck apart from the numbers, by the random-effects decomposition of a table of rows and seeds.

    Variance components are those of a two-way layout without repeats, and never below 0.
    """
    rows, seeds = values.shape
    if seeds < 2 or rows < 2:
        return Noise(np.nan, np.nan, np.nan, np.nan)
    mean = values.mean()
    of_rows, of_seeds = values.mean(axis=1) - mean, values.mean(axis=0) - mean
    left = values - mean - of_rows[:, None] - of_seeds
    own = float((left**2).sum() / ((rows - 1) * (seeds - 1)))
    shared = max(0.0, float((of_seeds**2).sum() / (seeds - 1)) - own / rows)
    numbers = max(0.0, float((of_rows**2).sum() / (rows - 1)) - own / seeds)
    whole = numbers + shared + own
    if whole <= (ROUNDING * np.abs(values).max()) ** 2:
        return Noise(np.nan, np.nan, np.nan, 0.0)
    return Noise(numbers / whole, shared / whole, own / whole, own**0.5)


def morris_indices(
    inputs: np.ndarray, values: np.ndarray, levels: int, resamples: int = RESAMPLES
) -> MorrisIndices:
    """Screen numbers by steps of one at a time; rows are trajectories one after another, as SALib lays them.

    `inputs` are shares of the numbers' ranges, shape (rows, numbers); `levels` are those of the design. Raises
    SensitivityError where there is too little to go by, or where nothing moved.
    """
    morris = _salib("morris")
    numbers = inputs.shape[1]
    blocks, seeds = _size(values, numbers + 1)
    found = morris.analyze(_problem(numbers), inputs, values.mean(axis=1), num_resamples=2, num_levels=levels,
                           seed=RESAMPLING_SEED)  # fmt: skip
    step = levels / (2 * (levels - 1))  # of a range
    effects = elementary_effects(inputs, values, step)
    repeats = np.array([
        np.abs(effects[chosen] @ weight).mean(axis=0) for chosen, weight in _drawn_anew(blocks, seeds, resamples)
    ])
    of_luck = replicate_noise(values).deviation / np.sqrt(seeds) * np.sqrt(2) / step  # deviation of a step of nothing
    return MorrisIndices(
        _around(np.asarray(found["mu_star"], dtype=float), repeats, blocks, 0), np.asarray(found["mu"], dtype=float),
        np.asarray(found["sigma"], dtype=float), float(np.sqrt(2 / np.pi) * of_luck),
    )  # fmt: skip


def elementary_effects(inputs: np.ndarray, values: np.ndarray, step: float) -> np.ndarray:
    """Return what each number's one step in each trajectory did, per whole range; shape (blocks, numbers, seeds)."""
    numbers = inputs.shape[1]
    trajectories = inputs.reshape(-1, numbers + 1, numbers)
    outcomes = values.reshape(len(trajectories), numbers + 1, -1)
    moved, answered = np.diff(trajectories, axis=1), np.diff(outcomes, axis=1)
    which = np.abs(moved).argmax(axis=2)  # (blocks, steps): the number that each step moves
    direction = np.take_along_axis(np.sign(moved), which[..., None], axis=2)
    effects = np.empty_like(answered)
    np.put_along_axis(effects, which[..., None], answered * direction / step, axis=1)
    return effects


def sobol_indices(values: np.ndarray, numbers: int, resamples: int = RESAMPLES) -> SobolIndices:
    """Share out the variance of an outcome among so many numbers; rows are blocks of numbers + 2, as SALib lays them.

    Raises SensitivityError where there is too little to go by, or where nothing moved.
    """
    sobol = _salib("sobol")
    blocks, seeds = _size(values, numbers + 2)
    found = sobol.analyze(_problem(numbers), values.mean(axis=1), calc_second_order=False, num_resamples=2,
                          seed=RESAMPLING_SEED)  # fmt: skip
    table = values.reshape(blocks, numbers + 2, seeds)
    first, total = np.empty((resamples, numbers)), np.empty((resamples, numbers))
    for place, (chosen, weight) in enumerate(_drawn_anew(blocks, seeds, resamples)):
        again = table[chosen] @ weight
        again = again - again.mean()
        one, other = again[:, 0], again[:, -1]
        for number in range(numbers):
            first[place, number] = sobol.first_order(one, again[:, number + 1], other)
            total[place, number] = sobol.total_order(one, again[:, number + 1], other)
    whole = float(values.mean(axis=1).var())
    own = replicate_noise(values).deviation ** 2 / seeds
    return SobolIndices(
        _around(np.asarray(found["S1"], dtype=float), first, blocks),
        _around(np.asarray(found["ST"], dtype=float), total, blocks, 0), own / whole,
    )  # fmt: skip


def _size(values: np.ndarray, block: int) -> tuple[int, int]:
    """Return how many whole blocks and seeds there are, once it is sure that they can say something."""
    rows, seeds = values.shape
    if rows % block:
        raise ValueError(f"{rows} rows are not whole blocks of {block}")
    if rows // block < LEAST_BLOCKS:
        raise SensitivityError(
            f"only {rows // block} of the design's blocks of {block} rows is whole, and {LEAST_BLOCKS} are the least"
            " that show a spread; raise `samples` in the design, or call the sweep again to retry what failed."
        )
    means = values.mean(axis=1)
    if np.ptp(means) <= ROUNDING * np.abs(means).max():
        raise SensitivityError(f"it is {means[0]:g} in every run, so nothing moves it.")
    return rows // block, seeds


def _salib(method: str) -> ModuleType:
    """Return SALib's analysis of this name; it comes with an extra, since only this needs it."""
    try:
        from SALib.analyze import morris, sobol
    except ModuleNotFoundError as error:
        raise SensitivityError(
            "sensitivity indices need SALib; install it with `pip install 'limelight[analysis]'`."
        ) from error
    return {"morris": morris, "sobol": sobol}[method]


def _problem(numbers: int) -> dict[str, Any]:
    """Return what SALib wants to know of the numbers; it is told of places only, names come later."""
    return {"num_vars": numbers, "names": [f"x{place}" for place in range(numbers)], "bounds": [[0, 1]] * numbers}


def _drawn_anew(blocks: int, seeds: int, resamples: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draw blocks and seeds again: which blocks, and with what weight each seed enters the mean."""
    luck = np.random.default_rng(RESAMPLING_SEED)
    for _ in range(resamples):
        chosen = luck.integers(blocks, size=blocks)
        yield chosen, np.bincount(luck.integers(seeds, size=seeds), minlength=seeds) / seeds


def _around(value: np.ndarray, repeats: np.ndarray, blocks: int, least: float = -np.inf) -> Estimate:
    """Put an interval around estimates; few blocks drawn from themselves spread too little, which is put right."""
    spread = repeats.std(axis=0, ddof=1) * np.sqrt(blocks / (blocks - 1))
    reach = stdtrit(blocks - 1, (1 + CERTAINTY) / 2) * spread
    return Estimate(value, np.maximum(value - reach, least), value + reach)
