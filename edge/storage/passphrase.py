"""Sealing a file with a passphrase, for whoever carries it from one device to another.

Argon2id makes a key of the passphrase (RFC 9106, its second recommended profile: 64 MiB, which a
Raspberry Pi has), ChaCha20-Poly1305 encrypts (RFC 8439). The parameters belong to the format, so
that no file can ask for all the memory there is. The length stands in front, so that a file that
was cut off is told from a wrong passphrase.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from argon2.low_level import Type, hash_secret_raw
from argon2.profiles import RFC_9106_LOW_MEMORY

from edge.errors import KeyFileError
from edge.storage.key import KEY_BYTES, Key
from edge.storage.sealing import seal, unseal

SHORTEST = 12
"""Characters: as for passwords of the pages. Four or five random words are easy to remember."""

SALT_BYTES = 16
LENGTH_BYTES = 8

MAGIC = b"ostiary people 1\n"
_ANY_MAGIC = re.compile(rb"ostiary people \d+\n")
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
    sealed = seal(_key(passphrase, salt), _PURPOSE, content)
    return MAGIC + salt + len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed


def unseal_with_passphrase(passphrase: str, content: bytes) -> bytes:
    """Return what :func:`seal_with_passphrase` sealed.

    :raises KeyFileError: if the passphrase is another, or the file was cut off or changed, or is
        none, or was written by a newer Ostiary.
    """
    head = _ANY_MAGIC.match(content)
    if head is None:
        raise KeyFileError("this is no file of people that Ostiary wrote")
    if head[0] != MAGIC:
        raise KeyFileError(
            "the file was written by a newer Ostiary",
            remedy="Install that here, too, and import it again.",
        )
    rest = content[len(MAGIC) :]
    salt, length = rest[:SALT_BYTES], rest[SALT_BYTES : SALT_BYTES + LENGTH_BYTES]
    sealed = rest[SALT_BYTES + LENGTH_BYTES :]
    if len(length) < LENGTH_BYTES or len(sealed) != int.from_bytes(length, "big"):
        raise KeyFileError("the file was cut off on its way", remedy="Copy it anew.")
    try:
        return unseal(_key(passphrase, salt), _PURPOSE, sealed)
    except KeyFileError as error:
        raise KeyFileError(
            "the passphrase does not open the file, or it was changed on its way",
            remedy="Type it as it was typed where the file was made; else copy the file anew.",
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
