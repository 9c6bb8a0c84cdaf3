"""Erased people leave no byte. The files are searched with the cipher off, else nothing would show.

Search for any 16 bytes in a row of a vector, not for the whole: a remnant may be cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.access.whereabouts import Stay
from edge.collection import changeover
from edge.collection.badges import Badges
from edge.collection.collections import Collections, Former
from edge.collection.database import open_collection
from edge.collection.faces import Faces
from edge.collection.memberships import Memberships
from edge.collection.people import Consent, NewPerson, People
from edge.collection.pins import Pins
from edge.collection.whereabouts import WhereaboutsStore
from edge.domain import Badge, Embedding, ModelId
from edge.errors import StorageError
from edge.storage import sqlite
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.conftest import MODEL, FaceMaker
from tests.edge.collection.test_people import NOON


@pytest.fixture
def clear(path: Path, key: Key, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Open a collection by the same code, its cipher off."""
    monkeypatch.setattr(sqlite, "_decrypt", lambda *_: None)
    with open_collection(path, key) as database:
        Collections(database).create("badges", model=MODEL, dimension=128)
        yield database


def _files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def _remnants(folder: Path, secrets: list[bytes]) -> list[bytes]:
    """Return every piece of *secrets* that is in a file of *folder*."""
    content = _files(folder)
    pieces = [
        secret[start : start + 16]
        for secret in secrets
        for start in range(0, max(len(secret) - 15, 1), 16)
    ]
    return [piece for piece in pieces if piece in content]


def _vectors(database: Database, person_id: str) -> list[bytes]:
    """Return all vectors stored of a person, the fused one too."""
    return [
        bytes(vector)
        for (vector,) in database.rows(
            "SELECT vector FROM people WHERE person_id = :id UNION ALL SELECT faces.vector FROM"
            " faces JOIN people ON people.row = faces.person WHERE person_id = :id",
            {"id": person_id},
        )
        if vector is not None
    ]


def test_a_deleted_person_leaves_no_byte(clear: Database, path: Path, make_face: FaceMaker) -> None:
    """No vector, no name, no number; not in the file, not in its log."""
    people = People(clear)
    told = NewPerson(
        "Ada Augusta Lovelace",
        external_id="HR-0123456789-ABCDEF",
        consent=Consent("text-of-consent-2026", NOON, "signed-with-a-quill"),
    )
    kept = people.enroll("badges", NewPerson("Charles Babbage Jr"), [make_face()])
    ada = people.enroll(
        "badges",
        told,
        [make_face(external_image_id=f"photo-of-ada-{number}.jpg") for number in range(3)],
        [Badge("BADGE-9876543210")],
    )
    words = [
        b"Ada Augusta Lovelace",
        b"ada augusta lovelace",
        b"HR-0123456789-ABCDEF",
        b"BADGE-9876543210",
        b"photo-of-ada-1.jpg",
        b"signed-with-a-quill",
        ada.person_id.encode(),
    ]
    secrets = [*_vectors(clear, ada.person_id), *words]
    for secret in secrets:
        assert secret in _files(path.parent)

    people.delete(ada.person_id)

    assert _remnants(path.parent, secrets) == []
    assert b"Charles Babbage Jr" in _files(path.parent)
    assert all(vector in _files(path.parent) for vector in _vectors(clear, kept.person_id))


@pytest.mark.parametrize("way", ["replace", "decline", "merge"])
def test_faces_that_are_replaced_leave_no_byte(
    clear: Database, path: Path, make_face: FaceMaker, way: str
) -> None:
    """Nor those of whoever declines, nor the former mean of somebody who was merged."""
    people = People(clear)
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()])
    twice = people.enroll("badges", NewPerson("Augusta Ada King"), [make_face()])
    faces = {_vectors(clear, ada.person_id)[1], _vectors(clear, twice.person_id)[1]}
    before = {*_vectors(clear, ada.person_id), *_vectors(clear, twice.person_id)}

    if way == "replace":
        people.replace_faces(ada.person_id, [make_face()])
    elif way == "decline":
        people.update(ada.person_id, replace(ada.told, declined=True))
    else:
        people.merge(ada.person_id, twice.person_id)

    kept = {*_vectors(clear, ada.person_id)}
    if way == "merge":
        assert kept >= faces
        assert _remnants(path.parent, [b"Augusta Ada King", twice.person_id.encode()]) == []
    else:
        kept |= {*_vectors(clear, twice.person_id)}
        assert len(before - kept) == 1
    assert _remnants(path.parent, sorted(before - kept)) == []


def test_a_deleted_face_leaves_no_byte(clear: Database, path: Path, make_face: FaceMaker) -> None:
    """Nor does the fused vector that it was part of."""
    people, faces = People(clear), Faces(clear)
    gone, kept = make_face(), make_face()
    ada = people.enroll("badges", NewPerson("Ada"), [gone])
    people.add_faces(ada.person_id, [kept])
    before = [
        vector
        for vector in _vectors(clear, ada.person_id)
        if vector != kept.embedding.vector.tobytes()
    ]
    assert len(before) == 2
    assert all(vector in _files(path.parent) for vector in before)
    (face_id,) = [
        face.face_id
        for face in faces.list("badges")
        if faces.embedding(face.face_id).vector.tobytes() == gone.embedding.vector.tobytes()
    ]

    faces.delete("badges", [face_id])

    assert _remnants(path.parent, before) == []
    assert kept.embedding.vector.tobytes() in _files(path.parent)


