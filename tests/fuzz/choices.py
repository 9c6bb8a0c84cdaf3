"""Bytes read as choices, for targets whose input has a shape: which form, which field, which value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

ODD_TEXTS: tuple[str, ...] = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "yes",
    "on",
    "\0",
    "a\0b",
    "\r\n",
    "\u202e",
    "\u0661\u0662",
    "\U0001d7cf",
    "e\u0301" * 20,
    "\ufeff",
    "\uffff",
    "<b>&'\"",
    "=1+1",
    "../../etc/passwd",
    "/dev/zero",
    "C:\\x",
    "%s%n{0}",
    "' OR 1=1 --",
    "NaN",
    "1e999",
    "2147483648",
    "9223372036854775808",
    "-9223372036854775809",
    "9" * 5000,
    "2026-02-30",
    "2026-11-02",
    "20261102",
    "2026-W01-1",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-11-02T08:00",
    "2026-11-02T08:00:00Z",
    "24:00",
    "25:61",
    "00000000-0000-0000-0000-000000000000",
    "a" * 65,
    "a" * 300,
    "x" * 20_000,
    "4711",
    "badges",
    "Staff",
    "everyone",
)
"""What people, programs and attackers put into fields."""


class Choices:
    """Reads choices from *data*; once it is used up, every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return max(len(self._data) - self._at, 0)

    def byte(self) -> int:
        """Return the next byte, or 0."""
        found = self._data[self._at] if self._at < len(self._data) else 0
        self._at += 1
        return found

    def number(self, below: int) -> int:
        """Return a number from 0 to *below* - 1."""
        return (self.byte() << 8 | self.byte()) % below if below > 256 else self.byte() % below

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """Return one of *things*."""
        return things[self.number(len(things))]

    def piece(self) -> bytes:
        """Return up to 255 of the bytes that come, as many as the first of them says."""
        length = self.byte()
        found = self._data[self._at : self._at + length]
        self._at += length
        return found

    def rest(self) -> bytes:
        """Return all that is left."""
        found, self._at = self._data[self._at :], len(self._data)
        return found

    def text(self) -> str:
        """Return an odd text, or what the next bytes are."""
        if self.byte() % 3:
            return self.one_of(ODD_TEXTS)
        return self.piece().decode(errors="replace")
