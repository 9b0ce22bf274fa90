"""Work: caps on content and hours, and machines that sing and dance."""

from __future__ import annotations

import numpy as np

from tests.metamorphic.lives import YEAR, Worlds


def test_a_content_cap_lowers_idol_hours_while_ai_saves_time(worlds: Worlds) -> None:
    """What AI saves goes into more content unless content is capped; with a cap it becomes rest (work:A07).

    A result: with the cap idols work less than under the same AI without it, and less than without AI; without the
    cap they work longer than without AI. Content capped is content as without AI, since the cap is reckoned from it.
    """
    capped, free, none = (worlds.mean(name, "idol_hours")
                          for name in ("much AI, content capped", "much AI", "much AI, without"))  # fmt: skip
    assert (capped < none).all(), (capped, none)
    assert (none < free).all(), (none, free)
    asked_of_staff = [worlds.mean(name, "staff_demand") for name in ("much AI, content capped", "much AI, without")]
    assert (asked_of_staff[0] < asked_of_staff[1]).all(), asked_of_staff


def test_an_hours_cap_binds_exactly_where_it_is_kept(worlds: Worlds) -> None:
    """By definition of a cap: at agencies that keep it nobody works longer, and whoever was asked for more works to
    the minute as long as is allowed; elsewhere idols work what is asked of them.
    """
    for life in worlds.of("hours capped at 52"):
        weeks = life.weeks.iloc[YEAR]
        assert weeks["longest_capped_hours"].max() == 52
        assert (weeks["cut_off"] > 0).all()
        assert (weeks["exactly_at_cap"] == weeks["cut_off"]).all()
        assert (weeks["asked_where_none_is_kept"] > 0).all()
        assert (weeks["over_cap_where_none_is_kept"] == weeks["asked_where_none_is_kept"]).all()


def test_an_hours_cap_costs_revenue_and_a_tighter_one_costs_more(worlds: Worlds) -> None:
    """What a cap cuts off is not delivered, and output earns (output_elasticity): the sign is calibration, the size,
    with attention going over to those who do not keep the cap, is a result.
    """
    at_52 = worlds.change("hours capped at 52", "industry_revenue")
    at_40 = worlds.change("lever hours_cap_adults", "industry_revenue")
    assert (at_52 < 0).all(), at_52
    assert (at_40 < at_52).all(), (at_40, at_52)


def test_automation_shows_in_human_shares_and_in_idols_fear_for_their_jobs(worlds: Worlds) -> None:
    """Where AI sings and dances idols do less of it and fear for their place. Calibration of the signs; the path from
    adoption over capability to the average group is the model's.
    """
    for reading in ("human_share_of_vocals", "human_share_of_choreography"):
        assert (worlds.change("AI sings and dances", reading) < 0).all(), reading
    assert (worlds.change("AI sings and dances", "idol_insecurity") > 0).all()


def test_a_minimum_human_share_reverses_it_at_a_cost(worlds: Worlds) -> None:
    """With the creative tasks in human hands again, as far as agencies keep the law, so are the shares and most of the
    fear; the time that AI saved is gone, so less is made and earned, and vendors lose their customers (a result).
    """
    forbidden = "AI sings and dances, forbidden"
    for reading, way in (("human_share_of_vocals", 1), ("human_share_of_choreography", 1), ("idol_insecurity", -1)):
        back = worlds.change(forbidden, reading)
        assert (np.sign(back) == way).all(), (reading, back)
        assert (np.abs(back) > np.abs(worlds.change("AI sings and dances", reading)) / 2).all(), reading
    for reading in ("content_made", "industry_revenue", "tool_income"):
        assert (worlds.change(forbidden, reading) < 0).all(), reading
