"""A Wiegand reader on GPIO lines: what the kernel tells of edges becomes badges and PINs."""

from __future__ import annotations

import errno
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Bias, Clock, Direction, Edge

from edge.domain import ShownKind, Signal
from edge.errors import ReaderError
from edge.hardware import CardReader
from edge.hardware.reader_wiegand import QUEUE, WiegandReader
from edge.readers import KNOWN_FORMATS, BadgeNumbers, Bits, Card, Writing
from tests.edge.hardware.device import PATIENCE
from tests.edge.hardware.gpio_double import FALLING, PATH, Chip

FORM = KNOWN_FORMATS["26"]
NUMBERS = BadgeNumbers((FORM,), Writing.FACILITY_NUMBER)
D0, D1 = 6, 27
MS = 1_000_000


class Wires:
    """A reader, and the chip on which the test plays what the wires carry."""

    def __init__(self, numbers: BadgeNumbers = NUMBERS) -> None:
        self.chip = Chip()
        self.now = 10**12
        self.reader = WiegandReader(
            Path(PATH), D0, D1, numbers, library=self.chip, clock=lambda: self.now
        )
        self.sequence = 0

    def send(self, bits: Bits) -> None:
        """Pulse a frame, 2 ms apart, with a silence after it."""
        for bit in bits:
            self.fall(D1 if bit else D0)
            self.now += 2 * MS
        self.now += 100 * MS

    def fall(self, line: int) -> None:
        """Let a line fall now."""
        self.sequence += 1
        (request,) = self.chip.requests
        request.tell(gpiod.EdgeEvent(FALLING.value, self.now, line, self.sequence, 1))

    def type_(self, keys: str) -> None:
        """Press keys on the pad, one in half a second."""
        for key in keys:
            self.send(Bits(4, "0123456789*#".index(key)))
            self.now += 500 * MS

    def shown(self) -> list[tuple[ShownKind, str]]:
        """Return all that the reader has read until now."""
        found = []
        while (shown := self.reader.read(0)) is not None:
            found.append((shown.kind, shown.value))
        return found


def test_it_is_a_card_reader() -> None:
    """It has all that a door asks of one, and its lights are wires of their own."""
    wires = Wires()
    reader: CardReader = wires.reader

    assert reader.name == "Wiegand reader"
    reader.signal(Signal.GRANTED)
    assert wires.shown() == []
    reader.close()


def test_the_lines_are_watched_as_the_interface_needs() -> None:
    """Inputs that rest high, falling edges, the clock of durations, no debouncing, a long queue."""
    wires = Wires()

    (config,) = wires.chip.calls
    assert set(config) == {D0, D1}
    for line in config.values():
        assert line.direction is Direction.INPUT
        assert line.bias is Bias.PULL_UP
        assert line.edge_detection is Edge.FALLING
        assert line.event_clock is Clock.MONOTONIC
        assert line.debounce_period == timedelta(0)
        assert not line.active_low
    assert QUEUE >= 2 * 16
    wires.reader.close()


def test_a_card_is_a_badge() -> None:
    """Written as the settings say, one after the other."""
    wires = Wires()
    wires.send(FORM.encode(Card(4711, 12)))
    wires.send(FORM.encode(Card(815, 7)))

    assert wires.shown() == [(ShownKind.BADGE, "12-4711"), (ShownKind.BADGE, "7-815")]
    assert wires.reader.counts.frames == 2
    wires.reader.close()


def test_it_was_shown_when_its_last_bit_came() -> None:
    """However late somebody reads it: by both clocks."""
    wires = Wires()
    wires.send(FORM.encode(Card(4711, 12)))
    last = wires.now - 102 * MS
    wires.now += 5 * 10**9

    before = datetime.now(UTC)
    shown = wires.reader.read(0)
    after = datetime.now(UTC)

    assert shown is not None
    assert shown.monotonic == last / 1e9
    ago = timedelta(seconds=(wires.now - last) / 1e9)
    millisecond = timedelta(milliseconds=1)
    assert before - millisecond <= shown.at + ago <= after + millisecond
    wires.reader.close()


def test_a_frame_that_has_not_ended_is_waited_for() -> None:
    """Half a card is nothing, nor a short one; the rest completes it."""
    wires = Wires()
    bits = list(FORM.encode(Card(4711, 12)))
    for bit in bits[:13]:
        wires.fall(D1 if bit else D0)
        wires.now += 2 * MS
    assert wires.shown() == []
    for bit in bits[13:]:
        wires.fall(D1 if bit else D0)
        wires.now += 2 * MS
    assert wires.shown() == []
    wires.now += 25 * MS

    assert wires.shown() == [(ShownKind.BADGE, "12-4711")]
    wires.reader.close()


