"""A user's own file adds to the worlds that name it, to no other, and whatever is wrong in it is one sentence."""

from __future__ import annotations

import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from mesa import Agent

from sim.agents.strategies import STRATEGIES
from sim.industry import Industry
from sim.observables import OBSERVABLES, observe
from sim.params import LimelightError, also_known, passport_of, passports
from sim.plugins import (
    GROUP,
    PluginError,
    find_plugin,
    gather_plugins,
    load_plugins,
    with_own_processes,
    with_own_strategies,
)
from sim.policies import Policy
from sim.processes import WEEK
from sim.scenario import Scenario
from tests.luck.test_worlds import SMALL, diary, differing

TINY = {"fans": 400, "agencies": 12, "weeks": 3, "seed": 4}

WHOLE = """
import numpy as np
from mesa import Agent
from sim.agents.population import Actor, State
from sim.dice import identity_of
from sim.plugins import agent_kind, at_start, observable, process, strategy

lived = []

class Passer(Agent):
    '''An ordinary Mesa agent.'''

@agent_kind("critics")
class Critic(Actor):
    mood = State("float64", unit="SD", meaning="what the last review was like")

@at_start
def critics_open_their_columns(industry):
    industry.critics.born(identity_of("critic", 0, 0, np.arange(5)), 0)
    Passer(industry)

@process(after="idols_tire")
def critics_write_reviews(industry):
    lived.append(industry.week)
    industry.critics.mood = industry.dice.normal("review", industry.critics.identity, industry.week)

@strategy("content", "half")
def make_half(industry):
    return industry.pieces_without_ai() / 2

@observable("structure", "SD", "Mood of critics")
def mood_of_critics(view):
    '''Mean mood of the critics.'''
    return view.industry.critics.mood.mean()

@observable("structure", "weeks", "Weeks that this file has seen")
def weeks_seen(view):
    '''Weeks that the file remembers.'''
    return len(lived)
"""

NUMBER = """
rest_weeks:
  meaning: "Weeks of rest that the law gives idols."
  theme: work
  value: 0
  unit: weeks
  range: [0, 12]
  kind: scenario
  source: [assumed]
  mechanism: "Acts on hours."
  effect: "None found."
  counterpart: "No law."
  status: none
  since: null
  note: "Invented."
spread_of_moods:
  meaning: "How far the moods of cultures' critics lie apart."
  theme: culture
  value: {korean: 1, western: 1, black_diaspora: 1, south_asian_mena: 1, latin: 1, indigenous: 2}
  unit: SD
  over: culture
  range: [0, 12]
  kind: assumed
  source: [assumed]
  note: "Invented."
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a plug-in, and its numbers if it has any, into a folder of its own; its path."""

    def written(code: str = "", numbers: str = "", name: str = "own.py") -> Path:
        place = tmp_path / name
        place.write_text(dedent(code), encoding="utf-8")
        if numbers:
            place.with_name(f"{place.stem}.numbers.yaml").write_text(numbers, encoding="utf-8")
        return place

    return written


def world(*plugins: Path, **other: object) -> Industry:
    """A tiny world with these plug-ins."""
    return Industry(Scenario(plugins=plugins, **{**TINY, **other}))  # type: ignore[arg-type]


# ---- what it adds ----


def test_a_plugin_adds_a_process_a_strategy_an_observable_and_agents_of_both_kinds(write: Write) -> None:
    industry = world(write(WHOLE), strategies={"content": "half"})
    plain = world(strategies={"content": "hold"})
    names = [process.__name__ for process in industry.processes]
    assert names[names.index("critics_write_reviews") - 1] == "idols_tire" and len(names) == len(WEEK) + 1
    assert industry.strategy("content") == pytest.approx(plain.strategy("content") / 2)
    assert [len(industry.critics), len(industry.ordinary_agents)] == [5, 1]  # type: ignore[attr-defined]
    assert "critics" in industry.populations and isinstance(next(iter(industry.ordinary_agents)), Agent)
    assert len(industry.agents) == len(plain.agents) + 6
    industry.step()
    seen = observe(industry)
    assert list(seen) == [*OBSERVABLES, "mood_of_critics", "weeks_seen"]
    assert seen["mood_of_critics"] == industry.populations["critics"].mood.mean() != 0
    assert "critics_write_reviews" in industry.nanoseconds


