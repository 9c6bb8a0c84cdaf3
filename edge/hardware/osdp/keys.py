"""The keys of OSDP's secure channels (SCBK): 16 random bytes each, one file each, seen by nobody.

Keys that everybody knows are refused wherever they come from: the default key of the standard, and
those of sample code, which were found in buildings (Bishop Fox, "Badge of Shame", 2023).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from edge.errors import KeyFileError

KEY_BYTES = 16
"""AES-128, as OSDP 2.2, appendix D, has it."""

DEFAULT_KEY = bytes(range(0x30, 0x40))
"""SCBK-D of OSDP 2.2: published, hence worth nothing but for handing over a key on a bench."""

FOLDER = "osdp"
"""The folder of the keys, in that of the data."""

PANEL = "panel"
"""The name of the key that a panel shares with the appliance as its reader."""

_DIGITS = re.compile(r"[0-9a-fA-F]{32}")
_LARGEST_KEY_FILE = 128


def reader_name(address: int) -> str:
    """Return the name of the key that is shared with the reader at *address*."""
    return f"reader-{address}"


@dataclass(frozen=True, slots=True)
class ChannelKey:
    """A secure channel base key; never printed.

    :raises KeyFileError: if it has not 16 bytes, or is one that everybody could guess.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise KeyFileError(f"a key of OSDP has {KEY_BYTES} bytes, not {len(self.secret)}.")
        if is_weak(self.secret):
            raise KeyFileError(
                "the key is the default one, or one of those that everybody tries.",
                remedy="Take a random one: `ostiary osdp install` makes it.",
            )

    @classmethod
    def random(cls) -> ChannelKey:
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_digits(cls, digits: str) -> ChannelKey:
        """Return the key that *digits*, 32 hexadecimal ones, write.

        :raises KeyFileError: if they are no key, or a weak one.
        """
        if _DIGITS.fullmatch(digits.strip()) is None:
            raise KeyFileError("a key of OSDP is written with 32 hexadecimal digits.")
        return cls(bytes.fromhex(digits.strip()))

    @property
    def digits(self) -> str:
        """The key in hexadecimal: a secret."""
        return self.secret.hex()

    @property
    def fingerprint(self) -> str:
        """Eight digits by which two keys can be compared; they tell nothing of a random key."""
        return hashlib.sha256(b"OSDP SCBK " + self.secret).hexdigest()[:8]


def is_weak(secret: bytes) -> bool:
    """Tell whether *secret* follows a pattern: steps that are all alike, or a part repeated.

    That covers SCBK-D and the keys of sample code. A random key does so once in 2^64 times.
    """
    steps = {(after - before) % 256 for before, after in pairwise(secret)}
    halves = secret[: KEY_BYTES // 2] == secret[KEY_BYTES // 2 :]
    return len(steps) == 1 or halves or len(set(secret)) <= 2


class KeyFolder:
    """The keys in *folder*, one file each, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        return self._folder / f"{name}.key"

    def names(self) -> tuple[str, ...]:
        """Return the names of the keys that there are, in order.

        :raises KeyFileError: if the folder may not be read.
        """
        try:
            return tuple(sorted(path.stem for path in self._folder.glob("*.key")))
        except OSError as error:
            raise _unreadable(self._folder, error) from error

    def get(self, name: str) -> ChannelKey | None:
        """Return the key *name*, or None if there is none.

        :raises KeyFileError: if it can be read by others, cannot be read by us, or is no good key.
        """
        path = self.path(name)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(path, error) from error
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise KeyFileError(f"{path} is not a file.")
            if status.st_mode & 0o077:
                raise KeyFileError(
                    f"the key file {path} can be used by others than its owner "
                    f"(mode {stat.S_IMODE(status.st_mode):04o}).",
                    remedy=f"Take a new key, since this one is known: `ostiary osdp install`. "
                    f"Or, if nobody else was on this machine: chmod 600 {path}",
                )
            text = file.read(_LARGEST_KEY_FILE).decode("ascii", errors="replace")
        try:
            return ChannelKey.from_digits(text)
        except KeyFileError as error:
            raise KeyFileError(f"{path}: {error.message}", remedy=error.remedy) from error

    def demand(self, name: str) -> ChannelKey:
        """Return the key *name*.

        :raises KeyFileError: as :meth:`get` does, and if there is none.
        """
        key = self.get(name)
        if key is None:
            side, _, address = name.partition("-")
            install = f"ostiary osdp install {side}" + (f" --address {address}" if address else "")
            raise KeyFileError(
                f"there is no key for the OSDP {name.replace('-', ' ')}, and nothing is said in "
                "clear.",
                remedy=f"Stop the door and hand one over: {install}",
            )
        return key

    def put(self, name: str, key: ChannelKey) -> None:
        """Keep *key* under *name*; one that was there before is replaced, in one step or not at all.

        :raises KeyFileError: if it cannot be written.
        """
        path = self.path(name)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            self._make()
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(f"{key.digits}\n")
                    file.flush()
                    os.fsync(descriptor)
                draft.replace(path)
            except OSError:
                draft.unlink(missing_ok=True)
                raise
            _sync(self._folder)
        except OSError as error:
            raise KeyFileError(
                f"the key file {path} cannot be written: {error.strerror}.",
                remedy="Run this as the user who owns the folder; is the disk full?",
            ) from error

    def rename(self, name: str, new: str) -> None:
        """Keep the key *name* under the name *new*.

        :raises KeyFileError: if there is none, or it cannot be done.
        """
        try:
            self.path(name).replace(self.path(new))
            _sync(self._folder)
        except OSError as error:
            raise KeyFileError(f"{self.path(new)} cannot be written: {error.strerror}.") from error

    def _make(self) -> None:
        """Make the folder, if there is none; its own name must survive a power cut, too."""
        with suppress(FileExistsError):
            self._folder.mkdir(mode=0o700, parents=True)
            _sync(self._folder.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # not every file system can
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: OSError) -> KeyFileError:
    return KeyFileError(
        f"the key file {path} cannot be read: {error.strerror}.",
        remedy="Run this as the user who owns it: sudo -u ostiary ostiary osdp …",
    )
