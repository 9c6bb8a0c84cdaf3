"""Formats: cards become bits and come back, and what is no card is refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge.errors import CardError
from edge.readers import KNOWN_FORMATS, Bits, Card, CardFormat, card_formats, parse_card_format

CORPORATE_1000 = (
    "35 facility=3-14 number=15-34"
    " even=2:3,4,6,7,9,10,12,13,15,16,18,19,21,22,24,25,27,28,30,31,33,34"
    " odd=35:2,3,5,6,8,9,11,12,14,15,17,18,20,21,23,24,26,27,29,30,32,33"
    " odd=1:2-35"
)
"""A layout whose parities interleave and whose last covers all the others."""

FORMATS = [*KNOWN_FORMATS.values(), parse_card_format(CORPORATE_1000)]


@some.composite
def cards(draw: some.DrawFn) -> tuple[CardFormat, Card]:
    """A format, and a card of it."""
    form = draw(some.sampled_from(FORMATS))
    number = draw(some.integers(0, (1 << form.number.width) - 1))
    if form.facility is None:
        return form, Card(number)
    return form, Card(number, draw(some.integers(0, (1 << form.facility.width) - 1)))


@settings(deadline=None)
@given(cards())
def test_a_card_comes_back_from_its_bits(case: tuple[CardFormat, Card]) -> None:
    """Whatever its number and its facility."""
    form, card = case
    bits = form.encode(card)

    assert bits.length == form.length
    assert form.decode(bits) == card


@settings(deadline=None)
@given(cards())
def test_every_single_wrong_bit_is_noticed(case: tuple[CardFormat, Card]) -> None:
    """All bits of these formats are covered by a parity, or are one."""
    form, card = case
    bits = form.encode(card)

    for place in range(form.length):
        with pytest.raises(CardError, match="parity"):
            form.decode(Bits(bits.length, bits.value ^ 1 << place))


@settings(deadline=None)
@given(some.sampled_from(FORMATS), some.lists(some.integers(0, 1), max_size=80))
def test_any_bits_are_a_card_or_refused(form: CardFormat, sent: list[int]) -> None:
    """Noise raises nothing else, and what is taken for a card is one."""
    bits = Bits.of(sent)
    try:
        card = form.decode(bits)
    except CardError:
        return
    assert form.encode(card) == bits


@pytest.mark.parametrize(
    ("name", "card", "sent"),
    [
        # Calculated by hand from the layouts that HID publishes.
        ("26", Card(1, 1), "1 00000001 0000000000000001 0"),
        ("26", Card(4711, 12), "1 00001100 0001001001100111 1"),
        ("26", Card(65535, 255), "0 11111111 1111111111111111 1"),
        ("34", Card(4711, 12), "0 0000000000001100 0001001001100111 0"),
        ("37", Card(1), f"0 {'0' * 34}1 0"),
        ("37", Card(1 << 17), f"1 {'0' * 17}1{'0' * 17} 0"),
        ("37-facility", Card(1, 1), f"1 {'0' * 15}1 {'0' * 18}1 0"),
    ],
)
def test_known_cards_have_known_bits(name: str, card: Card, sent: str) -> None:
    """The layouts are those of the world outside, not merely consistent with themselves."""
    assert list(KNOWN_FORMATS[name].encode(card)) == [int(bit) for bit in sent.replace(" ", "")]


def test_a_wrong_parity_is_named() -> None:
    """The installer learns which half of the frame is disturbed, and nothing of the number."""
    form = KNOWN_FORMATS["26"]
    bits = form.encode(Card(4711, 12))

    with pytest.raises(CardError, match=r"the even parity in bit 1 of 26 bits") as first:
        form.decode(Bits(26, bits.value ^ 1 << 20))
    with pytest.raises(CardError, match=r"the odd parity in bit 26 of 26 bits"):
        form.decode(Bits(26, bits.value ^ 1 << 3))
    assert "4711" not in str(first.value)


def test_a_card_of_another_length_is_refused() -> None:
    """Even one bit more."""
    with pytest.raises(CardError, match="27 bits"):
        KNOWN_FORMATS["26"].decode(Bits(27, 0))


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("26", Card(65536, 1)),
        ("26", Card(-1, 1)),
        ("26", Card(1, 256)),
        ("26", Card(1)),
        ("37", Card(1, 1)),
        ("37", Card(1 << 35)),
    ],
)
def test_what_has_no_place_is_not_sent(name: str, card: Card) -> None:
    """A number is never cut off: it would be somebody else's."""
    with pytest.raises(CardError, match="no place"):
        KNOWN_FORMATS[name].encode(card)


