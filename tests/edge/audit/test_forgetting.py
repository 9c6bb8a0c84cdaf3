"""What the record tells about a person becomes noise when she is erased; the chain holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.audit import Audit, AuditEvent, EventKind, Wanted
from edge.audit.export import export_lines
from edge.audit.offline import verify_export
from edge.audit.private import read_body, to_private_body
from edge.audit.rows import BEFORE_ALL
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import Faces
from edge.collection.people import NewPerson, People
from edge.domain import Badge, ModelId
from edge.erasing import erase, erasing, forget_gone
from edge.errors import AuditBrokenError, NotFoundError, StorageError
from edge.retention import sweep
from edge.storage import sqlite
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.signing import SigningKey
from tests.edge.audit.conftest import NOON, SITE
from tests.edge.audit.test_audit_log import events

MODEL = ModelId("test", "0" * 64)
BADGE = "BADGE-0123456789"


@pytest.fixture
def clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the cipher of the files off: else nothing could be found in them anyway."""
    monkeypatch.setattr(sqlite, "_decrypt", lambda *_: None)


@pytest.fixture
def database(clear: None, path: Path, key: Key) -> Iterator[Database]:
    """Open a collection beside the audit."""
    with open_collection(path.with_name("collection.db"), key) as database:
        Collections(database).create("badges", model=MODEL, dimension=128)
        yield database


