"""The numbers of the model: every passport is complete, and every mistake is one clear sentence."""

import json
import pickle
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.params import (
    AXES,
    KINDS,
    THEMES,
    UNITS,
    LimelightError,
    Numbers,
    Passport,
    checked,
    nearest,
    passport_of,
    passports,
    read_passports,
    read_yaml,
)

ALL = sorted(passports())

GOOD = """
joy:
  meaning: How glad a fan is.
  value: 0.5
  unit: share
  range: [0, 1]
  kind: evidence
  source: ["beauty:B01 An author 2023, a title"]
"""
LEVER = """kind: scenario
  mechanism: Acts on joy.
  effect: None found.
  counterpart: None.
  status: none
  since: null"""


def folder_with(folder: Path, **files: str) -> Path:
    """A folder that holds one YAML file for each theme given."""
    for theme, text in files.items():
        (folder / f"{theme}.yaml").write_text(text, encoding="utf-8")
    return folder


# What is in the files -------------------------------------------------------------------------------------


def test_every_theme_has_its_file() -> None:
    assert {passport.file for passport in passports().values()} == {f"{theme}.yaml" for theme in THEMES}


@pytest.mark.parametrize("name", ALL)
def test_passport_says_all_a_reader_needs(name: str) -> None:
    passport = passports()[name]
    assert passport.name == name
    assert passport.meaning.endswith(".") and len(passport.meaning.split()) > 3
    assert passport.unit in UNITS and passport.kind in KINDS and passport.theme in THEMES
    assert passport.low < passport.high
    assert all(citation for row, citation in passport.sources if row != "assumed")
    assert "to be completed" not in passport.note + "".join(text for _, text in passport.sources)
    if passport.kind == "assumed":
        assert len(passport.note.split()) > 3
    elif passport.kind != "scenario":
        assert any(row != "assumed" for row, _ in passport.sources)


@pytest.mark.parametrize("name", ALL)
def test_the_default_is_inside_its_own_range(name: str) -> None:
    passport = passports()[name]
    values = np.atleast_1d(np.asarray(passport.value, dtype=float))
    assert np.all((passport.low <= values) & (values <= passport.high))


def test_levers_and_only_levers_are_scenario_numbers() -> None:
    levers = {name for name, passport in passports().items() if passport.file == "levers.yaml"}
    assert levers == {name for name, passport in passports().items() if passport.kind == "scenario"}


def test_a_lever_belongs_to_a_theme_and_only_a_lever_says_what_it_mirrors() -> None:
    for passport in passports().values():
        if passport.kind == "scenario":
            assert passport.theme in ("beauty", "work", "data", "culture")
        else:
            of_a_lever = (passport.mechanism, passport.effect, passport.counterpart, passport.status, passport.since)
            assert of_a_lever == ("", "", "", "", None)


def test_shares_of_a_whole_add_up() -> None:
    numbers = Numbers.of()
    for name in ("fan_age_share", "task_weight", "breach_cause", "corpus_share", "intended_mix"):
        assert numbers.get(name).sum() == pytest.approx(1), name


def test_no_number_hides_a_verb_of_numbers() -> None:
    assert not set(passports()) & set(dir(Numbers))


def test_the_same_sources_are_cited_in_the_same_words() -> None:
    citations: dict[str, set[str]] = {}
    for passport in passports().values():
        for row, citation in passport.sources:
            if row != "assumed":
                citations.setdefault(row, set()).add(citation)
    assert not {row: words for row, words in citations.items() if len(words) > 1}


# Numbers --------------------------------------------------------------------------------------------------


def test_numbers_hold_the_defaults_with_their_types() -> None:
    numbers = Numbers.of()
    assert numbers.fan_hours == 3.2 and isinstance(numbers.fan_hours, float)
    assert numbers.corpus_drift == 2e-4
    for name in ("vendors_per_kind", "neighbours", "busy_weeks", "comeback_cycle", "fewest_members"):
        assert type(getattr(numbers, name)) is int
    assert numbers.capability_ceiling.dtype == np.float64
    assert numbers.capability_ceiling.shape == (len(AXES["tool_kind"]),)


def test_reading_a_number_is_a_plain_look_into_the_instance() -> None:
    numbers = Numbers.of()
    assert numbers.__dict__["fan_churn"] == numbers.fan_churn


