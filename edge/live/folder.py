"""The folder between the door and who looks: its files lie in memory, never on a disk.

A picture of a face on a disk is a template that anybody can read, for years. So the folder must be
on a file system that lives in memory, belong to this user, and be closed to others; anything else
is refused. (Memory may be swapped out; that holds for every program that handles pictures.)

Where door and pages are two users, the folder is their group's. Then it must lie where root alone
can make one, or somebody else of the group could have put it there.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge.errors import LiveError

IN_MEMORY = ("tmpfs", "ramfs")

FOLDER_MODE = 0o750
FILE_MODE = 0o640

FRESH_SECONDS = 3.0
"""Older than this, a file says nothing about now."""

MOUNTS = Path("/proc/self/mountinfo")

PICTURE = "picture.jpg"
STATE = "state.json"
VIEWER = "viewer"


class LiveFolder:
    """The files in *path*. Each is replaced in one step, so nobody reads half of one."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock

    def prepare(self) -> None:
        """Make the folder, and see that it may hold pictures.

        :raises LiveError: if it is not in memory, not this user's, or open to others.
        """
        try:
            _refuse_disk(self.path, self.path.parent.stat().st_dev)
            self.path.mkdir(mode=FOLDER_MODE, exist_ok=True)
        except OSError as error:
            raise LiveError(
                f"{self.path} cannot be made: {error.strerror}.", remedy=_REMEDY
            ) from error
        self.check()

    def check(self) -> None:
        """See that the folder may hold pictures, and that nobody else put it there.

        :raises LiveError: if it does not exist, is not in memory, neither this user's nor of its
            group below a folder of root's, or open to others.
        """
        try:
            found, above = self.path.lstat(), self.path.parent.stat()
        except OSError as error:
            raise LiveError(
                f"{self.path} cannot be looked into: {error.strerror}.", remedy=_REMEDY
            ) from error
        shared = found.st_gid == os.getegid() and _is_roots(above)
        if not stat.S_ISDIR(found.st_mode) or not (shared or found.st_uid == os.geteuid()):
            raise LiveError(f"{self.path} is not a folder of this user.", remedy=_REMEDY)
        if found.st_mode & (stat.S_IRWXO if shared else stat.S_IWGRP | stat.S_IRWXO):
            raise LiveError(f"{self.path} is open to others.", remedy=_REMEDY)
        _refuse_disk(self.path, found.st_dev)

    def write(self, name: str, content: bytes) -> None:
        """Put *content* in place of the file *name*.

        :raises OSError: if it cannot be written.
        """
        draft = self.path / f".{name}.{os.getpid()}"
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
        with os.fdopen(file, "wb") as writing:
            writing.write(content)
        draft.replace(self.path / name)

    def read(self, name: str, *, within: float = FRESH_SECONDS) -> bytes | None:
        """Return what the file *name* holds, or None if there is none or it is older than *within*."""
        if not self.is_fresh(name, within=within):
            return None
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return None

    def is_fresh(self, name: str, *, within: float = FRESH_SECONDS) -> bool:
        """Return whether the file *name* was written *within* so many seconds."""
        try:
            written = (self.path / name).stat().st_mtime
        except OSError:
            return False
        return abs(self._clock() - written) <= within

    def remove(self, name: str) -> None:
        """Remove the file *name*, if there is one."""
        with suppress(OSError):
            (self.path / name).unlink()


_REMEDY = (
    "Set live.folder to a folder of this user below /run or /dev/shm, or live.enabled = false."
)


def _is_roots(folder: os.stat_result) -> bool:
    """Return whether root alone can make something in *folder*."""
    return folder.st_uid == 0 and not folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _refuse_disk(path: Path, device: int) -> None:
    kind = file_system_of(device)
    if kind not in IN_MEMORY:
        raise LiveError(
            f"{path} is on {kind or 'an unknown file system'}, not in memory.", remedy=_REMEDY
        )


def file_system_of(device: int) -> str | None:
    """Return the kind of file system that is mounted from *device*, as proc(5) names it."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        mount, _, rest = line.partition(" - ")
        if mount.split()[2] == wanted:
            return rest.split()[0]
    return None
