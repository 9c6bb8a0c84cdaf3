"""Times in the databases: aware UTC as text of one width, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(at: datetime) -> str:
    """Return *at* as ISO 8601 in UTC with microseconds.

    :raises ValueError: if *at* does not say its time zone: nobody could tell when it was; or if it is
        beyond the calendar in UTC.
    """
    if at.tzinfo is None:
        raise ValueError(f"the time {at.isoformat()} has no time zone")
    try:
        return at.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError as error:
        raise ValueError(f"the time {at.isoformat()} is beyond the calendar in UTC") from error


def from_text(text: str) -> datetime:
    """Return the aware time that :func:`to_text` wrote."""
    return datetime.fromisoformat(text)


def to_text_or_none(at: datetime | None) -> str | None:
    """Return :func:`to_text` of *at*, or None for an open end."""
    return None if at is None else to_text(at)


def from_text_or_none(text: str | None) -> datetime | None:
    """Return :func:`from_text` of *text*, or None for an open end."""
    return None if text is None else from_text(text)
