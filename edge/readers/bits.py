"""The bits of one card or key, in the order in which they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Bits:
    """*length* bits; the first that is sent is the most significant of *value*.

    A card's bits are its number, so the repr tells how many there are and no more.

    :raises ValueError: if *value* has more than *length* bits.
    """

    length: int
    value: int = field(repr=False)

    def __post_init__(self) -> None:
        if self.length < 0 or not 0 <= self.value < 1 << self.length:
            raise ValueError(f"a value that does not fit into {self.length} bits")

    def __iter__(self) -> Iterator[int]:
        return (self.value >> place & 1 for place in reversed(range(self.length)))

    def span(self, first: int, last: int) -> int:
        """Return the number in the bits *first* to *last*, counted from 1."""
        return self.value >> (self.length - last) & ((1 << (last - first + 1)) - 1)

    @classmethod
    def of(cls, bits: Iterable[int]) -> Self:
        """Return what the bits, each 0 or 1 and the first sent first, are together.

        :raises ValueError: if one is neither.
        """
        text = "".join(map(str, bits))
        if text.strip("01"):
            raise ValueError("a bit that is neither 0 nor 1")
        return cls(len(text), int(text or "0", 2))

    @classmethod
    def from_bytes(cls, octets: bytes, length: int) -> Self:
        """Return the first *length* bits of *octets*, the highest of each octet first.

        As OSDP's osdp_RAW has them: left-aligned, the rest of the last octet is padding.

        :raises ValueError: if the octets are fewer or more than *length* bits need.
        """
        if len(octets) != -(-length // 8):
            raise ValueError(f"{length} bits do not take {len(octets)} bytes")
        return cls(length, int.from_bytes(octets, "big") >> (-length % 8))

    def to_bytes(self) -> bytes:
        """Return the bits in octets, as :meth:`from_bytes` takes them, padded with zeros."""
        padding = -self.length % 8
        return (self.value << padding).to_bytes((self.length + padding) // 8, "big")
