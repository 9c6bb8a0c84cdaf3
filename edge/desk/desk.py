"""What people ask of a door, in a small encrypted file of its own.

The pages write requests and read answers; only the door takes and answers them, and only it can
reach the lock. A file rather than a socket, because a file needs nobody at the other end: a request
to a door that is not running grows stale, and the pages say so.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.domain import Outcome
from edge.storage.key import Key
from edge.storage.sqlite import BUSY_MILLISECONDS, open_database
from edge.storage.times import from_text, to_text

DOOR_MILLISECONDS = 250
"""How long a door may wait for the pages: it has faces to look at. A transaction of the desk takes
a few milliseconds, and the write to a slow card a hundred."""

KEPT = timedelta(days=1)
"""How long an answer can be asked for; the record of it is the audit's."""

LONGEST_REASON = 200


class Answer(StrEnum):
    """What the door says to a request. The values are stored: never rename one."""

    REQUESTED = "REQUESTED"
    BUSY = "BUSY"
    DONE = "DONE"
    LOCKDOWN = "LOCKDOWN"
    STALE = "STALE"
    UNKNOWN_DOOR = "UNKNOWN_DOOR"
    LOCK_FAULT = "LOCK_FAULT"

    @property
    def outcome(self) -> Outcome:
        """Whether the door obeys."""
        obeyed = self in (Answer.REQUESTED, Answer.DONE)
        return Outcome.GRANT if obeyed else Outcome.DENY


class Command(StrEnum):
    """What a door can be asked. The values are stored: never rename one.

    UNLOCK lets somebody in, once. In lockdown nobody is let in. In office mode the door stays
    unlocked.
    """

    UNLOCK = "unlock"
    BEGIN_LOCKDOWN = "begin-lockdown"
    END_LOCKDOWN = "end-lockdown"
    BEGIN_OFFICE_MODE = "begin-office-mode"
    END_OFFICE_MODE = "end-office-mode"


@dataclass(frozen=True, slots=True)
class DoorRequest:
    """Somebody's wish that *door* obeys *command*. *actor* names an account, *at* is aware."""

    request_id: str
    door: str
    command: Command
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What became of a request; *answer* is None until the door has given one."""

    request: DoorRequest
    taken: bool
    answer: Answer | None


class Desk:
    """The desk in one file; threads and processes may share it.

    *patience_milliseconds* is how long to wait for another process.

    :raises StorageError: if the file cannot be opened; see :func:`open_database`.
    """

    def __init__(
        self, path: Path, key: Key, *, patience_milliseconds: int = BUSY_MILLISECONDS
    ) -> None:
        self._database = open_database(
            path, key, migrations="edge.desk", patience_milliseconds=patience_milliseconds
        )
        self._seen: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; may be called twice."""
        self._database.close()

    def request_unlock(self, *, door: str, reason: str, actor: str, now: datetime) -> str:
        """Ask to unlock *door*; see :meth:`request`."""
        return self.request(Command.UNLOCK, door=door, reason=reason, actor=actor, now=now)

    def request(
        self, command: Command, *, door: str, reason: str, actor: str, now: datetime
    ) -> str:
        """Ask *door* to obey and return the request's id; forget what is long answered.

        :raises StorageError: if the request could not be written.
        """
        request_id = str(uuid.uuid4())
        with self._database.transaction():
            self._database.execute("DELETE FROM requests WHERE at < ?", (to_text(now - KEPT),))
            self._database.execute(
                "INSERT INTO requests (request_id, door, command, reason, actor, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (request_id, door, command, reason, actor, to_text(now)),
            )
        return request_id

    def take(self) -> tuple[DoorRequest, ...]:
        """Return the requests that nobody has taken yet, oldest first, each of them only once.

        Costs a few microseconds while nobody writes to the desk. For the one door that answers.

        :raises StorageError: if the file cannot be read or written.
        """
        version = self._database.data_version()
        if version == self._seen:
            return ()
        taken: tuple[DoorRequest, ...] = ()
        if self._database.row("SELECT 1 FROM requests WHERE taken = 0") is not None:
            with self._database.transaction():
                rows = self._database.rows(f"{_SELECT} WHERE taken = 0 ORDER BY at")
                self._database.execute("UPDATE requests SET taken = 1 WHERE taken = 0")
            taken = tuple(_state(row).request for row in rows)
        self._seen = version
        return taken

    def answer(self, request_id: str, answer: Answer) -> None:
        """Say what became of a request that was taken; a second answer changes nothing.

        :raises StorageError: if the answer could not be written.
        """
        self._database.execute(
            "UPDATE requests SET answer = ? WHERE request_id = ? AND taken = 1 AND answer IS NULL",
            (answer, request_id),
        )

    def state(self, request_id: str) -> State | None:
        """Return what became of a request, or None if there is no such request any more.

        :raises StorageError: if the file cannot be read.
        """
        row = self._database.row(f"{_SELECT} WHERE request_id = ?", (request_id,))
        return None if row is None else _state(row)


_SELECT = "SELECT request_id, door, command, reason, actor, at, taken, answer FROM requests"


def _state(row: tuple[str, str, str, str, str, str, int, str | None]) -> State:
    request_id, door, command, reason, actor, at, taken, answer = row
    request = DoorRequest(request_id, door, Command(command), reason, actor, from_text(at))
    return State(request, bool(taken), None if answer is None else Answer(answer))
