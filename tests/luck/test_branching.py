"""Branching: a world that is saved and goes on, here or elsewhere, is the world that was never interrupted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mesa import Agent

from sim.__main__ import main
from sim.industry import Industry
from sim.params import LimelightError
from sim.policies import Policy
from sim.processes import WEEK
from sim.results import Results
from sim.runner import RunError, folder_of, run, saving_week
from sim.scenario import Scenario
from sim.snapshots import FORMAT, read_world, save_world
from sim.snapshots.packing import packed, unpacked
from tests.luck.test_worlds import digest, fingerprint

ROOT = Path(__file__).resolve().parents[2]
WEEKS = (1, 17, 60)
AFTER = 5
"""Weeks that are lived after each save; in the first of them everything that was forgotten would show."""

EVENTFUL = {"debuts_per_year": 50.0, "breach_rate": 0.08, "callout_rate": 0.03, "idol_exit_rate": 0.05}
ACTED = {"set": "hours_cap_adults", "to": 52, "from": "2025-02-10", "over": 4}
QUESTIONS = {
    "evolving": Scenario(fans=600, agencies=90, seed=5, weeks=66, numbers=EVENTFUL,
                         policies=[ACTED, {"set": "media_literacy", "to": 0.5, "from": "2025-03-03"}]),
    "frozen": Scenario(fans=450, agencies=30, seed=78, weeks=66, ai="frozen", numbers=EVENTFUL),
    "none": Scenario(fans=450, agencies=12, seed=2**64 - 1, weeks=66, ai="none", numbers=EVENTFUL),
}  # fmt: skip

Digests = dict[str, str]
Story = tuple[Scenario, dict[int, Path], dict[int, Digests]]
"""A question, the files of its world by week, and the marks of the uninterrupted world by week."""


def marks(industry: Industry) -> Digests:
    """A world to the bit: columns, institutions, events, numbers in force, types of all that is remembered."""
    every = fingerprint(industry)
    for name in ("leaving", "next_dissatisfaction", "tool_spending"):
        every[name] = digest(getattr(industry, name))
    for part in ("baseline", "platform", "staff", "cultures", "tally", "regulator"):
        every[f"types of {part}"] = repr({name: type(value) for name, value in vars(getattr(industry, part)).items()})
    every["numbers"] = repr(industry.numbers.as_dict())
    every["clock"] = repr((industry.week, industry.steps, industry.time))
    every["Mesa's luck"] = digest(industry.random.getstate()) + repr(industry.rng.bit_generator.state)
    return every


def lived(industry: Industry, weeks: int) -> Industry:
    """The same world so many weeks later."""
    for _ in range(weeks):
        industry.step()
    return industry


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the saved worlds of these tests lie."""
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module")
def stories(folder: Path) -> dict[str, Story]:
    """One uninterrupted life of each question, saved on the way, with its marks."""
    told = {}
    for name, asked in QUESTIONS.items():
        industry, files, seen = Industry(asked), {}, {}
        for week in range(1, max(WEEKS) + AFTER + 1):
            industry.step()
            if week in WEEKS:
                files[week] = industry.snapshot(folder / f"{name}-{week}.npz")
            if week - AFTER in WEEKS or week in WEEKS:
                seen[week] = marks(industry)
        told[name] = (asked, files, seen)
    return told


@pytest.fixture(params=list(QUESTIONS))
def story(request: pytest.FixtureRequest, stories: dict[str, Story]) -> Story:
    """The life of each question in turn."""
    return stories[request.param]


@pytest.fixture
def under_law(stories: dict[str, Story]) -> Story:
    """The life of the world that has lived under policies."""
    return stories["evolving"]


# ---- the same bits ----


@pytest.mark.parametrize("week", WEEKS)
def test_a_restored_world_is_and_goes_on_like_the_uninterrupted_one(
    week: int, story: Story
) -> None:
    asked, files, seen = story
    world = Industry.restore(files[week])
    assert world.scenario == asked
    assert marks(world) == seen[week]
    assert marks(lived(world, AFTER)) == seen[week + AFTER]


