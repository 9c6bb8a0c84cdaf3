"""Which words from outside may be stored: names, ids and numbers that a list can show."""

from __future__ import annotations

import unicodedata


def is_presentable(text: str, *, longest: int) -> bool:
    """Return whether *text* has 1 to *longest* characters, not all blank, none a control.

    Control characters (Cc) would break lists and logs; lone surrogates (Cs) are no text at all.
    """
    return (
        0 < len(text) <= longest
        and not text.isspace()
        and not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)
    )
