"""Passwords: which are good enough, and how they are kept (argon2id)."""

from __future__ import annotations

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from enroll.errors import WeakPasswordError

SHORTEST = 12
LONGEST = 256
"""Characters. NIST SP 800-63B asks for length and against rules of composition; the upper bound
keeps an attacker from having megabytes hashed."""

FEWEST_DIFFERENT = 5
"""Different characters: keeps out aaaaaaaaaaaa and 121212121212."""


AT_A_TIME = 4
"""Passwords checked at the same time: each takes 64 MiB, which a Raspberry Pi 4 bears four of."""


class Passwords:
    """Hashes and checks passwords; threads may share it.

    *hasher* has argon2-cffi's default parameters unless given: RFC 9106's low-memory profile of
    64 MiB.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = threading.BoundedSemaphore(AT_A_TIME)
        self._decoy = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(_normalized(password))

    def matches(self, password: str, stored: str | None) -> bool:
        """Return whether *password* is the one that *stored* is the hash of.

        Without *stored*, a decoy is checked: the answer takes as long whether an account exists
        or not.
        """
        try:
            with self._turns:
                self._hasher.verify(stored or self._decoy, _normalized(password)[:LONGEST])
        except VerifyMismatchError:
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Return whether *stored* was hashed with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def refuse_weak(password: str, *, name: str) -> None:
    """Refuse a password that would be guessed.

    :raises WeakPasswordError: if it is too short, too long, too plain, or holds the account's name.
    """
    folded = _normalized(password).casefold()
    if not SHORTEST <= len(folded) <= LONGEST:
        raise WeakPasswordError(
            f"A password has {SHORTEST} to {LONGEST} characters.",
            remedy="Four or five random words are easy to remember.",
        )
    if len(set(folded)) < FEWEST_DIFFERENT:
        raise WeakPasswordError("This password repeats the same few characters.")
    if len(name) >= 3 and name.casefold() in folded:
        raise WeakPasswordError("The password must not contain the name.")


def _normalized(password: str) -> str:
    # RFC 8265, OpaqueString: keyboards differ in how they compose the same letter.
    return unicodedata.normalize("NFC", password)
