"""One card has one badge number, and one badge number has one card."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge.errors import CardError
from edge.readers import KNOWN_FORMATS, BadgeNumbers, Bits, Card, Writing, card_formats

F26, F34, F37 = KNOWN_FORMATS["26"], KNOWN_FORMATS["34"], KNOWN_FORMATS["37"]

RULES = [
    BadgeNumbers((F26,), Writing.NUMBER, facility=12),
    BadgeNumbers((F26,), Writing.NUMBER, facility=12, digits=8),
    BadgeNumbers((F37,), Writing.NUMBER),
    BadgeNumbers((F34,), Writing.FACILITY_NUMBER),
    BadgeNumbers((F34,), Writing.FACILITY_NUMBER, facility=12, digits=5),
    BadgeNumbers((F26, F34, F37), Writing.HEX),
]


@pytest.mark.parametrize(
    ("rule", "card", "badge"),
    [
        (RULES[0], Card(4711, 12), "4711"),
        (RULES[1], Card(4711, 12), "00004711"),
        (RULES[2], Card(4711), "4711"),
        (RULES[3], Card(4711, 12), "12-4711"),
        (RULES[4], Card(4711, 12), "12-04711"),
    ],
)
def test_numbers_are_written_as_the_rule_says(rule: BadgeNumbers, card: Card, badge: str) -> None:
    """Both ways."""
    bits = rule.formats[0].encode(card)

    assert rule.badge_of(bits) == badge
    assert rule.bits_of(badge) == bits


def test_hex_is_as_long_as_the_format() -> None:
    """The serial number of a MIFARE card is what a 34-bit reader sends of it."""
    rule = RULES[5]

    assert rule.badge_of(F34.encode(Card(0xB2C3, 0x04A1))) == "04A1B2C3"
    assert rule.badge_of(F26.encode(Card(0xB2C3, 0x01))) == "01B2C3"
    assert rule.badge_of(F37.encode(Card(1))) == "000000001"
    with pytest.raises(CardError):
        rule.bits_of("FFFFFFFFF")  # nine digits hold 36 bits, the card 35


@settings(deadline=None)
@given(some.sampled_from(RULES), some.data())
def test_every_card_comes_back_from_its_badge(rule: BadgeNumbers, data: some.DataObject) -> None:
    """What a panel is told is what the reader of the same card would have said."""
    form = data.draw(some.sampled_from(rule.formats))
    number = data.draw(some.integers(0, (1 << form.number.width) - 1))
    facility = None
    if form.facility is not None:
        any_facility = some.integers(0, (1 << form.facility.width) - 1)
        facility = data.draw(any_facility) if rule.facility is None else rule.facility
    bits = form.encode(Card(number, facility))

    assert rule.bits_of(rule.badge_of(bits)) == bits


@settings(deadline=None)
@given(
    some.sampled_from(RULES),
    some.one_of(some.text(), some.from_regex(r"[0-9A-Fa-f -]{1,12}", fullmatch=True)),
)
def test_a_badge_has_one_writing(rule: BadgeNumbers, badge: str) -> None:
    """Whatever is accepted is exactly what the card says: no zeros, blanks or signs are let pass."""
    try:
        bits = rule.bits_of(badge)
    except CardError:
        return
    assert rule.badge_of(bits) == badge


@settings(deadline=None)
@given(some.sampled_from(RULES), some.lists(some.integers(0, 1), max_size=60))
def test_any_bits_are_a_badge_or_refused(rule: BadgeNumbers, sent: list[int]) -> None:
    """And a badge that the collection can store."""
    try:
        badge = rule.badge_of(Bits.of(sent))
    except CardError:
        return
    assert 1 <= len(badge) <= 64


def test_cards_of_another_facility_are_refused() -> None:
    """Number 4711 of the firm next door opens nothing."""
    with pytest.raises(CardError, match="another facility") as refused:
        RULES[0].badge_of(F26.encode(Card(4711, 13)))

    assert "4711" not in str(refused.value)
    with pytest.raises(CardError):
        RULES[4].bits_of("13-04711")


def test_a_card_of_an_unexpected_length_tells_what_to_set() -> None:
    """The installer holds a card to the reader, and reads its length in the log."""
    with pytest.raises(CardError, match=r"a card of 34 bits, where 26 are expected.*format"):
        RULES[0].badge_of(Bits(34, 0))


@pytest.mark.parametrize(
    ("text", "writing", "facility", "digits", "says"),
    [
        ("26", Writing.NUMBER, None, 0, "would be one badge"),
        ("37", Writing.FACILITY_NUMBER, None, 0, "no facility"),
        ("37", Writing.NUMBER, 12, 0, "no facility"),
        ("26", Writing.NUMBER, 256, 0, "fit into 8 bits"),
        ("26; 37", Writing.NUMBER, None, 0, "would be one badge"),
        ("26; 34", Writing.FACILITY_NUMBER, None, 0, "hex"),
        ("35 number=1-35; 36 number=1-36", Writing.HEX, None, 0, "as many hex digits"),
        ("256 number=1-256", Writing.NUMBER, None, 0, "64 characters"),
        ("34", Writing.FACILITY_NUMBER, None, 60, "64 characters"),
    ],
)
def test_rules_by_which_two_cards_could_be_one_badge_are_refused(
    text: str, writing: Writing, facility: int | None, digits: int, says: str
) -> None:
    """Somebody's card must never open for somebody else."""
    with pytest.raises(ValueError, match=says):
        BadgeNumbers(card_formats(text), writing, facility=facility, digits=digits)
