"""What comes over wires: pulses, keystrokes, numbers of badges; and lines in the pipes of fakes."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import evdev
import gpiod

from edge.domain import Shown, ShownKind
from edge.errors import CardError, HardwareError, ReaderError
from edge.hardware import CardReader
from edge.hardware.input_devices import key_names
from edge.hardware.inputs_fake import FakeInputs
from edge.hardware.reader_fake import FakeReader
from edge.hardware.reader_usb import UsbReader
from edge.hardware.reader_wiegand import WiegandReader
from edge.readers import BadgeNumbers, Bits, card_formats
from edge.readers.badge_numbers import LONGEST_NUMBER, Writing
from edge.readers.keypad import LONGEST_PIN, SHORTEST_PIN
from tests.edge.hardware.gpio_double import FALLING, PATH, Chip
from tests.edge.hardware.test_reader_usb import PipeKeyboard
from tests.fuzz.choices import Choices
from tests.fuzz.target import Target, Try

MS = 1_000_000
D0, D1 = 6, 27

SITES = (
    BadgeNumbers(card_formats("26"), Writing.FACILITY_NUMBER),
    BadgeNumbers(card_formats("26;34;37"), Writing.HEX),
    BadgeNumbers(card_formats("26"), Writing.NUMBER, facility=12, digits=8),
    BadgeNumbers(card_formats("37"), Writing.NUMBER),
)
_GAPS = (0, 50_000, 150_000, MS, 2 * MS, 10 * MS, 24 * MS, 30 * MS, 500 * MS, 6000 * MS)


def _credential(shown: Shown, *, of_a_pad: bool = True) -> None:
    """Hold what a reader gives against what a door takes: nothing else may come of any noise."""
    if shown.kind is ShownKind.PIN:
        assert shown.value.isascii()
        assert shown.value.isdecimal()
        assert not of_a_pad or SHORTEST_PIN <= len(shown.value) <= LONGEST_PIN
    else:
        assert 1 <= len(shown.value) <= LONGEST_NUMBER
        assert shown.value.isprintable()


def _all(reader: CardReader) -> list[Shown]:
    """Return all that *reader* has read."""
    found = []
    while (shown := reader.read(0)) is not None:
        _credential(shown)
        found.append(shown)
    return found


@contextmanager
def _wiegand(_: Path) -> Iterator[Try]:
    def read(data: bytes) -> None:
        choices, chip, now, sequence = Choices(data), Chip(), 10**12, 0
        numbers = choices.one_of(SITES)
        reader = WiegandReader(Path(PATH), D0, D1, numbers, library=chip, clock=lambda: now)
        with closing(reader):
            while choices.left:
                byte = choices.byte()
                now += _GAPS[(byte >> 1) % len(_GAPS)]
                sequence += 2 if byte > 250 else 1  # the kernel had to drop some
                chip.requests[0].tell(
                    gpiod.EdgeEvent(FALLING.value, now, D1 if byte & 1 else D0, sequence, 1)
                )
                if byte & 0x80:
                    _badges(_all(reader), numbers)
            now += 100 * MS
            _badges(_all(reader), numbers)

    yield read


def _badges(found: Sequence[Shown], numbers: BadgeNumbers) -> None:
    """A badge that was read is one whose card sends just these bits: its parity was right."""
    for shown in found:
        if shown.kind is ShownKind.BADGE:
            assert numbers.badge_of(numbers.bits_of(shown.value)) == shown.value


def _frames() -> tuple[bytes, ...]:
    """Return the pulses of a card, of two cards, and of a PIN, as bytes that :class:`Choices` reads."""
    card = SITES[0].bits_of("12-4711")
    pulses = bytes((4 << 1) | bit for bit in card)
    pin = b"".join(
        bytes(((8 if place == 0 else 4) << 1) | bit for place, bit in enumerate(Bits(4, key)))
        for key in (1, 2, 3, 4, 11)
    )
    return b"\0" + pulses, b"\0" + pulses + bytes((7 << 1,)) + pulses, b"\0" + pin


def _numbers(data: bytes) -> None:
    """Read *data* as the bits of a card, and as the text of a number."""
    choices = Choices(data)
    numbers, length = choices.one_of(SITES), choices.number(300)
    octets = choices.rest()
    text = octets.decode(errors="replace")
    with suppress(CardError):
        assert numbers.badge_of(numbers.bits_of(text)) == text
    try:
        bits = Bits.from_bytes(octets, length)
    except ValueError:
        return
    badge = numbers.badge_of(bits)
    assert numbers.bits_of(badge) == bits
    assert 1 <= len(badge) <= LONGEST_NUMBER


@contextmanager
def _numbered(_: Path) -> Iterator[Try]:
    yield _numbers


@contextmanager
def _keyboard(_: Path) -> Iterator[Try]:
    names = key_names(evdev)

    def read(data: bytes) -> None:
        choices, now = Choices(data), 1000.0
        devices = {kind: PipeKeyboard() for kind in ShownKind}
        reader = UsbReader(
            {kind: partial(devices.__getitem__, kind) for kind in devices},
            names=names,
            clock=lambda: now,
        )
        with closing(reader):
            for _ in range(1500):  # a pipe holds 65,536 bytes, an event has 24
                if not choices.left:
                    break
                device = choices.one_of(tuple(devices.values()))
                kind, code = choices.byte() % 6, choices.number(1 << 16) % 768
                value = choices.one_of((1, 0, 2, -1, 2**31 - 1))
                now += choices.one_of((0.0, 0.01, 0.4, 1.0, 6.0))
                device.event(kind, code, value, now)
            _all(reader)

    yield read


def _typed() -> tuple[bytes, ...]:
    """Return a badge that is typed at the first device, and a PIN at the second."""

    def keys(device: int, text: Sequence[int]) -> bytes:
        return b"".join(
            bytes((device, 1)) + struct.pack(">H", code) + bytes((way, 1))
            for code in text
            for way in (0, 1)
        )

    return keys(0, (5, 8, 2, 2, 28)), keys(1, (2, 3, 4, 5, 28))


@contextmanager
def _pipes(_: Path) -> Iterator[Try]:
    def read(data: bytes) -> None:
        reader, inputs = FakeReader(clock=lambda: 0.0), FakeInputs(clock=lambda: 0.0)
        with closing(reader), closing(inputs):
            for taker in (reader, inputs):
                pipe: Any = taker._pipe
                os.write(pipe._writer, data[:4096])
            inputs.wait(0)
            while (shown := reader.read(0)) is not None:
                _credential(shown, of_a_pad=False)  # a fake is told whole PINs, of any length

    yield read


_PIPE_SEEDS = (b"badge 4711\npin 1234\nlost\nback\n", b"contact on\nrex off\nfire lost\n")

TARGETS = (
    Target("wiegand", "pulses on the two lines of a Wiegand reader", _wiegand, _frames),
    Target(
        "badge-number",
        "bits of a card, and numbers of badges",
        _numbered,
        lambda: (
            bytes((0, 0, 26)) + SITES[0].bits_of("12-4711").to_bytes(),
            b"\0\0\0" + b"12-4711",
            b"\1\0\0" + b"CAFE12",
        ),
        (CardError,),
    ),
    Target("keyboard", "keystrokes of USB readers and pads", _keyboard, _typed, (ReaderError,)),
    Target(
        "pipes",
        "lines in the pipes of fake devices",
        _pipes,
        lambda: _PIPE_SEEDS,
        (HardwareError,),
        (b"badge ", b"pin ", b"\n", b"lost", b"back"),
        most_bytes=4096,
    ),
)
