"""What is past its retention is erased, recorded, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.domain import Badge, ModelId
from edge.errors import AuditError, ClockError
from edge.retention import sweep
from edge.storage.database import Database
from edge.storage.key import Key

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Open a collection."""
    with open_collection(tmp_path / "collection.db", Key.random()) as database:
        Collections(database).create("badges", model=ModelId("test", "0"), dimension=4)
        yield database


@pytest.fixture
def people(database: Database) -> People:
    """Give the people."""
    return People(database)


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    """Open a record."""
    with Audit(tmp_path / "audit.db", Key.random()) as audit:
        yield audit


def enrolled(people: People, until: datetime | None) -> str:
    """Enroll somebody who may be kept *until* then."""
    person = NewPerson("Ada", retention_until=until)
    badge = Badge(f"B{len(people.list('badges'))}")
    return people.enroll("badges", person, badges=[badge]).person_id


def test_whoever_is_past_it_is_erased(database: Database, people: People, audit: Audit) -> None:
    """To the moment; who has time left, or no end, stays."""
    long, just = enrolled(people, NOW - 100 * SECOND), enrolled(people, NOW)
    kept = {enrolled(people, NOW + SECOND), enrolled(people, None)}

    erased = sweep(database, audit, NOW, actor="test")

    assert [(each.person_id, each.faces, each.badges) for each in erased] == [
        (long, 0, 1), (just, 0, 1),
    ]  # fmt: skip
    assert {person.person_id for person in people.list("badges")} == kept
    assert sweep(database, audit, NOW, actor="test") == ()


def test_each_is_recorded_without_a_name(database: Database, people: People, audit: Audit) -> None:
    """Not by id either, and with the reason."""
    enrolled(people, NOW)
    sweep(database, audit, NOW, actor="test")

    (entry,) = audit.entries()
    assert entry.event.kind is EventKind.PERSON_DELETED
    assert (entry.event.person_id, entry.event.reason) == (None, "RETENTION")
    assert "Ada" not in entry.event.detail


def test_what_cannot_be_recorded_is_not_erased(
    database: Database, people: People, audit: Audit
) -> None:
    """Erasing cannot be undone."""
    enrolled(people, NOW)
    audit.close()
    with pytest.raises(AuditError):
        sweep(database, audit, NOW, actor="test")
    assert len(people.list("badges")) == 1


def worked(audit: Audit, *days: int) -> None:
    """Record something on each of *days*, counted from now."""
    for day in days:
        audit.append(AuditEvent(EventKind.BACKED_UP, NOW + timedelta(days=day)))


def test_a_clock_that_went_forward_by_decades_erases_nobody(
    database: Database, people: People, audit: Audit
) -> None:
    """Not when it has just happened, and not before a week has gone by in which somebody may see it."""
    enrolled(people, NOW + timedelta(days=365))
    worked(audit, *range(-20, 1))
    leap = timedelta(days=80 * 365)
    later = NOW + leap

    with pytest.raises(ClockError, match="nothing is removed"):
        sweep(database, audit, later, actor="test")
    audit.append(AuditEvent(EventKind.DOOR_STARTED, later))
    for day in range(7):
        with pytest.raises(ClockError, match="--believe-clock"):
            sweep(database, audit, later + timedelta(days=day), actor="test")
    assert len(people.list("badges")) == 1

    audit.append(AuditEvent(EventKind.BACKED_UP, later + timedelta(days=7)))
    assert len(sweep(database, audit, later + timedelta(days=8), actor="test")) == 1


def test_a_leap_can_be_vouched_for(database: Database, people: People, audit: Audit) -> None:
    """A machine that was off over the summer: who knows that its clock is right may say so."""
    enrolled(people, NOW - SECOND)
    worked(audit, -60)

    with pytest.raises(ClockError):
        sweep(database, audit, NOW, actor="test")
    assert len(sweep(database, audit, NOW, actor="test", believe_clock=True)) == 1


def test_nobody_overdue_is_no_matter_of_the_clock(
    database: Database, people: People, audit: Audit
) -> None:
    """The nightly service does not fail for nothing."""
    enrolled(people, None)
    worked(audit, -400)
    assert sweep(database, audit, NOW, actor="test") == ()


@settings(max_examples=25, deadline=None)
@given(days=st.lists(st.integers(-100, -1), min_size=1, max_size=30), off=st.integers(0, 100))
def test_a_week_without_a_leap_is_what_counts(
    days: list[int], off: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Over any history of days at work: a leap of more than a month is refused until a week is over."""
    with Audit(tmp_path_factory.mktemp("leap") / "audit.db", Key.random()) as audit:
        history = sorted(day - off for day in days)
        worked(audit, *history)
        late = [day for day in history if day > -7]
        early = [day for day in history if day <= -7]
        leapt = bool(early) and (late[0] if late else 0) - early[-1] > 30
        if leapt:
            with pytest.raises(ClockError):
                audit.refuse_leap(NOW)
        else:
            audit.refuse_leap(NOW)
