"""What ten years must show, as means over ten seeds. Which of these the coefficients put there stands in each test."""

from __future__ import annotations

import numpy as np
import pytest

from tests.patterns.ten_years import burnout_slope, last_year, path, survival, worlds


@pytest.mark.parametrize("variant", ["with AI", "without AI"])
def test_the_number_of_groups_stays_in_the_range_of_the_last_years(variant: str) -> None:
    """Entries and endings are calibrated one by one; that they balance is a result (work:P4)."""
    groups = path(variant, "groups")
    assert groups.min() >= 380
    assert groups.max() <= 500


def test_between_thirty_and_sixty_groups_debut_a_year() -> None:
    """Calibration: the debut rate is a coefficient."""
    debuts = path("with AI", "debuts_last_year")[52:]
    assert debuts.min() >= 30
    assert debuts.max() <= 60


@pytest.mark.parametrize(("weeks", "share"), [(104, 0.70), (156, 0.58), (260, 0.46), (364, 0.39)])
def test_groups_survive_as_in_the_life_tables(weeks: int, share: float) -> None:
    """Calibration: the hazards by year are coefficients; popularity and big agencies redistribute them (work:P2)."""
    assert survival("with AI", weeks) == pytest.approx(share, abs=0.10)


def test_adoption_grows_as_surveyed() -> None:
    """Calibration up to week 26 (work:P5); the crossing of one half is a result of imitation."""
    adoption = path("with AI", "ai_adoption")
    assert adoption[0] == pytest.approx(0.129, abs=0.002)
    assert adoption[26] == pytest.approx(0.200, abs=0.03)
    assert 76 <= int(np.argmax(adoption > 0.5)) <= 156


def test_ai_lengthens_idols_hours_by_up_to_five_a_week() -> None:
    """A result: saving on staff lowers the cost of content, agencies make more, idols must be in it (work:P6)."""
    effect = last_year("with AI", "idol_hours") - last_year("without AI", "idol_hours")
    assert 0 <= effect.mean() <= 5
    assert (effect > 0).mean() >= 0.9


def test_with_content_capped_at_the_level_without_ai_idols_work_less() -> None:
    """A result: with the target fixed, only the saving is left (work:P6)."""
    effect = last_year("content capped", "idol_hours") - last_year("without AI", "idol_hours")
    assert -2 <= effect.mean() <= -0.2
    assert (effect < 0).mean() >= 0.9


def test_dissatisfaction_does_not_drift_without_ai() -> None:
    """A result of mean reversion and of renewing the fandom like the first day's."""
    start = np.array([world.weeks["mean_dissatisfaction"].iloc[0] for world in worlds()["without AI"]])
    assert abs((last_year("without AI", "mean_dissatisfaction") - start).mean()) < 0.05


def test_time_and_comparison_go_with_dissatisfaction_as_in_surveys() -> None:
    """Calibration: standing effect and trait correlation were fitted to these (beauty:P2)."""
    for variant in ("with AI", "without AI"):
        time = np.mean([world.hours_and_dissatisfaction for world in worlds()[variant]])
        trait = np.mean([world.comparison_and_dissatisfaction for world in worlds()[variant]])
        assert 0.10 <= time <= 0.24
        assert 0.38 <= trait <= 0.53


@pytest.mark.parametrize("variant", ["with AI", "without AI"])
def test_a_third_or_more_of_idols_are_burnt_out(variant: str) -> None:
    """Level calibrated (one anchor at 70 hours), carried to the hours that idols work here (work:P8)."""
    burnt = np.mean([world.weeks["burnt_out_idols"].iloc[-1] for world in worlds()[variant]])
    assert 0.30 <= burnt <= 0.45


def test_burnout_rises_with_hours_as_among_health_workers() -> None:
    """Calibration: onset and recovery slopes sum to .032; short careers and fear for jobs bend it (work:P8)."""
    assert 0.022 <= burnout_slope("with AI") <= 0.042


def test_an_hours_cap_costs_revenue() -> None:
    """A result of the output elasticity, which is assumed."""
    change = last_year("hours capped", "industry_revenue") / last_year("with AI", "industry_revenue") - 1
    assert change.mean() < 0


def test_the_beauty_panel_moves_because_editing_became_cheap() -> None:
    """The chain can be traced: AI's image multiplier is 0, image tools cut the cost, editing rises, then pressure."""
    from sim.params import passports

    assert passports()["ai_image_effect"].value == 0
    with_ai, without = (last_year(variant, "editing_level").mean() for variant in ("with AI", "without AI"))
    assert with_ai > without * 1.1
    for result in ("mean_exposure", "mean_dissatisfaction", "pressed_idols"):
        assert last_year("with AI", result).mean() > last_year("without AI", result).mean()
