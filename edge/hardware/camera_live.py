"""A live camera: the newest frame is the one that is read, and a lost camera is found again.

A device is read by a thread of its own, because drivers block: the thread keeps one frame, the
newest, and what the door is too slow to look at is dropped. The reader of the frames does the
supervising: it notices silence, gives the connection up and makes a new one, later each time.

A driver that hangs cannot be interrupted, and releasing a device under a call that still runs in
it crashes the process. So a silent thread is abandoned with its device: it gives the device back
itself if the call ever returns, and is harmless if not.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from edge.domain import Frame
from edge.errors import CameraError
from edge.hardware.frames import FrameMaker, utc_now

log = logging.getLogger(__name__)

MAX_HUNG = 3
"""Threads that may hang in a driver before no more are risked: each keeps memory and a device."""

HANGS_REMEDY = "Restart the service; if it comes back, restart the machine."

CLOSE_SECONDS = 2.0
"""How long closing waits for the device to be given back."""


class FrameSource(Protocol):
    """One connection to a device; made, used and closed by a single thread."""

    def open(self) -> None:
        """Connect.

        :raises CameraError: if the device cannot be opened.
        """

    def grab(self) -> Any:
        """Block until the next picture is there and return it: BGR, BGRA or grey, 8 bits.

        :raises CameraError: if there is none to come.
        """

    def close(self) -> None:
        """Give the device back; may be called when :meth:`open` failed."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses between attempts: *first* seconds, doubled each time, at most *longest*."""

    first: float = 1.0
    longest: float = 30.0

    def pause(self, failures: int) -> float:
        """Return the seconds to wait after *failures* attempts in a row failed (1 or more)."""
        # Beyond 2 ** 32 the pause is the longest in any case, and a float would overflow.
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 32))


class _Reader:
    """One connection and the thread that reads it; told to end, it may take its time."""

    def __init__(
        self, source: FrameSource, frames: FrameMaker, changed: threading.Condition
    ) -> None:
        self.frame: Frame | None = None
        self.fault: Exception | None = None
        self.signs = 0
        self._source = source
        self._frames = frames
        self._changed = changed
        self._ended = threading.Event()
        # A daemon: a driver that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> None:
        self._ended.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            try:
                self._source.open()
                self._show(None)
                while not self._ended.is_set():
                    self._show(self._frames.make(self._source.grab()))
            finally:
                self._source.close()
        except Exception as error:  # noqa: BLE001 - handed to whoever reads the camera
            with self._changed:
                self.fault = error
                self._changed.notify_all()

    def _show(self, frame: Frame | None) -> None:
        """Put the newest frame in place of the last, or only show that the driver answers."""
        with self._changed:
            self.frame = frame
            self.signs += 1
            self._changed.notify_all()


class LiveCamera:
    """A camera that is read for ever. :meth:`read` belongs to one thread."""

    def __init__(
        self,
        connect: Callable[[], FrameSource],
        *,
        name: str,
        timeout: float,
        remedy: str = "Is its cable seated?",
        rotate: int = 0,
        backoff: Backoff = Backoff(),
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Begin to connect; *timeout* is how many seconds without a frame mean that it is lost."""
        self._connect = connect
        self._name = name
        self._timeout = timeout
        self._remedy = remedy
        self._frames = FrameMaker(rotate=rotate, clock=clock, now=now)
        self._backoff = backoff
        self._clock = clock
        self._changed = threading.Condition()
        self._reader: _Reader | None = None
        self._hung: list[_Reader] = []
        self._closed = False
        self._signs = 0
        self._signed_at = clock()
        self._retry_at = self._signed_at
        self._failures = 0
        self._lost_at: float | None = None
        self._back_at = float("-inf")
        self._fault = CameraError("not yet connected")

    @property
    def name(self) -> str:
        return self._name

    def read(self, timeout: float) -> Frame | None:
        """Return the newest frame not yet returned; see :class:`edge.hardware.Camera`."""
        deadline = self._clock() + timeout
        with self._changed:
            while True:
                now = self._clock()
                self._supervise(now)
                frame = self._take()
                if frame is not None:
                    self._seen(now)
                    return frame
                if now >= deadline:
                    break
                self._changed.wait(max(0.0, min(deadline, self._due()) - now))
            if self._lost_at is not None:
                raise CameraError(f"camera lost: {self._told()}", remedy=self._fault.remedy)
            return None

    def close(self) -> None:
        with self._changed:
            self._closed = True
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.end()
            reader.join(CLOSE_SECONDS)

    def _take(self) -> Frame | None:
        if self._reader is None:
            return None
        frame, self._reader.frame = self._reader.frame, None
        return frame

    def _due(self) -> float:
        """Return when there is something to supervise, frames aside."""
        return self._retry_at if self._reader is None else self._signed_at + self._timeout

    def _supervise(self, now: float) -> None:
        """Notice what became of the connection; make a new one when it is time."""
        if self._closed:
            raise CameraError(f"camera {self._name} is closed.")
        reader = self._reader
        if reader is None:
            if now >= self._retry_at:
                self._reconnect(now)
        elif reader.signs != self._signs:
            self._signs, self._signed_at = reader.signs, now
        elif reader.fault is not None:
            self._lose(now, _as_camera_error(reader.fault))
        elif now - self._signed_at >= self._timeout:
            reader.end()
            self._hung.append(reader)
            self._lose(now, CameraError(f"no frame for {self._timeout:g} s"))

    def _reconnect(self, now: float) -> None:
        self._hung = [reader for reader in self._hung if reader.running]
        if len(self._hung) >= MAX_HUNG:
            hangs = CameraError("its driver hangs, and a new try would too", remedy=HANGS_REMEDY)
            self._lose(now, hangs)
            return
        self._signs, self._signed_at = 0, now
        self._reader = _Reader(self._connect(), self._frames, self._changed)

    def _lose(self, now: float, fault: CameraError) -> None:
        if self._lost_at is None and now - self._back_at > self._backoff.longest:
            # It worked for a while: this is a new fault, not the old one flapping.
            self._failures = 0
        self._failures += 1
        self._retry_at = now + self._backoff.pause(self._failures)
        self._reader = None
        self._fault = CameraError(fault.message, remedy=fault.remedy or self._remedy)
        if self._lost_at is None:
            self._lost_at = now
            log.warning("camera lost: %s %s", self._told(), self._fault.remedy)

    def _told(self) -> str:
        return f"{self._name}: {self._fault.message.rstrip('.')}."

    def _seen(self, now: float) -> None:
        if self._lost_at is not None:
            log.warning("camera back after %.0f s: %s", now - self._lost_at, self._name)
            self._lost_at = None
            self._back_at = now


def _as_camera_error(fault: Exception) -> CameraError:
    """Return *fault* as one that may be shown: of an unforeseen one the text may hold a secret."""
    if isinstance(fault, CameraError):
        return fault
    return CameraError(f"{type(fault).__name__} in its driver")
