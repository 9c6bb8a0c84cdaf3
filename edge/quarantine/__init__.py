"""Damaged databases: noticed at a start, put aside, and what may come back from a backup comes back."""

from __future__ import annotations

from edge.config import Settings
from edge.quarantine.mending import mend
from edge.storage.aside import Aside
from edge.storage.names import DATABASE_FILES
from edge.watchdog import Watchdog

__all__ = ["looked_at", "mend"]

SLOWEST = 2_000_000
"""Bytes a second that are read and decrypted at least: a tenth of what a class 10 card and a
Raspberry Pi 3 do together. It bounds how long systemd waits for a start, nothing else."""


def looked_at(settings: Settings) -> Aside | None:
    """Do as :func:`mend` at the start of a program, and let the service manager wait for it.

    :raises OstiaryError: as :func:`mend` does.
    """
    paths = [settings.storage.folder / name for name in DATABASE_FILES]
    size = sum(path.stat().st_size for path in paths if path.exists())
    Watchdog().patience(60 + 2 * size / SLOWEST)
    return mend(settings)
