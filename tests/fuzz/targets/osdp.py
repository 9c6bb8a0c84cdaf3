"""Strangers on a line of OSDP, who know the standard but not the key."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.errors import KeyFileError
from edge.hardware.osdp.control_panel import ControlPanel
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.messages import CardRead, KeysPressed
from edge.hardware.osdp.peripheral import Peripheral
from edge.hardware.osdp.screening import crc16
from tests.fuzz.choices import Choices
from tests.fuzz.target import Target, Try
from tests.fuzz.targets.readers import SITES

ADDRESS = 3
KEY = ChannelKey(bytes.fromhex("8f1c6a3be2905d47a1b3c4d5e6f70819"))


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


TARGETS = (
    Target(
        "osdp-reader",
        "a strange reader on our OSDP line",
        _hostile_reader,
        lambda: _packets(reply=True),
        most_bytes=4096,
    ),
    Target(
        "osdp-panel",
        "a strange panel on our OSDP line",
        _hostile_panel,
        lambda: _packets(reply=False),
        (KeyFileError,),
        most_bytes=4096,
    ),
)
