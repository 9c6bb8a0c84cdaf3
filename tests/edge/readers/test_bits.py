"""Bits keep the order in which they are sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge.readers.bits import Bits


@settings(deadline=None)
@given(some.lists(some.integers(0, 1), max_size=300))
def test_bits_survive_every_form(sent: list[int]) -> None:
    """One by one, as a number, and in octets, whose padding is zero."""
    bits = Bits.of(sent)

    assert list(bits) == sent
    assert Bits.from_bytes(bits.to_bytes(), bits.length) == bits
    assert int.from_bytes(bits.to_bytes(), "big") == bits.value << (-len(sent) % 8)


def test_octets_are_left_aligned() -> None:
    """The first bit that is sent is the highest of the first octet, as in OSDP's raw cards."""
    assert Bits.of([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]).to_bytes() == b"\x80\x40"
    assert list(Bits.from_bytes(b"\xa0", 3)) == [1, 0, 1]


def test_padding_is_not_looked_at() -> None:
    """A reader may leave anything behind the last bit."""
    assert Bits.from_bytes(b"\xbf", 3) == Bits.from_bytes(b"\xa0", 3)


def test_a_span_is_counted_from_one() -> None:
    """Both ends are included, the first bit weighs most."""
    assert Bits.of([0, 1, 1, 0, 1]).span(2, 4) == 0b110
    assert Bits.of([0, 1, 1, 0, 1]).span(5, 5) == 1


@pytest.mark.parametrize(("octets", "length"), [(b"", 1), (b"\0\0", 8), (b"\0", 9), (b"\0", 0)])
def test_octets_fit_their_number_of_bits(octets: bytes, length: int) -> None:
    """Neither too few nor too many."""
    with pytest.raises(ValueError, match="bytes"):
        Bits.from_bytes(octets, length)


def test_what_is_no_bit_is_refused() -> None:
    """A two is no bit, and a value has no more bits than it says."""
    with pytest.raises(ValueError, match="neither"):
        Bits.of([0, 2])
    with pytest.raises(ValueError, match="fit"):
        Bits(2, 4)


def test_the_number_of_a_card_is_in_no_repr() -> None:
    """A log that holds bits by mistake tells how many there were."""
    assert repr(Bits(26, 4711)) == "Bits(length=26)"
