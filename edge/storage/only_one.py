"""One process of a kind at a time: a lock on a file that goes with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.errors import StorageError


@contextmanager
def only_one(lock: Path) -> Iterator[bool]:
    """Give True for as long as this process holds the file *lock*; False if another does.

    :raises StorageError: if the file cannot be made.
    """
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    except OSError as error:
        raise StorageError(
            f"{lock} cannot be made: {error.strerror}",
            remedy="Let this user write that folder.",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
