"""The benchmark compares like with like: all contenders live the same fan-week (and never a word on how fast)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.kernels import BLOCK

BENCHMARKS = Path(__file__).resolve().parents[2] / "experiments" / "benchmarks"
GRAPHS = ("ring", "random", "scale-free")
FEW = 2_000
SEVERAL_BLOCKS = 6 * BLOCK + 123
LARGEST_PICTURE = 300_000
MACHINE: dict[str, Any] = {
    "measured": "2026-01-01 00:00 UTC", "processor": "any", "cores": 2, "memory_gib": 8, "caches": {}, "system": "any",
    "python": "3.12", "libraries": {"numpy": "2"}, "compiler": "none", "load_at_start": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def bench() -> Iterator[SimpleNamespace]:
    """The modules of the benchmark, as a script in their folder would import them; forgotten afterwards."""
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(BENCHMARKS))
    known = set(sys.modules)
    import fan_week.agreement
    import fan_week.contenders
    import fan_week.in_c
    import fan_week.kernel
    import fan_week.world
    import libraries
    import measure
    import report
    import roofline
    import run
    import speed

    yield SimpleNamespace(agreement=fan_week.agreement, contenders=fan_week.contenders, in_c=fan_week.in_c,
                          kernel=fan_week.kernel, world=fan_week.world, libraries=libraries, measure=measure,
                          report=report, roofline=roofline, run=run, speed=speed)
    for name in set(sys.modules) - known:
        if str(BENCHMARKS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    patch.undo()


def after(crowd: Any, weeks: int) -> dict[str, np.ndarray]:
    """The state of a crowd some weeks on."""
    for _ in range(weeks):
        crowd.week()
    return {name: np.array(column) for name, column in crowd.state().items()}


@pytest.fixture(scope="module")
def in_c(bench: SimpleNamespace) -> dict[str, Any]:
    """The contenders in C, or the reason why there are none."""
    found, why_not = bench.contenders.in_c()
    if not found:
        pytest.skip(why_not)
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_world_is_what_it_says(bench: SimpleNamespace, graph: str) -> None:
    world = bench.world.build(FEW, graph)
    ties = np.diff(world.offsets)
    fan = np.repeat(np.arange(FEW), ties)
    here, there = (np.lexsort(pair) for pair in ((world.targets, fan), (fan, world.targets)))
    assert ties.mean() == pytest.approx(10, abs=0.1)
    assert ties.min() >= 5
    assert np.array_equal(fan[here], world.targets[there])  # every tie is filed on both sides
    assert np.array_equal(world.targets[here], fan[there])
    fewest, most = {"ring": (10, 10), "random": (15, 25), "scale-free": (80, 400)}[graph]
    assert fewest <= ties.max() <= most


@pytest.mark.parametrize("graph", GRAPHS)
def test_all_contenders_agree_without_luck(bench: SimpleNamespace, graph: str) -> None:
    chosen = bench.contenders.OBJECTS | bench.contenders.COLUMNS | bench.contenders.KERNELS
    bench.agreement.check(chosen, bench.world.build(FEW, graph), luck=False)


@pytest.mark.parametrize("graph", GRAPHS)
def test_c_agrees_without_luck_and_with_the_luck_of_the_house(
    bench: SimpleNamespace, in_c: dict[str, Any], graph: str
) -> None:
    world = bench.world.build(FEW, graph)
    bench.agreement.check(bench.contenders.KERNELS | in_c, world, luck=False)
    addressed = {name: kind for name, kind in in_c.items() if name != bench.contenders.CHEAP_C}
    bench.agreement.check(bench.contenders.KERNELS | addressed, world, luck=True)


def test_neighbours_asked_for_ahead_are_the_same_neighbours(bench: SimpleNamespace, in_c: dict[str, Any]) -> None:
    world = bench.world.build(bench.kernel.FAR + 1_000, "random")
    chosen = {name: kind for name, kind in in_c.items() if name != bench.contenders.CHEAP_C}
    bench.agreement.check(bench.contenders.KERNELS | chosen, world, luck=True, weeks=2)


def test_luck_moves_the_fans(bench: SimpleNamespace) -> None:
    world = bench.world.build(FEW, "ring")
    still, moved = (after(bench.kernel.InKernel(world, luck), 1)["dissatisfaction"] for luck in (False, True))
    assert (moved - still).std() == pytest.approx(float(bench.world.NOISE), rel=0.1)


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_kernel_has_the_same_bits_on_any_number_of_threads(bench: SimpleNamespace, graph: str) -> None:
    world = bench.world.build(SEVERAL_BLOCKS, graph)
    alone, *others = (type("Kernel", (bench.kernel.InKernel,), {"threads": threads}) for threads in (1, 2, 3))
    expected = after(alone(world), 3)
    for other in others:
        for name, column in after(other(world), 3).items():
            assert np.array_equal(expected[name].view(np.uint8), column.view(np.uint8)), name


def test_whoever_lives_another_week_stops_the_benchmark(bench: SimpleNamespace) -> None:
    class Careless(bench.contenders.COLUMNS["numpy"]):  # type: ignore[name-defined, misc]
        def week(self) -> None:
            super().week()
            self.records[7] += np.float32(0.01)

    world = bench.world.build(FEW, "ring")
    with pytest.raises(bench.agreement.Disagreement, match=r"careless and numpy disagree on records .* 1 values"):
        bench.agreement.check({"numpy": bench.contenders.COLUMNS["numpy"], "careless": Careless}, world, luck=False)


def test_a_state_that_is_no_number_agrees_with_nothing(bench: SimpleNamespace) -> None:
    world = bench.world.build(FEW, "ring")
    crowds = {name: bench.contenders.COLUMNS["numpy"](world) for name in ("one", "other")}
    crowds["other"].dissatisfaction[3] = np.nan
    with pytest.raises(bench.agreement.Disagreement, match="dissatisfaction"):
        bench.agreement.compare(crowds)


def test_without_a_compiler_one_sentence_and_no_c(bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.in_c.shutil, "which", lambda name: None)
    bench.in_c.library.cache_clear()
    found, why_not = bench.contenders.in_c()
    bench.in_c.library.cache_clear()
    assert not found
    assert why_not == "No C compiler (cc, gcc or clang) is installed, so nothing is compared with C."
    assert [bar.reached for bar in bench.speed._against_c({}, why_not)] == [None] * 3


def test_a_library_that_cannot_be_installed_is_named(
    bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failed = SimpleNamespace(returncode=1, stdout="", stderr="looking\nERROR: no such version\n")
    monkeypatch.setattr(bench.libraries, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(bench.libraries.subprocess, "run", lambda *_, **__: failed)
    rows, bars = bench.libraries.measure(bench.measure.Clock(1, quiet=True))
    assert {row["remark"] for row in rows} == {"cannot be installed here: ERROR: no such version"}
    assert {row["contender"] for row in rows} == {"mesa-frames", "starsim", "ambr"}
    assert {bar.reached for bar in bars} == {None}


def test_the_bytes_of_a_fan_week_are_those_of_its_columns(bench: SimpleNamespace) -> None:
    moved = bench.roofline.bytes_per_fan(bench.world.build(FEW, "ring"))
    assert moved["targets"] == 40
    assert sum(moved.values()) == pytest.approx(4 + 40 + 2 + 5 * 4 + 2 * 8, abs=0.01)


def test_contenders_take_turns(bench: SimpleNamespace) -> None:
    seen: list[str] = []
    times = bench.measure.alternate({name: lambda name=name: seen.append(name) for name in "AB"}, 3, least=0)
    assert "".join(seen) == "AB" * 4  # the first turn does not count
    assert [len(seconds) for seconds in times.values()] == [3, 3]


def test_a_ratio_is_formed_within_its_turn(bench: SimpleNamespace) -> None:
    ratio = bench.measure.paired([2.0, 30.0, 8.0], [1.0, 10.0, 2.0])
    assert (ratio.middle, ratio.low, ratio.high, ratio.turns) == (3.0, 2.0, 4.0, 3)


def test_a_bar_knows_its_side(bench: SimpleNamespace) -> None:
    ratio = bench.measure.Ratio(1.5, 1.0, 2.0, 5)
    sides = {sense: bench.measure.Bar.of(1, "x", ratio, 1.4, sense).reached for sense in ("<=", ">=")}
    assert sides == {"<=": False, ">=": True}
    table = bench.report.table_of_bars([bench.measure.Bar.of(4, "two threads", ratio, 1.4)])
    assert "| 4 | two threads | 1.5× | 1× to 2× | <= 1.4× | **missed** |" in table
    assert [line.split("|")[1].strip() for line in table.splitlines()[2:]] == [str(n) for n in range(1, 11)]


def test_an_interrupted_benchmark_keeps_what_it_has(
    bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def first(_: Any) -> Any:
        rows = [{"section": "fan-week", "what": "week", "graph": "random", "fans": fans, "contender": name,
                 "seconds": 1e-9 * fans, "ns_per_fan": 1.0 + place, "ratio_to_c": 0.5}
                for fans in (10_000, 100_000) for place, name in enumerate(("plain C", "Limelight, 1 thread"))]
        return rows, [bench.measure.Bar.of(8, "draws", bench.measure.Ratio(0.4, 0.3, 0.5, 5), 0.5)]

    def second(_: Any) -> Any:
        raise KeyboardInterrupt

    sections = {"speed": first, "draws": second}
    monkeypatch.setattr(bench.run, "import_module", lambda name: SimpleNamespace(measure=sections[name]))
    monkeypatch.setattr(bench.run.machine, "describe", lambda: MACHINE)
    with pytest.raises(KeyboardInterrupt):
        bench.run.main(["--only", "speed", "draws", "--out", str(tmp_path)])
    kept = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))
    assert (len(kept["rows"]), kept["bars"][0]["reached"], kept["machine"]["cores"]) == (4, True, 2)
    assert "| Limelight, 1 thread | 2.0 (0.50×) | 2.0 (0.50×) |" in (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert 5_000 < (tmp_path / "speed.png").stat().st_size < LARGEST_PICTURE