def bytes_of(folder: Path) -> bytes:
    """Return all that is in the files of *folder*."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def somebody(database: Database, audit: Audit, name: str) -> str:
    """Enroll a person with a badge, and let her pass three times."""
    person = People(database).enroll("badges", NewPerson(name), badges=[Badge(f"{BADGE}-{name}")])
    detail = f"badge {BADGE}-{name}, by account 7"
    audit.append(AuditEvent(EventKind.ENROLLED, NOON, person_id=person.person_id, detail=detail))
    for number in range(3):
        audit.append(
            AuditEvent(
                EventKind.DECISION,
                NOON + timedelta(minutes=number),
                "main",
                "grant",
                "MATCH",
                99.5,
                person.person_id,
            )
        )
    return person.person_id


@given(
    events.filter(lambda event: event.person_id is not None), st.binary(min_size=32, max_size=32)
)
def test_any_event_survives_being_encrypted(event: AuditEvent, key: bytes) -> None:
    """With the key all of it is back; without, what is public."""
    body = to_private_body(event, key)

    assert read_body(body, key) == (event, False)
    assert str(event.person_id) not in body
    public, erased = read_body(body, None)
    assert erased
    assert (public.kind, public.at, public.door) == (event.kind, event.at, event.door)
    assert public.person_id is None
    with pytest.raises(AuditBrokenError):
        read_body(body, bytes(32) if key != bytes(32) else b"1" * 32)


@pytest.mark.parametrize(
    ("detail", "left"),
    [
        ("faces 3, badges 1, by account 7", "by account 7"),
        ("by user pi", "by user pi"),
        ("badge 1, by key AKOS1", "by key AKOS1"),
        ("account 7: parcel for Ada", "account 7"),
        ("by the way, Ada", ""),
        ("seen by Ada", ""),
        ("flat", ""),
    ],
)
def test_who_did_it_stays(detail: str, left: str) -> None:
    """An account answers for what it did, also to somebody who is erased."""
    event = AuditEvent(EventKind.PERSON_CHANGED, NOON, person_id="ada", detail=detail)
    assert read_body(to_private_body(event, bytes(32)), None)[0].detail == left


def test_no_two_bodies_show_that_they_are_about_one_person(signed: Audit) -> None:
    """Same person, same words: nothing in the encrypted parts is the same, and none is longer."""
    for person, detail in (("ada", "flat"), ("ada", "flat"), ("bo", "flat, cropped")):
        signed.append(AuditEvent(EventKind.DECISION, NOON, person_id=person, detail=detail))
    bodies = [
        link.body.split('"private":"')[1]
        for link, _ in signed.rows.links(after=BEFORE_ALL)
        if "private" in link.body
    ]
    assert len({len(body) for body in bodies}) == 1
    assert not {bodies[0][at : at + 12] for at in range(100)} & {
        bodies[1][at : at + 12] for at in range(100)
    }


def test_an_erased_person_leaves_no_byte(
    database: Database, signed: Audit, path: Path, device: SigningKey, tmp_path: Path
) -> None:
    """Id, name, badge: not in a file, not in a log; chain and export hold; others stay."""
    ada, bo = (somebody(database, signed, name) for name in ("Ada Lovelace", "Bo Diddley"))
    before = tmp_path / "before"
    before.write_bytes(b"".join(export_lines(signed, device, site=SITE, now=NOON)))
    others = signed.search.newest(Wanted(person_ids=(bo,)), limit=9)
    assert len(signed.search.newest(Wanted(person_ids=(ada,)), limit=9)) == 4
    (secret,) = signed._database.row("SELECT key FROM subjects WHERE person_id = ?", (ada,)) or ()
    assert secret in bytes_of(path.parent)

    erase(database, signed, ada, at=NOON, actor="account 7")

    content = bytes_of(path.parent) + before.read_bytes()
    for word in (ada.encode(), b"Ada Lovelace", f"{BADGE}-Ada".encode(), secret):
        assert word not in content
    assert bo.encode() in content
    assert signed.search.newest(Wanted(person_ids=(ada,)), limit=9) == ()
    assert signed.search.newest(Wanted(person_ids=(bo,)), limit=9) == others
    assert signed.people() == (bo,)
    assert [entry.erased for entry in signed.entries(limit=6)] == [
        True,
        False,
        True,
        True,
        True,
        False,
    ]
    assert signed.verify().entries == 10
    assert verify_export(before).entries == 9
    *_, last = signed.entries()
    assert (last.event.kind, last.event.detail) == (
        EventKind.PERSON_DELETED,
        "faces 0, badges 1, by account 7",
    )


def test_what_stays_of_her_events(database: Database, signed: Audit) -> None:
    """That somebody passed a door at a time, and how alike; charts count it as before."""
    ada = somebody(database, signed, "Ada")
    counted = signed.search.hours(Wanted(kinds=(EventKind.DECISION,)))
    erase(database, signed, ada, at=NOON, actor="test")
    assert signed.search.hours(Wanted(kinds=(EventKind.DECISION,))) == counted
    passed = signed.search.newest(Wanted(kinds=(EventKind.DECISION,)), limit=9)
    assert {
        (entry.event.door, entry.event.outcome, entry.event.similarity) for entry in passed
    } == {("main", "grant", 99.5)}


def test_nothing_is_forgotten_if_the_erasing_fails(database: Database, signed: Audit) -> None:
    """Somebody who is not there, or a fault inside: the record is as it was."""
    ada = somebody(database, signed, "Ada")
    with pytest.raises(NotFoundError):
        erase(database, signed, "nobody", at=NOON, actor="test")

    def fail() -> None:
        with erasing(database, signed):
            People(database).delete(ada)
            raise StorageError("the disk failed")

    with pytest.raises(StorageError):
        fail()
    assert len(signed.search.newest(Wanted(person_ids=(ada,)), limit=9)) == 4
    assert People(database).get(ada).name == "Ada"


def test_whoever_went_with_her_collection_is_forgotten(database: Database, signed: Audit) -> None:
    """By the one who erases it, or by the nightly sweep."""
    ada = somebody(database, signed, "Ada")
    Collections(database).create("others", model=MODEL, dimension=128)
    kept = People(database).enroll("others", NewPerson("Bo")).person_id
    signed.append(AuditEvent(EventKind.ENROLLED, NOON, person_id=kept))
    Collections(database).delete("badges")

    assert forget_gone(database, signed) == 1
    assert forget_gone(database, signed) == 0
    assert signed.people() == (kept,)
    assert signed.search.newest(Wanted(person_ids=(ada,)), limit=9) == ()
    People(database).delete(kept)
    sweep(database, signed, NOON, actor="test")
    assert signed.people() == ()


def test_an_event_filed_under_somebody_else_shows(database: Database, signed: Audit) -> None:
    """Whom an event is about cannot be changed without the chain, nor by the list beside it."""
    ada, _ = (somebody(database, signed, name) for name in ("Ada", "Bo"))
    signed._database.execute(
        "UPDATE mentions SET subject = (SELECT row FROM subjects WHERE person_id <> ?)"
        " WHERE sequence = 4",
        (ada,),
    )
    with pytest.raises(AuditBrokenError, match="entry 4 was filed under another person"):
        signed.verify()


def test_a_free_text_is_erased_alone(signed: Audit, clear: None, path: Path) -> None:
    """Why somebody was let in from the pages may name a visitor; who let her in stays."""
    for text in ("account 7: for Grace Hopper", "account 7: parcel"):
        signed.append(AuditEvent(EventKind.REMOTE_UNLOCK, NOON, "main", "grant", detail=text))
    assert [entry.event.detail for entry in signed.entries(limit=3)][::2] == [
        "account 7: for Grace Hopper", "account 7: parcel",
    ]  # fmt: skip

    signed.forget_text(1, AuditEvent(EventKind.TEXT_ERASED, NOON))

    assert b"Hopper" not in bytes_of(path.parent)
    first, _, third, *_ = signed.entries()
    assert (first.erased, first.event.detail) == (True, "account 7")
    assert third.event.detail == "account 7: parcel"
    signed.verify()
    with pytest.raises(NotFoundError):
        signed.forget_text(1, AuditEvent(EventKind.TEXT_ERASED, NOON))


def test_a_person_s_event_is_not_erased_alone(database: Database, signed: Audit) -> None:
    """Else somebody could make a single passage anonymous."""
    somebody(database, signed, "Ada")
    with pytest.raises(NotFoundError):
        signed.forget_text(1, AuditEvent(EventKind.TEXT_ERASED, NOON))
    assert Faces(database).list("badges", limit=1) == ()
    assert signed.count == 5
