"""Ending a wait for devices from another thread: an eventfd beside the devices' own descriptors."""

from __future__ import annotations

import math
import os
import select
import threading


class Wakeup:
    """Waits for descriptors to become readable, or for somebody to call :meth:`wake`."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._event: int | None = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def wake(self) -> None:
        """End the wait of another thread now, or the next one; harmless when closed."""
        with self._guard:
            if self._event is not None:
                os.eventfd_write(self._event, 1)

    def wait(self, seconds: float, *descriptors: int) -> tuple[frozenset[int], bool]:
        """Return which of *descriptors* are readable or broken, and whether somebody woke this.

        Waits *seconds* at most. One thread waits, and none once this is closed.
        """
        if self._event is None:
            raise ValueError("nothing can be waited for any more")
        poll = select.poll()
        for descriptor in (self._event, *descriptors):
            poll.register(descriptor, select.POLLIN)
        # Rounded up, so that a wait that is almost over does not become a busy loop.
        ready = {found for found, _ in poll.poll(math.ceil(max(seconds, 0.0) * 1000))}
        woken = self._event in ready
        if woken:
            os.eventfd_read(self._event)
        return frozenset(ready - {self._event}), woken

    def close(self) -> None:
        """Give the descriptor back, once nobody waits any more; may be called twice."""
        with self._guard:
            if self._event is not None:
                os.close(self._event)
                self._event = None
