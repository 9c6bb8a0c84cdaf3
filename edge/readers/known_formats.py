"""The formats that are known by name, and how a site describes its own in one line.

Layouts as HID publishes them for H10301, H10306, H10302 and H10304. Other makers use the same
number of bits otherwise, so a format is known by its card, never by its length alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edge.readers.card_format import CardFormat, Parity, Span


def parse_card_format(text: str) -> CardFormat:
    """Return the format that *text* names, such as ``"26"``, or describes.

    A description: ``26 facility=2-9 number=10-25 even=1:2-13 odd=26:14-25``. First the number of bits; then where facility and number stand; each parity as its own bit, a
    colon, and the bits it covers; ``zero=``, ``one=`` and ``ignored=`` for bits that hold neither.
    Bits are counted from 1; several ranges are divided by commas.

    :raises ValueError: if it is neither a name nor a description; says what is wrong with it.
    """
    text = text.strip()
    if text in KNOWN_FORMATS:
        return KNOWN_FORMATS[text]
    length, *words = text.split() or [""]
    if not re.fullmatch("[0-9]+", length):
        raise ValueError(
            f"should be one of {', '.join(KNOWN_FORMATS)}, or begin with the number of bits"
        )
    if not words:
        raise ValueError(f"a format of {length} bits should say where the number is: number=2-25")
    return _described(int(length[:4]), words)


def card_formats(text: str) -> tuple[CardFormat, ...]:
    """Return the formats in *text*, divided by semicolons.

    :raises ValueError: if one of them is wrong, or two have the same length: nothing could tell
        which of them a card is.
    """
    formats = tuple(parse_card_format(each) for each in text.split(";") if each.strip())
    if not formats:
        raise ValueError("should name a format")
    lengths = [each.length for each in formats]
    for length in lengths:
        if lengths.count(length) > 1:
            raise ValueError(f"two formats of {length} bits cannot be told apart")
    return formats


def _described(length: int, words: list[str]) -> CardFormat:
    spans: dict[str, Span] = {}
    parities: list[Parity] = []
    fixed: dict[str, tuple[int, ...]] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f'"{word[:20]}" should be written as key=bits')
        if key in spans or key in fixed:
            raise ValueError(f"{key} stands there twice")
        match key:
            case "facility" | "number":
                spans[key] = _span(value)
            case "even" | "odd":
                bit, colon, covered = value.partition(":")
                if not colon:
                    raise ValueError(f"{key} should be its own bit, a colon, the bits it covers")
                parities.append(Parity(_bit(bit), key == "odd", _bits(covered)))
            case "zero" | "one" | "ignored":
                fixed[key] = _bits(value)
            case _:
                raise ValueError(
                    f'"{key[:20]}" should be facility, number, even, odd, zero, one or ignored'
                )
    if "number" not in spans:
        raise ValueError("should say where the number is: number=2-25")
    return CardFormat(
        name=f"the {length}-bit format",
        length=length,
        number=spans["number"],
        facility=spans.get("facility"),
        parities=tuple(parities),
        zeros=fixed.get("zero", ()),
        ones=fixed.get("one", ()),
        ignored=fixed.get("ignored", ()),
    )


def _bit(text: str) -> int:
    # Not int(): that takes blanks, signs, underscores and the digits of every script.
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text):
        raise ValueError(f'"{text[:20]}" should be the number of a bit, counted from 1')
    return int(text)


def _span(text: str) -> Span:
    first, dash, last = text.partition("-")
    return Span(_bit(first), _bit(last) if dash else _bit(first))


def _bits(text: str) -> tuple[int, ...]:
    return tuple(_each(text))


def _each(text: str) -> Iterator[int]:
    for part in text.split(","):
        span = _span(part)
        if span.first > span.last:
            raise ValueError(f"{part[:20]} should begin with the lower bit")
        yield from span.bits


def _known(name: str, length: int, *, facility: int, even: int, odd: int) -> CardFormat:
    """Return a format of one parity bit at each end, the facility's *facility* bits first."""
    return CardFormat(
        name=name,
        length=length,
        facility=Span(2, 1 + facility) if facility else None,
        number=Span(2 + facility, length - 1),
        parities=(
            Parity(1, odd=False, covers=tuple(range(2, even + 1))),
            Parity(length, odd=True, covers=tuple(range(odd, length))),
        ),
    )


KNOWN_FORMATS: dict[str, CardFormat] = {
    "26": _known("26 bits (H10301)", 26, facility=8, even=13, odd=14),
    "34": _known("34 bits (H10306)", 34, facility=16, even=17, odd=18),
    "37": _known("37 bits (H10302)", 37, facility=0, even=19, odd=19),
    "37-facility": _known("37 bits (H10304)", 37, facility=16, even=19, odd=19),
}
