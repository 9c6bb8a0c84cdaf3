"""How a card becomes the number of a badge as the collection stores it, and back.

One card has one number and one number has one card: otherwise somebody's card would open for
somebody else. Wherever that could not hold, the rule is refused.

- ``number``: the card's number in decimal; all cards are of one facility, others are refused.
- ``facility-number``: ``12-4711``.
- ``hex``: the bits of facility and number in upper-case hex, as many digits as they need. This is
  how a MIFARE card's serial number is usually written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from edge.errors import CardError
from edge.readers.bits import Bits
from edge.readers.card_format import Card, CardFormat

LONGEST_NUMBER = 64
"""Characters that the collection stores of a badge's number (`badge_number_form`)."""


class Writing(StrEnum):
    """How a badge's number is written."""

    NUMBER = "number"
    FACILITY_NUMBER = "facility-number"
    HEX = "hex"


@dataclass(frozen=True, slots=True)
class BadgeNumbers:
    """The numbers of the badges whose cards are of *formats*.

    *facility* is the only one whose cards count, or None for all. *digits* is how many the decimal
    number has at least, with zeros before it; 0 for as few as possible.

    :raises ValueError: if two cards could have one number.
    """

    formats: tuple[CardFormat, ...]
    writing: Writing = Writing.NUMBER
    facility: int | None = None
    digits: int = 0

    def __post_init__(self) -> None:
        for each in self.formats:
            self._check(each)
        if len(self.formats) > 1:
            if self.writing is not Writing.HEX:
                raise ValueError('with several formats, the badge number should be "hex"')
            widths = [_hex_digits(each) for each in self.formats]
            if len(set(widths)) < len(widths):
                raise ValueError("two of the formats have as many hex digits as each other")

    def _check(self, form: CardFormat) -> None:
        if self.writing is Writing.FACILITY_NUMBER and form.facility is None:
            raise ValueError(f'{form.name} has no facility; the badge number should be "number"')
        if form.facility is not None and self.facility is None and self.writing is Writing.NUMBER:
            raise ValueError(
                f"cards of {form.name} with one number and two facilities would be one badge: "
                f'the facility should be set, or the badge number be "facility-number"'
            )
        if self.facility is not None and form.facility is None:
            raise ValueError(f"{form.name} has no facility")
        if self.facility is not None and form.facility and not form.facility.takes(self.facility):
            raise ValueError(f"the facility does not fit into {form.facility.width} bits")
        if self._longest(form) > LONGEST_NUMBER:
            raise ValueError(f"a badge's number would have more than {LONGEST_NUMBER} characters")

    def _longest(self, form: CardFormat) -> int:
        if self.writing is Writing.HEX:
            return _hex_digits(form)
        facility = len(str((1 << form.facility.width) - 1)) + 1 if form.facility else 0
        return facility + max(self.digits, len(str((1 << form.number.width) - 1)))

    def badge_of(self, bits: Bits) -> str:
        """Return the number of the badge whose card has sent *bits*.

        :raises CardError: if they are no card of the formats, or of another facility; it tells
            what is wrong, and nothing of the number.
        """
        form = next((each for each in self.formats if each.length == bits.length), None)
        if form is None:
            known = " or ".join(str(each.length) for each in self.formats)
            raise CardError(
                f"a card of {bits.length} bits, where {known} are expected.",
                remedy="Set the format to that of the site's cards.",
            )
        card = form.decode(bits)
        if self.facility is not None and card.facility != self.facility:
            raise CardError("a card of another facility.")
        return self._written(card, form)

    def bits_of(self, badge: str) -> Bits:
        """Return what the card of the badge *badge* sends.

        :raises CardError: if it is not written as :meth:`badge_of` writes, or fits no format.
        """
        for form in self.formats:
            card = self._read(badge, form)
            if card and self._fits(card, form) and self._written(card, form) == badge:
                return form.encode(card)
        raise CardError(
            f'a badge\'s number that is not written as "{self.writing}" says.',
            remedy="Set badge_number, digits and facility as the numbers of the collection are.",
        )

    def _written(self, card: Card, form: CardFormat) -> str:
        number = f"{card.number:0{self.digits}d}"
        if self.writing is Writing.NUMBER:
            return number
        if self.writing is Writing.FACILITY_NUMBER:
            return f"{card.facility}-{number}"
        together = ((card.facility or 0) << form.number.width) | card.number
        return f"{together:0{_hex_digits(form)}X}"

    def _read(self, badge: str, form: CardFormat) -> Card | None:
        """Return the card that *badge* would be, or None if nothing is written so."""
        of = self.facility if form.facility else None
        if self.writing is Writing.NUMBER and re.fullmatch("[0-9]{1,64}", badge):
            return Card(int(badge), of)
        if self.writing is Writing.FACILITY_NUMBER and re.fullmatch("[0-9]+-[0-9]+", badge[:65]):
            facility, number = map(int, badge.split("-"))
            return Card(number, facility)
        if self.writing is Writing.HEX and re.fullmatch("[0-9A-F]{1,64}", badge):
            together = int(badge, 16)
            number = together & ((1 << form.number.width) - 1)
            return Card(number, together >> form.number.width if form.facility else None)
        return None

    def _fits(self, card: Card, form: CardFormat) -> bool:
        ours = self.facility is None or card.facility == self.facility
        return ours and form.takes(card)


def _hex_digits(form: CardFormat) -> int:
    return -(-(form.number.width + (form.facility.width if form.facility else 0)) // 4)
