"""Each lever alone, at a strong setting, moves what it declares to act on, the way it declares, in every pair."""

from __future__ import annotations

import numpy as np
import pytest

from sim.params import passports
from tests.metamorphic.lives import Worlds
from tests.metamorphic.variants import STRONG, VARIANTS

UP, DOWN = 1, -1

TARGETS: list[tuple[str, str, int]] = [
    ("lever image_label", "lawful_editing", DOWN),
    ("lever editing_cap", "editing_level", DOWN),
    ("lever editing_cap", "appearance_norm", DOWN),
    ("lever feed_gain_cap", "feed_of_most_dissatisfied", DOWN),
    ("lever diverse_image_quota", "mean_exposure", DOWN),
    ("lever media_literacy", "mean_dissatisfaction", DOWN),
    ("lever weight_order_ban", "pressed_idols", DOWN),
    ("lever minors_use_cap", "mean_exposure", DOWN),
    ("lever minors_use_cap", "industry_revenue", DOWN),
    ("lever hours_cap_under_15", "hours_of_minors", DOWN),
    ("lever hours_cap_minors", "hours_of_minors", DOWN),
    ("lever hours_cap_adults", "idol_hours", DOWN),
    ("lever content_cap", "pieces_per_group", DOWN),
    ("lever idol_time_price", "unpaid_hours", DOWN),
    ("lever idol_time_price", "idol_income", UP),
    ("lever saved_hours_as_rest", "pieces_per_group", DOWN),
    ("lever minimum_human_share", "human_share_of_vocals", UP),
    ("lever income_floor", "idol_income", UP),
    ("lever care_duty", "idol_distress", DOWN),
    ("lever consent_regime", "records_per_fan", DOWN),
    ("lever minimisation", "records_per_subject", DOWN),
    ("lever retention_limit", "records_per_fan", DOWN),
    ("lever retention_limit", "idol_biometric_records", DOWN),
    ("lever security_duty", "mean_security", UP),
    ("lever security_duty", "expected_breaches", DOWN),
    ("lever breach_notification", "harm_per_fan", UP),
    ("lever fine_cap", "fines_last_year", UP),
    ("lever fine_cap", "expected_fine", UP),
    ("lever fine_cap", "mean_security", UP),
    ("lever severe_fine_cap", "fines_last_year", UP),
    ("lever likeness_consent", "deepfakes", DOWN),
    ("lever likeness_consent", "idol_biometric_records", DOWN),
    ("much AI, likeness_consent", "human_share_of_vocals", UP),
    ("lever deepfake_takedown", "deepfakes", DOWN),
    ("lever ai_governance_duty", "expected_breaches", DOWN),
    ("much AI, ai_governance_duty", "expected_breaches", DOWN),
    ("lever idol_data_limit", "idol_biometric_records", DOWN),
    ("lever idol_data_limit", "idol_location_records", DOWN),
    ("lever provenance_duty", "provenance_share", UP),
    ("much AI, provenance_duty", "credited_share", UP),
    ("lever payout_rule", "paid_to_sources", UP),
    ("lever licence_pool", "paid_to_sources", UP),
    ("lever ai_share_limit", "ai_share_of_music", DOWN),
    ("much AI, ai_share_limit", "human_share_of_song", UP),
    ("lever music_label", "attention_to_ai_songs", DOWN),
    ("much AI, music_label", "attention_to_ai_songs", DOWN),
    ("lever credit_duty", "credited_share", UP),
    ("lever credit_duty", "appropriation_score", DOWN),
    ("lever regulator_capacity", "public_cost", UP),
    ("hours capped, many inspectors", "real_compliance", UP),
]


@pytest.mark.parametrize(("name", "target", "way"), TARGETS)
def test_a_lever_moves_what_it_declares_to_act_on(name: str, target: str, way: int, worlds: Worlds) -> None:
    """Calibration of the sign: the mechanism in the lever's passport says which way, luck being the same."""
    change = worlds.change(name, target)
    assert (np.sign(change) == way).all(), change


def test_every_lever_is_among_them() -> None:
    """Or a lever could do nothing and no test would tell."""
    levers = {name for name, entry in passports().items() if entry.kind == "scenario"}
    assert set(STRONG) == levers
    named = {lever for name, _, _ in TARGETS for lever in VARIANTS[name].levers} | {"breach_notification"}
    assert named == levers


def test_the_ladder_of_consent(worlds: Worlds) -> None:
    """Calibration: .95 consent where it is hidden in the terms, .5 where a refusal is offered, .4 where asked
    neutrally, .05 where tracking needs a prompt of its own (data:D61 and others); who does not consent leaves no new
    records, so each step lowers the stock and raises the share of consents that are meant.
    """
    ladder = ["as it is", "consent regime 1", "consent regime 2", "lever consent_regime"]
    assert [worlds.mean(name, "consent")[0] for name in ladder] == pytest.approx([0.95, 0.5, 0.4, 0.05])
    records = np.array([worlds.mean(name, "records_per_fan") for name in ladder])
    meant = np.array([worlds.mean(name, "real_consent") for name in ladder])
    assert (np.diff(records, axis=0) < 0).all(), records
    assert (np.diff(meant, axis=0)[:2] > 0).all(), meant
    assert meant[2:] == pytest.approx(1)


def test_an_editing_cap_and_an_income_floor_bind_exactly(worlds: Worlds) -> None:
    """By definition: no lawful group edits more than the cap, and nobody of a lawful agency less than the floor."""
    assert worlds.mean("as it is", "highest_lawful_editing").min() > STRONG["editing_cap"]
    for life in worlds.of("lever editing_cap"):
        assert life.weeks["highest_lawful_editing"].iloc[1:].max() == pytest.approx(STRONG["editing_cap"])
    assert worlds.mean("as it is", "least_income").max() < STRONG["income_floor"]
    for life in worlds.of("lever income_floor"):
        assert life.weeks["least_income"].iloc[1:].min() == pytest.approx(STRONG["income_floor"])


def test_reports_of_deepfakes_jump_as_a_takedown_duty_begins(worlds: Worlds) -> None:
    """Calibration: a crackdown makes people report 6.6 times as many (data:K06), though 40 % fewer circulate;
    before it begins nothing differs, and the jump halves in three weeks.
    """
    for life, twin in zip(worlds.of("reported deepfakes"), worlds.of("as it is"), strict=True):
        ratio = (life.weeks["deepfake_reports"] / twin.weeks["deepfake_reports"]).iloc[:13].to_numpy()
        assert (ratio[:10] == 1).all()
        assert ratio[10] == pytest.approx(6.6 * 0.6)
        assert 6.6 * 0.6 > ratio[11] > ratio[12] > 1
        assert (life.weeks["deepfakes"] / twin.weeks["deepfakes"])[10] == pytest.approx(0.6)


def test_more_inspectors_mean_more_fines_for_breaches(worlds: Worlds) -> None:
    """A result of the queue: with six investigations a year in the whole industry most cases wait, with two hundred
    none does; so over all pairs more is fined, and never less in any.
    """
    few = worlds.mean("a breach, few inspectors", "fines_last_year", slice(52, 53))
    many = worlds.mean("a breach", "fines_last_year", slice(52, 53))
    assert (many >= few).all()
    assert many.sum() > few.sum()
    assert (many > 0).all()
