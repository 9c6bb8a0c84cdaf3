"""A double of the module gpiod: one chip whose pins the test drives, with gpiod's own types.

It does what the kernel does with them: it holds a line once, turns levels by active_low, gives
edges as events on a descriptor that can be polled, and refuses edges where it has no interrupts.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from types import SimpleNamespace
from typing import Any, Self

import gpiod
from gpiod.line import Direction, Edge, Value

PATH = "/dev/gpiochip0"


class Request:
    """Lines of a chip that are held."""

    def __init__(self, chip: Chip, config: dict[int, gpiod.LineSettings]) -> None:
        self.chip = chip
        self.config = config
        self.released = False
        self.events: deque[gpiod.EdgeEvent] = deque()
        self.fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK | os.EFD_SEMAPHORE)

    def get_value(self, line: int) -> Value:
        self._obey(line)
        high = self.chip.high.get(line, False)
        return Value(int(high is not self.config[line].active_low))

    def set_value(self, line: int, value: Value) -> None:
        self.set_values({line: value})

    def set_values(self, values: dict[int, Value]) -> None:
        for line in values:
            self._obey(line)
        for line, value in values.items():
            self.chip.drive(line, bool(value) is not self.config[line].active_low)
        self.chip.calls.append(dict(values))

    def wait_edge_events(self, timeout: float) -> bool:
        assert timeout == 0
        return bool(self.events)

    def read_edge_events(self) -> list[gpiod.EdgeEvent]:
        os.eventfd_read(self.fd)
        if self.chip.gone is not None:
            raise self.chip.gone
        return [self.events.popleft()]

    def tell(self, event: gpiod.EdgeEvent) -> None:
        self.events.append(event)
        os.eventfd_write(self.fd, 1)

    def release(self) -> None:
        assert not self.released
        self.released = True
        self.chip.requests.remove(self)
        self.chip.calls.append("given back")
        os.close(self.fd)

    def _obey(self, line: int) -> None:
        assert not self.released
        if self.chip.gone is not None:
            raise self.chip.gone
        if line in self.chip.faults:
            raise self.chip.faults[line]


class Chip:
    """The module gpiod and its one chip. *calls* has every request, value and giving back.

    *refusal* is raised for every request, *faults* for single lines, *gone* for all that is held.
    """

    RequestReleasedError = gpiod.RequestReleasedError

    def __init__(self, *, interrupts: bool = True) -> None:
        self.interrupts = interrupts
        self.high: dict[int, bool] = {}
        self.refusal: Exception | None = None
        self.faults: dict[int, Exception] = {}
        self.gone: Exception | None = None
        self.calls: list[Any] = []
        self.requests: list[Request] = []
        self.others: dict[int, str] = {}
        self.changed = threading.Condition()

    def request_lines(
        self,
        path: str,
        *,
        consumer: str,
        config: dict[int, gpiod.LineSettings],
        event_buffer_size: int = 16,
    ) -> Request:
        assert event_buffer_size <= 1024, "the kernel cuts it off there: gpiolib-cdev"
        assert (path, consumer) == (PATH, "ostiary")
        if self.refusal is not None:
            raise self.refusal
        if any(self._holder(line) is not None for line in config):
            raise OSError(errno.EBUSY, "Device or resource busy")
        edges = [each for each in config.values() if each.edge_detection is not Edge.NONE]
        if edges and not self.interrupts:
            raise OSError(errno.ENXIO, "No such device or address")
        request = Request(self, config)
        for line, wanted in config.items():
            if wanted.direction is Direction.OUTPUT:
                self.drive(line, bool(wanted.output_value) is not wanted.active_low)
        self.requests.append(request)
        self.calls.append(config)
        return request

    def drive(self, line: int, high: bool, *, at: float | None = None) -> None:
        """Set the level of a pin; with *at*, tell of it as an edge at that many seconds."""
        with self.changed:
            self.high[line] = high
            self.changed.notify_all()
        for request in self.requests if at is not None else ():
            if line in request.config:
                assert at is not None
                rising = high is not request.config[line].active_low
                kind = gpiod.EdgeEvent.Type.RISING_EDGE if rising else FALLING
                request.tell(gpiod.EdgeEvent(kind.value, round(at * 1e9), line, 1, 1))

    def becomes(self, *high: int) -> bool:
        """Wait until exactly the pins *high* are high; return whether they ever were."""
        with self.changed:
            return self.changed.wait_for(
                lambda: {line for line, level in self.high.items() if level} == set(high), 30
            )

    def Chip(self, path: str) -> Chip:  # noqa: N802 - gpiod's name
        assert path == PATH
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""

    def get_line_info(self, line: int) -> SimpleNamespace:
        holder = self._holder(line)
        return SimpleNamespace(used=holder is not None, consumer=holder or "")

    def _holder(self, line: int) -> str | None:
        ours = any(line in request.config for request in self.requests)
        return "ostiary" if ours else self.others.get(line)


FALLING = gpiod.EdgeEvent.Type.FALLING_EDGE