def test_groups_pins_and_whereabouts_go_with_the_person(
    clear: Database, path: Path, key: Key
) -> None:
    """What is kept of a PIN, which groups she was in, and where she was."""
    people, pins = People(clear), Pins(clear, key)
    ada = people.enroll("badges", NewPerson("Ada")).person_id
    Memberships(clear).change(ada, add=["Keepers of the Engine"])
    pins.set(ada, "590372", duress="815946", at=NOON)
    WhereaboutsStore(clear).note(ada, Stay("Engine room No. 1", NOON, "engine door"))
    kept = [bytes(part) for part in clear.rows("SELECT salt, hash, duress_hash FROM pins")[0]]
    secrets = [*kept, b"Keepers of the Engine", b"Engine room No. 1", b"engine door"]
    for secret in secrets:
        assert secret in _files(path.parent)
    assert b"590372" not in _files(path.parent)
    assert b"815946" not in _files(path.parent)

    people.delete(ada)

    assert _remnants(path.parent, secrets) == []


def test_a_former_pin_leaves_no_byte(clear: Database, path: Path, key: Key) -> None:
    """Neither when another takes its place, nor when it is erased alone."""
    pins = Pins(clear, key)
    ada = People(clear).enroll("badges", NewPerson("Ada")).person_id
    pins.set(ada, "590372", duress="815946", at=NOON)
    first = [bytes(part) for part in clear.rows("SELECT salt, hash, duress_hash FROM pins")[0]]
    pins.set(ada, "407138", at=NOON)
    second = [bytes(part) for part in clear.rows("SELECT salt, hash FROM pins")[0]]
    assert _remnants(path.parent, first) == []
    assert len(_remnants(path.parent, second)) == 3
    pins.erase(ada)
    assert _remnants(path.parent, second) == []


def test_a_removed_badge_and_a_deleted_collection_leave_no_byte(
    clear: Database, path: Path, make_face: FaceMaker
) -> None:
    """Whichever way somebody goes."""
    people = People(clear)
    ada = people.enroll(
        "badges", NewPerson("Ada Augusta Lovelace"), [make_face()], [Badge("BADGE-9876543210")]
    )
    secrets = [*_vectors(clear, ada.person_id), b"Ada Augusta Lovelace"]

    Badges(clear).remove("badges", "BADGE-9876543210")
    assert _remnants(path.parent, [b"BADGE-9876543210"]) == []
    assert b"Ada Augusta Lovelace" in _files(path.parent)

    Collections(clear).delete("badges")
    assert _remnants(path.parent, secrets) == []


def test_a_reader_in_the_way_of_wiping_is_told(
    clear: Database, path: Path, key: Key, make_face: FaceMaker
) -> None:
    """The person is deleted, but her bytes wait in the log: that is no success."""
    people = People(clear)
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()])
    bob = people.enroll("badges", NewPerson("Bob"), [make_face()])
    vectors = _vectors(clear, ada.person_id)
    clear.execute("PRAGMA busy_timeout = 50")

    with open_collection(path, key, read_only=True) as reader, reader.snapshot():
        reader.rows("SELECT row FROM people")
        with pytest.raises(StorageError, match=r"still in the log.*next deletion"):
            people.delete(ada.person_id)

    assert [person.name for person in people.list("badges")] == ["Bob"]
    assert _remnants(path.parent, vectors) != []
    people.delete(bob.person_id)
    assert _remnants(path.parent, vectors) == []


steps = st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 9)), max_size=25)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_whatever_came_and_went_only_those_who_are_here_are_in_the_files(
    tmp_path_factory: pytest.TempPathFactory,
    make_face: FaceMaker,
    steps: list[tuple[bool, int, int]],
) -> None:
    """Pages split, merge and move as people come and go; none keeps an old copy."""
    path = tmp_path_factory.mktemp("erasure") / "collection.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "_decrypt", lambda *_: None)
        with open_collection(path, Key.random()) as database:
            Collections(database).create("badges", model=MODEL, dimension=128)
            people = People(database)
            here: list[str] = []
            gone: list[bytes] = []
            for comes, count, which in steps:
                if comes or not here:
                    faces = [make_face() for _ in range(count)]
                    name = f"Name {len(here)} {which} of some length to fill a page"
                    here.append(people.enroll("badges", NewPerson(name), faces).person_id)
                else:
                    person_id = here.pop(which % len(here))
                    gone += [*_vectors(database, person_id), person_id.encode()]
                    people.delete(person_id)
            database.truncate_log()

            assert _remnants(path.parent, gone) == []
            present = [vector for each in here for vector in _vectors(database, each)]
            assert all(vector in _files(path.parent) for vector in present)


@pytest.mark.parametrize("which", ["finished", "taken back", "person erased"])
def test_what_an_embedder_made_goes_with_it(
    clear: Database, path: Path, make_face: FaceMaker, which: str
) -> None:
    """Of the former one in the end, of the new one on the way back, of both with a person."""
    people = People(clear)
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(), make_face()])
    old = _vectors(clear, ada.person_id)
    newer = ModelId("newer", "c3" * 32)
    former = Former("sface", MODEL, 128, NOON)
    changeover.begin(clear, "badges", former=former, model=newer, dimension=128)
    people.add_faces(
        ada.person_id,
        [replace(make_face(), embedding=Embedding(make_face().embedding.vector, newer))],
    )
    new = _vectors(clear, ada.person_id)
    assert len(_remnants(path.parent, old)) == len(old) * 32
    assert len(_remnants(path.parent, new)) == len(new) * 32

    if which == "finished":
        changeover.finish(clear, "badges")
    elif which == "taken back":
        changeover.take_back(clear, "badges")
    else:
        people.delete(ada.person_id)

    kept = {"finished": new, "taken back": old, "person erased": []}[which]
    gone = [vector for vector in (*old, *new) if vector not in kept]
    assert len(gone) >= 2
    assert _remnants(path.parent, gone) == []
    assert len(_remnants(path.parent, kept)) == len(kept) * 32
