"""The worlds behind the page: what is shown is what a run gives, to the bit, and no failure takes the page along."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.agents.memory import Event
from sim.app.choice import Choice
from sim.app.desk import Desk
from sim.app.drawing.scales import smoothed
from sim.app.hall import Hall
from sim.app.life import Life
from sim.app.outlook import Outlook, Pair, Shelf
from sim.app.pasts import Pasts
from sim.app.play import Play
from sim.app.reading import band_of, card, marks_of
from sim.app.workers import AT_ONCE, LATER, SOON, Errand, WaitingList, Workers
from sim.industry import Industry
from sim.observables import OBSERVABLES, observe
from sim.runner import run
from sim.scenario import Scenario
from sim.snapshots import SavedWorld, keep_world

SCENARIO = Scenario(weeks=32, fans=400, agencies=8, seed=3)
NOW = 12  # the last week of the past, where there is one
PATIENCE = 120  # seconds that a busy machine may need

FAILING = """
from sim.plugins import process

@process(after="idols_work_hours")
def the_sky_falls(industry):
    if industry.week == 5:
        raise RuntimeError("the sky has fallen")
"""

FRAGILE = """
from sim.plugins import process

@process(after="law_takes_effect")
def industry_collapses(industry):
    if industry.week >= 5 and industry.numbers.fine_cap > 0.199:
        raise RuntimeError("fines took all")
"""


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def lived(play: Play, week: int) -> Play:
    """Let the worlds of play live to a week."""
    while play.week < week and not play.failure:
        play.step()
    return play


def rows_of(scenario: Scenario, folder: Path) -> np.ndarray:
    """What `run` gives: all observables, week by week."""
    return run(scenario, folder).weeks.drop(columns=["week", "date"]).to_numpy()


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Two spawned processes for all tests of this file."""
    workers = Workers(2)
    yield workers
    workers.close()


@pytest.fixture
def failing(tmp_path: Path) -> Scenario:
    """A scenario whose worlds break in week 5."""
    (tmp_path / "falling.py").write_text(FAILING, encoding="utf-8")
    return SCENARIO.with_(plugins=(tmp_path / "falling.py",))


@pytest.fixture
def fragile(tmp_path: Path) -> Scenario:
    """A scenario whose worlds break in week 5 where fines may reach a fifth of revenue."""
    (tmp_path / "fragile.py").write_text(FRAGILE, encoding="utf-8")
    return SCENARIO.with_(plugins=(tmp_path / "fragile.py",))


# ---- play ----


def test_worlds_of_play_are_those_of_a_run(tmp_path: Path) -> None:
    play = lived(Play(Choice(SCENARIO).moved("hours_cap_adults", 52.0)), 12)
    for twin in (play.present, play.mine):
        assert twin is not None
        asked = twin.industry.scenario.with_(weeks=12)
        assert np.array_equal(twin.life.table(), rows_of(asked, tmp_path))


def test_a_lever_moved_while_the_worlds_live_acts_as_if_it_had_been_written_down(tmp_path: Path) -> None:
    play = lived(Play(Choice(SCENARIO)), 6)
    play.change(play.choice.moved("content_cap", 1.0, play.week))
    play.change(lived(play, 14).choice.adopting("privacy_first", play.week))
    assert play.mine and play.present
    lived(play, 20)
    assert np.array_equal(play.mine.life.table(), rows_of(play.choice.mine.with_(weeks=20), tmp_path))
    assert np.array_equal(play.mine.life.table()[:7], play.present.life.table()[:7])
    assert not np.array_equal(play.mine.life.table()[-1], play.present.life.table()[-1])


def test_a_change_to_the_same_value_changes_no_bit() -> None:
    play = lived(Play(Choice(SCENARIO)), 4)
    day = SCENARIO.date_of(play.week + 1)
    same = play.choice.moved("editing_cap", 0.5, play.week)
    line = same.lines[0].model_copy(update={"to": 1.0})
    play.change(Choice(SCENARIO, (line,)))
    lived(play, 16)
    assert line.start == day and play.mine and play.present
    assert np.array_equal(play.mine.life.table(), play.present.life.table())


