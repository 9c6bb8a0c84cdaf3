"""What readers send, as pure rules: cards and their bits, keys and their PINs, badges' numbers.

Nothing here reads a clock or a device. Adapters of edge.hardware bring the bits and the times.
"""

from edge.readers.badge_numbers import BadgeNumbers, Writing
from edge.readers.bits import Bits
from edge.readers.card_format import Card, CardFormat
from edge.readers.known_formats import KNOWN_FORMATS, card_formats, parse_card_format

__all__ = [
    "KNOWN_FORMATS",
    "BadgeNumbers",
    "Bits",
    "Card",
    "CardFormat",
    "Writing",
    "card_formats",
    "parse_card_format",
]
