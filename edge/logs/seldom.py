"""Telling the log what others can repeat as often as they like, without letting them fill the disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

PAUSE_SECONDS = 60.0


class Seldom:
    """Warns by *log* at most once a minute, and says how often it was meanwhile. For any thread.

    *clock* gives monotonic seconds.
    """

    def __init__(self, log: logging.Logger, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._turn = threading.Lock()
        self._told = float("-inf")
        self._untold = 0

    def warn(self, text: str, *arguments: object) -> None:
        """Tell *text*, unless something was told less than a minute ago; then only count it."""
        with self._turn:
            now = self._clock()
            if now - self._told < PAUSE_SECONDS:
                self._untold += 1
                return
            others, self._told, self._untold = self._untold, now, 0
        if others:
            text, arguments = f"{text} (%d more since the last line)", (*arguments, others)
        self._log.warning(text, *arguments)
