"""Who is better off under a policy in how many sampled worlds: a verdict that does not hang on one guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.for_whom import BETTER, MIXED, MORE, OF_WHOM, UNCLEAR, WORSE, worth
from sim.analysis.many_worlds import chosen
from sim.observables import OBSERVABLES

QUANTILES = (0.1, 0.9)


def better_off(
    frame: pd.DataFrame, policies: Sequence[str], against: str, of_whom: Mapping[str, Mapping[str, str]] = OF_WHOM
) -> pd.DataFrame:
    """Say in what share of sampled worlds each group of people is better off under each policy than under another.

    `frame` holds readings of a sweep over policies; luck is averaged out within each world, over the seeds that lived
    under both policies. A row for each policy,
    group and observable: `better` and `worse` are shares of worlds in which the observable changed for them by more
    than is worth a word, `median`, `low` and `high` (tenth and ninetieth hundredth) the effect over worlds.
    `who_better` and `who_worse` are shares of worlds in which the group gains in something and loses in nothing, or the
    reverse, `who_mixed` those with both; gains and losses are not set off. `worlds` counts the pairs that lived.
    """
    names = list(dict.fromkeys(name for ways in of_whom.values() for name in ways if name in frame))
    baseline = _by_twin(frame, against, names)
    rows: list[dict[str, Any]] = []
    for policy in policies:
        of_twins = (_by_twin(frame, policy, names) - baseline).dropna()
        effect, before = (each.groupby("sample").mean() for each in (of_twins, baseline.loc[of_twins.index]))
        for who, ways in of_whom.items():
            seen = [name for name in ways if name in frame]
            reads = {name: _reads(effect[name], before[name], ways[name]) for name in seen}
            whole = _whole(list(reads.values()))
            for name in seen:
                low, high = effect[name].quantile(QUANTILES)
                rows.append({
                    "policy": policy, "who": who, "observable": name, "label": OBSERVABLES[name].label,
                    "unit": OBSERVABLES[name].unit, "better_with": ways[name], "worlds": len(effect),
                    "better": float((reads[name] > 0).mean()), "worse": float((reads[name] < 0).mean()),
                    "median": float(effect[name].median()), "low": float(low), "high": float(high),
                    "baseline": float(before[name].median()), "who_better": float((whole == BETTER).mean()),
                    "who_worse": float((whole == WORSE).mean()), "who_mixed": float((whole == MIXED).mean()),
                })  # fmt: skip
    return pd.DataFrame(rows)


def _by_twin(frame: pd.DataFrame, policy: str, names: Sequence[str]) -> pd.DataFrame:
    """Return the readings under a policy, one row for each sampled world and seed."""
    return chosen(frame, {"policy": policy}).set_index(["sample", "seed"])[list(names)]


def _reads(effect: pd.Series[float], before: pd.Series[float], better_with: str) -> np.ndarray:
    """Return 1 where an effect is good for them, −1 where it is bad, 0 where it is not worth a word."""
    unit = OBSERVABLES[str(effect.name)].unit
    least = np.array([worth(unit, value) for value in before])
    sign = np.sign(effect.to_numpy()) * (1 if better_with == MORE else -1)
    return np.where(np.abs(effect) >= least, sign, 0) * (effect != 0).to_numpy()


def _whole(reads: Sequence[np.ndarray]) -> np.ndarray:
    """Return the verdict on all that concerns a group, world by world."""
    gains = np.any([each > 0 for each in reads], axis=0)
    losses = np.any([each < 0 for each in reads], axis=0)
    return np.select([gains & losses, gains, losses], [MIXED, BETTER, WORSE], UNCLEAR)
