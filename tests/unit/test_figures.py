"""A picture of two worlds can be printed: it says what it shows, in what unit, from where, and nothing overlaps."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from sim.analysis import (
    RELATIVE_ONLY,
    TELLING,
    ComparisonError,
    Reading,
    last_year,
    what_changed,
    written,
)
from sim.figures import ROWS, WITH, WITHOUT, FigureError, headline, overview, save
from sim.figures.two_worlds import _spread
from sim.observables import OBSERVABLES, THEMES
from sim.results import Results
from sim.scenario import Scenario

PANELS = [panel for _, panels in ROWS for panel in panels]
LARGEST_FILE = 300_000
LEAST_CONTRAST_IN_GREY = 0.12
START = {"industry_revenue": 6e6, "idol_hours": 60.0, "idol_income": 220.0, "groups": 441.0, "deepfakes": 1.0}


def invented(slope: float, weeks: int = 520, ai: str = "evolving") -> Results:
    """A result whose every observable moves by this share of its start over the whole span."""
    way = np.linspace(0, 1, weeks + 1)
    columns = {name: START.get(name, 0.4) * (1 + slope * way) for name in OBSERVABLES}
    scenario = Scenario(title="Invented", weeks=weeks, seed=7, ai=ai)
    dates = [scenario.date_of(week) for week in range(weeks + 1)]
    head = {"week": np.arange(weeks + 1), "date": np.array(dates, dtype="datetime64[ms]")}
    kinds = ["evidence"] * 3 + ["assumed"] * 2
    manifest = {
        "run": f"run-{ai}",
        "scenario": scenario.as_mapping(),
        "versions": {"limelight": "1.2.3"},
        "numbers": {f"number_{place}": {"kind": kind} for place, kind in enumerate(kinds)},
    }
    return Results(pd.DataFrame(head | columns), pd.DataFrame(), manifest)


def pages() -> dict[str, Figure]:
    """Worlds that part much, a little, not at all and within a few weeks."""
    return {
        "far apart": overview(invented(0.9), invented(-0.3, ai="none")),
        "close": overview(invented(0.02), invented(0.0, ai="none")),
        "the same": overview(invented(0.1), invented(0.1, ai="none")),
        "crossing zero": overview(invented(-0.9), invented(1.5, ai="none")),
        "short": overview(invented(0.3, weeks=8), invented(0.0, weeks=8, ai="none")),
        "only built": overview(invented(0.3, weeks=0), invented(0.0, weeks=0, ai="none")),
    }


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    return pages()


def _texts(page: Figure) -> list[Text]:
    page.draw_without_rendering()
    seen = [text for text in page.findobj(Text) if text.get_visible() and text.get_text().strip()]
    ticks = [label for axes in page.axes for axis in (axes.xaxis, axes.yaxis) for label in _idle_ticks(axis)]
    return [text for text in seen if text not in ticks]


def _idle_ticks(axis: object) -> list[Text]:
    """Tick labels that matplotlib keeps but does not draw, beyond the ends of an axis."""
    low, high = sorted(axis.get_view_interval())  # type: ignore[attr-defined]
    slack = 1e-9 * (high - low)
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]  # type: ignore[attr-defined]
    return [
        label
        for tick in ticks
        for label in (tick.label1, tick.label2)
        if not low - slack <= tick.get_loc() <= high + slack or not label.get_visible()
    ]


def test_every_panel_has_a_title_a_unit_and_known_observables(drawn: dict[str, Figure]) -> None:
    words = [{text.get_text() for text in axes.texts} for axes in drawn["far apart"].axes]
    assert len(words) == len(PANELS) == 15
    for panel, said in zip(PANELS, words, strict=True):
        assert panel.unit and {panel.title, panel.unit} <= said
        assert {name for name, _ in panel.lines} <= OBSERVABLES.keys()


def test_a_per_cent_sign_stands_for_a_share_and_only_a_change_is_shown_where_levels_mean_nothing() -> None:
    for panel in PANELS:
        for name, _ in panel.lines:
            if panel.reading.unit.strip() == "%" and not panel.since_start:
                assert OBSERVABLES[name].unit == "share", name
            assert panel.since_start == (name in RELATIVE_ONLY), name


def test_the_source_line_says_model_version_luck_scenario_runs_and_how_much_is_assumed(
    drawn: dict[str, Figure],
) -> None:
    words = " ".join(text.get_text() for text in drawn["close"].texts).replace("\n", " ")
    for piece in ("Limelight 1.2.3", "seed 7", "“Invented”", "run-evolving and run-none", "sim/evidence",
                  "Of 5 numbers", "3 are from sources", "2 assumed", "2025 to 2034"):  # fmt: skip
        assert piece in words, piece


def test_every_line_says_which_world_it_is_and_what_it_is_worth(drawn: dict[str, Figure]) -> None:
    for name in ("far apart", "close", "short"):
        for panel, axes in zip(PANELS, drawn[name].axes, strict=True):
            said = " | ".join(text.get_text() for text in axes.texts)
            assert ("with AI" in said and "without AI" in said) or "in both" in said, panel.title
    burnt = next(axes for axes, panel in zip(drawn["far apart"].axes, PANELS, strict=True) if "Burnt" in panel.title)
    assert "74 % with AI" in {text.get_text() for text in burnt.texts}


def test_equal_lines_are_named_once(drawn: dict[str, Figure]) -> None:
    said = [text.get_text() for axes in drawn["the same"].axes for text in axes.texts]
    assert sum("in both" in words for words in said) == len(PANELS)
    assert not any("with" in words and "AI" in words and "in both" in words for words in said)


def test_the_two_worlds_differ_in_grey_and_without_any_colour() -> None:
    colours = np.array([to_rgb(WITH.colour), to_rgb(WITHOUT.colour)])
    grey = colours @ [0.299, 0.587, 0.114]
    assert abs(grey[0] - grey[1]) > LEAST_CONTRAST_IN_GREY
    assert WITH.stroke != WITHOUT.stroke and WITH.weight > 1.2 * WITHOUT.weight


def test_each_line_is_drawn_in_the_stroke_of_its_world(drawn: dict[str, Figure]) -> None:
    for panel, axes in zip(PANELS, drawn["far apart"].axes, strict=True):
        strokes = {line.is_dashed() for line in axes.lines if len(line.get_xdata()) > 2}  # type: ignore[arg-type]
        assert strokes == {True, False}, panel.title


@pytest.mark.parametrize("name", ["far apart", "close", "the same", "crossing zero", "short", "only built"])
def test_no_words_overlap_and_none_are_cut_off(drawn: dict[str, Figure], name: str) -> None:
    page = drawn[name]
    texts = _texts(page)
    boxes = [Text.get_window_extent(text) for text in texts]
    assert len(boxes) > 100
    for text, box in zip(texts, boxes, strict=True):
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.bbox.x1 and box.y1 <= page.bbox.y1
        assert inside, f"cut off: {text.get_text()!r}"
    for one, other in combinations(range(len(boxes)), 2):
        across = min(boxes[one].x1, boxes[other].x1) - max(boxes[one].x0, boxes[other].x0)
        along = min(boxes[one].y1, boxes[other].y1) - max(boxes[one].y0, boxes[other].y0)
        assert across <= 1 or along <= 1, f"{texts[one].get_text()!r} lies over {texts[other].get_text()!r}"


def test_overlaps_would_be_seen() -> None:
    page = Figure()
    first, second = page.text(0.5, 0.5, "one word"), page.text(0.52, 0.5, "another")
    assert first.get_window_extent().overlaps(second.get_window_extent())


def test_labels_are_moved_apart_as_little_as_needed_and_stay_inside() -> None:
    placed = _spread([0.5, 0.52, 0.1], [0.2, 0.2, 0.2], 0.0, 1.0)
    assert placed[2] == pytest.approx(0.1)
    assert placed[1] - placed[0] >= 0.2 - 1e-9
    crowded = _spread([0.95, 0.96, 0.97], [0.2, 0.2, 0.2], 0.0, 1.0)
    assert crowded == pytest.approx([0.5, 0.7, 0.9])
    assert _spread([0.9, 0.1], [0.2, 0.2], 0.0, 1.0) == pytest.approx([0.9, 0.1])


def test_the_picture_is_small_and_the_same_each_time(tmp_path: Path) -> None:
    for ending in (".png", ".svg", ".pdf"):
        page, same = (overview(invented(0.9), invented(0.0, ai="none")) for _ in range(2))
        first, again = save(page, tmp_path / f"new/first{ending}"), save(same, tmp_path / f"again{ending}")
        assert first.read_bytes() == again.read_bytes()
        assert first.stat().st_size < LARGEST_FILE or ending == ".svg"
    with Image.open(tmp_path / "again.png") as picture:
        assert picture.width >= 1200
    with pytest.raises(FigureError, match=r"overview\.jpeg: a picture is written as \.png, \.svg, \.pdf"):
        save(page, tmp_path / "overview.jpeg")


def test_a_picture_leaves_its_results_alone() -> None:
    worlds = invented(0.2), invented(0.0, ai="none")
    before = [kept.weeks.copy() for kept in worlds]
    overview(*worlds)
    for kept, frame in zip(worlds, before, strict=True):
        pd.testing.assert_frame_equal(kept.weeks, frame)


def test_the_headline_follows_from_the_numbers() -> None:
    plain = invented(0.0, ai="none")
    worse, better, same = (headline(invented(slope), plain) for slope in (0.5, -0.5, 0.0))
    assert "idols work longer" in worse and "edited more" in worse and "revenue is 48 % higher" in worse
    assert "idols work less" in better and "gives more credit" not in better and "48 % lower" in better
    assert "as long" in same and "as much" in same and "revenue is the same" in same


def test_what_changed_lays_the_last_year_side_by_side() -> None:
    with_ai, without_ai = invented(0.5), invented(0.0, ai="none")
    table = what_changed(with_ai, without_ai).set_index("observable")
    assert list(table.index) == list(TELLING) and 24 <= len(table) <= 40
    assert list(dict.fromkeys(table["theme"])) == list(THEMES)
    last_weeks = np.linspace(0, 1, 521)[-52:].mean()
    assert table.loc["idol_hours", "with_ai"] == pytest.approx(60 * (1 + 0.5 * last_weeks))
    assert table.loc["idol_hours", "without_ai"] == pytest.approx(60)
    assert table.loc["idol_hours", "difference"] == pytest.approx(30 * last_weeks)
    assert table.loc["idol_hours", "unit"] == "h/week"
    for name in RELATIVE_ONLY:
        assert table.loc[name, "unit"] == "without AI = 100"
        assert table.loc[name, "with_ai"] == pytest.approx(100 * (1 + 0.5 * last_weeks))


def test_the_built_world_does_not_count_as_a_week_that_was_lived() -> None:
    kept = invented(1.0, weeks=2)
    assert last_year(kept)["idol_hours"] == pytest.approx(60 * 1.75)


def test_worlds_of_different_spans_are_not_compared() -> None:
    with pytest.raises(ComparisonError, match="8 weeks from 2024-12-30 and the other 9 weeks"):
        what_changed(invented(0.1, weeks=8), invented(0.1, weeks=9))
    with pytest.raises(ComparisonError):
        overview(invented(0.1, weeks=8), invented(0.1, weeks=9))


@pytest.mark.parametrize(
    ("value", "reading", "signed", "text"),
    [
        (0.1234, Reading(100, 1), True, "+12.3"),
        (-0.5, Reading(1, 2), False, "−0.50"),
        (-0.0001, Reading(1, 2), True, "0.00"),
        (1234567.0, Reading(1, 0), True, "+1,234,567"),
        (float("nan"), Reading(), False, "–"),
    ],
)
def test_numbers_are_written_as_people_read_them(value: float, reading: Reading, signed: bool, text: str) -> None:
    assert re.fullmatch(re.escape(text), written(value, reading, signed))
