"""The lock, released until a deadline and never longer: who renews it may hang, or be gone.

A thread of its own waits for the deadline and secures the lock, again and again until it obeys.
It knows nothing but the lock and the time. What no program can promise is a release that outlives
it: after SIGKILL the service manager runs ``ostiary lock secure`` (``ExecStopPost=``), and for a
loss of power the relay or the strike itself must time out (see docs/wiring.md).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from edge.errors import LockError
from edge.hardware import Lock, LockState

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
"""Pause between tries to secure a lock that did not obey."""

_NEVER = float("-inf")


class Lease:
    """Holds *lock* released, never for more than *longest* seconds ahead. For any thread."""

    def __init__(
        self, lock: Lock, *, longest: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = lock
        self._longest = longest
        self._clock = clock
        self._changed = threading.Condition()
        self._until = _NEVER
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def released(self) -> bool:
        """Whether the door is released, or may be: a lock that does not obey counts as released."""
        return self._lock.state is not LockState.SECURED

    def hold(self, until: float) -> None:
        """Release the lock until the second *until* of the clock, in place of what was said before.

        :raises LockError: if the lock did not obey, or nothing could secure it in time; it has been
            secured, or is being tried.
        """
        with self._changed:
            self._until = min(until, self._clock() + self._longest)
            try:
                self._watch()
                self._lock.release()
            except BaseException:
                self._until = _NEVER
                raise
            finally:
                self._changed.notify_all()

    def secure(self) -> None:
        """Lock the door now.

        :raises LockError: if the lock does not obey; it is tried until it does.
        """
        with self._changed:
            self._until = _NEVER
            self._changed.notify_all()
            try:
                self._lock.secure()
            except LockError:
                self._watch()
                raise

    def close(self) -> None:
        """Lock the door and give the device back."""
        try:
            self.secure()
        finally:
            with self._changed:
                self._closed = True
                self._lock.close()

    def _watch(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        thread = threading.Thread(target=self._run, name="lease", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise LockError(
                "no thread could be started to time the release; the door stays locked.",
                remedy="The machine is out of memory or threads: run `ostiary doctor`.",
            ) from error
        self._thread = thread

    def _run(self) -> None:
        complained = False
        while True:
            try:
                self._wait_and_secure()
            except Exception as error:  # noqa: BLE001 - whatever fails, the lock is tried again
                if not complained:
                    log.critical("the lock does not secure, the door may be open: %s", error)
                complained = True
                threading.Event().wait(RETRY_SECONDS)
            else:
                if complained:
                    log.warning("the lock is secured again")
                return

    def _wait_and_secure(self) -> None:
        with self._changed:
            while (left := self._until - self._clock()) > 0:
                self._changed.wait(left)
            if not self._closed:
                self._lock.secure()
            self._thread = None
