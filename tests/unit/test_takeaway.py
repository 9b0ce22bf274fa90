"""What a visitor takes away gives the same world back: the link, the file, the data and the code."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from sim.app import takeaway
from sim.app.choice import Choice
from sim.app.shapes import Curve, Look, Panel, Weeks
from sim.params import LimelightError
from sim.policies import Change, Policy, presets
from sim.runner import run
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
SMALL = Scenario(title="A small “world”, with: signs", weeks=6, fans=200, agencies=6, seed=3)
DAY = date(2025, 2, 3)


def moved(scenario: Scenario = SMALL) -> Choice:
    """A choice with levers of every kind: a number, a phased share, a choice, a vector's element, and an end."""
    lines = (
        Change(set="hours_cap_adults", to=52.0, start=DAY),
        Change(set="music_label", to=0.1, start=DAY, over=4),
        Change(set="payout_rule", to=1, start=DAY, until=date(2025, 3, 3)),
        Change(set="fine_cap", to=1 / 30),
    )
    return Choice(scenario, lines)


def every_choice() -> dict[str, Choice]:
    whole = SMALL.with_(
        ai="frozen", seed=2**64 - 1, numbers={"content_rebound": 0.71}, strategies={}, start="2026-01-05",
        policies=("korea_2026", {"name": "own", "changes": [{"set": "fine_cap", "to": 0.1, "law": "a bill"}]}),
    )  # fmt: skip
    preset = Choice(SMALL, presets()["worker_first"].changes, "worker_first")
    return {
        "nothing": Choice(SMALL),
        "levers": moved(),
        "a preset": preset,
        "a preset and more": preset.moved("fine_cap", 0.15, week=3),
        "a whole scenario": Choice(whole, moved().lines[:1]),
        "the default": Choice(Scenario()),
    }


def packed(content: object) -> str:
    """A link that says this, made by somebody who knows how."""
    text = json.dumps(content).encode()
    return takeaway.EDITION + base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


@pytest.mark.parametrize("name", every_choice())
def test_a_link_brings_scenario_levers_and_seed_back(name):
    choice = every_choice()[name]
    text = takeaway.share_text(choice)
    assert text.replace("-", "").replace("_", "").isalnum(), "it stands in an address as it is"
    assert takeaway.choice_of(text, Scenario(seed=99)) == choice
    assert takeaway.share_text(takeaway.choice_of(text, SMALL)) == text


def test_links_are_short():
    assert len(takeaway.share_text(Choice(Scenario(), presets()["worker_first"].changes, "worker_first"))) < 300
    assert len(takeaway.share_text(Choice(Scenario()))) < 40


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cut off"),
        ("1", "cut off"),
        ("x" * 30_000, "cut off"),
        ("1äöü", "cut off"),
        ("1%%%", "cut off"),
        (takeaway.share_text(moved())[:-9], "cut off"),
        ("9" + takeaway.share_text(moved())[1:], "another edition"),
        (packed([1, 2]), "cut off"),
        (packed({"seed": 1, "command": "rm"}), "something unknown ('command')"),
        (packed({"plugins": ["0" * 64]}), "other plug-ins"),
        (packed({"seed": "many"}), "'seed' must be a whole number"),
        (packed({"fans": 10_000_000}), "more than the 1,000,000"),
        (packed({"agencies": 20_000}), "more than the 2,000"),
        (packed({"start": "2025-01-01"}), "must be a Monday"),
        (packed({"numbers": {"no_such_number": 1}}), "no_such_number"),
        (packed({"policies": ["/etc/passwd"]}), "broken"),
        (packed({"policies": "korea_2026"}), "broken"),
        (packed({"policies": [["no_such_preset", "0"]]}), "there is no policy 'no_such_preset'"),
        (packed({"preset": ["worker_first", "00000000"]}), "said something else"),
        (packed({"preset": ["worker_first"]}), "broken"),
        (packed({"lines": [3]}), "here must stand a mapping"),
        (packed({"lines": [{"set": "hours_cap_adult", "to": 52}]}), "hours_cap_adults"),
        (packed({"lines": [{"set": "fine_cap", "to": 1e9}]}), "fine_cap"),
        (packed({"lines": [{"set": "fine_cap", "to": 0.1}, {"set": "fine_cap", "to": 0.2}]}), "keep one of them"),
    ],
)
def test_a_broken_or_tampered_link_ends_in_one_readable_sentence(text, says):
    with pytest.raises(LimelightError) as caught:
        takeaway.choice_of(text, SMALL)
    sentence = str(caught.value)
    assert says in sentence
    assert "link" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_small_link_cannot_swell_to_fill_the_memory():
    bomb = zlib.compress(b"[" + b" " * 30_000_000 + b"]", 9)[:14_000]
    with pytest.raises(takeaway.LinkError, match="cut off"):
        takeaway.choice_of("1" + base64.urlsafe_b64encode(bomb).decode(), SMALL)


