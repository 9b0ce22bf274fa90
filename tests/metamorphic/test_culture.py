"""Culture: who is paid by which rule, at equal licence coverage."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metamorphic.lives import Worlds


def paid_share(worlds: Worlds, name: str) -> np.ndarray:
    """Share of what a pool pays out that goes to under-represented cultures."""
    return worlds.mean(name, "paid_to_sources") / worlds.mean(name, "paid_to_all")


def test_pro_rata_payout_gives_corpus_shares_whatever_the_use(worlds: Worlds) -> None:
    """By definition of the rule: all cultures are licensed alike, so sources get their share of the corpus (5.7 %),
    where songs borrow from them and where none does.
    """
    for name in ("a pool", "a pool, nothing borrowed"):
        assert paid_share(worlds, name) == pytest.approx(worlds.mean(name, "corpus_of_sources"), rel=1e-3), name
    used, unused = (worlds.mean(name, "use_of_sources") for name in ("a pool", "a pool, nothing borrowed"))
    assert (used > 0.1).all(), used
    assert (unused < 0.01).all(), unused


def test_payout_by_attribution_gives_sources_more(worlds: Worlds) -> None:
    """K-pop borrows more from under-represented cultures than corpora hold of them, AI's leaning notwithstanding, so
    paying for use, as far as it is found (attribution_recall), pays them more. A result of mix, corpus and skew.
    """
    assert (worlds.mean("a pool", "use_of_sources") > worlds.mean("a pool", "corpus_of_sources")).all()
    assert (paid_share(worlds, "a pool by attribution") > paid_share(worlds, "a pool")).all()
    assert worlds.mean("a pool by attribution", "paid_to_all") == pytest.approx(worlds.mean("a pool", "paid_to_all"))
