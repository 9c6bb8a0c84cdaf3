"""Putting a backup back, onto a new device or the same: all of it, or, whenever it fails, nothing.

Everything is copied beside its place and read as a whole there, brought to this version, and the record
is told of it. Only then does it count, in one step. What was there stands aside until all is in place.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.audit import Audit, AuditEvent, EventKind
from edge.backup.contents import Contents, digest_of
from edge.backup.verifying import contents_of, verified
from edge.collection.collections import Collections
from edge.collection.database import open_any, open_collection
from edge.config import Settings
from edge.core import Core
from edge.erasing import forget_gone
from edge.errors import InUseError, KeyFileError, StorageError
from edge.storage.key import Key, key_from_elsewhere, load_key
from edge.storage.names import (
    AUDIT_FILE,
    BESIDE_A_DATABASE,
    COLLECTION_FILE,
    DATABASE_FILES,
    INSTALLATION_FILE,
    OSDP_FOLDER,
    RECOVERY_FILE,
    RESTORED_SETTINGS_FILE,
)
from edge.storage.replacing import (
    Change,
    draft_of,
    replace_all,
    share,
    staging,
    write_secret,
)
from edge.storage.using import hold_alone


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: a backup *of* a site's door, made *at* (aware).

    *people*, *entries* and *files* say how much; *settings* is where the other device's settings lie.
    *other_models* are collections that the embedder of this device's settings cannot search.
    """

    of: str
    at: datetime
    people: int
    entries: int
    files: tuple[str, ...]
    settings: Path | None
    other_models: tuple[str, ...]


def examine(settings: Settings, backup: Path, key: Key) -> Restored:
    """Read all of *backup* as :func:`restore` would, and change nothing: a rehearsal.

    :raises OstiaryError: as :func:`restore`.
    """
    contents = verified(backup, key)
    with open_any(backup / COLLECTION_FILE, key, read_only=True) as database:
        ((people,),) = database.rows("SELECT count(*) FROM people")
        models = database.rows("SELECT collection_id, model_digest FROM collections")
    other = _searched_by_another(settings, dict(models))
    return _told(contents, people, settings=None, other_models=other)


def restore(
    settings: Settings, backup: Path, key: Key, *, now: datetime, actor: str, force: bool = False
) -> Restored:
    """Put *backup* in the place of what *settings* name; *key* is the site's, of the backup.

    *actor* says in the audit who does it. With *force*, people and record that are there are lost.

    :raises InUseError: if there are any without *force*, or a program uses them.
    :raises KeyFileError: if *key* does not open the backup, or this device has another by a
        credential.
    :raises OstiaryError: if the backup does not verify, or cannot be written; nothing is changed then.
    """
    data = settings.storage.folder
    refuse_a_key_from_elsewhere(settings, key)
    contents = contents_of(backup, key)
    try:
        with hold_alone(data), staging(data, tuple(_targets(settings, contents))):
            if not force:
                _refuse_overwriting(data)
            told = _stage(settings, backup, contents, key, now=now, actor=actor)
            replace_all(data, _changes(settings, contents, key))
    except OSError as error:
        raise StorageError(
            f"the backup cannot be put back: {error.strerror} ({error.filename})",
            remedy="Free space, and run this as the user who owns the folder.",
        ) from error
    return told


def refuse_a_key_from_elsewhere(settings: Settings, key: Key | None) -> None:
    """Refuse to write a key file that would not be asked, unless it is *key* that is asked anyway.

    :raises KeyFileError: naming what gives the key.
    """
    origin = key_from_elsewhere()
    if origin and load_key(settings.storage.key_file, databases=()) != key:
        raise KeyFileError(
            f"this device has its key from {origin}, which no program can change",
            remedy="Take that away, run this again, and then hand over the new key file so.",
        )


def _refuse_overwriting(data: Path) -> None:
    there = [name for name in DATABASE_FILES if (data / name).exists()]
    if there:
        raise InUseError(
            f"this device has people and a record of its own ({', '.join(there)} in {data})",
            remedy="Add --force, if they are to be lost. `ostiary backup` keeps them before that.",
        )


def _targets(settings: Settings, contents: Contents) -> Iterator[Path]:
    """Give every place that the backup is put in."""
    data = settings.storage.folder
    yield from (data / name for name in DATABASE_FILES)
    yield from (data / name for name in contents.secrets)
    yield from (data / INSTALLATION_FILE, data / RESTORED_SETTINGS_FILE)
    yield settings.storage.key_file


def _stage(
    settings: Settings, backup: Path, contents: Contents, key: Key, *, now: datetime, actor: str
) -> Restored:
    """Copy the databases beside their places, read them as a whole, and bring them to this version."""
    data = settings.storage.folder
    for name, digest in contents.files.items():
        draft = draft_of(data / name)
        shutil.copyfile(backup / name, draft)
        if digest_of(draft) != digest:
            raise StorageError(
                f"{name} is not the file that the backup was made of", remedy="Take another backup."
            )
        with open_any(draft, key) as database:
            database.check_integrity()
    with (
        open_collection(draft_of(data / COLLECTION_FILE), key) as database,
        Audit(draft_of(data / AUDIT_FILE), key) as audit,
    ):
        audit.verify()
        told = f"{backup.name}, by {actor}"
        audit.append(AuditEvent(EventKind.RESTORED, now, door=settings.door.name, detail=told))
        # Who went while the backup was being made is in the record alone.
        forget_gone(database, audit)
        collections = Collections(database).list()
    other = _searched_by_another(
        settings, {each.collection_id: each.model.digest for each in collections}
    )
    people = sum(each.people for each in collections)
    return _told(contents, people, settings=data / RESTORED_SETTINGS_FILE, other_models=other)


def _changes(settings: Settings, contents: Contents, key: Key) -> tuple[Change, ...]:
    """Write the drafts of the small files, and return everything that is to change."""
    data = settings.storage.folder
    changes = []
    for name in DATABASE_FILES:
        # An old log beside a new file would be taken for its own.
        beside = [data / f"{name}{suffix}" for suffix in BESIDE_A_DATABASE]
        changes += [Change(path, goes=True) for path in beside if path.exists()]
        if name in contents.files:
            share(draft_of(data / name), data)
            changes.append(Change(data / name))
        elif (data / name).exists():
            changes.append(Change(data / name, goes=True))
    small = contents.secrets | {
        INSTALLATION_FILE: f"{contents.installation}\n",
        RESTORED_SETTINGS_FILE: contents.settings,
    }
    changes += [write_secret(data / name, text) for name, text in small.items()]
    for name in (INSTALLATION_FILE, RECOVERY_FILE):
        if name in small:
            share(draft_of(data / name), data)
    changes += [
        Change(path, goes=True)
        for path in (*(data / OSDP_FOLDER).glob("*.key"), data / RECOVERY_FILE)
        if str(path.relative_to(data)) not in small and path.exists()
    ]
    if not key_from_elsewhere():
        changes.append(write_secret(settings.storage.key_file, f"{key.digits}\n"))
    return tuple(changes)


def _searched_by_another(settings: Settings, digests: dict[str, str]) -> tuple[str, ...]:
    with closing(Core(settings)) as core:
        own = core.embedder.model.digest
    return tuple(name for name, digest in digests.items() if digest != own)


def _told(
    contents: Contents, people: int, *, settings: Path | None, other_models: tuple[str, ...]
) -> Restored:
    return Restored(
        of=f"{contents.site}, {contents.door}",
        at=contents.at,
        people=people,
        entries=contents.entries,
        files=(*contents.files, *contents.secrets),
        settings=settings,
        other_models=other_models,
    )