def test_branching_makes_the_past_of_mine_the_past_of_both(tmp_path: Path) -> None:
    play = lived(Play(Choice(SCENARIO).moved("hours_cap_adults", 52.0)), 8)
    choice = play.branch()
    assert choice.lines == () and play.mine and play.present
    assert choice.value("hours_cap_adults") == choice.present_value("hours_cap_adults") == 52.0
    lived(play, 12)
    assert np.array_equal(play.mine.life.table(), play.present.life.table())
    play.change(choice.moved("content_cap", 1.0, play.week))
    lived(play, 18)
    assert np.array_equal(play.mine.life.table(), rows_of(play.choice.mine.with_(weeks=18), tmp_path))
    assert np.array_equal(play.present.life.table(), rows_of(choice.present.with_(weeks=18), tmp_path))


def test_what_is_paused_has_lived_its_week_to_the_end_and_begins_no_other() -> None:
    play = lived(Play(Choice(SCENARIO.with_(weeks=5_000))), 1)
    for _ in range(20):
        play.running = True
        living = threading.Thread(target=lambda: [play.step(if_running=True) for _ in range(50)])
        living.start()
        time.sleep(0.01)
        play.pause()
        paused = play.week
        living.join(PATIENCE)
        assert play.week == paused and not play.running
    play.step()
    assert play.week == paused + 1


def test_worlds_of_play_end_with_the_scenario() -> None:
    play = lived(Play(Choice(SCENARIO.with_(weeks=3))), 3)
    play.running = True
    play.step()
    assert play.week == 3 and play.ended and not play.running
    assert play.run_to(SCENARIO.date_of(20)) == 3


def test_an_error_in_a_world_stops_play_with_a_sentence_and_reset_recovers(failing: Scenario) -> None:
    play = Play(Choice(failing))
    play.running = True
    lived(play, 10)
    assert "the sky has fallen" in play.failure and not play.running
    week = play.week
    play.step()
    assert play.week == week
    play.reset(Choice(SCENARIO))
    assert lived(play, 7).failure == "" and play.week == 7


def test_a_week_that_broke_off_has_not_been_lived_so_undoing_its_cause_lets_the_world_live_on(
    fragile: Scenario, workers: Workers
) -> None:
    desk = Desk(Hall(fragile, workers), "somebody")
    desk.move("fine_cap", 0.2)
    lived(desk.play, 10)
    assert desk.play.failure.startswith("Week 5: ") and desk.play.week == 4
    desk.undo()
    desk.recover()
    assert lived(desk.play, 10).failure == "" and desk.play.week == 10
    desk.close()


# ---- the outlook ----


def test_the_outlook_is_what_a_run_gives(workers: Workers, tmp_path: Path) -> None:
    outlook = Outlook(workers, Shelf(), "somebody")
    choice = Choice(SCENARIO).adopting("worker_first")
    outlook.ask(choice, replicates=3)
    until(lambda: outlook.settled)
    assert outlook.failure == "" and outlook.shown is outlook.coarse and outlook.shown
    assert np.array_equal(outlook.shown.mine.table(), rows_of(choice.mine, tmp_path))
    assert np.array_equal(outlook.shown.present.table(), rows_of(choice.present, tmp_path))
    assert [pair.mine.scenario.seed for pair in outlook.pairs_of_the_band] == [3, 4, 5]
    assert outlook.resolution.text == "400 fan agents, 1 world · band of 3 worlds of 400"
    assert [glance.week for glance in outlook.shown.mine.glances] == [0, 26, 32]


def test_a_coarse_outlook_comes_first_and_the_full_one_takes_its_place(workers: Workers, tmp_path: Path) -> None:
    outlook, scenario = Outlook(workers, Shelf(), "somebody"), SCENARIO.with_(fans=2_500)
    outlook.ask(Choice(scenario).moved("content_cap", 1.0), replicates=1)
    assert outlook.coarse and outlook.full
    until(lambda: outlook.coarse is not None and outlook.coarse.done)
    assert outlook.coarse.mine.scenario.fans == 2_000
    until(lambda: outlook.settled)
    assert outlook.shown is outlook.full and outlook.resolution.full and outlook.resolution.fans == 2_500
    assert np.array_equal(outlook.full.present.table(), rows_of(scenario, tmp_path))


