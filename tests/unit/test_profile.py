"""The profile of the week: every process once, in its order and chapter, with times that add up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.__main__ import main
from sim.commands.profile import profile_table
from sim.processes import CHAPTERS, WEEK
from sim.results import Results
from sim.runner import Stopwatch

OWN = """
from sim.plugins import process

@process(after="idols_tire")
def idols_rest(industry):
    \"\"\"Idols rest.\"\"\"
"""


@pytest.fixture
def tiny(tmp_path: Path) -> list[str]:
    """The words that live through a tiny world with a process of a plug-in."""
    (tmp_path / "tiny.yaml").write_text("weeks: 3\nfans: 200\nagencies: 4\n")
    (tmp_path / "work.py").write_text(OWN)  # named like a chapter, and still no chapter
    return ["run", str(tmp_path / "tiny.yaml"), "--plugin", str(tmp_path / "work.py"), "--out", str(tmp_path / "out")]


def _lines(text: str) -> dict[str, tuple[float, float, float]]:
    """Name -> milliseconds a week, share and total, of every line that holds numbers."""
    found = re.findall(r"^ *(\w[\w ]*?) +([\d.]+) +([\d.]+)% +([\d.]+)$", text, re.MULTILINE)
    return {name: (float(mean), float(share), float(total)) for name, mean, share, total in found}


def test_the_profile_lists_the_week_in_order_with_the_processes_of_plug_ins(
    tiny: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*tiny, "--profile"]) == 0
    printed = capsys.readouterr().out
    lines = _lines(printed)
    week = [process.__name__ for process in WEEK]
    week.insert(week.index("idols_tire") + 1, "idols_rest")
    assert [name for name in lines if name in week] == week
    assert [name for name in lines if name in CHAPTERS] == list(CHAPTERS)
    work = list(lines)[list(lines).index("work") + 1 : list(lines).index("attention")]
    assert work[0] == "idols_work_hours" and "idols_rest" in work
    assert lines["work"][2] == pytest.approx(sum(lines[name][2] for name in work), abs=0.05 * len(work))
    assert sum(share for name, (_, share, _) in lines.items() if name in {*CHAPTERS, "observing"}) == pytest.approx(
        100, abs=1
    )
    assert "2 weeks, the first left out" in printed
    assert Path(printed.splitlines()[-1]).is_dir()


def test_a_run_that_is_there_is_lived_anew_to_be_timed(tiny: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*tiny, "--quiet"]) == 0
    folder = Path(capsys.readouterr().out.strip())
    first = Results.load(folder)
    assert main([*tiny, "--quiet", "--profile"]) == 0
    printed = capsys.readouterr()
    assert printed.out.strip() == str(folder) and "idols_tire" in printed.err
    assert Results.load(folder).weeks.equals(first.weeks)


def test_a_lone_first_week_and_no_week_at_all_are_told_as_such() -> None:
    names = {process.__name__: process.__module__ for process in WEEK}
    one = Stopwatch(building=2_000_000, processes=names, first_week=dict.fromkeys(names, 1_000_000), observing_first=7)
    assert "the first week, compiled code" in profile_table(one)
    assert _lines(profile_table(one))["rules"] == (3.0, pytest.approx(5.7, abs=0.1), 3.0)
    assert profile_table(Stopwatch(building=2_000_000)) == (
        "Building the world and looking at it took 2.0 ms; no week was lived."
    )
