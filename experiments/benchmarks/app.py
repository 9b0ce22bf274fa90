"""How quickly the page answers: pause, frames, levers and memory, measured in a real Chromium against a real server.

    python experiments/benchmarks/app.py --minutes 60

Prints a table and writes it as JSON; it asserts nothing, for a busy machine is slow and not wrong. Needs a Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
SPEEDS = ("2", "8", "25", "0")  # weeks a second; 0 is as fast as it goes
SIZES = (10_000, 100_000, 1_000_000)
SESSIONS, LEVER = 9, "hours_cap_adults"
PATIENCE = 600_000  # milliseconds

# Notes in the page when the week shown, the label of the play button, and the state of the outlook change.
WATCH = """() => {
  window.notes = []
  const seen = {}
  const note = () => {
    const now = performance.now()
    const all = { week: document.querySelector('#play-date')?.dataset.week,
                  button: document.querySelector('#play-toggle')?.textContent.trim(),
                  state: document.querySelector('#status')?.dataset.state }
    for (const [what, value] of Object.entries(all))
      if (value !== undefined && seen[what] !== value) { seen[what] = value; window.notes.push([what, value, now]) }
  }
  note()
  new MutationObserver(note).observe(document.body, {
    subtree: true, attributes: true, childList: true, characterData: true })
}"""


def main() -> None:
    """Measure everything that was asked for, print it, and write it down."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=2, help="how long memory is watched while a world is played")
    asked.add_argument("--seconds", type=float, default=10, help="how long frames are counted for each size")
    asked.add_argument("--levers", type=int, default=5, help="how often a lever is let go of")
    asked.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="fan agents to count frames at")
    asked.add_argument("--scenario", type=Path, help="the scenario of the server; the usual one without it")
    asked.add_argument("--out", type=Path, default=ROOT / "results" / "benchmarks" / "app.json")
    given = asked.parse_args()
    found: dict[str, Any] = {"machine": machine(), "asked": {key: str(value) for key, value in vars(given).items()}}
    with served(given.scenario) as (url, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        measures: dict[str, Callable[[], dict[str, Any]]] = {
            "MB of the server with isolated sessions": lambda: sessions(browser, url, process),
            "seconds from letting go of a lever to the coarse outlook": lambda: levers(browser, url, given.levers),
            "seconds until a pause is seen, by weeks a second": lambda: pauses(browser, url),
            "frames and weeks a second, by fan agents": lambda: frames(browser, url, given.sizes, given.seconds),
            "MB of the server while a world is played": lambda: memory(browser, url, process, given.minutes),
        }
        given.out.parent.mkdir(parents=True, exist_ok=True)
        for what, measure in measures.items():
            found[what] = measure()
            print_table({what: found[what]})
            given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        browser.close()
    print(given.out)


def machine() -> dict[str, Any]:
    """Name the machine, as far as it knows itself."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    return {"processor": name, "processors": os.cpu_count(), "python": platform.python_version(),
            "load at the start": os.getloadavg()[0]}  # fmt: skip


def chromium() -> str:
    """Return the path of the browser."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    return found or sys.exit("there is no Chromium on this machine; install the package chromium.")


@contextmanager
def served(scenario: Path | None) -> Iterator[tuple[str, int]]:
    """Run a server of the page for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sim", "app", "--port", str(port)]
    command += ["--scenario", str(scenario)] if scenario else []
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/readyz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(30)


def opened(browser: Any, url: str) -> Page:
    """Let a visitor in, who notes all changes."""
    page: Page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    page.wait_for_selector("#cards .card")
    page.evaluate(WATCH)
    return page


def settled(page: Page) -> None:
    """Wait until nothing is being reckoned in the background."""
    page.wait_for_selector("#status[data-state=full]")


def noted(page: Page, what: str) -> list[tuple[str, float]]:
    """Return the values of something and when, in seconds, each was first shown."""
    return [(value, when / 1000) for kind, value, when in page.evaluate("() => window.notes") if kind == what]


def spread(values: list[float]) -> dict[str, float]:
    """Return the median and the ends."""
    ordered = sorted(values)
    middle = statistics.median(ordered)
    shown = {"median": middle, "least": ordered[0], "most": ordered[-1]}
    return {name: round(value, 3) for name, value in shown.items()} | {"times": len(ordered)}


def levers(browser: Any, url: str, times: int) -> dict[str, float]:
    """Let go of a lever, at another value each time, until both coarse worlds stand whole."""
    page, spent = opened(browser, url), []
    settled(page)
    slider = page.locator(f"#lever-{LEVER}-input")
    slider.evaluate("element => { element.closest('details').open = true }")
    for time_ in range(times):
        page.evaluate("() => { window.notes = [] }")
        begun = page.evaluate("() => performance.now()") / 1000
        slider.fill(str(40 + time_))
        page.wait_for_function("() => window.notes.some(([what, value]) => what === 'state' && value === 'reckoning')")
        page.wait_for_function("() => !['reckoning'].includes(document.querySelector('#status').dataset.state)")
        states = noted(page, "state")
        first = next(place for place, (value, _) in enumerate(states) if value == "reckoning")
        spent.append(states[first + 1][1] - begun)
        page.wait_for_timeout(1000)
    page.context.close()
    return spread(spent)


def pauses(browser: Any, url: str) -> dict[str, dict[str, float]]:
    """Press pause at every speed: how long until the button and the last week that is shown stand still."""
    page, found = opened(browser, url), {}
    page.click("#tab-play")
    for speed in SPEEDS:
        spent = []
        for _ in range(5):
            page.select_option("#play-speed", speed)
            page.click("#play-toggle")
            page.wait_for_timeout(1500)
            page.evaluate("() => { window.notes = [] }")
            begun = page.evaluate(
                "() => { const now = performance.now(); document.querySelector('#play-toggle').click(); return now }"
            )
            page.wait_for_timeout(1500)
            last = [when for what in ("week", "button") for _, when in noted(page, what)]
            spent.append(max(last) - begun / 1000)
            if int(page.get_attribute("#play-date", "data-week") or 0) > 300:
                page.click("#play-reset")
                page.wait_for_timeout(500)
        found[speed] = spread(spent)
    page.context.close()
    return found


def frames(browser: Any, url: str, sizes: list[int], seconds: float) -> dict[str, dict[str, float]]:
    """Play as fast as it goes: how many different weeks are shown in a second, and how many are lived."""
    found = {}
    for fans in sizes:
        page = opened(browser, url)
        page.click("#tab-play")
        page.select_option("#play-size", str(fans))
        page.select_option("#play-speed", "0")
        page.wait_for_timeout(500)
        begun = time.perf_counter()
        page.click("#play-toggle")
        page.wait_for_function("() => Number(document.querySelector('#play-date').dataset.week) >= 2")
        built = time.perf_counter() - begun
        page.evaluate("() => { window.notes = [] }")
        page.wait_for_timeout(seconds * 1000)
        shown = noted(page, "week")
        page.click("#play-toggle")
        lasted = shown[-1][1] - shown[0][1] if len(shown) > 1 else seconds
        found[f"{fans:,}"] = {
            "frames": round(max(len(shown) - 1, 0) / lasted, 2),
            "weeks": round((int(shown[-1][0]) - int(shown[0][0])) / lasted, 2) if shown else 0,
            "seconds to build": round(built, 2),
        }
        page.context.close()
    return found


def sessions(browser: Any, url: str, process: int) -> dict[str, float]:
    """Let visitors come one after the other, each with an own world that has been played a little."""
    settled(opened(browser, url))  # a first visitor warms the server up
    before, pages = weight(process), []
    for _ in range(SESSIONS):
        page = opened(browser, url)
        page.click("#tab-play")
        page.select_option("#play-speed", "0")
        page.click("#play-toggle")
        page.wait_for_function("() => Number(document.querySelector('#play-date').dataset.week) >= 10")
        page.click("#play-toggle")
        pages.append(page)
    after = weight(process)
    for page in pages:
        page.context.close()
    return {"none": before, str(SESSIONS): after, "each": round((after - before) / SESSIONS, 1)}


def memory(browser: Any, url: str, process: int, minutes: float) -> dict[str, Any]:
    """Play on and on, from the beginning again whenever the last week is reached."""
    page, course = opened(browser, url), []
    page.click("#tab-play")
    page.select_option("#play-speed", "0")
    page.click("#play-toggle")
    until, begun = time.monotonic() + 60 * minutes, time.monotonic()
    step = max(2.0, 60 * minutes / 120)
    while time.monotonic() < until:
        page.wait_for_timeout(step * 1000)
        course.append([round((time.monotonic() - begun) / 60, 2), weight(process)])
        if page.locator("#play-toggle").is_disabled():
            page.click("#play-reset")
            page.wait_for_selector("#play-toggle:enabled")
            page.click("#play-toggle")
    page.context.close()
    quarter = max(1, len(course) // 4)
    first, last = (statistics.mean(mb for _, mb in part) for part in (course[quarter : 2 * quarter], course[-quarter:]))
    return {"second quarter": round(first, 1), "last quarter": round(last, 1), "minutes": minutes, "course": course}


def weight(process: int) -> float:
    """Memory of a server and the processes it started, in MB, with what they share counted once."""
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True
    ).stdout.split()
    total = 0
    for each in (process, *map(int, children)):
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return round(total / 1024, 1)


def print_table(found: dict[str, Any]) -> None:
    """Print what was measured, one line each."""
    for what, values in found.items():
        print(what)
        for name, value in values.items():
            if name != "course":
                print(f"    {name:<18} {value}", flush=True)


if __name__ == "__main__":
    main()
