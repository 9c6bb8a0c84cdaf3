"""The fake lock checks what the real one checks, and can be seen from outside."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge.errors import LockError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock


def test_it_is_secured_first_and_last() -> None:
    """From the moment it exists, and when it is closed while released."""
    ticks = itertools.count()
    lock = FakeLock(clock=lambda: float(next(ticks)))

    lock.release()
    assert lock.state is LockState.RELEASED
    lock.close()

    assert [change.state for change in lock.history] == [
        LockState.SECURED,
        LockState.RELEASED,
        LockState.SECURED,
    ]
    assert [change.monotonic for change in lock.history] == [0, 1, 2]
    assert str(lock.state) == "secured"


def test_a_closed_lock_takes_no_command() -> None:
    """Closing twice is harmless; releasing afterwards is refused."""
    lock = FakeLock()
    lock.close()
    lock.close()

    with pytest.raises(LockError, match="closed"):
        lock.release()
    with pytest.raises(LockError, match="closed"):
        lock.secure()


def test_it_tells_what_it_does_once_a_change() -> None:
    """Securing what is secured is no news."""
    heard: list[str] = []
    lock = FakeLock(echo=heard.append)

    lock.secure()
    lock.release()
    lock.secure()
    lock.secure()

    assert heard == ["lock secured", "lock released", "lock secured"]


def test_its_state_is_seen_by_other_programs(tmp_path: Path) -> None:
    """The file follows every command and is never left half written."""
    file = tmp_path / "lock"
    lock = FakeLock(state_file=file)

    assert file.read_text() == "secured\n"
    lock.release()
    assert file.read_text() == "released\n"
    lock.close()
    assert file.read_text() == "secured\n"
    assert {path.name for path in tmp_path.iterdir()} == {"lock", "lock.held"}


def test_only_one_program_holds_it(tmp_path: Path) -> None:
    """As with a GPIO line, the second is refused, and may have it after the first."""
    first = FakeLock(state_file=tmp_path / "lock")

    with pytest.raises(LockError, match="in use"):
        FakeLock(state_file=tmp_path / "lock")
    first.close()
    FakeLock(state_file=tmp_path / "lock").close()


def test_a_killed_process_leaves_it_released_and_the_next_one_secures_it(tmp_path: Path) -> None:
    """SIGKILL runs no cleanup: this is why the service secures the lock after the door ended."""
    file = tmp_path / "lock"
    program = (
        "import sys, pathlib, time; from edge.hardware.lock_fake import FakeLock;"
        "lock = FakeLock(state_file=pathlib.Path(sys.argv[1])); lock.release();"
        "print('released', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE
    ) as door:
        assert door.stdout is not None
        assert door.stdout.readline() == b"released\n"
        os.kill(door.pid, signal.SIGKILL)

    assert file.read_text() == "released\n"
    FakeLock(state_file=file).close()
    assert file.read_text() == "secured\n"


def test_a_lock_that_cannot_obey_counts_as_released(tmp_path: Path) -> None:
    """Where the command may not have arrived, nobody may believe that the door is locked."""
    folder = tmp_path / "device"
    folder.mkdir()
    lock = FakeLock(state_file=folder / "lock")
    (folder / "lock.new").mkdir()

    with pytest.raises(LockError, match="cannot be written"):
        lock.secure()
    assert lock.state is LockState.RELEASED
    (folder / "lock.new").rmdir()
    lock.secure()
    assert str(lock.state) == "secured"
    lock.close()


def test_a_lock_that_cannot_be_secured_does_not_exist(tmp_path: Path) -> None:
    """It is refused at once, before a door is watched with it."""
    with pytest.raises(LockError, match=r"lock\.state_file"):
        FakeLock(state_file=tmp_path / "missing" / "lock")
