"""From keystrokes of a reader that plays a keyboard to the number it typed.

Such a reader types a number and Enter within a few tens of milliseconds. The number is kept as it
was typed, zeros and all: at the desk, the same reader types the same into the field of a badge.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST_TYPED = 64
"""Characters; the collection stores no longer badge number (`badge_number_form`)."""

KEY_SECONDS = 0.5
"""How long after a character the next may come. Slow readers pause for 50 ms between keys."""

_DIGITS = "1234567890"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# The names of the kernel's key codes (linux/input-event-codes.h), by a keyboard of the US, which
# is what these readers play unless they are told otherwise.
PLAIN: dict[str, str] = {
    **{f"KEY_{digit}": digit for digit in _DIGITS},
    **{f"KEY_KP{digit}": digit for digit in _DIGITS},
    **{f"KEY_{letter}": letter.lower() for letter in _LETTERS},
    "KEY_MINUS": "-",
    "KEY_KPMINUS": "-",
    "KEY_EQUAL": "=",
    "KEY_DOT": ".",
    "KEY_KPDOT": ".",
    "KEY_COMMA": ",",
    "KEY_SLASH": "/",
    "KEY_KPSLASH": "/",
    "KEY_KPPLUS": "+",
    "KEY_KPASTERISK": "*",
    "KEY_SEMICOLON": ";",
}
SHIFTED: dict[str, str] = {
    **{f"KEY_{letter}": letter for letter in _LETTERS},
    **dict(zip((f"KEY_{digit}" for digit in _DIGITS), "!@#$%^&*()", strict=True)),
    "KEY_MINUS": "_",
    "KEY_EQUAL": "+",
    "KEY_SEMICOLON": ":",
    "KEY_SLASH": "?",
}
ENTER_KEYS = frozenset({"KEY_ENTER", "KEY_KPENTER"})
SHIFT_KEYS = frozenset({"KEY_LEFTSHIFT", "KEY_RIGHTSHIFT"})

MEANINGLESS_KEYS = frozenset({"KEY_NUMLOCK"})
"""Some readers press it before they type on the number block, whose digits are digits here anyway."""

PAD_KEYS: dict[str, str] = {
    **{f"KEY_{digit}": digit for digit in _DIGITS},
    **{f"KEY_KP{digit}": digit for digit in _DIGITS},
    **dict.fromkeys(ENTER_KEYS, "#"),
    **dict.fromkeys(("KEY_ESC", "KEY_BACKSPACE", "KEY_DELETE", "KEY_KPASTERISK"), "*"),
}
"""What the keys of a number pad are on a pad for PINs; see :mod:`edge.readers.keypad`."""


@dataclass(slots=True)
class Wedge:
    """Collects the keystrokes of one reader until Enter. The number is in no repr."""

    dropped: int = 0
    _typed: str = field(default="", repr=False)
    _spoilt: bool = False
    _shifts: set[str] = field(default_factory=set, repr=False)
    _last: float = float("-inf")

    def stroke(self, key: str, *, down: bool, now: float) -> str | None:
        """Take one keystroke at *now*, monotonic seconds; return the number that Enter completes.

        A key without a character, or one too many, spoils the number: half of one may be somebody
        else's. *dropped* counts those. After a pause a new number begins.
        """
        if key in SHIFT_KEYS:
            (self._shifts.add if down else self._shifts.discard)(key)
            return None
        if not down or key in MEANINGLESS_KEYS:
            return None
        if now - self._last > KEY_SECONDS and (self._typed or self._spoilt):
            self._drop()
        self._last = now
        if key in ENTER_KEYS:
            return self._ended()
        character = (SHIFTED if self._shifts else PLAIN).get(key)
        if character is None or len(self._typed) == LONGEST_TYPED:
            self._spoilt = True
        else:
            self._typed += character
        return None

    def lost(self) -> None:
        """Say that keystrokes were lost: what they belonged to is no number."""
        self._spoilt = True

    def unplugged(self) -> None:
        """Forget what a reader that is gone had begun, and which keys it held."""
        if self._typed or self._spoilt:
            self._drop()
        self._shifts.clear()

    def _ended(self) -> str | None:
        if self._spoilt:
            self._drop()
            return None
        typed, self._typed = self._typed, ""
        return typed or None

    def _drop(self) -> None:
        self.dropped += 1
        self._typed, self._spoilt = "", False
