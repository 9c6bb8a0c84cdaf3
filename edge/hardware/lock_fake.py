"""A lock of no metal: for trying Ostiary out and for tests, used only where the settings name it.

It checks what the real one checks and can be seen from outside: in its history, through *echo*,
and in a *state_file* that outlives the process, as the state of a real relay does.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge.config.lock import MAX_RELEASE_SECONDS
from edge.errors import LockError
from edge.hardware import LockState
from edge.hardware.release_limit import ReleaseLimit


@dataclass(frozen=True, slots=True)
class Change:
    """One command that the lock was given; *monotonic* in seconds."""

    monotonic: float
    state: LockState


class FakeLock:
    """Obeys every command and remembers it.

    After *max_release* seconds it secures itself unless it was released anew.

    :raises LockError: if another lock holds the *state_file*, as a GPIO line can be held only once.
    """

    def __init__(
        self,
        *,
        state_file: Path | None = None,
        echo: Callable[[str], None] | None = None,
        max_release: float = MAX_RELEASE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state_file = state_file
        self._echo = echo
        self._clock = clock
        self._guard = threading.Condition()
        self._limit = ReleaseLimit(
            self._guard, lambda: self._switch(LockState.SECURED), seconds=max_release
        )
        self._history: list[Change] = []
        self._state = LockState.RELEASED
        self._closed = False
        self._hold = None if state_file is None else _held(state_file)
        self.secure()

    @property
    def state(self) -> LockState:
        return self._state

    @property
    def history(self) -> tuple[Change, ...]:
        """Every command, oldest first; the first secures."""
        return tuple(self._history)

    def secure(self) -> None:
        with self._guard:
            self._switch(LockState.SECURED)

    def release(self) -> None:
        with self._guard:
            self._must_be_open()
            self._limit.begin()
            self._switch(LockState.RELEASED)

    def close(self) -> None:
        with self._guard:
            if self._closed:
                return
            try:
                self._switch(LockState.SECURED)
            finally:
                self._closed = True
                self._limit.close()
                if self._hold is not None:
                    os.close(self._hold)

    def _switch(self, state: LockState) -> None:
        self._must_be_open()
        # Until it is sure that it is secured, a lock counts as released.
        before, self._state = self._state, LockState.RELEASED
        if self._state_file is not None:
            _write(self._state_file, state)
        self._state = state
        if state is LockState.SECURED:
            self._limit.end()
        self._history.append(Change(self._clock(), state))
        if self._echo is not None and (state is not before or len(self._history) == 1):
            self._echo(f"lock {state}")

    def _must_be_open(self) -> None:
        if self._closed:
            raise LockError("the lock is closed; it takes no more commands.")


def _held(state_file: Path) -> int:
    """Hold the state file for this process alone; the kernel lets go when the process ends."""
    path = state_file.with_name(state_file.name + ".held")
    try:
        hold = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(state_file, error) from error
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(hold)
        raise LockError(
            f"the lock of {state_file} is in use by another program.",
            remedy="Stop that one first: systemctl stop ostiary-door",
        ) from error
    return hold


def _write(state_file: Path, state: LockState) -> None:
    """Replace the file in one step, so that no reader finds it half written."""
    new = state_file.with_name(state_file.name + ".new")
    try:
        new.write_text(f"{state}\n", encoding="ascii")
        new.replace(state_file)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise _unwritable(state_file, error) from error


def _unwritable(state_file: Path, error: OSError) -> LockError:
    return LockError(
        f"the lock's state cannot be written to {state_file}: {error.strerror}.",
        remedy="Set lock.state_file to a place that this user may write to.",
    )
