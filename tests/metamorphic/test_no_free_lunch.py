"""No policy is free for everyone: each preset and each single lever makes somebody worse off."""

from __future__ import annotations

import pytest

from sim.analysis.for_whom import LESS, MORE, OF_WHOM, WORTH, WORTH_RELATIVE
from sim.observables import OBSERVABLES
from sim.policies import presets
from tests.metamorphic.lives import YEAR, Worlds
from tests.metamorphic.variants import STRONG, VARIANTS

ALSO = {
    "groups with a member under 15": {"profit_of_groups_of_the_youngest": MORE},
    "groups that compose with AI": {"profit_of_groups_that_compose_with_ai": MORE},
    "the lawful who edit much": {"profit_of_lawful_who_edit_much": MORE},
    "own and mainstream culture": {"paid_to_mainstream": MORE},
    "holders of data": {"fines_last_year": LESS},
}
"""People whom no observable tells apart, but who pay for some lever: with the readings of these tests."""

NOTICEABLE = 0.1
"""A loss counts here from a tenth of what a verdict calls worth a word: that it is clear is said by all pairs."""


def losers(worlds: Worlds, name: str) -> dict[str, float]:
    """Who and by which reading is worse off in every pair, with the mean change over the first year."""
    found = {}
    for who, directions in {**OF_WHOM, **ALSO}.items():
        for reading, better in directions.items():
            change = worlds.change(name, reading, YEAR)
            unit = OBSERVABLES[reading].unit if reading in OBSERVABLES else ""
            base = worlds.mean(VARIANTS[name].twin, reading, YEAR).mean()
            least = NOTICEABLE * WORTH.get(unit, WORTH_RELATIVE * abs(base))
            worse = change < 0 if better == MORE else change > 0
            if worse.all() and abs(change.mean()) >= least:
                found[f"{who}: {reading}"] = change.mean()
    return found


@pytest.mark.parametrize("name", [f"preset {name}" for name in presets()] + [f"lever {name}" for name in STRONG])
def test_somebody_is_worse_off(name: str, worlds: Worlds) -> None:
    """A result, and a rule of the model (MODEL.md: a policy is judged on all benefits, none is free for everyone).

    A policy takes money, time, attention or a public budget from somebody; where nobody pays, the model has left the
    cost out. `laissez_faire` changes no bit of the world of the first day, so it is held against present law; who
    would be protected pays for it. Notice of breaches is law on the first day, so the setting tried is its repeal.
    """
    assert losers(worlds, name)


def test_a_policy_that_does_nothing_would_be_found_free(worlds: Worlds) -> None:
    """Or the test above could not fail."""
    assert losers(worlds, "null policy") == {}
