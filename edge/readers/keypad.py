"""From keys that are pressed to PINs that are entered. Nothing here is logged, no digit ever.

``#`` or Enter ends a PIN, ``*`` or Esc clears it. Half a PIN is forgotten when its next key is late,
so that nobody's digits are added to those of whoever gave up before her.
"""

from __future__ import annotations

from edge.errors import CardError
from edge.readers.bits import Bits

ENTER = "#"
CLEAR = "*"
DIGITS = frozenset("0123456789")
KEYS = DIGITS | {ENTER, CLEAR}

SHORTEST_PIN = 4
LONGEST_PIN = 8
"""Digits. ISO 9564-1 has 4 to 12; pads of readers buffer no more than 8."""

KEY_SECONDS = 5.0
"""How long after a key the next may come; after so long readers with a pad give up, too."""

BURST_LENGTHS = (4, 8)
"""Bits that a pad sends for a key: the key, or its complement and the key."""

_BURST = "0123456789*#"


def key_of_burst(bits: Bits) -> str:
    """Return the key for which a Wiegand pad sent 4 or 8 bits.

    0 to 9 are themselves, ``*`` is 10 and ``#`` is 11; of 8 bits the first four are the others'
    complement.

    :raises CardError: if no key is sent so.
    """
    code = bits.value & 0xF
    if bits.length not in BURST_LENGTHS or code >= len(_BURST):
        raise CardError("a burst that is no key.")
    if bits.length == 8 and bits.value >> 4 != code ^ 0xF:
        raise CardError("a key whose complement is wrong.")
    return _BURST[code]


class Keypad:
    """Collects the keys of one pad until they are a PIN of *shortest* to *longest* digits.

    A PIN that is too long is as wrong as one that is too short: nothing comes of it.
    """

    def __init__(
        self,
        *,
        shortest: int = SHORTEST_PIN,
        longest: int = LONGEST_PIN,
        key_seconds: float = KEY_SECONDS,
    ) -> None:
        self._shortest = shortest
        self._longest = longest
        self._key_seconds = key_seconds
        self._typed = ""
        self._last = float("-inf")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(shortest={self._shortest}, longest={self._longest})"

    def press(self, key: str, now: float) -> str | None:
        """Take one of :data:`KEYS` at *now*, monotonic seconds; return the PIN it completes.

        :raises CardError: if there is no such key; what was typed is forgotten.
        """
        if now - self._last > self._key_seconds:
            self.clear()
        self._last = now
        if key in DIGITS and len(key) == 1:
            # One more than allowed is kept, so that it is known to be too long.
            self._typed = (self._typed + key)[: self._longest + 1]
            return None
        typed = self._typed
        self.clear()
        if key == ENTER:
            return typed if self._shortest <= len(typed) <= self._longest else None
        if key != CLEAR:
            raise CardError("a key that pads do not have.")
        return None

    def clear(self) -> None:
        """Forget what was typed."""
        self._typed = ""
