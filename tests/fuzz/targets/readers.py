"""What comes over wires: pulses, keystrokes, packets of OSDP; and lines in the pipes of fakes."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import evdev
import gpiod

from edge.domain import Shown, ShownKind
from edge.errors import CardError, HardwareError, KeyFileError, ReaderError
from edge.hardware import CardReader
from edge.hardware.inputs_fake import FakeInputs
from edge.hardware.input_devices import key_names
from edge.hardware.osdp.control_panel import ControlPanel
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.messages import CardRead, KeysPressed
from edge.hardware.osdp.peripheral import Peripheral
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
ADDRESS = 3
KEY = ChannelKey(bytes.fromhex("8f1c6a3be2905d47a1b3c4d5e6f70819"))

SITES = (
    BadgeNumbers(card_formats("26"), Writing.FACILITY_NUMBER),
    BadgeNumbers(card_formats("26;34;37"), Writing.HEX),
    BadgeNumbers(card_formats("26"), Writing.NUMBER, facility=12, digits=8),
    BadgeNumbers(card_formats("37"), Writing.NUMBER),
)
_GAPS = (0, 50_000, 150_000, MS, 2 * MS, 10 * MS, 24 * MS, 30 * MS, 500 * MS, 6000 * MS)


def _credential(shown: Shown) -> None:
    """Hold what a reader gives against what a door takes: nothing else may come of any noise."""
    if shown.kind is ShownKind.PIN:
        assert shown.value.isascii()
        assert shown.value.isdecimal()
        assert SHORTEST_PIN <= len(shown.value) <= LONGEST_PIN
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
    try:
        assert numbers.badge_of(numbers.bits_of(text)) == text
    except CardError:
        pass
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
            {kind: lambda kind=kind: devices[kind] for kind in devices},
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


class HostileLine:
    """A line on which somebody else says what the test says; what we say is heard by nobody."""

    id = 0

    def __init__(self) -> None:
        self.waiting = b""
        self.said = 0

    def read(self, most: int) -> bytes:
        found, self.waiting = self.waiting[:most], self.waiting[most:]
        return found

    def write(self, octets: bytes) -> int:
        self.said += len(octets)
        return len(octets)

    def flush(self) -> None:
        self.waiting = b""

    def close(self) -> None:
        self.waiting = b""


def packet(address: int, control: int, content: bytes) -> bytes:
    """Return a packet of OSDP 2.2 (5.9) as whoever knows the standard makes it, with its CRC."""
    length = 5 + len(content) + 2
    head = bytes((0x53, address, length & 0xFF, length >> 8, control | 0x04)) + content
    return head + struct.pack("<H", crc16(head))


def crc16(octets: bytes) -> int:
    """Return the CRC of OSDP 2.2, 5.9: polynomial 0x1021, beginning with 0x1D0F."""
    value = 0x1D0F
    for octet in octets:
        value ^= octet << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def _said(choices: Choices, *, reply: bool) -> bytes:
    """Return one thing that is said: noise, or a packet in due form."""
    way = choices.byte()
    if way % 4 == 0:
        return choices.piece()
    address = ADDRESS if way % 4 < 3 else choices.byte()
    return packet(address | 0x80 if reply else address, choices.byte() & 0x0F, choices.piece())


@contextmanager
def _hostile_reader(_: Path) -> Iterator[Try]:
    def read(data: bytes) -> None:
        choices, line = Choices(data), HostileLine()
        panel = ControlPanel(line, {ADDRESS: KEY})  # type: ignore[arg-type] # all that is used of it
        for _ in range(40):
            line.waiting += _said(choices, reply=True)
            for report in panel.refresh():
                assert not isinstance(report, CardRead | KeysPressed), "taken without a channel"
            assert not panel.secure(ADDRESS)
            panel.identity(ADDRESS)
            if not choices.left:
                break

    yield read


@contextmanager
def _hostile_panel(_: Path) -> Iterator[Try]:
    keys: list[ChannelKey] = []

    def read(data: bytes) -> None:
        choices, line = Choices(data), HostileLine()
        device = Peripheral(line, address=ADDRESS, key=KEY, on_key=keys.append)  # type: ignore[arg-type]
        device.send_card(SITES[0].bits_of("12-4711"))
        for _ in range(40):
            line.waiting += _said(choices, reply=False)
            assert device.refresh() == (), "obeyed without a channel"
            assert not device.secure
            assert not device.sent()
            if not choices.left:
                break
        assert keys == []

    yield read


def _packets(*, reply: bool) -> tuple[bytes, ...]:
    """Return what each side says first, as :class:`Choices` reads it."""
    codes = (0x40, 0x45, 0x48, 0x50, 0x53, 0x41) if reply else (0x60, 0x61, 0x62, 0x76, 0x75, 0x69)
    found = [bytes((1, number % 4, 1, code)) for number, code in enumerate(codes)]
    found.append(bytes((1, 0, 14, codes[1])) + bytes(13))
    found.append(bytes((1, 8, 12, 3, 0x11, 1, codes[3])) + bytes(9))  # the beginning of a channel
    return (*found, b"".join(found))


@contextmanager
def _pipes(_: Path) -> Iterator[Try]:
    def read(data: bytes) -> None:
        reader, inputs = FakeReader(clock=lambda: 0.0), FakeInputs(clock=lambda: 0.0)
        with closing(reader), closing(inputs):
            for taker in (reader, inputs):
                pipe: Any = taker._pipe
                os.write(pipe._writer, data[:4096])
            inputs.wait(0)
            _all(reader)

    yield read


_PIPE_SEEDS = (b"badge 4711\npin 1234\nlost\nback\n", b"contact on\nrex off\nfire lost\n")

TARGETS = (
    Target("wiegand", "pulses on the two lines of a Wiegand reader", _wiegand, _frames),
    Target("badge-number", "bits of a card, and numbers of badges", _numbered, lambda: (bytes((0, 0, 26)) + SITES[0].bits_of("12-4711").to_bytes(), b"\0\0\0" + b"12-4711", b"\1\0\0" + b"CAFE12"), (CardError,)),
    Target("keyboard", "keystrokes of USB readers and pads", _keyboard, _typed, (ReaderError,)),
    Target("osdp-reader", "a strange reader on our OSDP line", _hostile_reader, lambda: _packets(reply=True), most_bytes=4096),
    Target("osdp-panel", "a strange panel on our OSDP line", _hostile_panel, lambda: _packets(reply=False), (KeyFileError,), most_bytes=4096),
    Target("pipes", "lines in the pipes of fake devices", _pipes, lambda: _PIPE_SEEDS, (HardwareError,), (b"badge ", b"pin ", b"\n", b"lost", b"back"), most_bytes=4096),
)
