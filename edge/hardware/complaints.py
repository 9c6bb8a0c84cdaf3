"""Telling the log what a device sent that is of no use, without letting noise fill the disk."""

from __future__ import annotations

import logging
from collections.abc import Callable

PAUSE_SECONDS = 60.0
"""Between two lines of the log. Interference on a cable makes dozens of wrong frames a second."""


class Complaints:
    """Tells *log* what is wrong with what *whose* sends, and how often since the last time.

    *clock* gives monotonic seconds. The messages hold no number and no PIN.
    """

    def __init__(self, log: logging.Logger, whose: str, clock: Callable[[], float]) -> None:
        self._log = log
        self._whose = whose
        self._clock = clock
        self._told = float("-inf")
        self._untold = 0
        self._count = 0

    @property
    def count(self) -> int:
        """How many there were in all."""
        return self._count

    def tell(self, what: str) -> None:
        """Tell *what*, unless something was told less than a minute ago; then only count it."""
        self._count += 1
        now = self._clock()
        if now - self._told < PAUSE_SECONDS:
            self._untold += 1
            return
        others = f" ({self._untold} more since the last line)" if self._untold else ""
        self._log.warning("the %s sent something of no use: %s%s", self._whose, what, others)
        self._told, self._untold = now, 0
