"""Badges as rows, for whoever writes or reads them together with their person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

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
                " (collection, person, number, valid_from, valid_until, revoked_at, duress,"
                "  created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    collection,
                    person,
                    badge.number,
                    to_text_or_none(badge.valid_from),
                    to_text_or_none(badge.valid_until),
                    to_text_or_none(badge.revoked_at),
                    badge.duress,
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


BADGE_COLUMNS = "number, badges.valid_from, badges.valid_until, revoked_at, duress"
"""What :func:`badge_of` takes, as SQL names it."""


def badge_of(row: Sequence[Any]) -> Badge:
    """Return the badge in *row*, which holds :data:`BADGE_COLUMNS`."""
    number, valid_from, valid_until, revoked_at, duress = row
    return Badge(
        number=number,
        valid_from=from_text_or_none(valid_from),
        valid_until=from_text_or_none(valid_until),
        revoked_at=from_text_or_none(revoked_at),
        duress=bool(duress),
    )
