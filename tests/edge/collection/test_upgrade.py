"""A database of an earlier Ostiary goes on with everybody in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.collection.database import open_collection
from edge.collection.people import People
from edge.collection.search import Gallery
from edge.domain import Badge, fuse, normalized
from edge.errors import StorageError
from edge.storage import sqlite
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.migrate import Migration, read_migrations
from tests.edge.collection.conftest import CALIBRATION, MODEL, EmbeddingMaker

NOON = "2026-06-01T12:00:00.000000+00:00"


@pytest.fixture
def earlier(
    path: Path, key: Key, monkeypatch: pytest.MonkeyPatch, make_embedding: EmbeddingMaker
) -> list[bytes]:
    """Write a database as the first two migrations made it, and return the vectors in it."""

    def first_two(package: str) -> tuple[Migration, ...]:
        return read_migrations(package)[:2]

    faces = [make_embedding() for _ in range(2)]
    fused = fuse(faces, [0.8, 0.01])
    vectors = [each.vector.tobytes() for each in (fused, *faces)]
    with monkeypatch.context() as past:
        past.setattr(sqlite, "read_migrations", first_two)
        with open_collection(path, key) as database, database.transaction():
            database.execute(
                "INSERT INTO collections"
                " (collection_id, model_name, model_digest, dimension, created_at)"
                " VALUES ('badges', ?, ?, 128, ?)",
                (MODEL.name, MODEL.digest, NOON),
            )
            for number, vector in ((1, vectors[0]), (2, None)):
                database.execute(
                    "INSERT INTO people (person_id, collection, name, sort_name, external_id,"
                    " valid_until, vector, created_at) VALUES (?, 1, ?, ?, ?, ?, ?, ?)",
                    (f"id-{number}", f"Ada {number}", f"ada {number}", f"HR-{number}", NOON,
                     vector, NOON),
                )  # fmt: skip
            _insert_face(database, "face-1", 1, vectors[1], weight=0.8)
            _insert_face(database, "face-2", 1, vectors[2], weight=0.0)
            _insert_face(database, "face-3", None, vectors[2], weight=0.5)
            database.execute(
                "INSERT INTO badges (collection, person, number, created_at)"
                " VALUES (1, 1, '7001', ?)",
                (NOON,),
            )
    return vectors


def _insert_face(
    database: Database, face_id: str, person: int | None, vector: bytes, *, weight: float
) -> None:
    database.execute(
        "INSERT INTO faces (face_id, collection, person, box_left, box_top, box_width, box_height,"
        " confidence, sharpness, brightness, yaw, pitch, roll, size, occlusion, weight, reasons,"
        " vector, created_at)"
        " VALUES (?, 1, ?, 0, 0, 1, 1, 99, 80, 60, 0, 0, 0, 112, 0, ?, '', ?, ?)",
        (face_id, person, weight, vector, NOON),
    )


@pytest.mark.usefixtures("earlier")
def test_everybody_is_kept(path: Path, key: Key) -> None:
    """With names, badges and faces, counted; nobody is suspended, refuses or looks like another."""
    with open_collection(path, key) as database:
        first, second = People(database).list("badges")
        database.check_integrity()

    assert (first.name, first.external_id, first.faces) == ("Ada 1", "HR-1", 2)
    assert first.badges == (Badge("7001"),)
    assert second.faces == 0
    for person in (first, second):
        assert (person.suspended_at, person.retention_until, person.declined) == (None, None, False)
        assert (person.look_alikes, person.version) == ((), 1)


def test_doors_find_them(path: Path, key: Key, earlier: list[bytes]) -> None:
    """The searched vector is the one from before, and how much her faces agree is known now."""
    open_collection(path, key).close()
    with Gallery(path, key, "badges", calibration=CALIBRATION) as gallery:
        faces = [gallery.collection.embedding_of(vector) for vector in earlier[1:]]
        fused = fuse(faces, [0.8, 0.01])
        (match,) = gallery.search_people(normalized(fused.vector, MODEL), limit=1)
        assert (match.person_id, gallery.people_count) == ("id-1", 1)
        assert match.cosine == pytest.approx(fused.reach, abs=1e-6)


@pytest.mark.usefixtures("earlier")
def test_a_reader_alone_does_not_upgrade(path: Path, key: Key) -> None:
    """It may not write, so it says who must."""
    with pytest.raises(StorageError, match="has version 2"):
        open_collection(path, key, read_only=True)
