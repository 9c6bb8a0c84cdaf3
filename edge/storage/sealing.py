"""Sealing small secrets: under the site's key, or for whoever keeps the site's recovery key.

Under the site's key: ChaCha20-Poly1305 (RFC 8439) with a nonce by chance and a key of its own for
every purpose. For the recovery key: HPKE (RFC 9180) with X25519. The device holds the public half
alone, so that it can make backups by night which only the paper in the safe opens; it keeps that half
as secretly as a key, since who has it could make a backup that the paper opens as well.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from edge.errors import KeyFileError
from edge.storage.files import sync
from edge.storage.key import Key, exists, read_secret

NONCE_BYTES = 12
"""Of ChaCha20-Poly1305 (RFC 8439, 2.8)."""

CHECK_DIGITS = 4
"""At the end of a recovery key: one slip of the pen in 65,536 is not noticed."""

_INFO = b"ostiary: the key of a site"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_DIGITS = re.compile(r"[0-9a-f]{64}")


def seal(key: Key, purpose: bytes, content: bytes) -> bytes:
    """Return *content*, readable and unchanged only with *key* and for the same *purpose*."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(key, purpose).encrypt(nonce, content, None)


def unseal(key: Key, purpose: bytes, sealed: bytes) -> bytes:
    """Return what :func:`seal` sealed.

    :raises KeyFileError: if it was sealed with another key, for another purpose, or was changed.
    """
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(key, purpose).decrypt(nonce, rest, None)
    except (InvalidTag, ValueError) as error:
        raise KeyFileError(
            "the key does not open it, or it was changed",
            remedy="Take the key of the device that it is of. If that is the one in use, it is "
            "damaged: take another backup.",
        ) from error


def _cipher(key: Key, purpose: bytes) -> ChaCha20Poly1305:
    # A key for each purpose, so that nothing sealed for one is taken for another's.
    return ChaCha20Poly1305(hmac.digest(key.secret, purpose, "sha256"))


@dataclass(frozen=True, slots=True)
class RecoveryPublic:
    """What the device holds of its recovery key; 64 small hexadecimal digits, never printed.

    :raises KeyFileError: if it is not written so.
    """

    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        if _DIGITS.fullmatch(self.digits) is None:
            raise KeyFileError(
                "a recovery key's public half is 64 small hexadecimal digits",
                remedy="Make a new recovery key: `ostiary key recovery --replace`.",
            )

    @property
    def name(self) -> str:
        """Eight digits by which two recovery keys can be told apart; they tell nothing else."""
        return hashlib.sha256(b"ostiary recovery " + bytes.fromhex(self.digits)).hexdigest()[:8]

    def seal(self, key: Key) -> bytes:
        """Return *key*, readable only with the recovery key."""
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(self.digits))
        return _SUITE.encrypt(key.secret, public, _INFO)

    @classmethod
    def read(cls, path: Path) -> RecoveryPublic | None:
        """Return the one in the file *path*, or None if there is none.

        Its group may read it: the pages make backups, too, and have the site's key anyway.

        :raises KeyFileError: if it is malformed, or can be used by everybody.
        """
        if not exists(path):
            return None
        if path.stat().st_mode & 0o007:
            raise KeyFileError(f"{path} can be used by everybody", remedy=f"Run: chmod o= {path}")
        return cls(read_secret(path).strip())

    def write(self, path: Path) -> None:
        """Keep it in the file *path*, in the place of the one that is there.

        :raises KeyFileError: if it cannot be written; the other one is kept then.
        """
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(f"{self.digits}\n")
                    file.flush()
                    os.fsync(descriptor)
                draft.replace(path)
                # Whoever reads on the screen that a former key counts no more relies on it.
                sync(path.parent)
            except OSError:
                draft.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise KeyFileError(
                f"{path} cannot be written: {error.strerror}",
                remedy="Run this as the user who owns the folder.",
            ) from error


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """What opens every backup of a site: 32 secret bytes, for a paper in a safe; never printed."""

    secret: bytes = field(repr=False)

    @classmethod
    def random(cls) -> RecoveryKey:
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_words(cls, words: str) -> RecoveryKey:
        """Return the key that somebody typed, with or without blanks.

        :raises KeyFileError: if digits are missing or wrong.
        """
        digits = "".join(words.split()).replace("-", "").lower()
        secret, check = digits[:64], digits[64:]
        if _DIGITS.fullmatch(secret) is None or check != _check(secret):
            raise KeyFileError(
                "this is no recovery key, or a digit of it is wrong",
                remedy="It has 17 groups of four digits, 0 to 9 and a to f.",
            )
        return cls(bytes.fromhex(secret))

    @property
    def words(self) -> str:
        """The key in groups of four digits, the last of which tells slips of the pen."""
        digits = self.secret.hex()
        digits += _check(digits)
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))

    @property
    def public(self) -> RecoveryPublic:
        private = X25519PrivateKey.from_private_bytes(self.secret)
        return RecoveryPublic(private.public_key().public_bytes_raw().hex())

    def unseal(self, sealed: bytes) -> Key:
        """Return the site's key that :meth:`RecoveryPublic.seal` sealed.

        :raises KeyFileError: if it was sealed for another recovery key, or was changed.
        """
        private = X25519PrivateKey.from_private_bytes(self.secret)
        try:
            return Key(_SUITE.decrypt(sealed, private, _INFO))
        except (InvalidTag, ValueError) as error:
            raise KeyFileError(
                "this recovery key does not open it",
                remedy="Take the recovery key that was valid when the backup was made.",
            ) from error


def _check(digits: str) -> str:
    return hashlib.sha256(digits.encode("ascii")).hexdigest()[:CHECK_DIGITS]
