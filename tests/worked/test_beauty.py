"""Beauty, worked by hand: the ideal shown, mean-reverting dissatisfaction, labels that do not help, idols pressed."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes.beauty import (
    agencies_press_idols,
    attention_shifts_norm,
    fans_compare_themselves,
    groups_show_images,
    idols_feel_distress,
)


@pytest.fixture
def still(level, force):
    """Everybody spends 3.2 hours, returns to 0, has susceptibility 1.5 and exposure exactly 1; no noise, no peers.

    Raw exposure 3.2 h x .3 appearance share x ideal 1 = .96, measured against a mean of .56 and an SD of .4.
    """
    force(level, dissatisfaction_noise=0.0, peer_pull=0.0)
    level.numbers.put("feed_gain_cap", 0)
    fans = level.fans
    fans.hours, fans.age, fans.comparison, fans.susceptibility = 3.2, 25, 0, 1.5
    fans.set_point = fans.dissatisfaction = 0
    level.baseline.exposure_mean, level.baseline.exposure_sd = 0.56, 0.4
    return level


def alive(still, column):
    """The column of the fans who are there."""
    return getattr(still.fans, column)[still.fans.alive].astype(float)


def everyone(value):
    """All are close to this value (float32)."""
    return pytest.approx(value, abs=2e-5)


def test_editing_makes_the_ideal_and_ai_images_add_nothing_by_default(level):
    groups_show_images(level)
    assert level.groups.image_ideal == pytest.approx(np.full(5, 1.2))  # 1 + .5 x .4
    level.groups.human_image = 0
    groups_show_images(level)
    assert level.groups.image_ideal == pytest.approx(np.full(5, 1.2))


def test_the_unknown_effect_of_ai_images_can_be_swept_to_both_sides(make_world):
    for effect, expected in ((-0.5, 0.95), (0.3, 1.35)):
        world = make_world(numbers={"ai_image_effect": effect})
        world.groups.editing, world.groups.human_image = 0.4, 0.5
        groups_show_images(world)
        assert world.groups.image_ideal == pytest.approx(np.full(5, expected))  # 1.2 + effect x .5


def test_one_week_of_comparing(still):
    still.fans.dissatisfaction = 1
    fans_compare_themselves(still)
    assert alive(still, "exposure") == everyone(1)
    # .65 x 1 + (1 - .65) x .22 x 1.5 x 1 = .65 + .1155
    assert alive(still, "dissatisfaction") == everyone(0.7655)
    assert (alive(still, "set_point") == 0).all()


def test_under_constant_exposure_dissatisfaction_settles_and_never_accumulates(still):
    levels = []
    for week in range(520):
        fans_compare_themselves(still, week)
        levels.append(alive(still, "dissatisfaction").mean())
    # It stands .22 x 1.5 x 1 = .33 above the set point after half a year as after ten years.
    assert levels[25] == everyone(0.33) and levels[519] == everyone(0.33)
    still.fans.dissatisfaction = 2
    for week in range(30):
        fans_compare_themselves(still, week)
    assert alive(still, "dissatisfaction") == everyone(0.33)


def test_when_exposure_ends_dissatisfaction_goes_back_to_its_set_point(still):
    still.fans.dissatisfaction = 0.33
    still.baseline.exposure_mean = 0.96  # exposure 0 from now on
    for week in range(30):
        fans_compare_themselves(still, week)
    assert alive(still, "dissatisfaction") == everyone(0)


def test_the_laboratory_effect_is_read_within_the_week_and_never_carried_over(still):
    fan = still.fans.view(int(still.fans.rows[0]))
    before = still.fans.dissatisfaction.copy()
    assert fan.dissatisfaction_while_viewing() == pytest.approx(0.45)  # 0 + .3 x 1.5
    assert np.array_equal(still.fans.dissatisfaction, before)
    still.numbers.put("acute_effect", 0.6)
    fans_compare_themselves(still)
    assert alive(still, "dissatisfaction") == everyone(0.1155)


def test_the_feed_shows_more_to_the_dissatisfied_and_a_cap_on_its_gain_cuts_that(still):
    still.fans.dissatisfaction = 1
    still.baseline.exposure_mean, still.baseline.exposure_sd = 0.96, 0.2
    still.numbers.put("feed_gain_cap", 1)
    fans_compare_themselves(still)
    assert alive(still, "exposure") == everyone((1.362304846649527 - 0.96) / 0.2)  # .96 e^.35
    still.fans.dissatisfaction = 1
    still.numbers.put("feed_gain_cap", 0.09)
    fans_compare_themselves(still)
    assert alive(still, "exposure") == everyone((1.050407312357002 - 0.96) / 0.2)  # .96 e^.09


def test_exposure_is_bounded_at_three_standard_deviations(still):
    still.fans.hours = 300
    fans_compare_themselves(still)
    assert alive(still, "exposure") == everyone(3)


def test_a_label_alone_helps_nobody_on_average_and_hurts_high_comparers(still):
    changes = {}
    for trait in (-1, 0, 1, 2):
        results = []
        for label in (0, 1):
            still.fans.comparison, still.fans.dissatisfaction = trait, 0
            still.numbers.put("image_label", label)
            fans_compare_themselves(still)
            results.append(alive(still, "dissatisfaction").mean())
        changes[trait] = results[1] / results[0]
    # The effect is multiplied by 1 + .1 z: nothing on average, a tenth more at one SD above.
    assert changes == {trait: pytest.approx(1 + 0.1 * trait, abs=2e-4) for trait in (-1, 0, 1, 2)}


def test_a_label_does_not_lower_the_mean_dissatisfaction_of_a_whole_fandom(make_world):
    means = []
    for label in (0, 1):
        world = make_world(fans=5000)
        world.numbers.put("image_label", label)
        for week in range(1, 12):
            fans_compare_themselves(world, week)
        fans = world.fans
        high = fans.alive & (fans.comparison > 1)
        means.append((fans.dissatisfaction[fans.alive].mean(dtype=float), fans.dissatisfaction[high].mean(dtype=float)))
    assert means[1][0] > means[0][0] - 1e-4
    assert means[1][1] > means[0][1]


def test_a_quota_of_diverse_images_takes_its_share_of_exposure_and_heals_nothing_beyond(still):
    still.numbers.put("diverse_image_quota", 0.25)
    fans_compare_themselves(still)
    assert alive(still, "exposure") == everyone((0.72 - 0.56) / 0.4)


def test_literacy_lowers_the_set_point_of_pupils_and_fades_with_a_half_life_of_26_weeks(still):
    still.fans.age[::2] = 15
    pupil = (still.fans.age < 19)[still.fans.alive]
    still.numbers.put("media_literacy", 1)
    still.platform.literacy_weeks = 26  # half of .25 is left
    fans_compare_themselves(still)
    # home -.125; -.125 + .65 x .125 + .35 x .22 x 1.5 x .9 = -.04375 + .10395
    assert alive(still, "dissatisfaction")[pupil] == everyone(0.0602)
    assert alive(still, "dissatisfaction")[~pupil] == everyone(0.1155)


def test_a_cap_on_use_lowers_the_exposure_of_minors_in_proportion(still):
    still.fans.age[::2] = 15
    minor = (still.fans.age < 18)[still.fans.alive]
    still.numbers.put("minors_use_cap", 1.6)
    fans_compare_themselves(still)
    assert alive(still, "exposure")[minor] == everyone((0.48 - 0.56) / 0.4)
    assert alive(still, "exposure")[~minor] == everyone(1)


def test_friends_pull_by_a_fiftieth_of_the_difference(still):
    still.numbers.put("peer_pull", 0.02)
    still.baseline.exposure_mean = 0.96
    fan = int(still.fans.rows[7])
    still.fans.dissatisfaction[fan] = 1
    fans_compare_themselves(still)
    assert still.fans.dissatisfaction[fan] == everyone(0.63)  # .65 + .02 (0 - 1)


def test_the_norm_follows_the_ideal_that_attention_goes_to(level):
    level.platform.appearance_norm = 1.0
    level.groups.image_ideal = [1.5, 1, 1, 1, 1]
    level.groups.attention_share = [0.4, 0.15, 0.15, 0.15, 0.15]
    attention_shifts_norm(level)
    assert level.platform.appearance_norm == pytest.approx(1.004)  # a fiftieth of the way to 1.2


def test_pressure_meets_its_two_published_points(level):
    level.platform.appearance_norm = level.platform.first_norm = 1.2
    level.idols.body = 0
    level.idols.body[0] = -1.5
    agencies_press_idols(level)
    assert level.idols.pressure[1:] == pytest.approx(np.full(len(level.idols) - 1, 0.12786156631908133))  # 12.8 %
    assert level.idols.pressure[0] == pytest.approx(0.5597136492671929)  # 56 %


def test_a_rising_norm_presses_idols_harder_and_a_ban_reaches_82_in_a_hundred(level):
    level.platform.first_norm, level.platform.appearance_norm = 1.2, 1.3
    level.idols.body = -1.5
    agencies_press_idols(level)
    assert level.idols.appearance_gap == pytest.approx(np.full(len(level.idols), 1.8))  # 3 SD per unit of norm
    assert level.idols.pressure == pytest.approx(np.full(len(level.idols), 0.6619508479065779))
    level.numbers.put("weight_order_ban", 1)
    agencies_press_idols(level)
    assert level.idols.pressure == pytest.approx(np.full(len(level.idols), 0.18 * 0.6619508479065779))


def test_distress_comes_from_pressure_hours_and_deepfakes_and_care_relieves_it(level, load):
    idols = level.idols
    idols.distress, idols.pressure, idols.hours, idols.deepfakes = 1, 0.628, 60, np.e - 1
    load(level, distress=0)
    idols_feel_distress(level)
    # .9 + .07 x .5 + .00215 x 20 + .01 x 1 = .988
    assert idols.distress == pytest.approx(np.full(len(idols), 0.988))
    idols.distress = 1
    level.numbers.put("care_duty", 1)
    idols_feel_distress(level)
    assert idols.distress == pytest.approx(np.full(len(idols), 0.938))
