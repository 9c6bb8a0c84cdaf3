"""The serial line of OSDP: raw, ours alone, and quiet for the library when it is pulled."""

from __future__ import annotations

import os
import termios
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.errors import LineError
from edge.hardware.osdp.channel import SPEEDS, SerialLine
from edge.hardware.osdp.messages import mark_of


@dataclass
class Terminal:
    """A pseudo-terminal: *master* is the far end of the port."""

    master: int
    port: Path
    slave: int


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Give a pseudo-terminal."""
    master, slave = os.openpty()
    made = Terminal(master, Path(os.ttyname(slave)), slave)
    yield made
    os.close(slave)
    if made.master >= 0:
        os.close(made.master)


@pytest.mark.parametrize("baud", SPEEDS)
def test_bytes_pass_as_they_are_at_any_speed(terminal: Terminal, baud: int) -> None:
    """No byte is translated, echoed or waited for."""
    line = SerialLine(terminal.port, baud=baud)
    line.open()
    every = bytes(range(256))

    assert line.read(100) == b""
    assert line.write(every) == 256
    assert os.read(terminal.master, 1000) == every
    os.write(terminal.master, every)
    assert line.read(200) + line.read(200) == every
    mode = termios.tcgetattr(terminal.slave)
    assert mode[tty.ISPEED] == mode[tty.OSPEED] == SPEEDS[baud]
    assert mode[tty.CFLAG] & termios.CSIZE == termios.CS8
    assert not mode[tty.CFLAG] & (termios.PARENB | termios.CSTOPB)
    line.close()


def test_what_came_before_is_forgotten(terminal: Terminal) -> None:
    """A port that is taken begins with an empty line."""
    tty.setraw(terminal.slave)
    os.write(terminal.master, b"old")

    line = SerialLine(terminal.port, baud=9600)
    line.open()

    assert line.read(100) == b""
    line.close()


def test_a_port_has_one_user(terminal: Terminal) -> None:
    """A second program is told that the first holds the port, until that gives it back."""
    first, second = (SerialLine(terminal.port, baud=9600) for _ in range(2))
    first.open()

    with pytest.raises(LineError, match="held by another program"):
        second.open()
    first.close()
    second.open()

    assert second.is_open
    second.close()


def test_a_port_that_is_pulled_ends_quietly(terminal: Terminal) -> None:
    """The library hears silence; whoever runs the line sees that it is not open any more."""
    line = SerialLine(terminal.port, baud=9600)
    line.open()
    os.close(terminal.master)
    terminal.master = -1

    assert line.read(100) == b""
    assert not line.is_open
    assert line.write(b"lost") == 4
    line.flush()
    line.close()


def test_what_is_no_serial_port_is_refused(tmp_path: Path, terminal: Terminal) -> None:
    """Each refusal tells what is wrong and what helps."""
    with pytest.raises(LineError, match=r"there is no .*plugged in"):
        SerialLine(tmp_path / "none", baud=9600).open()
    (tmp_path / "file").write_text("no port")
    with pytest.raises(LineError, match="cannot be used"):
        SerialLine(tmp_path / "file", baud=9600).open()
    with pytest.raises(LineError, match="4800 baud"):
        SerialLine(terminal.port, baud=4800)
    with pytest.raises(LineError, match=r"direction of an RS-485 line.*rs485 to false"):
        SerialLine(terminal.port, baud=9600, rs485=True).open()
    SerialLine(terminal.port, baud=9600).open()  # the refused attempt has given the port back


def test_who_speaks_is_heard_even_in_two_pieces(terminal: Terminal) -> None:
    """The line remembers when a packet of an address last came, wherever reading cut it."""
    now = [100.0]
    line = SerialLine(terminal.port, baud=9600, clock=lambda: now[0])
    ours, others = mark_of(3, reply=True), mark_of(4, reply=True)
    line.listen_for(ours)
    line.listen_for(others)
    line.open()
    os.write(terminal.master, b"\xff" + ours[:1])
    line.read(100)
    now[0] = 101.0
    os.write(terminal.master, ours[1:])
    line.read(100)
    now[0] = 104.0

    assert line.silent_for(ours) == 3.0
    assert line.silent_for(others) == float("inf")
    line.close()
