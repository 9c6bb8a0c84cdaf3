"""At a start: what is damaged stands aside, and what may come back without anybody looking comes back.

All of it counts in one step, as restoring a backup does. Whatever is in doubt leaves the door locked.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from pathlib import Path

from edge.audit import AuditEvent, EventKind
from edge.config import Settings
from edge.errors import InUseError, StorageError
from edge.quarantine.examining import Damage, examine
from edge.quarantine.replacement import Replacement
from edge.quarantine.sources import opened_by
from edge.storage.aside import Aside, put_aside, report
from edge.storage.key import Key, exists, load_key
from edge.storage.names import DATABASE_FILES
from edge.storage.replacing import replace_all, staging
from edge.storage.using import Hold, hold_alone, hold_with_others

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 30.0
"""For other programs that start at the same moment, and look, too."""

_PAUSE = 0.1
REMEDY = (
    "`ostiary doctor` tells what came back. Enroll anew who is missing, or put a backup back by "
    "`ostiary restore`; then remove the folder."
)


def mend(
    settings: Settings, *, now: datetime | None = None, patience: float = PATIENCE_SECONDS
) -> Aside | None:
    """Look at every database, put aside what is damaged, and bring back what may come back.

    *patience*: seconds to wait for other programs that use the files, if one is damaged. Return what
    was done; None if nothing is damaged, or the folder cannot be written, which whoever opens the
    files tells.

    :raises KeyFileError: if the key is missing, malformed, readable by others, or opens nothing.
    :raises InUseError: if a file is damaged, and other programs use the files.
    :raises StorageError: if a damaged file cannot be put aside; nothing is changed then.
    :raises AuditError: if the record, which is sound, cannot be told of it.
    """
    data = settings.storage.folder
    paths = [data / name for name in DATABASE_FILES]
    if not any(exists(path) for path in paths):
        return None
    key = load_key(settings.storage.key_file, databases=paths)
    now = now or datetime.now(UTC)
    try:
        alone = hold_alone(data)
    except InUseError:
        # They looked when they started. What was damaged since is put aside when they end.
        with hold_with_others(data):
            if not _damaged(settings, key, alone=False):
                return None
        alone = _alone_soon(data, patience)
    except StorageError as error:
        log.debug("the databases are not looked at: %s", error)
        return None
    with alone:
        damaged = _damaged(settings, key, alone=True)
        if not damaged:
            return None
        try:
            return _mended(settings, key, damaged, now)
        except OSError as error:
            raise StorageError(
                f"{damaged[0].name} is damaged ({damaged[0].why}), and cannot be put aside: "
                f"{error.strerror}",
                remedy=f"Free space, and let this user write {data}.",
            ) from error


def _damaged(settings: Settings, key: Key, *, alone: bool) -> tuple[Damage, ...]:
    found = examine(settings.storage.folder, key, alone=alone)
    if found.refused is not None and not found.opened and not opened_by(settings, key):
        raise found.refused
    return found.damaged


def _alone_soon(data: Path, patience: float) -> Hold:
    until = time.monotonic() + patience
    while True:
        try:
            return hold_alone(data)
        except InUseError as error:
            if time.monotonic() > until:
                raise InUseError(
                    f"a database in {data} is damaged, and another program uses it",
                    remedy="Start all programs anew: systemctl restart ostiary.target. The first "
                    "puts it aside, and brings back what it can.",
                ) from error
        time.sleep(_PAUSE)


def _mended(settings: Settings, key: Key, damaged: tuple[Damage, ...], now: datetime) -> Aside:
    data = settings.storage.folder
    replacement = Replacement(settings, key, damaged, now)
    with staging(data, [data / each.name for each in damaged]):
        fates = replacement.stage()
        folder = put_aside(data, [each.name for each in damaged], now)
        aside = Aside(folder, now, fates, replacement.lockdown)
        with replacement.record() as record:
            for fate in fates:
                told = f"{fate.name}: {fate.why}; {fate.outcome}"
                record.append(AuditEvent(EventKind.DATABASE_DAMAGED, now, detail=told))
            if replacement.lockdown:
                door = settings.door.name
                record.append(AuditEvent(EventKind.LOCKDOWN_BEGAN, now, door=door))
        report(aside)
        replace_all(data, replacement.changes())
    for fate in fates:
        log.error(
            "%s was damaged (%s) and was put aside in %s: %s. %s",
            *(fate.name, fate.why, folder, fate.outcome, REMEDY),
        )
    if replacement.lockdown:
        log.error("THE DOOR IS LOCKED DOWN until somebody of the office ends it on the pages")
    return aside
