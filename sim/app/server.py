"""The server of the page: it listens on this machine only, asks the internet for nothing, and tells nobody."""

from __future__ import annotations

import os
import socket
import warnings
from datetime import date

from sim.app.hall import close_hall, the_hall
from sim.params import LimelightError
from sim.scenario import Scenario

HOST = "127.0.0.1"
NOWHERE = "http://127.0.0.1:9/"
"""Where the framework would look for what its packaged assets lack: a port that nobody answers."""

SETTINGS = {
    "SOLARA_APP": "sim.app.page",
    "SOLARA_MODE": "production",
    "SOLARA_ASSETS_CDN": NOWHERE,
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "5m",
}
"""What the framework is told before it is imported; a visitor who is away for longer is forgotten."""


class AppError(LimelightError):
    """The page cannot be served; the message says why and what to do."""


def serve(scenario: Scenario | None = None, port: int = 8765, today: date | None = None) -> None:
    """Serve the page until Ctrl-C; port 0 takes a free one, and levers act from the Monday after `today`."""
    os.environ.update(SETTINGS)
    try:
        import uvicorn
        from solara.server import starlette
    except ImportError as error:
        raise AppError(f"the page needs the extra 'app' ({error}); install it with: make app.") from error
    warnings.filterwarnings("ignore", "Cookies with samesite=none")  # told of each visitor of every page without https
    port = _free(port)
    the_hall(scenario, today)
    print(f"Limelight is at http://{HOST}:{port} (Ctrl-C ends it)", flush=True)
    try:
        uvicorn.run(starlette.app, host=HOST, port=port, log_level="warning", ws_per_message_deflate=False)
    finally:
        close_hall()


def _free(port: int) -> int:
    """The port, if nobody listens there yet."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) else "a port is a number from 0 to 65535"
            raise AppError(f"port {port} cannot be used ({why}); give another one with --port.") from error
        return int(listening.getsockname()[1])