def test_the_next_lever_abandons_what_nobody_asks_for_any_more(workers: Workers) -> None:
    outlook = Outlook(workers, Shelf(), "somebody")
    long = SCENARIO.with_(weeks=5_000)
    outlook.ask(Choice(long).moved("content_cap", 1.0), replicates=1)
    assert outlook.coarse
    first = outlook.coarse.mine
    until(lambda: len(first) > 0)
    outlook.ask(Choice(SCENARIO).moved("content_cap", 2.0), replicates=1)
    until(lambda: outlook.settled)
    assert not first.done and len(first) < 5_000
    outlook.close()


def test_what_is_known_is_not_lived_again(workers: Workers) -> None:
    shelf = Shelf()
    one, other = Outlook(workers, shelf, "one"), Outlook(workers, shelf, "other")
    one.ask(Choice(SCENARIO).moved("content_cap", 1.0), replicates=1)
    until(lambda: one.settled)
    one.collect()
    other.ask(Choice(SCENARIO).moved("content_cap", 1.0), replicates=1)
    assert one.coarse and other.coarse and other.settled
    assert other.coarse.mine is one.coarse.mine
    assert Outlook(workers, shelf, "third").coarse is None


def test_what_a_held_lever_would_lead_to_is_begun_and_taken_up_when_it_is_let_go_of(workers: Workers) -> None:
    outlook, here = Outlook(workers, Shelf(), "somebody"), Choice(SCENARIO)
    outlook.ask(here, replicates=1)
    until(lambda: outlook.settled)
    for cap in (50.0, 49.0):
        outlook.expect(here.moved("hours_cap_adults", cap))
    first, second = (world.key() for world in (here.moved("hours_cap_adults", cap).mine for cap in (50.0, 49.0)))
    assert outlook.settled and first not in outlook._errands  # nothing shown waits for it, and only the last goes on
    begun = outlook._errands[second].life
    outlook.ask(here.moved("hours_cap_adults", 49.0), replicates=1)
    assert outlook.coarse and outlook.coarse.mine is begun
    outlook.expect(here.moved("hours_cap_adults", 49.0))  # held where it is already: what is lived goes on
    until(lambda: outlook.settled)
    outlook.expect(here.moved("hours_cap_adults", 48.0))
    expected = outlook._errands[outlook._expected]
    outlook.ask(here, replicates=1)
    assert expected.dropped and outlook.settled
    outlook.close()


def test_worlds_of_a_null_change_share_every_bit(workers: Workers) -> None:
    outlook = Outlook(workers, Shelf(), "somebody")
    outlook.ask(Choice(SCENARIO).adopting("laissez_faire"), replicates=1)
    until(lambda: outlook.settled)
    assert outlook.coarse and outlook.coarse.mine is not outlook.coarse.present
    assert np.array_equal(outlook.coarse.mine.table(), outlook.coarse.present.table())


def test_an_error_in_a_world_elsewhere_becomes_a_sentence(workers: Workers, failing: Scenario) -> None:
    desk = Desk(Hall(SCENARIO, workers), "somebody", Choice(failing))
    until(lambda: bool(desk.outlook.failure))
    assert "the sky has fallen" in desk.outlook.failure
    desk.open(Choice(SCENARIO))
    until(lambda: desk.outlook.coarse is not None and desk.outlook.coarse.done)
    assert desk.outlook.failure == ""
    desk.close()


def test_a_process_that_is_killed_is_replaced_and_its_world_lived_again(workers: Workers, tmp_path: Path) -> None:
    life = Life(SCENARIO.with_(weeks=120))
    until(lambda: len(workers.pids) == 2)
    workers.ask(Errand(life, "somebody"))
    until(lambda: len(life) > 0)
    for pid in workers.pids:
        os.kill(pid, signal.SIGKILL)
    until(lambda: life.done or bool(life.failure))
    assert life.failure == "" and len(life) == 121
    assert np.array_equal(life.table(), rows_of(life.scenario, tmp_path))


class Unwritable(Life):
    """A life that cannot be written down."""

    def add(self, *told: object) -> None:
        raise ValueError("no room for this life")


def test_whatever_goes_wrong_with_one_world_its_place_serves_the_next(workers: Workers, tmp_path: Path) -> None:
    broken = [Unwritable(SCENARIO.with_(seed=seed)) for seed in (31, 32)]  # one for each process
    for life in broken:
        workers.ask(Errand(life, "somebody"))
    until(lambda: all(life.failure for life in broken))
    assert "no room for this life" in broken[0].failure
    after = [Life(SCENARIO.with_(seed=seed)) for seed in (33, 34)]
    for life in after:
        workers.ask(Errand(life, "somebody"))
    until(lambda: all(life.done for life in after))
    assert np.array_equal(after[0].table(), rows_of(after[0].scenario, tmp_path))


