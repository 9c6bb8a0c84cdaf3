"""The longest release is kept by the lock's own adapter, the same in the real and the fake one."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from gpiod.line import Value

from edge.errors import LockError
from edge.hardware import Lock, LockState
from edge.hardware.lock_fake import FakeLock
from edge.hardware.lock_gpio import GpioLock
from tests.edge.hardware.gpio_double import PATH, Chip

EVER = 30.0

Made: TypeAlias = Callable[[float], Lock]


def _gpio(max_release: float) -> Lock:
    return GpioLock(Path(PATH), 17, max_release=max_release, library=Chip())


def _fake(max_release: float) -> Lock:
    return FakeLock(max_release=max_release)


def awaited(came: Callable[[], bool]) -> bool:
    """Wait until *came*; return whether it did."""
    until = time.monotonic() + EVER
    while not came() and time.monotonic() < until:
        time.sleep(0.005)
    return came()


def secured(lock: Lock) -> bool:
    """Wait for *lock* to be secured, by nobody but itself."""
    return awaited(lambda: lock.state is LockState.SECURED)


@pytest.mark.parametrize("made", [_gpio, _fake])
def test_a_forgotten_release_ends_by_itself(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever released it hangs: the adapter secures it, and says so as loudly as it can."""
    lock = made(0.05)

    lock.release()

    assert secured(lock)
    assert awaited(lambda: "its adapter secured it" in caplog.text)
    assert caplog.records[-1].levelno == logging.CRITICAL
    lock.release()
    assert secured(lock)
    lock.close()


@pytest.mark.parametrize("made", [_gpio, _fake])
def test_a_release_that_is_renewed_goes_on(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    """A door that stands unlocked is released anew before its time; when that ends, it locks."""
    lock = made(2.0)

    began = time.monotonic()
    while time.monotonic() < began + 3.0:
        lock.release()
        assert str(lock.state) == "released"
        time.sleep(0.05)

    assert caplog.records == []
    assert secured(lock)
    lock.close()


@pytest.mark.parametrize("made", [_gpio, _fake])
def test_a_release_that_ended_in_time_is_not_ended_again(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    """The limit says nothing of doors that are secured as they should be, nor after the end."""
    lock = made(0.05)
    lock.release()
    lock.secure()
    time.sleep(0.15)
    lock.close()

    assert caplog.records == []
    with pytest.raises(LockError, match="closed"):
        lock.release()


def test_a_lock_that_does_not_obey_is_tried_until_it_does(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """That it does not is told once; the door may be open meanwhile."""
    monkeypatch.setattr("edge.hardware.release_limit.RETRY_SECONDS", 0.01)
    chip = Chip()
    lock = GpioLock(Path(PATH), 17, max_release=0.05, library=chip)
    lock.release()
    chip.faults[17] = OSError(errno.EIO, "Input/output error")

    assert awaited(lambda: bool(caplog.records))
    time.sleep(0.05)
    assert lock.state is LockState.RELEASED
    assert caplog.text.count("does not secure") == 1

    chip.faults.clear()
    assert secured(lock)
    assert chip.calls[-1] == {17: Value.INACTIVE}
    lock.close()


@pytest.mark.parametrize("made", [_gpio, _fake])
def test_a_release_that_cannot_be_limited_does_not_happen(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a thread to count, the door stays locked."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    lock = made(5.0)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    with pytest.raises(LockError, match="no thread"):
        lock.release()
    assert lock.state is LockState.SECURED
    lock.close()
