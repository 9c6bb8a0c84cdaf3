"""Days as people write them, and the moments they mean, in this machine's time zone.

A last day is good until its end: somebody valid until 31 December still gets in on that day. What
is stored is the moment right after it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from edge.errors import CollectionError

_ONE_DAY = timedelta(days=1)
_A_MOMENT = timedelta(microseconds=1)


def beginning_of(day: str) -> datetime | None:
    """Return the first moment of a day written as 2026-12-31, or None for no day.

    :raises CollectionError: if it is no day.
    """
    return _midnight(_day(day)) if day else None


def end_of(day: str) -> datetime | None:
    """Return the first moment after a day written as 2026-12-31, or None for no day.

    :raises CollectionError: if it is no day.
    """
    return _midnight(_day(day) + _ONE_DAY) if day else None


def first_day(at: datetime | None) -> str:
    """Return the day that begins with *at*, or goes on, as 2026-12-31; "" for None."""
    return "" if at is None else at.astimezone().date().isoformat()


def last_day(at: datetime | None) -> str:
    """Return the last day before *at* as 2026-12-31; "" for None."""
    return "" if at is None else first_day(at - _A_MOMENT)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CollectionError(
            f"{text[:40]} is no day", remedy="Write year, month and day: 2026-12-31."
        ) from error
    if not 1900 <= day.year <= 9000:
        raise CollectionError(f"the year {day.year} cannot be meant")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()