def test_an_outlook_has_begun_when_there_is_more_than_the_past() -> None:
    outlook = Outlook(Workers.__new__(Workers), Shelf(), "nobody", now=NOW)
    outlook.coarse = Pair(Life(SCENARIO), Life(SCENARIO))
    assert not outlook.begun
    for weeks, begun in ((NOW + 1, False), (1, True)):
        for life in (outlook.coarse.mine, outlook.coarse.present):
            life.add(("idol_hours",), np.zeros((weeks, 1)))
        assert outlook.begun is begun


def test_what_one_world_has_not_come_to_yet_has_not_passed_it_by() -> None:
    told = [Event(week, "breach", f"agency {week}", 1.0, "") for week in (1, 3)]
    present, mine = Life(SCENARIO), Life(SCENARIO)
    present.add(("idol_hours",), np.zeros((5, 1)), told)
    assert marks_of(Pair(present, mine)) == ()
    mine.add(("idol_hours",), np.zeros((3, 1)), told[:1])
    assert [(mark.world, mark.subject) for mark in marks_of(Pair(present, mine))] == [("both", "agency 1")]
    mine.add(("idol_hours",), np.zeros((1, 1)))
    assert [mark.world for mark in marks_of(Pair(present, mine))] == ["both", "present"]


HOURS = OBSERVABLES["idol_hours"]
WEEKS = 80


def pair_of(change: float, seed: int = 0) -> Pair:
    """Two worlds of which one has other hours, with swings of their own luck."""
    swings = 60 + np.random.default_rng(seed).normal(0, 3, WEEKS)
    present, mine = Life(SCENARIO), Life(SCENARIO)
    present.add(("idol_hours",), swings[:, None])
    mine.add(("idol_hours",), swings[:, None] + change)
    return Pair(present, mine)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ((-5.0,), "so far"),
        ((-5.0, -4.0), "so far"),
        ((-5.0, -4.8, -5.2), "better"),
        ((5.0, 4.8, 5.2), "worse"),
        ((-5.0, -4.8, 0.5), "too close to call"),
        ((-5.0, -5.0, -5.0, -5.0, -5.0, -5.0, -5.0, -5.0, -5.0, 0.1), "too close to call"),
        ((0.0, 0.0, 0.0), "no change"),
    ],
)
def test_a_verdict_needs_three_pairs_of_worlds_that_all_say_the_same(changes: tuple[float, ...], word: str) -> None:
    pairs = [pair_of(change, seed) for seed, change in enumerate(changes)]
    band = pairs if len(pairs) >= 3 else []
    assert card("idol_hours", HOURS, pairs[0], band).word == word


def test_the_band_is_averaged_as_the_line_is() -> None:
    pairs = [pair_of(-5.0, seed) for seed in range(4)]
    low, high = band_of("idol_hours", pairs)
    lines = np.array([smoothed(pair.mine.column("idol_hours"), 26) for pair in pairs])
    assert np.array_equal(low, lines.min(axis=0)) and np.array_equal(high, lines.max(axis=0))
    raw = np.array([pair.mine.column("idol_hours") for pair in pairs])
    assert np.ptp(raw, axis=0)[26:].mean() > 2 * (high - low)[26:].mean()


# ---- the past ----

def today_in(week: int, scenario: Scenario = SCENARIO) -> date:
    """A Thursday of a week."""
    return scenario.date_of(week) + timedelta(days=3)


def test_today_lies_in_a_week_of_the_scenario_or_in_none(workers: Workers) -> None:
    def week_of(day: date) -> int:
        return Hall(SCENARIO, workers, today=day).week_of_today(SCENARIO)

    assert [week_of(today_in(week)) for week in (0, 1, 31)] == [0, 1, 31]
    assert [week_of(today_in(week)) for week in (-1, -200, 32, 300)] == [0, 0, 0, 0]
    assert Hall(SCENARIO, workers).week_of_today(Scenario(start=date(2000, 1, 3), weeks=520)) == 0  # it is over


