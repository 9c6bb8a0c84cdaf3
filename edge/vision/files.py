"""Files that are trusted by their digest, and that appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

FILE_MODE = 0o644
"""Models are public: every user of the machine may read them, their owner alone may write."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file at *path* in hexadecimal.

    :raises OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Put *content* under *path* in one step, in the place of what is there.

    :raises OSError: if the folder cannot be made or written; what was there is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    # A door without its models does not start: the name must outlive a power cut, too.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
