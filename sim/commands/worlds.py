"""The commands that live through worlds: `limelight run` and `limelight compare`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.profile import profile_table

if TYPE_CHECKING:
    from sim.scenario import Scenario


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
    profile: Annotated[
        bool,
        typer.Option("--profile", help="Print the milliseconds of each process; lives the run even if it is there."),
    ] = False,
    out: Annotated[Path, typer.Option(help="Where the folder of the run is put.", metavar="DIR")] = Path("results"),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the folder.")] = False,
) -> None:
    """Live through a scenario and print the folder with its weeks, events and manifest."""
    from sim.runner import Stopwatch, folder_of, is_there, saved_world, saving_week
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
    stopwatch = Stopwatch() if profile else None
    known = is_there(folder_of(asked, out, saved), saving) and not (fresh or profile)
    with _progress(asked, quiet or known) as progress:
        results = live(asked, out, threads, fresh, progress, saving, saved, stopwatch)
    if stopwatch:
        typer.echo(profile_table(stopwatch), err=quiet)
    if known and not quiet:
        typer.echo("This run is there already and was loaded; --fresh computes it again.", err=True)
    typer.echo(str(results.folder))


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
