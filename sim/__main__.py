"""The `limelight` command, thin: what it does, five lines of Python do.

Heavy libraries are imported inside the commands, so that help is there at once. Whatever a user can do wrong
ends in one sentence on the error stream and exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sim.params import Passport
    from sim.policies import Policy
    from sim.scenario import Scenario

USER_ERROR, INTERRUPTED = 2, 130

app = typer.Typer(
    name="limelight",
    help="A laboratory for what AI does to the people of the K-pop industry, and which policies change that.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def limelight() -> None:
    """Keep `limelight` a command of commands."""


@app.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="The scenario file (YAML).", metavar="SCENARIO.yaml")],
    weeks: Annotated[int | None, typer.Option(help="How many weeks to live through.")] = None,
    fans: Annotated[int | None, typer.Option(help="How many fan agents the fandom is resolved into.")] = None,
    agencies: Annotated[int | None, typer.Option(help="How many agencies the industry has.")] = None,
    seed: Annotated[int | None, typer.Option(help="Which luck.")] = None,
    ai: Annotated[str | None, typer.Option(help="Which AI: evolving, frozen or none.")] = None,
    threads: Annotated[int | None, typer.Option(help="How many threads; changes the time only.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute even what is there already.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Another value for a number; repeatable."),
    ] = None,
    plugins: Annotated[
        list[str] | None,
        typer.Option("--plugin", metavar="FILE.py|NAME", help="A plug-in: your file, or an installed one; repeatable."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|FILE", help="A policy beside those of the scenario: a preset or file; repeatable."),
    ] = None,
    snapshots_every: Annotated[int | None, typer.Option(help="Keep all agents every so many weeks (0: never).")] = None,
    save_at: Annotated[
        list[str] | None,
        typer.Option(metavar="WEEK|DATE", help="Save the whole world after a week, or before a date; repeatable."),
    ] = None,
    world: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Go on from a saved world, under other policies.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the folder of the run is put.", metavar="DIR")] = Path("results"),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the folder.")] = False,
) -> None:
    """Live through a scenario and print the folder with its weeks, events and manifest."""
    from sim.runner import folder_of, is_there, saved_world, saving_week
    from sim.runner import run as live
    from sim.scenario import Scenario

    asked = Scenario.from_yaml(scenario, plugins or ())
    fields = {
        "weeks": weeks,
        "fans": fans,
        "agencies": agencies,
        "seed": seed,
        "ai": ai,
        "snapshots_every": snapshots_every,
    }
    changes: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    if settings:
        changes["numbers"] = {**asked.numbers, **dict(_setting(text) for text in settings)}
    if policy:
        changes["policies"] = (*asked.policies, *policy)
    asked = asked.with_(**changes)
    saved, saving = saved_world(world, asked), [saving_week(asked, when) for when in save_at or ()]
    known = is_there(folder_of(asked, out, saved), saving) and not fresh
    with _progress(asked, quiet or known) as progress:
        results = live(asked, out, threads, fresh, progress, saving, saved)
    if known and not quiet:
        typer.echo("This run is there already and was loaded; --fresh computes it again.", err=True)
    typer.echo(str(results.folder))


@app.command()
def compare(
    scenario: Annotated[Path, typer.Argument(help="The scenario file (YAML).", metavar="SCENARIO.yaml")],
    policy: Annotated[
        list[str], typer.Option(metavar="NAME|FILE", help="A policy to compare: a preset or a file; repeatable.")
    ],
    replicates: Annotated[int, typer.Option(help="How many pairs of worlds, each with luck of its own.")] = 10,
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="Measure against this policy, not the scenario as it is.")
    ] = None,
    weeks: Annotated[int | None, typer.Option(help="How many weeks to live through.")] = None,
    fans: Annotated[int | None, typer.Option(help="How many fan agents the fandom is resolved into.")] = None,
    agencies: Annotated[int | None, typer.Option(help="How many agencies the industry has.")] = None,
    seed: Annotated[int | None, typer.Option(help="Which luck the first pair has; the others follow.")] = None,
    ai: Annotated[str | None, typer.Option(help="Which AI: evolving, frozen or none.")] = None,
    workers: Annotated[int | None, typer.Option(help="How many worlds live at a time.")] = None,
    out: Annotated[Path, typer.Option(help="Where everything is put.", metavar="DIR")] = Path("results"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Compute even what is there already.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the folder.")] = False,
) -> None:
    """Compare worlds that share all luck but the policy: who gains, who loses, and how sure that is."""
    from sim.analysis import print_verdicts
    from sim.comparison import compare as laid_side_by_side
    from sim.figures import draw_effects
    from sim.scenario import Scenario

    fields = {"weeks": weeks, "fans": fans, "agencies": agencies, "seed": seed, "ai": ai}
    asked = Scenario.from_yaml(scenario).with_(**{name: value for name, value in fields.items() if value is not None})
    found = laid_side_by_side(asked, policy, replicates, out, workers, baseline, fresh, not quiet)
    draw_effects(found)
    if not quiet:
        print_verdicts(found.verdicts, found.manifest["replicates"], found.manifest["horizon_weeks"])
    for world in found.failures.to_dict("records"):
        typer.echo(f"limelight: {world['policy']}, seed {world['seed']} failed: {world['failure']}", err=True)
    typer.echo(str(found.folder))


@app.command()
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


@app.command()
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


@app.command()
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 2 for what the user can put right, 130 for Ctrl-C."""
    try:
        code = app(args=None if arguments is None else list(arguments), standalone_mode=False) or 0
        return _stopped() if code == INTERRUPTED else code
    except (typer.Abort, KeyboardInterrupt):  # which of the two, or the code, differs between versions of typer
        return _stopped()
    except MemoryError:
        return _say("There is not enough memory for this world; give fewer --fans.", USER_ERROR)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        return _say(sentence, USER_ERROR)


def _stopped() -> int:
    """Say that Ctrl-C was heard."""
    sentence = "Stopped: what was unfinished is not kept; finished worlds are, and the same command goes on from them."
    return _say(sentence, INTERRUPTED)


def _sentence(error: Exception) -> str | None:
    """Return what to tell the user about an error that is his to put right, or None."""
    if hasattr(error, "format_message"):  # what typer says about options and arguments
        return " ".join(str(error.format_message()).split()) or "Say what to do; see `limelight --help`."
    from sim.params import LimelightError

    return " ".join(str(error).split()) if isinstance(error, LimelightError) else None


def _say(sentence: str, code: int) -> int:
    """Print one sentence on the error stream and return the exit code."""
    typer.echo(f"limelight: {sentence}", err=True)
    return code


def _setting(text: str) -> tuple[str, Any]:
    """Read one `--set key=value`; what kind of value it is, the passport of the number says."""
    key, mark, value = text.partition("=")
    if not (mark and key.strip() and value.strip()):
        raise typer.BadParameter(f"--set {text}: write it as key=value, such as --set fine_cap=0.05.")
    return key.strip(), value.strip()


@contextmanager
def _progress(scenario: Scenario, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar of weeks on the error stream, if a person is looking."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("building the world", total=scenario.weeks)
        yield lambda week, weeks: bar.update(task, completed=week, description=f"{scenario.date_of(week):%B %Y}")


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


if __name__ == "__main__":
    sys.exit(main())
