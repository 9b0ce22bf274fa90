"""The picture of what policies change can be printed: words do not overlap, policies are told apart without colour."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.analysis import paired_effects, verdicts
from sim.comparison import Comparison, _effects_frame
from sim.figures import FigureError, draw_effects, effects
from sim.figures.policy_effects import MARKS, MOST_POLICIES
from sim.observables import OBSERVABLES, THEMES
from sim.scenario import Scenario
from tests.unit.test_figures import _texts

LARGEST_FILE = 900_000


def invented(many: int, replicates: int = 4) -> Comparison:
    """A comparison of so many policies with effects of all sizes, the first of which changes nothing."""
    luck = np.random.default_rng(many)
    sizes = 10.0 ** luck.integers(-3, 6, len(OBSERVABLES))
    base = np.abs(luck.normal(1, 1, size=(replicates, len(OBSERVABLES)))) * sizes
    tables = []
    for place in range(many):
        factor = luck.normal(0, 0.3, len(OBSERVABLES)) * (place > 0)
        under = base * (1 + factor * (1 + luck.normal(0, 0.4, base.shape)))
        tables.append(_effects_frame(f"policy_number_{place}", dict(OBSERVABLES), paired_effects(under, base)))
    table = pd.concat(tables, ignore_index=True)
    manifest = {
        "scenario": Scenario(title="Invented", seed=3).as_mapping(), "baseline": "as it is", "replicates": replicates,
        "horizon_weeks": 52, "versions": {"limelight": "1.2.3"}, "kinds_of_numbers": {"evidence": 3, "assumed": 2},
    }  # fmt: skip
    return Comparison(table, table.head(0), verdicts(table), table.head(0), manifest)


@pytest.fixture(scope="module")
def drawn() -> dict[int, Figure]:
    return {many: effects(invented(many)) for many in (1, 3, 8, MOST_POLICIES)}


@pytest.mark.parametrize("many", [1, 3, 8, MOST_POLICIES])
def test_no_words_overlap_and_none_are_cut_off(drawn: dict[int, Figure], many: int) -> None:
    page = drawn[many]
    texts = _texts(page)
    boxes = [Text.get_window_extent(text) for text in texts]
    assert len(boxes) > 60
    for text, box in zip(texts, boxes, strict=True):
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.bbox.x1 and box.y1 <= page.bbox.y1
        assert inside, f"cut off: {text.get_text()!r}"
    for one, other in combinations(range(len(boxes)), 2):
        across = min(boxes[one].x1, boxes[other].x1) - max(boxes[one].x0, boxes[other].x0)
        along = min(boxes[one].y1, boxes[other].y1) - max(boxes[one].y0, boxes[other].y0)
        assert across <= 1 or along <= 1, f"{texts[one].get_text()!r} lies over {texts[other].get_text()!r}"


def test_every_theme_has_a_panel_with_a_line_at_zero(drawn: dict[int, Figure]) -> None:
    page = drawn[3]
    assert len(page.axes) == len(THEMES)
    words = {text.get_text() for text in page.texts}
    assert {theme.upper() for theme in THEMES} <= words
    for axes in page.axes:
        assert any(list(line.get_xdata()) == [0, 0] for line in axes.lines)
        assert axes.get_xlim() == page.axes[0].get_xlim()


def test_policies_differ_in_shape_and_all_are_dark_on_white() -> None:
    assert len({shape for shape, _ in MARKS}) == len({colour for _, colour in MARKS}) == MOST_POLICIES
    assert all(np.array(to_rgb(colour)) @ [0.299, 0.587, 0.114] < 0.5 for _, colour in MARKS)


def test_nothing_is_drawn_where_nothing_changed_and_the_number_says_so() -> None:
    page = effects(invented(1))
    assert not any(line.get_marker() == "o" for axes in page.axes for line in axes.lines)
    assert all(text.get_text() == "0" for axes in page.axes for text in axes.texts)


def test_the_source_line_says_model_luck_and_scenario(drawn: dict[int, Figure]) -> None:
    words = " ".join(text.get_text() for text in drawn[3].texts).replace("\n", " ")
    for piece in ("Limelight 1.2.3", "“Invented”", "seeds 3 to 6", "Of 5 numbers", "Student’s t", "What 3 policies"):
        assert piece in words, piece


def test_the_files_are_the_same_each_time_and_too_many_policies_are_refused(tmp_path: Path) -> None:
    found = invented(3)
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        files = draw_effects(Comparison(**{**vars(found), "folder": tmp_path / name}))
        assert [file.name for file in files] == ["effects.png", "effects.svg"]
        assert all(file.stat().st_size < LARGEST_FILE for file in files)
    for file in ("effects.png", "effects.svg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()
    assert draw_effects(found) == ()
    with pytest.raises(FigureError, match="at most 12 policies, not 13"):
        effects(invented(13))


def test_observables_may_be_chosen() -> None:
    page = effects(invented(2), ["idol_hours", "trust"])
    assert len(page.axes) == 2
    with pytest.raises(FigureError, match="the nearest is 'idol_hours'"):
        effects(invented(2), ["idol_hour"])
