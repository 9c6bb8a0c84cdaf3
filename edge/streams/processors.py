"""Stream processors as they are stored: whoever asks changes them, the worker follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from edge.errors import (
    AlreadyExistsError,
    NotFoundError,
    TooManyJobsError,
)
from edge.storage.database import Database, Row
from edge.storage.times import from_text, to_text
from edge.streams.states import ACTIVE, Status, refuse_deletion, started, stopped
from edge.streams.tags import refuse_too_many

MOST_PROCESSORS = 10
"""Stream processors that may exist. Each that runs takes networks for every frame of a camera."""

_COLUMNS = (
    "name, camera, collection_id, threshold, input_arn, output_arn, role_arn, tags,"
    " status, message, created_at, updated_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProcessor:
    """A stream processor to be made. *camera* is a name of the settings, *threshold* in percent.

    The ARNs are kept to be told again.
    """

    name: str
    camera: str
    collection_id: str
    threshold: float
    input_arn: str
    output_arn: str
    role_arn: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Processor:
    """A stream processor, its state, and what went wrong. Times are aware."""

    made: NewProcessor
    status: Status
    message: str | None
    created_at: datetime
    updated_at: datetime


class Processors:
    """The stream processors of one file; threads and processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, new: NewProcessor, *, now: datetime) -> None:
        """Keep a new stream processor, stopped.

        :raises AlreadyExistsError: if there is one of that name.
        :raises TooManyJobsError: if there are ten.
        """
        with self._database.transaction():
            names = [name for (name,) in self._database.rows("SELECT name FROM stream_processors")]
            if new.name in names:
                raise AlreadyExistsError(f"there is a stream processor {new.name} already")
            if len(names) >= MOST_PROCESSORS:
                raise TooManyJobsError(
                    f"there are {MOST_PROCESSORS} stream processors", remedy="Delete one first."
                )
            refuse_too_many(new.tags)
            at = to_text(now)
            self._database.execute(
                f"INSERT INTO stream_processors ({_COLUMNS})"  # noqa: S608 - a constant
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)",
                (
                    *(new.name, new.camera, new.collection_id, new.threshold),
                    *(new.input_arn, new.output_arn, new.role_arn, json.dumps(dict(new.tags))),
                    *(Status.STOPPED, at, at),
                ),
            )

    def get(self, name: str) -> Processor:
        """Return a stream processor.

        :raises NotFoundError: if there is none of that name.
        """
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM stream_processors WHERE name = ?",  # noqa: S608 - a constant
            (name,),
        )
        if row is None:
            raise NotFoundError(f"there is no stream processor {name}")
        return _processor(row)

    def list(self) -> tuple[Processor, ...]:
        """Return all stream processors by name; there are few."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM stream_processors ORDER BY name"  # noqa: S608 - a constant
        )
        return tuple(_processor(row) for row in rows)

    @property
    def any_active(self) -> bool:
        """Whether the worker has anything to do for them."""
        row = self._database.row(
            "SELECT 1 FROM stream_processors WHERE status IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(ACTIVE)),),
        )
        return row is not None

    def start(self, name: str, *, now: datetime) -> None:
        """Ask for a camera to be watched.

        :raises NotFoundError: if there is none of that name.
        :raises InUseError: unless it is stopped.
        """
        self._change(name, lambda former: (started(former.status), None), now)

    def stop(self, name: str, *, now: datetime) -> None:
        """Ask for the watching to end.

        :raises NotFoundError: if there is none of that name.
        :raises InUseError: if it does not watch.
        """
        self._change(name, lambda former: (stopped(former.status), None), now)

    def delete(self, name: str) -> None:
        """Forget a stream processor.

        :raises NotFoundError: if there is none of that name.
        :raises InUseError: unless it is stopped.
        """
        with self._database.transaction():
            refuse_deletion(self.get(name).status)
            self._database.execute("DELETE FROM stream_processors WHERE name = ?", (name,))

    def become(
        self, name: str, change: Callable[[Status], Status], message: str | None, *, now: datetime
    ) -> None:
        """Take over a state that the worker found; nothing happens to one that is gone."""
        with self._database.transaction():
            if self._database.row("SELECT 1 FROM stream_processors WHERE name = ?", (name,)):
                self._change(name, lambda former: (change(former.status), message), now)

    def _change(
        self,
        name: str,
        change: Callable[[Processor], tuple[Status, str | None]],
        now: datetime,
    ) -> None:
        with self._database.transaction():
            former = self.get(name)
            status, message = change(former)
            if (status, message) != (former.status, former.message):
                self._database.execute(
                    "UPDATE stream_processors SET status = ?, message = ?, updated_at = ?"
                    " WHERE name = ?",
                    (status, message, to_text(now), name),
                )


def _processor(row: Row) -> Processor:
    name, camera, collection_id, threshold, *rest = row
    input_arn, output_arn, role_arn, tags, status, message, created_at, updated_at = rest
    made = NewProcessor(
        name=name,
        camera=camera,
        collection_id=collection_id,
        threshold=threshold,
        input_arn=input_arn,
        output_arn=output_arn,
        role_arn=role_arn,
        tags=json.loads(tags),
    )
    return Processor(made, Status(status), message, from_text(created_at), from_text(updated_at))
