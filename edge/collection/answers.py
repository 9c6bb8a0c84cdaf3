"""Requests that may be repeated: a token makes sure that each is carried out once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from edge.errors import RepeatedDifferentlyError
from edge.storage.database import Database
from edge.storage.times import to_text

KEPT = timedelta(days=1)
"""How long an answer is given again; clients give up repeating after minutes."""


def answered_once(
    database: Database, *, token: str, digest: str, now: datetime, act: Callable[[], str]
) -> str:
    """Return what *act* answers; for a *token* that was answered already, what it answered then.

    Whatever *act* changes in *database* is committed together with the answer, or neither is.
    *digest* is that of the request.

    :raises RepeatedDifferentlyError: if the token belongs to a request with another digest.
    """
    with database.transaction():
        database.execute("DELETE FROM answers WHERE at < ?", (to_text(now - KEPT),))
        row = database.row("SELECT digest, answer FROM answers WHERE token = ?", (token,))
        if row is None:
            answer = act()
            database.execute(
                "INSERT INTO answers (token, digest, answer, at) VALUES (?, ?, ?, ?)",
                (token, digest, answer, to_text(now)),
            )
            return answer
        if row[0] != digest:
            raise RepeatedDifferentlyError(
                "this token was used for another request", remedy="Use a new one."
            )
        return str(row[1])
