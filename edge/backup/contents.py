"""What a backup says of itself, and the small secrets in it: one sealed file beside the databases.

It holds the digest of every database, so that no file of an older backup, and no page of one, can be
put in another's place; and it is sealed with the site's key, so that nobody else can write one.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from edge.errors import StorageError
from edge.storage.key import Key
from edge.storage.names import CERTIFICATE_FILE, DATABASE_FILES, OSDP_FOLDER, RECOVERY_FILE
from edge.storage.sealing import seal, unseal
from edge.storage.times import from_text, to_text

CONTENTS_FILE = "contents.sealed"
KEY_FILE = "key.sealed"
"""The site's key, sealed for its recovery key; there is none where no recovery key was made."""

FORMAT = 1
"""Of the sealed file; a higher one was written by a newer Ostiary."""

_PURPOSE = b"ostiary: contents of a backup"
_SECRET = re.compile(
    rf"{re.escape(CERTIFICATE_FILE)}|{re.escape(RECOVERY_FILE)}|{OSDP_FOLDER}/[a-z0-9-]{{1,32}}\.key"
)
_BLOCK = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a backup that was made *at* (aware) by *version* of Ostiary.

    *files* are the SHA-256 of its databases in hexadecimal, by name; *secrets* the texts of the small
    files, by their paths in the data folder; *settings* a TOML file; *entries* and *head* where the
    record of events was. *installation* is what names this device's backups among others'.

    :raises StorageError: if a name in it is none of Ostiary's.
    """

    at: datetime
    version: str
    site: str
    door: str
    installation: str
    files: dict[str, str]
    entries: int
    head: str
    settings: str = field(repr=False)
    secrets: dict[str, str] = field(repr=False)

    def __post_init__(self) -> None:
        names_a_stranger = set(self.files) - set(DATABASE_FILES)
        odd = [name for name in self.secrets if _SECRET.fullmatch(name) is None]
        if names_a_stranger or odd:
            raise StorageError(
                "the backup holds files that this Ostiary does not know",
                remedy="Install the Ostiary that made it, or a newer one.",
            )

    def sealed(self, key: Key) -> bytes:
        """Return it as the backup holds it."""
        values = asdict(self) | {"format": FORMAT, "at": to_text(self.at)}
        return seal(key, _PURPOSE, json.dumps(values).encode())

    @classmethod
    def unsealed(cls, sealed: bytes, key: Key) -> Contents:
        """Return what :meth:`sealed` gave.

        :raises KeyFileError: if *key* is another, or it was changed.
        :raises StorageError: if a newer Ostiary wrote it, or it does not say what it should.
        """
        content = unseal(key, _PURPOSE, sealed)
        try:
            values: dict[str, Any] = json.loads(content)
            if values.pop("format") != FORMAT:
                raise StorageError(
                    "the backup was made by a newer Ostiary",
                    remedy="Install the Ostiary that made it, or a newer one.",
                )
            contents = cls(**values | {"at": from_text(values["at"])})
            _refuse_other_kinds(contents)
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
        ):
            raise StorageError(
                "what the backup says of itself cannot be read", remedy=_ANOTHER
            ) from None  # the cause would show what is in it, keys among it
        return contents

    def refuse_other_files(self, folder: Path) -> None:
        """Read every database in *folder*, and refuse one that is not the one of this backup.

        :raises StorageError: naming it.
        """
        for name, digest in self.files.items():
            if not (folder / name).is_file():
                raise StorageError(f"{name} is missing in the backup", remedy=_ANOTHER)
            if digest_of(folder / name) != digest:
                raise StorageError(
                    f"{name} is not the file that the backup was made of", remedy=_ANOTHER
                )


_ANOTHER = "Take another backup."


def _refuse_other_kinds(contents: Contents) -> None:
    """Refuse values that are not of the kinds that they are declared to be.

    :raises ValueError: if the time is none.
    :raises TypeError: if a text or a number is none.
    """
    texts: list[object] = [contents.version, contents.site, contents.door, contents.installation]
    texts += [contents.head, contents.settings]
    for table in (contents.files, contents.secrets):
        texts += [*table, *table.values()]
    if not all(isinstance(text, str) for text in texts) or type(contents.entries) is not int:
        raise TypeError("a text or a number is none")
    to_text(contents.at)  # fails for a time without a zone, or beyond the calendar in UTC


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    :raises OSError: if it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
