"""The key of a backup: from the recovery key on paper, or from a copy of the site's key file."""

from __future__ import annotations

from pathlib import Path

from edge.backup.contents import CONTENTS_FILE, KEY_FILE
from edge.errors import KeyFileError, StorageError
from edge.storage.key import Key
from edge.storage.sealing import RecoveryKey


def needs_key_file(folder: Path) -> bool:
    """Tell whether no recovery key opens the backup in *folder*.

    :raises StorageError: if there is no backup.
    """
    if not (folder / CONTENTS_FILE).is_file():
        raise StorageError(
            f"there is no backup in {folder}",
            remedy="Name the folder that `ostiary backup` made: backup-…",
        )
    return not (folder / KEY_FILE).is_file()


def key_of(folder: Path, recovery: RecoveryKey) -> Key:
    """Return the site's key that is in the backup in *folder*, sealed for *recovery*.

    :raises KeyFileError: if the backup was made without a recovery key, or with another.
    """
    if needs_key_file(folder):
        raise KeyFileError(
            f"{folder} was made before the site had a recovery key",
            remedy="Give the copy of the site's key file that you kept: --key-file.",
        )
    return recovery.unseal((folder / KEY_FILE).read_bytes())
