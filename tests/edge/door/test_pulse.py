"""One pulse at a time, never longer than configured, and locked whatever happens."""

from __future__ import annotations

import threading
import time

import pytest
from edge.door.pulse import Pulse

from edge.door import pulse as pulse_module
from edge.errors import LockError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock


class StubbornLock(FakeLock):
    """A lock whose device fails for a while, as a relay board with a loose cable does."""

    def __init__(self) -> None:
        self.failures = 0
        super().__init__()

    def secure(self) -> None:
        if self.failures:
            self.failures -= 1
            self._state = LockState.RELEASED
            raise LockError("the line does not answer")
        super().secure()


class JammedLock(FakeLock):
    """A lock that cannot be released."""

    def release(self) -> None:
        raise LockError("the line does not answer")


def wait_until_secured(pulse: Pulse) -> None:
    """Wait for the end of a pulse; pytest's timeout ends a wait in vain."""
    while pulse.active:
        time.sleep(0.005)


def test_a_pulse_releases_and_secures() -> None:
    """The lock is released, and secured by itself after its time."""
    lock = FakeLock()
    pulse = Pulse(lock, seconds=0.05)

    assert pulse.start()
    wait_until_secured(pulse)

    states = [change.state for change in lock.history]
    assert states == [LockState.SECURED, LockState.RELEASED, LockState.SECURED]
    released, secured = lock.history[1:]
    assert secured.monotonic - released.monotonic >= 0.05


def test_a_second_pulse_is_refused_while_the_first_lasts() -> None:
    """Pulses never overlap, so nobody can keep a door open by coming in turns."""
    lock = FakeLock()
    pulse = Pulse(lock, seconds=30)

    assert pulse.start()
    assert not pulse.start()
    pulse.secure()

    assert [change.state for change in lock.history].count(LockState.RELEASED) == 1


def test_of_many_threads_one_starts_the_pulse() -> None:
    """Two requests at the same moment are one release."""
    lock = FakeLock()
    pulse = Pulse(lock, seconds=30)
    started: list[bool] = []
    threads = [threading.Thread(target=lambda: started.append(pulse.start())) for _ in range(16)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pulse.close()

    assert started.count(True) == 1


def test_securing_ends_a_pulse_early() -> None:
    """A fault, or the end of the program, locks a released door at once."""
    lock = FakeLock()
    pulse = Pulse(lock, seconds=30)
    pulse.start()

    pulse.secure()

    assert lock.state is LockState.SECURED
    assert not pulse.active
    assert pulse.start()
    pulse.close()


def test_closing_locks() -> None:
    """Giving the lock back leaves it secured; closing twice is harmless."""
    lock = FakeLock()
    pulse = Pulse(lock, seconds=30)
    pulse.start()

    pulse.close()
    lock.close()

    assert lock.history[-1].state is LockState.SECURED


def test_a_lock_that_cannot_be_released_is_told_and_left_secured() -> None:
    """The caller hears of it, and the lock was told to secure."""
    lock = JammedLock()
    pulse = Pulse(lock, seconds=0.05)

    with pytest.raises(LockError, match="does not answer"):
        pulse.start()

    wait_until_secured(pulse)
    assert [change.state for change in lock.history] == [LockState.SECURED, LockState.SECURED]


def test_a_lock_that_does_not_secure_is_tried_until_it_does(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The door may be open: it is said once, loudly, and tried until the lock obeys."""
    monkeypatch.setattr(pulse_module, "RETRY_SECONDS", 0.01)
    lock = StubbornLock()
    pulse = Pulse(lock, seconds=0.01)
    lock.failures = 5

    pulse.start()
    wait_until_secured(pulse)

    assert lock.failures == 0
    assert lock.state is LockState.SECURED
    critical = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert len(critical) == 1


def test_a_pulse_that_cannot_be_timed_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of threads, nothing would secure the lock in time: it is not released at all."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    lock = FakeLock()
    pulse = Pulse(lock, seconds=30)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    with pytest.raises(LockError, match="stays locked"):
        pulse.start()

    assert LockState.RELEASED not in [change.state for change in lock.history]
