"""How quickly the page answers: pause, frames, levers and memory, measured in a real Chromium against a real server.

    python experiments/benchmarks/app.py --minutes 60

Prints a table and writes it as JSON; it asserts nothing, for a busy machine is slow and not wrong. Needs a Chromium.
"""

from __future__ import annotations

import argparse
import json
import re
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

from machine import describe
from measure import keep_bytecode
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
SPEEDS = ("2", "8", "25", "0")  # weeks a second; 0 is as fast as it goes
SIZES = (10_000, 100_000, 1_000_000)
SESSIONS, LEVER = 9, "hours_cap_adults"
HELD = 0.5
"""Seconds that a hand rests on a lever before it lets go of it."""

PATIENCE = 600_000  # milliseconds

# Notes in the page when the week shown, the label of the play button, and the state of the outlook change.
WATCH = """() => {
  window.notes = []
  const seen = {}
  const note = () => {
    const now = performance.now()
    const all = { week: document.querySelector('#play-date')?.dataset.week,
                  button: document.querySelector('#play-toggle')?.textContent.trim(),
                  state: document.querySelector('#status')?.dataset.state,
                  told: document.querySelector('#status-resolution')?.textContent }
    all.lived = all.told?.match(/week (\\d+) of/)?.[1]
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
    asked.add_argument("--refining", type=float, default=120, help="for how many seconds refining is watched at most")
    asked.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="fan agents to count frames at")
    asked.add_argument("--scenario", type=Path, help="the scenario of the server; the usual one without it")
    asked.add_argument("--out", type=Path, default=ROOT / "results" / "benchmarks" / "app.json")
    given = asked.parse_args()
    keep_bytecode()
    found: dict[str, Any] = {"machine": describe(), "asked": {key: str(value) for key, value in vars(given).items()}}
    with served(given.scenario) as (url, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        measures: dict[str, Callable[[], dict[str, Any]]] = {
            "MB of the server with isolated sessions": lambda: sessions(browser, url, process),
            "seconds from letting go of a lever to the outlook": lambda: levers(browser, url, given.levers),
            f"the same of a lever dragged and held for {HELD} s": lambda: dragged(browser, url, given.levers),
            "seconds until the outlook is refined": lambda: refining(browser, url, given.refining),
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


def levers(browser: Any, url: str, times: int) -> dict[str, dict[str, float]]:
    """Let go of a lever, each time at another value, until its first weeks are drawn and both worlds are whole."""
    page, first, whole = opened(browser, url), [], []
    settled(page)
    for time_ in range(times):
        begun = let_go(page, 40 + time_)
        page.wait_for_function("() => document.querySelector('#status').dataset.state !== 'reckoning'")
        states = noted(page, "state")
        reckoning = next(place for place, (value, _) in enumerate(states) if value == "reckoning")
        whole.append(states[reckoning + 1][1] - begun)
        lived = [(int(weeks), when) for weeks, when in noted(page, "lived")]
        first.append(next((when for weeks, when in lived if weeks > lived[0][0]), states[-1][1]) - begun)
        page.wait_for_timeout(1000)
    page.context.close()
    return {"first weeks": spread(first), "whole": spread(whole)}


def dragged(browser: Any, url: str, times: int) -> dict[str, dict[str, float]]:
    """Drag a lever with the mouse, hold it and let go, each time elsewhere; from then until both worlds are whole."""
    page, whole = opened(browser, url), []
    settled(page)
    page.set_default_timeout(PATIENCE / 10)
    slider = page.locator(f"#lever-{LEVER}-input")
    slider.evaluate("""element => {
      element.closest('details').open = true
      element.scrollIntoView({ block: 'center' })
      element.addEventListener('change', () => { window.letGo = performance.now() })
    }""")
    page.wait_for_timeout(1000)  # until what was opened and scrolled lies still
    for time_ in range(times):
        box = slider.bounding_box()
        assert box is not None
        across = [box["x"] + box["width"] * share for share in (0.5, 0.55 + 0.03 * time_)]
        page.evaluate("() => { window.notes = [] }")
        page.mouse.move(across[0], box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(across[1], box["y"] + box["height"] / 2, steps=8)
        page.wait_for_timeout(1000 * HELD)
        page.mouse.up()
        page.wait_for_function("() => window.notes.some(([what, value]) => what === 'state' && value === 'reckoning')")
        page.wait_for_function("() => document.querySelector('#status').dataset.state !== 'reckoning'")
        states = noted(page, "state")
        reckoning = next(place for place, (value, _) in enumerate(states) if value == "reckoning")
        whole.append(states[reckoning + 1][1] - page.evaluate("() => window.letGo") / 1000)
        page.wait_for_timeout(1000)
    page.context.close()
    return {"whole": spread(whole)}


def let_go(page: Page, value: float) -> float:
    """Let go of a lever at a value that it has not had, and wait until the page answers; returns when it was."""
    slider = page.locator(f"#lever-{LEVER}-input")
    slider.evaluate("element => { element.closest('details').open = true }")
    page.evaluate("() => { window.notes = [] }")
    begun = page.evaluate("() => performance.now()") / 1000
    slider.fill(str(value))
    page.wait_for_function("() => window.notes.some(([what, value]) => what === 'state' && value === 'reckoning')")
    return float(begun)


def refining(browser: Any, url: str, seconds: float) -> dict[str, Any]:
    """Let go of a lever once and watch what the page says while it refines, until it is done or the time is over."""
    page = opened(browser, url)
    settled(page)
    begun = let_go(page, 39)
    course: dict[str, float] = {}
    full = "document.querySelector('#status').dataset.state === 'full'"
    page.wait_for_function(f"() => {full} || performance.now() / 1000 > {begun + seconds}")
    for text, when in noted(page, "told"):
        course.setdefault(re.sub(r", week \d+ of \d+", "", text), round(when - begun, 2))
    reached = page.inner_text("#status-resolution")
    whole = page.get_attribute("#status", "data-state") == "full"
    band = next((when for text, when in course.items() if "band of" in text), None)
    page.context.close()
    spent = max(course.values(), default=0.0)
    return {"first band": band, "all done" if whole else "watched for": spent, "says": reached, "course": course}


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
        play(page, 2)
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


def play(page: Page, weeks: int) -> None:
    """Press play and wait until so many weeks have been played."""
    begun = int(page.get_attribute("#play-date", "data-week") or 0)
    page.click("#play-toggle")
    page.wait_for_function(
        f"() => Number(document.querySelector('#play-date').dataset.week) >= {begun + weeks}"
    )


def sessions(browser: Any, url: str, process: int) -> dict[str, float]:
    """Let visitors come one after the other, each with an own world that has been played a little."""
    settled(opened(browser, url))  # a first visitor warms the server up
    before, pages = sum(weight(process)), []
    for _ in range(SESSIONS):
        page = opened(browser, url)
        page.click("#tab-play")
        page.select_option("#play-speed", "0")
        play(page, 10)
        page.click("#play-toggle")
        pages.append(page)
    after = sum(weight(process))
    for page in pages:
        page.context.close()
    return {"none": round(before, 1), str(SESSIONS): round(after, 1), "each": round((after - before) / SESSIONS, 1)}


def memory(browser: Any, url: str, process: int, minutes: float) -> dict[str, Any]:
    """Play on and on, from the beginning again whenever the last week is reached; the slope is of the second half."""
    page, course = opened(browser, url), []
    page.click("#tab-play")
    page.select_option("#play-speed", "0")
    page.click("#play-toggle")
    until, begun = time.monotonic() + 60 * minutes, time.monotonic()
    step = max(2.0, 60 * minutes / 120)
    while time.monotonic() < until:
        page.wait_for_timeout(step * 1000)
        course.append([round((time.monotonic() - begun) / 60, 2), *weight(process)])
        if page.locator("#play-toggle").is_disabled():
            page.click("#play-reset")
            page.wait_for_selector("#play-toggle:enabled")
            page.click("#play-toggle")
    page.context.close()
    found: dict[str, Any] = {"minutes": minutes}
    for place, who in enumerate(("server", "workers"), start=1):
        half = course[len(course) // 2 :]
        found[who] = {"first": course[0][place], "last": course[-1][place], "most": max(each[place] for each in course)}
        if len(half) > 1:
            slope = statistics.linear_regression([each[0] for each in half], [each[place] for each in half]).slope
            found[who]["MB an hour"] = round(60 * slope, 1)
    return found | {"course": course}


def weight(process: int) -> tuple[float, float]:
    """Memory of a server and of the processes it started, in MB, with what they share counted once."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True).stdout
    return _own(process), round(sum(_own(int(each)) for each in listed.split()), 1)


def _own(process: int) -> float:
    """Memory of one process in MB; nothing of one that has ended."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return round(next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024, 1)


def print_table(found: dict[str, Any]) -> None:
    """Print what was measured, one line each."""
    for what, values in found.items():
        print(what)
        for name, value in values.items():
            if name != "course":
                print(f"    {name:<18} {value}", flush=True)


if __name__ == "__main__":
    main()
