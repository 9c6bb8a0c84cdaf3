"""The longest that a lock may stay released, kept by its own adapter.

Whoever releases a lock means to secure it. Should that thread hang, or forget, this one secures.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from edge.errors import LockError

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
"""Pause between tries to secure a lock that did not obey."""


class ReleaseLimit:
    """Calls *secure* when a release is *seconds* old and neither ended nor begun anew.

    All methods are called, and *secure* is, by who holds *guard*, the lock's own: so a release that
    is begun anew is never cut short by the end of the one before.
    """

    def __init__(
        self, guard: threading.Condition, secure: Callable[[], None], *, seconds: float
    ) -> None:
        self._guard = guard
        self._secure = secure
        self._seconds = seconds
        self._until: float | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def begin(self) -> None:
        """Count from now; to be called before the lock is released.

        :raises LockError: if no thread can be started to count.
        """
        if self._thread is None:
            thread = threading.Thread(target=self._watch, name="release limit", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                raise LockError(
                    "no thread could be started to limit the release; the door stays locked.",
                    remedy="The machine is out of memory or threads: run `ostiary doctor`.",
                ) from error
            self._thread = thread
        self._until = time.monotonic() + self._seconds
        self._guard.notify_all()

    def end(self) -> None:
        """Stop counting; to be called once the lock is secured."""
        self._until = None

    def close(self) -> None:
        """Let the thread end."""
        self._closed = True
        self._guard.notify_all()

    def _watch(self) -> None:
        complained = False
        with self._guard:
            while not self._closed:
                left = None if self._until is None else self._until - time.monotonic()
                if left is None or left > 0:
                    complained = False
                    self._guard.wait(left)
                elif not self._obeyed(complained=complained):
                    complained = True
                    self._guard.wait(RETRY_SECONDS)

    def _obeyed(self, *, complained: bool) -> bool:
        try:
            self._secure()
        except LockError as error:
            if not complained:
                log.critical("the lock does not secure, the door may be open: %s", error)
            return False
        log.critical(
            "the lock was neither secured nor released anew for %g s: its adapter secured it",
            self._seconds,
        )
        return True
