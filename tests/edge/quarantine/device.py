"""A device with people, a record and a backup, and a hand that damages its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.announcing.ledger import Ledger
from edge.audit import AuditEvent, EventKind
from edge.backup import back_up
from edge.collection.people import NewPerson, People, Person
from edge.config import Settings, StorageSettings
from edge.config.backup import BackupSettings
from edge.core import Core
from edge.erasing import erase
from edge.storage.names import DATABASE_FILES
from edge.wiring import in_lockdown
from enroll.accounts import Invitations, Role
from enroll.store import open_web

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
NAMES = tuple(f"Person {number}" for number in range(6))


def settings_in(folder: Path) -> Settings:
    """Name a device whose data and backups lie in *folder*."""
    return Settings(
        storage=StorageSettings(folder=folder / "data"),
        backup=BackupSettings(folder=folder / "shelf"),
    )


def furnished(folder: Path) -> Settings:
    """Make a device with six people in every database that there is, backed up at noon."""
    settings = settings_in(folder)
    with closing(Core(settings)) as core:
        core.ensure_collection("badges")
        for name in NAMES:
            enroll(core, name)
        with open_web(core.web_path, core.key) as web:
            Invitations(web).issue(Role.ENROLLER, now=NOW)
        Ledger(settings.storage.folder / "announce.db", core.key).close()
        _ = core.desk, core.video
        back_up(core, now=NOW, actor="test")
    return settings


def enroll(core: Core, name: str, at: datetime = NOW - timedelta(hours=1)) -> Person:
    """Enroll *name*, and record it, as the pages do."""
    with core.database.transaction():
        person = People(core.database).enroll("badges", NewPerson(name=name))
        core.audit.append(AuditEvent(EventKind.ENROLLED, at, person_id=person.person_id))
    return person


def named(core: Core, name: str) -> Person:
    """Find *name*."""
    return next(each for each in People(core.database).list("badges") if each.name == name)


def erased(core: Core, name: str, at: datetime = LATER) -> None:
    """Erase *name* as an office does."""
    erase(core.database, core.audit, named(core, name).person_id, at=at, actor="test")


def flip(path: Path, position: int, bit: int = 0) -> None:
    """Change one bit."""
    with path.open("r+b") as file:
        file.seek(position)
        (byte,) = file.read(1)
        file.seek(position)
        file.write(bytes([byte ^ (1 << bit)]))


def spoil(settings: Settings, name: str) -> bytes:
    """Damage a page in the midst of the database *name*, and return what the file then holds."""
    path = settings.storage.folder / name
    flip(path, path.stat().st_size // 2)
    return path.read_bytes()


def people_of(settings: Settings) -> dict[str, bool]:
    """Return who is enrolled, and who of them is suspended."""
    with closing(Core(settings)) as core:
        core.ensure_collection("badges")
        found = People(core.database).list("badges")
        return {each.name: each.suspended_at is not None for each in found}


def locked_down(settings: Settings) -> bool:
    """Tell whether a door that starts now starts in lockdown."""
    with closing(Core(settings)) as core:
        return in_lockdown(core.audit, settings.door.name)


def told(settings: Settings, kind: EventKind) -> list[str]:
    """Return the details of all events of a *kind*."""
    with closing(Core(settings)) as core:
        return [each.event.detail for each in core.audit.entries() if each.event.kind is kind]


def lying(settings: Settings) -> dict[str, bytes]:
    """Return what was put aside, by name."""
    folder = settings.storage.folder / "quarantine"
    return {path.name: path.read_bytes() for path in folder.rglob("*.db")}


def copied(settings: Settings, folder: Path) -> Settings:
    """Copy the device as it lies there, and name the copy."""
    shutil.copytree(settings.storage.folder.parent, folder)
    return settings_in(folder)


def databases(settings: Settings) -> Iterator[Path]:
    """Give every database of the device."""
    for name in DATABASE_FILES:
        if os.path.lexists(settings.storage.folder / name):
            yield settings.storage.folder / name
