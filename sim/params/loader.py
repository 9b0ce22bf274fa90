"""Reads the numbers of the model from the YAML files beside this one, and refuses what is unclear."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from sim.params.passport import Passport, Scalar, checked, checked_scalar, number_from
from sim.params.vocabulary import AXES, KINDS, STATUSES, THEMES, UNITS, LimelightError, nearest

FOLDER = Path(__file__).parent
NEEDED = ("meaning", "value", "unit", "range", "kind", "source")
OPTIONAL = ("symbol", "over", "note", "theme", "mixture")
OF_A_LEVER = ("mechanism", "effect", "counterpart", "status", "since")
ASSUMED, LEVER = "assumed", "scenario"
DATED_STATUSES = ("in force", "enacted", "suspended")
ROW = re.compile(r"(beauty|work|data|culture):[A-Z]\d+")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class _StrictYaml(yaml.SafeLoader):
    """YAML in which a key stands once and `1e-4` is a number."""


class _SwiftYaml(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by the parser in C, in a tenth of the time: for the model's own files, since deep nesting breaks it."""


# Asked after YAML's own rules, so that `5` is still a whole number and `2026-01-22` a date.
for _kind in (_StrictYaml, _SwiftYaml):
    _kind.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?$"),
        list("-+.0123456789"),
    )


def _mapping_without_twins(loader: _StrictYaml, node: yaml.MappingNode) -> dict[object, object]:
    content: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | date):
            raise yaml.constructor.ConstructorError(
                None, None, "a key must be a plain word", key_node.start_mark
            )
        if key in content:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", key_node.start_mark
            )
        content[key] = loader.construct_object(value_node, deep=True)
    return content


for _kind in (_StrictYaml, _SwiftYaml):
    _kind.add_constructor("tag:yaml.org,2002:map", _mapping_without_twins)


def read_yaml(path: Path, origin: str = "") -> object:
    """The content of a YAML file; a LimelightError names the file and line when it cannot be read."""
    origin = origin or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise LimelightError(
            f"{origin}: the file cannot be read ({reason}); check the path and the file."
        ) from None
    try:
        return yaml.load(text, Loader=_SwiftYaml if FOLDER.parent in path.parents else _StrictYaml)
    except (ValueError, RecursionError) as problem:
        # An impossible date, a number of thousands of digits, or brackets without end.
        reason = str(problem) if isinstance(problem, ValueError) else "it is nested too deeply"
        raise LimelightError(f"{origin}: a value cannot be read ({reason}); correct it.") from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark is not None else ""
        reason = getattr(problem, "problem", None) or "the YAML is broken"
        raise LimelightError(f"{origin}{line}: {reason}; repair the YAML there.") from None


# What is known while a scenario with plug-ins is read; another thread, or another scenario, knows nothing of it.
_KNOWN: ContextVar[Mapping[str, Passport] | None] = ContextVar("known", default=None)


def passports() -> Mapping[str, Passport]:
    """Every number of the model by name, theme by theme, and under `also_known` a user's own after them."""
    known = _KNOWN.get()
    return _of_the_model() if known is None else known


@cache
def _of_the_model() -> Mapping[str, Passport]:
    return read_passports(FOLDER)


@contextmanager
def also_known(own: Mapping[str, Passport]) -> Iterator[None]:
    """For as long as the block lasts, numbers of a user's plug-ins are known besides those of the model."""
    token = _KNOWN.set(MappingProxyType({**_of_the_model(), **own}) if own else None)
    try:
        yield
    finally:
        _KNOWN.reset(token)


def read_own_passports(path: Path) -> Mapping[str, Passport]:
    """The passports in a user's own file, in the format of the model's; each says its theme, and no name is taken."""
    content = read_yaml(path) or {}
    if not isinstance(content, dict):
        raise LimelightError(f"{path}: the file must list numbers as `name: {{meaning: ...}}`; write one.")
    own: dict[str, Passport] = {}
    for name, entry in content.items():
        if isinstance(entry, dict) and "theme" not in entry:
            raise LimelightError(
                f"{path.name}: the passport of {name} lacks theme; add `theme: ...`, one of {', '.join(THEMES)}."
            )
        passport = passport_from(name, entry, path.name)
        if name in _of_the_model():
            raise LimelightError(
                f"{path.name}: {name} already stands in {_of_the_model()[name].file} of the model; rename yours."
            )
        own[passport.name] = passport
    return MappingProxyType(own)


