"""Backups: everything a device must know to be replaced, encrypted, verified, pruned, put back."""

from edge.backup.making import Backup, back_up, backups_of, installation_of
from edge.backup.restoring import Restored, restore
from edge.backup.unlocking import key_of

__all__ = [
    "Backup",
    "Restored",
    "back_up",
    "backups_of",
    "installation_of",
    "key_of",
    "restore",
]