def test_overrides_reach_numbers_elements_and_whole_vectors() -> None:
    consent = {"no_refusal": 0.9, "refusal": 0.6, "opt_in": 0.3, "private_default": 0.1}
    numbers = Numbers.of(
        {
            "fan_hours": "4.5",
            "real_fans": "5e7",
            "neighbours": 8.0,
            "capability_ceiling.voice": 0.9,
            "consent_share": consent,
            "service_registration": [0.3, 0.2, 0.1],
        }
    )
    assert numbers.fan_hours == 4.5 and numbers.real_fans == 5e7
    assert numbers.neighbours == 8 and type(numbers.neighbours) is int
    assert numbers.capability_ceiling.tolist() == [0.8, 0.6, 0.9, 0.6, 0.5, 0.8]
    assert numbers.consent_share.tolist() == [0.9, 0.6, 0.3, 0.1]
    assert numbers.service_registration.tolist() == [0.3, 0.2, 0.1]
    assert numbers.get("capability_ceiling.voice") == 0.9


def test_one_world_does_not_change_another() -> None:
    one, other = Numbers.of(), Numbers.of()
    copy = one.copy()
    one.put("capability_ceiling.image", 0.1)
    one.put("fan_hours", 5)
    assert one.fan_hours == 5.0 and isinstance(one.fan_hours, float)
    for untouched in (other, copy):
        assert untouched.capability_ceiling[0] == 0.8 and untouched.fan_hours == 3.2


def test_vectors_are_read_only_also_after_a_journey() -> None:
    numbers = Numbers.of({"fan_hours": 4, "corpus_share.latin": 0.02})
    for world in (numbers, numbers.copy(), pickle.loads(pickle.dumps(numbers))):
        assert world.as_dict() == numbers.as_dict()
        with pytest.raises(ValueError, match="read-only"):
            world.corpus_share[0] = 0.5


def test_as_dict_is_ready_for_json_and_comes_back() -> None:
    numbers = Numbers.of({"capability_ceiling.voice": 0.9, "neighbours": 8})
    told = json.loads(json.dumps(numbers.as_dict()))
    assert list(told) == list(passports())
    assert told["capability_ceiling"]["voice"] == 0.9 and told["neighbours"] == 8
    assert Numbers.of(told).as_dict() == numbers.as_dict()


def test_changed_numbers_are_those_that_differ_in_any_bit() -> None:
    same = {"fine_cap": Numbers.of().get("fine_cap"), "fan_age_from.teens": Numbers.of().get("fan_age_from.teens")}
    assert Numbers.of().changed() == Numbers.of(same).changed() == {}
    other = Numbers.of({"fine_cap": 0.1, "fan_age_from.teens": 14})
    assert other.changed() == {name: other.as_dict()[name] for name in ("fine_cap", "fan_age_from")}
    assert pickle.loads(pickle.dumps(other)).changed() == other.changed()


def test_an_unknown_attribute_names_the_nearest() -> None:
    numbers = Numbers.of()
    with pytest.raises(AttributeError, match="'fan_hours'"):
        _ = numbers.fan_huors
    with pytest.raises(AttributeError, match="put"):
        numbers.fan_hours = 4.0
    with pytest.raises(AttributeError):
        del numbers.fan_hours
    assert numbers.fan_hours == 3.2


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"fan_huors": 4}, ["scenario.yaml", "'fan_huors'", "'fan_hours'", "2.7 to 6 h/week"]),
        ({"fan_hours": 40}, ["scenario.yaml", "fan_hours = 40", "2.7 to 6 h/week", "fandom.yaml"]),
        ({"fan_hours": "much"}, ["scenario.yaml", "fan_hours", "number", "'much'"]),
        ({"fan_hours": True}, ["fan_hours", "number", "True"]),
        ({"fan_hours": float("nan")}, ["fan_hours", "number"]),
        ({"fan_hours": float("inf")}, ["fan_hours", "2.7 to 6"]),
        ({"fan_hours": 10**400}, ["fan_hours", "2.7 to 6"]),
        ({"fan_hours": None}, ["fan_hours", "number", "None"]),
        ({"fan_hours": [3.0]}, ["fan_hours", "number"]),
        ({"fan_hours.image": 3.0}, ["fan_hours", "single number", "'image'"]),
        ({"neighbours": 7.5}, ["neighbours", "whole number", "7.5"]),
        ({"consent_regime": 4}, ["consent_regime = 4", "0 to 3"]),
        ({"capability_ceiling.imgae": 0.5}, ["capability_ceiling.image", "'imgae'", "0 to 1"]),
        ({"capability_ceiling.image": 1.5}, ["capability_ceiling.image = 1.5", "0 to 1"]),
        ({"capability_ceiling": 0.5}, ["capability_ceiling", "capability_ceiling.image"]),
        ({"capability_ceiling": [0.5, 0.5]}, ["capability_ceiling", "image, composition"]),
        ({"capability_ceiling": {"image": 0.5}}, ["capability_ceiling", "lacks", "voice"]),
        ({"breach_cause": {"inside": 1, "external": 0, "system": 0}}, ["'inside'", "'internal'"]),
    ],
)
def test_a_wrong_override_is_one_sentence(overrides: dict[str, object], words: list[str]) -> None:
    with pytest.raises(LimelightError) as caught:
        Numbers.of(overrides, origin="scenario.yaml")
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert message.startswith("scenario.yaml: ") and message.endswith(".") and "\n" not in message


