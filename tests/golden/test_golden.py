"""The golden world is as it was recorded: nobody changes the model without noticing."""

from __future__ import annotations

import json
from math import isclose

import pytest

from sim.observables import OBSERVABLES
from tests.golden.record import FILE, WEEKS, Record, golden_world

RELATIVE = 1e-9
"""Same bits are promised for one lock file and one kind of processor; elsewhere agreement to this."""

REMEDY = "if the model was changed on purpose, run `python -m tests.golden.record` and say why in the commit"


@pytest.fixture(scope="module")
def recorded() -> Record:
    """What is on record."""
    return json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lived() -> Record:
    """The golden world as today's model lives it."""
    return golden_world()


def test_the_record_holds_every_observable_of_every_recorded_week(recorded: Record) -> None:
    assert list(recorded) == [str(week) for week in WEEKS]
    for week, values in recorded.items():
        assert list(values) == list(OBSERVABLES), f"week {week}: {REMEDY}"


def test_something_of_every_theme_moves_in_the_golden_world(recorded: Record) -> None:
    first, last = recorded[str(WEEKS[0])], recorded[str(WEEKS[-1])]
    moved = {OBSERVABLES[name].theme for name in first if name in OBSERVABLES and first[name] != last[name]}
    assert moved == {entry.theme for entry in OBSERVABLES.values()}


@pytest.mark.parametrize("week", WEEKS)
def test_the_golden_world_is_as_it_was_recorded(week: int, recorded: Record, lived: Record) -> None:
    was, now = recorded[str(week)], lived[str(week)]
    # The absolute bound is for readings in units of one that come out as differences, such as a mean near 0 SD.
    moved = {
        name: f"{was[name]!r} -> {now[name]!r}"
        for name in was
        if not isclose(was[name], now.get(name, float("nan")), rel_tol=RELATIVE, abs_tol=RELATIVE)
    }
    assert not moved, f"week {week}: {moved}; {REMEDY}"
