"""Times are stored in UTC, or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.storage.times import from_text, to_text


@given(st.datetimes(timezones=st.just(UTC)))
def test_they_are_read_as_they_were_written(at: datetime) -> None:
    """To the microsecond."""
    assert from_text(to_text(at)) == at


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 2),  # noqa: DTZ001 - that is what is refused
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))),
    ],
    ids=str,
)
def test_what_is_no_moment_of_the_calendar_is_refused(at: datetime) -> None:
    """Whoever reads it from a form or a file says so, and nobody else has to think of it."""
    with pytest.raises(ValueError, match="the time"):
        to_text(at)
