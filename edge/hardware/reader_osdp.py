"""Badge readers on an OSDP line: the appliance is the control panel that polls them.

Only over secure channels: what a reader says without having proved its key never gets this far. A
reader whose case is open is taken as lost, since whatever it sends may come from somebody else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from edge.domain import Shown, ShownKind, Signal
from edge.errors import CardError, ReaderError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.control_panel import ControlPanel
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.link import Link
from edge.hardware.osdp.messages import (
    SHOWN,
    CardRead,
    KeysPressed,
    ReaderReport,
    StatusReported,
    Unreadable,
    mark_of,
)
from edge.logs.seldom import Seldom
from edge.readers import BadgeNumbers
from edge.readers.keypad import CLEAR, ENTER, Keypad

log = logging.getLogger(__name__)

SILENCE_SECONDS = 2.0
"""Without an answer for so long a reader is lost: it is asked twenty times a second."""

KNOCK_SECONDS = 5.0
"""Between two attempts to begin with a reader that does not answer."""

MOST_WAITING = 16
"""Credentials that nobody took; then the oldest is dropped."""

_KEYS = {0x0D: ENTER, 0x7F: CLEAR} | {ord(digit): digit for digit in "0123456789"}
"""Keys of a pad as osdp_KEYPAD has them (OSDP 2.2, 7.12): # is a carriage return, * is DEL."""


class _Seat:
    """What is known of the reader at one address."""

    def __init__(self, address: int, began: float) -> None:
        self.address = address
        self.mark = mark_of(address, reply=True)
        self.pad = Keypad()
        self.here = False
        self.tampered = False
        self.told: str | None = None
        self.lost_at: float | None = None
        self.knocked_at = began
        self.showing: Signal | None = None


class OsdpReader:
    """Polls the readers at *line*; *keys* has the key of each by its address.

    *numbers* tells the badges of cards. :meth:`read` returns what any of them read, and raises
    while one of them is lost and the others have read nothing.
    """

    def __init__(
        self,
        line: SerialLine,
        *,
        keys: Mapping[int, ChannelKey],
        numbers: BadgeNumbers,
        silence: float = SILENCE_SECONDS,
        knock: float = KNOCK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.dropped = 0
        self._line = line
        self._numbers = numbers
        self._silence = silence
        self._knock = knock
        self._clock = clock
        self._now = now
        self._seldom = Seldom(log, clock=clock)
        self._guard = threading.Condition()
        self._closed = False
        self._began = clock()
        self._signal = Signal.OFF
        self._waiting: deque[Shown] = deque(maxlen=MOST_WAITING)
        self._seats = {address: _Seat(address, self._began) for address in keys}
        for seat in self._seats.values():
            line.listen_for(seat.mark)
        self._panel = ControlPanel(line, keys)
        self._link = Link(line, self._turn, guard=self._guard, clock=clock)
        self._link.start()

    @property
    def name(self) -> str:
        return f"OSDP reader at {self._line.port}"

    def read(self, timeout: float) -> Shown | None:
        deadline = self._clock() + timeout
        with self._guard:
            while not self._waiting:
                if self._closed:
                    raise ReaderError(f"the {self.name} is closed; it reads no more.")
                left = deadline - self._clock()
                if left <= 0:
                    break
                self._guard.wait(left)
            if self._waiting:
                return self._waiting.popleft()
            fault = self._fault()
        if fault is not None:
            raise fault
        return None

    def signal(self, signal: Signal) -> None:
        with self._guard:
            self._signal = signal

    def close(self) -> None:
        with self._guard:
            self._closed = True
            self._guard.notify_all()
        self._link.close()

    def _turn(self) -> None:
        with self._guard:
            for report in self._panel.refresh():
                self._take(report)
            for seat in self._seats.values():
                self._look_after(seat)
            self._guard.notify_all()

    def _look_after(self, seat: _Seat) -> None:
        """Notice that a reader came or went, begin anew with a lost one, show it the signal."""
        now = self._clock()
        answers = self._line.is_open and self._line.silent_for(seat.mark) < self._silence
        here = answers and self._panel.secure(seat.address)
        if here and not seat.here:
            seat.showing = None
            seat.tampered = False
            self._panel.ask_status(seat.address)
        if seat.here and not here:
            seat.lost_at = now
            seat.pad.clear()
        seat.here = here
        if not here and now - seat.knocked_at >= self._knock:
            seat.knocked_at = now
            self._panel.knock(seat.address)
        if here and seat.showing is not self._signal:
            seat.showing = self._signal
            self._panel.show(seat.address, SHOWN[self._signal])
        self._tell(seat, now)

    def _tell(self, seat: _Seat, now: float) -> None:
        """Log once that a reader is lost, once that it is back."""
        if seat.lost_at is None and now - self._began < self._knock:
            return  # it is given the time to answer first
        fault = self._fault_of(seat)
        message = None if fault is None else str(fault)
        if message != seat.told:
            log.warning("%s", message or f"reader back: {self._name_of(seat)}")
            seat.told = message

    def _take(self, report: ReaderReport) -> None:
        seat = self._seats[report.address]
        match report:
            case StatusReported():
                seat.tampered = report.tampered
                seat.pad.clear()
            case _ if seat.tampered:
                self.dropped += 1
            case CardRead():
                self._understood(seat, report)
            case KeysPressed():
                for key in report.keys:
                    self._pressed(seat, key)
            case Unreadable():
                self._drop(seat, "bits that do not add up.")

    def _understood(self, seat: _Seat, card: CardRead) -> None:
        try:
            number = self._numbers.badge_of(card.bits)
        except CardError as error:
            self._drop(seat, str(error))
        else:
            self._give(seat, ShownKind.BADGE, number)

    def _pressed(self, seat: _Seat, key: int) -> None:
        pin = seat.pad.press(_KEYS[key], self._clock()) if key in _KEYS else None
        if pin is not None:
            self._give(seat, ShownKind.PIN, pin)

    def _give(self, seat: _Seat, kind: ShownKind, value: str) -> None:
        self._waiting.append(Shown(kind, value, self._name_of(seat), self._now(), self._clock()))

    def _drop(self, seat: _Seat, why: str) -> None:
        self.dropped += 1
        self._seldom.warn("the %s has read what is no badge: %s", self._name_of(seat), why)

    def _name_of(self, seat: _Seat) -> str:
        return f"OSDP reader {seat.address} at {self._line.port}"

    def _fault(self) -> ReaderError | None:
        faults = map(self._fault_of, self._seats.values())
        return next((fault for fault in faults if fault is not None), None)

    def _fault_of(self, seat: _Seat) -> ReaderError | None:
        name = self._name_of(seat)
        if self._link.fault is not None:
            return ReaderError(
                f"the {name} is lost: {self._link.fault.message}", remedy=self._link.fault.remedy
            )
        if seat.here:
            if not seat.tampered:
                return None
            return ReaderError(
                f"the {name} says that its case is open.",
                remedy="Look at it, and close it; until then its cards are not taken.",
            )
        if self._line.silent_for(seat.mark) < self._silence:
            return ReaderError(
                f"the {name} does not prove that it has our key; nothing is taken from it.",
                remedy="Is it the reader that `ostiary osdp install reader` was run with? If it was "
                "reset or replaced, run that again.",
            )
        return ReaderError(
            f"the {name} does not answer.",
            remedy="Is it powered, are A and B not swapped, do address and baud rate agree?",
        )
