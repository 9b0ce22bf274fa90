"""The commands that print what the model knows: `limelight params`, `policies` and `observables`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sim.params import Passport
    from sim.policies import Policy


def params(
    name: Annotated[str | None, typer.Argument(help="A number or a theme; all of them if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the numbers of the model with their passports: meaning, value, unit, range, kind and source."""
    from sim.params import passport_of, passports

    known = passports()
    chosen = [passport for passport in known.values() if name in (None, passport.theme, passport.kind)]
    if not chosen:
        chosen = [passport_of(str(name))[0]]
    if as_json:
        _print_json({passport.name: _as_mapping(passport) for passport in chosen})
    elif len(chosen) == 1:
        typer.echo(_card(chosen[0]))
    else:
        for theme in dict.fromkeys(passport.theme for passport in chosen):
            typer.echo(f"{theme}\n" + "\n".join(_line(passport) for passport in chosen if passport.theme == theme))


def policies(
    name: Annotated[str | None, typer.Argument(help="A preset, a file or a lever; all presets if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the policies that come with the model, or one with the law behind each of its lines, or one lever."""
    from sim.params import nearest, passports
    from sim.policies import Policy, PolicyError, presets

    levers = [passport.name for passport in passports().values() if passport.kind == "scenario"]
    if name in levers:
        params(name, as_json)
        return
    if name and name not in presets() and "." not in name and not Path(name).exists():
        near = nearest(name, [*presets(), *levers])
        raise PolicyError(f"there is no policy or lever '{name}'; the nearest is '{near}', see `limelight policies`.")
    chosen = [Policy.found(name)] if name else list(presets().values())
    if as_json:
        _print_json({policy.name: _policy_as_mapping(policy) for policy in chosen})
    elif name:
        typer.echo(_policy_card(chosen[0]))
    else:
        width = max(len(policy.name) for policy in chosen)
        for policy in chosen:
            first = policy.note.partition(". ")[0].rstrip(".")
            typer.echo(f"{policy.name:<{width}}  {len(policy.changes):>2} lines  {first}.")


def observables(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print what is looked at each week: name, unit, label and meaning, by theme."""
    from sim.observables import OBSERVABLES

    if as_json:
        _print_json(
            {
                name: {"theme": seen.theme, "label": seen.label, "unit": seen.unit, "meaning": seen.meaning}
                for name, seen in OBSERVABLES.items()
            }
        )
        return
    width = max(len(name) for name in OBSERVABLES)
    for theme in dict.fromkeys(seen.theme for seen in OBSERVABLES.values()):
        typer.echo(theme)
        for name, seen in OBSERVABLES.items():
            if seen.theme == theme:
                typer.echo(f"  {name:<{width}}  {seen.label} ({seen.unit}): {seen.meaning}")


def _print_json(content: object) -> None:
    """Print strict JSON."""
    import json

    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


def _value_of(passport: Passport) -> Any:
    """Return the value of a number as it is read: one, one per date, or one per label."""
    if passport.dated:
        return {day.isoformat(): value for day, value in passport.dated}
    if isinstance(passport.value, tuple):
        return dict(zip(passport.labels, passport.value, strict=True))
    return passport.value


def _as_mapping(passport: Passport) -> dict[str, Any]:
    """Return a passport as JSON would hold it."""
    return {
        "theme": passport.theme,
        "meaning": passport.meaning,
        "value": _value_of(passport),
        "unit": passport.unit,
        "range": [passport.low, passport.high],
        "kind": passport.kind,
        "sources": [{"row": row, "citation": citation} for row, citation in passport.sources],
        "symbol": passport.symbol,
        "over": passport.over,
        "note": passport.note,
        "file": passport.file,
        **_of_a_lever(passport),
    }


def _of_a_lever(passport: Passport) -> dict[str, Any]:
    """Return what only the passport of a lever holds: what it acts on, what is known of it, which law is near."""
    if passport.kind != "scenario":
        return {}
    known = {name: getattr(passport, name) for name in ("mechanism", "effect", "counterpart", "status")}
    return {**known, "since": passport.since.isoformat() if passport.since else None}


def _policy_as_mapping(policy: Policy) -> dict[str, Any]:
    """Return a policy as JSON would hold it, each line with where the law stands that its lever mirrors."""
    from sim.policies import lever

    content = policy.as_mapping()
    for change in content["changes"]:
        change["status"] = lever(change["set"]).status_text
    return content


def _policy_card(policy: Policy) -> str:
    """Show a policy line by line, with the law behind each line and where the law that its lever mirrors stands."""
    from sim.policies import lever

    lines = [policy.name, *(f"  {policy.note}".splitlines() if policy.note else [])]
    for change in policy.changes:
        when = f" from {change.start}" if change.start else " from the beginning"
        when += f" until {change.until}" if change.until else ""
        when += f", over {change.over} weeks" if change.over else ""
        passport = lever(change.set)
        lines += ["", f"  {change.set} = {change.to}{when}  [{passport.unit}, {passport.theme}]"]
        lines += [f"    law      {change.law}"] if change.law else []
        lines += [f"    nearest  {passport.counterpart} ({passport.status_text})"] if passport.counterpart else []
    return "\n".join(lines)


def _shown(passport: Passport) -> str:
    """Show the value of a number in one line."""
    value = _value_of(passport)
    return ", ".join(f"{key} {item}" for key, item in value.items()) if isinstance(value, dict) else str(value)


def _line(passport: Passport) -> str:
    """Show a number in one line of a list."""
    known = f"{passport.name} = {_shown(passport)}"
    return f"  {known}  [{passport.range_text}, {passport.kind}]  {passport.meaning}"


def _card(passport: Passport) -> str:
    """Show a number with all that is known about it."""
    lines = [
        passport.name,
        f"  meaning  {passport.meaning}",
        f"  value    {_shown(passport)}",
        f"  unit     {passport.unit}",
        f"  range    {passport.range_text}",
        f"  kind     {passport.kind}",
        f"  file     {passport.file}",
    ]
    if passport.kind == "scenario":
        lines += [f"  acts     {passport.mechanism}", f"  effect   {passport.effect}"]
        lines += [f"  law      {passport.counterpart}", f"  status   {passport.status_text}"]
    lines += [f"  source   {' '.join(part for part in source if part)}" for source in passport.sources]
    lines += [f"  symbol   {passport.symbol}"] if passport.symbol else []
    lines += [f"  note     {passport.note}"] if passport.note else []
    return "\n".join(lines)
