"""Which PINs are good enough, and how far one of duress must be from the other; pure.

A PIN is typed beside a face, so it need not withstand a search, but the few tries that a door
allows (``pins.py``). What it must not be is one of those that a stranger tries first.
"""

from __future__ import annotations

import secrets
from itertools import pairwise

from edge.errors import CollectionError

SHORTEST = 4
LONGEST = 8
GENERATED = 6
"""Digits of a PIN that is made up for somebody."""

LEAST_DISTANCE = 2
"""Slips of the finger that lead from a PIN to its variant of duress, at least. One slip (a digit
wrong, missing or doubled, two neighbours swapped) must not raise a silent alarm by mistake, nor hide
one; so "the last digit plus one", which some alarm panels use, is refused."""

_COMMON = frozenset(
    ("2580", "0852", "1379", "1397", "159753", "147258", "147258369", "7410", "0741", "1004")
)
"""Lines and corners of the keypad. Repetitions, runs and years are found by rule."""


def refuse_weak_pin(pin: str) -> None:
    """Refuse a PIN that anybody would try.

    :raises CollectionError: unless it is 4 to 8 digits, and neither a run (1234, 9753), a repetition
        (0000, 1212, 1221), a year of our time, nor a line on the keypad.
    """
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise CollectionError(
            f"a PIN has {SHORTEST} to {LONGEST} digits",
            remedy=f"{GENERATED} are a good choice.",
        )
    if _is_obvious(pin):
        raise CollectionError(
            "this PIN is among the first that a stranger would try",
            remedy="Take digits without a pattern, or let one be made up.",
        )


def refuse_near_duress(pin: str, duress: str) -> None:
    """Refuse a variant of duress that a slip of the finger makes of *pin*, or the reverse.

    :raises CollectionError: if fewer than :data:`LEAST_DISTANCE` slips are between them.
    """
    if slips_between(pin, duress) < LEAST_DISTANCE:
        raise CollectionError(
            "the PIN of duress is too near the other: a mistyped digit would raise the alarm",
            remedy="Let them differ in two digits or more, and not by a swap of neighbours.",
        )


def generated_pin(length: int = GENERATED, *, apart_from: str | None = None) -> str:
    """Return a PIN made of *length* random digits that the rules here accept.

    *apart_from* is the PIN of which it is to be the variant of duress.
    """
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(length))
        try:
            refuse_weak_pin(pin)
            if apart_from is not None:
                refuse_near_duress(apart_from, pin)
        except CollectionError:
            if not SHORTEST <= length <= LONGEST:
                raise
            continue
        return pin


def slips_between(one: str, other: str) -> int:
    """Return by how many slips of the finger two PINs differ.

    That is the optimal string alignment distance: digits replaced, left out, added, and neighbours
    swapped (G. V. Bard, "Spelling-error tolerant, order-independent pass-phrases", 2007).
    """
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, digit in enumerate(one, start=1):
        row = [i]
        for j, another in enumerate(other, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (digit != another))
            if i > 1 and j > 1 and digit == other[j - 2] and one[i - 2] == another:
                best = min(best, before_last[j - 2] + 1)
            row.append(best)
        before_last, last = last, row
    return last[-1]


def _is_obvious(pin: str) -> bool:
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    wrapped = {step % 10 for step in steps}
    repeated = any(
        pin == pin[:length] * (len(pin) // length)
        for length in range(1, len(pin) // 2 + 1)
        if len(pin) % length == 0
    )
    is_year = len(pin) == SHORTEST and pin[:2] in ("19", "20")
    return len(wrapped) == 1 or repeated or pin == pin[::-1] or is_year or pin in _COMMON