def test_keys_of_the_pad_are_a_pin() -> None:
    """In bursts of 4 bits or of 8, ended by #; a badge in between is a badge."""
    wires = Wires()
    wires.type_("99*12")
    wires.send(FORM.encode(Card(4711, 12)))
    wires.type_("34#")
    for code in (1, 2, 3, 4, 11):
        wires.send(Bits(8, (code ^ 0xF) << 4 | code))

    assert wires.shown() == [
        (ShownKind.BADGE, "12-4711"),
        (ShownKind.PIN, "1234"),
        (ShownKind.PIN, "1234"),
    ]
    wires.reader.close()


def test_what_is_no_card_is_told_without_its_number(caplog: pytest.LogCaptureFixture) -> None:
    """The installer sees the reason, and that there were more of them."""
    wires = Wires()
    good = FORM.encode(Card(4711, 12))
    with caplog.at_level(logging.INFO):
        wires.send(Bits(26, good.value ^ 1))
        wires.send(Bits(34, good.value))
        wires.send(Bits(4, 15))
        assert wires.shown() == []

    assert wires.reader.refused == 3
    assert len(caplog.messages) == 1
    assert "the odd parity in bit 26" in caplog.text
    assert "4711" not in caplog.text
    wires.reader.close()


def test_lost_edges_cost_the_frame() -> None:
    """The kernel counts edges; where one is missing, the rest could be another card."""
    wires = Wires()
    bits = list(FORM.encode(Card(4711, 12)))
    for place, bit in enumerate(bits):
        wires.fall(D1 if bit else D0)
        wires.now += 2 * MS
        wires.sequence += place == 10
    wires.now += 100 * MS

    assert wires.shown() == []
    assert wires.reader.counts.collisions == 1
    wires.send(FORM.encode(Card(4711, 12)))
    assert wires.shown() == [(ShownKind.BADGE, "12-4711")]
    wires.reader.close()


def test_noise_costs_the_frame() -> None:
    """Both lines at once are no bit."""
    wires = Wires()
    for bit in FORM.encode(Card(4711, 12)):
        wires.fall(D1 if bit else D0)
        wires.fall(D0 if bit else D1)
        wires.now += 2 * MS
    wires.now += 100 * MS

    assert wires.shown() == []
    assert wires.reader.counts.collisions == 1
    wires.reader.close()


def test_a_lost_chip_comes_back() -> None:
    """Every read says that it is lost, until the lines can be taken anew; half a card is forgotten."""
    wires = Wires()
    wires.fall(D0)
    wires.chip.gone = OSError(errno.ENODEV, "No such device")
    with pytest.raises(ReaderError, match=r"lost: .*No such device"):
        wires.reader.read(0)
    with pytest.raises(ReaderError, match="lost"):
        wires.reader.read(0)

    wires.chip.gone = None
    wires.chip.refusal = OSError(errno.ENOENT, "No such file")
    wires.now += 3 * 10**9
    with pytest.raises(ReaderError, match="there is no"):
        wires.reader.read(0)
    wires.chip.refusal = None
    wires.now += 3 * 10**9
    wires.sequence = 0

    assert wires.reader.read(0) is None
    wires.send(FORM.encode(Card(4711, 12)))
    assert wires.shown() == [(ShownKind.BADGE, "12-4711")]
    wires.reader.close()


def test_lines_that_cannot_be_had_are_refused() -> None:
    """With the settings to change."""
    chip = Chip()
    chip.others[D1] = "fan"

    with pytest.raises(ReaderError, match=r'line 27 .* held by "fan".*reader\.d0_line and'):
        WiegandReader(Path(PATH), D0, D1, NUMBERS, library=chip)


def test_a_read_waits_for_a_card_and_closing_ends_it() -> None:
    """In real time: a thread that waits gets the badge, and then the end."""
    chip = Chip()
    reader = WiegandReader(Path(PATH), D0, D1, NUMBERS, library=chip)
    found: list[str] = []
    read = threading.Event()

    def wait() -> None:
        shown = reader.read(PATIENCE)
        assert shown is not None
        found.append(shown.value)
        read.set()
        with pytest.raises(ReaderError, match="closed"):
            reader.read(PATIENCE)
        found.append("closed")

    thread = threading.Thread(target=wait)
    thread.start()
    (request,) = chip.requests
    at = time.monotonic_ns()
    for place, bit in enumerate(FORM.encode(Card(4711, 12))):
        line = D1 if bit else D0
        event = gpiod.EdgeEvent(FALLING.value, at + 2 * MS * place, line, place + 1, 1)
        request.tell(event)
    assert read.wait(PATIENCE)
    reader.close()
    reader.close()
    thread.join(PATIENCE)

    assert found == ["12-4711", "closed"]
    assert chip.requests == []
    with pytest.raises(ReaderError, match="closed"):
        reader.read(0)