def test_nearest_reads_like_what_was_meant() -> None:
    assert nearest("fan_huors", passports()) == "fan_hours"
    assert nearest("FAN_HOURS", passports()) == "fan_hours"
    assert nearest("anything", []) == ""
    assert passport_of("corpus_share.latin") == (passports()["corpus_share"], "latin")


# The files and their mistakes -----------------------------------------------------------------------------


def test_a_good_file_is_read(tmp_path: Path) -> None:
    known = read_passports(folder_with(tmp_path, beauty=GOOD))
    assert known["joy"] == Passport(
        name="joy", theme="beauty", meaning="How glad a fan is.", value=0.5, unit="share", low=0.0, high=1.0,
        kind="evidence", sources=(("beauty:B01", "An author 2023, a title"),), symbol="", over=None, dated=(),
        note="", file="beauty.yaml",
    )  # fmt: skip


def test_dated_values_begin_on_their_day(tmp_path: Path) -> None:
    text = GOOD.replace("value: 0.5", "value: {2026-01-22: 0.8, 2024-12-30: 0.2}")
    joy = read_passports(folder_with(tmp_path, beauty=text))["joy"]
    assert joy.value == 0.2
    assert joy.value_on(date(2020, 1, 1)) == 0.2
    assert joy.value_on(date(2026, 1, 21)) == 0.2
    assert joy.value_on(date(2026, 1, 22)) == 0.8


def test_a_lever_says_which_law_is_near_it_and_since_when(tmp_path: Path) -> None:
    text = GOOD.replace("kind: evidence", LEVER.replace("status: none", "status: proposed"))
    joy = read_passports(folder_with(tmp_path, beauty=text))["joy"]
    assert (joy.mechanism, joy.effect, joy.counterpart) == ("Acts on joy.", "None found.", "None.")
    assert (joy.status, joy.since, joy.status_text) == ("proposed", None, "proposed")
    dated = text.replace("status: proposed\n  since: null", "status: in force\n  since: 2026-01-22")
    joy = read_passports(folder_with(tmp_path, beauty=dated))["joy"]
    assert (joy.since, joy.status_text) == (date(2026, 1, 22), "in force since 2026-01-22")


