"""The rules that hold at a door, from the file that the office writes; for one thread at a time.

Before every question it is asked of SQLite whether anybody has committed (``PRAGMA data_version``,
microseconds), and then whether the rules are a newer version; only a newer one is read. What cannot
be read or understood changes nothing: the last good rules go on. A door that never had any lets
nobody in. Only a file in which rules were never written means what it meant before there were any.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from edge.access.document import from_json
from edge.access.rules import Rules
from edge.access.ruleset import Ruleset
from edge.collection.database import open_collection
from edge.collection.follower import identity_of
from edge.collection.rule_versions import RuleVersions
from edge.errors import RulesError, StorageError
from edge.storage.database import Database
from edge.storage.key import Key

log = logging.getLogger(__name__)

PREPARED_EVERY = timedelta(hours=1)
"""How often the coming days are computed ahead (:meth:`edge.access.rules.Rules.prepare`)."""

NO_VERSION = -1


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that hold, and which version they are: 0 before any was written.

    *fault* says why they may be older than the file, "" where they are not. *version* is -1 where
    no good rules were ever seen: then nobody may pass.
    """

    version: int
    rules: Rules
    fault: str = ""


def rules_of(versions: RuleVersions) -> InForce:
    """Return what holds by the newest of *versions*.

    :raises RulesError: if it cannot be understood: a newer Ostiary wrote it.
    :raises StorageError: if it cannot be read.
    """
    newest = versions.newest()
    if newest is None:
        return InForce(0, Rules(Ruleset.default()))
    return InForce(newest.version, Rules(from_json(newest.document)))


class RuleBook:
    """Follows the rules in the file at *path*; it need not exist yet, but nobody may pass till then."""

    def __init__(self, path: Path, key: Key) -> None:
        self._path = path
        self._key = key
        self._file: Database | None = None
        self._identity: tuple[int, int] | None = None
        self._seen: int | None = None
        self._prepared: datetime | None = None
        self._now = InForce(NO_VERSION, Rules(Ruleset()), fault="no rules were read yet")

    def current(self, now: datetime) -> InForce:
        """Return the rules that hold at *now* (aware); never raises for what the file does."""
        try:
            self._follow()
            fault = ""
        except (StorageError, RulesError) as error:
            fault = error.message
        if fault != self._now.fault:
            if fault:
                log.error(
                    "the rules cannot be read, version %d goes on: %s", self._now.version, fault
                )
            else:
                log.info("the rules are read: version %d", self._now.version)
            self._now = replace(self._now, fault=fault)
        if self._prepared is None or not timedelta() <= now - self._prepared < PREPARED_EVERY:
            self._now.rules.prepare(now)
            self._prepared = now
        return self._now

    def close(self) -> None:
        """Give the file back; may be called twice. The rules that hold stay known."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _follow(self) -> None:
        """Take over a newer version, if there is one.

        :raises StorageError: if the file cannot be read; it is tried again at the next call.
        :raises RulesError: if what it says cannot be understood; likewise.
        """
        identity = identity_of(self._path)
        if self._file is None or identity != self._identity:
            self.close()
            self._file = open_collection(self._path, self._key, read_only=True)
            self._identity, self._seen = identity, None
        seen = self._file.data_version()
        if seen == self._seen:
            return
        versions = RuleVersions(self._file)
        # Another file may hold another version of the same number: after a restored backup.
        if self._seen is None or versions.newest_number() != self._now.version:
            self._now = replace(rules_of(versions), fault=self._now.fault)
            self._prepared = None
        self._seen = seen