def test_a_past_that_is_shared_is_lived_once_and_changes_no_bit(workers: Workers, tmp_path: Path) -> None:
    outlook, here = Outlook(workers, Shelf(), "somebody"), Choice(SCENARIO.with_(seed=17))
    kept = len(workers.pasts)
    outlook.ask(here, replicates=2, now=NOW)
    until(lambda: outlook.settled)
    assert len(workers.pasts) == kept + 2  # the world shown, and that of the other luck
    choice = here.moved("hours_cap_adults", 45.0, NOW).moved("content_cap", 1.0, NOW)
    outlook.ask(choice, replicates=2, now=NOW)
    until(lambda: outlook.settled)
    assert len(workers.pasts) == kept + 2 and outlook.shown
    mine, present = outlook.shown.mine, outlook.shown.present
    assert np.array_equal(mine.table(), rows_of(choice.mine, tmp_path))
    assert np.array_equal(mine.table()[: NOW + 1], present.table()[: NOW + 1])
    assert not np.array_equal(mine.table()[NOW + 1], present.table()[NOW + 1])
    whole = run(choice.mine, tmp_path).events
    assert [(event.week, event.kind, event.subject) for event in mine.events] == [
        (row.week, row.kind, row.subject) for row in whole.itertuples()
    ]
    assert [glance.week for glance in mine.glances] == [0, 26, 32]
    band = outlook.band[0].mine
    assert np.array_equal(band.table(), rows_of(choice.on(here.scenario.with_(seed=18)).mine, tmp_path))


def test_a_longer_past_goes_on_from_a_shorter_one(workers: Workers, tmp_path: Path) -> None:
    outlook, here = Outlook(workers, Shelf(), "somebody"), Choice(SCENARIO.with_(seed=23))
    outlook.ask(here, replicates=1, now=NOW)
    until(lambda: outlook.settled)
    early = here.moved("hours_cap_adults", 45.0, NOW)
    later = early.moved("content_cap", 1.0, NOW + 9)
    kept = len(workers.pasts)
    outlook.ask(later, replicates=1, now=NOW + 9)
    until(lambda: outlook.settled)
    assert len(workers.pasts) == kept + 1 and outlook.shown
    for world in (early.mine, later.mine):
        past = workers.pasts.find(world, NOW + 9)
        assert past is not None and past.world.week == NOW + 9
    assert np.array_equal(outlook.shown.mine.table(), rows_of(later.mine, tmp_path))


def test_kept_pasts_are_found_by_their_weeks_alone_and_make_room_for_newer_ones() -> None:
    def world_of(scenario: Scenario, week: int) -> tuple[Life, SavedWorld]:
        play = lived(Play(Choice(scenario)), week)
        assert play.mine
        return play.mine.life, keep_world(play.mine.industry)

    here = Choice(SCENARIO)
    life, world = world_of(SCENARIO, 6)
    pasts = Pasts()
    pasts.keep(life, world)
    assert pasts.find(SCENARIO, 5) is None and pasts.find(SCENARIO, 6, glances=False) is None
    found = pasts.find(here.moved("fine_cap", 0.1, 8).mine.with_(title="another", weeks=20), 9)
    assert found is not None and len(found.rows) == 7 and [glance.week for glance in found.glances] == [0]
    for other in (here.moved("fine_cap", 0.1, 3).mine, SCENARIO.with_(seed=4), SCENARIO.with_(fans=401)):
        assert pasts.find(other, 9) is None
    small = Pasts(room=2 * len(pickle.dumps(world)))
    for seed in (1, 2, 3):
        small.keep(*world_of(SCENARIO.with_(seed=seed), 2))
    assert 0 < len(small) < 3 and small.find(SCENARIO.with_(seed=3), 2) and not small.find(SCENARIO.with_(seed=1), 2)


def test_a_kept_world_lives_on_for_nobody(tmp_path: Path) -> None:
    play = lived(Play(Choice(SCENARIO)), 4)
    assert play.mine
    kept = keep_world(play.mine.industry)
    lived(play, 9)
    again = Industry.restore(kept)
    assert again.week == kept.week == 4
    for _ in range(5):
        again.step()
    assert list(observe(again).values()) == play.mine.life.table()[-1].tolist()
    assert Industry.restore(kept).week == 4


