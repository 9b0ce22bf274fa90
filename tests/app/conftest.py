"""A real server and a real Chromium for the tests of the page; nothing may leave the machine and nothing may go wrong.

Without a browser these tests are skipped with the reason; with `LIMELIGHT_REQUIRE_BROWSER=1` that is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

ROOT = Path(__file__).resolve().parents[2]
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "LIMELIGHT_REQUIRE_BROWSER"
PATIENCE = 120_000  # milliseconds that a test waits for the page; worlds in the background step back for other tests
SCENARIO = """\
title: A small Korea
start: 2024-12-30
weeks: 44
fans: 2300
agencies: 16
seed: 2
plugins: [{plugins}]
"""


@dataclass
class Server:
    """One running server of the page."""

    url: str
    log: Path
    scenario: Path
    read: int = 0

    def news(self) -> str:
        """What the server has written since it was last asked."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        news, self.read = text[self.read :], len(text)
        return news


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no Chromium on this machine ({', '.join(BROWSERS)})"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{reason}, and {REQUIRED} is set; install the package chromium.")
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`limelight app` on a small scenario, ready; the scenario is over, so that levers act from its first day."""
    with _served(tmp_path_factory.mktemp("server"), Path(__file__).with_name("fragile.py")) as started:
        yield started


@pytest.fixture(scope="session")
def server_of_march(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same in March 2025, the tenth week of the scenario, and without a plug-in, so that pasts are shared."""
    with _served(tmp_path_factory.mktemp("march"), "", "--today", "2025-03-05") as started:
        yield started


@contextmanager
def _served(folder: Path, plugin: Path | str, *asked: str) -> Iterator[Server]:
    """A server for as long as the block lasts; it must end when it is told to, and end all its processes."""
    scenario = folder / "small.yaml"
    scenario.write_text(SCENARIO.format(plugins=plugin), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "sim", "app", "--port", str(port), "--scenario", str(scenario), *asked],
            cwd=ROOT, stdout=written, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
    started = Server(f"http://127.0.0.1:{port}", log, scenario)
    try:
        _wait(process, started)
        yield started
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], server: Server) -> None:
    """Wait until the page can be visited."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not get ready:\n{server.log.read_text()}")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=SWITCHES)
        yield opened
        opened.close()


@dataclass
class Visitor:
    """One person with a browser of their own; `problems` is everything that should not have happened."""

    page: Any
    url: str
    problems: list[str] = field(default_factory=list)

    def open(self, address: str = "") -> Visitor:
        """Come to the page and wait until it shows something."""
        self.page.goto(address or self.url)
        self.page.wait_for_selector("#cards .card")
        return self

    def settle(self) -> Visitor:
        """Wait until nothing more is being reckoned."""
        self.page.wait_for_selector("#status[data-state=full]")
        return self

    def see(self, view: str) -> Visitor:
        """Go to a view."""
        self.page.click(f"#tab-{view}")
        self.page.wait_for_selector(f"#view-{view}")
        return self

    def lever(self, name: str, part: str = "-input") -> Any:
        """A part of a lever, its group opened."""
        found = self.page.locator(f"#lever-{name}{part}")
        found.evaluate("element => { const group = element.closest('details'); if (group) group.open = true }")
        return found

    def move(self, name: str, value: float) -> None:
        """Drag a slider to a value and let go of it."""
        self.lever(name).fill(str(value))
        self.page.wait_for_selector(f"#lever-{name}.changed")

    def card(self, name: str) -> str:
        """What a headline says, in one line."""
        return " ".join(self.page.inner_text(f"#cards .card[data-card={name}]").split())

    def words(self) -> set[str]:
        """The verdicts of all headlines."""
        words = r"card-(better|worse|changed|no-change|too-close-to-call|so-far)\b"
        return set(re.findall(words, self.page.inner_html("#cards")))

    def curve(self, name: str) -> str:
        """What a curve tells those who cannot see it."""
        return self.page.get_attribute(f".panel[data-observable={name}] svg.draw", "aria-label")

    def tips(self, name: str) -> list[str]:
        """What a pointer is told along a curve, from the first week to the last."""
        return self.page.eval_on_selector_all(
            f".panel[data-observable={name}] svg.draw .strip", "every => every.map(each => each.dataset.tip)"
        )

    def week(self) -> int:
        """The week the worlds of play are in."""
        return int(self.page.get_attribute("#play-date", "data-week"))

    def wait_for_week(self, least: int) -> int:
        """Wait until the worlds of play have reached a week."""
        self.page.wait_for_function(
            "least => Number(document.querySelector('#play-date').dataset.week) >= least", arg=least
        )
        return self.week()

    def wait_for(self, condition: str) -> None:
        """Wait until something is true in the browser."""
        self.page.wait_for_function(condition)


class Door:
    """Lets visitors in, each with a browser profile of their own, and hears what goes wrong."""

    def __init__(self, browser: Any, server: Server) -> None:
        self.browser, self.server = browser, server
        self.visitors: list[Visitor] = []

    def __call__(self, width: int = 1440, height: int = 900, scheme: str = "light", **more: Any) -> Visitor:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True,
            reduced_motion="reduce", **more,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        visitor = Visitor(page, self.server.url)
        problems = visitor.problems
        page.on("pageerror", lambda error: problems.append(f"page error: {error}"))
        page.on("console", lambda said: said.type == "error" and problems.append(f"console: {said.text}"))
        page.on("requestfailed", lambda asked: problems.append(f"failed: {asked.url} {asked.failure}"))
        page.on("response", lambda got: got.status >= 400 and problems.append(f"{got.status}: {got.url}"))
        page.on("request", lambda asked: self._outside(asked.url) and problems.append(f"left: {asked.url}"))
        page.on("websocket", lambda line: self._outside(line.url) and problems.append(f"left: {line.url}"))
        self.visitors.append(visitor)
        return visitor

    def _outside(self, url: str) -> bool:
        """Whether a request is for anybody but the server and the page itself."""
        asked = urlparse(url)
        return asked.scheme not in ("data", "blob", "about") and asked.netloc != urlparse(self.server.url).netloc

    def problems(self) -> list[str]:
        """Everything that went wrong for anybody, and what the server says of it."""
        found = [problem for visitor in self.visitors for problem in visitor.problems]
        news = self.server.news()
        return [*found, news] if "Traceback" in news or "ERROR" in news else found

    def close(self) -> None:
        """Everybody leaves."""
        for visitor in self.visitors:
            visitor.page.context.close()


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Door]:
    """Let visitors in; the test fails if anything went wrong behind its back."""
    yield from _watched(Door(browser, server))


@pytest.fixture
def visit_in_march(browser: Any, server_of_march: Server) -> Iterator[Door]:
    """The same at the server where it is March 2025."""
    yield from _watched(Door(browser, server_of_march))


def _watched(door: Door) -> Iterator[Door]:
    yield door
    problems = door.problems()
    door.close()
    assert not problems, "\n".join(problems)
