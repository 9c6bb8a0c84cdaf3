"""The readers of badges and PINs at one door, heard by a thread each, so that nobody waits for them.

A reader that is lost is said once, and again when it is back; what it read too long ago is dropped:
whoever held her badge to a door that was busy with something else has turned away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from edge.domain import Shown
from edge.errors import ReaderError
from edge.hardware import CardReader

log = logging.getLogger(__name__)

WAIT_SECONDS = 0.5
"""How long a thread waits for a badge before it looks whether to end."""

STALE_SECONDS = 3.0
"""What was read longer ago than this opens nothing any more."""

KEPT = 16
"""Credentials that may wait; of more, the oldest are dropped."""


class CardReaders:
    """Hears *readers* from :meth:`start` on, and owns them."""

    def __init__(
        self, readers: Sequence[CardReader], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._readers = tuple(readers)
        self._clock = clock
        self._heard: deque[Shown] = deque(maxlen=KEPT)
        self._changes: deque[tuple[str, bool]] = deque()
        self._ends = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to hear."""
        for reader in self._readers:
            thread = threading.Thread(
                target=self._listen, args=(reader,), name=f"reader {reader.name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def take(self) -> tuple[Shown, ...]:
        """Return what was shown since the last call, oldest first."""
        taken = []
        while self._heard:
            what = self._heard.popleft()
            if self._clock() - what.monotonic <= STALE_SECONDS:
                taken.append(what)
        return tuple(taken)

    def changes(self) -> tuple[tuple[str, bool], ...]:
        """Return which readers were lost (True) or are back (False) since the last call."""
        changes = []
        while self._changes:
            changes.append(self._changes.popleft())
        return tuple(changes)

    def close(self) -> None:
        """Give the readers back; may be called twice."""
        self._ends.set()
        with ExitStack() as parts:
            for reader in self._readers:
                parts.callback(reader.close)
        for thread in self._threads:
            thread.join(WAIT_SECONDS * 2)

    def _listen(self, reader: CardReader) -> None:
        lost = False
        while not self._ends.is_set():
            try:
                what = reader.read(WAIT_SECONDS)
            except Exception as error:  # noqa: BLE001 - a reader that fails opens nothing
                if self._ends.is_set():
                    return
                if not lost:
                    lost = True
                    self._say_lost(reader, error)
                self._ends.wait(WAIT_SECONDS)
                continue
            if lost:
                lost = False
                log.warning("the reader %s is back", reader.name)
                self._changes.append((reader.name, False))
            if what is not None:
                self._heard.append(what)

    def _say_lost(self, reader: CardReader, error: Exception) -> None:
        self._changes.append((reader.name, True))
        if isinstance(error, ReaderError):
            log.error("the reader %s is lost: %s", reader.name, error)
        else:
            log.error(
                "the reader %s fails; this is a fault in Ostiary.", reader.name, exc_info=error
            )
