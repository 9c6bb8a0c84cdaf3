"""How much the record grows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.audit.outlook import outlook

WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("size", "entries", "recent", "span", "free", "per_day", "left"),
    [
        (1000, 10, 7, WEEK, 1000, 100, 10),
        (1000, 10, 10, timedelta(days=2), 1000, 500, 2),
        (1000, 10, 10, timedelta(minutes=1), 1000, 1000, 1),
        (1000, 10, 0, WEEK, 1000, 0, None),
        (4096, 0, 0, WEEK, 0, 0, None),
    ],
)
def test_how_it_goes_on(
    size: int,
    entries: int,
    recent: int,
    span: timedelta,
    free: int,
    per_day: float,
    left: float | None,
) -> None:
    """As in the last week; a first hour counts as a day; what does not grow fills no disk."""
    seen = outlook(size=size, entries=entries, recent=recent, span=span, free=free)
    assert (seen.per_day, seen.days_left) == (per_day, left)
