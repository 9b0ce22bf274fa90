"""The facts are complete, every pattern stands on them, and what fits the model never proves it."""

import math
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from sim.evidence import (
    Band,
    Pattern,
    distribution,
    distributions,
    fact,
    facts,
    pattern,
    patterns,
    patterns_for,
)
from sim.params import LimelightError, passports

# Where software is downloaded from: an address there is a tool, not a source about the industry.
REGISTRIES = (
    "py" + "pi.org",
    "pythonhosted.org",
    "npm" + "js.",
    "crates.io",
    "anaconda.",
    "conda-forge",
    "rubygems.",
    "hub.docker.com",
    "proxy.golang.org",
    "huggingface.co",
)
LISTED = {
    "beauty": {"P1", "P2", "P3", "P5", "P7", "P8", "X1", "X2", "X3", "X4"},
    "work": {"P2", "P3", "P4", "P5", "P6", "P8", "P9"},
    "data": {"S1", "S3", "S4", "S5", "S6", "S7", "S8", "S10", "S11"},
}
CALIBRATED = (
    "beauty:P2",
    "beauty:P3",
    "beauty:P7a",
    "work:P2",
    "work:P3",
    "work:P5",
    "work:P8a",
    "data:S1",
    "data:S3",
    "data:S4",
    "data:S10",
)
SHARES = (
    ("agency_rosters_active_2025", "agencies"),
    ("agency_rosters_1990_2025", "agencies"),
    ("agency_rosters_debut_2010_on", "agencies"),
    ("group_size_all", "groups"),
    ("group_size_2010_2019", "groups"),
    ("group_size_2020_2025", "groups"),
    ("debut_age", "idols"),
)
SURVIVAL = tuple(name for name in distributions() if name.startswith("survival_"))
ROUNDING = 6e-5


def test_every_row_of_the_evidence_is_there_once() -> None:
    counts = Counter(name.split(":")[0] + ":" + name.split(":")[1][0] for name in facts())
    assert len(facts()) == 314
    assert counts == {
        "beauty:B": 106,
        "work:S": 23,
        "work:D": 13,
        "work:L": 27,
        "work:A": 23,
        "work:C": 7,
        "data:D": 57,
        "data:K": 9,
        "data:P": 15,
        "culture:C": 34,
    }


def test_every_fact_says_something_and_names_its_source() -> None:
    for name, row in facts().items():
        assert row.id == name
        assert row.statement and row.topic and row.source and row.seen, name
        assert row.topic.split(":")[0] == name.split(":")[0], name
        assert all(address.startswith(("http://", "https://")) for address in row.urls), name
    without = [name for name, row in facts().items() if not row.urls]
    assert without == ["beauty:B36", "work:L17", "work:C07", "data:D17", "data:D25", "data:D37", "data:P13"]


def test_no_address_is_a_package_registry() -> None:
    addresses = [address for row in facts().values() for address in row.urls]
    addresses += [table.source for table in distributions().values()]
    assert len(addresses) > 300
    assert not [address for address in addresses if any(name in address for name in REGISTRIES)]


def test_a_row_reads_as_it_was_published() -> None:
    row = fact("work:D03")
    assert row.value == "0.886, 0.697, 0.581, 0.459, 0.390, 0.312"
    assert row.grade == "B/C"
    assert row.urls[0] == "https://github.com/Almemm/Repo_proyecto_equipo-kpoper"
    assert fact("beauty:B22").range.startswith("[0.131, 0.206]")
    assert "NBER 32146" in fact("data:P01").citation


def test_every_row_that_a_fact_or_a_passport_names_exists() -> None:
    for row in facts().values():
        assert set(row.distributions) <= set(distributions()), row.id
    named = {row for passport in passports().values() for row, _ in passport.sources if ":" in row}
    assert named and named <= set(facts()), sorted(named - set(facts()))


def test_every_listed_pattern_is_there() -> None:
    found: dict[str, set[str]] = {}
    for name in patterns():
        theme, number = name.split(":")
        found.setdefault(theme, set()).add(number.rstrip("abcd"))
    assert found == LISTED
    assert len(patterns()) == 39


def test_a_pattern_stands_on_rows_that_exist() -> None:
    for name, found in patterns().items():
        assert found.sources and found.bands and found.statement and found.grade, name
        assert all(facts()[source.id] is source for source in found.sources), name
        assert name.split(":")[0] in {
            source.id.split(":")[0].replace("culture", "data") for source in found.sources
        }


def test_a_band_contains_its_number() -> None:
    for name, found in patterns().items():
        assert len({band.name for band in found.bands}) == len(found.bands), name
        for band in found.bands:
            assert band.low < band.high, (name, band.name)
            assert math.isfinite(band.low) or math.isfinite(band.high), (name, band.name)
            assert band.unit, (name, band.name)
            if band.number is not None:
                assert band.holds(band.number), (name, band.name)


def test_a_band_holds_its_ends_and_nothing_beyond() -> None:
    band = Band("share", 0.5, 0.4, 0.6, "share")
    assert band.holds(0.4) and band.holds(0.6)
    assert not band.holds(0.39) and not band.holds(0.61) and not band.holds(math.nan)


def test_what_fits_the_model_never_checks_it() -> None:
    fitting, checking = patterns_for("calibration"), patterns_for("validation")
    assert set(fitting) | set(checking) == set(patterns())
    assert not set(fitting) & set(checking)
    assert not {found.statement for found in fitting.values()} & {
        found.statement for found in checking.values()
    }
    fitted = _numbers_of(fitting.values())
    assert not fitted & _numbers_of(checking.values())


