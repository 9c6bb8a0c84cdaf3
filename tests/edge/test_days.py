"""A last day is good until its end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.days import beginning_of, end_of, first_day, last_day
from edge.errors import CollectionError


@given(st.dates(date(1971, 1, 1), date(2200, 1, 1)))
def test_days_read_back_as_they_were_written(day: date) -> None:
    """Whatever day is typed is shown again, as the first and as the last."""
    assert first_day(beginning_of(day.isoformat())) == day.isoformat()
    assert last_day(end_of(day.isoformat())) == day.isoformat()


def test_a_last_day_is_good_until_its_end() -> None:
    """Noon of the day lies before the end, noon of the next behind it."""
    end = end_of("2026-12-31")

    assert end is not None
    noon = datetime(2026, 12, 31, 12).astimezone()
    assert noon < end < noon + timedelta(days=1)
    assert end.astimezone(UTC).tzinfo is UTC


def test_no_day_is_no_end() -> None:
    """An empty field leaves the validity open."""
    assert beginning_of("") is end_of("") is None
    assert first_day(None) == last_day(None) == ""


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "31.12.2026", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_is_refused(text: str) -> None:
    """With the form that is wanted, or because it cannot be meant."""
    with pytest.raises(CollectionError):
        end_of(text)
