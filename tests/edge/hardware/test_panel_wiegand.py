"""To a panel the appliance is a Wiegand reader: its waveform in virtual time, its ports for real.

The ports are pseudo terminals: that the right byte goes to the right port, and no other, is shown
here. That a start bit is a pulse of 52 µs is the definition of a serial port, not of this program.
"""

from __future__ import annotations

import fcntl
import os
import select
import termios
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from edge.errors import PanelError
from edge.hardware import Panel
from edge.hardware.panel_wiegand import ANNOUNCE_SECONDS, WiegandPanel
from edge.hardware.wiegand_lines import SPEED, SerialLines, console_on
from edge.readers import BadgeNumbers, Bits, Writing, card_formats
from edge.readers.frames import GAP_NS, FrameAssembler
from tests.edge.hardware.device import PATIENCE, wait_until

NUMBERS = BadgeNumbers(card_formats("26"), Writing.FACILITY_NUMBER)
PULSE_SECONDS = 1 / 19_200
STEP = 0.00001
"""What every look at the clock takes, in virtual time."""


@dataclass
class Waveform:
    """Two lines in virtual time, and what somebody with an oscilloscope would see."""

    now: float = 0.0
    falls: list[tuple[int, float]] = field(default_factory=list)
    delays: dict[int, float] = field(default_factory=dict)
    broken: bool = False
    opened: int = 0
    closed: int = 0

    def connect(self) -> Waveform:
        self.opened += 1
        return self

    def clock(self) -> float:
        self.now += STEP
        return self.now

    def sleep(self, seconds: float) -> None:
        """Sleep as long as asked, and for the delay of this moment longer."""
        self.now += seconds + self.delays.pop(len(self.falls), 0.0)

    def pulse(self, line: int) -> None:
        if self.broken:
            raise PanelError("the port is gone.")
        self.falls.append((line, self.now))

    def close(self) -> None:
        self.closed += 1

    def panel(self, numbers: BadgeNumbers = NUMBERS) -> WiegandPanel:
        return WiegandPanel(self.connect, numbers, clock=self.clock, sleep=self.sleep)

    def seen(self) -> list[str]:
        """Return what a panel reads: frames that are cards."""
        assembler = FrameAssembler()
        ended = [assembler.edge(line, round(at * 1e9)) for line, at in self.falls]
        ended.append(assembler.end(round(self.now * 1e9) + GAP_NS))
        frames = [frame.bits for frame in ended if frame is not None]
        return [NUMBERS.badge_of(bits) for bits in frames if bits.length == 26]


@dataclass
class Held(Waveform):
    """A waveform whose first pause lasts until it may go on."""

    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def sleep(self, seconds: float) -> None:
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        super().sleep(seconds)


def test_it_is_a_panel() -> None:
    """It has all that a door asks of one; mypy holds it to the protocol."""
    panel: Panel = Waveform().panel()

    assert panel.name == "Wiegand panel"
    assert panel.online
    panel.tamper(active=True)
    panel.close()


@settings(deadline=None)
@given(some.integers(0, 255), some.integers(0, 65535))
def test_a_panel_reads_the_badge_that_was_announced(facility: int, number: int) -> None:
    """Every badge, from the waveform alone."""
    waveform = Waveform()

    assert waveform.panel().announce(f"{facility}-{number}")
    assert waveform.seen() == [f"{facility}-{number}"]


def test_the_waveform_is_that_of_the_standard() -> None:
    """No two pulses touch, on whichever lines; all are 0.2 to 20 ms apart."""
    waveform = Waveform()
    waveform.panel().announce("12-4711")

    starts = [at for _, at in waveform.falls]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert len(starts) == 26
    assert all(0.0002 <= gap <= 0.020 for gap in gaps)
    assert min(gaps) > 10 * PULSE_SECONDS  # the whole byte is sent before the next begins