def test_a_link_opens_no_file(tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text("name: own\nchanges: [{set: fine_cap, to: 0.1}]\n")
    monkeypatch.chdir(tmp_path)
    for entry in ("own.yaml", str(own), ["own.yaml", "0"]):
        with pytest.raises(takeaway.LinkError):
            takeaway.choice_of(packed({"policies": [entry]}), SMALL)


WHOLE_LINK = takeaway.share_text(every_choice()["a preset and more"])
SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


@given(place=some.integers(0, len(WHOLE_LINK) - 1), sign=some.sampled_from(SIGNS))
def test_one_changed_sign_never_leads_to_another_choice(place, sign):
    text = WHOLE_LINK[:place] + sign + WHOLE_LINK[place + 1 :]
    try:
        assert takeaway.choice_of(text, SMALL) == every_choice()["a preset and more"]
    except LimelightError as error:
        assert "link" in str(error)


@given(some.text(SIGNS + " %=/+äö\n", max_size=60))
def test_any_text_at_all_is_refused_in_a_sentence(text):
    with pytest.raises(LimelightError):
        takeaway.choice_of(text, SMALL)


KEYS = (*takeaway.FIELDS, "policies", "plugins", "lines", "preset", "set", "to", "changes", "name")
PLAIN = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=9)
ANYTHING = some.recursive(
    PLAIN, lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from(KEYS), inner, max_size=4)
)


@given(some.dictionaries(some.sampled_from(KEYS), ANYTHING, max_size=4))
def test_whatever_a_link_says_it_makes_a_choice_or_a_sentence(content):
    try:
        assert isinstance(takeaway.choice_of(packed(content), SMALL), Choice)
    except LimelightError as error:
        assert str(error)


@pytest.mark.parametrize("name", every_choice())
@pytest.mark.parametrize("which", ["present", "mine"])
def test_the_scenario_file_is_the_same_world(name, which, tmp_path):
    choice = every_choice()[name]
    text = takeaway.scenario_yaml(choice, which)
    place = tmp_path / takeaway.FILE_NAMES[which]
    place.write_text(text, encoding="utf-8")
    meant = choice.mine if which == "mine" else choice.present
    assert Scenario.from_yaml(place) == meant
    assert Scenario.from_yaml(place).key() == meant.key()
    assert f"limelight run {place.name}" in text