def test_something_of_all_that_is_kept_had_happened_in_the_stories(stories: dict[str, Story]) -> None:
    worlds = [Industry.restore(files[60]) for _, files, _ in stories.values()]
    assert all(len(world.events) > 3 and len(world.tally.weeks) > 2 for world in worlds)
    assert all(world.regulator.notices and "breaches" in world.tally.weeks for world in worlds[:2])
    assert not any(world.fans.alive.all() or world.idols.alive.all() for world in worlds)
    assert worlds[0].numbers.hours_cap_adults == 52 != worlds[0].first_law.hours_cap_adults


def test_the_first_day_can_be_saved_too(tmp_path: Path) -> None:
    asked = QUESTIONS["evolving"]
    first = Industry(asked)
    twin = Industry.restore(first.snapshot(tmp_path / "first-day.npz"))
    assert marks(twin) == marks(first)
    assert marks(lived(twin, 3)) == marks(lived(first, 3))


def test_worlds_go_on_in_another_process_with_other_hashes_and_threads(stories: dict[str, Story]) -> None:
    program = (
        "import json, sys\n"
        "from sim.industry import Industry\n"
        "from tests.luck.test_branching import AFTER, lived, marks\n"
        "worlds = [Industry.restore(path, threads=int(sys.argv[1])) for path in sys.argv[2:]]\n"
        "print(json.dumps([[marks(world), marks(lived(world, AFTER))] for world in worlds]))\n"
    )
    saved = {
        file: [seen[week], seen[week + AFTER]] for _, files, seen in stories.values() for week, file in files.items()
    }
    words = [sys.executable, "-c", program, "3", *map(str, saved)]
    surroundings = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == list(saved.values())


def test_saving_changes_nothing_and_the_same_world_gives_the_same_bytes(tmp_path: Path) -> None:
    world = lived(Industry(QUESTIONS["none"]), 2)
    before = marks(world)
    one, other = world.snapshot(tmp_path / "one.npz"), save_world(world, tmp_path / "deeper" / "other.npz")
    assert marks(world) == before
    assert one.read_bytes() == other.read_bytes()
    again = Industry.restore(one).snapshot(tmp_path / "again.npz")
    assert again.read_bytes() == one.read_bytes()
    assert [path.name for path in (tmp_path / "deeper").iterdir()] == ["other.npz"]


def test_the_branches_of_one_saved_world_do_not_touch_each_other(story: Story) -> None:
    _, files, seen = story
    saved = read_world(files[17])
    one, other = Industry.restore(saved), Industry.restore(saved)
    lived(one, AFTER)
    assert marks(other) == seen[17]
    assert marks(lived(other, AFTER)) == seen[17 + AFTER]


def test_a_year_is_lived_as_mesa_users_live_it(tmp_path: Path) -> None:
    one = Industry(QUESTIONS["none"])
    one.run_for(3)
    twin = Industry.restore(one.snapshot(tmp_path / "world.npz"))
    one.run_for(4)
    twin.run_for(4)
    assert twin.week == 7 and twin.steps == 7
    assert marks(twin) == marks(one)


def test_anybody_can_look_into_a_file_with_numpy(story: Story) -> None:
    _, files, _ = story
    with np.load(files[17], allow_pickle=False) as columns:
        world = Industry.restore(files[17])
        assert np.array_equal(columns["fans/dissatisfaction"], world.fans.dissatisfaction)
        assert json.loads(columns["world.json"])["week"] == 17


@pytest.mark.parametrize("value", [
    0.1 + 0.2, -0.0, float("inf"), float("-inf"), 5e-324, 2**80, True, None, "한류", np.float64(1 / 3),
    np.float32(1 / 3), np.int16(-7), np.bool_(True), np.float64("-inf"), (1, (2.0, [None])), {"a": {1: (2,)}}, [],
    {"keys": 1, "values": 2, "array": "x", "record": "Tally"},
])  # fmt: skip
def test_a_plain_value_comes_back_with_its_bits_and_its_type(value: Any) -> None:
    arrays: dict[str, np.ndarray] = {}
    back = unpacked(json.loads(json.dumps(packed(value, "it", arrays), allow_nan=False)), arrays)
    assert type(back) is type(value)
    assert repr(back) == repr(value)


