"""The command that says which numbers decide: `limelight sensitivity`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sim.sweeps import Sweep


def sensitivity(
    sweep: Annotated[Path, typer.Argument(help="The folder of a sweep, or its design.", metavar="FOLDER|DESIGN.yaml")],
    observable: Annotated[
        list[str], typer.Option(metavar="NAME", help="What to explain: an observable; repeatable.")
    ],
    week: Annotated[int | None, typer.Option(help="In which week; the last one that is kept if left out.")] = None,
    over: Annotated[int, typer.Option(min=1, help="Mean over so many weeks, up to that one.")] = 1,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="In which kind of world, such as ai=evolving; repeatable."),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Explain the difference to its twin in this kind; repeatable."),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Of a design: how many worlds live at a time.")] = None,
    out: Annotated[Path, typer.Option(help="Of a design: where sweeps lie.", metavar="DIR")] = Path("results/sweeps"),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the files.")] = False,
) -> None:
    """Say which of the varied numbers decide: Morris screening or Sobol indices, with luck reported beside."""
    from sim.analysis import print_sensitivity
    from sim.analysis import sensitivity as explained
    from sim.figures import draw_sensitivity

    found = _found(sweep, out, workers, quiet)
    for name in observable:
        indices = explained(found, name, week, over, _pairs(of, "--of"), _pairs(against, "--against"))
        if not quiet:
            print_sensitivity(indices)
        folder = Path(found.folder) / "sensitivity"
        for file in (*indices.save(folder), *draw_sensitivity(indices, folder)):
            typer.echo(str(file))


def _found(place: Path, out: Path, workers: int | None, quiet: bool) -> Sweep:
    """Load a sweep from its folder; live through what a design still lacks."""
    from sim.designs import Design
    from sim.sweeps import load
    from sim.sweeps import sweep as live

    if place.suffix in (".yaml", ".yml"):
        return live(Design.from_yaml(place), out, workers, show=not quiet)
    return load(place)


def _pairs(texts: list[str] | None, option: str) -> dict[str, object]:
    """Read repeated `key=value`."""
    pairs: dict[str, object] = {}
    for text in texts or []:
        key, mark, value = text.partition("=")
        if not (mark and key.strip() and value.strip()):
            raise typer.BadParameter(f"{option} {text}: write it as key=value, such as {option} ai=evolving.")
        pairs[key.strip()] = value.strip()
    return pairs
