from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.collection import copy, vec0
from edge.collection.badges import Badges
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import Faces
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge, ModelId
from edge.errors import NotFoundError, StorageError
from edge.storage.database import Database, Row
from edge.storage.key import Key
from tests.edge.collection.conftest import CALIBRATION, EmbeddingMaker, FaceMaker, in_sqlite_vec

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_an_enrolment_is_known_at_the_next_question(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """People and faces alike."""
    face = make_embedding()
    assert gallery.search_faces(face, limit=1) == ()

    ada = people.enroll("badges", NewPerson("Ada"), [make_face(face)])

    assert gallery.search_people(face)[0].person_id == ada.person_id
    assert gallery.search_faces(face, limit=1)[0].person_id == ada.person_id
    assert (gallery.people_count, gallery.face_count) == (1, 1)


def test_an_enrolment_by_another_process_is_known_within_a_second(
    gallery: Gallery, database: Database, path: Path, key: Key
) -> None:
    """The kiosk enrolls, the door opens."""
    program = Path(__file__).with_name("enroll_forever.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(path), key.digits], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        person_id = child.stdout.readline().decode().split()[0]
        acknowledged = time.monotonic()
        name = gallery.name_of(person_id)
        waited = time.monotonic() - acknowledged
        child.kill()

    assert name.startswith("Person")
    assert waited < 1


def test_a_deleted_person_is_nobody_at_the_next_question(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """With her faces and credentials."""
    face = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(face)])
    assert gallery.search_people(face) != ()
    assert gallery.search_faces(face, limit=1) != ()

    people.delete(ada.person_id)

    assert gallery.search_people(face) == ()
    assert gallery.search_faces(face, limit=1) == ()
    with pytest.raises(NotFoundError):
        gallery.credentials(ada.person_id)


def test_a_revocation_holds_at_the_next_question(
    gallery: Gallery, people: People, badges: Badges, make_face: FaceMaker
) -> None:
    """And so do reinstating, adding and removing a badge, and a new validity."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()], [Badge("1")])
    assert gallery.credentials(ada.person_id).badges == (Badge("1"),)

    badges.revoke("badges", "1", NOON)
    assert gallery.credentials(ada.person_id).badges == (Badge("1", revoked_at=NOON),)

    badges.reinstate("badges", "1")
    badges.add(ada.person_id, Badge("2"))
    assert gallery.credentials(ada.person_id).badges == (Badge("1"), Badge("2"))

    badges.remove("badges", "1")
    people.update(ada.person_id, NewPerson("Ada King", valid_until=NOON))
    credentials = gallery.credentials(ada.person_id)
    assert (credentials.badges, credentials.valid_until) == ((Badge("2"),), NOON)
    assert gallery.name_of(ada.person_id) == "Ada King"


def test_more_faces_move_the_person(
    gallery: Gallery, people: People, faces: Faces, make_face: FaceMaker
) -> None:
    """To the mean of those that she has now."""
    face, other = make_face(), make_face()
    ada = people.enroll("badges", NewPerson("Ada"), [face])
    assert gallery.compare(ada.person_id, face.embedding).cosine == pytest.approx(1)

    people.add_faces(ada.person_id, [other])
    between = gallery.compare(ada.person_id, face.embedding).cosine
    assert between == pytest.approx(gallery.compare(ada.person_id, other.embedding).cosine)

    faces.delete("badges", [each.face_id for each in faces.list("badges", person_id=ada.person_id)])
    with pytest.raises(NotFoundError):
        gallery.compare(ada.person_id, face.embedding)


def test_nothing_is_read_while_nothing_changes(gallery: Gallery, people: People) -> None:
    """A door asks ten times a second."""
    people.enroll("badges", NewPerson("Ada"))

    assert gallery.refresh()
    assert not gallery.refresh()


def test_only_what_changed_is_read(
    gallery: Gallery, people: People, make_face: FaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An enrolment among thousands costs one row."""
    for _ in range(5):
        people.enroll("badges", NewPerson("Somebody"), [make_face()])
    gallery.refresh()
    read: list[int] = []
    read_rows = copy.Copy._read

    def counted(self: copy.Copy, rows: Sequence[int]) -> list[Row]:
        read.append(len(rows))
        return read_rows(self, rows)

    monkeypatch.setattr(copy.Copy, "_read", counted)

    people.enroll("badges", NewPerson("Ada"), [make_face()])
    gallery.refresh()

    assert read == [1]


@in_sqlite_vec
def test_slots_of_deleted_rows_do_not_pile_up(
    gallery: Gallery,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """sqlite-vec never uses them again: a copy with more holes than people is made anew."""
    monkeypatch.setattr(vec0, "FEWEST_EMPTY_SLOTS", 10)
    face = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(face)])

    for number in range(50):
        people.update(ada.person_id, NewPerson(f"Ada {number}"))
        gallery.refresh()

    slots = gallery._follower.people._memory.row("SELECT count(*) FROM vectors_rowids")
    chunks = gallery._follower.people._memory.rows("SELECT size FROM vectors_chunks")
    vectors = gallery._follower.people._vectors
    assert isinstance(vectors, vec0.Vec0Vectors)
    assert vectors._empty_slots <= 11
    assert (slots, len(chunks)) == ((1,), 1)
    assert gallery.search_people(face)[0].person_id == ada.person_id


