"""A device on which every database may be of an older Ostiary, with people and events in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from edge.audit import AuditEvent, EventKind
from edge.audit.chain import Link, hash_of
from edge.audit.events import to_body
from edge.audit.rows import Rows
from edge.collection.database import open_collection
from edge.config import Settings
from edge.desk import Desk
from edge.domain import fuse
from edge.storage import sqlite
from edge.storage.database import Database
from edge.storage.key import Key, load_key
from edge.storage.migrate import Migration, read_migrations
from edge.storage.sqlite import open_database
from edge.video.database import open_video
from enroll.store import open_web
from tests.power.deeds import DIMENSION, NOON, digests, vectors
from tests.power.site import Networks, Resident, Site, settings_of

ROOMS = ("edge.collection", "edge.audit", "edge.desk", "edge.video", "enroll")
"""Who keeps a database with migrations, and opens it when a door or the pages start."""


def begin(folder: Path, networks: Networks, chance: random.Random) -> tuple[Site, list[Key]]:
    """Make a device in *folder*, each database in a version by *chance*; tell what it has."""
    settings = settings_of(folder, networks)
    settings.storage.folder.mkdir()
    key = load_key(settings.storage.key_file, databases=(), environment={})
    with _versions({room: chance.randint(1, len(read_migrations(room))) for room in ROOMS}):
        people = _people(settings, key, networks)
        alarms = _alarms(settings, key)
        Desk(settings.storage.folder / "desk.db", key).close()
        open_web(settings.storage.folder / "web.db", key).close()
        open_video(settings.storage.folder / "video.db", key).close()
    return Site(people=people, events=alarms), [key]


@contextmanager
def _versions(numbers: dict[str, int]) -> Iterator[None]:
    """Let databases be made as an Ostiary made them that knew so many migrations of each room."""

    def known(package: str) -> tuple[Migration, ...]:
        return read_migrations(package)[: numbers[package]]

    with mock.patch.object(sqlite, "read_migrations", known):
        yield


def _people(settings: Settings, key: Key, networks: Networks) -> frozenset[Resident]:
    path, at = settings.storage.folder / "collection.db", NOON.isoformat(timespec="microseconds")
    model = networks.store.embedder().model
    people = []
    with open_collection(path, key) as database, database.transaction():
        database.execute(
            "INSERT INTO collections (collection_id, model_name, model_digest, dimension, created_at)"
            " VALUES ('badges', ?, ?, ?, ?)",
            (model.name, model.digest, DIMENSION, at),
        )
        for number in (1, 2, 3):
            name, faces = f"old {number}", vectors(number, number, model)
            vector = fuse(faces, [0.5] * number).vector.tobytes()
            database.execute(
                "INSERT INTO people (person_id, collection, name, sort_name, vector, created_at)"
                " VALUES (?, 1, ?, ?, ?, ?)",
                (f"id-{number}", name, name, vector, at),
            )
            for place, face in enumerate(faces):
                _insert_face(database, f"face-{number}-{place}", number, face.vector.tobytes(), at)
            database.execute(
                "INSERT INTO badges (collection, person, number, created_at) VALUES (1, ?, ?, ?)",
                (number, name, at),
            )
            people.append(Resident("badges", name, name, digests(number, number)))
    return frozenset(people)


def _insert_face(database: Database, face_id: str, person: int, vector: bytes, at: str) -> None:
    database.execute(
        "INSERT INTO faces (face_id, collection, person, box_left, box_top, box_width, box_height,"
        " confidence, sharpness, brightness, yaw, pitch, roll, size, occlusion, weight, reasons,"
        " vector, created_at)"
        " VALUES (?, 1, ?, 0, 0, 1, 1, 99, 80, 60, 0, 0, 0, 112, 0, 0.5, '', ?, ?)",
        (face_id, person, vector, at),
    )


def _alarms(settings: Settings, key: Key) -> tuple[str, ...]:
    """Record as the first version did: a body in the clear, behind the head."""
    path = settings.storage.folder / "audit.db"
    with open_database(path, key, migrations="edge.audit") as database, database.transaction():
        rows = Rows(database)
        for number in range(3):
            sequence, previous = rows.head()
            body = to_body(AuditEvent(EventKind.ALARM, NOON, detail=f"old {number}"))
            rows.add(Link(sequence + 1, previous, body, hash_of(previous, body)))
    return tuple(f"alarm old {number}" for number in range(3))
