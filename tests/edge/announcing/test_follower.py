"""The record as an outbox: from now on, in order, at least once, and past what is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from edge.announcing.condition import Condition, to_memory
from edge.announcing.follower import KEPT, PAGE, UNWRITTEN, Follower, looked_back
from edge.announcing.ledger import MOST_GIVEN_UP, Ledger
from edge.audit import Audit, EventKind
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sqlite import open_database
from tests.edge.announcing.conftest import DOOR, RELEASE, Clock, Happens


@pytest.fixture
def follower(record: Audit, ledger: Ledger, clock: Clock) -> Follower:
    """Begin to follow the record."""
    return Follower(audit=record, ledger=ledger, name="desk", clock=clock)


def again(record: Audit, ledger: Ledger, clock: Clock) -> Follower:
    """Return the follower that the next process has."""
    return Follower(audit=record, ledger=ledger, name="desk", clock=clock)


def sequences(follower: Follower) -> list[int]:
    """Return the numbers of what is read."""
    return [entry.sequence for entry in follower.read().entries]


@contextmanager
def lawless(path: Path, key: Key) -> Iterator[Database]:
    """Open the record as somebody who drops the rules that keep its entries."""
    with open_database(path, key, migrations="edge.audit") as database:
        for (name,) in database.rows(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'"
        ):
            database.execute(f"DROP TRIGGER {name}")
        yield database


def test_a_new_destination_begins_with_what_happens_from_now_on(
    happens: Happens, record: Audit, ledger: Ledger, clock: Clock
) -> None:
    """Years of events are nobody's news."""
    for _ in range(3):
        happens(EventKind.DOOR_OPENED)
    follower = again(record, ledger, clock)

    assert sequences(follower) == []
    happens(EventKind.DOOR_CLOSED)
    assert sequences(follower) == [4]


def test_what_is_not_confirmed_is_read_again_by_this_process_and_the_next(
    happens: Happens, follower: Follower, record: Audit, ledger: Ledger, clock: Clock
) -> None:
    """At least once, in the order of the record."""
    for _ in range(4):
        happens(EventKind.DOOR_OPENED)

    assert sequences(follower) == [1, 2, 3, 4]
    assert sequences(follower) == [1, 2, 3, 4]
    follower.confirm(2, delivered=2)
    assert sequences(follower) == [3, 4]
    assert sequences(again(record, ledger, clock)) == [3, 4]


def test_a_long_outbox_is_read_page_by_page(happens: Happens, follower: Follower) -> None:
    """However much has gathered, so much is in memory."""
    for _ in range(PAGE + 10):
        happens(EventKind.DOOR_OPENED)

    first = sequences(follower)
    follower.confirm(first[-1])

    assert first == list(range(1, PAGE + 1))
    assert sequences(follower) == list(range(PAGE + 1, PAGE + 11))


