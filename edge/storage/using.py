"""Who uses a data folder: many at once, or one alone that replaces what is in it.

A hold is a lock of the kernel's on an empty file (flock(2)), which goes with the process however that
ends. Whoever opens databases holds the folder with others; putting a backup back, changing the key and
erasing the device hold it alone. What one of them was cut off in is finished by whoever comes next.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.errors import InUseError, StorageError
from edge.storage.files import make_folder
from edge.storage.names import USE_LOCK_FILE
from edge.storage.replacing import finish, is_half_replaced, is_unfinished

PATIENCE_SECONDS = 30.0
"""How long a program waits for one that replaces everything: longer than moving a few files takes."""

_PAUSE = 0.05


class Hold:
    """A hold on a data folder, until it is closed."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder back; may be called twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def hold_with_others(folder: Path, *, patience: float = PATIENCE_SECONDS) -> Hold:
    """Hold *folder*, finishing first what somebody was cut off in who replaced what is in it.

    A folder that this user may not write is not held: whoever opens the files in it tells why.

    :raises InUseError: if somebody holds it alone for longer than *patience*, in seconds.
    :raises StorageError: if what was cut off cannot be finished.
    """
    try:
        descriptor = _opened(folder)
    except OSError:
        if is_half_replaced(folder):
            raise StorageError(
                f"what was being put into {folder} was cut off",
                remedy="Run any command as the user who owns the folder, which finishes it.",
            ) from None
        return Hold(None)
    hold = Hold(descriptor)
    try:
        _wait(descriptor, fcntl.LOCK_SH, folder, patience)
        while is_unfinished(folder):
            _wait(descriptor, fcntl.LOCK_EX, folder, patience)
            finish(folder)
            _wait(descriptor, fcntl.LOCK_SH, folder, patience)
    except BaseException:
        hold.close()
        raise
    return hold


def hold_alone(folder: Path) -> Hold:
    """Hold *folder* alone, what was cut off in it finished.

    :raises InUseError: if another program uses it.
    :raises StorageError: if it cannot be written, or what was cut off cannot be finished.
    """
    try:
        descriptor = _opened(folder)
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written: {error.strerror}",
            remedy="Run this as the user who owns the folder.",
        ) from error
    hold = Hold(descriptor)
    try:
        _wait(descriptor, fcntl.LOCK_EX, folder, 0)
        finish(folder)
    except BaseException:
        hold.close()
        raise
    return hold


def _opened(folder: Path) -> int:
    make_folder(folder)
    path = folder / USE_LOCK_FILE
    # Readers' rights are enough for a lock: the file may be the group's, made by another user.
    with suppress(FileNotFoundError):
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o660)


def _wait(descriptor: int, kind: int, folder: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() < until:
                time.sleep(_PAUSE)
                continue
            raise _in_use(folder, alone=kind == fcntl.LOCK_EX) from error
        return


def _in_use(folder: Path, *, alone: bool) -> InUseError:
    if alone:
        return InUseError(
            f"another program of Ostiary uses {folder}",
            remedy="Stop the door, the pages and whatever else runs: systemctl stop 'ostiary-*'",
        )
    return InUseError(
        f"everything in {folder} is being replaced", remedy="Try again when that has finished."
    )
