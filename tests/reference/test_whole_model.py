"""The benchmark of the whole model says what is there: bits, bytes, passes and chapters (and never how fast)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.figures import save
from sim.industry import Industry
from sim.kernels import sweep
from sim.processes import CHAPTERS, attention
from sim.scenario import Scenario

BENCHMARKS = Path(__file__).resolve().parents[2] / "experiments" / "benchmarks"
SMALL: dict[str, Any] = {"fans": 300, "agencies": 8, "seed": 1, "turns": 2, "weeks": 2, "twins": True}
MACHINE = {"libraries": {}, "measured": "2026-01-01", "processor": "any", "cores": 2}
LARGEST_PICTURE = 300_000


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules of the benchmark, as a script in their folder would import them; forgotten afterwards."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    known = set(sys.modules)
    import one_world
    import whole_model
    import whole_model_figure

    yield SimpleNamespace(one_world=one_world, whole_model=whole_model, figure=whole_model_figure)
    for name in set(sys.modules) - known:
        if str(BENCHMARKS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def world(**changes: Any) -> Industry:
    return Industry(Scenario(**{"fans": 300, "agencies": 8, "seed": 1, **changes}))


def test_a_measured_world_tells_its_weeks_chapters_and_bits(bench: SimpleNamespace) -> None:
    answer = json.loads(json.dumps(bench.one_world.weeks_in_turns(SMALL)))
    assert answer["same_bits"]
    for threads in "12":
        assert len(answer["turns"][threads]) == SMALL["turns"]
        for turn in answer["turns"][threads]:
            assert 0 < turn["kernels"] < turn["attention"] + turn["beauty"] + turn["data"]
            assert sum(turn[chapter] for chapter in CHAPTERS) < turn["week"]
    assert 0 < answer["bare"] <= answer["most"]


def test_worlds_of_other_luck_have_other_bits(bench: SimpleNamespace) -> None:
    assert bench.one_world.same_bits(world(), world())
    assert not bench.one_world.same_bits(world(), world(seed=2))


def test_every_pass_over_the_fans_is_timed_and_the_model_is_left_as_it_was(bench: SimpleNamespace) -> None:
    industry = world()
    with bench.one_world.timed_kernels() as taken:
        industry.step()
    assert len(taken) >= 3  # attend, compare, entrust
    passes = len(taken)
    industry.step()
    assert len(taken) == passes
    assert attention.sweep is sweep


def test_the_bytes_of_a_fan_are_counted_and_within_their_bar(bench: SimpleNamespace) -> None:
    industry = world(fans=1000)
    held = bench.one_world.bytes_of_fans(industry)
    assert held["columns"] == sum(column[:1].nbytes for column in industry.fans.columns().values()) * 1000
    assert held["columns"] + held["beside"] <= 128 * 1000
    assert held["ties"] == sum(part.nbytes for part in industry.fandom)


def test_rows_bars_and_picture_are_made_of_what_was_measured(bench: SimpleNamespace, tmp_path: Path) -> None:
    answer = json.loads(json.dumps(bench.one_world.weeks_in_turns(SMALL)))
    answer["most"] = answer["bare"] + 1_000_000  # the process of a test has been larger before
    answers = dict.fromkeys((10_000, 100_000, 1_000_000, 10_000_000), answer)
    rows = [{"section": "whole model", **row} for fans in answers
            for row in bench.whole_model.rows_of_a_size(fans, answer)]
    assert json.loads(json.dumps(rows)) == rows
    assert {row["contender"] for row in rows if row["what"] == "chapter"} == set(CHAPTERS)
    bars = [bar for fans in answers for bar in bench.whole_model.bars_of_a_size(fans, answer)]
    bars += bench.whole_model.line_bars(answers) + bench.whole_model.bars_left_out(10_000_000)
    assert {bar.number for bar in bars} == {4, 5, 6, 7}
    picture = save(bench.figure.draw(MACHINE, rows), tmp_path / "whole_model.png")
    assert 10_000 < picture.stat().st_size < LARGEST_PICTURE


@pytest.mark.parametrize(("power", "reached"), [
    (1.0, [True, True, True, True, True]),
    (0.5, [True, True, False, True, False]),
    (2.0, [False, False, True, False, True]),
])
def test_growth_is_that_of_what_fans_cost(bench: SimpleNamespace, power: float, reached: list[bool]) -> None:
    def lived(fans: int) -> dict[str, Any]:
        of_fans = 1e-7 * fans**power
        return {"turns": {"1": [{"week": 0.003 + of_fans, "kernels": of_fans}] * 3}}

    sizes = (200, 10_000, 100_000, 1_000_000, 10_000_000)
    bars = bench.whole_model.line_bars({fans: lived(fans) for fans in sizes})
    assert [bar.reached for bar in bars] == reached
    left_out = bench.whole_model.line_bars({fans: lived(fans) for fans in sizes[:3]})
    assert [bar.reached for bar in left_out] == [None] * 5


def test_worlds_that_differ_with_threads_stop_the_benchmark(bench: SimpleNamespace) -> None:
    answer = json.loads(json.dumps(bench.one_world.weeks_in_turns(SMALL))) | {"same_bits": False}
    with pytest.raises(AssertionError, match="not give the same world"):
        bench.whole_model.bars_of_a_size(10_000, answer)
