"""The whole model: time per week and per chapter, memory, construction and start, from 200 to ten million fans."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import mesa
import numpy as np
from measure import Bar, Clock, Ratio, Row, alternate, keep_bytecode, middle_half, paired
from plain_mesa import PlainFandom

import sim
from sim.agents.census import Census
from sim.agents.fan import Fan
from sim.agents.population import Population
from sim.industry import Industry
from sim.processes import CHAPTERS
from sim.processes.attention import fans_divide_attention
from sim.processes.beauty import fans_compare_themselves
from sim.processes.data import fans_entrust_records
from sim.scenario import Scenario

ONE_WORLD = Path(__file__).with_name("one_world.py")
SEED, AGENCIES = 0, 282
WEEKS_OF_A_TURN = {200: 26, 2_000: 26, 10_000: 26, 100_000: 8, 1_000_000: 2, 10_000_000: 1}
"""The sizes, and how many weeks make one turn: the longer a week, the fewer."""

LARGEST, LARGEST_OF_QUICK = max(WEEKS_OF_A_TURN), 100_000
SECONDS_NEEDED = {1_000_000: 60, LARGEST: 180}
"""Sizes that are left out when less of the time is left."""

TWINS_UP_TO = THREADS_PAY_FROM = 1_000_000
LINE_FROM = 10_000
BEYOND = "beyond"
AT_MOST, AT_LEAST = ((1.1, "<="),), ((0.9, ">="),)
SMALL_WORLDS = ((2_000, 282, 3.0), (200, 4, 2.0))
"""Fans, agencies, and the milliseconds that a week of theirs may take."""

MORE_TURNS = 2
"""How many times the usual turns are taken here, where a turn is short and a machine's pace may change within it."""

AS_OBJECTS = (1_000, 10_000, 100_000)
GIGABYTE = 1e9

TWO_AGAINST_ONE = "week of the full model on two threads / on one"
BESIDE_KERNELS = "week of the full model / its fan kernels, one thread"
AT_ITS_LARGEST = "process at its largest"


