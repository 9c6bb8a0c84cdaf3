"""New files appear whole, under their name, in one step, or not at all; and stay, when power is cut.

A name is kept by its folder: what was written is lost with it until the folder is synced (fsync(2)).
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path


@contextmanager
def appearing_whole(path: Path, *, mode: int) -> Iterator[Path]:
    """Yield an empty draft beside *path* that takes its name at the end.

    A file that has appeared there in the meantime, made by another process, is left as it is; an
    exception inside leaves nothing. *mode* is the file's before the umask.

    :raises OSError: if the folder cannot be made or written.
    """
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    try:
        yield draft
        sync(draft)
        # A hard link, unlike a rename, never replaces what appeared in the meantime.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    sync(path.parent)


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make the folder *path* where there is none, and what is missing above it, to survive a power cut.

    *mode* is that of *path* before the umask.

    :raises OSError: if it cannot be made.
    """
    made = tuple(takewhile(lambda each: not each.exists(), (path, *path.parents)))
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    for folder in made:
        sync(folder.parent)


def sync(path: Path) -> None:
    """Make the content of a file, or the names in a folder, survive a power cut.

    :raises OSError: if there is none, or the disk failed.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
