"""What finished jobs have found, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edge.storage.database import Database
from edge.video.findings import from_text
from edge.video.work import Found, Similar


class SortBy(StrEnum):
    """How the persons of a search are sorted."""

    TIMESTAMP = "TIMESTAMP"
    INDEX = "INDEX"


@dataclass(frozen=True, slots=True)
class Page:
    """Part of what was found. *following* is where the next page begins, None behind the last."""

    found: tuple[Found, ...]
    following: int | None


class Results:
    """The results of one file's jobs; only of those that succeeded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, job_id: str, *, first: int, limit: int, sort_by: SortBy = SortBy.TIMESTAMP
    ) -> Page:
        """Return up to *limit* faces from place *first* on, in the order of *sort_by*.

        Sorted by index, the faces of one person come together, in the order of time.
        """
        order = "found.person, found.number" if sort_by is SortBy.INDEX else "found.number"
        rows = self._database.rows(
            "SELECT found.at_ms, found.face, found.person FROM found"  # noqa: S608 - fixed words
            " JOIN jobs ON jobs.row = found.job"
            f" WHERE jobs.job_id = ? AND jobs.status = 'SUCCEEDED' ORDER BY {order}"
            " LIMIT ? OFFSET ?",
            (job_id, limit + 1, first),
        )
        found = tuple(Found(at_ms, from_text(text), person) for at_ms, text, person in rows[:limit])
        return Page(found, first + limit if len(rows) > limit else None)

    def matches(self, job_id: str, person: int) -> tuple[Similar, ...]:
        """Return which faces of the collection a person of the video is like, best first."""
        rows = self._database.rows(
            "SELECT face_id, similarity FROM matches JOIN jobs ON jobs.row = matches.job"
            " WHERE jobs.job_id = ? AND jobs.status = 'SUCCEEDED' AND person = ?"
            " ORDER BY similarity DESC, face_id",
            (job_id, person),
        )
        return tuple(Similar(*row) for row in rows)