def measure(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """Everything about the whole model but the long runs."""
    answers: dict[int, dict[str, Any]] = {}
    bars: list[Bar] = []
    for fans, weeks in WEEKS_OF_A_TURN.items():
        if (clock.quick and fans > LARGEST_OF_QUICK) or clock.left() < SECONDS_NEEDED.get(fans, 0):
            bars += bars_left_out(fans)
            continue
        clock.say(f"whole model, {fans:,} fans")
        turns = MORE_TURNS * clock.turns
        answers[fans] = in_a_world_of_its_own("weeks_in_turns", fans=fans, agencies=AGENCIES, weeks=weeks,
                                              turns=turns, twins=fans <= TWINS_UP_TO)
        bars += bars_of_a_size(fans, answers[fans])
    rows = [row for fans, answer in answers.items() for row in rows_of_a_size(fans, answer)]
    bars += line_bars(answers)
    for part in (small_worlds, construction, fan_rules, warm_start):
        more_rows, more_bars = part(clock)
        rows, bars = rows + more_rows, bars + more_bars
    return [{"section": "whole model", **row} for row in rows], bars


def in_a_world_of_its_own(question: str, **asked: Any) -> dict[str, Any]:
    """Ask `one_world.py` in a new process, and return its answer."""
    request = json.dumps({"question": question, "seed": SEED, **asked})
    done = subprocess.run([sys.executable, str(ONE_WORLD), request], env=own_environment(), stdout=subprocess.PIPE,
                          text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def own_environment() -> dict[str, str]:
    """The environment of a process that shall use the same `sim` as this one."""
    home = str(Path(sim.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))}


# ---- one size ----


def rows_of_a_size(fans: int, answer: dict[str, Any]) -> list[Row]:
    """Weeks, chapters, looking and memory of one size."""
    one, two = (answer["turns"][threads] for threads in "12")
    rows = [timing("week", fans, "whole week", column(one, "week")),
            timing("week", fans, "whole week, two threads", column(two, "week")),
            timing("week", fans, "fan kernels of the week", column(one, "kernels")),
            timing("week", fans, "fan kernels of the week, two threads", column(two, "kernels")),
            timing("week", fans, "all observables", answer["looking"]),
            timing("construction", fans, "whole model", [answer["building"]])]
    rows += [timing("chapter", fans, chapter, column(one, chapter)) for chapter in CHAPTERS]
    state = answer["columns"] + answer["beside"]
    for contender, held in (("state of the fans", state), ("ties between fans", answer["ties"]),
                            ("model at its largest", answer["most"] - answer["bare"]),
                            ("process at its largest", answer["most"])):
        rows.append({"what": "memory", "fans": fans, "contender": contender, "bytes": held,
                     "bytes_per_fan": held / fans})
    return rows


def bars_of_a_size(fans: int, answer: dict[str, Any]) -> list[Bar]:
    """Two threads against one at every size; what a week costs beside its kernels, and memory, where bars stand."""
    one, two = (answer["turns"][threads] for threads in "12")
    pays = fans >= THREADS_PAY_FROM
    told = "state equal to the bit" if answer["same_bits"] else "weeks of one world in turns, to build it only once"
    if fans <= TWINS_UP_TO and not answer["same_bits"]:
        raise AssertionError(f"one thread and two do not give the same world of {fans:,} fans")
    bars = [Bar.of(4, f"{TWO_AGAINST_ONE}, {fans:,} fans",
                   paired(column(two, "week"), column(one, "week")), limit=0.8 if pays else 1.1, remark=told)]
    if fans == THREADS_PAY_FROM:
        bars.append(Bar.of(5, f"{BESIDE_KERNELS}, {fans:,} fans",
                           paired(column(one, "week"), column(one, "kernels")), limit=2.0))
    if fans == LARGEST_OF_QUICK:
        held = (answer["columns"] + answer["beside"]) / fans
        bars.append(Bar(6, "state of one fan, ties left out", held, None, None, 128, unit="B",
                        remark=f"counted; ties {answer['ties'] / fans:.0f} B more"))
    if fans == LARGEST:
        bars.append(Bar(6, f"{AT_ITS_LARGEST}, {fans:,} fans", answer["most"] / GIGABYTE, None, None, 2.5,
                        unit="GB", remark="building, weeks on two threads and observables included"))
    return bars


def line_bars(answers: dict[int, dict[str, Any]]) -> list[Bar]:
    """How time grows with fans: the exponent, as the slope of a straight line through the logarithms.

    The industry itself, 282 agencies with their groups and idols, costs the same at any number of fans. So the whole
    week grows by less than in proportion, which is no fault; what fans cost beyond the smallest world, and the fan
    kernels by themselves, should be proportional.
    """
    sizes, smallest = [fans for fans in answers if fans >= LINE_FROM], min(answers, default=0)
    bars: list[Bar] = []
    for what, part, limits in (
        ("week of the full model", "week", AT_MOST),
        (f"week of the full model beyond that of {smallest:,} fans", BEYOND, AT_MOST + AT_LEAST),
        ("its fan kernels", "kernels", AT_MOST + AT_LEAST),
    ):
        slopes = [float(np.polyfit(np.log(sizes), np.log(taken), 1)[0]) for taken in _turns_of(answers, sizes, part)]
        name = f"exponent of time over fans, {what}, {LINE_FROM:,} to {LARGEST:,} fans"
        for limit, sense in limits:
            if max(sizes) == LARGEST and slopes:
                slope = Ratio(median(slopes), min(slopes), max(slopes), len(slopes))
                bars.append(Bar.of(7, name, slope, limit, sense, unit=""))
            else:
                told = f"larger sizes left out; {median(slopes):.2f} up to {max(sizes):,}" if slopes else "not measured"
                bars.append(Bar(7, name, None, None, None, limit, sense, unit="", remark=told))
    return bars


def _turns_of(answers: dict[int, dict[str, Any]], sizes: list[int], part: str) -> np.ndarray:
    """Seconds per week of a part, shape (turns, sizes); of what lies beyond the smallest world, the median turn.

    What few fans cost is a small difference of two large numbers, which is lost in the noise of single turns.
    """
    if part != BEYOND:
        return np.array([column(answers[fans]["turns"]["1"], part) for fans in sizes]).T
    middle = {fans: median(column(answer["turns"]["1"], "week")) for fans, answer in answers.items()}
    beyond = np.array([[middle[fans] - middle[min(answers)] for fans in sizes]])
    return beyond[(beyond > 0).all(axis=1)]


def bars_left_out(fans: int) -> list[Bar]:
    """What stands in the table for a size that there was no time for."""
    why: dict[str, Any] = {"measured": None, "low": None, "high": None, "remark": "left out: quick, or too little time"}
    bars = [Bar(4, f"{TWO_AGAINST_ONE}, {fans:,} fans", limit=0.8, **why)]
    if fans == THREADS_PAY_FROM:
        bars += [Bar(5, f"{BESIDE_KERNELS}, {fans:,} fans", limit=2.0, **why)]
    if fans == LARGEST:
        bars += [Bar(6, f"{AT_ITS_LARGEST}, {fans:,} fans", limit=2.5, unit="GB", **why)]
    return bars


def column(turns: Sequence[dict[str, float]], part: str) -> list[float]:
    """Seconds per week of one part in every turn."""
    return [turn[part] for turn in turns]


def timing(what: str, fans: int, contender: str, seconds: Sequence[float]) -> Row:
    """A row of the table: the median of some turns and their middle half."""
    low, high = middle_half(seconds)
    return {"what": what, "fans": fans, "contender": contender, "seconds": median(seconds), "low": low, "high": high}


# ---- small worlds, construction, objects, start ----


def small_worlds(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """What an app waits for: the mean week of ten years in small worlds, on a quiet core as the bar asks."""
    rows, bars = [], []
    for fans, agencies, limit in SMALL_WORLDS:
        clock.say(f"ten years of {fans:,} fans and {agencies} agencies")
        turns = MORE_TURNS * clock.turns
        answer = in_a_world_of_its_own("whole_decades", fans=fans, agencies=agencies, turns=turns)
        for contender, seconds in (("week", answer["weeks"]), ("all observables of a week", answer["looks"])):
            rows.append({**timing("ten years", fans, contender, seconds), "agencies": agencies})
        weeks = [1000 * seconds for seconds in answer["weeks"]]
        bars.append(Bar(5, f"mean week of ten years on a quiet core, {fans:,} fans and {agencies} agencies",
                        1000 * answer["quiet"], None, None, limit, unit="ms",
                        remark=f"each week's least of {turns} turns that do the same to the bit; as it came, turns took"
                               f" {median(weeks):.2f}, from {min(weeks):.2f} to {max(weeks):.2f}"))
    return rows, bars


class PlainPerson(mesa.Agent):
    """An ordinary Mesa agent with the states that it is given."""

    def __init__(self, model: mesa.Model, **states: Any) -> None:
        super().__init__(model)
        vars(self).update(states)


def construction(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """Making fans whose states are known: rows of columns against Mesa's `create_agents`."""
    fans = 10_000 if clock.quick else 100_000
    clock.say(f"making {fans:,} agents")
    world = Industry(Scenario(fans=fans, agencies=AGENCIES, seed=SEED))
    known = {name: column for name, column in world.fans.columns().items() if name in Fan.states}
    identity, listed = world.fans.identity.copy(), {name: column.tolist() for name, column in known.items()}

    def our_columns() -> None:
        census = Census(rng=SEED)
        census.found(Population(Fan, census, "fans", fans)).born(identity, 0, **known)

    taken = alternate({"our columns": our_columns,
                       "Mesa create_agents": lambda: PlainPerson.create_agents(mesa.Model(rng=SEED), fans, **listed),
                       "Mesa create_agents, no states": lambda: mesa.Agent.create_agents(mesa.Model(rng=SEED), fans),
                       "whole model": lambda: Industry(Scenario(fans=fans, agencies=AGENCIES, seed=SEED))}, clock.turns)
    rows = [timing("construction", fans, f"{name}, in turns", seconds) for name, seconds in taken.items()]
    ratio = paired(taken["Mesa create_agents"], taken["our columns"])
    whole = paired(taken["Mesa create_agents"], taken["whole model"])
    told = f"all states given; a whole world, which also draws, ties and settles them: {whole.middle:.1f}x"
    return rows, [Bar.of(6, f"Mesa's create_agents / our columns, {fans:,} fans", ratio, 50, ">=", remark=told)]


def fan_rules(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """A week of the full fan rules: objects with methods against columns with kernels, checked equal beforehand."""
    rows = []
    for fans in AS_OBJECTS[:2] if clock.quick else AS_OBJECTS:
        clock.say(f"full fan rules as Mesa objects, {fans:,} fans")
        industry = Industry(Scenario(fans=fans, agencies=AGENCIES, seed=SEED))
        fandom = PlainFandom(industry)

        def columns(industry: Industry = industry) -> None:
            for process in (fans_divide_attention, fans_compare_themselves, fans_entrust_records):
                process(industry)

        fandom.step()
        columns()
        felt = np.array([fan.dissatisfaction for fan in fandom.fans])
        if not np.allclose(industry.fans.dissatisfaction, felt, atol=1e-5):
            raise AssertionError(f"objects and columns of {fans:,} fans do not feel the same")
        taken = alternate({"our columns": columns, "plain Mesa": fandom.step}, clock.turns)
        ratio = paired(taken["plain Mesa"], taken["our columns"])
        spread = {"ratio": ratio.middle, "ratio_low": ratio.low, "ratio_high": ratio.high}
        rows += [timing("fan rules", fans, "our columns", taken["our columns"]),
                 {**timing("fan rules", fans, "plain Mesa", taken["plain Mesa"]), **spread}]
    return rows, []


def warm_start(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """How much longer than its two heaviest libraries the command takes for a tiny world, all compiled before."""
    clock.say("start of the command")
    keep_bytecode()
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "tiny.yaml"
        scenario.write_text("weeks: 4\nfans: 200\nagencies: 4\n", encoding="utf-8")
        run = ["-m", "sim", "run", str(scenario), "--fresh", "--quiet", "--out", str(Path(folder) / "results")]
        taken = alternate({"limelight run": lambda: python(*run),
                           "import mesa, numba": lambda: python("-c", "import mesa, numba")},
                          MORE_TURNS * clock.turns, least=0)
    more = [ours - bare for ours, bare in zip(*taken.values(), strict=True)]
    bar = Bar(9, "limelight run of a tiny world, beyond importing mesa and numba", median(more), min(more), max(more),
              1.5, unit="s")
    return [timing("start", 200, name, seconds) for name, seconds in taken.items()], [bar]


def python(*words: str) -> None:
    """Run Python in a process of its own."""
    subprocess.run([sys.executable, *words], env=own_environment(), stdout=subprocess.DEVNULL, check=True)
