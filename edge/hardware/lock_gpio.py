"""A lock behind a relay on a GPIO line, through the kernel's character device (libgpiod 2).

Direction and level are set in the one call that takes the line, so the relay sees no blip: for a
door a blip is an open door. What a pin does when nobody holds it any more depends on the chip and
the kernel, so it is secured before it is let go, and a pull resistor must hold the safe level.
"""

from __future__ import annotations

import errno
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import gpiod

from edge.errors import LockError
from edge.hardware import LockState

CONSUMER = "ostiary"
"""The name under which ``gpioinfo`` shows who holds the line."""


class GpioLock:
    """Drives *line* of *chip*; *active_high* tells whether a high pin releases the door.

    *library* is the module gpiod.

    :raises LockError: if the line cannot be taken.
    """

    def __init__(
        self, chip: Path, line: int, *, active_high: bool = True, library: Any = gpiod
    ) -> None:
        self._where = f"line {line} of {chip}"
        self._line = line
        self._library = library
        self._guard = threading.Lock()
        self._state = LockState.RELEASED
        values = library.line.Value
        self._levels = {LockState.SECURED: values.INACTIVE, LockState.RELEASED: values.ACTIVE}
        settings = library.LineSettings(
            direction=library.line.Direction.OUTPUT,
            output_value=self._levels[LockState.SECURED],
            active_low=not active_high,
        )
        try:
            self._request: Any | None = library.request_lines(
                str(chip), consumer=CONSUMER, config={line: settings}
            )
        except (OSError, ValueError) as error:
            raise _refusal(library, chip, line, error) from error
        self._state = LockState.SECURED

    @property
    def state(self) -> LockState:
        return self._state

    def secure(self) -> None:
        with self._guard:
            self._switch(LockState.SECURED)

    def release(self) -> None:
        with self._guard:
            self._switch(LockState.RELEASED)

    def close(self) -> None:
        with self._guard:
            if self._request is None:
                return
            try:
                self._switch(LockState.SECURED)
            finally:
                request, self._request = self._request, None
                request.release()

    def _switch(self, state: LockState) -> None:
        if self._request is None:
            raise LockError(f"the lock on {self._where} is closed; it takes no more commands.")
        # Until it is sure that it is secured, a lock counts as released.
        self._state = LockState.RELEASED
        try:
            self._request.set_value(self._line, self._levels[state])
        except (OSError, ValueError, self._library.RequestReleasedError) as error:
            raise LockError(
                f"{self._where} did not take the command ({state}): {error}.",
                remedy="Check the relay's wiring; guard the door until `ostiary doctor` is content.",
            ) from error
        self._state = state


def _refusal(library: Any, chip: Path, line: int, error: Exception) -> LockError:
    """Return what is wrong, and the way out of it."""
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOENT:
        message = f"there is no {chip}."
        remedy = "`gpiodetect` lists the chips: set lock.chip to the one of the pin header."
    elif code in (errno.EACCES, errno.EPERM):
        message = f"{chip} may not be used by this user."
        remedy = "Add the user to the group gpio and sign in anew."
    elif code == errno.EBUSY:
        message = f"line {line} of {chip} is held by {_holder(library, chip, line)}."
        remedy = "Stop what holds it (systemctl stop ostiary-door), or set lock.line to another."
    else:
        message = f"line {line} of {chip} cannot be driven: {error}."
        remedy = "`gpioinfo` lists the lines: set lock.chip and lock.line to one of them."
    return LockError(message, remedy=remedy)


def _holder(library: Any, chip: Path, line: int) -> str:
    consumer = ""
    with suppress(OSError), library.Chip(str(chip)) as device:
        consumer = device.get_line_info(line).consumer
    return f'"{consumer}"' if consumer else "another program"
