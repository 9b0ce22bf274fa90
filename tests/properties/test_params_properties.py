"""Whatever the number and the value: inside its range it is taken exactly, outside it is refused by name."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.params import LimelightError, Numbers, Passport, nearest, passports

names = st.sampled_from(sorted(passports()))
NUMBERS = Numbers.of()


def keys_of(passport: Passport) -> list[str]:
    """The keys under which single values of a number can be set."""
    return [f"{passport.name}.{label}" for label in passport.labels] or [passport.name]


def inside(passport: Passport) -> st.SearchStrategy[float]:
    """Any value that a number allows."""
    if isinstance(passport.value, int):
        return st.integers(math.ceil(passport.low), math.floor(passport.high))
    return st.floats(passport.low, passport.high)


@given(st.data(), names, st.booleans())
def test_any_value_inside_the_range_is_taken_exactly(data: st.DataObject, name: str, as_text: bool) -> None:
    passport = passports()[name]
    key = data.draw(st.sampled_from(keys_of(passport)))
    value = data.draw(inside(passport))
    numbers = NUMBERS.copy()
    numbers.put(key, repr(value) if as_text else value)
    assert numbers.get(key) == value
    assert type(getattr(numbers, name)) is type(getattr(NUMBERS, name))


@given(st.data(), names)
def test_any_value_outside_is_refused_by_name_and_changes_nothing(data: st.DataObject, name: str) -> None:
    passport = passports()[name]
    key = data.draw(st.sampled_from(keys_of(passport)))
    value = data.draw(st.floats(allow_nan=True, allow_infinity=True) | st.integers())
    assume(not passport.low <= value <= passport.high)
    numbers = NUMBERS.copy()
    with pytest.raises(LimelightError) as caught:
        numbers.put(key, value, origin="here.yaml")
    message = str(caught.value)
    assert message.startswith("here.yaml: ") and key in message and passport.range_text in message
    assert numbers.as_dict() == NUMBERS.as_dict()


@given(st.data(), names)
def test_a_change_touches_one_number_only(data: st.DataObject, name: str) -> None:
    passport = passports()[name]
    key = data.draw(st.sampled_from(keys_of(passport)))
    before, numbers = NUMBERS.as_dict(), NUMBERS.copy()
    numbers.put(key, data.draw(inside(passport)))
    after = numbers.as_dict()
    assert {other for other in before if before[other] != after[other]} <= {name}
    if passport.over is not None:
        changed = np.flatnonzero(getattr(NUMBERS, name) != getattr(numbers, name))
        assert [f"{name}.{passport.labels[place]}" for place in changed] in ([], [key])


@given(st.data(), st.lists(names, unique=True, max_size=8))
def test_overrides_survive_the_way_through_a_dictionary(data: st.DataObject, chosen: list[str]) -> None:
    overrides = {}
    for name in chosen:
        key = data.draw(st.sampled_from(keys_of(passports()[name])))
        overrides[key] = data.draw(inside(passports()[name]))
    numbers = Numbers.of(overrides)
    assert Numbers.of(numbers.as_dict()).as_dict() == numbers.as_dict()


@given(st.text(), st.from_type(object))
def test_an_unknown_name_is_refused_whatever_it_is(name: str, value: object) -> None:
    assume(name.partition(".")[0] not in passports())
    with pytest.raises(LimelightError) as caught:
        NUMBERS.copy().put(name, value)
    assert repr(name) in str(caught.value)


@given(
    names, st.none() | st.binary() | st.text(alphabet="ghjklm ") | st.dictionaries(st.text(), st.integers())
)
def test_what_is_no_number_is_refused(name: str, value: object) -> None:
    with pytest.raises(LimelightError, match=name):
        NUMBERS.copy().put(name, value)


@given(names, st.integers(0, 30))
def test_a_name_with_two_letters_swapped_finds_its_own(name: str, place: int) -> None:
    assume(place + 1 < len(name))
    swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    assume(swapped not in passports())
    assert nearest(swapped, passports()) in passports()
    assert nearest(name, passports()) == name
