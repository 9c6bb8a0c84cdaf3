"""A lock behind a relay on a GPIO line, through the kernel's character device (libgpiod 2).

Direction and level are set in the one call that takes the line, so the relay sees no blip: for a
door a blip is an open door. What a pin does when nobody holds it any more depends on the chip and
the kernel, so it is secured before it is let go, and a pull resistor must hold the safe level.

The line is active while the relay is on. A fail-secure lock (a strike that needs current to open)
is secured by switching it off; a fail-safe one (a magnet that needs current to hold) by switching
it on: without power, or a program, the door is then released, as an escape route demands.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import gpiod
from gpiod.line import Direction, Value

from edge.config.lock import MAX_RELEASE_SECONDS
from edge.errors import LockError
from edge.hardware import LockState
from edge.hardware.gpio_lines import take_lines
from edge.hardware.release_limit import ReleaseLimit


class GpioLock:
    """Drives *line* of *chip*; *active_high* tells whether a high pin switches the relay on.

    *fail_safe*: the door is released while the relay is off. After *max_release* seconds it
    secures itself unless it was released anew. *library* is the module gpiod.

    :raises LockError: if the line cannot be taken.
    """

    def __init__(
        self,
        chip: Path,
        line: int,
        *,
        active_high: bool = True,
        fail_safe: bool = False,
        max_release: float = MAX_RELEASE_SECONDS,
        library: Any = gpiod,
    ) -> None:
        self._where = f"line {line} of {chip}"
        self._line = line
        self._library = library
        self._guard = threading.Condition()
        self._limit = ReleaseLimit(
            self._guard, lambda: self._switch(LockState.SECURED), seconds=max_release
        )
        self._state = LockState.RELEASED
        off, on = Value.INACTIVE, Value.ACTIVE
        self._levels = {
            LockState.SECURED: on if fail_safe else off,
            LockState.RELEASED: off if fail_safe else on,
        }
        wanted = gpiod.LineSettings(
            direction=Direction.OUTPUT,
            output_value=self._levels[LockState.SECURED],
            active_low=not active_high,
        )
        self._request: Any | None = take_lines(
            chip, {line: wanted}, settings={line: "lock.line"}, refusal=LockError, library=library
        )
        self._state = LockState.SECURED

    @property
    def state(self) -> LockState:
        return self._state

    def secure(self) -> None:
        with self._guard:
            self._switch(LockState.SECURED)

    def release(self) -> None:
        with self._guard:
            self._must_be_open()
            self._limit.begin()
            self._switch(LockState.RELEASED)

    def close(self) -> None:
        with self._guard:
            if self._request is None:
                return
            try:
                self._switch(LockState.SECURED)
            finally:
                self._limit.close()
                request, self._request = self._request, None
                request.release()

    def _switch(self, state: LockState) -> None:
        request = self._must_be_open()
        # Until it is sure that it is secured, a lock counts as released.
        self._state = LockState.RELEASED
        try:
            request.set_value(self._line, self._levels[state])
        except (OSError, ValueError, self._library.RequestReleasedError) as error:
            raise LockError(
                f"{self._where} did not take the command ({state}): {error}.",
                remedy="Check the relay's wiring; guard the door until `ostiary doctor` is content.",
            ) from error
        self._state = state
        if state is LockState.SECURED:
            self._limit.end()

    def _must_be_open(self) -> Any:
        if self._request is None:
            raise LockError(f"the lock on {self._where} is closed; it takes no more commands.")
        return self._request
