"""What a panel's line brings is heard as far as it is whole packets with commands that are known."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.peripheral import Peripheral
from edge.hardware.osdp.screening import COMMANDS, PATIENCE_SECONDS, Screened
from tests.fuzz.targets.osdp import ADDRESS, KEY, HostileLine, packet

POLL = packet(ADDRESS, 1, b"\x60")


class Line(Screened):
    """A screened line whose clock and whose other end are the test's."""

    def __init__(self) -> None:
        self.now = 0.0
        self.far = HostileLine()
        super().__init__(self.far, clock=lambda: self.now)

    def says(self, octets: bytes) -> bytes:
        """Return what is heard of *octets*."""
        self.far.waiting += octets
        return self.read(4096)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_known_commands_are_heard(command: int) -> None:
    """As they came, in a channel or outside of one, with CRC."""
    plain = packet(ADDRESS, 1, bytes((command, 1, 2)))
    secure = packet(ADDRESS, 1 | 8, bytes((2, 0x17, command, 1, 2)))
    assert Line().says(plain + secure) == plain + secure


@pytest.mark.parametrize("command", [0x63, 0x6F, 0x70, 0x7F, 0x81, 0xA6, 0x00, 0xFF])
def test_other_commands_are_not(command: int) -> None:
    """The one behind it is heard."""
    strange = packet(ADDRESS, 1, bytes((command,)))
    secure = packet(ADDRESS, 1 | 8, bytes((2, 0x17, command)))
    assert Line().says(strange + secure + POLL) == POLL


@pytest.mark.parametrize("octets", [POLL[:-1] + b"\0", b"SSSS", b"noise", b"\x53\x03\xff\xff\x04"])
def test_what_is_no_packet_is_not(octets: bytes) -> None:
    """A packet behind it is heard once nothing more can belong to the noise."""
    line = Line()
    found = line.says(octets + POLL)
    line.now += PATIENCE_SECONDS + 1
    assert found + line.says(b"") == POLL


def test_packets_come_in_pieces_and_in_crowds() -> None:
    """As serial ports bring them; the mark before one stays."""
    line = Line()
    assert b"".join(line.says(bytes((octet,))) for octet in b"\xff" + POLL) == b"\xff" + POLL
    assert line.says(POLL * 3) == POLL * 3


@given(st.lists(st.sampled_from([POLL, b"\x53", b"\xff", POLL[:4]]) | st.binary(max_size=12)))
def test_only_whole_packets_are_heard(pieces: list[bytes]) -> None:
    """Whatever comes."""
    heard = Line().says(b"".join(pieces)).replace(b"\xff", b"")
    assert heard.replace(POLL, b"") == b"" or len(heard) >= 8


def test_no_command_ends_the_daemon() -> None:
    """Every code from a stranger, with and without a security block, in a process that may die."""
    child = os.fork()
    if child == 0:
        try:
            keys: list[ChannelKey] = []
            for code in range(256):
                for control, more in ((0, b""), (8, b"\x02\x15"), (8, b"\x03\x11\x01")):
                    line = HostileLine()
                    device = Peripheral(line, address=ADDRESS, key=KEY, on_key=keys.append)  # type: ignore[arg-type] # all that is used of it
                    line.waiting = packet(ADDRESS, control, more + bytes((code,)) + bytes(8))
                    device.refresh()
            os._exit(0 if not keys else 3)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert status == 0
