"""Which PINs are refused, and which two are too near to mean different things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.collection.pin_rules import (
    LEAST_DISTANCE,
    generated_pin,
    refuse_near_duress,
    refuse_weak_pin,
    slips_between,
)
from edge.errors import CollectionError

pins = st.text("0123456789", min_size=4, max_size=8)


@pytest.mark.parametrize("pin", ["4071", "83629", "590372", "20264071", "1357902"])
def test_a_pin_without_a_pattern_is_accepted(pin: str) -> None:
    """Of four to eight digits."""
    refuse_weak_pin(pin)


@pytest.mark.parametrize("pin", ["", "407", "407183629", "40 71", "40a1", "٤٠٧١", "-407", "4.07"])
def test_only_four_to_eight_digits_make_a_pin(pin: str) -> None:
    """Of those that a keypad has."""
    with pytest.raises(CollectionError, match="4 to 8 digits"):
        refuse_weak_pin(pin)


@pytest.mark.parametrize(
    "pin",
    ["0000", "1234", "4321", "7890", "9753", "1212", "123123", "1221", "1984", "2026", "2580"],
)
def test_what_a_stranger_tries_first_is_refused(pin: str) -> None:
    """Runs, repetitions, mirrors, years, and lines on the keypad."""
    with pytest.raises(CollectionError, match="stranger"):
        refuse_weak_pin(pin)


@pytest.mark.parametrize(
    ("pin", "duress", "slips"),
    [
        ("4071", "4071", 0),
        ("4071", "4072", 1),
        ("4071", "4701", 1),
        ("4071", "40711", 1),
        ("40711", "4071", 1),
        ("4071", "4082", 2),
        ("4071", "1704", 3),
        ("4071", "590372", 4),
    ],
)
def test_slips_are_counted(pin: str, duress: str, slips: int) -> None:
    """A wrong digit, one too many, one too few, and two neighbours swapped are one each."""
    assert slips_between(pin, duress) == slips


@pytest.mark.parametrize("duress", ["4071", "4072", "0471", "407", "40715"])
def test_a_slip_must_not_raise_the_alarm(duress: str) -> None:
    """The two must differ by more than a mistyped digit."""
    with pytest.raises(CollectionError, match="too near"):
        refuse_near_duress("4071", duress)
    refuse_near_duress("4071", "4182")


@given(pins, pins)
def test_slips_lead_back_as_well(one: str, other: str) -> None:
    """And there are none between a PIN and itself alone."""
    assert slips_between(one, other) == slips_between(other, one)
    assert (slips_between(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= slips_between(one, other) <= max(len(one), len(other))


@given(pins, st.data())
def test_one_slip_of_any_kind_counts_as_one(pin: str, data: st.DataObject) -> None:
    """Whatever finger slips, no variant of duress is hit by it."""
    at = data.draw(st.integers(0, len(pin) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    swapped = pin[:at] + pin[at : at + 2][::-1] + pin[at + 2 :]
    for typed in (pin[:at] + digit + pin[at + 1 :], pin[:at] + pin[at + 1 :], swapped):
        assert slips_between(pin, typed) < LEAST_DISTANCE


@given(st.integers(4, 8))
def test_made_up_pins_obey_the_rules(length: int) -> None:
    """And so does the variant of duress that is made up for one."""
    pin = generated_pin(length)
    duress = generated_pin(length, apart_from=pin)
    assert len(pin) == len(duress) == length
    refuse_weak_pin(pin)
    refuse_weak_pin(duress)
    refuse_near_duress(pin, duress)


def test_made_up_pins_differ() -> None:
    """Six random digits: of 50, two alike are so seldom that a pattern would show."""
    assert len({generated_pin() for _ in range(50)}) > 45


def test_a_length_that_no_pin_has() -> None:
    """Asking for one is refused instead of trying for ever."""
    with pytest.raises(CollectionError):
        generated_pin(3)
