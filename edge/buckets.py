"""Folders of this machine as Rekognition's buckets: read-only, and never a file outside of them.

Whoever asks has a name and no other right, so the name is all that counts against her: what is not
a regular file below the bucket's folder is *no such object*, whatever there is in its place. The
path is resolved, checked, and then walked without following any link, so that nobody who may write
in the folder can put a link in the way between the check and the opening.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edge.errors import BucketError, ObjectTooLargeError

_LOOK = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
"""Find a name without opening what it names: opening alone can wait for ever or start a device."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """The buckets that there are, and the folder of each."""

    folders: Mapping[str, Path]

    def open(self, bucket: str, name: str, *, limit: int) -> BinaryIO:
        """Return the object *name* of *bucket*, opened for reading; the caller closes it.

        An object in a folder below is named with slashes, as in S3. *limit* is in bytes.

        :raises ObjectTooLargeError: if it has more than *limit* bytes.
        :raises BucketError: if there is no such bucket or object, or it cannot be read.
        """
        folder = self.folders.get(bucket)
        if folder is None:
            raise BucketError(
                f"There is no bucket {bucket}.",
                remedy="Name a folder for it in the settings, under rekognition.buckets.",
            )
        try:
            root = folder.resolve(strict=True)
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
            raise BucketError(
                f"The folder of bucket {bucket} cannot be reached.", remedy=_CHECK_FOLDER
            ) from error
        try:
            return _opened(root, _parts(root, name), limit)
        except (OSError, ValueError, RuntimeError) as error:
            raise BucketError(
                f"There is no such object in bucket {bucket}, or it may not be read.",
                remedy="Check the object's name, and who may read the bucket's folder.",
            ) from error

    def read(self, bucket: str, name: str, *, limit: int) -> bytes:
        """Return the bytes of an object; raises as :meth:`open` does."""
        with self.open(bucket, name, limit=limit) as file:
            content = file.read(limit + 1)
        if len(content) > limit:  # it has grown since it was opened
            raise _too_large(limit)
        return content


_CHECK_FOLDER = "Check rekognition.buckets in the settings, and who may read that folder."


def _parts(root: Path, name: str) -> tuple[str, ...]:
    """Return the steps from *root* to the file that *name* leads to, links followed.

    :raises ValueError: if it leads elsewhere, or is no name of an object.
    :raises OSError: if it leads nowhere.
    """
    steps = name.split("/")
    if any(step in ("", ".", "..") for step in steps):
        raise ValueError("no name of an object")
    return root.joinpath(*steps).resolve(strict=True).relative_to(root).parts


def _opened(root: Path, parts: tuple[str, ...], limit: int) -> BinaryIO:
    here = os.open(root, _LOOK | os.O_DIRECTORY)
    try:
        for part in parts:
            below = os.open(part, _LOOK, dir_fd=here)
            os.close(here)
            here = below
        status = os.fstat(here)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("no regular file")
        if status.st_size > limit:
            raise _too_large(limit)
        # The one way to read what was found, rather than what has its name by now (open(2)).
        return Path(f"/proc/self/fd/{here}").open("rb")
    finally:
        os.close(here)


def _too_large(limit: int) -> ObjectTooLargeError:
    return ObjectTooLargeError(
        f"The object has more than {limit} bytes.", remedy="Send a smaller one."
    )
