"""What policies change: worlds that share all luck but the policy, laid side by side pair by pair."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis import ComparisonError, PairedEffects, paired_effects, replicates_needed, verdicts
from sim.observables import OBSERVABLES
from sim.params import WEEKS_PER_YEAR, nearest
from sim.plugins import Observable, load_plugins, with_own_observables
from sim.policies import Policy, as_whole
from sim.results import workshop, write_table
from sim.runner import key_of
from sim.scenario import Scenario, gather_policies, plain
from sim.side_by_side import Life, live_all

HORIZON_WEEKS = WEEKS_PER_YEAR
"""An effect at the horizon is that on the mean over so many last weeks, or over all that were lived if fewer."""

AS_IT_IS = "as it is"
MANIFEST_FILE = "comparison.json"
TABLES = ("effects", "over_time", "verdicts", "worlds")
MOST_REPLICATES = 10_000


@dataclass(frozen=True)
class Comparison:
    """What every policy changes in every observable, how sure that is, and for whom it is good or bad.

    `effects` has a row for each policy and observable, `over_time` one for each week too, `verdicts` one for each
    policy, group of people and observable; `worlds` names every world, its folder, and why it failed if it did.
    """

    effects: pd.DataFrame
    over_time: pd.DataFrame = field(repr=False)
    verdicts: pd.DataFrame = field(repr=False)
    worlds: pd.DataFrame = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)
    folder: Path | None = None

    @cached_property
    def policies(self) -> list[str]:
        """Names of the policies, in the order in which they were asked for."""
        return list(dict.fromkeys(self.effects["policy"]))

    @property
    def failures(self) -> pd.DataFrame:
        """The worlds that failed, with the reason; their pairs are left out."""
        return self.worlds[self.worlds["failure"] != ""]

    def replicates_for(self, observable: str, size: float, policy: str | None = None) -> float:
        """Return how many pairs would show an effect of this size, in the observable's unit (power .8 at 5 %).

        `policy` says whose spread to reckon with; without it, that of the policy with the widest.
        """
        rows = self.effects[self.effects["observable"] == observable]
        if rows.empty:
            near = nearest(observable, self.effects["observable"])
            raise ComparisonError(f"there is no observable '{observable}' in this comparison; the nearest is '{near}'.")
        if policy is not None:
            if policy not in self.policies:
                near = nearest(policy, self.policies)
                raise ComparisonError(f"there is no policy '{policy}' in this comparison; the nearest is '{near}'.")
            rows = rows[rows["policy"] == policy]
        return replicates_needed(float(rows["deviation"].max()), size)

    def save(self, folder: str | Path) -> Comparison:
        """Write the four tables and the manifest, whole or not at all, and return the comparison with its folder."""
        place = Path(folder)
        with workshop(place) as bench:
            for name in TABLES:
                write_table(pa.Table.from_pandas(getattr(self, name), preserve_index=False), bench / f"{name}.parquet")
            text = json.dumps(plain(self.manifest), indent=2, allow_nan=False) + "\n"
            (bench / MANIFEST_FILE).write_text(text, encoding="utf-8")
        return replace(self, folder=place)

    @classmethod
    def load(cls, folder: str | Path) -> Comparison:
        """Read a comparison back; a folder that holds none is named, with the remedy."""
        place = Path(folder)
        try:
            manifest = json.loads((place / MANIFEST_FILE).read_text(encoding="utf-8"))
            tables = {name: pq.ParquetFile(place / f"{name}.parquet").read().to_pandas() for name in TABLES}
        except (OSError, ValueError) as error:  # broken JSON, bytes that are no text, and pyarrow's ArrowInvalid
            raise ComparisonError(f"{place} holds no whole comparison; check the path or compare anew.") from error
        return cls(**tables, manifest=manifest, folder=place)


def compare(
    scenario: Scenario,
    policies: Sequence[Policy | str | Path],
    replicates: int = 10,
    out: str | Path = "results",
    workers: int | None = None,
    baseline: Policy | str | Path | None = None,
    fresh: bool = False,
    show: bool = True,
) -> Comparison:
    """Live through pairs of worlds, with and without each policy, and say what it changes and for whom.

    `policies` are policies, names of presets or paths of files; each is added to those of the scenario. Replicates are
    the seeds from the scenario's own on. The worlds they are measured against are the scenario as it is, or with
    `baseline` added. Worlds are kept in `out` and loaded if they are there; `workers` of them live at a time. The
    comparison itself is written into `out`, too. A world that fails is named in `worlds`, and its pairs are left out.
    """
    replicates = _checked_replicates(replicates)
    if scenario.weeks < 1:
        raise ComparisonError("a comparison needs worlds of at least one week; give weeks a value of 1 or more.")
    asked = _found(scenario, policies)
    yardstick = _found(scenario, [baseline])[0] if baseline is not None else None
    branches = {AS_IT_IS if yardstick is None else yardstick.name: yardstick, **{each.name: each for each in asked}}
    if len(branches) != 1 + len(asked):
        raise ComparisonError("two policies to compare have one name; give each a name of its own.")
    if not asked:
        raise ComparisonError("there is no policy to compare; name one, see `limelight policies`.")
    scenarios = [
        _under(scenario, policy, scenario.seed + replicate)
        for policy in branches.values()
        for replicate in range(replicates)
    ]
    lives = live_all(scenarios, out, workers, fresh, show)
    names = [name for name in branches for _ in range(replicates)]
    return _reckoned(scenario, names, lives).save(Path(out) / f"comparison-{_name_of(names, scenarios)}")


def _checked_replicates(replicates: object) -> int:
    """Return a usable number of replicates."""
    try:
        return as_whole(replicates, "replicates", 2, MOST_REPLICATES)
    except ValueError as error:
        raise ComparisonError(f"{error}; a single pair shows no spread, so no interval.") from error


def _found(scenario: Scenario, entries: Sequence[Policy | str | Path]) -> list[Policy]:
    """Return policies by what names them, with the levers of the scenario's plug-ins known."""
    if isinstance(entries, str | Path | Policy):
        entries = [entries]
    with scenario.known():
        return list(gather_policies(list(entries), Path(), "policies"))


