"""The facts of the real industry: what is known, from where, and what each of it may be used for."""

from sim.evidence.loader import (
    Band,
    Distribution,
    Fact,
    Pattern,
    distribution,
    distributions,
    fact,
    facts,
    pattern,
    patterns,
    patterns_for,
)

__all__ = [
    "Band",
    "Distribution",
    "Fact",
    "Pattern",
    "distribution",
    "distributions",
    "fact",
    "facts",
    "pattern",
    "patterns",
    "patterns_for",
]
