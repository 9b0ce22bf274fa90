"""Whatever a user does wrong ends in one clear sentence on the error stream, exit code 2, and no result."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from sim import results
from sim.__main__ import main
from tests.unit.small_world import SmallIndustry, small_world

__all__ = ["small_world"]
GOOD = "weeks: 6\nfans: 500\n"


def refused(words: list[str], capsys: pytest.CaptureFixture[str], *parts: str, out: Path | None = None) -> str:
    """Run the command, which must fail properly, and return its sentence."""
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    sentence = printed.err.removesuffix("\n")
    assert sentence.startswith("limelight: ") and "\n" not in sentence
    assert "Traceback" not in sentence and "pydantic" not in sentence
    for part in parts:
        assert part in sentence
    if out is not None:
        assert not out.exists() or list(out.iterdir()) == []
    return sentence


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("", ("a scenario maps keys", "None")),
        ("just words", ("a scenario maps keys", "'just words'")),
        ("- weeks: 3\n", ("a scenario maps keys",)),
        ("weeks: 6\nfans: [1, 2\n", ("line 3",)),
        ("weeks: 6\n\tfans: 500\n", ("line 2",)),
        ("weeks: 6\nweeks: 7\n", ("line 2", "weeks")),
        ("weeks: *nothing\n", ("line 1",)),
        ("title: !!python/object/apply:os.getcwd []\n", ("line 1",)),
        ("wekks: 6\n", ("unknown key 'wekks'", "nearest is 'weeks'")),
        ("weeks: six\n", ("'weeks' must be a whole number, not 'six'",)),
        ("weeks: -1\n", ("'weeks' must lie between 0 and 5200, not -1",)),
        ("fans: 1e12\n", ("'fans' must lie between 200 and 10000000, not 1000000000000",)),
        ("start: 2024-12-31\n", ("'start' must be a Monday", "2024-12-30")),
        ("weeks: 6\nstart: 2025-02-30\n", ("line 2", "2025-02-30 is not a day of the calendar")),
        ("start: 2024-12-30 25:61:00\n", ("a value cannot be read",)),
        ("start: 2024-12-30 12:00:00\n", ("is not a date of the calendar",)),
        ("ai: evolved\n", ("'ai' must be one of evolving, frozen, none",)),
        ("numbers: {fine_cep: 0.1}\n", ("there is no number 'fine_cep'", "'fine_cap'")),
        ("numbers: {fine_cap: lots}\n", ("fine_cap must be a number, not 'lots'", "0 to 0.2 share")),
        ("numbers: {fine_cap: 3}\n", ("fine_cap = 3.0 lies outside its range", "levers.yaml")),
        ("numbers: {fine_cap: .nan}\n", ("fine_cap must be a number",)),
        ("numbers: {fine_cap.voice: 0.1}\n", ("fine_cap is a single number",)),
        ("policies: [{set: retouch_cap, to: 1}]\n", ("change 1: there is no lever 'retouch_cap'",)),
        ("policies: [{set: fine_cap, to: 2}]\n", ("change 1: fine_cap = 2.0 lies outside its range",)),
        ("policies: [{set: fine_cap}]\n", ("the key 'to' is missing",)),
        (
            "policies:\n  - {set: fine_cap, to: 0.1, from: 2026-05-04, until: 2026-01-05}\n",
            ("'fine_cap' ends on 2026-01-05, not after its start 2026-05-04",),
        ),
        (
            "policies:\n  - {set: fine_cap, to: 0.1, from: 2026-05-04}\n"
            "  - {set: fine_cap, to: 0.2, from: 2026-05-04}\n",
            ("is set to 0.1 and to 0.2 from 2026-05-04; keep one of them",),
        ),
        ("policies: [nowhere.yaml]\n", ("nowhere.yaml: there is no such file",)),
        ("[" * 3000, ("asked.yaml",)),
    ],
)
def test_a_wrong_scenario_file(
    content: str,
    parts: tuple[str, ...],
    small_world: type[SmallIndustry],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, out = tmp_path / "asked.yaml", tmp_path / "out"
    file.write_text(content)
    refused(["run", str(file), "--out", str(out)], capsys, str(tmp_path), *parts, out=out)
    assert small_world.built == 0


def test_a_wrong_policy_file_is_named_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("changes:\n  - {set: fine_cap, to: 0.1, form: 2026-01-05}\n")
    (tmp_path / "asked.yaml").write_text("policies: [mine.yaml]\n")
    refused(
        ["run", str(tmp_path / "asked.yaml")],
        capsys,
        str(tmp_path / "mine.yaml") + ", change 1: unknown key 'form'; the nearest is 'from'",
    )


def test_files_that_are_no_text_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(["run", str(tmp_path / "none.yaml")], capsys, "none.yaml: there is no such file")
    refused(["run", str(tmp_path)], capsys, "is a folder; give the YAML file in it")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x9c")
    refused(["run", str(binary)], capsys, "binary.yaml", "UTF-8")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--weeks", "ten"], ("--weeks", "integer")),
        (["--weeks", "-5"], ("'weeks' must lie between 0 and 5200, not -5",)),
        (["--fans", "3"], ("'fans' must lie between 200 and",)),
        (["--agencies", "3"], ("'agencies' must lie between 4 and",)),
        (["--seed", "-1"], ("'seed' must lie between 0 and",)),
        (["--ai", "maybe"], ("'ai' must be one of evolving, frozen, none, not 'maybe'",)),
        (["--threads", "0"], ("threads must be a whole number between 1 and 1024, not 0",)),
        (["--snapshots-every", "-2"], ("'snapshots_every' must lie between 0 and",)),
        (["--set", "fine_cap"], ("write it as key=value",)),
        (["--set", "fine_cap="], ("write it as key=value",)),
        (["--set", "fine_cep=0.1"], ("there is no number 'fine_cep'", "'fine_cap'")),
        (["--set", "fine_cap=9"], ("lies outside its range",)),
        (["--set", "fine_cap=much"], ("must be a number, not 'much'",)),
        (["--wekks", "3"], ("--wekks",)),
    ],
)
def test_a_wrong_option(
    words: list[str],
    parts: tuple[str, ...],
    small_world: type[SmallIndustry],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, out = tmp_path / "asked.yaml", tmp_path / "out"
    file.write_text(GOOD)
    refused(["run", str(file), "--out", str(out), *words], capsys, *parts, out=out)
    assert small_world.built == 0


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["run"], ("SCENARIO",)),
        (["rum"], ("rum",)),
        (["params", "fine_cep"], ("there is no number 'fine_cep'", "'fine_cap'")),
        (["params", "fine_cap", "more"], ("more",)),
        (["observables", "--jason"], ("--jason",)),
    ],
)
def test_a_wrong_command(
    words: list[str],
    parts: tuple[str, ...],
    small_world: type[SmallIndustry],
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused(words, capsys, *parts)


def test_an_out_that_is_a_file(
    small_world: type[SmallIndustry], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asked.yaml").write_text(GOOD)
    (tmp_path / "file").write_text("precious")
    refused(["run", str(tmp_path / "asked.yaml"), "--out", str(tmp_path / "file")], capsys, "is a file", "--out")
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize(
    ("code", "part"), [(errno.ENOSPC, "no space left on the disk"), (errno.EROFS, "may not be written to")]
)
def test_an_out_that_is_full_or_read_only(
    code: int,
    part: str,
    small_world: type[SmallIndustry],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any, **__: Any) -> str:
        raise OSError(code, os.strerror(code))

    (tmp_path / "asked.yaml").write_text(GOOD)
    out = tmp_path / "out"
    words = ["run", str(tmp_path / "asked.yaml"), "--out", str(out)]
    with monkeypatch.context() as broken:
        broken.setattr(results.tempfile, "mkdtemp", refuse)
        refused(words, capsys, str(out), part, out=out)
        assert small_world.built == 0  # found out before the work, not after it
    with monkeypatch.context() as broken:
        broken.setattr(results, "write_table", refuse)
        refused(words, capsys, str(out), part, out=out)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_an_out_without_permission(
    small_world: type[SmallIndustry], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asked.yaml").write_text(GOOD)
    (tmp_path / "locked").mkdir(mode=0o500)
    refused(["run", str(tmp_path / "asked.yaml"), "--out", str(tmp_path / "locked")], capsys, "may not be written")


def test_a_damaged_result_is_never_taken_for_one(
    small_world: type[SmallIndustry], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asked.yaml").write_text(GOOD)
    words = ["run", str(tmp_path / "asked.yaml"), "--out", str(tmp_path / "out"), "--quiet"]
    assert main(words) == 0
    folder = Path(capsys.readouterr().out.strip())
    (folder / "weeks.parquet").write_bytes(b"PAR1")
    refused(words, capsys, str(folder), "is not a whole result", "--fresh")
    assert main([*words, "--fresh"]) == 0
    assert capsys.readouterr().out.strip() == str(folder)
    assert main(words) == 0


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "today"])
def test_a_today_that_is_no_day_is_refused_before_anything_is_served(
    day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(["app", "--today", day], capsys, "--today", repr(day), "2026-01-22")
