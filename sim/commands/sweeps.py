"""The command that lives through many worlds: `limelight sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sim.designs import Design
    from sim.sweeps.estimating import Estimate


def sweep(
    design: Annotated[
        Path | None, typer.Argument(help="The design file (YAML).", metavar="DESIGN.yaml", show_default=False)
    ] = None,
    workers: Annotated[int | None, typer.Option(help="How many worlds live at a time; 1: in this process.")] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS|local",
            help="Live on the workers of this Dask scheduler. Ctrl-C keeps what came back; of each worker some"
            " seconds of work may be lost.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder that sweeps share.", metavar="DIR")] = Path("results/sweeps"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many runs, how long, how much.")] = False,
    compact: Annotated[bool, typer.Option("--compact", help="Merge the many small files of DIR into few.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the folder.")] = False,
) -> None:
    """Live through every world of a design that is not there yet; stop it at any time, it goes on where it was."""
    from sim.sweeps import SweepError

    if design is None and not compact:
        raise SweepError("there is nothing to do; name a design, or --compact a folder of sweeps.")
    if design is not None:
        from sim.designs import Design

        asked = Design.from_yaml(design)
        if dry_run:
            from sim.sweeps.estimating import estimate

            typer.echo(_told(estimate(asked, out, workers)))
            return
        _live(asked, out, workers, cluster, quiet)
    if compact:
        from sim.sweeps.compacting import compact as merged

        before, after = merged(out)
        if not quiet:
            typer.echo(f"{before} files of runs in {out} became {after}.", err=True)


def _live(asked: Design, out: Path, workers: int | None, cluster: str | None, quiet: bool) -> None:
    """Sweep, say what failed, and print the folder."""
    from sim.sweeps import sweep as lived

    found = lived(asked, out, workers, cluster, show=not quiet)
    failed = found.runs[found.runs["status"] == "failed"]
    for error, count in failed["error"].value_counts().head(5).items():
        typer.echo(f"limelight: {count} failed: {error}", err=True)
    if len(failed):
        many = f"{len(failed)} of {len(found.runs)} runs failed"
        typer.echo(f"limelight: {many}; the same command tries them again.", err=True)
    typer.echo(str(found.folder))


def _told(found: Estimate) -> str:
    """Say in a few lines what a sweep will take."""
    from sim.sweeps.pace import duration

    lines = [
        f"runs      {found.runs:,}" + (f" ({found.rows:,} rows of the design)" if found.rows != found.runs else ""),
        f"done      {found.done:,}" + (f"; {found.failed:,} failed before and are tried again" if found.failed else ""),
        f"time      about {duration(found.seconds)} with {found.workers} workers",
        f"          {1000 * found.seconds_a_run:.0f} ms a run, from {found.measured}",
        f"space     about {found.bytes / 1e6:,.3g} MB",
    ]  # fmt: skip
    if found.skipped:
        lines.append(f"not varied ({len(found.skipped)})")
        lines += [f"  {name}: {why}" for name, why in found.skipped.items()]
    return "\n".join(lines)
