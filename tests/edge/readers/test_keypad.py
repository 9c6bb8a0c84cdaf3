"""Keys become PINs, and nobody's digits become another's."""

from __future__ import annotations

import itertools
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge.errors import CardError
from edge.readers.bits import Bits
from edge.readers.keypad import KEY_SECONDS, KEYS, Keypad, key_of_burst

KEY = "0123456789*#"


def typed(keys: str, pad: Keypad | None = None, *, now: float = 0.0) -> list[str]:
    """Return the PINs that *keys* complete, one key a second."""
    pad = pad or Keypad()
    pins = (pad.press(key, now + place) for place, key in enumerate(keys))
    return [pin for pin in pins if pin is not None]


@pytest.mark.parametrize(
    ("keys", "pins"),
    [
        ("1234#", ["1234"]),
        ("12345678#", ["12345678"]),
        ("0000#4711#", ["0000", "4711"]),
        ("123#", []),
        ("123456789#", []),
        ("1234567890123#4711#", ["4711"]),
        ("99*1234#", ["1234"]),
        ("#", []),
        ("*", []),
        ("1234", []),
    ],
)
def test_a_pin_has_four_to_eight_digits_and_an_end(keys: str, pins: list[str]) -> None:
    """Too short or too long is none; clearing begins anew."""
    assert typed(keys) == pins


def test_half_a_pin_is_forgotten() -> None:
    """Whoever gives up leaves nothing to whoever comes next."""
    pad = Keypad()
    assert typed("99", pad) == []

    assert typed("1234#", pad, now=1 + KEY_SECONDS + 0.1) == ["1234"]


def test_the_time_runs_from_key_to_key() -> None:
    """Slow people may be slow, as long as they go on."""
    pad = Keypad()
    pins = [pad.press(key, place * KEY_SECONDS) for place, key in enumerate("12345678#")]

    assert pins[-1] == "12345678"


def test_what_was_typed_is_in_no_repr() -> None:
    """Nor in the repr of whatever holds a pad."""
    pad = Keypad()
    typed("8351", pad)

    assert "8351" not in repr(pad)


def test_an_unknown_key_clears() -> None:
    """A pad that sends something else is not guessed at."""
    pad = Keypad()
    typed("12", pad)
    for wrong in ("A", "12", ""):
        with pytest.raises(CardError, match="do not have"):
            pad.press(wrong, 2.0)
    assert typed("34#", pad, now=3.0) == []


@settings(deadline=None)
@given(some.lists(some.tuples(some.sampled_from(sorted(KEYS)), some.floats(0, 20))))
def test_no_sequence_of_keys_gives_anything_but_its_last_digits(
    keys: list[tuple[str, float]],
) -> None:
    """A PIN is what was typed since the last end, clearing or pause, and has its length."""
    pad = Keypad()
    now, expected = 0.0, ""
    for key, pause in keys:
        now += pause
        if pause > KEY_SECONDS:
            expected = ""
        pin = pad.press(key, now)
        if key in string.digits:
            expected += key
            assert pin is None
            continue
        assert pin == (expected if key == "#" and 4 <= len(expected) <= 8 else None)
        expected = ""


@pytest.mark.parametrize("code", range(12))
def test_a_burst_is_a_key(code: int) -> None:
    """In 4 bits, and in 8 with its complement before it."""
    assert key_of_burst(Bits(4, code)) == KEY[code]
    assert key_of_burst(Bits(8, (code ^ 0xF) << 4 | code)) == KEY[code]


def test_every_wrong_bit_of_eight_is_noticed() -> None:
    """That is what the complement is for."""
    for code, place in itertools.product(range(12), range(8)):
        with pytest.raises(CardError):
            key_of_burst(Bits(8, ((code ^ 0xF) << 4 | code) ^ 1 << place))


@settings(deadline=None)
@given(some.lists(some.integers(0, 1), max_size=40))
def test_any_bits_are_a_key_or_refused(sent: list[int]) -> None:
    """Twelve keys of four bits, twelve of eight, and nothing else."""
    try:
        key = key_of_burst(Bits.of(sent))
    except CardError:
        return
    assert len(sent) in (4, 8)
    assert key in KEYS
