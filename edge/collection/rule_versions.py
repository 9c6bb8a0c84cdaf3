"""The rules of a site as they were written: every version, by whom and when, none ever changed.

A version is one canonical document (``edge.access.document``), stored as it was given: whether it
is a good one is for whoever writes it to find out before. The newest holds; reverting to an older
one writes it once more, as the newest. Beside them everybody who edits has one draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge.collection.text import is_presentable
from edge.errors import CollectionError, ConflictError, NotFoundError
from edge.storage.database import Database
from edge.storage.times import from_text, to_text

LONGEST_NOTE = 200
_MOST_VERSIONS = 2**31
LARGEST_DOCUMENT = 4 * 2**20
"""Bytes; rules of 200 schedules and 50 groups have some 60,000."""


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version: its number from 1 on, when, by whom (an account's id or a system user), why."""

    version: int
    at: datetime
    actor: str
    note: str
    document: str


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What somebody is about to make of version *base* (0: of the rules before any were written)."""

    actor: str
    base: int
    at: datetime
    document: str


class RuleVersions:
    """The versions and drafts in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> RuleVersion | None:
        """Return the version that holds, or None if no rules were ever written."""
        found = self.list(limit=1)
        return found[0] if found else None

    def newest_number(self) -> int:
        """Return the number of the version that holds, 0 for none; asked often, so it is cheap."""
        row = self._database.row("SELECT ifnull(max(version), 0) FROM rule_versions")
        return int(row[0]) if row else 0

    def get(self, version: int) -> RuleVersion:
        """Return one version.

        :raises NotFoundError: if there is none of that number.
        """
        row = self._database.row(
            "SELECT version, at, actor, note, document FROM rule_versions WHERE version = ?",
            (_within(version),),
        )
        if row is None:
            raise NotFoundError(
                f"there is no version {version} of the rules",
                remedy="`ostiary rules history` lists them.",
            )
        return _version_of(*row)

    def list(self, *, limit: int = 100, before: int | None = None) -> tuple[RuleVersion, ...]:
        """Return up to *limit* versions, the newest first, those older than *before*."""
        rows = self._database.rows(
            "SELECT version, at, actor, note, document FROM rule_versions"
            " WHERE version < ? ORDER BY version DESC LIMIT ?",
            (_within(_MOST_VERSIONS if before is None else before), limit),
        )
        return tuple(_version_of(*row) for row in rows)

    def write(
        self, document: str, *, base: int | None, actor: str, at: datetime, note: str = ""
    ) -> RuleVersion:
        """Let *document* hold from now on, and forget *actor*'s draft.

        *base* is the version it was made of, 0 for none: if another was written meanwhile, nothing
        is changed. None does not ask.

        :raises ConflictError: if another version holds than *base*.
        :raises CollectionError: if the note or the document is too long.
        """
        note = note.strip()
        if note and not is_presentable(note, longest=LONGEST_NOTE):
            raise CollectionError(
                "the note is too long, or holds control characters",
                remedy=f"Write up to {LONGEST_NOTE} characters in one line.",
            )
        _refuse_large(document)
        with self._database.transaction():
            newest = self.newest_number()
            if base is not None and base != newest:
                raise ConflictError(
                    f"somebody else has changed the rules meanwhile: version {newest} holds, "
                    f"yours was made of {base}",
                    remedy="Look at what holds now, then make your change again.",
                )
            self._database.execute(
                "INSERT INTO rule_versions (version, at, actor, note, document)"
                " VALUES (?, ?, ?, ?, ?)",
                (newest + 1, to_text(at), actor, note, document),
            )
            self.drop_draft(actor)
        return RuleVersion(newest + 1, at, actor, note, document)

    def draft(self, actor: str) -> RuleDraft | None:
        """Return what *actor* is about to change, or None."""
        row = self._database.row(
            "SELECT base, at, document FROM rule_drafts WHERE actor = ?", (actor,)
        )
        return None if row is None else RuleDraft(actor, row[0], from_text(row[1]), row[2])

    def keep_draft(self, actor: str, *, base: int, document: str, at: datetime) -> RuleDraft:
        """Keep what *actor* is about to change, in place of her former draft.

        :raises CollectionError: if the document is too long.
        """
        _refuse_large(document)
        self._database.execute(
            "INSERT OR REPLACE INTO rule_drafts (actor, base, at, document) VALUES (?, ?, ?, ?)",
            (actor, base, to_text(at), document),
        )
        return RuleDraft(actor, base, at, document)

    def drop_draft(self, actor: str) -> None:
        """Forget what *actor* was about to change, if anything."""
        self._database.execute("DELETE FROM rule_drafts WHERE actor = ?", (actor,))


def _within(version: int) -> int:
    """Return *version*, or the nearest number that SQLite has a place for."""
    return min(max(version, 0), _MOST_VERSIONS)


def _refuse_large(document: str) -> None:
    if len(document.encode()) > LARGEST_DOCUMENT:
        raise CollectionError(f"rules have at most {LARGEST_DOCUMENT // 2**20} MiB")


def _version_of(version: int, at: str, actor: str, note: str, document: str) -> RuleVersion:
    return RuleVersion(version, from_text(at), actor, note, document)
