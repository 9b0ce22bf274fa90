"""Drawings of the page: whole XML whatever the names say, told in words, and true to the values they are drawn of."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import sim.app.drawing as drawings
from sim.app.drawing.people import verdict
from sim.app.drawing.scales import date_ticks, extent, round_ticks, smoothed, told_apart
from sim.app.drawing.treemap import shade_of, squarified
from sim.app.shapes import Card, Curve, GroupBars, Histogram, Look, Mark, Panel, Thread, Tile, Treemap

NASTY = 'Boys & "Girls" <script>alert(1)</script>'
HOURS = Look(1, 1, "hours a week")
SVG = "{http://www.w3.org/2000/svg}"
LOOKS = Path(drawings.__file__).parents[1] / "looks.css"
SPACE = re.compile(r"\s+")


def days(many: int) -> tuple[date, ...]:
    return tuple(date(2024, 12, 30) + timedelta(weeks=week) for week in range(many))


def curve(present: np.ndarray, mine: np.ndarray, weeks: int = 523, label: str = "Idols’ hours") -> Curve:
    return Curve("idol_hours", label, HOURS, days(weeks), present, mine)


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [each for each in tree(svg).iter() if name in (each.get("class") or "").split()]


def text_of(svg: str) -> list[str]:
    return ["".join(each.itertext()) for each in tree(svg).iter(f"{SVG}text")]


def way(element: ElementTree.Element) -> np.ndarray:
    """The places of a path, shape (places, 2)."""
    pairs = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", element.get("d") or "")
    return np.array(pairs, dtype=float)


def everything(name: str = "Idols") -> dict[str, str]:
    """One drawing of every kind, with this name wherever a name may stand."""
    mark = Mark(date(2027, 3, 1), "breach", name, name, "mine", 3.0)
    tiles = tuple(Tile(f"groups:{row}", name, 50.0 / (row + 1), row / 9, f"{name} {row % 3}", name) for row in range(9))
    walk = np.linspace(62, 58, 523)
    shape = np.array([0.2, 0.5, 0.3])
    return {
        "curves": drawings.curves(
            Panel(curve(walk, walk - 1, label=name), (mark,), date(2035, 1, 1), date(2030, 1, 7))
        ),
        "thread": drawings.thread(Thread(name, HOURS, days(523), walk, walk - 2)),
        "histogram": drawings.histogram(Histogram(name, HOURS, np.arange(4.0), shape, shape[::-1], (1.0, 2.0))),
        "group_bars": drawings.group_bars(GroupBars(name, HOURS, ((name, 60.0, 58.0, "less"),))),
        "treemap": drawings.treemap(Treemap(name, name, name, Look(100, 0, "%"), tiles, 0, 1)),
        "timeline": drawings.timeline((mark,), date(2024, 12, 30), date(2035, 1, 1)),
    }


@pytest.mark.parametrize("kind", everything())
def test_every_drawing_is_whole_escapes_what_it_is_told_and_says_what_it_shows(kind):
    svg = everything(NASTY)[kind]
    root = tree(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert root.get("width") is None, "a drawing is as wide as its place"
    assert root.get("role") == ("group" if kind == "treemap" else "img")
    assert (root.get("aria-label") or "").endswith(".")
    assert len(root.get("aria-label") or "") > 30
    assert not list(root.iter(f"{SVG}script"))
    assert "<script" not in svg
    assert not re.search(r"(fill|stroke|style)=", svg), "colours belong to the style sheet"
    assert not re.search(r"\bid=", svg), "twelve drawings stand on one page"


@pytest.mark.parametrize("kind", everything())
def test_every_class_of_a_drawing_has_a_look(kind):
    looks = LOOKS.read_text(encoding="utf-8")
    used = {name for each in tree(everything()[kind]).iter() for name in (each.get("class") or "").split()}
    unstyled = {"draw-curves", "draw-histogram", "draw-groups", "draw-treemap", "mark-mine", "value"}
    assert {name for name in used - unstyled if not re.search(rf"\.{name}\b", looks)} == set()


def test_lines_lie_where_their_values_are_and_the_axis_runs_to_the_horizon():
    present, mine = np.linspace(60, 70, 261), np.linspace(60, 50, 261)
    svg = drawings.curves(Panel(curve(present, mine, 261), horizon=date(2035, 1, 1)))
    (line,), (other,) = of_class(svg, "mine"), of_class(svg, "present")
    down = way(line)
    assert down[-1, 1] > down[0, 1], "a fall must go down"
    assert way(other)[-1, 1] < way(other)[0, 1]
    assert down[0, 1] == way(other)[0, 1]
    floor = max(way(each)[0, 0] for each in of_class(svg, "floor"))
    assert down[-1, 0] < 0.75 * floor, "half of the years leave half of the axis free"
    assert {"70.0 present", "50.0 mine"} <= set(text_of(svg))
    assert "present policy 70.0, mine 50.0 at the end" in (tree(svg).get("aria-label") or "")


def test_equal_worlds_have_one_label_and_unequal_ones_never_read_the_same():
    level = np.full(523, 60.0)
    assert "60.0 both" in text_of(drawings.curves(Panel(curve(level, level))))
    close = text_of(drawings.curves(Panel(curve(level, level + 0.02))))
    assert {"60.00 present", "60.02 mine"} <= set(close)


def test_an_axis_is_never_so_narrow_that_a_hairs_breadth_looks_like_a_mountain():
    level = np.full(523, 60.0)
    (line,) = of_class(drawings.curves(Panel(curve(level, np.linspace(60, 60.1, 523)))), "mine")
    assert np.ptp(way(line)[:, 1]) < 10
    wide = drawings.curves(Panel(curve(level, np.linspace(60, 61, 523)), least_extent=50))
    assert np.ptp(way(of_class(wide, "mine")[0])[:, 1]) < 10


def test_the_line_of_a_life_has_holes_where_nobody_was_there():
    values = np.concatenate([np.full(100, np.nan), np.full(50, 60.0), np.full(50, np.nan), np.full(20, 58.0)])
    svg = drawings.thread(Thread("Idol 3", HOURS, days(220), values, values))
    assert (of_class(svg, "mine")[0].get("d") or "").count("M") == 2
    assert "58.0 both" in text_of(svg)
    empty = np.full(220, np.nan)
    assert "nothing to show yet" in (
        tree(drawings.thread(Thread("x", HOURS, days(220), empty, empty))).get("aria-label")
    )


def test_a_pointer_is_told_month_and_both_values_all_along_the_curve():
    walk = np.linspace(60, 70, 523)
    tips = [each.get("data-tip") or "" for each in of_class(drawings.curves(Panel(curve(walk, walk - 5))), "strip")]
    assert len(tips) == 40
    assert re.fullmatch(r"\w{3} 2025: present 60\.\d, mine 55\.\d hours a week", tips[0])


def test_marks_stand_on_the_curve_of_their_world_and_the_largest_are_kept():
    level = np.full(523, 60.0)
    marks = [Mark(date(2025, 2, 3) + timedelta(weeks=place), "breach", f"agency {place}", "lost data", "mine", place)
             for place in range(100)]  # fmt: skip
    marks.append(Mark(date(2030, 1, 7), "fine", "agency 1", "too late", "present", 1e6))
    svg = drawings.curves(Panel(curve(level, level - 6), tuple(marks)))
    shown = of_class(svg, "mark")
    heights = {float(re.findall(r" ([\d.]+)\)", each.get("transform") or "")[0]) for each in shown}
    assert len(shown) == 30
    assert len(heights) == 2
    assert "agency 99" in svg
    assert "agency 3," not in svg
    assert "7 January 2030: fine, agency 1, too late" in [each.get("data-tip") for each in shown]


def test_smoothing_never_changes_the_past():
    walk = np.random.default_rng(1).normal(size=300)
    assert np.array_equal(smoothed(walk, 26)[:200], smoothed(walk[:200], 26))
    assert smoothed(walk, 26)[40] == pytest.approx(walk[15:41].mean())


@given(
    low=some.floats(-1e6, 1e6), span=some.floats(1e-3, 1e6), most=some.integers(2, 8),
)  # fmt: skip
def test_ticks_are_round_even_and_inside(low, span, most):
    ticks = round_ticks(low, low + span, most)
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)
    if len(ticks) > 2:
        steps = np.diff(ticks)
        assert np.allclose(steps, steps[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("last", "most", "expected"),
    [
        (date(2035, 1, 1), 5, ["2026", "2028", "2030", "2032", "2034"]),
        (date(2025, 5, 5), 6, ["Jan 2025", "Feb", "Mar", "Apr", "May"]),
    ],
)
def test_a_date_axis_is_readable(last, most, expected):
    assert [name for _, name in date_ticks(date(2024, 12, 30).toordinal(), last.toordinal(), most)] == expected


def test_what_cannot_be_negative_is_not_drawn_below_nothing():
    assert extent([np.array([0.0, 0.0])])[0] == 0
    assert extent([np.array([0.01, 0.02])], least=1)[0] >= 0
    assert extent([np.array([-0.01, 0.02])], least=1)[0] < 0
    assert told_apart(1.0, 1.0, HOURS) == ("1.0", "1.0")


@given(sizes=some.lists(some.floats(0.001, 1000), min_size=1, max_size=60))
def test_tiles_fill_their_box_without_overlap_each_with_its_share(sizes):
    sizes = sorted(sizes, reverse=True)
    boxes = np.array(squarified(sizes, (3.0, 5.0, 400.0, 300.0)))
    assert np.allclose(boxes[:, 2] * boxes[:, 3], np.array(sizes) / sum(sizes) * 120_000, rtol=1e-6)
    assert (boxes[:, 0] >= 3 - 1e-6).all()
    assert (boxes[:, 0] + boxes[:, 2] <= 403 + 1e-4).all()
    assert (boxes[:, 1] + boxes[:, 3] <= 305 + 1e-4).all()
    left, top = boxes[:, 0], boxes[:, 1]
    right, low = left + boxes[:, 2], top + boxes[:, 3]
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    down = np.minimum(low[:, None], low) - np.maximum(top[:, None], top)
    shared = np.clip(across, 0, None) * np.clip(down, 0, None)
    assert shared.sum() - np.trace(shared) < 1e-3


def test_tiles_answer_by_keyboard_and_the_largest_are_reached_first():
    tiles = tuple(Tile(f"agencies:{row}", f"Agency {row}", 100.0 - row, 0.5, chosen=row == 60) for row in range(70))
    svg = drawings.treemap(Treemap("Agencies", "revenue", "share of AI", Look(100, 0, "%"), tiles, 0, 1))
    buttons = [each for each in tree(svg).iter() if each.get("role") == "button"]
    assert [each.get("data-pick") for each in buttons] == [f"agencies:{row}" for row in range(70)]
    assert all(each.get("aria-label") for each in buttons)
    assert sum(each.get("tabindex") == "0" for each in buttons) == 41
    assert buttons[60].get("aria-pressed") == "true"


def test_shades_rise_with_the_value_and_hold_what_lies_beyond():
    assert [shade_of(value, 0, 7) for value in (-5, 0.5, 3.5, 6.9, 99, float("nan"))] == [0, 0, 3, 6, 6, 0]


def test_groups_of_people_are_told_in_words_who_gains():
    assert verdict(60, 58, "less", HOURS) == "better"
    assert verdict(60, 58, "more", HOURS) == "worse"
    assert verdict(60, 58, "", HOURS) == "changed"
    assert verdict(60, 60, "less", HOURS) == "no change"
    assert verdict(60, 60.01, "less", HOURS) == "about the same"
    svg = drawings.group_bars(
        GroupBars("Hours", HOURS, (("Minors", 53.0, 46.0, "less"), ("Adults", 60.0, 61.0, "less")))
    )
    assert "Minors 53.0 to 46.0, better; Adults 60.0 to 61.0, worse" in (tree(svg).get("aria-label") or "")
    assert {"Minors", "53.0 → 46.0 better"} <= set(text_of(svg))


def test_a_histogram_keeps_the_shares_and_names_both_means():
    edges = np.array([0.0, 10.0, 20.0])
    shares = np.array([1.0, 0.0]), np.array([0.25, 0.75])
    svg = drawings.histogram(Histogram("Hours", HOURS, edges, *shares, (4.0, 13.5)))
    assert "mean of 4.0 under present policy, of 13.5 under mine" in (tree(svg).get("aria-label") or "")
    assert "10.0 to 20.0 hours a week: present 0.0 %, mine 75.0 %" in svg


def test_the_timeline_puts_present_above_and_mine_below_and_counts_both():
    day = date(2027, 1, 4)
    marks = [Mark(day, "breach", "agency 1", "x", world, 1.0) for world in ("present", "mine", "both")]
    svg = drawings.timeline(marks, date(2024, 12, 30), date(2035, 1, 1))
    height = {each.get("class"): float(re.findall(r" ([\d.]+)\)", each.get("transform") or "")[0])
              for each in of_class(svg, "mark")}  # fmt: skip
    assert height["mark mark-present"] < height["mark mark-both"] < height["mark mark-mine"]
    assert "breach 2 and 2" in (tree(svg).get("aria-label") or "")
    assert "nothing of what is chosen has happened yet" in drawings.timeline((), day, date(2035, 1, 1))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_cards_say_sign_word_and_interval_and_never_markup():
    shown = Card("idol_hours", NASTY, "58.0", "h", "−4.1 h", "down", "better", "−4.6 to −3.7 over 6 worlds", NASTY)
    html = drawings.cards((shown, Card("d", "Deepfakes", "28.9", "", "no change", "flat", "no change")))
    words = _Words()
    words.feed(html)
    told = SPACE.sub(" ", " ".join(words.said))
    assert NASTY in told
    for part in ("58.0", "−4.1 h", "better", "−4.6 to −3.7 over 6 worlds"):
        assert part in told
    assert told.count("no change") == 1
    assert "<script" not in html
    assert 'class="card card-no-change"' in html
    assert "present policy" in drawings.legend() and "other luck" not in drawings.legend()
    assert "6 worlds of other luck" in drawings.legend(6)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [".limelight", ".limelight.dark"])
def test_colours_can_be_read_and_told_apart_in_grey(theme):
    block = LOOKS.read_text(encoding="utf-8").partition(f"\n{theme} {{")[2].partition("}")[0]
    colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for ground in ("paper", "panel", "sunk"):
        for ink in ("ink", "quiet", "better", "worse", "mine", "present", "accent"):
            assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
    assert contrast(colour["accent"], colour["accent-ink"]) >= 4.5
    assert contrast(colour["alert"], colour["alert-soft"]) >= 4.5
    assert contrast(colour["edge"], colour["panel"]) >= 3
    assert contrast(colour["focus"], colour["paper"]) >= 3
    shades = [colour[f"scale-{shade}"] for shade in range(7)]
    bright = [_luminance(shade) for shade in shades]
    assert bright in (sorted(bright), sorted(bright, reverse=True))
    for place, shade in enumerate(shades):
        assert contrast(shade, colour["on-scale-low" if place < 4 else "on-scale-high"]) >= 4.5, place
