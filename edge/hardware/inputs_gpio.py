"""The contacts and buttons of a door on GPIO lines, through the kernel (libgpiod 2).

The kernel debounces, and stamps each edge with its monotonic clock. Levels are read back every
second: an edge that was lost is made up for, and a line that cannot be read is noticed. Chips
without interrupts, such as some expanders on I2C, give no edges; they are read many times a
second instead and debounced here.
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import gpiod
from gpiod.line import Bias, Clock, Direction, Edge, Value

from edge.config.inputs import InputLine
from edge.errors import InputError
from edge.hardware import InputEdge, InputName
from edge.hardware.gpio_lines import take_lines
from edge.hardware.levels import Debounce, Levels
from edge.hardware.wakeup import Wakeup

log = logging.getLogger(__name__)

READ_BACK_SECONDS = 1.0
"""How often the levels are read where the kernel tells of edges."""

RETRY_SECONDS = 2.0
"""Pause between tries to take lines anew of which none could be read."""

SHORTEST_POLL_SECONDS = 0.02
"""Between two looks at lines without edges: a read of an expander takes about a millisecond."""

BIASES = {"pull-up": Bias.PULL_UP, "pull-down": Bias.PULL_DOWN, "none": Bias.DISABLED}


class GpioInputs:
    """Watches the *wires* of *chip*, all in one request; *debounce* in seconds.

    *library* is the module gpiod, *clock* that of :func:`time.monotonic`.

    :raises InputError: if the lines cannot be taken, or none of them can be read.
    """

    def __init__(
        self,
        chip: Path,
        wires: Mapping[InputName, InputLine],
        *,
        debounce: float,
        library: Any = gpiod,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chip = chip
        self._wires = dict(wires)
        self._names = {wire.line: name for name, wire in wires.items()}
        self._debounce_seconds = debounce
        self._library = library
        self._clock = clock
        self._levels = Levels(wires)
        self._debounce = Debounce(debounce)
        self._reported: set[InputName] = set()
        self._edges = True
        self._next_look = 0.0
        self._closed = False
        self._guard = threading.Lock()
        self._request: Any | None = self._taken()
        self._read_back()
        if self._levels.all_lost:
            self._let_go()
            raise InputError(
                f"no input of {chip} can be read.",
                remedy="Is the chip connected? `gpioinfo` and `dmesg` tell more.",
            )
        self._wakeup = Wakeup()

    def levels(self) -> Mapping[InputName, bool | None]:
        return self._levels.now()

    def wait(self, timeout: float) -> tuple[InputEdge, ...]:
        with self._guard:
            deadline = self._clock() + timeout
            while True:
                if self._closed:
                    raise InputError("the inputs are closed; they tell nothing more.")
                until = min(deadline, self._next_look)
                descriptors = () if self._request is None else (self._request.fd,)
                ready, woken = self._wakeup.wait(until - self._clock(), *descriptors)
                before = self._levels.now()
                edges = self._look(told=bool(ready))
                news = edges or self._levels.now() != before
                if news or woken or self._clock() >= deadline:
                    return edges

    def wake(self) -> None:
        self._wakeup.wake()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._wakeup.wake()
        with self._guard:
            self._let_go()
            self._wakeup.close()

    def _taken(self) -> Any:
        """Return a request of all lines, with edges if the chip has them."""
        try:
            return self._asked(edges=self._edges)
        except InputError as error:
            cause = error.__cause__
            # What gpiolib answers for a line without an interrupt (edge_detector_setup).
            if not (isinstance(cause, OSError) and cause.errno == errno.ENXIO and self._edges):
                raise
            log.warning("%s tells of no edges: its lines are read many times a second", self._chip)
            self._edges = False
            return self._asked(edges=False)

    def _asked(self, *, edges: bool) -> Any:
        lines = {
            wire.line: gpiod.LineSettings(
                direction=Direction.INPUT,
                bias=BIASES[wire.bias],
                active_low=wire.active == "low",
                edge_detection=Edge.BOTH if edges else Edge.NONE,
                debounce_period=timedelta(seconds=self._debounce_seconds if edges else 0),
                event_clock=Clock.MONOTONIC,
            )
            for wire in self._wires.values()
        }
        settings = {wire.line: f"inputs.{name}_line" for name, wire in self._wires.items()}
        return take_lines(
            self._chip, lines, settings=settings, refusal=InputError, library=self._library
        )

    def _look(self, *, told: bool) -> tuple[InputEdge, ...]:
        """Return what is news: what the kernel *told*, and what reading back shows."""
        edges: tuple[InputEdge, ...] = ()
        if told:
            edges = self._told()
        if self._clock() < self._next_look:
            return edges
        if self._request is None:
            return edges + self._again()
        # An edge that waits is older than the level read now, so it goes first.
        if self._edges and self._request.wait_edge_events(0):
            return edges
        return edges + self._read_back()

    def _told(self) -> tuple[InputEdge, ...]:
        request = self._request
        if request is None:
            return ()
        try:
            events = request.read_edge_events()
        except OSError:
            # The chip is gone, or its driver is another by now: nothing more comes from here.
            self._let_go()
            self._next_look = self._clock()
            return ()
        return tuple(
            edge
            for event in events
            for edge in self._known(
                self._names[event.line_offset],
                active=event.event_type is gpiod.EdgeEvent.Type.RISING_EDGE,
                monotonic=event.timestamp_ns / 1e9,
            )
        )

    def _read_back(self) -> tuple[InputEdge, ...]:
        edges: tuple[InputEdge, ...] = ()
        request: Any = self._request
        for name, wire in self._wires.items():
            now = self._clock()
            try:
                active = request.get_value(wire.line) is Value.ACTIVE
            except OSError as error:
                self._lose(name, error)
                continue
            if self._edges or self._debounce.settled(name, active=active, now=now):
                edges += self._known(name, active=active, monotonic=now)
        if self._levels.all_lost:
            self._let_go()
        self._next_look = self._clock() + self._pause()
        return edges

    def _pause(self) -> float:
        if self._request is None:
            return RETRY_SECONDS
        if self._edges:
            return READ_BACK_SECONDS
        return max(self._debounce_seconds / 2, SHORTEST_POLL_SECONDS)

    def _again(self) -> tuple[InputEdge, ...]:
        """Take the lines anew that were lost, if they can be had; that they cannot was told."""
        self._next_look = self._clock() + RETRY_SECONDS
        try:
            self._request = self._taken()
        except InputError as error:
            for name in self._wires:
                self._lose(name, error)
            return ()
        return self._read_back()

    def _known(self, name: InputName, *, active: bool, monotonic: float) -> tuple[InputEdge, ...]:
        if name in self._reported:
            self._reported.discard(name)
            log.warning("the input %s can be read again", name)
        return self._levels.read(name, active, monotonic)

    def _lose(self, name: InputName, error: Exception) -> None:
        self._levels.lose(name)
        self._debounce.forget(name)
        if name not in self._reported:
            self._reported.add(name)
            where = f"line {self._wires[name].line} of {self._chip}"
            log.error("the input %s (%s) cannot be read: %s", name, where, error)

    def _let_go(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            request.release()
