from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.audit import Audit, AuditEvent, EventKind
from edge.audit.chain import FIRST_HASH, hash_of
from edge.audit.events import from_body, to_body
from edge.errors import AuditError, StorageError
from edge.storage import sqlite
from edge.storage.key import Key
from tests.edge.audit.conftest import NOON, EventMaker

texts = st.text(max_size=10)
events = st.builds(
    AuditEvent,
    kind=st.sampled_from(EventKind),
    at=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))])),
    door=st.none() | texts,
    outcome=st.none() | texts,
    reason=st.none() | texts,
    similarity=st.none() | st.floats(0, 100),
    person_id=st.none() | st.uuids().map(str),
    detail=texts,
)


def test_an_empty_audit_holds(audit: Audit) -> None:
    """With nothing in it."""
    verified = audit.verify()

    assert (verified.entries, verified.head) == (0, FIRST_HASH)
    assert list(audit.entries()) == []
    assert audit.count == 0


def test_what_is_appended_comes_back_in_order(audit: Audit, make_event: EventMaker) -> None:
    """Numbered from one, every field as it was told."""
    appended = [audit.append(make_event(number)) for number in range(5)]

    assert list(audit.entries()) == appended
    assert [entry.sequence for entry in appended] == [1, 2, 3, 4, 5]
    assert [entry.event for entry in appended] == [make_event(number) for number in range(5)]
    assert list(audit.entries(after=2, limit=2)) == appended[2:4]
    assert audit.count == 5


def test_every_hash_is_over_the_one_before_it(audit: Audit, make_event: EventMaker) -> None:
    """As anybody can compute with sha256sum."""
    first, second = audit.append(make_event(1)), audit.append(make_event(2))

    assert first.hash == hash_of(FIRST_HASH, to_body(first.event))
    assert second.hash == hash_of(first.hash, to_body(second.event))
    assert audit.verify().head == second.hash


def test_more_entries_than_are_read_at_a_time(
    audit: Audit, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages follow each other without a gap."""
    monkeypatch.setattr("edge.audit.rows.PAGE", 7)
    for number in range(30):
        audit.append(make_event(number))

    assert audit.verify().entries == 30
    assert [entry.sequence for entry in audit.entries()] == list(range(1, 31))


@given(events)
def test_any_event_survives_being_written(event: AuditEvent) -> None:
    """Texts of any letters, numbers to the last bit, moments of any zone."""
    body = to_body(event)

    assert from_body(body) == event
    assert to_body(from_body(body)) == body
    assert "\n" not in body


def test_the_canonical_line_is_this() -> None:
    """Its form must never change: hashes would."""
    event = AuditEvent(EventKind.DECISION, NOON, similarity=99.5, detail="é")

    assert to_body(event) == (
        '{"at":"2026-06-01T12:00:00.000000+00:00","detail":"\\u00e9",'
        '"kind":"decision","similarity":99.5}'
    )


@pytest.mark.parametrize(
    "change",
    [
        {"at": datetime(2026, 6, 1)},  # noqa: DTZ001 - the fault
        {"similarity": float("nan")},
        {"similarity": float("inf")},
        {"kind": "unheard-of"},
    ],
)
def test_an_event_without_sense_is_refused(
    audit: Audit, make_event: EventMaker, change: dict[str, object]
) -> None:
    """No zone, no number, no known kind."""
    with pytest.raises(AuditError, match="cannot be recorded"):
        audit.append(dataclasses.replace(make_event(1), **change))  # type: ignore[arg-type]

    assert audit.count == 0


def test_another_process_goes_on_with_the_chain(
    audit: Audit, path: Path, key: Key, make_event: EventMaker
) -> None:
    """Six at once, ten entries each: one chain."""
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path;"
        "from edge.audit import Audit, AuditEvent; from edge.storage.key import Key;"
        "audit = Audit(Path(sys.argv[1]), Key(bytes.fromhex(sys.argv[2]))); sys.stdin.read();"
        "[audit.append(AuditEvent('fault', datetime.now(UTC), detail=sys.argv[3] + str(number)))"
        " for number in range(10)]"
    )
    audit.append(make_event(0))
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path), key.digits, f"{name}"],
            stdin=subprocess.PIPE,
        )
        for name in range(6)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()

    assert [child.wait() for child in children] == [0] * 6
    assert audit.verify().entries == 61
    details = {entry.event.detail for entry in audit.entries(after=1)}
    assert details == {f"{name}{number}" for name in range(6) for number in range(10)}


def test_threads_share_an_audit(audit: Audit, make_event: EventMaker) -> None:
    """The web pages record from many."""
    threads = [
        threading.Thread(target=lambda: [audit.append(make_event(each)) for each in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert audit.verify().entries == 40


def test_a_reader_cannot_append(path: Path, key: Key, audit: Audit, make_event: EventMaker) -> None:
    """But read and verify."""
    audit.append(make_event(1))

    with Audit(path, key, read_only=True) as reader:
        assert reader.verify().entries == 1
        with pytest.raises(AuditError, match=r"cannot be written.*may not write"):
            reader.append(make_event(2))
    assert audit.verify().entries == 1


def test_a_full_disk_is_told_and_breaks_nothing(audit: Audit, make_event: EventMaker) -> None:
    """Whoever opens a door must know that it was not recorded."""
    audit._database.execute("PRAGMA max_page_count = 12")

    def fill() -> None:
        for number in range(10_000):
            audit.append(make_event(number))

    with pytest.raises(AuditError, match=r"cannot be written.*disk is full.*Free space"):
        fill()

    before = audit.verify().entries
    assert before > 0
    audit._database.execute("PRAGMA max_page_count = 1000")
    assert audit.append(make_event(1)).sequence == before + 1
    audit.verify()


def test_a_closed_audit_records_nothing(path: Path, key: Key, make_event: EventMaker) -> None:
    """It says so instead of pretending."""
    audit = Audit(path, key)
    audit.close()
    audit.close()

    with pytest.raises(AuditError, match="cannot be written"):
        audit.append(make_event(1))


def test_another_key_opens_no_audit(path: Path, key: Key, audit: Audit) -> None:
    """It is encrypted as the people are."""
    with pytest.raises(StorageError, match="key does not open"):
        Audit(path, Key.random())


def test_nothing_of_an_event_is_stored_in_the_clear(
    path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who passed when is nobody's business; without the cipher the same search finds it."""

    def content(name: str) -> bytes:
        with Audit(path.with_name(name), key) as audit:
            audit.append(AuditEvent(EventKind.FAULT, NOON, detail="the-quick-brown-fox"))
            files = path.parent.glob(f"{name}*")
            return b"".join(file.read_bytes() for file in files)

    assert b"quick-brown" not in content("sealed.db")
    monkeypatch.setattr(sqlite, "_decrypt", lambda *_: None)
    assert b"quick-brown" in content("clear.db")


def test_a_body_holds_no_empty_fields(make_event: EventMaker) -> None:
    """What was not told takes no space."""
    assert "person_id" not in json.loads(to_body(make_event(1)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who may not write")
def test_an_audit_that_this_user_may_not_write_is_told(
    path: Path, key: Key, audit: Audit, make_event: EventMaker
) -> None:
    """At the door's start, not at its first visitor."""
    for folder in path.parents[:4]:
        folder.chmod(0o711)
    os.seteuid(65534)
    try:
        with pytest.raises(StorageError, match=r"right to read and write"):
            Audit(path, key)
    finally:
        os.seteuid(0)
