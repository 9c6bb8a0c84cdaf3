"""Sessions live on the server: signing out, or removing an account, ends them there and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from edge.storage.database import Database
from edge.storage.times import from_text, to_text
from enroll.store import hash_of, new_token

IDLE = timedelta(minutes=30)
"""Without a request; a clerk who left her desk."""

ABSOLUTE = timedelta(hours=12)
"""In all; OWASP's session management cheat sheet: 4 to 8 hours, here a long shift."""

NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last request is known: writing for each one would wear out an SD card."""


class Sessions:
    """The sessions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account_id: str, *, now: datetime) -> str:
        """Return the token of a new session; forget the sessions that have ended."""
        token = new_token()
        with self._database.transaction():
            self._database.execute(
                "DELETE FROM sessions WHERE seen_at < ? OR begun_at < ?",
                (to_text(now - IDLE), to_text(now - ABSOLUTE)),
            )
            self._database.execute(
                "INSERT INTO sessions (token_hash, account_id, begun_at, seen_at)"
                " VALUES (?, ?, ?, ?)",
                (hash_of(token), account_id, to_text(now), to_text(now)),
            )
        return token

    def account_id(self, token: str, *, now: datetime, present: bool = True) -> str | None:
        """Return whose session *token* belongs to, or None if it has ended.

        Unless somebody is *present*, as she need not be when a page asks by itself, the session
        ends as if nothing had been asked.
        """
        row = self._database.row(
            "SELECT account_id, begun_at, seen_at FROM sessions WHERE token_hash = ?",
            (hash_of(token),),
        )
        if row is None:
            return None
        begun, seen = from_text(row[1]), from_text(row[2])
        # A clock set back to before the session says nothing about its age any more.
        if now - begun > ABSOLUTE or now - seen > IDLE or begun - now > NOTED_EVERY:
            self.end(token)
            return None
        if present and now - seen > NOTED_EVERY:
            self._database.execute(
                "UPDATE sessions SET seen_at = ? WHERE token_hash = ?",
                (to_text(now), hash_of(token)),
            )
        return str(row[0])

    def end(self, token: str) -> None:
        """End one session; harmless if it has ended."""
        self._database.execute("DELETE FROM sessions WHERE token_hash = ?", (hash_of(token),))

    def end_all(self, account_id: str) -> None:
        """End every session of an account."""
        self._database.execute("DELETE FROM sessions WHERE account_id = ?", (account_id,))
