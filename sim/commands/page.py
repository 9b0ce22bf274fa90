"""The command that opens the page in the browser: `limelight app`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def app(
    port: Annotated[int, typer.Option(help="Where the page is served on this machine; 0 takes a free port.")] = 8765,
    scenario: Annotated[
        Path | None, typer.Option(help="The scenario to open with (YAML).", metavar="FILE")
    ] = None,
) -> None:
    """Watch it: the policy lab in the browser, on this machine only."""
    from sim.app.server import serve
    from sim.scenario import Scenario

    serve(Scenario.from_yaml(scenario) if scenario else None, port)
