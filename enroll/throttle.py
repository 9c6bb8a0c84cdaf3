"""How often somebody may try to sign in: after a few failures, ever longer waits.

Counted for the account's name and for the address, whether such an account exists or not, and kept
on disk, so that neither a restart nor the choice of a name resets anything. An attempt counts as
failed before it is checked: a thousand at the same time are a thousand failures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.storage.database import Database
from edge.storage.times import from_text, to_text
from enroll.accounts import name_key
from enroll.errors import TooManyAttemptsError


@dataclass(frozen=True, slots=True)
class Patience:
    """*free* failures cost nothing; each further one doubles a wait of *first*, up to *longest*.

    After *memory* without a failure all is forgotten.
    """

    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta

    def wait_after(self, failures: int) -> timedelta:
        """Return how long the next attempt must wait after so many failures in a row."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, 20)  # beyond any longest wait
        return min(self.first * (1 << doublings), self.longest)


ACCOUNT_PATIENCE = Patience(
    free=5,
    first=timedelta(seconds=30),
    longest=timedelta(minutes=15),
    memory=timedelta(hours=24),
)
"""About 100 guesses a day, far below the 100 failures in a row of NIST SP 800-63B over a year of
holding a good password, without locking anybody out for good."""

ADDRESS_PATIENCE = Patience(
    free=20,
    first=timedelta(seconds=5),
    longest=timedelta(minutes=15),
    memory=timedelta(hours=1),
)
"""More generous, because a whole office may share an address."""


class Throttle:
    """Counts the failures in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def attempt(self, *, name: str, address: str, now: datetime) -> Iterator[None]:
        """Let one attempt be made inside; it has succeeded if no exception leaves.

        :raises TooManyAttemptsError: before anything inside is done, if it must wait.
        """
        subjects = {
            _subject("name", name_key(name)): ACCOUNT_PATIENCE,
            _subject("address", address): ADDRESS_PATIENCE,
        }
        self._count(subjects, now)
        yield
        account, shared = subjects
        with self._database.transaction():
            self._database.execute("DELETE FROM attempts WHERE subject = ?", (account,))
            # One account's success must not wash away what an address did to others.
            self._database.execute(
                "UPDATE attempts SET failures = failures - 1 WHERE subject = ?", (shared,)
            )

    def _count(self, subjects: Mapping[str, Patience], now: datetime) -> None:
        with self._database.transaction():
            failures = {
                subject: self._failures(subject, patience, now)
                for subject, patience in subjects.items()
            }
            for subject, count in failures.items():
                self._database.execute(
                    "INSERT INTO attempts (subject, failures, last_at) VALUES (?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET failures = excluded.failures,"
                    " last_at = excluded.last_at",
                    (subject, count + 1, to_text(now)),
                )
            self._database.execute(
                "DELETE FROM attempts WHERE last_at < ?",
                (to_text(now - ACCOUNT_PATIENCE.memory),),
            )

    def _failures(self, subject: str, patience: Patience, now: datetime) -> int:
        """Return the failures of *subject* so far.

        :raises TooManyAttemptsError: if it must still wait.
        """
        row = self._database.row(
            "SELECT failures, last_at FROM attempts WHERE subject = ?", (subject,)
        )
        if row is None:
            return 0
        failures, last_at = int(row[0]), from_text(row[1])
        if now - last_at > patience.memory:
            return 0
        wait = patience.wait_after(failures) - (now - last_at)
        if wait > timedelta(0):
            # A clock that was set back must not lock anybody out for longer than the longest wait.
            raise TooManyAttemptsError(min(wait, patience.longest))
        return failures


def _subject(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