def test_not_a_number_comes_back_as_none() -> None:
    arrays: dict[str, np.ndarray] = {}
    back = unpacked(packed({"x": float("nan"), "y": np.array([np.nan, -0.0])}, "it", arrays), arrays)
    assert np.isnan(back["x"]) and np.isnan(back["y"][0]) and np.signbit(back["y"][1])


# ---- branching ----


@pytest.mark.parametrize("change", [
    {"set": "hours_cap_adults", "to": 40},
    {"set": "feed_gain_cap", "to": 0.1, "over": 3},
    {"set": "deepfake_takedown", "to": 1.0},
    {"set": "minimisation", "to": 0.8},
])  # fmt: skip
@pytest.mark.parametrize("week", [17, 60])
def test_a_branch_is_the_world_that_had_the_policy_from_its_first_day(
    change: dict[str, Any], week: int, story: Story
) -> None:
    asked, files, seen = story
    policy = Policy.of([{**change, "from": asked.date_of(week + 1)}], name="a branch")
    under = asked.with_(policies=(*asked.policies, policy), weeks=99, title="Branch", snapshots_every=7)
    branch, whole = lived(Industry.restore(files[week], under), AFTER), lived(Industry(under), week + AFTER)
    assert branch.scenario is under
    assert marks(branch) == marks(whole)
    assert marks(branch) != seen[week + AFTER]


def test_a_law_of_the_past_may_end_in_the_future(under_law: Story) -> None:
    asked, files, _ = under_law
    under = asked.with_(policies=[{**ACTED, "until": asked.date_of(62)}, *asked.policies[0].changes[1:]])
    branch = lived(Industry.restore(files[60], under), AFTER)
    assert branch.numbers.hours_cap_adults == branch.first_law.hours_cap_adults
    assert marks(branch) == marks(lived(Industry(under), 60 + AFTER))


def test_a_line_that_would_not_have_changed_the_past_may_stand(story: Story) -> None:
    asked, files, seen = story
    value = Industry(asked).numbers.fine_cap
    null = Policy.of([{"set": "fine_cap", "to": value, "from": asked.start}], name="null")
    assert marks(Industry.restore(files[17], asked.with_(policies=(*asked.policies, null)))) == seen[17]


def test_a_line_of_the_past_is_refused_by_name_and_date(story: Story) -> None:
    asked, files, _ = story
    for start in (None, asked.start, asked.date_of(9), asked.date_of(17)):
        under = asked.with_(policies=(*asked.policies, Policy.of([{"set": "fine_cap", "to": 0.1, "from": start}])))
        with pytest.raises(LimelightError) as refused:
            Industry.restore(files[17], under)
        sentence = str(refused.value)
        for part in (str(files[17]), "'fine_cap' to 0.1", str(start or "the beginning"), str(asked.date_of(17)),
                     f"date that line {asked.date_of(18)} or later"):
            assert part in sentence
    day_after = asked.date_of(17) + timedelta(days=1)
    under = asked.with_(policies=(*asked.policies, Policy.of([{"set": "fine_cap", "to": 0.1, "from": day_after}])))
    assert Industry.restore(files[17], under).step() is None


def test_a_law_that_has_held_may_not_be_left_out_or_end_in_the_past(under_law: Story) -> None:
    asked, files, _ = under_law
    literacy = asked.policies[0].changes[1]
    for policies in ([], [literacy], [{**ACTED, "until": asked.date_of(30)}, literacy]):
        with pytest.raises(LimelightError, match=r"'hours_cap_adults' to 52.* from 2025-02-10 has held in the past"):
            Industry.restore(files[60], asked.with_(policies=policies))
    with pytest.raises(LimelightError, match=r"'hours_cap_adults' to 52.* from 2025-02-10 would change the past"):
        Industry.restore(files[60], asked.with_(policies=[{**ACTED, "over": 9}, literacy]))
    assert Industry.restore(files[1], asked.with_(policies=[])).week == 1  # there it had not begun yet