def test_bits_that_never_change_are_checked() -> None:
    """A card that differs there is of another format; ignored bits may hold anything."""
    form = parse_card_format("24 one=1 zero=2-4 number=5-20 ignored=21-24")
    bits = form.encode(Card(4711))

    assert bits.value >> 20 == 0b1000
    assert form.decode(Bits(24, bits.value | 0b1011)) == Card(4711)
    for place in range(20, 24):
        with pytest.raises(CardError, match="never changes"):
            form.decode(Bits(24, bits.value ^ 1 << place))


def test_a_description_is_as_good_as_a_name() -> None:
    """H10301 in words of one's own."""
    own = parse_card_format(" 26  facility=2-9 number=10-25 even=1:2-13 odd=26:14-25 ")

    assert own.encode(Card(4711, 12)) == KNOWN_FORMATS["26"].encode(Card(4711, 12))
    assert own.facility == KNOWN_FORMATS["26"].facility


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "begin with the number of bits"),
        ("h10301", "26, 34, 37, 37-facility"),
        ("26 bits", "key=bits"),
        ("40", "where the number is"),
        ("40 facility=2-9", "where the number is"),
        ("40 number=2-", "counted from 1"),
        ("40 number=0-39", "counted from 1"),
        ("40 number=1-٤٠", "counted from 1"),
        ("40 number=40-1", "lower bit"),
        ("40 number=1-41", "no bit 41 among 40"),
        ("40 number=1-39", "bit 40 has no meaning"),
        ("40 number=1-40 facility=1-8", "bit 1 has two meanings"),
        ("40 number=1-40 number=1-40", "stands there twice"),
        ("40 number=1-40 secret=1", "should be facility"),
        ("40 number=2-40 even=1", "a colon"),
        ("40 number=2-40 even=1:", "counted from 1"),
        ("40 number=2-40 even=1:1-40", "covers itself"),
        ("40 number=2-40 even=1:2-40,2", "twice"),
        ("40 number=2-40 even=1:2-41", "bit 41, which does not exist"),
        ("40 number=2-39 even=1:2-40 odd=40:2-39", "should come after"),
        ("8 number=1-8", "16 to 256 bits, not 8"),
        ("4000 number=1-8", "16 to 256 bits, not 4000"),
    ],
)
def test_a_wrong_description_says_what_is_wrong(text: str, says: str) -> None:
    """In words that an installer can act upon."""
    with pytest.raises(ValueError, match=says):
        parse_card_format(text)


def test_several_formats_differ_in_length() -> None:
    """Nothing in 37 bits tells whether there is a facility in them."""
    assert [form.length for form in card_formats("26; 37;")] == [26, 37]
    with pytest.raises(ValueError, match="two formats of 37 bits"):
        card_formats("37; 37-facility")
    with pytest.raises(ValueError, match="name a format"):
        card_formats(" ; ")


WORDS = some.sampled_from(
    [
        "26",
        "number=",
        "facility=",
        "even=",
        "odd=",
        "zero=",
        "1",
        "2-9",
        "10-25",
        ":",
        ",",
        " ",
        ";",
    ]
)


@settings(deadline=None)
@given(some.one_of(some.text(), some.lists(WORDS).map("".join)))
def test_any_text_is_a_format_or_refused(text: str) -> None:
    """A settings file may hold anything; the only error is the one that says what is wrong."""
    try:
        form = parse_card_format(text)
    except ValueError:
        return
    assert form.decode(form.encode(Card(0, 0 if form.facility else None))).number == 0