def test_a_past_is_never_shared_where_plug_ins_may_remember_something_else(fragile: Scenario) -> None:
    play = lived(Play(Choice(fragile)), 3)
    assert play.mine
    pasts = Pasts()
    assert not pasts.worth_keeping(fragile, 3, None) and pasts.worth_keeping(SCENARIO, 3, None)
    pasts.keep(play.mine.life, keep_world(play.mine.industry))
    assert pasts.find(fragile, 3) is None


def test_a_place_whose_errand_is_dropped_while_it_sends_a_past_serves_the_next(workers: Workers) -> None:
    outlook = Outlook(workers, Shelf(), "somebody")
    small, large = Choice(SCENARIO.with_(seed=41)), SCENARIO.with_(fans=60_000, seed=42)
    outlook.ask(small, replicates=1, now=NOW)
    until(lambda: outlook.settled)
    for tries in range(4):
        errands = [workers.ask(Errand(Life(large.with_(seed=50 + 2 * tries + each)), "b", now=2)) for each in (0, 1)]
        until(lambda waited=errands: any(len(errand.life) >= 3 for errand in waited))
        for errand in errands:
            errand.drop()
        lever = small.moved("hours_cap_adults", 45.0 + tries, NOW)
        outlook.ask(lever, replicates=1, now=NOW)
        until(lambda: outlook.settled)
    assert outlook.failure == ""


def test_a_world_whose_kept_past_is_refused_is_lived_from_its_first_day(workers: Workers, tmp_path: Path) -> None:
    scenario = SCENARIO.with_(seed=61)
    play = lived(Play(Choice(scenario)), NOW)
    assert play.mine
    kept = keep_world(play.mine.industry)
    workers.pasts.keep(play.mine.life, replace(kept, content={**kept.content, "source": "of another day"}))
    life = Life(scenario)
    workers.ask(Errand(life, "somebody", now=NOW))
    until(lambda: life.done or bool(life.failure))
    assert np.array_equal(life.table(), rows_of(scenario, tmp_path))
    assert workers.pasts.find(scenario, NOW) is None


def test_worlds_of_play_begin_today_with_one_past(tmp_path: Path) -> None:
    choice = Choice(SCENARIO).moved("hours_cap_adults", 45.0, NOW)
    play = Play(choice, first=NOW)
    assert play.week == NOW and play.today == SCENARIO.date_of(NOW)
    lived(play, NOW + 1)
    assert play.mine and play.present and len(play.mine.life) == NOW + 2
    lived(play, NOW + 8)
    for twin, asked in ((play.mine, choice.mine), (play.present, choice.present)):
        assert np.array_equal(twin.life.table(), rows_of(asked.with_(weeks=NOW + 8), tmp_path))
    play.reset(choice)
    assert play.week == NOW
    play.reset(choice, first=0)
    assert play.week == 0 and lived(play, 2).week == 2


def test_worlds_of_play_with_pasts_of_their_own_live_through_each(tmp_path: Path) -> None:
    choice = Choice(SCENARIO).moved("hours_cap_adults", 45.0, 3)
    play = lived(Play(choice, first=NOW), NOW + 2)
    for twin, asked in ((play.mine, choice.mine), (play.present, choice.present)):
        assert twin and np.array_equal(twin.life.table(), rows_of(asked.with_(weeks=NOW + 2), tmp_path))


def test_a_past_that_breaks_off_is_told_and_a_reset_breaks_a_long_one_off(failing: Scenario) -> None:
    play = Play(Choice(failing), first=NOW)
    play.build()
    assert play.failure.startswith("Week 5: ") and "the sky has fallen" in play.failure and play.week == NOW
    long = Play(Choice(SCENARIO.with_(weeks=5_000)), first=4_000)
    building = threading.Thread(target=long.build)
    building.start()
    until(lambda: long.past_lived > 0)
    long.reset(long.choice, first=3)
    building.join(PATIENCE)
    assert not building.is_alive() and long.mine is None and long.failure == ""
    assert lived(long, 4).week == 4


