"""What a visitor takes away: a link, the scenario, the data, a figure, and the lines that give the same numbers."""

from __future__ import annotations

import base64
import binascii
import json
import re
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeGuard

import pandas as pd
import pyarrow as pa
import yaml

from sim.app.choice import Choice
from sim.app.shapes import Panel, Weeks
from sim.params import LimelightError
from sim.policies import Change, Policy, presets
from sim.results import write_table
from sim.scenario import Scenario, plain

Which = Literal["present", "mine"]

EDITION = "1"
"""The first sign of a link: how the rest of it is to be read."""
LONGEST_LINK, LARGEST_CONTENT = 20_000, 400_000  # characters
MOST_FANS, MOST_AGENCIES = 1_000_000, 2_000
"""The largest world that a link may ask a server for, unless the server's own is larger."""
FILE_NAMES = {"present": "limelight-present.yaml", "mine": "limelight-mine.yaml"}
CODE_WIDTH = 100  # characters in a line of YAML and of code
FIELDS = ("title", "start", "weeks", "fans", "agencies", "seed", "ai", "numbers", "strategies")
"""What a link says of a scenario besides policies and plug-ins, where it is not the default."""


class LinkError(LimelightError):
    """A link cannot be followed; the message says why and what to do."""


# ---------- the link


def share_text(choice: Choice) -> str:
    """Write a choice as text that may stand in the address of a page; `choice_of` reads it back.

    Policies that come with the model stand in it by name, with a digest of what they said.
    """
    scenario = choice.scenario
    usual, whole = Scenario().as_mapping(), scenario.as_mapping()
    content: dict[str, Any] = {name: whole[name] for name in FIELDS if whole[name] != usual[name]}
    content["policies"] = [_short(policy) for policy in scenario.policies]
    content["plugins"] = [file.digest for file in scenario.plugins]
    content["lines"] = _short_lines(choice)
    content["preset"] = [choice.preset, _digest(Policy.named(choice.preset))] if choice.preset else []
    filled = {name: value for name, value in content.items() if value not in ([], {}, "")}
    packed = zlib.compress(json.dumps(plain(filled), sort_keys=True, separators=(",", ":")).encode(), 9)
    return EDITION + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def choice_of(text: str, default: Scenario) -> Choice:
    """Read a choice from a link; whatever is wrong with it is said in one sentence.

    A link opens no file: its plug-ins must be those of the `default` scenario, its policies stand in it or come with
    the model.
    """
    content = _unpacked(text)
    unknown = sorted(content.keys() - {*FIELDS, "policies", "plugins", "lines", "preset"})
    if unknown:
        raise LinkError(f"this link says something unknown ({unknown[0]!r}); ask for a new one.")
    digests = [file.digest for file in default.plugins]
    if content.get("plugins", []) != digests:
        raise LinkError("this link needs other plug-ins than this server has; open it where it was made.")
    try:
        return _restored(content, default)
    except LinkError:
        raise
    except LimelightError as error:
        raise LinkError(f"this link cannot be followed: {error}") from error
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise LinkError("this link is broken: what it says makes no choice; ask for a new one.") from error


