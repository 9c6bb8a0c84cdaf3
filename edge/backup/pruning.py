"""Which backups there are, and which have been kept for long enough."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.storage.files import sync

PREFIX = "backup-"
KEPT_IN_ANY_CASE = 3
"""However old they are: a clock that is ahead must not remove every backup."""

ABANDONED_SECONDS = 24 * 3600.0
"""After which what is half written is nobody's: no backup takes a day."""

_NAME = re.compile(r"backup-([0-9a-f]{8})-(\d{8}T\d{6}Z)")
_TIME = "%Y%m%dT%H%M%SZ"


def name_of(installation: str, at: datetime) -> str:
    """Return what a backup of *installation* is called that is made *at* (aware)."""
    return f"{PREFIX}{installation}-{at.astimezone(UTC).strftime(_TIME)}"


def time_in(name: str) -> datetime:
    """Return when the backup *name* was made."""
    return datetime.strptime(name.rpartition("-")[2], _TIME).replace(tzinfo=UTC)


def found_in(folder: Path, installation: str) -> tuple[Path, ...]:
    """Return the backups of *installation* in *folder*, newest first; none if there is no folder.

    :raises OSError: if it cannot be read.
    """
    if not folder.exists():
        return ()
    matches = ((path, _NAME.fullmatch(path.name)) for path in folder.iterdir())
    own = (path for path, match in matches if match and match[1] == installation)
    return tuple(sorted((path for path in own if path.is_dir()), reverse=True))


def outlived(
    times: Sequence[datetime], *, keep: int, keep_days: int, now: datetime
) -> tuple[datetime, ...]:
    """Return which of *times*, newest first, are of backups that go; *now* is aware.

    All but the newest *keep*; of these, but for the newest three, those older than *keep_days*, which
    is 0 for any age.
    """
    oldest = now - timedelta(days=keep_days)
    return tuple(
        at
        for place, at in enumerate(times)
        if place >= keep or (keep_days and place >= KEPT_IN_ANY_CASE and at < oldest)
    )


def prune(
    folder: Path, installation: str, *, keep: int, keep_days: int, now: datetime
) -> tuple[Path, ...]:
    """Remove the backups of *installation* that have been kept for long enough; return which.

    :raises OSError: if one cannot be removed.
    """
    found = {time_in(path.name): path for path in found_in(folder, installation)}
    # What a wrong clock dated in the future counts as oldest, or it would push out every new one.
    found = dict(sorted(found.items(), key=lambda each: (each[0] <= now, each[0]), reverse=True))
    gone = [found[at] for at in outlived(tuple(found), keep=keep, keep_days=keep_days, now=now)]
    for path in gone:
        # Renamed first: half of a backup must not look like one, when power is cut neither.
        doomed = path.rename(path.with_name(f".{path.name}.gone"))
        sync(folder)
        shutil.rmtree(doomed)
    for path in folder.glob(f".{PREFIX}{installation}-*"):
        if path.stat().st_mtime < time.time() - ABANDONED_SECONDS:
            shutil.rmtree(path)
    return tuple(gone)