@pytest.mark.parametrize("changes, part", [
    ({"seed": 6}, "'seed'"), ({"fans": 601}, "'fans'"), ({"agencies": 31}, "'agencies'"),
    ({"ai": "frozen"}, "'ai'"), ({"strategies": {"content": "hold"}}, "'strategies'"),
    ({"numbers": {**EVENTFUL, "breach_rate": 0.07}}, "the number 'breach_rate'"), ({"numbers": {}}, "the number"),
])  # fmt: skip
def test_another_world_is_refused_in_one_sentence(changes: dict[str, Any], part: str, under_law: Story) -> None:
    asked, files, _ = under_law
    with pytest.raises(LimelightError, match=rf"only under other policies, but {part} .*is .* run the scenario"):
        Industry.restore(files[1], asked.with_(**changes))


# ---- what cannot be kept, and files that are none ----


class Reporter(Agent):
    """An ordinary Mesa agent."""


class Diary:
    """Something of a plug-in that is neither numbers nor agents."""


def scheduled() -> None:
    """Something that was to happen once."""


@pytest.mark.parametrize("spoil, part", [
    (lambda world: Reporter(world), r"\(Reporter\)"),
    (lambda world: setattr(world, "diary", Diary()), "diary is a Diary"),
    (lambda world: setattr(world, "diary", {"first": [object()]}), "diary/first/0 is a object"),
    (lambda world: setattr(world, "diary", {(1, 2): 3}), r"diary has the key \(1, 2\)"),
    (lambda world: world.schedule_event(scheduled, at=9), "scheduled by hand"),
    (lambda world: world.schedule_recurring(scheduled, mesa_schedule()), "scheduled by hand"),
])  # fmt: skip
def test_what_would_be_lost_is_refused(spoil: Callable[[Industry], Any], part: str, tmp_path: Path) -> None:
    world = Industry(QUESTIONS["none"])
    held = spoil(world)
    with pytest.raises(LimelightError, match=part):
        world.snapshot(tmp_path / "world.npz")
    assert list(tmp_path.iterdir()) == []
    assert held is None or held is not world


def mesa_schedule() -> Any:
    """Every second week."""
    from mesa.time import Schedule

    return Schedule(interval=2.0)


def test_what_a_user_has_put_on_the_world_is_kept(tmp_path: Path) -> None:
    world = lived(Industry(QUESTIONS["none"]), 1)
    world.hopes = {"of": [np.arange(3.0), 1.5, ("a", None)]}  # type: ignore[attr-defined]
    world.numbers.put("fine_cap", 0.07)
    world.rng.normal()
    world.random.random()
    twin = Industry.restore(world.snapshot(tmp_path / "world.npz"))
    assert repr(twin.hopes) == repr(world.hopes)  # type: ignore[attr-defined]
    assert twin.numbers.fine_cap == 0.07
    assert twin.rng.normal() == world.rng.normal() and twin.random.random() == world.random.random()


def opening_day(industry: Industry) -> None:
    """A process of a user's own."""
    industry.platform.checking += 0.01


def test_a_world_of_other_processes_is_refused(tmp_path: Path) -> None:
    world = Industry(QUESTIONS["none"])
    world.processes = (*WEEK, opening_day)
    saved = lived(world, 1).snapshot(tmp_path / "world.npz")
    with pytest.raises(LimelightError, match="with the process 'opening_day', which this model lacks"):
        Industry.restore(saved)
    world.processes = WEEK[1:]
    with pytest.raises(LimelightError, match="other processes than this model's"):
        Industry.restore(world.snapshot(saved))
    world.processes = (*WEEK, opening_day)
    twin = Industry.restore(world.snapshot(saved), other_source=True)
    twin.processes = world.processes
    assert marks(lived(twin, 2)) == marks(lived(world, 2))


OWN = """
from mesa import Agent
from sim.agents.actor import Actor, State
from sim.plugins import agent_kind, at_start, process

@agent_kind("critics")
class Critic(Actor):
    praise = State("float32", unit="SD", meaning="how kindly they write")

@at_start
def critics_are_hired(industry):
    industry.critics.born([7, 8, 9], 0, praise=[0.1, 0.2, 0.3])
    industry.reviews = {"written": 0}

@process(after="groups_release_songs")
def critics_write(industry):
    industry.critics.praise += industry.dice.normal("praise", industry.critics.identity, industry.week)
    industry.reviews["written"] += len(industry.critics)
"""