def _under(scenario: Scenario, policy: Policy | None, seed: int) -> Scenario:
    """Return the scenario with one more policy and this luck."""
    if policy is None:
        return scenario.with_(seed=seed)
    try:
        title = f"{scenario.title}: {policy.name}"
        return scenario.with_(seed=seed, policies=(*scenario.policies, policy), title=title)
    except ValueError as error:
        raise ComparisonError(f"the policy '{policy.name}' cannot be added to the scenario: {error}") from error


def _name_of(names: Sequence[str], scenarios: Sequence[Scenario]) -> str:
    """Return the name of a comparison, by its policies and the content of all its worlds."""
    text = json.dumps([[name, key_of(asked)] for name, asked in zip(names, scenarios, strict=True)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _reckoned(scenario: Scenario, names: Sequence[str], lives: Sequence[Life]) -> Comparison:
    """Turn lives into a comparison; the first of `names` is the world that all others are measured against."""
    seen = with_own_observables(OBSERVABLES, load_plugins(scenario.plugins))
    base, *policies = dict.fromkeys(names)
    by_name: dict[str, list[Life]] = {}
    for name, life in zip(names, lives, strict=True):
        by_name.setdefault(name, []).append(life)
    effects, over_time = [], []
    for policy in policies:
        twins = _pairs(policy, by_name[policy], by_name[base])
        under, without = (np.array([kept[list(seen)].to_numpy() for kept in side]) for side in twins)
        last = min(HORIZON_WEEKS, max(1, scenario.weeks))
        at_horizon = paired_effects(under[:, -last:].mean(axis=1), without[:, -last:].mean(axis=1))
        effects.append(_effects_frame(policy, seen, at_horizon))
        over_time.append(_over_time_frame(policy, seen, twins[0][0], paired_effects(under, without)))
    table = pd.concat(effects, ignore_index=True)
    return Comparison(
        table, pd.concat(over_time, ignore_index=True), verdicts(table), _worlds_frame(names, lives),
        _manifest(scenario, base, policies, lives),
    )  # fmt: skip


def _pairs(
    policy: str, under: Sequence[Life], without: Sequence[Life]
) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    """Return the weeks of the worlds under a policy and of their twins, where both lived to their end."""
    whole = [
        (one.results.weeks, other.results.weeks)
        for one, other in zip(under, without, strict=True)
        if one.results is not None and other.results is not None
    ]
    if not whole:
        failed = next(life for life in (*without, *under) if life.failure)
        seed, why = failed.scenario.seed, failed.failure
        raise ComparisonError(f"no pair of worlds for '{policy}' could be lived through; seed {seed} failed: {why}")
    return [one for one, _ in whole], [other for _, other in whole]


def _effects_frame(policy: str, seen: dict[str, Observable], found: PairedEffects) -> pd.DataFrame:
    """Lay the effects of one policy at the horizon out as a table."""
    return pd.DataFrame({
        "policy": policy,
        "observable": list(seen),
        "theme": [entry.theme for entry in seen.values()],
        "label": [entry.label for entry in seen.values()],
        "unit": [entry.unit for entry in seen.values()],
        "baseline": found.baseline,
        "under_policy": found.policy,
        "effect": found.effect,
        "low": found.low,
        "high": found.high,
        "deviation": found.deviation,
        "sign_share": found.sign_share,
        "variance_reduction": found.variance_reduction,
        "replicates": found.pairs,
        "replicates_needed": [
            replicates_needed(spread, size) for spread, size in zip(found.deviation, found.effect, strict=True)
        ],
    })


def _over_time_frame(
    policy: str, seen: dict[str, Observable], weeks: pd.DataFrame, found: PairedEffects
) -> pd.DataFrame:
    """Lay the effects of one policy week by week out as a table; `found` has the shape (weeks, observables)."""
    times = len(weeks)
    return pd.DataFrame({
        "policy": policy,
        "observable": np.repeat(list(seen), times),
        "week": np.tile(weeks["week"], len(seen)),
        "date": np.tile(weeks["date"], len(seen)),
        **{name: getattr(found, name).T.ravel() for name in ("effect", "low", "high")},
    })


def _worlds_frame(names: Sequence[str], lives: Sequence[Life]) -> pd.DataFrame:
    """Name every world, where it lies, and why it failed if it did."""
    return pd.DataFrame({
        "policy": list(names),
        "seed": np.array([life.scenario.seed for life in lives], dtype=np.uint64),
        "run": [life.results.folder.name if life.results and life.results.folder else "" for life in lives],
        "failure": [life.failure for life in lives],
    })


def _manifest(scenario: Scenario, base: str, policies: Sequence[str], lives: Sequence[Life]) -> dict[str, Any]:
    """Say where a comparison comes from: question, policies, luck, and the source and versions of one of its worlds."""
    one = next(life.results.manifest for life in lives if life.results is not None)
    kinds = pd.Series([number["kind"] for number in one["numbers"].values()]).value_counts().to_dict()
    added = {life.scenario.policies[-1].name: life.scenario.policies[-1].as_mapping()
             for life in lives if len(life.scenario.policies) > len(scenario.policies)}  # fmt: skip
    return {
        "scenario": scenario.as_mapping(),
        "baseline": base,
        "policies": [added[name] for name in policies],
        "baseline_policy": added.get(base),
        "replicates": len(lives) // (1 + len(policies)),
        "horizon_weeks": min(HORIZON_WEEKS, max(1, scenario.weeks)),
        "kinds_of_numbers": kinds,
        **{name: one[name] for name in ("source", "versions", "processor")},
    }
