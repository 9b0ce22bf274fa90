"""Tools, worked by hand: progress from use, saturating versions, falling prices, slow corpora."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.decisions import COMPOSITION, IMAGE
from sim.processes.tools import (
    provenance_share,
    tools_absorb_releases,
    vendors_improve_tools,
    vendors_mark_outputs,
    vendors_release_versions,
    vendors_set_prices,
)


def test_a_vendor_with_all_users_progresses_faster_than_its_rivals(world):
    tools = world.tools
    tools.progress, tools.users = 0, 0
    first, second, third = np.flatnonzero(tools.kind == IMAGE)
    tools.users[first] = 6
    vendors_improve_tools(world)
    # .023 a week; all users against a fair third: 1 + .3 (1 - 1/3) = 1.2; none: 1 + .3 (0 - 1/3) = .9.
    assert tools.progress[[first, second, third]] == pytest.approx([0.0276, 0.0207, 0.0207])
    # Kinds that nobody uses progress at the plain rate.
    assert tools.progress[tools.kind == COMPOSITION] == pytest.approx(np.full(3, 0.023))


def test_a_version_brings_what_the_laboratory_reached_and_never_more_than_the_ceiling(world, load):
    tools = world.tools
    tools.version, tools.ceiling = 1, 0.8
    tools.progress = 0
    tools.progress[1] = np.log(3)  # the odds 3 to 1: three quarters of the ceiling
    tools.progress[2] = 40
    dice = load(world, tool_version=True)
    vendors_release_versions(world)
    assert tools.capability[:3] == pytest.approx([0.4, 0.6, 0.8])
    assert set(tools.version) == {2}
    assert dice.asked["tool version"] == pytest.approx(1 / 26)


def test_without_a_version_users_see_nothing_of_the_progress(world, load):
    before = world.tools.capability.copy()
    world.tools.progress = 40
    load(world, tool_version=False)
    vendors_release_versions(world)
    assert list(world.tools.capability) == list(before)


def test_prices_fall_by_a_five_hundredth_a_week_down_to_the_floor(world):
    world.tools.price = 1
    world.tools.price[0] = 0.3
    vendors_set_prices(world)
    assert world.tools.price[0] == 0.3
    assert world.tools.price[1:] == pytest.approx(np.full(17, 0.998))


def test_a_full_provenance_duty_makes_every_tool_mark_its_output_and_none_does_without(world):
    vendors_mark_outputs(world)
    assert not world.tools.provenance.any()
    world.numbers.put("provenance_duty", 1)
    vendors_mark_outputs(world)
    assert world.tools.provenance.all()


def test_marks_count_only_where_the_agency_keeps_them(level):
    level.agencies.ai_share[:, COMPOSITION] = [0.4, 0.2, 0.2, 0]
    level.tools.provenance = True
    level.agencies.lawful = [True, False, False, True]
    assert provenance_share(level) == pytest.approx(0.5)


def test_a_corpus_takes_in_two_ten_thousandths_of_the_releases_a_week(world):
    world.tools.corpus = [1, 0, 0, 0, 0, 0]
    world.cultures.weight, world.cultures.mix = 2.0, np.array([0, 2.0, 0, 0, 0, 0])
    tools_absorb_releases(world)
    assert world.tools.corpus[0] == pytest.approx([0.9998, 0.0002, 0, 0, 0, 0])
    # A decade keeps nine tenths of the old corpus (.9998^522 = .9009): retraining alone does not homogenise.
    for _ in range(521):
        tools_absorb_releases(world)
    assert world.tools.corpus[0, 0] == pytest.approx(0.9008554731562326)


def test_nothing_about_tools_moves_where_ai_is_frozen_but_a_provenance_duty_still_binds(make_world):
    world = make_world(ai="frozen")
    before = {name: getattr(world.tools, name).copy() for name in ("progress", "capability", "price", "corpus")}
    world.numbers.put("provenance_duty", 1)
    for process in (vendors_improve_tools, vendors_release_versions, vendors_set_prices, vendors_mark_outputs,
                    tools_absorb_releases):
        process(world)
    assert all(np.array_equal(getattr(world.tools, name), old) for name, old in before.items())
    assert world.tools.provenance.all()
