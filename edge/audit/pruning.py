"""Removing old events: the chain begins anew at a checkpoint, which stands for what was before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge.audit.checkpoint_rows import Checkpoints
from edge.audit.subjects import Subjects
from edge.storage.database import Database
from edge.storage.times import to_text

BATCH = 500
"""Entries removed in one transaction: a door that waits for it waits for a moment."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed: how many entries, the first and the last; all 0 for none."""

    entries: int = 0
    first: int = 0
    last: int = 0


class Pruner:
    """Removes old entries in the database of one audit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def move_root(self, before: datetime) -> Pruned:
        """Say that everything up to a checkpoint goes, all of it before *before*; in a transaction.

        Times are held against the newest event, too: a clock that is ahead removes nothing that is
        not old.
        """
        root = self._one("SELECT sequence FROM root") or 0
        newest = self._database.row("SELECT at FROM entries ORDER BY sequence DESC LIMIT 1")
        if newest is None or newest[0] is None:
            return Pruned()
        # The first event that must stay. An event of the future was recorded by a wrong clock: it
        # does not keep what is older.
        first_kept = self._one(
            "SELECT min(sequence) FROM entries WHERE at >= ? AND at <= ? AND sequence > ?",
            to_text(before),
            newest[0],
            root,
        )
        signed = Checkpoints(self._database).before(
            (first_kept if first_kept is not None else root + 1) - 1
        )
        if signed is None or signed[0] <= root:
            return Pruned()
        self._database.execute("UPDATE root SET sequence = ?, hash = ?", signed)
        return Pruned(signed[0] - root, root + 1, signed[0])

    def sweep(self) -> bool:
        """Delete what is behind the root, also what an earlier time left; tell if there was any."""
        root = self._one("SELECT sequence FROM root") or 0
        deleted = 0
        while count := self._database.execute(
            "DELETE FROM entries WHERE sequence IN"
            " (SELECT sequence FROM entries WHERE sequence <= ? ORDER BY sequence LIMIT ?)",
            (root, BATCH),
        ):
            deleted += count
        if deleted:
            self._database.execute("DELETE FROM checkpoints WHERE sequence < ?", (root,))
            with self._database.transaction():
                Subjects(self._database).forget_unmentioned()
        return deleted > 0

    def _one(self, sql: str, *parameters: object) -> int | None:
        row = self._database.row(sql, parameters)
        return None if row is None else row[0]
