"""How much the record grows, and when the disk will be full of it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

RECENT = timedelta(days=7)
"""The growth is that of the last week: a week knows its weekend."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Bytes a day that the record grows, and the days until the disk is full; None if it does not."""

    per_day: float
    days_left: float | None


def outlook(*, size: int, entries: int, recent: int, span: timedelta, free: int) -> Outlook:
    """Return how it goes on as it went.

    *size* in bytes for so many *entries*, *recent* of them within *span*; *free* bytes on the disk.
    Less than a day is taken for a whole one: an hour does not tell what a day brings.
    """
    per_entry = size / max(entries, 1)
    per_day = recent / (max(span, _DAY) / _DAY) * per_entry
    return Outlook(per_day, free / per_day if per_day > 0 else None)