def test_nothing_is_read_while_nothing_is_new(
    happens: Happens, follower: Follower, record: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that finds nothing costs one question to SQLite."""
    happens(EventKind.DOOR_OPENED)
    follower.confirm(1)
    assert sequences(follower) == []
    monkeypatch.setattr(Audit, "entries", None)

    assert sequences(follower) == []


def test_pruned_events_are_passed_over_with_their_count(
    happens: Happens,
    follower: Follower,
    ledger: Ledger,
    folder: Path,
    key: Key,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Retention may be shorter than a broker is away."""
    for _ in range(6):
        happens(EventKind.DOOR_OPENED)
    with lawless(folder / "audit.db", key) as database:
        database.execute("DELETE FROM entries WHERE sequence <= 4")

    reading = follower.read()
    follower.confirm(6, delivered=2, passed_over=reading.gone)

    assert [entry.sequence for entry in reading.entries] == [5, 6]
    assert reading.gone == 4
    place = ledger.place("desk")
    assert place is not None
    assert (place.cursor, place.delivered, place.passed_over) == (6, 2, 4)
    assert "4 events were pruned" in caplog.text


def test_an_entry_that_cannot_be_read_is_passed_over(
    happens: Happens, follower: Follower, folder: Path, key: Key, caplog: pytest.LogCaptureFixture
) -> None:
    """A newer program may know kinds that this one does not; the destinations go on."""
    for _ in range(3):
        happens(EventKind.DOOR_OPENED)
    with lawless(folder / "audit.db", key) as database:
        database.execute(
            "UPDATE entries SET body = replace(body, 'door-opened', 'teleported')"
            " WHERE sequence = 2"
        )

    assert sequences(follower) == [1]
    follower.confirm(1, delivered=1)
    assert sequences(follower) == []
    assert sequences(follower) == [3]
    assert "entry 2 is told to nobody" in caplog.text


def test_a_record_that_was_begun_anew_is_followed_from_its_end(
    follower: Follower,
    happens: Happens,
    record: Audit,
    ledger: Ledger,
    clock: Clock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A backup was restored: its old events were told long ago, and the place must not be lost."""
    for _ in range(5):
        happens(EventKind.DOOR_OPENED)
    follower.confirm(5, delivered=5)
    key = Key.random()
    with Audit(tmp_path / "restored.db", key) as restored:
        other = Follower(audit=restored, ledger=ledger, name="desk", clock=clock)
        assert sequences(other) == []
    place = ledger.place("desk")
    assert place is not None
    assert place.cursor == 0
    assert "the record ends before entry 5" in caplog.text


def test_what_is_for_others_moves_the_place_in_memory_and_is_written_in_the_end(
    happens: Happens, follower: Follower, ledger: Ledger
) -> None:
    """A card is not worn out by events that a destination does not even want."""
    follower.confirm(UNWRITTEN - 1)
    before = ledger.place("desk")
    follower.confirm(UNWRITTEN)
    after = ledger.place("desk")

    assert before is not None
    assert after is not None
    assert (before.cursor, after.cursor) == (0, UNWRITTEN)


def test_what_a_destination_keeps_is_written_together_with_its_place(
    happens: Happens, follower: Follower, record: Audit, ledger: Ledger, clock: Clock
) -> None:
    """So that after any crash both belong to the same entry."""
    follower.confirm(1, memory="one")

    assert again(record, ledger, clock).place.memory == "one"
    assert again(record, ledger, clock).cursor == 1


def test_an_event_is_too_old_to_be_told_after_three_days(
    happens: Happens, follower: Follower, clock: Clock
) -> None:
    """Not a moment sooner."""
    happens(EventKind.DOOR_OPENED)
    (entry,) = follower.read().entries

    clock.now += KEPT
    assert not follower.stale(entry)
    clock.now += timedelta(microseconds=1)
    assert follower.stale(entry)


def test_a_new_destination_learns_how_the_door_is_from_what_was(
    happens: Happens, record: Audit
) -> None:
    """Without being told of each event."""
    happens(EventKind.DOOR_STARTED)
    happens(EventKind.TAMPERED)
    happens(EventKind.DECISION, outcome="grant", person_id="ada")

    condition = looked_back(record, door=DOOR, release=RELEASE)

    assert (condition.running, condition.tampered, condition.person_id) == (True, True, "ada")


def test_a_fault_is_written_until_something_is_delivered(
    happens: Happens, follower: Follower, ledger: Ledger, clock: Clock
) -> None:
    """`ostiary doctor` reads it, in another process."""
    follower.failed("nobody is there", tries=3, try_after=clock() + timedelta(seconds=4))
    failing = ledger.place("desk")
    follower.confirm(1, delivered=1)
    well = ledger.place("desk")

    assert failing is not None
    assert well is not None
    assert (failing.fault, failing.tries) == ("nobody is there", 3)
    assert failing.try_after == clock() + timedelta(seconds=4)
    assert (well.fault, well.tries, well.try_after) == ("", 0, None)
    assert well.delivered_at == clock()


def test_what_was_given_up_is_listed_up_to_a_limit(ledger: Ledger, clock: Clock) -> None:
    """The newest first; a file does not grow because a server refuses everything for years."""
    ledger.begin("desk", cursor=0)
    ledger.begin("other", cursor=0)
    ledger.give_up("other", 1, "no", now=clock())
    for sequence in range(1, MOST_GIVEN_UP + 6):
        ledger.give_up("desk", sequence, "no", now=clock())

    listed = ledger.given_up("desk", limit=2 * MOST_GIVEN_UP)
    place = ledger.place("desk")

    assert [each.sequence for each in listed] == list(range(MOST_GIVEN_UP + 5, 5, -1))
    assert len(ledger.given_up("other")) == 1
    assert place is not None
    assert (place.cursor, place.passed_over) == (MOST_GIVEN_UP + 5, MOST_GIVEN_UP + 5)


def test_installations_are_told_apart(tmp_path: Path, key: Key) -> None:
    """Two doors at one broker must not push each other out; each keeps what it is called by."""
    with Ledger(tmp_path / "a.db", key) as first, Ledger(tmp_path / "b.db", key) as second:
        assert len(first.installation) == 12
        assert first.installation != second.installation
        name = first.installation
    with Ledger(tmp_path / "a.db", key) as first:
        assert first.installation == name


def test_places_are_listed_by_name(ledger: Ledger) -> None:
    """Beginning twice changes nothing."""
    ledger.begin("b", cursor=3, memory=to_memory(Condition()))
    ledger.begin("a", cursor=1)

    assert ledger.begin("b", cursor=9).cursor == 3
    assert [place.name for place in ledger.places()] == ["a", "b"]
    assert ledger.place("c") is None


@pytest.fixture(autouse=True)
def _told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
