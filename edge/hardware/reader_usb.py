"""Readers by USB: one that plays a keyboard, and a number pad for PINs; either or both.

Both are keyboards to the kernel. What one types is a badge's number, what the other's keys are is a
PIN; which is which, the settings say.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from edge.domain import Shown, ShownKind, Signal
from edge.errors import CardError, ReaderError
from edge.hardware.complaints import Complaints
from edge.hardware.input_devices import Keyboard, KeyEvent
from edge.hardware.wakeup import Wakeup
from edge.readers.keypad import Keypad
from edge.readers.wedge import MEANINGLESS_KEYS, PAD_KEYS, Wedge

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
"""Pause between tries to open a device anew that was unplugged."""

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
"""Of linux/input-event-codes.h: kinds of events, and that the kernel had to drop some."""


class _Keys(Protocol):
    """What becomes of keystrokes."""

    def stroke(self, key: str, *, down: bool, now: float) -> str | None:
        """Take one; return what it completes."""

    def lost(self) -> None:
        """Forget what had begun: keystrokes were lost."""

    def unplugged(self) -> None:
        """Forget everything."""


class _PadKeys:
    """The keys of a number pad."""

    def __init__(self) -> None:
        self._keypad = Keypad()

    def stroke(self, key: str, *, down: bool, now: float) -> str | None:
        if not down or key in MEANINGLESS_KEYS:
            return None
        return self._keypad.press(PAD_KEYS.get(key, key), now)

    def lost(self) -> None:
        self._keypad.clear()

    def unplugged(self) -> None:
        self._keypad.clear()


class _Device:
    """One device that comes and goes, and what its keystrokes become."""

    def __init__(self, kind: ShownKind, connect: Callable[[], Keyboard]) -> None:
        self.kind = kind
        self.connect = connect
        self.keys: _Keys = Wedge() if kind is ShownKind.BADGE else _PadKeys()
        self.keyboard: Keyboard | None = connect()
        self.next_try = float("-inf")
        self.fault = ""


class UsbReader:
    """Reads badges and PINs from what *devices* open, grabbed.

    *names* are the key codes' names, as ``ecodes.KEY`` has them. *clock* is that of
    :func:`time.monotonic`.

    :raises ReaderError: if a device cannot be opened.
    """

    def __init__(
        self,
        devices: Mapping[ShownKind, Callable[[], Keyboard]],
        *,
        names: Mapping[int, str],
        name: str = "USB reader",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._names = names
        self._name = name
        self._clock = clock
        self._complaints = Complaints(log, name, clock)
        self._waiting: deque[Shown] = deque()
        self._guard = threading.Lock()
        self._closed = False
        self._devices: list[_Device] = []
        try:
            for kind, connect in devices.items():
                self._devices.append(_Device(kind, connect))
        except ReaderError:
            self._let_go()
            raise
        self._wakeup = Wakeup()

    @property
    def name(self) -> str:
        return self._name

    def read(self, timeout: float) -> Shown | None:
        with self._guard:
            deadline = self._clock() + timeout
            while not self._closed:
                self._look(deadline)
                if self._waiting:
                    return self._waiting.popleft()
                if self._clock() >= deadline:
                    break
            if self._closed:
                raise ReaderError(f"the {self._name} is closed; it reads no more.")
            faults = [each.fault for each in self._devices if each.keyboard is None]
            if faults:
                raise ReaderError(
                    f"the {self._name} is lost: {' '.join(faults)}", remedy="Is it plugged in?"
                )
            return None

    def signal(self, signal: Signal) -> None:
        """Do nothing: these readers have no lights that could be told."""

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._wakeup.wake()
        with self._guard:
            self._let_go()
            self._wakeup.close()

    def _look(self, deadline: float) -> None:
        """Wait for keystrokes until *deadline*, or until a lost device is due to be tried."""
        for device in self._devices:
            if device.keyboard is None and self._clock() >= device.next_try:
                self._try(device)
        ends = {each.keyboard.fileno(): each for each in self._devices if each.keyboard is not None}
        tries = [each.next_try for each in self._devices if each.keyboard is None]
        ready, _ = self._wakeup.wait(min([deadline, *tries]) - self._clock(), *ends)
        for end in ready:
            self._take(ends[end])

    def _take(self, device: _Device) -> None:
        if device.keyboard is None or self._closed:
            return
        try:
            for event in device.keyboard.read():
                self._event(device, event)
        except BlockingIOError:
            return
        except OSError as error:
            device.keyboard.close()
            device.keyboard = None
            device.keys.unplugged()
            device.fault = f"{error.strerror}."
            log.warning("the %s lost the device for a %s: %s", self._name, device.kind, error)

    def _event(self, device: _Device, event: KeyEvent) -> None:
        if event.type == EV_SYN and event.code == SYN_DROPPED:
            device.keys.lost()
        if event.type != EV_KEY or event.value not in (0, 1):
            return
        now = event.timestamp()
        key = self._names.get(event.code, "")
        try:
            value = device.keys.stroke(key, down=event.value == 1, now=now)
        except CardError as error:
            self._complaints.tell(error.message)
            return
        if value is not None:
            ago = timedelta(seconds=self._clock() - now)
            at = datetime.now(UTC) - ago
            self._waiting.append(Shown(device.kind, value, self._name, at, now))

    def _try(self, device: _Device) -> None:
        device.next_try = self._clock() + RETRY_SECONDS
        try:
            device.keyboard = device.connect()
        except ReaderError as error:
            device.fault = error.message
        else:
            log.info("the %s has the device for a %s again", self._name, device.kind)

    def _let_go(self) -> None:
        for device in self._devices:
            keyboard, device.keyboard = device.keyboard, None
            if keyboard is not None:
                keyboard.close()
