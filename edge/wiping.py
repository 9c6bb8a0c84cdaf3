"""Erasing the device: everything that Ostiary ever wrote here, keys first.

Keys are overwritten, then removed, and only then the rest: without them every database, and every old
block of one that a memory card keeps where nobody can overwrite it, is noise. Power that is cut after
that leaves a device which opens nothing; erasing again finishes it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from edge.backup.pruning import PREFIX
from edge.config import Settings
from edge.errors import StorageError
from edge.live.folder import PICTURE, STATE, VIEWER
from edge.storage.files import sync
from edge.storage.key import key_from_elsewhere
from edge.storage.names import (
    BACKUP_FOLDER,
    CERTIFICATE_FILE,
    DATABASE_FILES,
    INSTALLATION_FILE,
    LOCK_FILES,
    OSDP_FOLDER,
    QUARANTINE_FOLDER,
    RECOVERY_FILE,
    RESERVE_FILE,
    RESTORED_SETTINGS_FILE,
)
from edge.storage.signing import SIGNING_KEY_NAME
from edge.storage.using import hold_alone
from edge.vision.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Wiped:
    """How many *files* were erased, and what is not gone.

    *left* is what lies in the data folder and is not Ostiary's, *backups* the ones elsewhere, *key* what
    else gives the key, in words.
    """

    files: int
    left: tuple[Path, ...]
    backups: tuple[Path, ...]
    key: str


def wipe(settings: Settings, *, backups: bool, models: bool) -> Wiped:
    """Erase everything that Ostiary wrote on this device.

    *backups*: those of this device in the folder of the settings, too; those in the data folder go in
    any case. *models*: the networks, too, which hold nothing about anybody.

    :raises InUseError: if a program uses the databases; nothing is erased then.
    :raises StorageError: if something cannot be erased; keys are gone first.
    """
    data = settings.storage.folder
    with hold_alone(data):
        elsewhere = tuple(_backups_elsewhere(settings))
        try:
            files = _erase_keys(_keys(settings))
            more = chain(
                _files(data),
                _live(settings.live.folder),
                (data / BACKUP_FOLDER).rglob("*"),
                (data / QUARANTINE_FOLDER).rglob("*"),
                chain.from_iterable(path.rglob("*") for path in elsewhere if backups),
                _models(settings) if models else (),
            )
            files += _erase(more)
            own = (data / BACKUP_FOLDER, data / QUARANTINE_FOLDER)
            for folder in (*own, *(elsewhere if backups else ())):
                if folder.exists():
                    shutil.rmtree(folder)
            for folder in (data / OSDP_FOLDER, *((settings.models.folder,) if models else ())):
                _remove_if_empty(folder)
            sync(data)
        except OSError as error:
            raise StorageError(
                f"{error.filename} cannot be erased: {error.strerror}",
                remedy="Run this as root or as the user who owns the folder, again: "
                "keys go first, so nothing that is left can be read.",
            ) from error
        return Wiped(
            files=files,
            left=tuple(sorted(set(data.iterdir()) - {settings.models.folder})),
            backups=() if backups else elsewhere,
            key=key_from_elsewhere(),
        )


def _keys(settings: Settings) -> Iterator[Path]:
    """Give every file that holds a key."""
    data = settings.storage.folder
    targets = (
        settings.storage.key_file,
        settings.storage.key_file.with_name(SIGNING_KEY_NAME),
        *_found(data / OSDP_FOLDER, "*.key"),
        data / CERTIFICATE_FILE,
        data / RECOVERY_FILE,
        data / RESTORED_SETTINGS_FILE,  # with the password of a camera, perhaps
    )
    for target in targets:
        yield target
    for target in targets:
        # What was being written beside it when power was cut.
        yield from _found(target.parent, f".{target.name}.*")
    yield from _found(data / OSDP_FOLDER, ".*.key.*")


def _files(data: Path) -> Iterator[Path]:
    for name in (*DATABASE_FILES, RESERVE_FILE, INSTALLATION_FILE, *LOCK_FILES):
        # With its logs and drafts, and with their logs.
        yield from _found(data, f"{name}*")
        yield from _found(data, f".{name}.*")


def _live(folder: Path) -> Iterator[Path]:
    for name in (PICTURE, STATE, VIEWER):
        yield folder / name
        yield from _found(folder, f".{name}.*")


def _models(settings: Settings) -> Iterator[Path]:
    for entry in CATALOGUE:
        for name in {entry.prepared.name, entry.source.name}:
            yield settings.models.folder / name


def _backups_elsewhere(settings: Settings) -> Iterator[Path]:
    """Give the backups of this device in the folder of the settings, if that is another."""
    folder = settings.backup.folder
    with suppress(OSError):
        name = (settings.storage.folder / INSTALLATION_FILE).read_text(encoding="ascii").strip()
        if folder is not None and len(name) == 8:
            yield from _found(folder, f"{PREFIX}{name}-*")
            yield from _found(folder, f".{PREFIX}{name}-*")


def _found(folder: Path, pattern: str) -> Iterator[Path]:
    yield from sorted(folder.glob(pattern)) if folder.is_dir() else ()


def _erase_keys(paths: Iterable[Path]) -> int:
    """Overwrite, then remove; return how many there were."""
    count = 0
    for path in dict.fromkeys(chain.from_iterable((path, path.resolve()) for path in paths)):
        if path.is_file() and not path.is_symlink():
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            count += 1
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync(path.parent)
    return count


def _erase(paths: Iterable[Path]) -> int:
    files = [path for path in dict.fromkeys(paths) if path.is_file() or path.is_symlink()]
    for path in files:
        path.unlink()
    return len(files)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
