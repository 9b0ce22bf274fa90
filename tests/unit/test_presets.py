"""The policies that come with the model: every line has its law, every file is read, and a name finds it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from sim.__main__ import main
from sim.evidence import facts
from sim.params import STATUSES, LimelightError, Numbers, passports
from sim.policies import PRESETS, Policy, PolicyError, presets
from sim.results import Results
from sim.scenario import Scenario
from tests.house.syntax import ROOT
from tests.unit.small_world import SmallIndustry, small_world

__all__ = ["small_world"]
NAMES = (
    "culture_first", "eu_2026", "korea_2026", "labels_only", "laissez_faire", "privacy_first", "responsible_ai",
    "worker_first",
)  # fmt: skip
ROW = re.compile(r"(?:beauty|work|data|culture):[A-Z]\d+")
PROPOSAL = "Proposal of this preset"
SMALL = Scenario(weeks=60, fans=300, agencies=6)
LEVERS = [name for name, passport in passports().items() if passport.kind == "scenario"]


def values(policy: str, day: str) -> dict[str, float]:
    """What the schedule of a preset holds on the first Monday on or after a day."""
    schedule = SMALL.with_(policies=[policy]).schedule(Numbers.of())
    return schedule.values_at(-((SMALL.start - date.fromisoformat(day)).days // 7))


# the files --------------------------------------------------------------------------------------------------


def test_all_presets_are_there_under_the_names_of_their_files() -> None:
    assert tuple(presets()) == NAMES
    assert all(policy.name == name for name, policy in presets().items())


@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_a_date_and_the_law_behind_it(name: str) -> None:
    for change in presets()[name].changes:
        assert change.start is not None, change.set
        rows = ROW.findall(change.law)
        assert rows or "European Union" in change.law, f"{change.set}: {change.law}"
        assert all(row in facts() for row in rows), f"{change.set}: {rows}"
        assert change.law.endswith(".") and len(change.law.split()) > 8


@pytest.mark.parametrize("name", NAMES)
def test_the_note_says_what_is_left_out_and_who_pays(name: str) -> None:
    note = presets()[name].note
    assert "leaves out" in note and re.search(r"\bpays?\b", note)


@pytest.mark.parametrize("name", ["labels_only", "worker_first", "privacy_first", "culture_first", "responsible_ai"])
def test_a_line_that_is_no_law_says_so(name: str) -> None:
    others = [change.law for change in presets()[name].changes if PROPOSAL not in change.law]
    assert all(re.search("bill|model|licence|as passed", law) for law in others)


@pytest.mark.parametrize("name", ["laissez_faire", "korea_2026", "eu_2026"])
def test_present_law_holds_no_proposal(name: str) -> None:
    assert not [change.set for change in presets()[name].changes if PROPOSAL in change.law]


def test_a_preset_survives_being_written_out() -> None:
    for policy in presets().values():
        assert Policy.of_mapping(policy.as_mapping()) == policy


@pytest.mark.slow
def test_the_presets_are_in_the_installed_package(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", reason="the locked environment holds what builds the package")
    source = tmp_path / "source"  # a build leaves its traces where it is run
    shutil.copytree(ROOT / "sim", source / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", str(source), "--no-deps", "--no-build-isolation", "-q"]
    done = subprocess.run([*build, "-w", str(tmp_path)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {Path(name).name for name in wheel.namelist() if name.startswith("sim/presets/")}
    assert packed == {path.name for path in PRESETS.glob("*.yaml")}


# what they set ----------------------------------------------------------------------------------------------


def test_laissez_faire_sets_every_lever_to_what_it_is() -> None:
    base = Numbers.of()
    for week in (0, 100, 521):
        held = SMALL.with_(policies=["laissez_faire"]).schedule(base).values_at(week)
        assert held == {name: base.get(name) for name in held}


def test_labels_are_rare_in_korea_while_fines_are_suspended() -> None:
    shares = [values("korea_2026", day)["image_label"] for day in ("2026-01-12", "2026-03-02", "2026-12-28")]
    assert shares[0] == 0 < shares[1] < shares[2] == 0.1
    assert values("korea_2026", "2028-02-07")["image_label"] == pytest.approx(0.3)


def test_severe_fines_rise_in_korea_six_months_after_the_amendment() -> None:
    assert values("korea_2026", "2026-08-10")["severe_fine_cap"] == 0.03
    assert values("korea_2026", "2026-08-17")["severe_fine_cap"] == 0.1
    assert values("korea_2026", "2026-08-17")["fine_cap"] == 0.03


def test_no_limit_on_the_hours_of_adult_idols_is_present_korean_law() -> None:
    touched = {change.set for change in presets()["korea_2026"].changes}
    assert not touched & {"hours_cap_adults", "idol_time_price", "income_floor", "licence_pool", "regulator_capacity"}


def test_marks_come_to_europe_in_two_steps() -> None:
    marks = [values("eu_2026", day)["provenance_duty"] for day in ("2026-07-27", "2026-08-03", "2026-12-07")]
    assert marks == [0, 0.3, 0.8]


def test_two_presets_that_want_different_things_are_refused_in_one_sentence() -> None:
    with pytest.raises(LimelightError, match=r"'regulator_capacity' is set to 24\.0 and to 20\.0 from 2025-01-06"):
        Scenario(policies=["worker_first", "privacy_first"])


@pytest.mark.slow
def test_every_preset_but_laissez_faire_makes_another_world() -> None:
    from sim.industry import Industry
    from sim.observables import observe

    seen = {}
    for name in (None, *NAMES):
        industry = Industry(SMALL.with_(policies=[name] if name else []))
        for _ in range(SMALL.weeks):
            industry.step()
        seen[name] = observe(industry)
    assert seen["laissez_faire"] == seen[None]
    assert len({json.dumps(row, sort_keys=True) for row in seen.values()}) == len(NAMES)


# names ------------------------------------------------------------------------------------------------------


def test_a_policy_is_found_by_its_name_and_an_unknown_one_named_with_the_nearest() -> None:
    assert Policy.named("worker_first") is presets()["worker_first"]
    with pytest.raises(PolicyError, match="there is no policy 'worker_frist'; the nearest is 'worker_first'"):
        Policy.named("worker_frist")


def test_a_scenario_takes_names_files_and_lines(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("- {set: editing_cap, to: 0.5, from: 2026-01-05}\n")
    (tmp_path / "bare").write_text("- {set: editing_cap, to: 0.4, from: 2027-01-04}\n")
    (tmp_path / "korea_2026").mkdir()  # a folder of results may bear the name of a preset
    (tmp_path / "asked.yaml").write_text(
        "policies: [korea_2026, mine.yaml, bare, {set: care_duty, to: 1, from: 2026-01-05}]\n"
    )
    read = Scenario.from_yaml(tmp_path / "asked.yaml")
    assert [policy.name for policy in read.policies] == ["korea_2026", "mine", "bare", "inline"]
    assert read.policies[0] == presets()["korea_2026"]


def test_an_unknown_name_in_a_scenario_is_one_sentence() -> None:
    with pytest.raises(LimelightError) as caught:
        Scenario(policies=["korea_2062"])
    assert "there is no policy 'korea_2062'; the nearest is 'korea_2026'" in str(caught.value)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_the_text_of_a_law_names_no_other_world() -> None:
    line = {"set": "care_duty", "to": 1, "from": "2026-01-05"}
    with_law, without = (Scenario(policies=[{**line, **more}]) for more in ({"law": "An act."}, {}))
    assert with_law.key() == without.key()
    assert with_law.policies[0].changes[0].law == "An act."


# levers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_says_what_it_acts_on_what_is_known_and_which_law_is_near(name: str) -> None:
    passport = passports()[name]
    assert passport.mechanism.startswith("Acts on ") and passport.mechanism.endswith(".")
    assert passport.counterpart.endswith(".") and passport.status in STATUSES
    named = {row for text in (passport.effect, passport.counterpart) for row in ROW.findall(text)}
    assert named <= {row for row, _ in passport.sources}
    assert named or "none found" in passport.effect.lower()
    for word in re.findall(r"[a-z]+(?:_[a-z]+)+", passport.mechanism):
        assert word in passports(), f"{word} is no number of the model"


def test_every_lever_that_the_model_promises_is_there() -> None:
    assert len(LEVERS) == 34
    themes = [passports()[name].theme for name in LEVERS]
    assert {theme: themes.count(theme) for theme in themes} == {"beauty": 7, "work": 9, "data": 12, "culture": 6}


# the command ------------------------------------------------------------------------------------------------


def test_policies_lists_the_presets_and_shows_one_with_law_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(NAMES)
    assert main(["policies", "korea_2026"]) == 0
    card = capsys.readouterr().out
    assert "image_label = 0.3 from 2027-01-22, over 52 weeks" in card
    assert "law      KOMCA" in card and "(enacted since 2026-02-12)" in card


def test_policies_gives_strict_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert list(listed) == list(NAMES)
    line = listed["worker_first"]["changes"][0]
    assert (line["set"], line["to"], line["from"], line["status"]) == ("hours_cap_adults", 52.0, "2025-01-06", "none")
    assert Policy.of_mapping({**listed["eu_2026"], "changes": _without_status(listed["eu_2026"])}) == (
        presets()["eu_2026"]
    )


def _without_status(policy: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    return [{key: value for key, value in line.items() if key != "status"} for line in policy["changes"]]


def test_a_lever_is_shown_by_both_commands(capsys: pytest.CaptureFixture[str]) -> None:
    cards = []
    for command in ("policies", "params"):
        assert main([command, "fine_cap"]) == 0
        cards.append(capsys.readouterr().out)
    assert cards[0] == cards[1]
    assert "status   in force since 2023-09-15" in cards[0] and "acts     Acts on fines" in cards[0]
    assert main(["policies", "fine_cap", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fine_cap"]["since"] == "2023-09-15"


def test_a_file_of_ones_own_is_shown_like_a_preset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("changes: [{set: care_duty, to: 1, law: my own}]\n")
    assert main(["policies", str(tmp_path / "mine.yaml")]) == 0
    card = capsys.readouterr().out
    assert card.startswith("mine\n") and "care_duty = 1.0 from the beginning" in card and "law      my own" in card


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A scenario of four weeks with a policy of its own."""
    file = tmp_path / "asked.yaml"
    file.write_text("weeks: 4\nfans: 300\npolicies: [{set: care_duty, to: 0.5, from: 2025-01-13}]\n")
    return file