def read_passports(folder: Path) -> Mapping[str, Passport]:
    """Every passport of the YAML files in a folder; a LimelightError names file, key and remedy."""
    known: dict[str, Passport] = {}
    paths = sorted(folder.glob("*.yaml"), key=lambda path: (_theme_order(path), path.name))
    if not paths:
        raise LimelightError(f"{folder}: no YAML file with numbers is there; install the package again.")
    for path in paths:
        for passport in _read_file(path):
            if passport.name in known:
                raise LimelightError(
                    f"{path.name}: {passport.name} already stands in {known[passport.name].file};"
                    " rename or remove one of the two."
                )
            known[passport.name] = passport
    return MappingProxyType(known)


def _theme_order(path: Path) -> int:
    return THEMES.index(path.stem) if path.stem in THEMES else len(THEMES)


def _read_file(path: Path) -> list[Passport]:
    if path.stem not in THEMES:
        raise LimelightError(
            f"{path.name}: there is no theme {path.stem!r}; the nearest is {nearest(path.stem, THEMES)!r},"
            f" rename the file to one of {', '.join(THEMES)}."
        )
    content = read_yaml(path, origin=path.name)
    if not isinstance(content, dict):
        raise LimelightError(
            f"{path.name}: the file must list numbers as `name: {{meaning: ...}}`; write one."
        )
    return [passport_from(name, entry, path.name) for name, entry in content.items()]


