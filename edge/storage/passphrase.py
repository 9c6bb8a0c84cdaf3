"""Sealing a file with a passphrase, for whoever carries it from one device to another.

Argon2id makes a key of the passphrase (RFC 9106, its second recommended profile: 64 MiB, which a
Raspberry Pi has), ChaCha20-Poly1305 encrypts (RFC 8439). The parameters belong to the format, so
that no file can ask for all the memory there is.
"""

from __future__ import annotations

import secrets
import unicodedata

from argon2.low_level import Type, hash_secret_raw
from argon2.profiles import RFC_9106_LOW_MEMORY

from edge.errors import KeyFileError
from edge.storage.key import KEY_BYTES, Key
from edge.storage.sealing import seal, unseal

SHORTEST = 12
"""Characters: as for passwords of the pages. Four or five random words are easy to remember."""

MAGIC = b"ostiary people 1\n"
SALT_BYTES = 16

_PURPOSE = b"ostiary: people on their way"


def seal_with_passphrase(passphrase: str, content: bytes) -> bytes:
    """Return *content*, readable and unchanged only with *passphrase*.

    :raises KeyFileError: if it is too short.
    """
    if len(passphrase.strip()) < SHORTEST:
        raise KeyFileError(
            f"a passphrase has at least {SHORTEST} characters",
            remedy="Four or five random words are easy to remember.",
        )
    salt = secrets.token_bytes(SALT_BYTES)
    return MAGIC + salt + seal(_key(passphrase, salt), _PURPOSE, content)


def unseal_with_passphrase(passphrase: str, sealed: bytes) -> bytes:
    """Return what :func:`seal_with_passphrase` sealed.

    :raises KeyFileError: if the passphrase is another, or the file was changed or is none.
    """
    if not sealed.startswith(MAGIC):
        raise KeyFileError("this is no file of people that Ostiary wrote")
    rest = sealed.removeprefix(MAGIC)
    salt, rest = rest[:SALT_BYTES], rest[SALT_BYTES:]
    if len(salt) < SALT_BYTES:
        raise KeyFileError("the file was cut off", remedy="Copy it anew.")
    try:
        return unseal(_key(passphrase, salt), _PURPOSE, rest)
    except KeyFileError as error:
        raise KeyFileError(
            "the passphrase does not open the file, or it was changed on its way",
            remedy="Type it as it was typed where the file was made.",
        ) from error


def _key(passphrase: str, salt: bytes) -> Key:
    # RFC 8265, OpaqueString: keyboards differ in how they compose the same letter.
    typed = unicodedata.normalize("NFC", passphrase.strip()).encode()
    chosen = RFC_9106_LOW_MEMORY
    return Key(
        hash_secret_raw(
            typed,
            salt,
            time_cost=chosen.time_cost,
            memory_cost=chosen.memory_cost,
            parallelism=chosen.parallelism,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    )
