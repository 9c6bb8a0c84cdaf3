"""A card reader, and its pad for PINs, on two GPIO lines, through the kernel (libgpiod 2).

The kernel stamps every falling edge in its interrupt, so what matters is when a pulse came, not when
this program had time to look. The lines are not debounced: a pulse is shorter than any bounce.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gpiod
from gpiod.line import Bias, Clock, Direction, Edge

from edge.domain import Shown, ShownKind, Signal
from edge.errors import CardError, ReaderError
from edge.hardware.complaints import Complaints
from edge.hardware.gpio_lines import take_lines
from edge.hardware.wakeup import Wakeup
from edge.readers import BadgeNumbers
from edge.readers.frames import FrameAssembler, FrameCounts, WiegandFrame
from edge.readers.keypad import BURST_LENGTHS, Keypad, key_of_burst

log = logging.getLogger(__name__)

QUEUE = 1024
"""Edges that may wait to be read, the most that the kernel keeps: 27 cards of 37 bits."""

RETRY_SECONDS = 2.0
"""Pause between tries to take lines anew that were lost, as with an adapter that was unplugged."""


class WiegandReader:
    """Reads cards from the lines *d0* and *d1* of *chip*, and writes their *numbers*.

    The signals of a reader's own lights are wires of their own, which the [signals] drive.
    *library* is the module gpiod, *clock* that of :func:`time.monotonic_ns`.

    :raises ReaderError: if the lines cannot be taken.
    """

    def __init__(
        self,
        chip: Path,
        d0: int,
        d1: int,
        numbers: BadgeNumbers,
        *,
        name: str = "Wiegand reader",
        library: Any = gpiod,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._chip = chip
        self._bits = {d0: 0, d1: 1}
        self._settings = {d0: "reader.d0_line", d1: "reader.d1_line"}
        self._numbers = numbers
        self._name = name
        self._library = library
        self._clock = clock
        self._complaints = Complaints(log, name, lambda: clock() / 1e9)
        self._assembler = FrameAssembler()
        self._keypad = Keypad()
        self._waiting: deque[Shown] = deque()
        self._sequence = 0
        self._next_try = 0
        self._guard = threading.Lock()
        self._closed = False
        self._request: Any | None = self._taken()
        self._wakeup = Wakeup()

    @property
    def name(self) -> str:
        return self._name

    @property
    def counts(self) -> FrameCounts:
        """What the lines carried."""
        return self._assembler.counts

    @property
    def refused(self) -> int:
        """How many whole frames were neither a card of the site nor a key."""
        return self._complaints.count

    def read(self, timeout: float) -> Shown | None:
        with self._guard:
            deadline = self._clock() + round(timeout * 1e9)
            while True:
                if self._closed:
                    raise ReaderError(f"the {self._name} is closed; it reads no more.")
                request = self._request or self._again(deadline)
                self._look(request, deadline)
                if self._waiting:
                    return self._waiting.popleft()
                if self._clock() >= deadline:
                    return None

    def signal(self, signal: Signal) -> None:
        """Do nothing: the lines of Wiegand go one way."""

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._wakeup.wake()
        with self._guard:
            self._let_go()
            self._wakeup.close()

    def _taken(self) -> Any:
        line = gpiod.LineSettings(
            direction=Direction.INPUT,
            edge_detection=Edge.FALLING,
            # A cut wire rests instead of picking up noise.
            bias=Bias.PULL_UP,
            event_clock=Clock.MONOTONIC,
        )
        return take_lines(
            self._chip,
            dict.fromkeys(self._bits, line),
            settings=self._settings,
            refusal=ReaderError,
            queue=QUEUE,
            library=self._library,
        )

    def _again(self, deadline: int) -> Any:
        """Take lines that were lost, once their pause is over.

        :raises ReaderError: if it is not over by *deadline*, or they are still lost.
        """
        pause = min(self._next_try, deadline) - self._clock()
        self._wakeup.wait(max(pause, 0) / 1e9)
        if self._closed or self._clock() < self._next_try:
            raise ReaderError(f"the {self._name} is lost.", remedy="Is its chip connected?")
        self._next_try = self._clock() + round(RETRY_SECONDS * 1e9)
        self._request, self._sequence = self._taken(), 0
        log.info("the %s is back", self._name)
        return self._request

    def _look(self, request: Any, deadline: int) -> None:
        """Wait for edges until *deadline*, or until the frame that has begun ends."""
        ends = self._assembler.deadline_ns
        until = deadline if ends is None else min(deadline, ends)
        ready, _ = self._wakeup.wait((until - self._clock()) / 1e9, request.fd)
        # What fell before this moment is in the queue by now, and must be read before the silence
        # after it is looked at.
        now = self._clock()
        if ready:
            self._drain(request)
        self._take(self._assembler.end(now))

    def _drain(self, request: Any) -> None:
        try:
            while request.wait_edge_events(0):
                for event in request.read_edge_events():
                    if event.global_seqno != self._sequence + 1:
                        self._assembler.lost()
                    self._sequence = event.global_seqno
                    bit = self._bits[event.line_offset]
                    self._take(self._assembler.edge(bit, event.timestamp_ns))
        except OSError as error:
            self._let_go()
            self._assembler.forget()
            self._next_try = self._clock() + round(RETRY_SECONDS * 1e9)
            raise ReaderError(
                f"the {self._name} is lost: {error}.", remedy="Is its chip connected?"
            ) from error

    def _take(self, frame: WiegandFrame | None) -> None:
        if frame is None:
            return
        try:
            if frame.bits.length in BURST_LENGTHS:
                pin = self._keypad.press(key_of_burst(frame.bits), frame.at_ns / 1e9)
                if pin is not None:
                    self._show(ShownKind.PIN, pin, frame.at_ns)
            else:
                self._show(ShownKind.BADGE, self._numbers.badge_of(frame.bits), frame.at_ns)
        except CardError as error:
            self._complaints.tell(str(error))

    def _show(self, kind: ShownKind, value: str, at_ns: int) -> None:
        ago = timedelta(microseconds=(self._clock() - at_ns) // 1000)
        self._waiting.append(Shown(kind, value, self._name, datetime.now(UTC) - ago, at_ns / 1e9))

    def _let_go(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            request.release()
