"""Enroll, delete and record without end, and say so after each commit; killed by the tests.

Arguments: database, key. Prints ``<person id> <badge number> <faces>`` once a person is enrolled
and ``-<person id>`` once she is deleted. Every event goes to ``audit.db`` beside the database.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import NewFace
from edge.collection.people import NewPerson, People
from edge.domain import Badge, Box, ModelId, Pose, Quality, normalized
from edge.storage.key import Key

MODEL = ModelId("sface", "a1" * 32)
QUALITY = Quality(80.0, 60.0, Pose(0.0, 0.0, 0.0), 112.0, 0.0, 0.9)


def main(path: Path, key: Key) -> None:
    """Enroll person after person, with 0 to 3 faces, and delete every fourth again."""
    generator = np.random.default_rng(os.getpid())
    database = open_collection(path, key)
    audit = Audit(path.with_name("audit.db"), key)
    Collections(database).ensure("badges", model=MODEL, dimension=128)
    people = People(database)
    for number in count():
        faces = [
            NewFace(
                normalized(generator.standard_normal(128).astype(np.float32), MODEL),
                Box(0.1, 0.2, 0.3, 0.4),
                99.0,
                QUALITY,
            )
            for _ in range(number % 4)
        ]
        badge = f"{os.getpid()}-{os.urandom(4).hex()}-{number}"
        person = people.enroll("badges", NewPerson(f"Person {number}"), faces, [Badge(badge)])
        _record(audit, EventKind.ENROLLED, person.person_id)
        _acknowledge(f"{person.person_id} {badge} {len(faces)}")
        if number % 4 == 3:
            people.delete(person.person_id)
            _record(audit, EventKind.PERSON_DELETED, person.person_id)
            _acknowledge(f"-{person.person_id}")


def _acknowledge(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _record(audit: Audit, kind: EventKind, person_id: str) -> None:
    audit.append(AuditEvent(kind, datetime.now(UTC), person_id=person_id))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Key(bytes.fromhex(sys.argv[2])))
