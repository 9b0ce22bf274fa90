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
    snapshots_every: Annotated[int | None, typer.Option(help="Keep all agents every so many weeks (0: never).")] = None,
    out: Annotated[Path, typer.Option(help="Where the folder of the run is put.", metavar="DIR")] = Path("results"),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the folder.")] = False,
) -> None:
    """Live through a scenario and print the folder with its weeks, events and manifest."""
    from sim.runner import folder_of
    from sim.runner import run as live
    from sim.scenario import Scenario

    asked = Scenario.from_yaml(scenario)
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
    asked = asked.with_(**changes)
    known = folder_of(asked, out).exists() and not fresh
    with _progress(asked, quiet or known) as progress:
        results = live(asked, out=out, threads=threads, fresh=fresh, progress=progress)
    if known and not quiet:
        typer.echo("This run is there already and was loaded; --fresh computes it again.", err=True)
    typer.echo(str(results.folder))


@app.command()
def params(
    name: Annotated[str | None, typer.Argument(help="A number or a theme; all of them if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the numbers of the model with their passports: meaning, value, unit, range, kind and source."""
    from sim.params import passport_of, passports

    known = passports()
    chosen = [passport for passport in known.values() if name in (None, passport.theme)]
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
    return _say("Stopped: nothing of this run was kept, and earlier results are as they were.", INTERRUPTED)


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
    }


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
    lines += [f"  source   {' '.join(part for part in source if part)}" for source in passport.sources]
    lines += [f"  symbol   {passport.symbol}"] if passport.symbol else []
    lines += [f"  note     {passport.note}"] if passport.note else []
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
