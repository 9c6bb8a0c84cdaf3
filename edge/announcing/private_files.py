"""Files that hold a secret: read only where nobody but their owner can."""

from __future__ import annotations

import stat
from pathlib import Path

from edge.errors import ConfigError

LARGEST = 4096
"""Bytes; a password or a few keys, and nothing that was named by mistake."""


def read_private(path: Path, *, what: str) -> str:
    """Return the text of the file *path*, which holds *what*.

    :raises ConfigError: if it cannot be read, is no file, is too large, or others than its owner may
        read or write it.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{what}: {path} is no file.", remedy="Name the file itself.")
        if status.st_mode & 0o077:
            raise ConfigError(
                f"{what}: {path} can be used by others than its owner "
                f"(mode {stat.S_IMODE(status.st_mode):04o}).",
                remedy=f"Run: chmod 600 {path}",
            )
        if status.st_size > LARGEST:
            raise ConfigError(
                f"{what}: {path} has {status.st_size} bytes.", remedy="Is it another?"
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(
            f"{what}: {path} cannot be read: {reason}.",
            remedy="It must belong to the user who runs this: chown ostiary, chmod 600.",
        ) from error


def first_line(path: Path, *, what: str) -> str:
    """Return the first line of the file *path*, which holds *what*; raises as :func:`read_private`.

    :raises ConfigError: also if that line is empty.
    """
    line = read_private(path, what=what).partition("\n")[0].rstrip("\r")
    if not line:
        raise ConfigError(f"{what}: the first line of {path} is empty.", remedy="Write it there.")
    return line