def test_a_world_without_the_plugin_is_unaffected(write: Write) -> None:
    before = (dict(OBSERVABLES), {key: dict(ways) for key, ways in STRATEGIES.items()}, WEEK, dict(passports()))
    industry = world(write(WHOLE, NUMBER), numbers={"rest_weeks": 3})
    plain = world()
    industry.step(), plain.step()
    assert (dict(OBSERVABLES), {key: dict(ways) for key, ways in STRATEGIES.items()}, WEEK, dict(passports())) == before
    assert plain.processes == WEEK and not plain.plugins and not hasattr(plain, "critics")
    assert list(observe(plain)) == list(OBSERVABLES)
    with pytest.raises(AttributeError, match="rest_weeks"):
        plain.numbers.rest_weeks  # noqa: B018


def test_each_world_runs_the_file_anew(write: Write) -> None:
    place = write(WHOLE)
    first, second = world(place), world(place)
    first.run_for(2)
    second.step()
    assert [observe(first)["weeks_seen"], observe(second)["weeks_seen"]] == [2, 1]


def test_a_null_plugin_changes_no_bit(write: Write) -> None:
    here, there = diary(SMALL), diary(SMALL.with_(plugins=(write("", NUMBER),)))
    assert differing(here, there) == {}


def test_a_plugin_with_luck_of_its_own_leaves_all_else_alone(write: Write) -> None:
    here, there = diary(SMALL), diary(SMALL.with_(plugins=(write(WHOLE, NUMBER),)))
    own = {"mood_of_critics", "weeks_seen"}
    found = {name for names in differing(here, there).values() for name in names}
    assert own < found
    assert {name for name in found if name not in own and not name.startswith("critics.")} == set()


def test_a_saved_world_goes_on_with_its_plugin_and_refuses_another(write: Write, tmp_path: Path) -> None:
    place = write(WHOLE.replace("    Passer(industry)\n", ""), NUMBER)
    industry = world(place, numbers={"rest_weeks": 3})
    industry.step()
    saved = industry.snapshot(tmp_path / "saved.world")
    came = Industry.restore(saved)
    industry.step(), came.step()
    seen, again = observe(industry), observe(came)
    assert seen.pop("weeks_seen") == 2 and again.pop("weeks_seen") == 1 and seen == again
    assert came.numbers.rest_weeks == 3 and len(came.populations["critics"]) == 5
    write(WHOLE, NUMBER)
    with pytest.raises(LimelightError, match=r"own.py is no longer the plug-in that was named"):
        Industry.restore(saved)


def test_processes_at_one_place_stand_in_the_order_in_which_they_are_named(write: Write) -> None:
    line = "\n@process({})\ndef {}(industry): pass\n"
    code = "from sim.plugins import process\n" + "".join(
        line.format(where, name)
        for where, name in [
            ("after='idols_tire'", "first"), ("after='first'", "first_of_all"), ("after='idols_tire'", "second"),
            ("before='idols_tire'", "third"), ("before='idols_tire'", "fourth"),
        ]
    )  # fmt: skip
    order = [line.__name__ for line in with_own_processes(WEEK, load_plugins([find_plugin(write(code))]))]
    place = order.index("idols_tire")
    assert order[place - 2 : place + 4] == ["third", "fourth", "idols_tire", "first", "first_of_all", "second"]
    assert [name for name in order if name in {line.__name__ for line in WEEK}] == [line.__name__ for line in WEEK]


