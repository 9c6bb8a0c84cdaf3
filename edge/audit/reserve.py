"""Space put aside for the record, given back when the disk is full.

A file of nothing beside the database. While it lies there, other programs fill the disk sooner by as
much; when the record finds the disk full, the file is removed, and there is room for the events of
the time that somebody needs to free space.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path

from edge.storage.files import appearing_whole

log = logging.getLogger(__name__)

MEBIBYTE = 2**20


class Reserve:
    """A file *path* of *size* bytes; several processes may share it."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self.size = size

    @property
    def kept(self) -> bool:
        """Whether the space is put aside now."""
        return self._path.exists()

    def fill(self) -> bool:
        """Put the space aside, unless it is already or the disk has too little; tell whether it is.

        After it, at least as much again must be free: else it would fill the disk itself.
        """
        if self.kept:
            return True
        with contextlib.suppress(OSError):
            if shutil.disk_usage(self._path.parent).free >= 2 * self.size:
                with appearing_whole(self._path, mode=0o600) as draft, draft.open("r+b") as file:
                    os.posix_fallocate(file.fileno(), 0, self.size)
        return self.kept

    def release(self) -> bool:
        """Give the space back; tell whether it was this call that did."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            fault = error.strerror
        else:
            return True
        log.error("the space kept for the record cannot be given back: %s", fault)
        return False