def test_a_lever_moved_while_the_past_is_lived_does_not_wait_for_it(tmp_path: Path) -> None:
    play = Play(Choice(SCENARIO.with_(weeks=1_000)), first=700)
    building = threading.Thread(target=play.build)
    building.start()
    until(lambda: play.past_lived > 0)
    choice = play.choice.moved("hours_cap_adults", 45.0, 700)
    begun = time.perf_counter()
    play.change(choice)
    waited = time.perf_counter() - begun
    assert play.past_lived < 700, "the past was over before the lever was moved"
    building.join(PATIENCE)
    assert play.mine and play.present and waited < 5
    lived(play, 704)
    assert play.mine.industry.numbers.hours_cap_adults == 45.0
    assert np.array_equal(play.mine.life.table()[:701], play.present.life.table()[:701])
    assert not np.array_equal(play.mine.life.table()[701:], play.present.life.table()[701:])


def test_a_step_that_waits_for_a_past_nobody_wants_any_more_lives_none_of_it() -> None:
    play = Play(Choice(SCENARIO.with_(weeks=5_000)), first=4_000)
    waiting = [threading.Thread(target=play.step) for _ in range(3)]
    for thread in waiting:
        thread.start()
    until(lambda: play.past_lived > 0)
    play.reset(play.choice)
    for thread in waiting:
        thread.join(PATIENCE)
    assert play.mine is None and play.past_lived == 0


def test_a_reset_keeps_the_dates_of_what_a_link_brought_and_of_what_is_yet_to_come(workers: Workers) -> None:
    here = Choice(SCENARIO).moved("fine_cap", 0.1, 2).moved("care_duty", 1.0, 25)
    desk = Desk(Hall(SCENARIO, workers, today=today_in(NOW)), "somebody", here)
    lived(desk.play, NOW + 2)
    desk.move("content_cap", 1.0)
    desk.reset_play(fans=300)
    assert {(line.set, line.start) for line in desk.choice.lines} == {
        ("fine_cap", SCENARIO.date_of(3)), ("care_duty", SCENARIO.date_of(26)),
        ("content_cap", SCENARIO.date_of(NOW + 1)),
    }  # fmt: skip
    desk.close()


def test_levers_act_from_today_on_and_play_can_begin_on_the_first_day(workers: Workers) -> None:
    desk = Desk(Hall(SCENARIO, workers, today=today_in(NOW)), "somebody")
    monday = SCENARIO.date_of(NOW + 1)
    assert desk.week == NOW
    desk.move("content_cap", 1.0)
    assert [(line.to, line.start) for line in desk.choice.lines] == [(1.0, monday)]
    lived(desk.play, NOW + 5)
    desk.move("content_cap", 2.0)
    desk.reset_play()
    assert desk.week == NOW
    assert [(line.to, line.start) for line in desk.choice.lines] == [(2.0, monday)]
    desk.reset_play(first=0)
    assert desk.week == 0 and [line.start for line in desk.choice.lines] == [SCENARIO.date_of(1)]
    desk.undo()
    assert [line.start for line in desk.choice.lines] == [monday]
    desk.close()


def test_what_a_link_changed_in_the_past_stays_and_can_be_brought_back(workers: Workers) -> None:
    old = Choice(SCENARIO).moved("fine_cap", 0.1, 2)
    desk = Desk(Hall(SCENARIO, workers, today=today_in(NOW)), "somebody", old)
    desk.release("fine_cap")
    assert [(line.to, line.start, line.until) for line in desk.choice.lines] == [
        (0.1, SCENARIO.date_of(3), SCENARIO.date_of(NOW + 1))
    ]
    lived(desk.play, NOW + 3)
    desk.reset_play()
    assert desk.week == NOW and desk.choice.begun_by(NOW)[0].start == SCENARIO.date_of(3)
    assert desk.choice.value("fine_cap") == desk.choice.present_value("fine_cap")
    desk.undo()
    desk.undo()
    assert desk.choice == old
    desk.close()


# ---- who is served ----


def errand(owner: str, urgency: int) -> Errand:
    return Errand(Life(SCENARIO), owner, urgency)


def test_what_is_waited_for_goes_before_what_refines() -> None:
    waiting = WaitingList()
    later, soon, at_once = errand("a", LATER), errand("a", SOON), errand("a", AT_ONCE)
    for each in (later, soon, at_once):
        waiting.put(each)
    assert waiting.take() is at_once
    threading.Timer(0.2, at_once.life.end).start()
    begun = time.monotonic()
    assert waiting.take() is soon
    assert time.monotonic() > begun + 0.1, "it was begun while somebody waited for another"
    assert waiting.take() is later


