"""The page in a real Chromium: what a visitor can do, and what must never happen while he does it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from sim.scenario import Scenario

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "results" / "app-screenshots"
WEEKS = 44  # of the small scenario in conftest.py
VIEWS = ("outlook", "play", "who", "industry", "events", "takeaway")
WATCH_STATES = """() => {
  window.states = []
  window.fewest = 1000
  const note = () => {
    const status = document.querySelector('#status')
    const now = status.dataset.state + ' ' + status.dataset.fans
    if (window.states.at(-1) !== now) window.states.push(now)
    window.fewest = Math.min(window.fewest, document.querySelectorAll('#view-outlook .panel').length)
  }
  note()
  new MutationObserver(note).observe(document.body, { subtree: true, attributes: true, childList: true })
}"""
ENDS = re.compile(r"present policy (\S+), mine (\S+) at the end")


def ends(told: str) -> tuple[float, float]:
    """The last values of both worlds, as a curve tells them."""
    found = ENDS.search(told)
    assert found, told
    present, mine = (float(text.replace("−", "-").replace(",", "")) for text in found.groups())
    return present, mine


def test_the_outlook_answers_a_lever_over_the_whole_horizon_and_says_how_finely(visit):
    visitor = visit().open().settle()
    assert visitor.words() == {"no-change"}
    assert visitor.page.get_attribute("#status", "data-fans") == "2300"
    visitor.page.evaluate(WATCH_STATES)
    visitor.move("hours_cap_adults", 40)
    visitor.wait_for("() => !document.querySelector('#cards .card-no-change[data-card=idol_hours]')")
    visitor.settle()
    states = visitor.page.evaluate("() => window.states")
    assert any(state.endswith(" 2000") for state in states), f"the coarse outlook was never shown: {states}"
    assert states[-1] == "full 2300"
    assert visitor.page.evaluate("() => window.fewest") > 20, "the pictures went away while the lever was answered"
    present, mine = ends(visitor.curve("idol_hours"))
    assert mine < present - 5
    assert re.search(r"− ?\d|−\d", visitor.card("idol_hours"))
    assert "better" in visitor.card("idol_hours")
    tips = visitor.tips("idol_hours")
    assert tips[0].startswith(("Dec 2024", "Jan 2025"))
    assert tips[-1].startswith(("Oct 2025", "Nov 2025"))
    assert "band of" in visitor.page.inner_text("#status")


def test_play_pause_step_and_reset(visit):
    visitor = visit().open().see("play")
    page = visitor.page
    page.click("#play-step")
    assert visitor.wait_for_week(1) == 1
    page.select_option("#play-speed", "25")
    page.click("#play-toggle")
    visitor.wait_for_week(6)
    page.click("#play-toggle")
    page.wait_for_function("() => document.querySelector('#play-toggle').textContent.trim() === 'Play'")
    paused = visitor.week()
    page.wait_for_timeout(700)
    assert visitor.week() == paused, "the world went on while it was paused"
    assert "2025" in page.inner_text("#play-date")
    assert visitor.words() == {"no-change"}
    page.click("#play-reset")
    page.wait_for_function("() => document.querySelector('#play-date').dataset.week === '0'")


def test_the_world_runs_to_a_date_and_stops_there(visit):
    visitor = visit().open().see("play")
    visitor.page.fill("#play-until", "2025-02-24")
    visitor.page.select_option("#play-speed", "0")
    visitor.page.click("#play-run-to")
    assert visitor.wait_for_week(8) == 8
    visitor.page.wait_for_timeout(500)
    assert visitor.week() == 8


def test_a_lever_acts_on_the_running_world_from_its_next_week_only(visit):
    visitor = visit().open().see("play")
    page = visitor.page
    page.select_option("#play-speed", "8")
    page.click("#play-toggle")
    visitor.wait_for_week(4)
    visitor.move("hours_cap_adults", 40)
    moved_by = visitor.week()
    visitor.wait_for_week(moved_by + 6)
    page.click("#play-toggle")
    page.wait_for_function("() => document.querySelector('#play-toggle').textContent.trim() === 'Play'")
    visitor.wait_for("() => document.querySelector('.panel[data-observable=idol_hours] .strip') !== null")
    alike = [len(set(re.findall(r"(?:present|mine) ([\d.]+)", tip))) == 1 for tip in visitor.tips("idol_hours")]
    assert alike[:4] == [True] * 4, "the past must stay as it was"
    assert not alike[-1]
    present, mine = ends(visitor.curve("idol_hours"))
    assert mine < present
    page.click("#play-branch")
    page.wait_for_function("() => document.querySelectorAll('.lever.changed').length === 0")
    assert visitor.week() >= moved_by + 6


def test_what_is_past_today_stays_and_levers_act_from_the_monday_after(visit_in_march):
    visitor = visit_in_march().open()
    page = visitor.page
    visitor.move("hours_cap_adults", 40)
    assert "acts from 10 March 2025" in page.inner_text("aside.levers-side")
    visitor.wait_for("() => !document.querySelector('#cards .card-no-change[data-card=idol_hours]')")
    visitor.settle()
    present, mine = ends(visitor.curve("idol_hours"))
    assert mine < present - 5
    visitor.see("play")
    page.wait_for_selector(".panel[data-observable=idol_hours] svg.draw")
    assert visitor.week() == 9 and "5 March" not in page.inner_text("#play-date")
    assert visitor.words() == {"no-change"}, "nothing can have changed before the lever acts"
    page.click("#play-step")
    visitor.wait_for_week(10)
    visitor.wait_for("() => !document.querySelector('#cards .card-no-change[data-card=idol_hours]')")
    page.click("#play-reset")
    page.wait_for_function("() => document.querySelector('#play-date').dataset.week === '9'")
    page.select_option("#play-begin", "0")
    page.wait_for_function("() => document.querySelector('#play-date').dataset.week === '0'")
    visitor.wait_for("() => /acts from 6 January 2025/.test(document.querySelector('aside.levers-side').innerText)")
    assert visitor.lever("hours_cap_adults", " .lever-value").inner_text().startswith("40")


def test_a_policy_that_changes_nothing_changes_nothing(visit):
    visitor = visit().open()
    visitor.page.select_option("#preset", "laissez_faire")
    visitor.wait_for("() => document.querySelector('#preset').value === 'laissez_faire'")
    visitor.page.wait_for_timeout(300)
    visitor.settle()
    assert visitor.words() == {"no-change"}
    visitor.see("play").page.fill("#play-until", "2025-02-10")
    visitor.page.click("#play-run-to")
    visitor.wait_for_week(6)
    assert visitor.words() == {"no-change"}
    for tip in visitor.tips("idol_hours"):
        assert len(set(re.findall(r"(?:present|mine) ([\d.]+)", tip))) == 1, tip


def test_presets_set_levers_mark_what_departs_and_can_be_undone(visit):
    visitor = visit().open()
    page = visitor.page
    page.select_option("#preset", "worker_first")
    page.wait_for_selector(".lever.changed", state="attached")
    of_preset = page.locator(".lever.changed").count()
    assert of_preset > 3
    assert page.locator(".lever.off-preset").count() == 0
    before = visitor.lever("fine_cap", " .lever-value").inner_text()
    visitor.lever("fine_cap").fill("0.1")
    page.wait_for_selector("#lever-fine_cap.off-preset")
    assert page.locator(".lever.off-preset").count() == 1
    assert visitor.lever("fine_cap", " .lever-value").inner_text() != before
    page.click("#undo")
    page.wait_for_function("() => document.querySelectorAll('.lever.off-preset').length === 0")
    assert visitor.lever("fine_cap", " .lever-value").inner_text() == before
    page.click("#undo")
    page.wait_for_function("() => document.querySelectorAll('.lever.changed').length === 0")
    assert page.input_value("#preset") == ""


def test_every_lever_says_what_it_means_and_how_well_its_effect_is_known(visit):
    visitor = visit().open()
    page = visitor.page
    names = page.eval_on_selector_all(".lever", "every => every.map(each => each.id.replace('lever-', ''))")
    assert len(names) >= 34
    for name in (names[0], "music_label"):
        visitor.lever(name, "-info").click()
        passport = page.inner_text(f"#lever-{name}-passport")
        for part in ("Meaning", "Range", "In the real world", "known of its effect"):
            assert part in passport
        assert page.locator(f"#lever-{name}-passport .badge").inner_text()


def test_an_agency_can_be_looked_at_by_hand_and_by_keyboard(visit):
    visitor = visit().open().settle().see("industry")
    page = visitor.page
    tiles = page.locator(".wide-only [data-pick], .picture [data-pick]").locator("visible=true")
    tiles.first.wait_for()
    first = tiles.first.get_attribute("data-pick")
    tiles.first.click()
    page.wait_for_selector("#inspector h3")
    page.wait_for_selector(f'[data-pick="{first}"].chosen', state="attached")
    told = page.inner_text("#inspector")
    assert re.search(r"\d", told)
    other = tiles.nth(1)
    second = other.get_attribute("data-pick")
    other.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f'[data-pick="{second}"].chosen', state="attached")
    page.wait_for_function("before => document.querySelector('#inspector').innerText !== before", arg=told)
    assert page.locator("#inspector svg.draw").count() >= 1, "its life over time is drawn"


def test_what_happened_can_be_filtered(visit):
    visitor = visit().open().settle().see("events")
    page = visitor.page
    page.wait_for_selector("#view-events svg.draw-timeline", state="attached")
    rows = page.locator(".event-table tbody tr")
    before = rows.count()
    page.click("#kind-debut")
    page.wait_for_function("before => document.querySelectorAll('.event-table tbody tr').length > before", arg=before)
    assert page.get_attribute("#kind-debut", "aria-pressed") == "true"
    page.fill("#event-words", "debut")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.event-table tbody tr')].every(row => /debut/i.test(row.innerText))"
    )
    assert rows.count() > 0


def _written(place: Path, content: bytes) -> Path:
    place.write_bytes(content)
    return place


def saved(visitor, what: str) -> bytes:
    with visitor.page.expect_download() as download:
        visitor.page.click(f"#{what}")
    return Path(download.value.path()).read_bytes()


def test_what_is_taken_away_is_what_the_command_gives_of_the_downloaded_scenario(visit, tmp_path):
    visitor = visit().open()
    visitor.move("hours_cap_adults", 44)
    visitor.page.wait_for_timeout(300)
    visitor.settle().see("takeaway")
    csv = pd.read_csv(io.BytesIO(saved(visitor, "download-csv")))
    parquet = pd.read_parquet(io.BytesIO(saved(visitor, "download-parquet")))
    place = tmp_path / "mine.yaml"
    place.write_bytes(saved(visitor, "download-yaml"))
    command = [sys.executable, "-m", "sim", "run", str(place), "--out", str(tmp_path / "out"), "--quiet"]
    folder = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    lived = pd.read_parquet(Path(folder) / "weeks.parquet")
    for table in (csv, parquet):
        mine = table[table["world"] == "mine"].reset_index(drop=True)
        assert len(mine) == len(lived) == WEEKS + 1
        for name in lived.columns[2:]:
            assert mine[name].to_numpy().tobytes() == lived[name].to_numpy().tobytes(), name
    present = Scenario.from_yaml(_written(tmp_path / "present.yaml", saved(visitor, "download-yaml-present")))
    assert present == Scenario.from_yaml(visit.server.scenario), (
        "present policy is the scenario the page was opened with"
    )
    hours = csv.pivot(index="week", columns="world", values="idol_hours")
    assert hours["mine"].iloc[-1] < hours["present"].iloc[-1]
    figure = ElementTree.fromstring(saved(visitor, "download-svg"))
    assert figure.tag.endswith("svg")
    with Image.open(io.BytesIO(saved(visitor, "download-png"))) as picture:
        assert min(picture.size) > 500
    python = visitor.page.input_value("#code-python")
    assert "hours_cap_adults" in python
    compile(python, "shown", "exec")
    assert "limelight run" in visitor.page.input_value("#code-shell")


def test_a_link_brings_another_visitor_to_the_same_place(visit):
    one = visit().open()
    one.page.select_option("#preset", "worker_first")
    one.page.wait_for_selector(".lever.changed", state="attached")
    one.move("fine_cap", 0.12)
    one.page.wait_for_timeout(300)
    one.settle()
    shown = {name: one.card(name) for name in ("idol_hours", "industry_revenue")}
    one.see("takeaway")
    link = one.page.input_value("#share-link")
    assert link.startswith(one.url)
    other = visit().open(link).settle()
    assert other.page.input_value("#preset") == "worker_first"
    for name in ("fine_cap", "hours_cap_adults"):
        assert other.lever(name, " .lever-value").inner_text() == one.lever(name, " .lever-value").inner_text()
    assert other.page.locator(".lever.off-preset").count() == one.page.locator(".lever.off-preset").count() == 1
    assert {name: other.card(name) for name in shown} == shown


def test_a_broken_link_says_so_and_the_page_works_on(visit):
    visitor = visit().open(f"{visit.server.url}/?choice=1brokenAAAA")
    assert "link" in visitor.page.inner_text("#error")
    visitor.move("fine_cap", 0.1)


def test_two_visitors_do_not_see_one_another(visit):
    one, other = visit().open().settle(), visit().open().settle()
    one.move("hours_cap_adults", 40)
    one.wait_for("() => !document.querySelector('#cards .card-no-change[data-card=idol_hours]')")
    one.see("play").page.click("#play-step")
    one.wait_for_week(1)
    assert other.words() == {"no-change"}
    assert other.page.locator(".lever.changed").count() == 0
    assert other.see("play").week() == 0


def test_an_error_is_told_in_a_sentence_and_reset_recovers(visit):
    visitor = visit().open().settle()
    page = visitor.page
    visitor.move("fine_cap", 0.2)
    page.wait_for_selector("#error #recover, #recover")
    assert "this world has ended <b>here</b>, because fines & courts took all" in page.inner_text("#error")
    assert "Traceback" not in page.inner_text("body")
    page.click("#undo")
    visitor.settle()
    page.wait_for_function("() => !document.querySelector('#error').innerText.trim()")
    visitor.see("play")
    visitor.move("fine_cap", 0.2)
    page.select_option("#play-speed", "0")
    page.click("#play-toggle")
    page.wait_for_function("() => /Week \\d/.test(document.querySelector('#error').innerText)")
    page.click("#undo")
    page.wait_for_selector("#lever-fine_cap:not(.changed)", state="attached")
    page.click("#recover")
    page.wait_for_function("() => !document.querySelector('#error').innerText.trim()")
    page.click("#play-toggle")
    visitor.wait_for_week(5)
    page.click("#play-toggle")


def test_a_lever_that_is_held_moves_nothing_before_it_is_let_go_of(visit):
    visitor = visit().open()
    slider = visitor.lever("hours_cap_adults")
    slider.evaluate("element => { element.value = 50; element.dispatchEvent(new Event('input')) }")
    visitor.page.wait_for_timeout(500)  # longer than it takes to be expected there
    assert visitor.page.locator("#lever-hours_cap_adults.changed").count() == 0
    assert visitor.page.is_disabled("#undo")
    slider.evaluate("element => element.dispatchEvent(new Event('change'))")
    visitor.page.wait_for_selector("#lever-hours_cap_adults.changed")
    visitor.settle()
    assert "50 h/week" in visitor.page.inner_text("#lever-hours_cap_adults .lever-value")
    assert visitor.page.inner_text("#error").strip() == ""


def test_the_keyboard_reaches_everything_and_is_always_seen(visit):
    visitor = visit().open()
    page = visitor.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        state = page.evaluate("""() => {
            const now = document.activeElement, look = getComputedStyle(now)
            return [now.id || now.className || now.tagName, look.outlineStyle, parseFloat(look.outlineWidth)] }""")
        assert state[1] != "none", f"no focus is seen on {state[0]}"
        assert state[2] >= 2, f"no focus is seen on {state[0]}"
        seen.add(str(state[0]))
    assert {"preset", "theme-toggle"} <= seen
    page.focus("#tab-outlook")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#view-play")
    page.keyboard.press("End")
    page.wait_for_selector("#view-takeaway")
    visitor.lever("fine_cap").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#lever-fine_cap.changed")


def test_a_phone_has_room_for_everything(visit):
    visitor = visit(width=390, height=844, has_touch=True, is_mobile=True).open()
    page = visitor.page
    for view in VIEWS:
        visitor.see(view)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{view} is wider than the phone"
    visitor.see("outlook")
    page.click("#open-levers")
    page.wait_for_selector("aside.levers-side.open")
    visitor.move("fine_cap", 0.1)
    box = visitor.lever("fine_cap").bounding_box()
    assert box["width"] > 200
    page.get_by_role("button", name="Show the results").click()
    page.wait_for_selector("aside.levers-side.open", state="hidden")


OVERLAPS = """() => {
  const found = []
  for (const svg of document.querySelectorAll('svg.draw')) {
    const frame = svg.getBoundingClientRect()
    if (!frame.width) continue
    const words = [...svg.querySelectorAll('text')].filter(each => each.textContent.trim())
    const boxes = words.map(each => [each.textContent, each.getBoundingClientRect()])
    for (const [text, box] of boxes) {
      const aside = Math.max(frame.left - box.left, box.right - frame.right)
      const over = Math.max(aside, frame.top - box.top, box.bottom - frame.bottom)
      if (over > 3) found.push(`"${text}" is ${over.toFixed(0)} beyond ${svg.getAttribute('aria-label')}`)
    }
    for (let one = 0; one < boxes.length; one++) for (let other = one + 1; other < boxes.length; other++) {
      const [a, b] = [boxes[one][1], boxes[other][1]]
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
      if (across > 2 && down > 0.35 * Math.min(a.height, b.height))
        found.push(`"${boxes[one][0]}" lies on "${boxes[other][0]}" in ${svg.getAttribute('aria-label')}`)
    }
  }
  return found
}"""
LOOKS = {"light": (1440, "light"), "dark": (1440, "dark"), "phone": (390, "light")}


@pytest.mark.parametrize("look", LOOKS)
def test_every_view_is_accessible_and_its_words_do_not_collide(visit, look):
    width, scheme = LOOKS[look]
    visitor = visit(width=width, scheme=scheme).open()
    visitor.page.select_option("#preset", "worker_first") if look != "phone" else None
    visitor.page.wait_for_timeout(300)
    visitor.settle()
    PICTURES.mkdir(parents=True, exist_ok=True)
    assert ("dark" in visitor.page.get_attribute(".limelight", "class").split()) == (scheme == "dark")
    grave, words = [], []
    for view in VIEWS:
        visitor.see(view)
        if view == "play":
            visitor.page.fill("#play-until", "2025-03-31")
            visitor.page.click("#play-run-to")
            visitor.wait_for_week(13)
        visitor.page.wait_for_timeout(500)
        visitor.page.screenshot(path=PICTURES / f"{view}-{look}.png", full_page=True)
        for finding in Axe().run(visitor.page).response["violations"]:
            if finding["impact"] in ("serious", "critical") or finding["id"] == "heading-order":
                grave.append(f"{view}: {finding['id']}, {finding['help']}: {finding['nodes'][0]['html'][:200]}")
        words += [f"{view}: {finding}" for finding in visitor.page.evaluate(OVERLAPS)]
    assert not grave, "\n".join(grave)
    assert not words, "\n".join(words)
