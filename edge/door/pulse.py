"""One release of the lock, never longer than configured, never two at once.

Each pulse is a thread that releases, waits and secures in ``finally``: nothing that happens to the
loop meanwhile can keep the door open. What no program can promise is a pulse that outlives it:
after SIGKILL the service manager runs ``ostiary lock secure`` (``ExecStopPost=``), and for a loss
of power the relay or the strike itself must time out (see docs/wiring.md).
"""

from __future__ import annotations

import logging
import threading

from edge.errors import LockError
from edge.hardware import Lock, LockState

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
"""Pause between tries to secure a lock that did not obey."""


class Pulse:
    """Releases *lock* for *seconds* at a time. May be used from any thread."""

    def __init__(self, lock: Lock, *, seconds: float) -> None:
        self._lock = lock
        self._seconds = seconds
        self._guard = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def active(self) -> bool:
        """Whether the door is released, or may be: a lock that does not obey counts as released."""
        thread = self._thread
        running = thread is not None and thread.is_alive()
        return running or self._lock.state is not LockState.SECURED

    def start(self) -> bool:
        """Release the lock for its time; return False, doing nothing, while it is released.

        :raises LockError: if the lock did not obey; it has been secured, or is being tried.
        """
        with self._guard:
            if self.active:
                return False
            outcome: list[LockError | None] = []
            answered = threading.Event()
            self._end = threading.Event()
            thread = threading.Thread(
                target=self._run, args=(self._end, outcome, answered), name="pulse", daemon=True
            )
            try:
                thread.start()
            except RuntimeError as error:
                raise LockError(
                    "no thread could be started to time the release; the door stays locked.",
                    remedy="The machine is out of memory or threads: run `ostiary doctor`.",
                ) from error
            self._thread = thread
            answered.wait()
            if outcome[0] is not None:
                raise outcome[0]
            return True

    def secure(self) -> None:
        """End the pulse, if any, and lock the door now.

        :raises LockError: if the lock does not obey.
        """
        with self._guard:
            self._end.set()
            if self._thread is not None:
                self._thread.join(timeout=self._seconds)
            self._lock.secure()

    def close(self) -> None:
        """Lock the door and give the device back."""
        try:
            self.secure()
        finally:
            self._lock.close()

    def _run(
        self, end: threading.Event, outcome: list[LockError | None], answered: threading.Event
    ) -> None:
        try:
            try:
                self._lock.release()
            except LockError as error:
                outcome.append(error)
                return
            outcome.append(None)
            answered.set()
            end.wait(self._seconds)
        finally:
            try:
                self._secure_until_it_obeys()
            finally:
                if not outcome:
                    outcome.append(LockError("the lock's adapter failed; see the log."))
                answered.set()

    def _secure_until_it_obeys(self) -> None:
        complained = False
        while True:
            try:
                self._lock.secure()
            except LockError as error:
                if not complained:
                    log.critical("the lock does not secure, the door may be open: %s", error)
                complained = True
                threading.Event().wait(RETRY_SECONDS)
            else:
                if complained:
                    log.warning("the lock is secured again")
                return
