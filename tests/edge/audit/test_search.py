"""Looking for events: what fits is found, newest first, and the chain is as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEvent, EventKind, Wanted
from edge.audit.chain import FIRST_HASH, hash_of
from edge.audit.events import to_body
from edge.errors import AuditBrokenError
from edge.storage import sqlite
from edge.storage.key import Key
from edge.storage.migrate import read_migrations
from edge.storage.sqlite import open_database
from tests.edge.audit.conftest import NOON

EVENTS = (
    AuditEvent(EventKind.DOOR_STARTED, NOON, door="front"),
    AuditEvent(EventKind.DECISION, NOON, "front", "grant", "MATCH", 99.9, "ada"),
    AuditEvent(EventKind.DECISION, NOON + timedelta(minutes=59), "front", "deny", "NO_MATCH", 40.0),
    AuditEvent(
        EventKind.DECISION, NOON + timedelta(minutes=60), "back", "grant", "MATCH", 99.5, "bo"
    ),
    AuditEvent(
        EventKind.DECISION, NOON + timedelta(hours=2), "back", "deny", "BADGE_EXPIRED", 100.0, "ada"
    ),
    AuditEvent(EventKind.ENROLLED, NOON + timedelta(hours=3), person_id="ada"),
)


@pytest.fixture
def full(audit: Audit) -> Audit:
    """Record a small day."""
    for event in EVENTS:
        audit.append(event)
    return audit


def numbers(audit: Audit, wanted: Wanted) -> list[int]:
    """Return the numbers of what is found, in its order."""
    return [entry.sequence for entry in audit.search.newest(wanted, limit=100)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [6, 5, 4, 3, 2, 1]),
        (Wanted(kinds=(EventKind.DECISION,)), [5, 4, 3, 2]),
        (Wanted(kinds=(EventKind.ENROLLED, EventKind.DOOR_STARTED)), [6, 1]),
        (Wanted(kinds=()), []),
        (Wanted(person_ids=("ada",)), [6, 5, 2]),
        (Wanted(person_ids=("ada", "bo")), [6, 5, 4, 2]),
        (Wanted(person_ids=()), []),
        (Wanted(door="back"), [5, 4]),
        (Wanted(reason="MATCH", door="front"), [2]),
        (Wanted(outcome="deny"), [5, 3]),
        (Wanted(since=NOON + timedelta(minutes=59)), [6, 5, 4, 3]),
        (Wanted(until=NOON + timedelta(minutes=59)), [2, 1]),
        (Wanted(reason="' OR 1=1 --"), []),
    ],
)
def test_what_is_found(full: Audit, wanted: Wanted, found: list[int]) -> None:
    """Every filter narrows, filters add up, and text is text."""
    assert numbers(full, wanted) == found


def test_pages_follow_each_other(full: Audit) -> None:
    """A page begins before the last one's end, and new events can be asked for alone."""
    first = full.search.newest(Wanted(), limit=4)
    rest = full.search.newest(Wanted(), limit=4, before=first[-1].sequence)
    assert [entry.sequence for entry in (*first, *rest)] == [6, 5, 4, 3, 2, 1]
    assert [entry.sequence for entry in full.search.newest(Wanted(), limit=9, after=4)] == [6, 5]
    assert first[0].event == EVENTS[-1]


def test_counting_by_the_hour(full: Audit) -> None:
    """Counts are by hour, outcome and reason; the hours are aware."""
    tallies = full.search.hours(Wanted(kinds=(EventKind.DECISION,)))
    assert [(each.hour - NOON, each.outcome, each.reason, each.count) for each in tallies] == [
        (timedelta(0), "deny", "NO_MATCH", 1),
        (timedelta(0), "grant", "MATCH", 1),
        (timedelta(hours=1), "grant", "MATCH", 1),
        (timedelta(hours=2), "deny", "BADGE_EXPIRED", 1),
    ]


def test_the_distribution_of_similarities(full: Audit) -> None:
    """The lower edge belongs to a bin, and both ends count."""
    counts = full.search.similarities(Wanted(), edges=(40.0, 99.5, 99.9, 100.0))
    assert counts == {"grant": (0, 1, 1), "deny": (1, 0, 1)}


def test_the_doors_there_are(audit: Audit, full: Audit) -> None:
    """Every door that was ever recorded, once."""
    assert full.search.doors() == ("back", "front")


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_file_is_brought_up_and_verifies(
    path: Path, key: Key, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    """Head and hashes are the same before and after, and old events are found as new ones are."""
    steps = read_migrations("edge.audit")
    with monkeypatch.context() as older:
        older.setattr(sqlite, "read_migrations", lambda _: steps[:version])
        with open_database(path, key, migrations="edge.audit") as database:
            last = FIRST_HASH
            for sequence, event in enumerate(EVENTS, start=1):
                body = to_body(event)
                head = (sequence, hash_of(last, body))
                database.execute(
                    "INSERT INTO entries (sequence, previous, body, hash) VALUES (?, ?, ?, ?)",
                    (sequence, last, body, head[1]),
                )
                database.execute("UPDATE head SET sequence = ?, hash = ?", head)
                last = head[1]

    with Audit(path, key) as opened:
        verified = opened.verify()
        assert (verified.entries, verified.head) == (len(EVENTS), last)
        assert [entry.event for entry in opened.entries()] == list(EVENTS)
        assert numbers(opened, Wanted(person_ids=("ada",))) == [6, 5, 2]
        opened.append(EVENTS[1])
        assert numbers(opened, Wanted(person_ids=("ada",))) == [7, 6, 5, 2]


def test_a_forged_body_stays_to_be_found(full: Audit) -> None:
    """What is no JSON is found by no search, breaks none, and is still told by verifying."""
    database = full._database
    database.execute("DROP TRIGGER entries_never_change")
    database.execute("UPDATE entries SET body = 'no event' WHERE sequence = 3")
    assert numbers(full, Wanted(kinds=(EventKind.DECISION,))) == [5, 4, 2]
    with pytest.raises(AuditBrokenError, match="entry 3 was changed"):
        full.verify()
