"""The key that encrypts what Ostiary stores, and the three places it may come from.

In this order: a systemd credential named ``ostiary.key`` (sealed to the machine's TPM where there
is one), the environment variable ``OSTIARY_KEY``, a key file. Each holds 64 hexadecimal digits.
The key is 32 random bytes and is used as it is: no passphrase, hence no slow derivation.

A lost key is lost people. So a new key is made only where nothing is encrypted yet.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import KeyFileError
from edge.storage.files import appearing_whole

KEY_BYTES = 32
"""Length of a ChaCha20-Poly1305 key (RFC 8439)."""

KEY_VARIABLE = "OSTIARY_KEY"
CREDENTIAL_NAME = "ostiary.key"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""Set by systemd for units with LoadCredential= or LoadCredentialEncrypted= (systemd.exec(5))."""

_DIGITS = re.compile(r"[0-9a-fA-F]{64}")
_LARGEST_KEY_FILE = 256
"""Bytes read from a key file: 64 digits and a line end, and enough more to notice another file."""


@dataclass(frozen=True, slots=True)
class Key:
    """32 secret bytes; never printed.

    :raises KeyFileError: if there are not exactly 32.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise KeyFileError(f"a key has {KEY_BYTES} bytes, not {len(self.secret)}")

    @classmethod
    def random(cls) -> Key:
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def digits(self) -> str:
        """The key as a key file holds it: 64 hexadecimal digits."""
        return self.secret.hex()


def load_key(
    key_file: Path, *, databases: Sequence[Path], environment: Mapping[str, str] | None = None
) -> Key:
    """Return the key from the first place that has one; make the key file if none has.

    *databases* are the files that the key opens; see :func:`load_or_create_key`.

    :raises KeyFileError: if the first place that has a key holds a bad one; the next place is
        then not tried, since it would open nothing or, worse, begin anew beside the old data.
    """
    environment = os.environ if environment is None else environment
    if folder := environment.get(CREDENTIALS_VARIABLE):
        credential = Path(folder) / CREDENTIAL_NAME
        if exists(credential):
            return _parse(read_secret(credential), origin=f"the credential {credential}")
    if digits := environment.get(KEY_VARIABLE):
        return _parse(digits, origin=f"the environment variable {KEY_VARIABLE}")
    return load_or_create_key(key_file, databases=databases)


def key_from_elsewhere(environment: Mapping[str, str] | None = None) -> str:
    """Return what gives the key before the key file is asked, in words; "" if nothing does.

    :raises KeyFileError: if that cannot be seen.
    """
    environment = os.environ if environment is None else environment
    folder = environment.get(CREDENTIALS_VARIABLE)
    if folder and exists(Path(folder) / CREDENTIAL_NAME):
        return f"the credential {CREDENTIAL_NAME}"
    return f"the variable {KEY_VARIABLE}" if environment.get(KEY_VARIABLE) else ""


def read_key(path: Path) -> Key:
    """Return the key in the file *path*, which must exist.

    :raises KeyFileError: if it is missing, malformed or readable by others.
    """
    refuse_shared(path)
    return _parse(read_secret(path), origin=f"the key file {path}")


def load_or_create_key(path: Path, *, databases: Sequence[Path]) -> Key:
    """Return the key in *path*, which is created, readable by its owner alone, on first use.

    Several processes may do this at once: all get the same key.

    :raises KeyFileError: if the file is malformed or readable by others, or if it is missing
        while one of *databases* exists, which a new key could never open.
    """
    if not exists(path):
        orphan = next((database for database in databases if exists(database)), None)
        # Looked at once more: another process may have made the key, then the database.
        if orphan is not None and not exists(path):
            raise KeyFileError(
                f"the key file {path} is missing, but {orphan} was encrypted with it",
                remedy=f"Restore {path} from its backup. Only if the people stored are given up: "
                f"move {orphan} away.",
            )
        _create(path)
    return read_key(path)


def _create(path: Path) -> None:
    """Write a new key to *path*, unless another process was first."""
    try:
        with appearing_whole(path, mode=0o600) as draft:
            draft.write_text(Key.random().digits + "\n", encoding="ascii")
    except OSError as error:
        raise KeyFileError(
            f"the key file {path} cannot be created: {error.strerror}",
            remedy="Choose a folder that this user may write, by storage.key_file.",
        ) from error


def refuse_shared(path: Path) -> None:
    """Refuse a key file that is no file, or that others than its owner may use.

    :raises KeyFileError: saying what helps.
    """
    status = _status(path)
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileError(f"{path} is not a file", remedy="Let storage.key_file name a file.")
    if status.st_mode & 0o077:
        raise KeyFileError(
            f"the key file {path} can be used by others than its owner "
            f"(mode {stat.S_IMODE(status.st_mode):04o})",
            remedy=f"Run: chmod 600 {path}",
        )


def exists(path: Path) -> bool:
    """Tell whether there is a file *path*.

    :raises KeyFileError: if that cannot be seen.
    """
    # Not Path.exists, which says no of what it may not see: a new key must not be made then.
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_secret(path: Path) -> str:
    """Return what a key file holds, as ASCII; of a longer file its beginning.

    :raises KeyFileError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_KEY_FILE).decode("ascii", errors="replace")
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> KeyFileError:
    return KeyFileError(
        f"the key file {path} cannot be read: {error.strerror}",
        remedy="Run this as the user who owns the key file.",
    )


def _parse(text: str, *, origin: str) -> Key:
    digits = text.strip()
    if _DIGITS.fullmatch(digits) is None:
        raise KeyFileError(
            f"{origin} does not hold 64 hexadecimal digits",
            remedy="Restore it from its backup: no other key opens the stored people.",
        )
    return Key(bytes.fromhex(digits))