def test_a_world_with_a_plug_in_goes_on_with_it_and_not_without(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    asked = QUESTIONS["none"].with_(plugins=[file])
    world = lived(Industry(asked), 2)
    saved = world.snapshot(tmp_path / "world.npz")
    twin = Industry.restore(saved)
    assert marks(lived(twin, 2)) == marks(lived(world, 2))
    assert twin.reviews == world.reviews == {"written": 12}  # type: ignore[attr-defined]
    assert len(twin.populations["critics"]) == 3
    (tmp_path / "moved").mkdir()
    elsewhere = asked.with_(plugins=[file.rename(tmp_path / "moved" / "own.py")])
    with pytest.raises(LimelightError, match="no such plug-in file"):
        Industry.restore(saved)
    assert marks(lived(Industry.restore(saved, elsewhere), 2)) == marks(world)
    with pytest.raises(LimelightError, match="lived with the plug-ins own and not with none;"):
        Industry.restore(saved, QUESTIONS["none"])
    changed = tmp_path / "own.py"
    changed.write_text(OWN.replace("0.1, ", "0.15, "))
    with pytest.raises(LimelightError, match="no longer the plug-in that was named"):
        Industry.restore(saved)
    with pytest.raises(LimelightError, match="the plug-in own was another file when this world was saved"):
        Industry.restore(saved, asked.with_(plugins=[changed]))


def test_ordinary_agents_of_a_plug_in_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(OWN.replace("industry.critics.born(", "Agent(industry); industry.critics.born("))
    with pytest.raises(LimelightError, match=r"ordinary agents \(Agent\) cannot be kept"):
        Industry(QUESTIONS["none"].with_(plugins=[file])).snapshot(tmp_path / "world.npz")


def rewritten(file: Path, place: Path, members: dict[str, bytes | None]) -> Path:
    """A copy of a file with some of its members replaced, or left out."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(place, "w") as new:
        for name in old.namelist():
            content = members.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return place


def content_of(file: Path) -> dict[str, Any]:
    """What the JSON of a file says."""
    with zipfile.ZipFile(file) as kept:
        return dict(json.loads(kept.read("world.json")))


@pytest.fixture(scope="module")
def whole(folder: Path) -> Iterator[Path]:
    """A small world in a file that is in order."""
    yield Industry(Scenario(fans=200, agencies=4, weeks=3)).snapshot(folder / "whole.npz")


def broken_files(whole: Path, place: Path) -> dict[str, Path]:
    """Files that are no world any more, by what is wrong with them."""
    bytes_ = whole.read_bytes()
    files = {name: place / f"{number}.npz" for number, name in enumerate(
        ["empty", "text", "cut short", "one bit", "a list", "no JSON", "a NumPy array"])}
    files["empty"].write_bytes(b"")
    files["text"].write_text("title: a scenario\n")
    files["cut short"].write_bytes(bytes_[: len(bytes_) // 2])
    files["one bit"].write_bytes(bytes_[:5000] + bytes([bytes_[5000] ^ 1]) + bytes_[5001:])
    rewritten(whole, files["a list"], {"world.json": b"[1, 2]"})
    rewritten(whole, files["no JSON"], {"world.json": b"{nothing"})
    np.savez(files["a NumPy array"], alive=np.ones(3))
    content = content_of(whole)
    changed = {**content, "week": 1}
    files["changed"] = rewritten(whole, place / "changed.npz", {"world.json": json.dumps(changed).encode()})
    files["a column less"] = rewritten(whole, place / "less.npz", {"fans/trust.npy": None})
    poison = place / "poison.npy"
    np.save(poison, np.array([object()]), allow_pickle=True)
    files["code"] = rewritten(whole, place / "code.npz", {"fans/trust.npy": poison.read_bytes()})
    files["a folder"] = place
    files["nothing"] = place / "nothing.npz"
    return files


def test_a_file_that_is_broken_or_no_world_is_refused_in_one_sentence(whole: Path, tmp_path: Path) -> None:
    for wrong, file in broken_files(whole, tmp_path).items():
        with pytest.raises(LimelightError) as refused:
            Industry.restore(file)
        sentence = str(refused.value)
        assert str(file) in sentence and sentence.endswith(".") and "\n" not in sentence, wrong


def test_another_format_is_refused(whole: Path, tmp_path: Path) -> None:
    newer = json.dumps({**content_of(whole), "format": FORMAT + 1}).encode()
    file = rewritten(whole, tmp_path / "newer.npz", {"world.json": newer})
    with pytest.raises(LimelightError, match=f"is of format {FORMAT + 1}, but this version of Limelight reads format"):
        Industry.restore(file)


def test_a_world_of_another_model_goes_on_only_if_asked_for(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.snapshots.source_hash", lambda: "another model")
    other = Industry.restore(whole, other_source=True).snapshot(tmp_path / "other.npz")
    with pytest.raises(LimelightError, match=r"another version of the model.*other_source=True"):
        Industry.restore(whole)
    monkeypatch.undo()
    with pytest.raises(LimelightError, match="another version of the model"):
        Industry.restore(other)
    world = Industry.restore(other, other_source=True)
    assert marks(lived(world, 2)) == marks(lived(Industry.restore(whole), 2))


def test_columns_and_fields_of_another_model_are_refused_even_then(whole: Path) -> None:
    saved = read_world(whole)
    fewer = {name: column for name, column in saved.columns.items() if name != "fans/trust"}
    people = {**saved.content, "populations": [*saved.content["populations"], "critics"]}
    fields = json.loads(json.dumps(saved.content))
    fields["state"]["staff"]["fields"]["hope"] = 1.0
    fewer_fields = json.loads(json.dumps(saved.content))
    del fewer_fields["state"]["cultures"]["fields"]["record"]
    for content, columns in ((saved.content, fewer), (people, saved.columns), (fields, saved.columns),
                             (fewer_fields, saved.columns)):
        with pytest.raises(LimelightError):
            Industry.restore(type(saved)(whole, content, columns), other_source=True)


def test_a_place_that_may_not_be_written_to_is_one_sentence(whole: Path) -> None:
    with pytest.raises(LimelightError, match=r"cannot be written to .* give another path"):
        Industry(Scenario(fans=200, agencies=4)).snapshot(whole / "below-a-file.npz")


# ---- runs ----


def question(place: Path, **more: Any) -> Path:
    """A scenario file of ten weeks."""
    file = place / "scenario.yaml"
    file.write_text(json.dumps({"weeks": 10, "fans": 300, "agencies": 120, "seed": 3, "numbers": EVENTFUL, **more}))
    return file


def test_a_run_saves_worlds_and_another_goes_on_from_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = question(tmp_path), tmp_path / "out"
    asked = Scenario.from_yaml(file)
    words = ["run", str(file), "--out", str(out), "--quiet"]
    assert main([*words, "--save-at", "6", "--save-at", asked.date_of(4).isoformat()]) == 0
    first = Path(capsys.readouterr().out.strip())
    assert sorted(path.name for path in first.glob("*.npz")) == ["world-week-0003.npz", "world-week-0006.npz"]
    assert first == folder_of(asked, out)
    world = first / "world-week-0006.npz"
    assert main([*words, "--from", str(world)]) == 0
    second = Path(capsys.readouterr().out.strip())
    uninterrupted, branch = Results.load(first), Results.load(second)
    assert branch.weeks.equals(uninterrupted.weeks.iloc[6:].reset_index(drop=True))
    late = uninterrupted.events[uninterrupted.events["week"] > 6]
    assert len(late) > 0 and branch.events.equals(late.reset_index(drop=True))
    assert second != first and second == folder_of(asked, out, read_world(world))
    told = branch.manifest["goes_on_from"]
    assert told == {"file": world.name, "week": 6, "digest": read_world(world).digest}
    assert branch.manifest["run"] == second.name == branch.manifest["key"][:16]


def test_branches_of_a_run_are_the_runs_under_the_policy(tmp_path: Path) -> None:
    asked = Scenario.from_yaml(question(tmp_path))
    world = run(asked, tmp_path, save_at=[6]).folder / "world-week-0006.npz"  # type: ignore[operator]
    names = set()
    for lever, value in (("hours_cap_adults", 40), ("content_cap", 0.5)):
        under = asked.with_(policies=[{"set": lever, "to": value, "from": asked.date_of(7)}])
        branch, whole = run(under, tmp_path, world=world), run(under, tmp_path)
        assert branch.weeks.equals(whole.weeks.iloc[6:].reset_index(drop=True))
        assert not branch.weeks.equals(Results.load(folder_of(asked, tmp_path)).weeks.iloc[6:].reset_index(drop=True))
        names |= {branch.folder, whole.folder}
    assert len(names) == 4


def test_a_run_that_is_there_is_lived_again_only_for_a_world_it_lacks(tmp_path: Path) -> None:
    asked = Scenario.from_yaml(question(tmp_path, snapshots_every=5))
    built: list[int] = []

    def weeks(**more: Any) -> int:
        built.clear()
        run(asked, tmp_path, progress=lambda week, _: built.append(week), **more)
        return len(built)

    assert (weeks(), weeks(), weeks(save_at=[3]), weeks(save_at=[3]), weeks(save_at=[5])) == (11, 0, 11, 0, 11)
    folder = folder_of(asked, tmp_path)
    assert sorted(path.name for path in folder.glob("*.npz")) == ["world-week-0003.npz", "world-week-0005.npz"]
    copy = Results.load(folder).save(tmp_path / "copy").folder
    assert {path.name for path in copy.iterdir()} == {path.name for path in folder.iterdir()}  # type: ignore[union-attr]
    assert Industry.restore(copy / "world-week-0005.npz").week == 5  # type: ignore[operator]


def test_a_date_is_the_last_week_before_it() -> None:
    asked = Scenario(start="2024-12-30", weeks=100)
    days = ["2024-12-30", "2025-01-06", "2025-01-07", "2025-01-13", "2025-01-14", "12"]
    assert [saving_week(asked, day) for day in days] == [0, 0, 1, 1, 2, 12]
    weeks = [saving_week(asked, (asked.start + timedelta(days=day)).isoformat()) for day in range(7, 300)]
    for day, week in enumerate(weeks, start=7):
        moment = asked.start + timedelta(days=day)
        assert asked.date_of(week) < moment <= asked.date_of(week + 1)
    assert all(later - earlier in (0, 1) for earlier, later in pairwise(weeks))


@pytest.mark.parametrize("words, part", [
    (["--save-at", "11"], "no world can be saved after week 11 of a run from week 0 to 10"),
    (["--save-at", "soon"], "a week such as 260 or a date such as 2029-12-24, not 'soon'"),
    (["--save-at", "2020-01-06"], "no world can be saved at 2020-01-06, before the start"),
    (["--from", "nowhere.npz"], "nowhere.npz: there is no such file"),
    (["--from", "{world}", "--seed", "4"], "'seed' is 3 in the saved world and 4 in the scenario"),
    (["--from", "{world}", "--weeks", "5"], "has lived 6 weeks, but the scenario ends after 5"),
    (["--from", "{world}", "--save-at", "5"], "no world can be saved after week 5 of a run from week 6 to 10"),
])  # fmt: skip
def test_what_a_user_can_do_wrong_is_one_sentence_and_code_2(
    words: list[str], part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = question(tmp_path)
    world = lived(Industry(Scenario.from_yaml(file)), 6).snapshot(tmp_path / "world.npz")
    filled = [word.format(world=world) for word in words]
    assert main(["run", str(file), "--out", str(tmp_path / "out"), *filled]) == 2
    told = capsys.readouterr()
    assert part in told.err and told.err.count("\n") == 1 and told.out == ""
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_a_policy_of_the_past_stops_a_run_and_leaves_nothing(tmp_path: Path) -> None:
    asked = Scenario.from_yaml(question(tmp_path))
    world = lived(Industry(asked), 6).snapshot(tmp_path / "world.npz")
    under = asked.with_(policies=[{"set": "content_cap", "to": 4, "from": asked.date_of(6)}])
    with pytest.raises(LimelightError, match=r"'content_cap' to 4.* would change the past"):
        run(under, tmp_path / "out", world=world)
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(RunError, match="ends after 5"):
        run(asked.with_(weeks=5), tmp_path / "out", world=world)
