"""Badges as rows, for whoever writes or reads them together with their person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from edge.collection.text import is_presentable
from edge.domain import Badge
from edge.errors import AlreadyExistsError, CollectionError, ConstraintError
from edge.storage.database import Database
from edge.storage.times import from_text_or_none, to_text, to_text_or_none

LONGEST_NUMBER = 64
"""Characters; the longest card numbers in use, 128 bits in hexadecimal, have 32."""


def insert_badges(
    database: Database, *, collection: int, person: int, badges: Iterable[Badge]
) -> None:
    """Give the person in row *person* of the collection in row *collection* badges.

    :raises AlreadyExistsError: if somebody in the collection has a badge of that number.
    :raises CollectionError: if a number is empty or too long, or a validity ends before it begins.
    """
    for badge in badges:
        if not is_presentable(badge.number, longest=LONGEST_NUMBER):
            raise CollectionError(
                f"{badge.number!r} cannot be the number of a badge",
                remedy=f"Use 1 to {LONGEST_NUMBER} characters.",
            )
        try:
            database.execute(
                "INSERT INTO badges"
                " (collection, person, number, valid_from, valid_until, revoked_at, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    collection,
                    person,
                    badge.number,
                    to_text_or_none(badge.valid_from),
                    to_text_or_none(badge.valid_until),
                    to_text_or_none(badge.revoked_at),
                    to_text(datetime.now(UTC)),
                ),
            )
        except ConstraintError as error:
            if "badge_validity" in error.message:
                raise CollectionError(
                    f"the validity of badge {badge.number} ends before it begins"
                ) from error
            raise AlreadyExistsError(
                f"badge {badge.number} belongs to somebody already",
                remedy="See whose it is with `ostiary badges`; revoke or remove it first.",
            ) from error


def badge_of(row: Sequence[str | None]) -> Badge:
    """Return the badge in *row*: number, valid from, valid until, revoked at."""
    number, valid_from, valid_until, revoked_at = row
    return Badge(
        number=number or "",
        valid_from=from_text_or_none(valid_from),
        valid_until=from_text_or_none(valid_until),
        revoked_at=from_text_or_none(revoked_at),
    )
