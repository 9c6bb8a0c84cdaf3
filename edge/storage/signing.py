"""The device's own signing key: Ed25519, in a file that is made on first use.

The file is its first user's alone. A service of another user, such as the pages, gets it from the
service manager, as the systemd credential ``ostiary-signing.key``.

It is not the key that encrypts: whoever may read a backup cannot sign, and whoever checks a
signature needs the public half alone.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from edge.errors import KeyFileError
from edge.storage.files import appearing_whole
from edge.storage.key import CREDENTIALS_VARIABLE, exists, read_secret, refuse_shared

SIGNING_KEY_NAME = "ostiary-signing.key"

_RAW = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
"""Exactly one way to write a signature: another writing would be an unnoticed change."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half: 32 bytes as 64 small hexadecimal digits (RFC 8032, 5.1.5).

    :raises KeyFileError: if it is not written so.
    """

    digits: str

    def __post_init__(self) -> None:
        if _RAW.fullmatch(self.digits) is None:
            raise KeyFileError("a public key is 64 small hexadecimal digits")

    @property
    def fingerprint_digits(self) -> str:
        """SHA-256 of the 32 bytes: 64 small hexadecimal digits."""
        return hashlib.sha256(bytes.fromhex(self.digits)).hexdigest()

    @property
    def fingerprint(self) -> str:
        """The same in groups of four digits, for writing down."""
        digits = self.fingerprint_digits
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))

    @property
    def pem(self) -> str:
        """The key as PEM (SubjectPublicKeyInfo, RFC 8410), as other programs read it."""
        return (
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.digits))
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode("ascii")
        )

    @classmethod
    def from_pem(cls, text: bytes) -> PublicKey:
        """Return the key of a PEM file.

        :raises KeyFileError: if it holds none of Ed25519.
        """
        try:
            key = serialization.load_pem_public_key(text)
        except ValueError as error:
            raise KeyFileError("this is no public key in PEM") from error
        if not isinstance(key, Ed25519PublicKey):
            raise KeyFileError("this public key is not one of Ed25519")
        return cls(key.public_bytes_raw().hex())

    def signed(self, message: bytes, signature: str) -> bool:
        """Tell whether *signature*, 128 small hexadecimal digits, is this key's of *message*."""
        if _SIGNATURE.fullmatch(signature) is None:
            return False
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.digits))
        try:
            key.verify(bytes.fromhex(signature), message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The secret half; never printed."""

    secret: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def random(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.secret.public_key().public_bytes_raw().hex())

    def sign(self, message: bytes) -> str:
        """Return the signature of *message*: 128 hexadecimal digits."""
        return self.secret.sign(message).hex()


def load_signing_key(path: Path, *, environment: Mapping[str, str] | None = None) -> SigningKey:
    """Return the key that the service manager hands over, else the one in *path*.

    :raises KeyFileError: if the first place that has a key holds a bad one, and as
        :func:`load_or_create_signing_key` does.
    """
    environment = os.environ if environment is None else environment
    if folder := environment.get(CREDENTIALS_VARIABLE):
        credential = Path(folder) / SIGNING_KEY_NAME
        if exists(credential):
            return _read(credential)
    return load_or_create_signing_key(path)


def load_or_create_signing_key(path: Path) -> SigningKey:
    """Return the key in *path*, which is created, readable by its owner alone, on first use.

    Several processes may do this at once: all get the same key.

    :raises KeyFileError: if the file is malformed, readable by others, or cannot be made.
    """
    if not exists(path):
        _create(path)
    refuse_shared(path)
    return _read(path)


def _read(path: Path) -> SigningKey:
    try:
        key = serialization.load_pem_private_key(read_secret(path).encode("ascii"), password=None)
    except (ValueError, TypeError) as error:
        raise _malformed(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _malformed(path)
    return SigningKey(key)


def _create(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        with appearing_whole(path, mode=0o600) as draft:
            draft.write_bytes(pem)
    except OSError as error:
        raise KeyFileError(
            f"the signing key {path} cannot be created: {error.strerror}",
            remedy=f"Let this user write the folder {path.parent}.",
        ) from error


def _malformed(path: Path) -> KeyFileError:
    return KeyFileError(
        f"{path} holds no Ed25519 key",
        remedy="Restore it from its backup, or move it away: a new one is made, under which the "
        "record is signed from then on.",
    )