def test_one_plugin_may_build_on_another_that_is_named_before_it(write: Write) -> None:
    later = write("from sim.plugins import process\n@process(after='critics_write_reviews')\ndef read(industry): pass",
                  name="later.py")
    names = [line.__name__ for line in world(write(WHOLE), later).processes]
    assert names.index("read") == names.index("critics_write_reviews") + 1
    with pytest.raises(PluginError, match=r"later.py: 'read' is placed at 'critics_write_reviews'.*no such process"):
        world(later, write(WHOLE))


def test_a_marked_file_can_be_imported_and_tried_as_any_other(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(WHOLE, name="tried_alone.py")
    monkeypatch.syspath_prepend(str(write("").parent))
    import tried_alone  # type: ignore[import-not-found]

    assert tried_alone.mood_of_critics.__name__ == "mood_of_critics"
    assert "mood_of_critics" not in OBSERVABLES
    sys.modules.pop("tried_alone")


def test_what_is_marked_twice_or_bears_two_names_is_added_as_often_as_it_is_marked(write: Write) -> None:
    code = """
    from sim.plugins import strategy
    @strategy("content", "one")
    @strategy("adoption", "other")
    def decide(industry): return 0
    again = decide
    """
    every = with_own_strategies(STRATEGIES, load_plugins([find_plugin(write(code))]))
    assert every["content"]["one"] is every["adoption"]["other"]
    assert "one" not in STRATEGIES["content"]


# ---- its numbers ----


def test_its_numbers_and_levers_are_known_in_its_scenario_alone(write: Write) -> None:
    place = write("", NUMBER)
    change = {"set": "rest_weeks", "to": 4, "from": "2025-01-06"}
    asked = Scenario(plugins=(place,), numbers={"spread_of_moods.latin": 3}, policies=(change,), **TINY)  # type: ignore
    assert asked.resolved_numbers()["spread_of_moods"]["latin"] == 3
    assert asked.passports()["rest_weeks"].file == "own.numbers.yaml"
    industry = Industry(asked)
    assert industry.numbers.rest_weeks == 0 and industry.numbers.spread_of_moods.tolist() == [1, 1, 1, 1, 3, 2]
    industry.step()
    assert industry.numbers.rest_weeks == 4
    assert "rest_weeks" in {event.subject for event in industry.events}
    assert "rest_weeks" not in passports()
    with pytest.raises(LimelightError, match=r"there is no number 'spread_of_moods\.latin'; the nearest is"):
        Scenario(numbers={"spread_of_moods.latin": 3})  # type: ignore[arg-type]
    with pytest.raises(LimelightError, match="there is no lever 'rest_weeks'; the nearest is"):
        Policy.of([change])
    with pytest.raises(LimelightError, match="there is no lever 'rest_weeks'; the nearest is"):
        asked.with_(plugins=(), numbers={})


def test_a_vector_of_its_own_can_be_a_lever(write: Write) -> None:
    of_a_lever = NUMBER[NUMBER.index("  mechanism") : NUMBER.index("  note")]
    numbers = NUMBER.replace("  kind: assumed\n", "  kind: scenario\n" + of_a_lever)
    change = {"set": "spread_of_moods", "to": [5] * 6, "from": "2025-01-06"}
    asked = Scenario(plugins=(write("", numbers),), policies=(change,), **TINY)  # type: ignore[arg-type]
    industry = Industry(asked)
    industry.step()
    assert industry.numbers.spread_of_moods.tolist() == [5] * 6


def test_numbers_of_a_plugin_survive_the_way_to_another_process(write: Write) -> None:
    asked = Scenario(plugins=(write(WHOLE, NUMBER),), numbers={"rest_weeks": 3})  # type: ignore[arg-type]
    came = pickle.loads(pickle.dumps(asked))
    assert came == asked and came.key() == asked.key()
    with asked.known():
        sent = pickle.dumps(asked.first_numbers())
    numbers = pickle.loads(sent)
    assert numbers.rest_weeks == 3 and numbers.copy().get("spread_of_moods.indigenous") == 2
    numbers.put("rest_weeks", 5)
    assert numbers.rest_weeks == 5


def test_nothing_stays_known_when_the_block_ends_even_by_an_error() -> None:
    passport, _ = passport_of("fan_hours")
    with pytest.raises(RuntimeError), also_known({"mine": passport}):
        assert passports()["mine"] is passport
        with also_known({}):
            assert "mine" not in passports()
        assert "mine" in passports()
        raise RuntimeError
    assert "mine" not in passports()


# ---- which file it is ----


def test_the_name_of_a_run_follows_the_content_and_not_the_place(write: Write, tmp_path: Path) -> None:
    place = write(WHOLE, NUMBER)
    asked = Scenario(plugins=(place,))  # type: ignore[arg-type]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in place.parent.glob("own*"):
        shutil.copy(file, elsewhere)
    moved = Scenario(plugins=(elsewhere / "own.py",))  # type: ignore[arg-type]
    assert moved.key() == asked.key() != Scenario().key()
    other = [write(WHOLE + "\n", NUMBER), write(WHOLE, NUMBER.replace("[0, 12]", "[0, 11]")), write(WHOLE, name="2.py")]
    keys = {asked.key()}
    for file in (write(WHOLE + "\n", NUMBER), other[2]):
        keys.add(Scenario(plugins=(file,)).key())  # type: ignore[arg-type]
    write(WHOLE, NUMBER.replace("value: 0\n", "value: 1\n"))
    keys.add(Scenario(plugins=(place,)).key())  # type: ignore[arg-type]
    assert len(keys) == 4


def test_the_order_of_plugins_is_part_of_the_name_and_a_plugin_named_twice_is_one(write: Write) -> None:
    one, two = write(WHOLE), write("", NUMBER, name="two.py")
    keys = {Scenario(plugins=order).key() for order in ((one, two), (two, one))}  # type: ignore[arg-type]
    assert len(keys) == 2
    assert len(gather_plugins([one, str(one), find_plugin(one)])) == 1


def test_a_plugin_that_changes_under_a_scenario_is_refused(write: Write) -> None:
    place = write(WHOLE)
    asked = Scenario(plugins=(place,), **TINY)  # type: ignore[arg-type]
    kept = asked.as_mapping()
    assert Scenario.of(kept).key() == asked.key()
    write(WHOLE + "# changed\n")
    with pytest.raises(PluginError, match=r"own.py was changed after the scenario had named it; read the scenario"):
        Industry(asked)
    with pytest.raises(LimelightError, match=r"own.py is no longer the plug-in that was named; put its old content"):
        Scenario.of(kept)


def test_paths_in_a_scenario_file_start_at_its_folder_and_more_can_be_added(write: Write, tmp_path: Path) -> None:
    write(WHOLE), write("", NUMBER, name="second.py")
    file = tmp_path / "scenario.yaml"
    file.write_text("plugins: [own.py]\nnumbers: {rest_weeks: 2}\n", encoding="utf-8")
    with pytest.raises(LimelightError, match="there is no number 'rest_weeks'"):
        Scenario.from_yaml(file)
    asked = Scenario.from_yaml(file, plugins=[tmp_path / "second.py"])
    assert [plugin.name for plugin in asked.plugins] == ["own", "second"]
    assert asked.plugins[0].place == tmp_path / "own.py"


def test_an_installed_package_offers_a_plugin_by_name(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, facts = tmp_path / "critics_kit", tmp_path / "critics_kit-1.0.dist-info"
    package.mkdir(), facts.mkdir()
    (package / "__init__.py").write_text("")
    (package / "words.py").write_text("UNIT = 'SD'\n")
    (package / "reviews.py").write_text("from .words import UNIT\n" + WHOLE.replace('"SD", "Mood', 'UNIT, "Mood'))
    (package / "reviews.numbers.yaml").write_text(NUMBER)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: critics-kit\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[{GROUP}]\ncritics = critics_kit.reviews\nlost = critics_kit.nowhere\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    industry = world("critics", numbers={"rest_weeks": 1})  # type: ignore[arg-type]
    industry.step()
    assert observe(industry)["mood_of_critics"] != 0 and industry.numbers.rest_weeks == 1
    assert industry.scenario.as_mapping()["plugins"][0]["plugin"] == "critics"
    before = Scenario(plugins=("critics",)).key()  # type: ignore[arg-type]
    (package / "words.py").write_text("UNIT = 'ratio'\n")
    assert Scenario(plugins=("critics",)).key() != before  # type: ignore[arg-type]
    with pytest.raises(LimelightError, match="no installed plug-in 'critcs'; the nearest is 'critics'"):
        Scenario(plugins=("critcs",))  # type: ignore[arg-type]
    with pytest.raises(LimelightError, match=r"'lost' should lie in critics_kit.nowhere, which cannot be found"):
        Scenario(plugins=("lost",))  # type: ignore[arg-type]
    for name in [name for name in sys.modules if name.startswith("critics_kit")]:
        sys.modules.pop(name)


# ---- what is wrong in it ----

FROM = "from sim.plugins import agent_kind, at_start, observable, process, strategy\n"
MISTAKES = {
    "no such process": (
        "@process(after='idols_work_hour')\ndef rest(industry): pass",
        "'rest' is placed at 'idols_work_hour', and the week has no such process; the nearest is 'idols_work_hours'",
    ),
    "neither after nor before": ("@process()\ndef rest(industry): pass", "line 2: a process is placed by one of"),
    "after and before": ("@process(after='a', before='b')\ndef rest(industry): pass", "placed by one of the two"),
    "process without brackets": ("@process\ndef rest(industry): pass", "line 2: the plug-in cannot be loaded (Type"),
    "a process of that name": (
        "@process(after='idols_tire')\ndef idols_leave(industry): pass", "the week already has a process 'idols_leave'",
    ),
    "no such decision": (
        "@strategy('contents', 'mine')\ndef mine(industry): return 1",
        "there is no decision 'contents'; the nearest is 'content'",
    ),
    "a strategy of that name": (
        "@strategy('content', 'hold')\ndef mine(industry): return 1", "there already is a strategy 'hold' for",
    ),
    "an observable of that name": (
        "@observable('work', 'h', 'x')\ndef idol_hours(view):\n    '''Hours.'''\n    return 1.0",
        "there already is an observable 'idol_hours'",
    ),
    "an observable called week": (
        "@observable('work', 'h', 'x')\ndef week(view):\n    '''Hours.'''\n    return 1.0",
        "there already is an observable 'week'",
    ),
    "no such theme": (
        "@observable('wrok', 'h', 'x')\ndef rest(view):\n    '''Hours.'''\n    return 1.0",
        "has the theme 'wrok'; the nearest is 'work'",
    ),
    "no docstring": ("@observable('work', 'h', 'x')\ndef rest(view): return 1.0", "the observable 'rest' has no doc"),
    "a kind of ordinary agents": (
        "from mesa import Agent\n@agent_kind('critics')\nclass Critic(Agent): pass",
        "the kind 'critics' is no subclass of Actor",
    ),
    "a kind of that name": (
        "from sim.agents.population import Actor\n@agent_kind('week')\nclass Critic(Actor): pass",
        "every world has 'week' already",
    ),
    "a kind that is no name": ("@agent_kind('my critics')\nclass Critic: pass", "'my critics' is no name for"),
    "a kind that is a function": ("@agent_kind('critics')\ndef critic(): pass", "'critics' must be a class"),
    "a state that every population has": (
        "from sim.agents.population import Actor, State\n@agent_kind('critics')\nclass Critic(Actor):\n"
        "    size = State('float64')",
        "cannot declare ['size']",
    ),
    "an error in the file": ("x = 1\ny = x / 0", "line 3: the plug-in cannot be loaded (ZeroDivisionError: div"),
    "broken Python": ("def rest(:", "line 2: the plug-in cannot be loaded (SyntaxError"),
    "a file that leaves": ("import sys\nsys.exit(3)", "line 3: the plug-in cannot be loaded (SystemExit: 3)"),
    "a missing neighbour": ("import nobody_has_this", "(ModuleNotFoundError: No module named 'nobody_has_this')"),
    "the model's own observable": (
        "from sim.observables import observable\n@observable('work', 'h', 'x')\ndef rest(view): return 1.0",
        "marked by `observable` of sim.plugins",
    ),
    "the model's own strategy": (
        "from sim.agents.strategies import strategy\n@strategy('content', 'x')\ndef rest(industry): return 1.0",
        "marked by `strategy` of sim.plugins",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_code_is_one_sentence_that_names_the_file(mistake: str, write: Write) -> None:
    code, sentence = MISTAKES[mistake]
    place = write(FROM + code)
    before = (dict(OBSERVABLES), {key: dict(ways) for key, ways in STRATEGIES.items()})
    with pytest.raises(LimelightError) as caught:
        observe(world(place))
    assert sentence in str(caught.value)
    assert str(place) in str(caught.value) and "\n" not in str(caught.value)
    assert (dict(OBSERVABLES), {key: dict(ways) for key, ways in STRATEGIES.items()}) == before


NUMBERS = {
    "no theme": (NUMBER.replace("  theme: work\n", ""), "the passport of rest_weeks lacks theme; add `theme: ...`"),
    "no unit": (NUMBER.replace("  unit: weeks\n", ""), "the passport of rest_weeks lacks unit"),
    "no such unit": (NUMBER.replace("unit: weeks", "unit: week"), "the nearest is 'weeks'"),
    "out of range": (NUMBER.replace("value: 0\n", "value: 13\n"), "rest_weeks = 13 lies outside its range"),
    "a name of the model": (NUMBER.replace("rest_weeks:", "fan_hours:"), "fan_hours already stands in"),
    "a word of Numbers": (NUMBER.replace("rest_weeks:", "put:"), "no number can be called 'put'"),
    "a list": ("- rest_weeks\n", "the file must list numbers as"),
    "broken YAML": ("rest_weeks: {\n", "repair the YAML there"),
}


@pytest.mark.parametrize("mistake", NUMBERS)
def test_a_mistake_in_the_numbers_is_one_sentence_that_names_the_file(mistake: str, write: Write) -> None:
    numbers, sentence = NUMBERS[mistake]
    with pytest.raises(LimelightError) as caught:
        Scenario(plugins=(write("", numbers),))  # type: ignore[arg-type]
    assert sentence in str(caught.value)
    assert "own.numbers.yaml" in str(caught.value) and "\n" not in str(caught.value)


def test_an_own_number_out_of_range_and_one_that_two_plugins_bring_are_refused(write: Write) -> None:
    one, two = write("", NUMBER), write("", NUMBER, name="two.py")
    with pytest.raises(LimelightError, match=r"rest_weeks = 40 lies outside its range; give a value from 0 to 12"):
        Scenario(plugins=(one,), numbers={"rest_weeks": 40})  # type: ignore[arg-type]
    write("# another\n", name="two.py")
    with pytest.raises(LimelightError, match=r"rest_weeks already stands in own.numbers.yaml; rename yours"):
        Scenario(plugins=(one, two))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (["onw.py"], "there is no such plug-in file; the nearest in its folder is 'own.py', check the path."),
        (["nowhere/own.py"], "there is no such plug-in file, check the path."),
        (["nobody_offers_this"], "there is no installed plug-in 'nobody_offers_this'"),
        ("own.py", "'plugins' must be a list"),
        ([3], "must name Python files or installed plug-ins, not 3"),
        ([""], "must name Python files or installed plug-ins, not ''"),
    ],
)
def test_a_plugin_that_is_not_there_is_one_sentence(
    entries: object, sentence: str, write: Write, tmp_path: Path
) -> None:
    write(WHOLE)
    with pytest.raises(LimelightError) as caught:
        Scenario.of({"plugins": entries}, "asked.yaml", tmp_path)
    assert str(caught.value).startswith("asked.yaml: ") and sentence in str(caught.value)