def test_frames_are_divided_by_silence() -> None:
    """Two numbers announced at once are two for the panel."""
    waveform = Waveform()
    panel = waveform.panel()
    panel.announce("12-1")
    panel.announce("12-2")

    assert waveform.seen() == ["12-1", "12-2"]
    assert waveform.falls[26][1] - waveform.falls[25][1] >= 0.1


@settings(deadline=None)
@given(some.dictionaries(some.integers(0, 80), some.floats(0, 0.1), max_size=6))
def test_delays_never_make_a_panel_read_another_badge(delays: dict[int, float]) -> None:
    """Whenever the program is kept waiting, the panel reads this badge, once, or the caller knows."""
    waveform = Waveform(delays=delays)
    panel = waveform.panel()

    told = panel.announce("12-4711")

    assert waveform.seen() == (["12-4711"] if told else [])


def test_a_frame_that_comes_late_is_broken_off_and_sent_again() -> None:
    """The panel has given up on it: the rest of it would be noise."""
    waveform = Waveform(delays={10: 0.03})
    panel = waveform.panel()

    assert panel.announce("12-4711")
    assert panel.late == 1
    assert len(waveform.falls) == 10 + 26


def test_it_gives_up_after_two_seconds() -> None:
    """A number that arrives late opens a door that nobody stands before."""
    waveform = Waveform(delays=dict.fromkeys(range(1, 1000), 0.03))
    panel = waveform.panel()

    assert not panel.announce("12-4711")
    assert waveform.now <= ANNOUNCE_SECONDS + 0.2
    assert waveform.seen() == []


@pytest.mark.parametrize("number", ["4711", "12-65536", "256-1", "12-04711", "", "12-4711 "])
def test_a_number_that_is_no_card_is_not_sent(number: str) -> None:
    """Never cut off, never guessed; and the number is in no message."""
    waveform = Waveform()

    with pytest.raises(PanelError, match="not written as") as refused:
        waveform.panel().announce(number)
    assert waveform.falls == []
    assert not number or number not in str(refused.value)


def test_a_lost_port_is_opened_anew() -> None:
    """The number is lost with it, and the caller knows; the next one finds the port again."""
    waveform = Waveform()
    panel = waveform.panel()
    waveform.broken = True
    assert not panel.announce("12-1")
    assert not panel.online

    waveform.broken = False
    assert panel.announce("12-2")
    assert panel.online
    assert (waveform.opened, waveform.closed) == (2, 1)
    assert waveform.seen() == ["12-2"]


def test_a_closed_panel_is_told_nothing() -> None:
    """Closing twice is harmless, and the lines rest."""
    waveform = Waveform()
    panel = waveform.panel()
    panel.close()
    panel.close()

    assert not panel.announce("12-4711")
    assert waveform.falls == []
    assert waveform.closed == 1


def test_closing_ends_an_announcement_of_another_thread() -> None:
    """It is broken off between two pulses."""
    waveform = Held()
    panel = waveform.panel()
    told: list[bool] = []
    announcing = threading.Thread(target=lambda: told.append(panel.announce("12-4711")))
    announcing.start()
    assert waveform.begun.wait(PATIENCE)
    closing = threading.Thread(target=panel.close)
    closing.start()
    wait_until(lambda: not panel.online)
    waveform.go_on.set()
    for thread in (announcing, closing):
        thread.join(PATIENCE)

    assert told == [False]
    assert len(waveform.falls) == 1


@dataclass(frozen=True)
class Terminal:
    """A pseudo terminal: the port, and what its other end gets."""

    port: Path
    master: int
    slave: int

    def got(self) -> bytes:
        """Return all that was sent until now: what comes before a mark that is sent after it."""
        os.write(self.slave, b"END")
        came = b""
        while not came.endswith(b"END"):
            assert select.select([self.master], [], [], PATIENCE)[0]
            came += os.read(self.master, 4096)
        return came.removesuffix(b"END")


