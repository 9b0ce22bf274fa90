"""The command that opens the page in the browser: `limelight app`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def app(
    port: Annotated[int, typer.Option(help="Where the page is served on this machine; 0 takes a free port.")] = 8765,
    scenario: Annotated[
        Path | None, typer.Option(help="The scenario to open with (YAML).", metavar="FILE")
    ] = None,
    today: Annotated[
        str,
        typer.Option(help="The day that counts as today, so that levers act from the Monday after it; the calendar's"
                          " unless given. Where the scenario does not reach it, they act from its first day.",
                     metavar="DATE", show_default=False),
    ] = "",
) -> None:
    """Watch it: the policy lab in the browser, on this machine only."""
    from sim.app.server import serve
    from sim.scenario import Scenario

    serve(Scenario.from_yaml(scenario) if scenario else None, port, _day(today) if today else None)


def _day(text: str) -> date:
    """The day that was named, or one sentence on how to name one."""
    from sim.app.server import AppError
    from sim.policies import as_date

    try:
        return as_date(text)
    except ValueError as error:
        raise AppError(f"--today: {error}.") from error