def test_a_run_takes_policies_by_name_and_by_file(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("- {set: editing_cap, to: 0.5, from: 2026-01-05}\n")
    options = ["--policy", "labels_only", "--policy", str(mine), "--out", str(tmp_path / "out"), "-q"]
    assert main(["run", str(asked), *options]) == 0
    manifest = Results.load(Path(capsys.readouterr().out.strip())).manifest
    lived = Scenario.of(manifest["scenario"])
    assert [policy.name for policy in lived.policies] == ["inline", "labels_only", "mine"]
    assert lived.key() == manifest["key"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("- {set: care_dooty, to: 1}", "there is no lever 'care_dooty'; the nearest is 'care_duty'"),
        ("- {set: fine_cap, to: 0.1, from: 2026-05-04, until: 2026-01-05}", "give a later 'until'"),
        ("- {set: fine_cap, to: 7, from: 2026-05-04}", "fine_cap = 7.0 lies outside its range"),
        ("- {set: care_duty, to: 0.9, from: 2025-01-13}", "'care_duty' is set to 0.5 and to 0.9 from 2025-01-13"),
        ("changes: [{set: fine_cap, to: 0.1, lav: x}]", "unknown key 'lav'; the nearest is 'law'"),
    ],
)
def test_an_impossible_policy_is_refused_in_one_sentence(
    content: str,
    sentence: str,
    small_world: type[SmallIndustry],
    asked: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "mine.yaml").write_text(content + "\n")
    assert main(["run", str(asked), "--policy", str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err and printed.err.count("\n") == 1 and printed.out == ""
    assert small_world.built == 0 and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", "{asked}", "--policy", "labels_onyl"], "no policy 'labels_onyl'; the nearest is 'labels_only'"),
        (["run", "{asked}", "--policy", "none.yaml"], "none.yaml: there is no such file"),
        (["policies", "labels_onyl"], "no policy or lever 'labels_onyl'; the nearest is 'labels_only'"),
        (["policies", "fine_cep"], "no policy or lever 'fine_cep'; the nearest is 'fine_cap'"),
        (["policies", "none.yaml"], "none.yaml: there is no such file"),
    ],
)
def test_an_unknown_policy_is_refused_in_one_sentence(
    words: list[str],
    sentence: str,
    small_world: type[SmallIndustry],
    asked: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([word.format(asked=asked) for word in words]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err and printed.err.count("\n") == 1 and printed.out == ""


def test_a_date_before_the_world_begins_holds_from_its_first_step() -> None:
    held = SMALL.with_(policies=["eu_2026"]).schedule(Numbers.of())
    assert held.values_at(0)["hours_cap_adults"] == held.values_at(1)["hours_cap_adults"] == 48
    assert all(change.start < SMALL.start + timedelta(weeks=522) for change in presets()["eu_2026"].changes)
