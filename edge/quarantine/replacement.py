"""What comes in the place of damaged databases: a backup's copy, less what must not come back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from edge.audit import Audit, AuditEntry
from edge.backup.contents import digest_of
from edge.collection.database import open_any, open_collection
from edge.collection.people import People
from edge.config import Settings
from edge.erasing import forget_gone
from edge.errors import AuditError, StorageError
from edge.quarantine.examining import Damage
from edge.quarantine.reconciling import Survivors, accounts_are_as_they_were, survivors
from edge.quarantine.sources import Source, since, sound
from edge.storage.aside import Fate
from edge.storage.key import Key
from edge.storage.names import (
    AUDIT_FILE,
    BESIDE_A_DATABASE,
    COLLECTION_FILE,
    WEB_FILE,
)
from edge.storage.replacing import Change, draft_of, share

EMPTY = "begun empty"
NO_BACKUP = f"{EMPTY}, since no backup of this device is whole and opens with its key"
OTHER_HISTORY = f"{EMPTY}, since no backup belongs to this record of events"


class Replacement:
    """Stages drafts of what was *damaged*; *lockdown* says whether somebody must look first."""

    def __init__(
        self, settings: Settings, key: Key, damaged: tuple[Damage, ...], now: datetime
    ) -> None:
        self._settings = settings
        self._key = key
        self._why = {each.name: each.why for each in damaged}
        self._now = now
        self._data = settings.storage.folder
        self._sources = tuple(sound(settings, key))
        self.lockdown = False

    def stage(self) -> tuple[Fate, ...]:
        """Write the drafts, and return what becomes of each file.

        :raises OSError: if they cannot be written.
        :raises StorageError: likewise.
        """
        return tuple(self._staged(name, why) for name, why in self._why.items())

    @contextmanager
    def record(self) -> Iterator[Audit]:
        """Give the record that is told of it: the sound one, or the draft of the new one."""
        with Audit(self._record_path, self._key) as audit:
            yield audit
        if AUDIT_FILE in self._why:
            share(self._record_path, self._data)

    def changes(self) -> tuple[Change, ...]:
        """Return what is to be replaced."""
        changes = []
        for name in self._why:
            # A log beside a new file would be taken for its own.
            beside = [self._data / f"{name}{suffix}" for suffix in BESIDE_A_DATABASE]
            changes += [Change(path, goes=True) for path in beside if path.exists()]
            target = self._data / name
            changes.append(Change(target, goes=not draft_of(target).exists()))
        return tuple(changes)

    @property
    def _record_path(self) -> Path:
        path = self._data / AUDIT_FILE
        return draft_of(path) if AUDIT_FILE in self._why else path

    def _staged(self, name: str, why: str) -> Fate:
        if name == AUDIT_FILE:
            return Fate(name, why, *self._stage_record())
        if name == COLLECTION_FILE:
            outcome, whole = self._stage_people()
            # Without people there are no rules either: who is enrolled next would pass at any time.
            self.lockdown = self.lockdown or outcome.startswith(EMPTY)
            return Fate(name, why, outcome, whole)
        if name == WEB_FILE:
            return Fate(name, why, *self._stage_accounts())
        # What waits there was asked for before: to be asked for again is safer than to be done late.
        return Fate(name, why, EMPTY, whole=True)

    def _stage_record(self) -> tuple[str, bool]:
        # Whether the door was in lockdown stood in it.
        self.lockdown = True
        source = next(iter(self._sources), None)
        if source is None:
            return NO_BACKUP, False
        self._copy(source, AUDIT_FILE)
        if COLLECTION_FILE not in self._why and (self._data / COLLECTION_FILE).exists():
            with (
                open_any(self._data / COLLECTION_FILE, self._key) as people,
                Audit(self._record_path, self._key) as audit,
            ):
                # Who was erased since the backup is readable in it again.
                forget_gone(people, audit)
        return f"put back from {source.path.name}; later events are lost", False

    def _stage_people(self) -> tuple[str, bool]:
        if AUDIT_FILE in self._why:
            return f"{EMPTY}, since the record that tells who was erased is damaged, too", False
        source, entries = self._matching()
        if source is None:
            return (OTHER_HISTORY if self._sources else NO_BACKUP), False
        with (
            open_any(source.path / COLLECTION_FILE, self._key, read_only=True) as database,
            Audit(source.path / AUDIT_FILE, self._key, read_only=True) as then,
            Audit(self._data / AUDIT_FILE, self._key) as now,
        ):
            may = survivors(
                [person_id for (person_id,) in database.rows("SELECT person_id FROM people")],
                then=then.known(),
                now=now.known(),
                root=now.rows.root()[0],
                since=entries,
            )
        if may.refused:
            return f"{EMPTY}, since {may.refused}", False
        self._copy(source, COLLECTION_FILE)
        self._take_out(may)
        self.lockdown = self.lockdown or may.lockdown
        return _told(source, may), not (may.out or may.suspended or may.lockdown or may.lost)

    def _stage_accounts(self) -> tuple[str, bool]:
        if AUDIT_FILE in self._why:
            return f"{EMPTY}, since the record that tells of accounts is damaged, too", False
        source, entries = self._matching()
        if source is None or WEB_FILE not in source.contents.files:
            return (OTHER_HISTORY if self._sources else NO_BACKUP), False
        if not accounts_are_as_they_were(entries):
            return f"{EMPTY}, since accounts or keys changed after the backup", False
        self._copy(source, WEB_FILE)
        return f"put back from {source.path.name}", True

    def _matching(self) -> tuple[Source | None, tuple[AuditEntry, ...]]:
        """Return the newest backup whose record is the beginning of this one, and what came since."""
        with Audit(self._data / AUDIT_FILE, self._key) as audit:
            try:
                audit.verify()
            except AuditError:
                return None, ()
            for source in self._sources:
                entries = since(source, audit)
                if entries is not None and COLLECTION_FILE in source.contents.files:
                    return source, entries
        return None, ()

    def _copy(self, source: Source, name: str) -> None:
        draft = draft_of(self._data / name)
        shutil.copyfile(source.path / name, draft)
        if digest_of(draft) != source.contents.files[name]:
            raise StorageError(
                f"{name} in {source.path.name} changed while it was read",
                remedy="Check the disk that backups lie on.",
            )
        share(draft, self._data)

    def _take_out(self, may: Survivors) -> None:
        with open_collection(draft_of(self._data / COLLECTION_FILE), self._key) as database:
            people = People(database)
            for person_id in sorted(may.erased | may.out):
                people.delete(person_id)
            for person_id in sorted(may.suspended):
                people.suspend(person_id, self._now)
            database.truncate_log()


def _told(source: Source, may: Survivors) -> str:
    parts = [f"put back from {source.path.name}"]
    for count, words in (
        (len(may.erased), "erased since are erased"),
        (len(may.out), "changed since stay out: enroll them anew"),
        (len(may.suspended), "of whom rights changed since are suspended"),
        (may.lost, "enrolled since are lost: enroll them anew"),
    ):
        if count:
            parts.append(f"{count} {words}")
    if may.lockdown:
        parts.append("rules or more changed since: look, then end the lockdown")
    return "; ".join(parts)
