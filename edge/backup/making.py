"""Making a backup: a folder with a copy of every database, and one sealed file with what else is needed.

Each database is copied as it is at one moment, while door and pages go on. The copies are encrypted
with the site's key, as the databases are; the keys of OSDP lines, the pages' certificate and the
settings are sealed with it. The key itself is in the backup only sealed for the recovery key, if the
site has one: who finds a backup finds nothing.

The device's signing key is not in it, so no backup can sign: another device signs with a key of its
own. A backup also keeps who is erased later, so old ones are removed.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from edge.audit import AuditEvent, EventKind
from edge.backup.contents import CONTENTS_FILE, KEY_FILE, Contents, digest_of
from edge.backup.pruning import PREFIX, found_in, name_of, prune, time_in
from edge.backup.verifying import verified, verify_record
from edge.collection.database import open_any
from edge.config import settings_as_toml
from edge.core import Core
from edge.errors import OstiaryError, StorageError
from edge.storage.files import appearing_whole, make_folder, sync
from edge.storage.names import (
    AUDIT_FILE,
    BACKUP_FOLDER,
    CERTIFICATE_FILE,
    DATABASE_FILES,
    INSTALLATION_FILE,
    OSDP_FOLDER,
    RECOVERY_FILE,
)
from edge.storage.sealing import RecoveryPublic


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was verified: where it lies, its size in bytes, and when it was made.

    *recoverable* tells whether the recovery key opens it; otherwise only the site's key file does.
    *removed* are the older ones that went when it was made. *left_out* are small secrets that this user
    may not read: another user's backup has them.
    """

    path: Path
    size: int
    at: datetime
    recoverable: bool
    removed: tuple[Path, ...] = ()
    left_out: tuple[str, ...] = ()


def back_up(core: Core, *, now: datetime, actor: str, folder: Path | None = None) -> Backup:
    """Back up into a new folder in *folder*, else in that of the settings; verify, record and prune.

    *actor* says in the audit who does it: an account's id or a system user, no name.

    :raises OstiaryError: if it cannot be written, or does not verify; nothing is left then. Or if it
        is there, and cannot be recorded.
    """
    folder = folder or folder_of(core)
    try:
        make_folder(folder, mode=0o770)
        installation = installation_of(core)
        name = name_of(installation, now)
        draft = folder / f".{name}.{secrets.token_hex(4)}"
        # Where door and pages are two users of one group, either removes the other's old ones.
        draft.mkdir(mode=0o770)
        try:
            _copy(core, draft)
            small, left_out = _small_secrets(core)
            contents = _contents(core, draft, installation, small, now)
            (draft / CONTENTS_FILE).write_bytes(contents.sealed(core.key))
            if recovery := RecoveryPublic.read(core.recovery_path):
                (draft / KEY_FILE).write_bytes(recovery.seal(core.key))
            _verify(core, draft)
            for path in (*draft.iterdir(), draft):
                sync(path)
            draft.rename(folder / name)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync(folder)
        made = _found(folder / name)
        core.audit.append(AuditEvent(EventKind.BACKED_UP, now, detail=f"{name}, by {actor}"))
        removed = prune(
            folder,
            installation,
            keep=core.settings.backup.keep,
            keep_days=core.settings.backup.keep_days,
            now=now,
        )
    except OSError as error:
        raise StorageError(
            f"the backup in {folder} cannot be written: {error.strerror}",
            remedy="Free space, or let this user write the folder.",
        ) from error
    return replace(made, removed=removed, left_out=left_out)


def backups_of(core: Core, folder: Path | None = None) -> tuple[Backup, ...]:
    """Return the backups of this device in *folder*, else in that of the settings, newest first.

    :raises StorageError: if the folder cannot be read.
    """
    try:
        found = found_in(folder or folder_of(core), installation_of(core))
        return tuple(_found(path) for path in found)
    except OSError as error:
        raise StorageError(
            f"the backups cannot be read: {error.strerror}",
            remedy="Is the disk there, and may this user read it?",
        ) from error


def folder_of(core: Core) -> Path:
    """Return where the settings want backups."""
    return core.settings.backup.folder or core.settings.storage.folder / BACKUP_FOLDER


def installation_of(core: Core) -> str:
    """Return eight digits that name this device's backups in a folder of several; made once.

    :raises OSError: if they can be neither read nor written.
    """
    path = core.settings.storage.folder / INSTALLATION_FILE
    if not path.exists():
        with appearing_whole(path, mode=0o660) as draft:
            draft.write_text(f"{secrets.token_hex(4)}\n", encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _copy(core: Core, draft: Path) -> None:
    _ = core.database, core.audit  # made, or brought to this version
    for name in DATABASE_FILES:
        path = core.settings.storage.folder / name
        if name == AUDIT_FILE:
            core.audit.copy_to(draft / name)
        elif path.exists():
            with open_any(path, core.key) as database:
                database.copy_to(draft / name)


def _small_secrets(core: Core) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the texts of the small secrets by their paths, and those that this user may not read."""
    data = core.settings.storage.folder
    texts, left_out = {}, []
    for path in (
        *sorted((data / OSDP_FOLDER).glob("*.key")),
        data / CERTIFICATE_FILE,
        data / RECOVERY_FILE,
    ):
        name = str(path.relative_to(data))
        try:
            texts[name] = path.read_text(encoding="ascii")
        except FileNotFoundError:
            continue
        except PermissionError:
            left_out.append(name)
    return texts, tuple(left_out)


def _contents(
    core: Core, draft: Path, installation: str, small: dict[str, str], now: datetime
) -> Contents:
    settings = core.settings
    entries, head = _record(core, draft)
    return Contents(
        at=now.astimezone(UTC),
        version=version("ostiary"),
        site=settings.site.name,
        door=settings.door.name,
        installation=installation,
        files={name: digest_of(draft / name) for name in DATABASE_FILES if (draft / name).exists()},
        entries=entries,
        head=head,
        settings=settings_as_toml(settings),
        secrets=small,
    )


def _record(core: Core, draft: Path) -> tuple[int, str]:
    try:
        return verify_record(draft, core.key)
    except OstiaryError as error:
        raise _unverified(error) from error


def _verify(core: Core, draft: Path) -> None:
    try:
        verified(draft, core.key)
    except OstiaryError as error:
        raise _unverified(error) from error


def _unverified(error: OstiaryError) -> StorageError:
    return StorageError(
        f"the backup does not verify and was removed: {error.message}", remedy=error.remedy
    )


def _found(path: Path) -> Backup:
    return Backup(
        path,
        sum(file.stat().st_size for file in path.iterdir()),
        time_in(path.name.removeprefix(PREFIX)),
        recoverable=(path / KEY_FILE).exists(),
    )