def test_a_visitor_who_asks_for_much_does_not_keep_others_waiting() -> None:
    waiting = WaitingList()
    greedy = [errand("greedy", LATER) for _ in range(4)]
    modest = errand("modest", LATER)
    for each in (*greedy, modest):
        waiting.put(each)
    assert waiting.take() is greedy[0]
    assert waiting.take() is modest
    assert waiting.take() is greedy[1]


def test_a_world_in_the_background_holds_still_while_a_visitor_waits(workers: Workers) -> None:
    refining, waited_for = (Life(SCENARIO.with_(weeks=5_000, seed=seed)) for seed in (8, 9))
    later = workers.ask(Errand(refining, "a", LATER))
    until(lambda: len(refining) > 0)
    urgent = workers.ask(Errand(waited_for, "b", AT_ONCE))
    until(lambda: _stands_still(refining, waited_for))
    held = len(refining)
    urgent.drop()
    until(lambda: len(refining) > held)
    later.drop()
    assert not waited_for.done and not refining.done


def _stands_still(one: Life, while_other: Life) -> bool:
    """Whether one life got no further while another lived fifty weeks."""
    before, other = len(one), len(while_other)
    until(lambda: len(while_other) > other + 50)
    return len(one) == before


def test_somebody_waits_until_the_world_is_lived_given_up_or_dropped() -> None:
    waiting = WaitingList()
    waiting.put(errand("a", LATER))
    assert not waiting.pressing
    for release in (lambda each: each.life.end(), lambda each: each.life.fail("broken"), Errand.drop):
        urgent = errand("b", AT_ONCE)
        waiting.put(urgent)
        assert waiting.pressing
        release(urgent)
        assert not waiting.pressing


def test_what_was_dropped_is_not_handed_out_and_nobody_waits_after_the_end() -> None:
    waiting = WaitingList()
    gone, here = errand("gone", AT_ONCE), errand("here", AT_ONCE)
    waiting.put(gone)
    waiting.put(here)
    waiting.forget("gone")
    assert waiting.take(only_at_once=True) is here
    waiting.close()
    assert waiting.take() is None


# ---- the desk ----


def test_a_desk_undoes_resets_and_keeps_the_lived_past(workers: Workers) -> None:
    desk = Desk(Hall(SCENARIO, workers), "somebody")
    desk.move("content_cap", 1.0)
    lived(desk.play, 5)
    desk.move("content_cap", 2.0)
    lived(desk.play, 9)
    desk.undo()
    assert desk.choice.value("content_cap") == 1.0
    assert desk.play.choice is desk.choice and desk.week == 9
    desk.reset_play()
    assert desk.week == 0
    assert [(line.to, line.start) for line in desk.choice.lines] == [(1.0, SCENARIO.date_of(1))]
    desk.clear()
    assert desk.choice.mine is SCENARIO
    desk.move("editing_cap", 7.0)
    assert "range" in desk.message and desk.choice.lines == ()
    desk.close()


def test_a_lever_of_a_preset_that_was_let_go_stays_so_after_a_reset(workers: Workers) -> None:
    desk = Desk(Hall(SCENARIO, workers), "visitor")
    desk.adopt("worker_first")
    desk.release("hours_cap_adults")
    chosen = desk.choice
    desk.play.step()
    desk.reset_play()
    assert desk.choice.mine == chosen.mine
    desk.close()


def test_a_message_goes_without_the_worlds_that_were_lived(workers: Workers) -> None:
    desk = Desk(Hall(SCENARIO, workers), "visitor")
    desk.play.step()
    desk.move("editing_cap", 3.0)
    assert "range" in desk.message
    desk.recover()
    assert (desk.message, desk.week) == ("", 1)
    desk.close()


def test_two_desks_share_nothing_but_the_shelf(workers: Workers) -> None:
    hall = Hall(SCENARIO, workers)
    one, other = Desk(hall, "one"), Desk(hall, "other")
    one.move("content_cap", 1.0)
    lived(one.play, 3)
    assert other.choice.lines == () and other.week == 0 and other.earlier == []
    one.close()
    assert one.play.mine is None
    until(lambda: other.outlook.coarse is not None and other.outlook.coarse.done)
    other.close()
