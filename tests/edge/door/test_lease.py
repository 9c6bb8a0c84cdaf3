"""A release never outlives its deadline, and the lock is secured whatever happens."""

from __future__ import annotations

import threading
import time

import pytest

from edge.door import lease as lease_module
from edge.door.lease import Lease
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


def wait_until_secured(lease: Lease) -> None:
    """Wait for the end of a release; pytest's timeout ends a wait in vain."""
    while lease.released:
        time.sleep(0.005)


def states(lock: FakeLock) -> list[LockState]:
    """What *lock* was told."""
    return [change.state for change in lock.history]


def test_a_lease_releases_and_secures() -> None:
    """The lock is released, and secured by itself at the deadline."""
    lock = FakeLock()
    lease = Lease(lock, longest=30)

    deadline = time.monotonic() + 0.05
    lease.hold(deadline)
    wait_until_secured(lease)

    assert states(lock) == [LockState.SECURED, LockState.RELEASED, LockState.SECURED]
    assert lock.history[-1].monotonic >= deadline


def test_no_deadline_is_further_away_than_the_longest() -> None:
    """Whatever asks for a year gets what the policy allows."""
    lock = FakeLock()
    lease = Lease(lock, longest=0.05)

    lease.hold(time.monotonic() + 365 * 86400)
    wait_until_secured(lease)

    assert states(lock)[-1] is LockState.SECURED


def test_a_renewed_lease_lasts_on() -> None:
    """The newest deadline counts, a later one and an earlier one."""
    lock = FakeLock()
    lease = Lease(lock, longest=60)
    began = time.monotonic()

    lease.hold(began + 0.05)
    lease.hold(began + 0.2)
    wait_until_secured(lease)
    assert lock.history[-1].monotonic - began >= 0.19

    lease.hold(time.monotonic() + 60)
    lease.hold(time.monotonic() + 0.02)
    wait_until_secured(lease)


def test_securing_ends_a_lease_early() -> None:
    """A fault, or the end of the program, locks a released door at once; then it works again."""
    lock = FakeLock()
    lease = Lease(lock, longest=60)
    lease.hold(time.monotonic() + 60)

    lease.secure()

    assert not lease.released
    lease.hold(time.monotonic() + 60)
    assert lease.released
    lease.close()
    assert lock.history[-1].state is LockState.SECURED


def test_a_lock_that_cannot_be_released_is_told_and_left_secured() -> None:
    """The caller hears of it, and the lock is told to secure."""
    lock = JammedLock()
    lease = Lease(lock, longest=60)

    with pytest.raises(LockError, match="does not answer"):
        lease.hold(time.monotonic() + 60)

    while len(lock.history) < 2:
        time.sleep(0.005)
    assert states(lock) == [LockState.SECURED, LockState.SECURED]


def test_a_lock_that_does_not_secure_is_tried_until_it_does(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The door may be open: it is said once, loudly, and tried until the lock obeys."""
    monkeypatch.setattr(lease_module, "RETRY_SECONDS", 0.01)
    lock = StubbornLock()
    lease = Lease(lock, longest=60)
    lock.failures = 5

    lease.hold(time.monotonic() + 0.01)
    wait_until_secured(lease)

    assert lock.failures == 0
    critical = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert len(critical) == 1


def test_a_lock_that_refuses_to_be_secured_at_once_is_tried_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who secures it hears of the fault, and need not come back."""
    monkeypatch.setattr(lease_module, "RETRY_SECONDS", 0.01)
    lock = StubbornLock()
    lease = Lease(lock, longest=60)
    lock.failures = 3

    with pytest.raises(LockError):
        lease.secure()

    wait_until_secured(lease)
    assert lock.state is LockState.SECURED


def test_a_lease_that_cannot_be_timed_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of threads, nothing would secure the lock in time: it is not released at all."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    lock = FakeLock()
    lease = Lease(lock, longest=60)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    with pytest.raises(LockError, match="stays locked"):
        lease.hold(time.monotonic() + 60)

    assert LockState.RELEASED not in states(lock)
