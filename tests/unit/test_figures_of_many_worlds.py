"""Pictures of many worlds can be printed: no words overlap, kinds and signs are told without colour."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.analysis import OF_WHOM, Sensitivity, better_off, print_sensitivity
from sim.analysis.indices import morris_indices, replicate_noise
from sim.designs.sampling import morris
from sim.figures import FigureError, helped, save, sensitivities, signs
from sim.figures.many_worlds import FALLS, RISES, SHADES
from sim.figures.sensitivity import KINDS
from tests.unit.test_figures import LARGEST_FILE, _texts


def invented(method: str, many: int, seeds: int, observable: str = "idol_hours") -> Sensitivity:
    """A sensitivity with numbers of every kind, some of which move nothing."""
    luck = np.random.default_rng(many)
    size = np.sort(luck.exponential(1, many))[::-1] * (np.arange(many) < many - 2)
    word = "By how much something that has a long name, and a longer meaning still, changes when something else does, "
    columns: dict[str, object] = {
        "name": [f"number_{place}" for place in range(many)],
        "meaning": [word * (1 + place % 3) for place in range(many)],
        "theme": "work", "kind": [list(KINDS)[place % 4] for place in range(many)], "unit": "million KRW/year",
        "low": 0.001, "high": 25_000.0,
    }  # fmt: skip
    measures = {"mu_star": size} if method == "morris" else {"first": size / 9, "total": size / 6}
    for name, values in measures.items():
        columns |= {name: values, f"{name}_low": values * 0.7 - 0.1, f"{name}_high": values * 1.3 + 0.1}
    if method == "morris":
        columns |= {"mu": size * luck.choice([-1, 0.2, 1], many), "sigma": size * luck.uniform(0, 1.2, many)}
    noise = replicate_noise(luck.normal(0, 1, (40, seeds)))
    return Sensitivity(pd.DataFrame(columns), method, observable, "Idols' hours", "h/week", (105, 156),
                       "ai evolving against ai none", noise, nan if seeds == 1 else 0.2, 6, seeds, (2,),
                       "1 runs failed", "Limelight 1.2.3, sweep “invented” of the scenario “Invented”")  # fmt: skip


def drawn() -> dict[str, Figure]:
    return {
        "many screened": sensitivities(invented("morris", 160, 3)),
        "few screened": sensitivities(invented("morris", 3, 1)),
        "shared out": sensitivities(invented("saltelli", 8, 3)),
        "several": sensitivities([invented("saltelli", many, 1) for many in (4, 7)], 5),
        "several screened": sensitivities([invented("morris", many, 2) for many in (30, 60, 90)], 5),
    }


def _assert_legible(name: str, page: Figure) -> None:
    """No words lie over one another, and none are cut off."""
    texts = _texts(page)
    boxes = np.array([Text.get_window_extent(text).extents for text in texts])
    assert len(boxes) > 7
    inside = (boxes[:, :2] >= 0).all(axis=1) & (boxes[:, 2] <= page.bbox.x1) & (boxes[:, 3] <= page.bbox.y1)
    cut = [text.get_text() for text, whole in zip(texts, inside, strict=True) if not whole]
    assert not cut, f"{name}, cut off: {cut}"
    for one, other in combinations(range(len(boxes)), 2):
        overlap = np.minimum(boxes[one, 2:], boxes[other, 2:]) - np.maximum(boxes[one, :2], boxes[other, :2])
        assert (overlap <= 1).any(), f"{name}: {texts[one].get_text()!r} lies over {texts[other].get_text()!r}"


def test_several_outcomes_say_what_was_left_out_and_the_line_of_luck_lies_within_the_picture() -> None:
    page = sensitivities([replace(invented("morris", 5, 2), floor=50.0), invented("morris", 6, 2)])
    words = " ".join(" ".join(text.get_text() for text in page.texts).split())
    assert "Blocks left out because they are not whole (1 runs failed): idols' hours 1, idols' hours 1." in words
    assert page.axes[0].get_xlim()[1] > 50


def test_a_number_is_clear_above_what_luck_alone_would_give() -> None:
    """All numbers but the first act on nothing, and luck falls out otherwise in every run."""
    luck, falsely_above_nothing = np.random.default_rng(1), 0
    for draw in range(4):
        inputs = morris([f"number_{place}" for place in range(10)], 10, draw, 4)
        found = morris_indices(inputs, 3 * inputs[:, :1] + luck.normal(0, 0.5, (len(inputs), 2)), 4, 50)
        table = pd.DataFrame({"name": range(10), "mu_star_low": found.mu_star.low})
        screened = replace(invented("morris", 10, 2), table=table, floor=found.floor)
        assert screened.clear == [0]
        falsely_above_nothing += len(replace(screened, floor=nan).clear) - 1
    assert falsely_above_nothing > 10


def test_a_pair_that_failed_or_did_not_change_neither_rises_nor_falls() -> None:
    cause = pd.Series([0.1, 0.2, 0.3, 0.4, 0.5])
    effect = pd.Series([1.0, -1.0, 0.0, -2.0, nan])
    legend = signs(cause, cause, effect, ("Where", "saved", "made"), "h/week", "Limelight 1.2.3").axes[0].get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["rises in 25 % of the worlds", "falls in 50 % of the worlds"]


def test_no_words_overlap_and_none_are_cut_off() -> None:
    for name, page in drawn().items():
        _assert_legible(name, page)


def test_kinds_differ_in_shape_and_the_picture_says_unit_luck_and_source(tmp_path: Path) -> None:
    assert len({shape for shape, *_ in KINDS.values()}) == len(KINDS)
    page = sensitivities(invented("morris", 20, 3))
    words = " ".join(text.get_text() for text in _texts(page)).replace("\n", " ")
    for piece in ("h/week over the whole range", "Source: Limelight 1.2.3", "3 seeds each", "Left out: block 2",
                  "what luck alone could give", "mean of weeks 105 to 156, ai evolving against ai none"):  # fmt: skip
        assert piece in words, piece
    for kind in KINDS.values():
        assert kind[3] in words
    files = [save(sensitivities(invented("morris", 160, 3)), tmp_path / f"{place}.png") for place in range(2)]
    assert files[0].read_bytes() == files[1].read_bytes() and files[0].stat().st_size < LARGEST_FILE
    with pytest.raises(FigureError, match="outcomes of one method"):
        sensitivities([invented("morris", 5, 1), invented("saltelli", 5, 1)])


def test_the_printed_table_is_no_wider_than_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    for method in ("morris", "saltelli"):
        print_sensitivity(invented(method, 40, 3))
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 110
        assert any("20 further numbers rank below; 2 of all move nothing here" in line for line in lines)


# ---- whom a policy helps, and which way an effect goes


def worlds(changes: dict[str, dict[str, list[float]]]) -> pd.DataFrame:
    """Readings of worlds in which everything is 1 at present, and differs by so much under other policies."""
    names = [name for ways in OF_WHOM.values() for name in ways]
    many = len(next(iter(next(iter(changes.values())).values())))
    rows = [
        {"sample": sample, "seed": 1, "policy": policy}
        | {name: 1 + moved.get(name, [0.0] * many)[sample] for name in names}
        for policy, moved in {"present": {}, **changes}.items()
        for sample in range(many)
    ]
    return pd.DataFrame(rows)


def test_gains_and_losses_are_counted_world_by_world_and_not_set_off() -> None:
    frame = worlds({"new": {
        "idol_hours": [-0.5, -0.5, 0.5, 0.0],  # better with less
        "idol_income": [0.5, -0.5, -0.5, 0.001],  # better with more; the last is too small to count
        "trust": [0.1, 0.1, 0.1, -0.1],
    }})  # fmt: skip
    table = better_off(frame, ["new"], "present").set_index(["who", "observable"])
    hours, income = table.loc[("idols", "idol_hours")], table.loc[("idols", "idol_income")]
    assert (hours["better"], hours["worse"], hours["median"], hours["worlds"]) == (0.5, 0.25, -0.25, 4)
    assert (income["better"], income["worse"]) == (0.25, 0.5)
    assert (hours["who_better"], hours["who_mixed"], hours["who_worse"]) == (0.25, 0.25, 0.25)
    assert table.loc[("all fans", "trust"), "who_better"] == 0.75
    assert table.loc[("staff", "staff_demand"), ["better", "worse", "who_better", "who_worse"]].tolist() == [0, 0, 0, 0]


def test_luck_is_averaged_out_within_a_world_and_worlds_that_failed_are_left_out() -> None:
    frame = worlds({"new": {"trust": [0.5, -0.2, 0.3]}})
    again = frame.assign(seed=2)
    again.loc[(again["policy"] == "new") & (again["sample"] == 1), "trust"] += 0.6
    frame = pd.concat([frame, again])
    frame.loc[(frame["policy"] == "new") & (frame["sample"] == 2), list(OF_WHOM["idols"])] = nan
    trust = better_off(frame, ["new"], "present").set_index("observable").loc["trust"]
    assert (trust["better"], trust["worlds"]) == (1, 2)
    assert trust["median"] == pytest.approx((0.5 + 0.1) / 2)


def test_a_seed_that_failed_under_one_policy_counts_under_neither() -> None:
    frame = worlds({"new": {"trust": [0.5, 0.5]}})
    lucky = frame.assign(seed=2)
    names = [name for ways in OF_WHOM.values() for name in ways]
    lucky[names] += 10  # luck that both twins share, and that must not look like an effect
    frame = pd.concat([frame, lucky], ignore_index=True)
    frame.loc[(frame["policy"] == "new") & (frame["sample"] == 0) & (frame["seed"] == 2), names] = nan
    table = better_off(frame, ["new"], "present").set_index("observable")
    assert table.loc["trust", ["low", "high", "worlds"]].tolist() == pytest.approx([0.5, 0.5, 2])
    assert not table.drop(index="trust")["median"].any()


def test_the_map_of_who_is_helped_reads_in_grey_and_fits_its_page(tmp_path: Path) -> None:
    luck = np.random.default_rng(3)
    names = [name for ways in OF_WHOM.values() for name in ways]
    policies = [f"policy_number_{place}" for place in range(8)]
    frame = worlds({
        policy: {name: list(luck.normal(place - 4, 3, 20) / 20) for name in names}
        for place, policy in enumerate(policies)
    })
    table = better_off(frame, policies, "present")
    page = helped(table, "Which policy helps whom", "Limelight 1.2.3")
    _assert_legible("helped", page)
    words = [text.get_text() for text in _texts(page)]
    assert any(word.startswith("▲") for word in words) and any(word.startswith("▼") for word in words)
    assert any("20 sampled worlds" in word for word in words)
    rectangles = [patch for axes in page.axes for patch in axes.patches]
    assert len(rectangles) == 8 * len(names)
    assert any(patch.get_hatch() for patch in rectangles) and not all(patch.get_hatch() for patch in rectangles)
    grey = [float(np.array(SHADES(share)[:3]) @ [0.299, 0.587, 0.114]) for share in (0.0, 0.5, 1.0)]
    assert min(grey) > 0.45  # dark words stay legible on every shade
    assert save(page, tmp_path / "helped.png", 32).stat().st_size < LARGEST_FILE


def test_the_map_of_signs_tells_rising_from_falling_by_shape() -> None:
    luck = np.random.default_rng(4)
    across, up = pd.Series(luck.uniform(0, 0.15, 200)), pd.Series(luck.uniform(0, 0.5, 200))
    page = signs(across, up, up - across, ("Where it rises", "saved", "made"), "h/week", "Limelight 1.2.3")
    _assert_legible("signs", page)
    assert RISES[0] != FALLS[0]
    legend = page.axes[0].get_legend()
    assert legend is not None
    share = round(100 * float((up > across).mean()))
    assert [text.get_text() for text in legend.get_texts()] == [
        f"rises in {share} % of the worlds", f"falls in {100 - share} % of the worlds"
    ]  # fmt: skip
    assert all(np.array(to_rgb(colour)) @ [0.299, 0.587, 0.114] < 0.5 for _, colour in (RISES, FALLS))
