"""Where a card's bits hold its facility, its number and their parity; both ways.

Bits are counted from 1 in the order in which they are sent, as readers' data sheets count them.
Every bit of a format has one meaning, so nothing is passed over without having been said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from edge.errors import CardError
from edge.readers.bits import Bits

SHORTEST = 16
"""Bits. Keypads send 4, 6 or 8 for a key, which must not be taken for a card."""

LONGEST = 256
"""Bits; the longest in use, of FASC-N smart cards, has 200."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bits *first* to *last*, both included; the first is the most significant."""

    first: int
    last: int

    @property
    def bits(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def width(self) -> int:
        return self.last - self.first + 1

    def takes(self, number: int) -> bool:
        """Tell whether *number* fits."""
        return 0 <= number < 1 << self.width


@dataclass(frozen=True, slots=True)
class Parity:
    """The parity bit *bit*: with it, the ones among *covers* are even in number, or odd."""

    bit: int
    odd: bool
    covers: tuple[int, ...]

    def __str__(self) -> str:
        return f"the {'odd' if self.odd else 'even'} parity in bit {self.bit}"


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says: its number, and who issued it where the format tells.

    Neither is in the repr, which may land in a log.
    """

    number: int = field(repr=False)
    facility: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CardFormat:
    """One layout of *length* bits.

    *parities* are in the order in which they are calculated: one that covers another comes later.
    *zeros* and *ones* are bits that never change; a card in which one differs is of another format.
    *ignored* bits may hold anything, and are sent as zeros.

    :raises ValueError: if a bit has no meaning or two, or a parity cannot be calculated.
    """

    name: str
    length: int
    number: Span
    facility: Span | None = None
    parities: tuple[Parity, ...] = ()
    zeros: tuple[int, ...] = ()
    ones: tuple[int, ...] = ()
    ignored: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not SHORTEST <= self.length <= LONGEST:
            raise ValueError(f"a card should have {SHORTEST} to {LONGEST} bits, not {self.length}")
        for span in filter(None, (self.facility, self.number)):
            if span.first > span.last:
                raise ValueError(f"{span.first}-{span.last} should begin with the lower bit")
        self._check_meanings()
        for place, parity in enumerate(self.parities):
            self._check_parity(parity, {later.bit for later in self.parities[place + 1 :]})

    def _check_meanings(self) -> None:
        meanings = Counter(self._meant())
        outside = sorted(bit for bit in meanings if not 1 <= bit <= self.length)
        if outside:
            raise ValueError(f"there is no bit {outside[0]} among {self.length}")
        twice = sorted(bit for bit, count in meanings.items() if count > 1)
        if twice:
            raise ValueError(f"bit {twice[0]} has two meanings")
        for bit in range(1, self.length + 1):
            if bit not in meanings:
                raise ValueError(f'bit {bit} has no meaning; "ignored" is one, "zero" another')

    def _meant(self) -> Iterator[int]:
        yield from self.number.bits
        yield from self.facility.bits if self.facility else ()
        yield from (parity.bit for parity in self.parities)
        yield from self.zeros
        yield from self.ones
        yield from self.ignored

    def _check_parity(self, parity: Parity, later: set[int]) -> None:
        if not parity.covers:
            raise ValueError(f"{parity} should cover some bits")
        if len(set(parity.covers)) < len(parity.covers):
            raise ValueError(f"{parity} covers a bit twice, which is as good as never")
        for bit in parity.covers:
            if not 1 <= bit <= self.length:
                raise ValueError(f"{parity} covers bit {bit}, which does not exist")
            if bit == parity.bit:
                raise ValueError(f"{parity} covers itself")
            if bit in later:
                raise ValueError(f"{parity} covers the parity in bit {bit}, and should come after")

    def takes(self, card: Card) -> bool:
        """Tell whether there is a place for all that *card* says, and nothing missing."""
        if self.facility is None or card.facility is None:
            neither = self.facility is None and card.facility is None
            return neither and self.number.takes(card.number)
        return self.number.takes(card.number) and self.facility.takes(card.facility)

    def encode(self, card: Card) -> Bits:
        """Return the bits of *card*.

        :raises CardError: if it does not fit; see :meth:`takes`.
        """
        if not self.takes(card):
            raise CardError(f"a number or a facility for which {self.name} has no place.")
        value = card.number << (self.length - self.number.last)
        if self.facility is not None and card.facility is not None:
            value |= card.facility << (self.length - self.facility.last)
        value |= self._mask(self.ones)
        for parity in self.parities:
            if (value & self._mask(parity.covers)).bit_count() % 2 != parity.odd:
                value |= self._mask((parity.bit,))
        return Bits(self.length, value)

    def decode(self, bits: Bits) -> Card:
        """Return the card of *bits*.

        :raises CardError: if they are of another length, or a parity or a fixed bit is wrong; it
            tells which, and nothing of the number.
        """
        if bits.length != self.length:
            raise CardError(f"{bits.length} bits are no card of {self.name}.")
        for parity in self.parities:
            mask = self._mask((*parity.covers, parity.bit))
            if (bits.value & mask).bit_count() % 2 != parity.odd:
                raise CardError(f"{parity} of {self.name} is wrong.")
        if bits.value & self._mask(self.zeros) or ~bits.value & self._mask(self.ones):
            raise CardError(f"a bit that never changes in {self.name} is wrong.")
        number = bits.span(self.number.first, self.number.last)
        if self.facility is None:
            return Card(number)
        return Card(number, bits.span(self.facility.first, self.facility.last))

    def _mask(self, bits: tuple[int, ...]) -> int:
        return sum(1 << (self.length - bit) for bit in bits)
