"""A reader that plays a keyboard types a number, and only a whole one counts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as some

from edge.readers.wedge import ENTER_KEYS, KEY_SECONDS, PAD_KEYS, PLAIN, SHIFTED, Wedge


def strokes(text: str) -> list[tuple[str, bool]]:
    """Return the keystrokes that type *text*; a line break is Enter."""
    keys: list[tuple[str, bool]] = []
    for character in text:
        if character == "\n":
            keys += [("KEY_ENTER", True), ("KEY_ENTER", False)]
        elif key := next((key for key, plain in PLAIN.items() if plain == character), None):
            keys += [(key, True), (key, False)]
        else:
            key = next(key for key, shifted in SHIFTED.items() if shifted == character)
            keys += [("KEY_LEFTSHIFT", True), (key, True), (key, False), ("KEY_LEFTSHIFT", False)]
    return keys


def typed(wedge: Wedge, text: str, *, now: float = 0.0) -> list[str]:
    """Return the numbers that come of typing *text* at once."""
    numbers = (wedge.stroke(key, down=down, now=now) for key, down in strokes(text))
    return [number for number in numbers if number is not None]


def test_a_number_ends_with_enter_and_keeps_its_zeros() -> None:
    """Exactly as the same reader types it into a field at the desk."""
    assert typed(Wedge(), "0004711123\n0815\n") == ["0004711123", "0815"]


def test_letters_come_with_shift_or_without() -> None:
    """Hex readers type either; the number pad's digits are digits."""
    assert typed(Wedge(), "04aB-c:9F\n") == ["04aB-c:9F"]
    wedge = Wedge()
    wedge.stroke("KEY_KP7", down=True, now=0.0)
    assert wedge.stroke("KEY_KPENTER", down=True, now=0.0) == "7"


@settings(deadline=None)
@given(some.text(sorted({*PLAIN.values(), *SHIFTED.values()}), min_size=1, max_size=64))
def test_whatever_can_be_typed_is_read(text: str) -> None:
    """Up to the longest number that a badge may have."""
    assert typed(Wedge(), f"{text}\n") == [text]


def test_a_pause_begins_a_new_number() -> None:
    """Half a number of a badge that was torn away is not the beginning of the next."""
    wedge = Wedge()
    typed(wedge, "99")

    assert typed(wedge, "4711\n", now=KEY_SECONDS + 0.1) == ["4711"]
    assert wedge.dropped == 1


def test_a_key_without_a_character_spoils_the_number() -> None:
    """What cannot be understood is not left out: the rest could be somebody's number."""
    wedge = Wedge()
    typed(wedge, "47")
    wedge.stroke("KEY_F1", down=True, now=0.0)

    assert typed(wedge, "11\n") == []
    assert wedge.dropped == 1
    assert typed(wedge, "4711\n") == ["4711"]


def test_lost_keystrokes_spoil_the_number() -> None:
    """The kernel says when it had to drop some."""
    wedge = Wedge()
    typed(wedge, "47")
    wedge.lost()

    assert typed(wedge, "11\n4711\n") == ["4711"]


def test_num_lock_is_no_character() -> None:
    """Readers that press it type the same number as those that do not."""
    wedge = Wedge()
    wedge.stroke("KEY_NUMLOCK", down=True, now=0.0)

    assert typed(wedge, "4711\n") == ["4711"]


def test_an_endless_number_is_none() -> None:
    """Nor do its first characters count."""
    wedge = Wedge()

    assert typed(wedge, "1" * 65 + "\n4711\n") == ["4711"]


def test_an_unplugged_reader_leaves_nothing_behind() -> None:
    """Neither digits nor a shift that is held for ever."""
    wedge = Wedge()
    typed(wedge, "47")
    wedge.stroke("KEY_LEFTSHIFT", down=True, now=0.0)
    wedge.unplugged()

    assert typed(wedge, "11\n") == ["11"]


def test_what_was_typed_is_in_no_repr() -> None:
    """A log may hold a wedge by mistake."""
    wedge = Wedge()
    typed(wedge, "190283")

    assert "190283" not in repr(wedge)


KNOWN = some.sampled_from([*PLAIN, *SHIFTED, *ENTER_KEYS, "KEY_LEFTSHIFT", "KEY_F1"])


@settings(deadline=None)
@given(some.lists(some.tuples(KNOWN | some.text(), some.booleans(), some.floats(0, 2))))
def test_no_keystrokes_give_more_than_was_typed(keys: list[tuple[str, bool, float]]) -> None:
    """Whatever comes is a number of 1 to 64 characters or nothing."""
    wedge, now = Wedge(), 0.0
    for key, down, pause in keys:
        now += pause
        number = wedge.stroke(key, down=down, now=now)
        assert number is None or (1 <= len(number) <= 64 and key in ENTER_KEYS and down)


def test_a_number_pad_is_a_pad_for_pins() -> None:
    """Its digits, its Enter, and three ways to clear."""
    assert {PAD_KEYS[f"KEY_KP{digit}"] for digit in range(10)} == set("0123456789")
    assert PAD_KEYS["KEY_KPENTER"] == PAD_KEYS["KEY_ENTER"] == "#"
    assert PAD_KEYS["KEY_ESC"] == PAD_KEYS["KEY_BACKSPACE"] == PAD_KEYS["KEY_KPASTERISK"] == "*"