@pytest.fixture
def terminals() -> Iterator[tuple[Terminal, Terminal]]:
    """Two ports."""
    pairs = [os.openpty() for _ in range(2)]
    for master, _ in pairs:
        tty.setraw(master)
    d0, d1 = (Terminal(Path(os.ttyname(slave)), master, slave) for master, slave in pairs)
    yield d0, d1
    for master, slave in pairs:
        os.close(master)
        os.close(slave)


def test_each_bit_is_one_byte_of_ones_on_its_own_port(
    terminals: tuple[Terminal, Terminal],
) -> None:
    """A byte of ones has one low bit; nothing is sent when the ports are opened or closed."""
    d0, d1 = terminals
    lines = SerialLines(d0.port, d1.port)
    assert (d0.got(), d1.got()) == (b"", b"")

    lines.pulse(0)
    assert (d0.got(), d1.got()) == (b"\xff", b"")
    lines.pulse(1)
    assert (d0.got(), d1.got()) == (b"", b"\xff")
    lines.close()
    lines.close()
    assert (d0.got(), d1.got()) == (b"", b"")
    with pytest.raises(PanelError, match="sends no pulse"):
        lines.pulse(0)


def test_the_ports_are_set_for_a_pulse_of_52_microseconds(
    terminals: tuple[Terminal, Terminal],
) -> None:
    """19,200 bit/s, eight bits, one stop bit, no parity, no flow control, nothing changed or echoed."""
    d0, d1 = terminals
    lines = SerialLines(d0.port, d1.port)

    iflag, oflag, cflag, lflag, ispeed, ospeed, _ = termios.tcgetattr(d0.slave)
    assert ispeed == ospeed == SPEED == termios.B19200
    assert cflag & termios.CSIZE == termios.CS8
    assert not cflag & (termios.PARENB | termios.CSTOPB | termios.CRTSCTS)
    assert not oflag & termios.OPOST
    assert not iflag & (termios.IXON | termios.IXOFF)
    assert not lflag & (termios.ECHO | termios.ICANON)
    lines.close()


def test_a_whole_number_goes_out(terminals: tuple[Terminal, Terminal]) -> None:
    """As many bytes on each port as the card has zeros and ones."""
    d0, d1 = terminals
    panel = WiegandPanel(lambda: SerialLines(d0.port, d1.port), NUMBERS)

    # This machine may be busy enough to break off any frame; the panel says how many.
    told = panel.announce("12-4711")
    bits: Bits = NUMBERS.bits_of("12-4711")
    zeros, ones = d0.got(), d1.got()
    assert not zeros.strip(b"\xff")
    assert not ones.strip(b"\xff")
    if panel.late == 0:
        assert told
        assert (len(zeros), len(ones)) == (26 - bits.value.bit_count(), bits.value.bit_count())
    panel.close()


def test_a_port_is_held_by_one_program(terminals: tuple[Terminal, Terminal]) -> None:
    """Whatever another wrote to it would be a badge; the first is given back when the second fails."""
    d0, d1 = terminals
    holder = os.open(d1.port, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX)

    with pytest.raises(PanelError, match=r"held by another program.*serial-getty"):
        SerialLines(d0.port, d1.port)
    os.close(holder)
    SerialLines(d0.port, d1.port).close()


def test_what_is_no_port_is_refused(tmp_path: Path) -> None:
    """With the setting to change."""
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(PanelError, match=r"there is no .*dtoverlay"):
        SerialLines(tmp_path / "ttyAMA9", file)
    with pytest.raises(PanelError, match=r"no serial port.*panel\.d0_port"):
        SerialLines(file, file)
    with pytest.raises(PanelError, match="no serial port"):
        SerialLines(Path("/dev/null"), file)


def test_a_console_on_a_port_is_noticed(tmp_path: Path) -> None:
    """The kernel's messages would be badges to the panel."""
    active = tmp_path / "active"
    active.write_text("tty0 ttyAMA3\n")

    assert console_on(Path("/dev/ttyAMA3"), active=active)
    assert not console_on(Path("/dev/ttyAMA4"), active=active)
    assert not console_on(Path("/dev/ttyAMA3"), active=tmp_path / "missing")