def _unpacked(text: str) -> dict[str, Any]:
    """Return what a link says, if it is whole and of this edition."""
    broken = LinkError("this link is broken, perhaps cut off on its way; copy it again in full.")
    link = text.strip()
    if not link or len(link) > LONGEST_LINK or not link.isascii():
        raise broken
    if link[0] != EDITION:
        raise LinkError("this link was made by another edition of this page; ask for a new one.")
    try:
        packed = base64.b64decode(link[1:] + "=" * (-len(link[1:]) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        said = unpacking.decompress(packed, LARGEST_CONTENT)  # a small link must not swell to fill the memory
        content = json.loads(said) if unpacking.eof else None
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise broken from error
    if not isinstance(content, dict):
        raise broken
    return content


def _restored(content: Mapping[str, Any], default: Scenario) -> Choice:
    """Make the choice that a link speaks of, checked as any other."""
    fields = {name: content[name] for name in FIELDS if name in content}
    policies = [_long(entry) for entry in content.get("policies", [])]
    scenario = Scenario.of({**fields, "plugins": list(default.plugins), "policies": policies}, "its scenario")
    largest = {"fans": max(MOST_FANS, default.fans), "agencies": max(MOST_AGENCIES, default.agencies)}
    for name, most in largest.items():
        if getattr(scenario, name) > most:
            raise LinkError(
                f"this link asks for {getattr(scenario, name):,} {name}, more than the {most:,} that this server lives"
                " through; run it with `limelight run` instead."
            )
    preset = _named(content["preset"]) if "preset" in content else None
    with scenario.known():
        lines = tuple(
            preset.changes[line] if preset and _is_place(line) else Policy.of([line], "its levers").changes[0]
            for line in content.get("lines", [])
        )
    choice = Choice(scenario, lines, preset.name if preset else "")
    if choice.mine.weeks != scenario.weeks:  # reading `mine` checks that the lines agree with one another
        raise LinkError("this link is broken; ask for a new one.")
    return choice


def _is_place(line: object) -> TypeGuard[int]:
    """Tell whether a line is that of the preset at this place."""
    return isinstance(line, int) and not isinstance(line, bool) and line >= 0


def _digest(policy: Policy) -> str:
    """Return a short name for what a policy says."""
    return f"{zlib.crc32(json.dumps(plain(policy.as_mapping()), sort_keys=True).encode()):08x}"


def _short(policy: Policy) -> object:
    """Write a policy of a scenario: by its name where it comes with the model, in full where not."""
    if presets().get(policy.name) == policy:
        return [policy.name, _digest(policy)]
    return policy.as_mapping()


def _long(entry: object) -> Policy:
    """Read a policy of a scenario."""
    return _named(entry) if isinstance(entry, list) else Policy.of_mapping(_mapping(entry), "its policies")


def _mapping(entry: object) -> Mapping[Any, Any]:
    """Return what must be a mapping; a name or a path in its place is never followed."""
    if not isinstance(entry, Mapping):
        raise TypeError("a policy stands in a link by name and digest or in full")
    return entry


def _named(entry: Sequence[object]) -> Policy:
    """Return a policy of the model by name, if it still says what it said when the link was made."""
    name, digest = entry
    policy = Policy.named(str(name))
    if _digest(policy) != digest:
        raise LinkError(f"this link was made when the preset '{name}' said something else; choose it again.")
    return policy


def _short_lines(choice: Choice) -> list[object]:
    """Write the lines of a choice, those of its preset as their place in it."""
    places = {line: place for place, line in enumerate(Policy.named(choice.preset).changes)} if choice.preset else {}
    return [places.get(line, _filled(line)) for line in choice.lines]


def _filled(line: Change) -> dict[str, Any]:
    """Write a line without what it leaves open."""
    return {key: value for key, value in line.as_mapping().items() if value not in (None, "", 0) or key == "to"}


# ---------- the scenario


def scenario_yaml(choice: Choice, which: Which = "mine") -> str:
    """Write one of the two scenarios as a file that `limelight run` lives through, to the same bits as the page."""
    scenario = choice.mine if which == "mine" else choice.present
    head = (
        f"# {'My policy' if which == 'mine' else 'Present policy'}, from the policy lab of Limelight."
        f"\n# Run it:  limelight run {FILE_NAMES[which]}\n"
    )
    return head + yaml.safe_dump(_shown(scenario), sort_keys=False, allow_unicode=True, width=CODE_WIDTH)


def _shown(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as its file would write it, without what it leaves open."""
    content = plain(scenario.as_mapping())
    content["policies"] = [
        {**{key: value for key, value in policy.as_mapping().items() if value},
         "changes": [plain(_filled(line)) for line in policy.changes]}
        for policy in scenario.policies
    ]  # fmt: skip
    empty = {"snapshots_every": 0, "plugins": [], "numbers": {}, "policies": [], "strategies": {}}
    return {key: value for key, value in content.items() if value != empty.get(key)}


# ---------- the data


def weeks_csv(present: Weeks, mine: Weeks, first: int = 0) -> bytes:
    """Write the weeks of both worlds as one table; numbers read back to the same bits."""
    return _table(present, mine, first).to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()


def weeks_parquet(present: Weeks, mine: Weeks, first: int = 0) -> bytes:
    """Write the weeks of both worlds as one table in Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "weeks.parquet"
        write_table(pa.Table.from_pandas(_table(present, mine, first), preserve_index=False), place)
        return place.read_bytes()


def _table(present: Weeks, mine: Weeks, first: int) -> pd.DataFrame:
    """Lay both worlds out below one another: world, week, date, then the observables."""
    return pd.concat([
        pd.DataFrame({
            "world": name,
            "week": range(first, first + len(world.dates)),
            "date": pd.array([pd.Timestamp(day) for day in world.dates], dtype="datetime64[ms]"),
            **world.columns,
        })
        for name, world in (("present", present), ("mine", mine))
    ], ignore_index=True)  # fmt: skip


# ---------- the code


def code_text(choice: Choice, fans: int, weeks: int) -> tuple[str, str]:
    """Return the lines of Python and of a shell that give the numbers of the page, at these fans and weeks."""
    scenario = choice.scenario.with_(fans=fans, weeks=weeks)
    shown = replace(choice, scenario=scenario)
    return _python(shown), _shell(shown)


def _python(choice: Choice) -> str:
    """Write the lines that live through both worlds."""
    usual, whole = Scenario().as_mapping(), choice.present.as_mapping()
    settings = {name: whole[name] for name in (*FIELDS, "plugins") if whole[name] != usual[name]}
    if choice.present.policies:
        settings["policies"] = [_spoken(policy) for policy in choice.present.policies]
    mine = [_spoken(policy) for policy in choice.mine.policies]
    lines = [
        "from sim import Scenario, run",
        "",
        f"settings = {_literal(plain(settings))}",
        f"policies = {_literal(mine)}",
        'present = Scenario.of(settings, "present policy")',
        'mine = Scenario.of({**settings, "policies": policies}, "mine")',
        "",
        'if __name__ == "__main__":',
        '    for name, scenario in {"present policy": present, "mine": mine}.items():',
        '        print(name, run(scenario).weeks.iloc[-1].to_string(), sep="\\n")',
    ]
    return "\n".join(lines) + "\n"


def _spoken(policy: Policy) -> object:
    """Write a policy as code: by the name of the preset that says the same, else without the laws behind its lines."""
    for name, preset in presets().items():
        if preset.changes == policy.changes:
            return name
    changes = [plain({key: value for key, value in _filled(line).items() if key != "law"}) for line in policy.changes]
    return {"name": policy.name, "changes": changes}


def _literal(value: object, indent: int = 0) -> str:
    """Write plain values as Python: on one line where it fits, else a line for each of its parts."""
    whole, inner = repr(value), " " * (indent + 4)
    if len(whole) + indent <= CODE_WIDTH or not isinstance(value, dict | list):
        return whole
    if isinstance(value, dict):
        parts = [f"{inner}{key!r}: {_literal(part, indent + 4)}," for key, part in value.items()]
        return "\n".join(["{", *parts, " " * indent + "}"])
    return "\n".join(["[", *(f"{inner}{_literal(part, indent + 4)}," for part in value), " " * indent + "]"])


def _shell(choice: Choice) -> str:
    """Write the commands that write both scenarios and live through them."""
    commands = []
    for name, scenario in ((FILE_NAMES["present"], choice.present), (FILE_NAMES["mine"], choice.mine)):
        content = _shown(scenario)
        if scenario.policies:
            content["policies"] = [_spoken(policy) for policy in scenario.policies]
        # one thing a line: what is set, and each line of law
        lines = [yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=CODE_WIDTH,
                                default_flow_style=None if isinstance(value, list) else False)
                 for key, value in content.items()]  # fmt: skip
        commands.append(f"cat > {name} <<'YAML'\n{''.join(lines)}YAML\nlimelight run {name}\n")
    return "".join(commands)


# ---------- the figure


def figure_svg(panels: Sequence[Panel], title: str, source: str) -> bytes:
    """Draw the panels for a report, as lines that can be scaled."""
    return _figure(panels, title, source, ".svg")


def figure_png(panels: Sequence[Panel], title: str, source: str) -> bytes:
    """Draw the panels for a report, as dots."""
    return _figure(panels, title, source, ".png")


def _figure(panels: Sequence[Panel], title: str, source: str, suffix: str) -> bytes:
    """Draw the panels in the house style and return the bytes of the file."""
    from sim.app.printed import printed  # matplotlib: loaded only when somebody asks for a figure
    from sim.figures import save

    with tempfile.TemporaryDirectory() as folder:
        content = save(printed(panels, title, source), Path(folder) / f"figure{suffix}").read_bytes()
    # a hundredth of a point is finer than any printer
    return content if suffix != ".svg" else re.sub(rb"(\d\.\d\d)\d+", rb"\1", content)