def test_a_switch_needs_no_range(tmp_path: Path) -> None:
    text = GOOD.replace("value: 0.5", "value: true").replace("  range: [0, 1]\n", "")
    joy = read_passports(folder_with(tmp_path, beauty=text))["joy"]
    assert joy.value is True and joy.range_text == "true or false"
    assert checked(joy, "false") is False
    with pytest.raises(LimelightError, match="true or false"):
        checked(joy, 1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit:", "units:", ["beauty.yaml", "joy", "'units'", "'unit'"]),
        ("  kind: evidence\n", "", ["beauty.yaml", "joy", "lacks kind"]),
        ("  range: [0, 1]\n", "", ["joy", "lacks range"]),
        ("unit: share", "unit: shares", ["joy", "'shares'", "'share'"]),
        ("kind: evidence", "kind: evident", ["joy", "'evident'", "'evidence'"]),
        ("kind: evidence\n  source: [", "kind: assumed\n  source: [assumed, ", ["joy", "no note"]),
        ("kind: evidence", "kind: assumed\n  note: It is so.", ["joy", "assumed", "source"]),
        ("kind: evidence", "kind: evidence\n  status: none", ["joy", "no lever", "status", "scenario"]),
        ("kind: evidence", "kind: scenario", ["joy", "lacks mechanism, effect, counterpart, status, since"]),
        ("kind: evidence", LEVER.replace("status: none", "status: in use"), ["joy", "'in use'", "'in force'"]),
        ("kind: evidence", LEVER.replace("status: none", "status: enacted"), ["joy", "enacted", "since when"]),
        ("kind: evidence", LEVER.replace("since: null", "since: 2026-01-22"), ["joy", "2026-01-22", "write null"]),
        ("kind: evidence", LEVER.replace("since: null", "since: 2026"), ["joy", "since", "2026", "a day"]),
        ("kind: evidence", LEVER.replace("None found.", "Large."), ["joy", "effect", "cites no row", "`none found`"]),
        ("kind: evidence", LEVER.replace("Acts on joy.", "''"), ["joy", "mechanism", "text"]),
        ("beauty:B01 An author 2023, a title", "assumed", ["joy", "evidence", "cites no row"]),
        ("beauty:B01 An author 2023, a title", "beauty:B01", ["joy", "'beauty:B01'", "citation"]),
        ("beauty:B01 An author 2023, a title", "B01 An author", ["joy", "row", "citation"]),
        ('["beauty:B01 An author 2023, a title"]', "[]", ["joy", "source", "at least one"]),
        ("value: 0.5", "value: 1.5", ["beauty.yaml", "joy = 1.5", "0 to 1 share"]),
        ("value: 0.5", "value: '0.5'", ["joy", "'0.5'", "without quotes"]),
        ("value: 0.5", "value: [0.5]", ["joy", "must be a number"]),
        ("value: 0.5", "value: {image: 0.5}", ["joy", "over"]),
        ("value: 0.5", "value: {image: 0.5}\n  over: tool", ["joy", "'tool'", "'tool_kind'"]),
        ("value: 0.5", "value: {image: 0.5}\n  over: tool_kind", ["joy", "lacks", "voice"]),
        ("value: 0.5", "value: 0.5\n  theme: beautiful", ["joy", "'beautiful'", "'beauty'"]),
        ("range: [0, 1]", "range: [1, 0]", ["joy", "range", "low below high"]),
        ("range: [0, 1]", "range: [0, .inf]", ["joy", "range"]),
        ("range: [0, 1]", "range: 1", ["joy", "range"]),
        ("meaning: How glad a fan is.", "meaning: 3", ["joy", "meaning", "text"]),
        ("joy:", "Joy!:", ["'Joy!'", "lower-case"]),
        ("value: 0.5", "value: 0.5\n  value: 0.6", ["beauty.yaml", "line", "'value'", "twice"]),
        ("value: 0.5", "value: [0.5", ["beauty.yaml", "line"]),
        ("value: 0.5", "value: 2026-13-45", ["beauty.yaml", "cannot be read"]),
        ("value: 0.5", "value: " + "[" * 5000, ["beauty.yaml", "nested"]),
    ],
)
def test_a_wrong_passport_is_one_sentence(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in GOOD
    with pytest.raises(LimelightError) as caught:
        read_passports(folder_with(tmp_path, beauty=GOOD.replace(old, new, 1)))
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert message.endswith(".") and "\n" not in message


def test_a_name_that_stands_in_two_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimelightError, match=r"work\.yaml: joy already stands in beauty\.yaml"):
        read_passports(folder_with(tmp_path, beauty=GOOD, work=GOOD))


def test_a_file_of_no_theme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimelightError, match=r"beaty\.yaml.*'beauty'"):
        read_passports(folder_with(tmp_path, beaty=GOOD))


def test_a_file_or_folder_without_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimelightError, match="no YAML file"):
        read_passports(tmp_path)
    with pytest.raises(LimelightError, match=r"beauty\.yaml.*must list numbers"):
        read_passports(folder_with(tmp_path, beauty="- joy\n"))


def test_what_cannot_be_read_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(LimelightError, match=r"absent\.yaml.*cannot be read"):
        read_yaml(tmp_path / "absent.yaml")
    (tmp_path / "picture.yaml").write_bytes(b"\xff\xfe\x00\x89PNG")
    with pytest.raises(LimelightError, match=r"picture\.yaml"):
        read_yaml(tmp_path / "picture.yaml")


def test_numbers_in_yaml_mean_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "some.yaml").write_text("a: 1e-4\nb: 3e7\nc: 5\nd: 5.0\ne: .5\nf: 2026-01-22\ng: -1\n")
    content = read_yaml(tmp_path / "some.yaml")
    assert content == {"a": 1e-4, "b": 3e7, "c": 5, "d": 5.0, "e": 0.5, "f": date(2026, 1, 22), "g": -1}
    assert isinstance(content, dict)
    assert [type(content[key]) for key in "abcdeg"] == [float, float, int, float, float, int]
