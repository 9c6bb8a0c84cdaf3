"""What badges are held to and PINs typed into, and the panel that somebody else has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from edge.config.kinds import STRICT, FilePath, OptionalPath, Text, Whole
from edge.config.lines import LineUse
from edge.config.pins import READER_D0, READER_D1
from edge.readers import BadgeNumbers, Writing, card_formats

_BY_NUMBER = re.compile("[0-9a-f]{4}:[0-9a-f]{4}")


def _as_formats(value: str) -> str:
    card_formats(value)
    return value


def _as_input_device(value: str) -> str:
    if value and not value.startswith("/dev/input/") and not _BY_NUMBER.fullmatch(value):
        raise ValueError(
            "should be a device such as /dev/input/by-id/usb-…-event-kbd, or vendor and product "
            "as lsusb shows them, such as 08ff:0009"
        )
    return value


def _as_optional_number(value: object) -> object:
    return None if value == "" else value


CardFormats = Annotated[
    Text,
    AfterValidator(_as_formats),
    Field(
        description='How the bits of a card are laid out: "26" (H10301), "34" (H10306), "37" '
        '(H10302) or "37-facility" (H10304), or a description; several divided by semicolons. '
        "See docs/wiegand.md."
    ),
]
BadgeNumber = Annotated[
    Literal["number", "facility-number", "hex"],
    Field(
        description="How the collection writes a card's number. \"number\": the card's alone, in "
        'decimal; then the facility below must be set, if cards have one. "facility-number": '
        '"12-4711". "hex": the bits of both, as the number of a MIFARE card is usually written.'
    ),
]
Facility = Annotated[
    Annotated[Whole, Field(ge=0, le=2**32)] | None,
    BeforeValidator(_as_optional_number),
    Field(description="The facility that all cards have; others are refused. Empty: any."),
]
Digits = Annotated[
    Whole,
    Field(
        ge=0,
        le=40,
        description="Digits that a number in decimal has at least, with zeros before it; 0 for no "
        "zeros.",
    ),
]
InputDevice = Annotated[Text, AfterValidator(_as_input_device)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """What badges are held to and PINs typed into."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    kind: Annotated[
        Literal["none", "wiegand", "osdp", "usb", "fake"],
        Field(
            description='"none": people show their faces only. "wiegand": a reader on two lines. '
            '"osdp": readers on an encrypted line, see [osdp_reader]. "usb": one that plays a '
            'keyboard, or a number pad. "fake": what is written to the pipe below, for trying '
            "things out."
        ),
    ] = "none"
    chip: Annotated[
        FilePath,
        Field(description='Of a "wiegand" reader: the chip of its lines; see chip of [lock].'),
    ] = Path("/dev/gpiochip0")
    d0_line: Annotated[
        Whole,
        Field(
            ge=0,
            le=511,
            description='Of a "wiegand" reader: GPIO number of D0, which is the green wire. Its '
            f"5 V must be made 3.3 V first. GPIO {READER_D0.gpio} is pin {READER_D0.header} of the "
            "header.",
        ),
    ] = READER_D0.gpio
    d1_line: Annotated[
        Whole,
        Field(
            ge=0,
            le=511,
            description=f"As d0_line, for D1, which is the white wire. GPIO {READER_D1.gpio} is "
            f"pin {READER_D1.header}.",
        ),
    ] = READER_D1.gpio
    format: CardFormats = "26"
    badge_number: BadgeNumber = "facility-number"
    facility: Facility = None
    digits: Digits = 0
    device: Annotated[
        InputDevice,
        Field(
            description='Of a "usb" reader: the one that types badges\' numbers, by its stable name '
            '("/dev/input/by-id/usb-…-event-kbd") or vendor and product ("08ff:0009"); empty for '
            "none. Numbers are taken as typed. Nobody else gets its keys."
        ),
    ] = ""
    pin_pad: Annotated[
        InputDevice,
        Field(
            description='Of a "usb" reader: the number pad that PINs are typed into, as device; '
            "empty for none."
        ),
    ] = ""
    pipe: Annotated[
        OptionalPath,
        Field(
            description='Of a "fake" reader: a named pipe, made if it is not there, that takes '
            'lines such as "badge 4711", "pin 1234", "lost" and "back"; empty for none.'
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.kind in ("wiegand", "osdp"):
            self.numbers()
        if self.kind == "wiegand" and self.d0_line == self.d1_line:
            raise ValueError("d0_line and d1_line name the same line")
        if self.kind == "usb" and not (self.device or self.pin_pad):
            raise ValueError('kind is "usb" and nothing is named: set device, pin_pad or both')
        if self.kind == "usb" and self.device == self.pin_pad:
            raise ValueError("device and pin_pad name the same device")

    def numbers(self) -> BadgeNumbers:
        """Return how cards become numbers of badges.

        :raises ValueError: if two cards could have one number.
        """
        return _numbers(self.format, self.badge_number, self.facility, self.digits)

    def line_uses(self) -> tuple[LineUse, ...]:
        """Return the lines that are watched."""
        if self.kind != "wiegand":
            return ()
        return (
            LineUse("reader.d0_line", self.chip, self.d0_line),
            LineUse("reader.d1_line", self.chip, self.d1_line),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSettings:
    """Somebody else's panel, which takes the appliance for a badge reader and drives the lock."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    kind: Annotated[
        Literal["none", "wiegand", "osdp"],
        Field(
            description='"none": the appliance drives the lock. "wiegand": it tells a panel, on two '
            'lines, the badge of whom it has recognized, and the panel decides. "osdp": the same on '
            "an encrypted line, see [osdp_panel]."
        ),
    ] = "none"
    d0_port: Annotated[
        FilePath,
        Field(
            description='Of a "wiegand" panel: the serial port whose transmitting pin pulses D0. '
            "It must be used for nothing else; see docs/wiegand.md."
        ),
    ] = Path("/dev/ttyAMA3")
    d1_port: Annotated[FilePath, Field(description="As d0_port, for D1.")] = Path("/dev/ttyAMA4")
    format: CardFormats = "26"
    badge_number: BadgeNumber = "facility-number"
    facility: Facility = None
    digits: Digits = 0

    def __post_init__(self) -> None:
        if self.kind in ("wiegand", "osdp"):
            self.numbers()
        if self.kind == "wiegand" and self.d0_port == self.d1_port:
            raise ValueError("d0_port and d1_port name the same port")

    def numbers(self) -> BadgeNumbers:
        """Return how numbers of badges become cards.

        :raises ValueError: if two cards could have one number.
        """
        return _numbers(self.format, self.badge_number, self.facility, self.digits)


def _numbers(formats: str, writing: str, facility: int | None, digits: int) -> BadgeNumbers:
    return BadgeNumbers(card_formats(formats), Writing(writing), facility=facility, digits=digits)