def test_a_gallery_that_cannot_follow_answers_nothing(
    gallery: Gallery,
    people: People,
    badges: Badges,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The old copy might let a revoked person in. When it can follow again, it answers."""
    face = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(face)], [Badge("1")])
    assert gallery.search_people(face) != ()
    badges.revoke("badges", "1", NOON)

    def fail(*_: object) -> None:
        raise StorageError("the disk failed")

    with monkeypatch.context() as patch:
        patch.setattr(copy.Copy, "_read", fail)
        for ask in (
            lambda: gallery.candidates(face),
            lambda: gallery.search_people(face),
            lambda: gallery.search_faces(face, limit=1),
            lambda: gallery.compare(ada.person_id, face),
            lambda: gallery.credentials(ada.person_id),
            lambda: gallery.people_count,
        ):
            with pytest.raises(StorageError, match="disk failed"):
                ask()

    (candidate,) = gallery.candidates(face)
    assert candidate.credentials.badges == (Badge("1", revoked_at=NOON),)


def test_a_deleted_collection_is_no_empty_one(
    gallery: Gallery,
    people: People,
    collections: Collections,
    model: ModelId,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
) -> None:
    """It is an error, until one of that name is made again."""
    face = make_embedding()
    people.enroll("badges", NewPerson("Ada"), [make_face(face)])
    assert gallery.search_people(face) != ()

    collections.delete("badges")
    with pytest.raises(NotFoundError, match="no collection badges"):
        gallery.search_people(face)

    collections.create("badges", model=model, dimension=128)
    assert gallery.search_people(face) == ()


def test_a_restored_file_is_noticed(
    gallery: Gallery,
    people: People,
    database: Database,
    path: Path,
    key: Key,
    model: ModelId,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
) -> None:
    """A backup put in place of the file is another file, though of the same name."""
    face = make_embedding()
    people.enroll("badges", NewPerson("Ada"), [make_face(face)])
    assert gallery.search_people(face) != ()
    backup = path.with_name("backup.db")
    with open_collection(backup, key) as restored:
        Collections(restored).create("badges", model=model, dimension=128)

    database.close()
    path.unlink()
    with pytest.raises(StorageError, match="is gone"):
        gallery.search_people(face)
    for remnant in ("-wal", "-shm"):
        path.with_name(path.name + remnant).unlink(missing_ok=True)
    backup.rename(path)

    assert gallery.search_people(face) == ()
    assert not gallery.refresh()


def test_closing_twice_does_no_harm(database: Database, path: Path, key: Key) -> None:
    """The second time there is nothing to do."""
    gallery = Gallery(path, key, "badges", calibration=CALIBRATION)

    gallery.close()
    gallery.close()