def passport_from(name: object, entry: object, file: str) -> Passport:
    """The passport that one YAML entry describes, fully checked."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise LimelightError(f"{file}: {name!r} is no name for a number; use lower-case words joined by `_`.")
    if not isinstance(entry, dict):
        raise LimelightError(f"{file}: {name} must be a passport with {', '.join(NEEDED)}; write them out.")
    _check_keys(name, entry, file)
    low, high = _range(name, entry, file)
    over = _word(name, entry, "over", tuple(AXES), file) if "over" in entry else None
    theme = _word(name, entry, "theme", THEMES, file) if "theme" in entry else file.removesuffix(".yaml")
    kind = _word(name, entry, "kind", KINDS, file)
    blank = Passport(
        name=name,
        theme=theme,
        meaning=_text(name, entry, "meaning", file),
        value=0.0,
        unit=_word(name, entry, "unit", UNITS, file),
        low=low,
        high=high,
        kind=kind,
        sources=_sources(name, entry["source"], kind, file),
        symbol=_text(name, entry, "symbol", file) if "symbol" in entry else "",
        over=over,
        dated=(),
        note=_text(name, entry, "note", file) if "note" in entry else "",
        file=file,
        mixture=_mixture(name, entry, over, file),
    )
    if kind == ASSUMED and not blank.note:
        raise LimelightError(
            f"{file}: {name} is of kind {kind} and has no note; add a `note` that argues for it."
        )
    whole = _with_law(blank, entry) if kind == LEVER else blank
    return _with_value(whole, entry["value"])


def _mixture(name: str, entry: Mapping[object, object], over: str | None, file: str) -> bool:
    """Whether a vector says how one whole is divided."""
    mixture = entry.get("mixture", False)
    if not isinstance(mixture, bool) or (mixture and over is None):
        raise LimelightError(f"{file}: the mixture of {name} must be true or false, and true for a vector only.")
    return mixture


def _with_law(blank: Passport, entry: Mapping[object, object]) -> Passport:
    """The passport of a lever with its mechanism, its known effect and its counterpart in the real world."""
    name, file = blank.name, blank.file
    status, since = _word(name, entry, "status", STATUSES, file), entry["since"]
    if since is not None and type(since) is not date:
        raise LimelightError(
            f"{file}: the since of {name} must be a day such as 2026-01-22 or null, not {since!r}; write one."
        )
    if status in DATED_STATUSES and since is None:
        raise LimelightError(f"{file}: {name} is {status} but says not since when; give its since a day.")
    if status == "none" and since is not None:
        raise LimelightError(f"{file}: {name} has no law (status none), so nothing holds since {since}; write null.")
    effect = _text(name, entry, "effect", file)
    if not (ROW.search(effect) or "none found" in effect.lower()):
        raise LimelightError(
            f"{file}: the effect of {name} cites no row; cite one such as `beauty:B01 author, year`,"
            " or write `none found`."
        )
    of_a_lever = {
        "mechanism": _text(name, entry, "mechanism", file),
        "effect": effect,
        "counterpart": _text(name, entry, "counterpart", file),
        "status": status,
        "since": since,
    }
    return Passport(**{**blank.__dict__, **of_a_lever})


def _with_value(blank: Passport, value: object) -> Passport:
    """The passport with its value: a single number, dated numbers, or one number for each label."""
    if blank.over is not None:
        vector = checked(blank, value, blank.file)
        assert not isinstance(vector, bool | int | float)
        return _replaced(blank, tuple(vector.tolist()))
    if not isinstance(value, dict):
        return _replaced(blank, _single(blank, value))
    if not value or not all(isinstance(day, date) for day in value):
        raise LimelightError(
            f"{blank.file}: {blank.name} holds a mapping but says no axis; add `over: ...`,"
            f" one of {', '.join(AXES)}, or write dates such as 2026-01-22 as its keys."
        )
    dated = tuple((day, _single(blank, value[day])) for day in sorted(value))
    return _replaced(blank, dated[0][1], dated)


def _single(blank: Passport, value: object) -> Scalar:
    """One number as the file writes it: `5` stays whole, `5.0` does not."""
    if isinstance(value, str) or number_from(value) is None:
        raise LimelightError(
            f"{blank.file}: the value of {blank.name} must be a number, not {value!r};"
            " write one without quotes."
        )
    return checked_scalar(_replaced(blank, value), value, blank.file)  # type: ignore[arg-type]


def _replaced(
    blank: Passport, value: Scalar | tuple[float, ...], dated: tuple[tuple[date, Scalar], ...] = ()
) -> Passport:
    return Passport(**{**blank.__dict__, "value": value, "dated": dated})


def _check_keys(name: str, entry: Mapping[object, object], file: str) -> None:
    needed = NEEDED + OF_A_LEVER if entry.get("kind") == LEVER else NEEDED
    for key in entry:
        if key in OF_A_LEVER and key not in needed:
            raise LimelightError(
                f"{file}: {name} is no lever, so its passport has no {key}; remove it, or make its kind {LEVER}."
            )
        if key not in needed + OPTIONAL:
            near = nearest(str(key), needed + OPTIONAL)
            raise LimelightError(
                f"{file}: the passport of {name} has an unknown key {key!r}; the nearest is {near!r},"
                f" use only {', '.join(needed + OPTIONAL)}."
            )
    is_switch = isinstance(entry.get("value"), bool)
    missing = [key for key in needed if key not in entry and not (is_switch and key == "range")]
    if missing:
        raise LimelightError(
            f"{file}: the passport of {name} lacks {', '.join(missing)}; add what is missing."
        )


def _range(name: str, entry: Mapping[object, object], file: str) -> tuple[float, float]:
    bounds = entry.get("range", [0, 1])
    if isinstance(bounds, list) and len(bounds) == 2 and all(type(bound) in (int, float) for bound in bounds):
        low, high = float(bounds[0]), float(bounds[1])
        if low < high and math.isfinite(high - low):
            return low, high
    raise LimelightError(
        f"{file}: the range of {name} must be two numbers [low, high], low below high, not {bounds!r};"
        " write them so."
    )


def _word(name: str, entry: Mapping[object, object], key: str, allowed: tuple[str, ...], file: str) -> str:
    word = entry[key]
    if isinstance(word, str) and word in allowed:
        return word
    raise LimelightError(
        f"{file}: the {key} of {name} cannot be {word!r}; the nearest is {nearest(str(word), allowed)!r},"
        f" write one of {', '.join(allowed)}."
    )


def _text(name: str, entry: Mapping[object, object], key: str, file: str) -> str:
    text = entry[key]
    if isinstance(text, str) and text.strip():
        return text.strip()
    raise LimelightError(f"{file}: the {key} of {name} must be a text, not {text!r}; write it as a sentence.")


def _sources(name: str, listed: object, kind: str, file: str) -> tuple[tuple[str, str], ...]:
    lines = [listed] if isinstance(listed, str) else listed
    if not isinstance(lines, list) or not lines:
        raise LimelightError(
            f"{file}: the source of {name} must be a list of `row citation`; write at least one."
        )
    sources = tuple(_source(name, line, file) for line in lines)
    rows = [row for row, _ in sources]
    if kind in ("evidence", "calibrated") and rows == [ASSUMED]:
        raise LimelightError(
            f"{file}: {name} is of kind {kind} but cites no row; cite one such as `beauty:B01 author, year`,"
            " or make its kind assumed."
        )
    if kind == ASSUMED and ASSUMED not in rows:
        raise LimelightError(
            f"{file}: {name} is of kind assumed; put the word `assumed` first in its source."
        )
    return sources


def _source(name: str, line: object, file: str) -> tuple[str, str]:
    row, _, citation = line.strip().partition(" ") if isinstance(line, str) else ("", "", "")
    if row == ASSUMED or (ROW.fullmatch(row) and citation.strip()):
        return row, citation.strip()
    raise LimelightError(
        f"{file}: the source {line!r} of {name} must be `assumed` or a row and its citation,"
        " such as `beauty:B01 McComb et al. 2023, meta-analysis`; complete it."
    )
