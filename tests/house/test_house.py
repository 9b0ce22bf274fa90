"""The house in order: style, types, sizes, docstrings, lock files, and nothing of the builder's machine."""

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.syntax import ROOT, Source, sources

LONGEST_FILE = 420
LOCKS = ("requirements.lock", "requirements-core.lock")
FOLDERS = {"sim", "experiments", "tests", "notebooks", ".ci"}

# Words that would tie the project to one machine or one download host; in pieces, so this file passes too.
FORBIDDEN = re.compile(
    "|".join((r"\.\./" + "shared", r"(?<!\w)\." + "library", r"(?<!\w)/" + "work/", "py" + "pi")),
)

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def project_files() -> tuple[Path, ...]:
    """What git tracks or would track, or every file that is no tool's own where git is not at hand."""
    try:
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        names = listed.stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not _is_left_behind(path)]
    return tuple(sorted(ROOT / name for name in names if name and (ROOT / name).is_file()))


def _is_left_behind(path: Path) -> bool:
    """Whether a path is what tools and runs leave, for a copy of the project without git."""
    words = path.relative_to(ROOT).parts
    return words[0] in (".venv", ".git", ".cache", ".hypothesis", "build", "results") or any(
        word.endswith(("__pycache__", "_cache", ".egg-info")) for word in words
    )


def _text(path: Path) -> str:
    """The text of a file; a picture has none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _report(command: list[str]) -> str:
    """What a tool has to complain about, empty if nothing."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _without_words(source: Source) -> Iterator[ast.ClassDef | Definition]:
    """Public classes, functions and methods of a file of which nobody says what they do."""
    for node in source.tree.body:
        if not isinstance(node, ast.ClassDef | Definition) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node
        if isinstance(node, ast.ClassDef):
            methods = (method for method in node.body if isinstance(method, Definition))
            for method in methods:
                if method.name.startswith("_") or ast.get_docstring(method):
                    continue
                if not _is_told_elsewhere(source, node, method):
                    yield method


def _is_told_elsewhere(source: Source, home: ast.ClassDef, method: Definition) -> bool:
    """Whether the words stand at another definition: of the same property, or of a class that is extended."""
    marks = [ast.unparse(mark).split(".")[-1] for mark in method.decorator_list]
    if any(mark in ("overload", "setter", "deleter") for mark in marks):
        return True
    extended = getattr(importlib.import_module(source.module), home.name).__mro__[1:]
    earlier = (vars(parent)[method.name] for parent in extended if method.name in vars(parent))
    return any(inspect.getdoc(definition) for definition in earlier)


def test_ruff_has_nothing_to_say() -> None:
    report = _report(["ruff", "check", "--output-format", "concise"])
    assert not report, report


def test_mypy_has_nothing_to_say() -> None:
    report = _report(["mypy"])
    assert not report, report


def test_no_file_of_the_model_is_long() -> None:
    lengths = {source.path: len(_text(source.path).splitlines()) for source in sources()}
    long = [f"{path.relative_to(ROOT)}: {lines}" for path, lines in lengths.items() if lines > LONGEST_FILE]
    assert not long, f"longer than {LONGEST_FILE} lines, so it is two things: {long}"


def test_everything_public_says_what_it_does() -> None:
    silent = [
        f"{source.at(node)}: {node.name}"
        for source in sources()
        for node in _without_words(source)
    ]
    assert not silent, "without a docstring:\n" + "\n".join(silent)


def test_every_file_of_the_model_says_what_it_is() -> None:
    silent = [source.at(source.tree) for source in sources() if not ast.get_docstring(source.tree)]
    assert not silent, f"without a docstring at the top: {silent}"


def test_every_function_says_what_it_returns() -> None:
    silent = [
        f"{source.at(node)}: {node.name}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, Definition) and node.returns is None
    ]
    assert not silent, "without a return type:\n" + "\n".join(silent)


def test_no_file_names_a_machine_or_a_host() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in project_files()
        for word in FORBIDDEN.findall(f"{path.relative_to(ROOT)}\n{_text(path)}")
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text", ["../" + "shared/x", "`." + "library/y`", "cd /" + "work/main", "py" + "pi.org"]
)
def test_a_machine_or_a_host_is_recognised(text: str) -> None:
    assert FORBIDDEN.search(text)


def test_an_ordinary_address_is_none() -> None:
    assert not FORBIDDEN.search("https://digital.library.example.edu/work/items and ../results")


def test_the_top_level_is_the_agreed_one() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in project_files() if path.parent != ROOT}
    assert folders <= FOLDERS, f"folders at the top that nobody agreed on: {sorted(folders - FOLDERS)}"


def test_what_a_reader_expects_at_the_top_is_there() -> None:
    expected = {
        "README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "Makefile", "pyproject.toml", ".gitignore",
        ".python-version", *LOCKS,
    }  # fmt: skip
    missing = expected - {path.name for path in project_files() if path.parent == ROOT}
    assert not missing, f"missing at the top: {sorted(missing)}"
    assert os.access(ROOT / ".ci" / "run", os.X_OK), ".ci/run cannot be executed"


def _pins(lock: str) -> dict[str, str]:
    """The versions that a lock file holds, by the normal form of each name."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", _text(ROOT / lock), flags=re.MULTILINE)
    return {_normal(name): version for name, version in found}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_versions_and_hashes_and_no_address(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", _text(ROOT / lock).strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.fullmatch(
            r"[A-Za-z0-9._-]+==\S+( ; [^\\]+?)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry
        ), f"{lock}: this line is no pinned, hashed version:\n{entry.splitlines()[0]}"


def test_the_core_lock_is_a_part_of_the_full_lock() -> None:
    core, full = (_pins(lock) for lock in reversed(LOCKS))
    differing = {name: version for name, version in core.items() if full.get(name) != version}
    assert not differing, f"one environment would change the other: {differing}"


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads(_text(ROOT / "pyproject.toml"))
    groups = project["dependency-groups"]
    run = [*project["project"]["dependencies"], *groups["build"]]
    extras = [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    everything = run + extras + [line for line in groups["dev"] if isinstance(line, str)]
    for lock, wanted in (("requirements-core.lock", run), ("requirements.lock", everything)):
        names = {_normal(re.split(r"[\[<>=~! ;]", line)[0]) for line in wanted}
        assert names <= _pins(lock).keys(), f"{lock} lacks {sorted(names - _pins(lock).keys())}"
