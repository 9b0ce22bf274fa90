"""Limelight: a laboratory for what AI does to the people of K-pop, and which policies change that.

The public words are looked up when they are first used, so that `import sim` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.comparison import compare
    from sim.industry import Industry
    from sim.observables import OBSERVABLES
    from sim.policies import Policy
    from sim.processes import WEEK
    from sim.results import Results
    from sim.runner import run
    from sim.scenario import Scenario
    from sim.sweeps import load, sweep

__all__ = [
    "OBSERVABLES",
    "WEEK",
    "Industry",
    "Policy",
    "Results",
    "Scenario",
    "compare",
    "load",
    "run",
    "sweep",
]

_HOME = {
    "Scenario": "scenario",
    "Policy": "policies",
    "Industry": "industry",
    "WEEK": "processes",
    "OBSERVABLES": "observables",
    "Results": "results",
    "run": "runner",
    "compare": "comparison",
    "sweep": "sweeps",
    "load": "sweeps",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute '{name}'; its words are {', '.join(__all__)}")
    return getattr(import_module(f"sim.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