def _numbers_of(chosen: Iterable[Pattern]) -> set[tuple[str, float, str]]:
    """Each number that says something of its own, with the row it is from and its unit."""
    return {
        (source.id, band.number, band.unit)
        for found in chosen
        for source in found.sources
        for band in found.bands
        if band.number is not None and band.number not in (0, 1)
    }


@pytest.mark.parametrize("name", CALIBRATED)
def test_a_number_that_is_a_coefficient_is_calibration(name: str) -> None:
    assert pattern(name).use == "calibration"


@pytest.mark.parametrize("name", ["beauty:P7b", "work:P6a", "work:P9", "data:S5b", "data:S8a"])
def test_what_no_coefficient_was_set_from_is_validation(name: str) -> None:
    assert pattern(name).use == "validation"


def test_the_agency_table_holds_435_groups_in_282_agencies() -> None:
    table = distribution("agency_rosters_active_2025")
    assert table["agencies"].sum() == 282
    assert (table["groups"] * table["agencies"]).sum() == 435


@pytest.mark.parametrize(("name", "total"), [("group_size_all", 1094), ("debut_age", 816)])
def test_a_table_of_counts_adds_up_to_the_published_total(name: str, total: int) -> None:
    table = distribution(name)
    assert next(table[column].sum() for column in ("groups", "idols") if column in table.columns) == total


@pytest.mark.parametrize(("name", "counted"), SHARES)
def test_shares_are_the_counts_over_their_sum(name: str, counted: str) -> None:
    table = distribution(name)
    np.testing.assert_allclose(table["share"], table[counted] / table[counted].sum(), rtol=0, atol=ROUNDING)


def test_the_published_means_come_out_of_the_tables() -> None:
    sizes = distribution("group_size_all")
    recent = distribution("group_size_2020_2025")
    assert np.average(sizes["members"], weights=sizes["groups"]) == pytest.approx(4.84, abs=0.005)
    assert np.average(recent["members"], weights=recent["groups"]) == pytest.approx(5.77, abs=0.005)
    ages = distribution("debut_age")
    assert ages["idols"][ages["age"] < 18].sum() / ages["idols"].sum() == pytest.approx(0.39, abs=0.005)


def test_debuts_split_by_sex_and_sum_to_the_groups_listed() -> None:
    table = distribution("debuts_per_year")
    unknown = table["groups"] - table["female"] - table["male"] - table["mixed"]
    assert list(table["year"][unknown != 0]) == [2013] and unknown.sum() == 1
    assert table["groups"].sum() == distribution("survival_all_1990_2025")["at_risk"][0] == 1095
    assert distribution("active_groups_per_year")["active"][-1] == 441


@pytest.mark.parametrize("name", SURVIVAL)
def test_a_life_table_follows_from_its_own_counts(name: str) -> None:
    table = distribution(name)
    exposed = table["at_risk"] - table["censored"] / 2
    np.testing.assert_allclose(table["annual_hazard"], table["ended"] / exposed, rtol=0, atol=ROUNDING)
    survival = np.cumprod(1 - table["ended"] / exposed)
    np.testing.assert_allclose(table["survival"], survival, rtol=0, atol=ROUNDING)
    left = table["at_risk"] - table["ended"] - table["censored"]
    np.testing.assert_array_equal(left[:-1], table["at_risk"][1:])
    assert np.all(table["survival_low"] <= table["survival"])
    assert np.all(table["survival"] <= table["survival_high"])


def test_seven_life_tables_and_sixteen_others() -> None:
    assert len(SURVIVAL) == 7
    assert len(distributions()) == 23


def test_retention_is_the_members_who_remain() -> None:
    table = distribution("line_up_retention")
    ratio = table["remaining_members"] / table["first_members"]
    np.testing.assert_allclose(table["retention"], ratio, rtol=0, atol=6e-4)


def test_a_table_is_read_only_typed_and_says_what_it_is() -> None:
    for name, table in distributions().items():
        assert table.name == name
        assert table.meaning and table.licence and "https://github.com/" in table.source
        assert name in table.fact.distributions
        assert table.units.keys() == table.columns.keys()
        assert len({column.shape for column in table.columns.values()}) == 1
        for column in table.columns.values():
            assert column.dtype.kind in "ifU" and not column.flags.writeable
    with pytest.raises(ValueError):
        distribution("debut_age")["idols"][0] = 0


def test_a_cell_left_empty_is_not_a_zero() -> None:
    assert np.isnan(distribution("sex_share")["mixed"][1])
    assert distribution("sex_share")["mixed"][0] == 43


@pytest.mark.parametrize(
    ("look_up", "wrong", "right"),
    [
        (distribution, "group_size_2020_2024", "group_size_2020_2025"),
        (fact, "work:D3", "work:D03"),
        (pattern, "work:P6", "work:P6"),
        (distribution("debut_age").__getitem__, "idol", "idols"),
        (pattern("work:P2").band, "survival_year1", "survival_year_1"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    look_up: Callable[[str], object], wrong: str, right: str
) -> None:
    with pytest.raises(LimelightError) as refused:
        look_up(wrong)
    assert f"'{wrong}'" in str(refused.value) and f"the nearest is '{right}" in str(refused.value)
    assert str(refused.value).count("\n") == 0