def weeks_of(results) -> Weeks:
    frame = results.weeks
    columns = {name: frame[name].to_numpy() for name in frame.columns[2:]}
    return Weeks(tuple(day.date() for day in frame["date"]), columns)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Both worlds of a choice as this process lived through them, and the tables made of them."""
    choice, out = moved(), tmp_path_factory.mktemp("lived")
    present, mine = run(choice.present, out=out, threads=1), run(choice.mine, out=out, threads=1)
    return choice, present, mine


def test_the_worlds_of_these_tests_differ(lived):
    _, present, mine = lived
    assert (present.weeks["idol_hours"] != mine.weeks["idol_hours"]).any()


def test_the_downloaded_data_are_the_numbers_of_the_run_to_the_bit(lived):
    _, present, mine = lived
    weeks = weeks_of(present), weeks_of(mine)
    csv = pd.read_csv(io.BytesIO(takeaway.weeks_csv(*weeks)), parse_dates=["date"])
    parquet = pd.read_parquet(io.BytesIO(takeaway.weeks_parquet(*weeks)))
    for table in (csv, parquet):
        assert list(table.columns[:3]) == ["world", "week", "date"]
        for name, results in (("present", present), ("mine", mine)):
            part = table[table["world"] == name].reset_index(drop=True)
            assert list(part.columns[1:]) == list(results.weeks.columns)
            for column in results.weeks.columns[2:]:
                assert part[column].to_numpy().tobytes() == results.weeks[column].to_numpy().tobytes(), column
            assert (part["date"] == results.weeks["date"]).all()
            assert (part["week"] == results.weeks["week"]).all()


def test_the_downloaded_scenario_gives_the_same_numbers_when_the_command_runs_it(lived, tmp_path):
    choice, _, mine = lived
    (tmp_path / "mine.yaml").write_text(takeaway.scenario_yaml(choice), encoding="utf-8")
    command = [sys.executable, "-m", "sim", "run", str(tmp_path / "mine.yaml"), "--out", str(tmp_path), "--quiet"]
    folder = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    assert (Path(folder) / "weeks.parquet").read_bytes() == (mine.folder / "weeks.parquet").read_bytes()


@pytest.mark.parametrize("name", ["levers", "a preset and more", "a whole scenario", "nothing"])
def test_the_lines_of_python_are_the_same_worlds(name):
    choice = every_choice()[name]
    python, _ = takeaway.code_text(choice, 200, 5)
    spoken: dict[str, object] = {"__name__": "shown"}
    exec(compile(python, "shown", "exec"), spoken)
    smaller = replace(choice, scenario=choice.scenario.with_(fans=200, weeks=5))
    assert spoken["present"].key() == smaller.present.key()
    assert spoken["mine"].key() == smaller.mine.key()
    assert max(map(len, python.splitlines())) < 120


def test_the_shown_code_runs_in_python_and_in_a_shell_and_prints_the_same(lived, tmp_path):
    choice, present, mine = lived
    python, shell = takeaway.code_text(choice, choice.scenario.fans, choice.scenario.weeks)
    (tmp_path / "shown.py").write_text(python, encoding="utf-8")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    command = bin_folder / "limelight"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m sim "$@"\n')
    command.chmod(0o755)
    told = subprocess.run(
        [sys.executable, "shown.py"], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**_environment(), "PYTHONPATH": str(ROOT)},
    ).stdout  # fmt: skip
    assert f"idol_hours {mine.weeks['idol_hours'].iloc[-1]:.6f}" in " ".join(told.split())
    shown = subprocess.run(
        ["sh", "-c", shell], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**_environment(), "PATH": f"{bin_folder}:{_environment()['PATH']}"},
    ).stdout.split()  # fmt: skip
    for folder, results in zip(shown, (present, mine), strict=True):
        assert (tmp_path / folder / "weeks.parquet").read_bytes() == (results.folder / "weeks.parquet").read_bytes()


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)


def panels(many: int = 7) -> list[Panel]:
    days = tuple(SMALL.start + (date(2025, 1, 6) - date(2024, 12, 30)) * week for week in range(523))
    walk = 60 + np.cumsum(np.random.default_rng(4).normal(0, 0.2, (many, 523)), axis=1)
    return [
        Panel(Curve(f"o{place}", f"Observable {place}", Look(1, 1, "hours a week"), days, walk[place],
                    walk[place, : 523 - 40 * place] - 2, walk[place] - 4, walk[place]), horizon=days[-1])
        for place in range(many)
    ]  # fmt: skip


def test_the_figures_are_whole_small_and_say_where_they_come_from():
    source = "Source: Limelight 0.1.0, scenario “Korea”, seed 2, 2,000 fans."
    svg = takeaway.figure_svg(panels(), "Idols’ hours & more", source)
    assert svg.startswith(b"<?xml")
    assert svg == takeaway.figure_svg(panels(), "Idols’ hours & more", source), "the same figure, the same bytes"
    png = takeaway.figure_png(panels(), "Idols’ hours & more", source)
    assert max(len(svg), len(png)) < 300_000
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size[0] >= 1200
    from sim.app.printed import printed

    page = printed(panels(), "Idols’ hours & more", source)
    said = [text.get_text() for text in page.texts] + [text.get_text() for axes in page.axes for text in axes.texts]
    assert source in said
    assert said.count("hours a week") == 7
    assert len(page.axes) == 7


def test_policies_of_the_model_stand_by_name_in_the_code():
    choice = Choice(SMALL.with_(policies=("korea_2026",)), moved().lines[:1])
    python, shell = takeaway.code_text(choice, 200, 5)
    assert "'policies': ['korea_2026']" in python
    assert "hours_cap_adults" in shell
    assert Policy.named("korea_2026").note not in python
