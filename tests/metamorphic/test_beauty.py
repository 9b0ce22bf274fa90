"""Beauty: what labels cannot do, and what a cap on the feed does."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metamorphic.lives import Worlds


@pytest.mark.parametrize("name", ["preset labels_only", "lever image_label"])
def test_labels_alone_hardly_move_dissatisfaction(name: str, worlds: Worlds) -> None:
    """Labels do not change what is compared with (a null in experiments, beauty:B51): calibration by
    label_mean_effect = 0; that agencies' retreat from editing under labels moves no more than this is a result.
    """
    assert np.abs(worlds.change(name, "mean_dissatisfaction")).max() < 0.05


@pytest.mark.parametrize("name", ["preset labels_only", "lever image_label"])
def test_labels_do_not_help_those_who_compare_most(name: str, worlds: Worlds) -> None:
    """A label points those who compare at the ideal (backfire): the paired effect does not fall with comparison.

    Calibration of the backfire; that less editing does not outweigh it among them is a result.
    """
    for life, twin in zip(worlds.of(name), worlds.of("as it is"), strict=True):
        one, other = life.fans, twin.fans
        same = one["alive"] & other["alive"] & (one["identity"] == other["identity"])
        effect = (one["dissatisfaction"] - other["dissatisfaction"])[same].astype(float)
        comparison = one["comparison"][same].astype(float)
        assert same.mean() > 0.9
        assert np.polyfit(comparison, effect, 1)[0] >= 0
        assert effect[comparison > comparison.quantile(2 / 3)].mean() >= 0


def test_a_feed_cap_takes_the_most_dissatisfied_back_to_the_feed_of_others(worlds: Worlds) -> None:
    """The feed answers dissatisfaction with more appearance; by how much at equal hours is an audit's number
    (calibration of the gain), and with the gain at people's own liking (.09) little of it is left (a result of the
    spread of dissatisfaction, in every week).
    """
    for name, low, high in (("as it is", 1.7, 3.2), ("lever feed_gain_cap", 1.0, 1.4)):
        for life in worlds.of(name):
            ratio = life.weeks["feed_of_most_dissatisfied"] / life.weeks["feed_of_median_fan"]
            assert ratio.iloc[1:53].between(low, high).all(), (name, ratio.min(), ratio.max())
