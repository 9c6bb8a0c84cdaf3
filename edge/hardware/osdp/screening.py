"""What is let through to the library that plays a reader: whole packets, with commands that it knows.

libosdp 3.2.9 writes to where it must not (SIGSEGV) when a packet brings a command that has no name in
it, such as 0x63 or 0x70, also from somebody without the key: eight bytes on the line would end the
daemon. So every packet is checked here first, and what is none, or no command for a reader, is not
heard. Packets of other devices on the line are not for us either.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

START = 0x53
MARK = 0xFF
REPLY = 0x80
HAS_CRC = 0x04
HAS_SECURITY = 0x08

HEADER_BYTES = 5
LONGEST_PACKET = 1440
"""Bytes of a packet; OSDP 2.2, 5.7."""

PATIENCE_SECONDS = 1.6
"""For the rest of a packet: the longest takes 1.5 s at 9600 baud."""

COMMANDS = frozenset(
    (0x60, 0x61, 0x62, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6E, 0x75, 0x76, 0x77, 0x7B)
)
"""Poll, identity, abilities, four of states, output, light, sound, text, address and speed, key, the two
of the secure channel, size of packets (OSDP 2.2, annex A). Each was tried on the library."""


class Channel(Protocol):
    """What the library uses of a line."""

    def read(self, most: int) -> bytes: ...

    def write(self, octets: bytes) -> int: ...

    def flush(self) -> None: ...


class Screened:
    """*line*, heard as far as it brings packets of a panel. *clock* is :func:`time.monotonic`'s."""

    id = 0  # the library asks its channels for a number

    def __init__(self, line: Channel, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = line
        self._clock = clock
        self._heard = b""
        self._began = 0.0
        self._passed = b""
        self._marked = False

    def read(self, most: int) -> bytes:
        """Return at most *most* bytes of whole packets."""
        came = self._line.read(LONGEST_PACKET)
        if came and not self._heard:
            self._began = self._clock()
        self._heard += came
        self._sort()
        found, self._passed = self._passed[:most], self._passed[most:]
        return found

    def write(self, octets: bytes) -> int:
        return self._line.write(octets)

    def flush(self) -> None:
        self._heard = self._passed = b""
        self._line.flush()

    def _sort(self) -> None:
        """Move packets from what was heard to what is passed on, and drop everything else."""
        while self._heard:
            start = self._heard.find(START)
            if start != 0:
                end = len(self._heard) if start < 0 else start
                before, self._heard = self._heard[:end], self._heard[end:]
                self._marked = before[-1] == MARK
                continue
            length = _length(self._heard)
            if length is None:
                if self._clock() - self._began <= PATIENCE_SECONDS:
                    return
                length = 0
            packet = self._heard[:length]
            whole = _is_whole(packet)
            if whole and _is_command(packet):
                self._passed += bytes((MARK,) * self._marked) + packet
            self._marked = False
            # Within what was no packet, one may have begun.
            self._heard = self._heard[length if whole else 1 :]
            self._began = self._clock()


def _length(heard: bytes) -> int | None:
    """Return how many bytes the packet has that *heard* begins with, 0 for none, None for not yet."""
    if len(heard) < HEADER_BYTES:
        return None if heard else 0
    length = heard[2] | heard[3] << 8
    if not HEADER_BYTES + 2 <= length <= LONGEST_PACKET:
        return 0
    return None if len(heard) < length else length


def _is_whole(packet: bytes) -> bool:
    """Tell whether the sum at the end of *packet* is right (OSDP 2.2, 5.9)."""
    if len(packet) < HEADER_BYTES + 2:
        return False
    if packet[4] & HAS_CRC:
        return crc16(packet[:-2]) == int.from_bytes(packet[-2:], "little")
    return sum(packet) & 0xFF == 0


def _is_command(packet: bytes) -> bool:
    """Tell whether *packet* is from a panel, with a command that is known."""
    place = HEADER_BYTES
    if packet[4] & HAS_SECURITY:
        place += packet[HEADER_BYTES]
        if packet[HEADER_BYTES] < 2:
            return False
    end = len(packet) - (2 if packet[4] & HAS_CRC else 1)
    return not packet[1] & REPLY and place < end and packet[place] in COMMANDS


def crc16(octets: bytes) -> int:
    """Return the sum of OSDP 2.2, annex C: CCITT's polynomial 0x1021, beginning with 0x1D0F."""
    value = 0x1D0F
    for octet in octets:
        value ^= octet << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value
