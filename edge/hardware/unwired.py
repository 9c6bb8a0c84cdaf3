"""A door to which no contacts, no lights or no reader are wired: nothing happens, nothing is shown."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType

from edge.domain import Prompt, Shown, Signal
from edge.errors import InputError, LockError, ReaderError
from edge.hardware import InputEdge, InputName, LockState
from edge.hardware.wakeup import Wakeup


class NoLock:
    """No lock: a panel drives it, and decides. It is always secured, as far as we are concerned."""

    state = LockState.SECURED

    def secure(self) -> None:
        """There is nothing to secure."""

    def release(self) -> None:
        """Refuse: nothing may believe that this door is open.

        :raises LockError: always.
        """
        raise LockError(
            "this door has no lock of its own; its panel drives it.",
            remedy='Set lock.kind = "gpio" where the appliance is to release it, for the way out.',
        )

    def close(self) -> None:
        """There is nothing to give back."""


class NoInputs:
    """No contact, no button: only time passes, until somebody wakes who waits."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._wakeup = Wakeup()
        self._closed = False

    def levels(self) -> Mapping[InputName, bool | None]:
        return MappingProxyType({})

    def wait(self, timeout: float) -> tuple[InputEdge, ...]:
        with self._guard:
            if self._closed:
                raise InputError("the inputs are closed; they tell nothing more.")
            self._wakeup.wait(timeout)
        return ()

    def wake(self) -> None:
        self._wakeup.wake()

    def close(self) -> None:
        self._closed = True
        self._wakeup.wake()
        with self._guard:
            self._wakeup.close()


class NoSignals:
    """Shows nothing."""

    def show(self, signal: Signal) -> None:
        """Show nothing."""

    def prompt(self, prompt: Prompt | None) -> None:
        """Ask nothing."""

    def close(self) -> None:
        """Give nothing back."""


class NoReader:
    """Nobody holds a badge to it: only time passes."""

    name = "no reader"

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._wakeup = Wakeup()
        self._closed = False

    def read(self, timeout: float) -> Shown | None:
        with self._guard:
            if not self._closed:
                self._wakeup.wait(timeout)
            if self._closed:
                raise ReaderError("there is no reader; it is closed, too.")
        return None

    def signal(self, signal: Signal) -> None:
        """Show nothing."""

    def close(self) -> None:
        self._closed = True
        self._wakeup.wake()
        with self._guard:
            self._wakeup.close()
