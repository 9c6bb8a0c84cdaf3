"""The file of stored videos' jobs and of stream processors."""

from __future__ import annotations

from pathlib import Path

from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sqlite import open_database


def open_video(path: Path, key: Key) -> Database:
    """Open the file, or make it.

    :raises StorageError: if it cannot be opened; see :func:`open_database`.
    """
    return open_database(path, key, migrations="edge.video")
