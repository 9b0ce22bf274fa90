"""The `limelight` command: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import sim
from sim.__main__ import main
from sim.params import passports
from sim.scenario import Scenario
from tests.unit.small_world import SmallIndustry, small_world

__all__ = ["small_world"]
HEAVY = ("numpy", "pandas", "pyarrow", "numba", "mesa", "pydantic", "scipy", "yaml", "matplotlib")


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A scenario file of six weeks."""
    file = tmp_path / "scenario.yaml"
    file.write_text("title: Small\nweeks: 6\nfans: 500\nseed: 4\nnumbers: {fine_cap: 0.05}\n")
    return file


def test_a_run_prints_its_folder_last_and_keeps_the_result(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(asked), "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    folder = Path(printed.out.splitlines()[-1])
    assert folder.parent == tmp_path / "out"
    assert pq.read_table(folder / "weeks.parquet").num_rows == 7
    assert printed.err == ""  # no bar where no person is looking


def test_the_same_run_again_is_loaded_and_says_so_on_the_error_stream(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", str(asked), "--out", str(tmp_path / "out")]
    printed = []
    for more in ([], [], ["--quiet"], ["--fresh"]):
        assert main([*words, *more]) == 0
        printed.append(capsys.readouterr())
    assert len({each.out for each in printed}) == 1
    assert "was loaded; --fresh computes it again" in printed[1].err
    assert printed[2].err == printed[3].err == ""
    assert small_world.built == 2


def test_every_option_of_the_run_reaches_the_scenario(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [
        "--weeks",
        "4",
        "--fans",
        "300",
        "--agencies",
        "5",
        "--seed",
        "9",
        "--ai",
        "none",
        "--threads",
        "1",
        "--snapshots-every",
        "2",
        "--quiet",
        "--set",
        "hours_cap_adults=52",
        "--set",
        "seed_is_not_a_number=1",
    ]
    assert main(["run", str(asked), "--out", str(tmp_path / "out"), *options[:-2]]) == 0
    folder = Path(capsys.readouterr().out.strip())
    manifest = json.loads((folder / "manifest.json").read_text())
    expected = Scenario(
        title="Small",
        weeks=4,
        fans=300,
        agencies=5,
        seed=9,
        ai="none",
        snapshots_every=2,
        numbers={"fine_cap": 0.05, "hours_cap_adults": 52},
    )
    assert Scenario.of(manifest["scenario"]).key() == expected.key() == manifest["key"]
    assert manifest["numbers"]["hours_cap_adults"]["value"] == 52.0
    assert manifest["threads"] == 1
    assert len(list((folder / "agents").iterdir())) == 3
    assert main(["run", str(asked), "--out", str(tmp_path / "out"), *options]) == 2
    assert "there is no number 'seed_is_not_a_number'" in capsys.readouterr().err


def test_python_does_in_a_line_what_the_command_does(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(asked), "--out", str(tmp_path), "--quiet"]) == 0
    kept = sim.run(sim.Scenario.from_yaml(asked), out=tmp_path)
    assert str(kept.folder) == capsys.readouterr().out.strip()
    assert small_world.built == 1


def test_ctrl_c_is_one_sentence_and_code_130_and_leaves_nothing(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_world.fails = {3: KeyboardInterrupt()}
    assert main(["run", str(asked), "--out", str(tmp_path / "out")]) == 130
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.strip().startswith("limelight: Stopped") and printed.err.strip().count("\n") == 0
    assert list((tmp_path / "out").iterdir()) == []


def test_too_little_memory_is_one_sentence(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_world.fails = {1: MemoryError()}
    assert main(["run", str(asked), "--out", str(tmp_path)]) == 2
    assert "not enough memory" in capsys.readouterr().err


def test_a_mistake_of_the_program_is_not_passed_off_as_one_of_the_user(
    small_world: type[SmallIndustry], asked: Path, tmp_path: Path
) -> None:
    small_world.fails = {1: ZeroDivisionError("inside the model")}
    with pytest.raises(ZeroDivisionError, match="inside the model"):
        main(["run", str(asked), "--out", str(tmp_path)])


def test_a_bar_is_shown_to_a_person_and_not_when_quiet(
    small_world: type[SmallIndustry],
    asked: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["run", str(asked), "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["run", str(asked), "--out", str(tmp_path), "--fresh", "--quiet"]) == 0
    hidden = capsys.readouterr()
    assert "6/6" in shown.err and hidden.err == ""
    assert shown.out == hidden.out


def test_params_prints_one_number_a_theme_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params", "fine_cap"]) == 0
    card = capsys.readouterr().out
    for part in ("fine_cap", "meaning", "0.03", "share", "0 to 0.2", "scenario", "levers.yaml", "source"):
        assert part in card
    theme = passports()["fine_cap"].theme
    assert main(["params", theme]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0] == theme and any("fine_cap = 0.03" in line for line in listed)
    assert len(listed) == 1 + sum(passport.theme == theme for passport in passports().values())
    assert main(["params"]) == 0
    everything = capsys.readouterr().out
    assert all(f"  {name} = " in everything for name in passports())


def test_params_as_json_holds_every_passport_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert list(listed) == list(passports())
    assert listed["fine_cap"]["range"] == [0.0, 0.2] and listed["fine_cap"]["unit"] == "share"
    for name, passport in passports().items():
        if passport.over is not None:
            assert list(listed[name]["value"]) == list(passport.labels)


def test_observables_are_listed_by_theme_and_as_json(
    small_world: type[SmallIndustry], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["observables"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["beauty", "  mood  Mood (SD): How the fans feel."]
    assert main(["observables", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["mood"] == {
        "theme": "beauty",
        "label": "Mood",
        "unit": "SD",
        "meaning": "How the fans feel.",
    }


def test_help_and_the_package_load_nothing_heavy() -> None:
    program = (
        "import sys, sim\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not heavy, heavy\n"
        "from sim.__main__ import main\n"
        "assert main(['--help']) == 0\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for word in ("run", "params", "observables"):
        assert word in done.stdout


def test_the_package_runs_as_a_module_and_hands_on_its_exit_code() -> None:
    done = subprocess.run([sys.executable, "-m", "sim", "run", "none.yaml"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "limelight: none.yaml: there is no such file; check the path.\n"


def test_a_reader_who_turns_away_gets_no_traceback() -> None:
    done = subprocess.run(
        f"{sys.executable} -m sim params | head -n 1", shell=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == next(iter(passports().values())).theme
    assert "Traceback" not in done.stderr


def test_the_public_words_are_at_most_ten_and_all_there(small_world: type[SmallIndustry]) -> None:
    assert 1 <= len(sim.__all__) <= 10
    assert set(sim.__all__) <= set(dir(sim))
    assert sim.Scenario is Scenario and sim.Industry is small_world
    with pytest.raises(AttributeError, match="its words are"):
        sim.Scenarios  # noqa: B018
