"""Everything stored about one person, as she may ask for it (GDPR, articles 15 and 20)."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from edge.access.whereabouts import Stay
from edge.collection.collections import Collections
from edge.collection.faces import MOST_FACES_OF_A_PERSON, Faces, StoredFace
from edge.collection.former_faces import former_faces_of
from edge.collection.person_rows import Person, read_people, row_of
from edge.collection.whereabouts import WhereaboutsStore
from edge.storage.database import Database
from edge.storage.times import from_text

NOTE = (
    "No picture is stored. A vector is what the named model computed from a face: little-endian "
    "float32 numbers in base64. It is no picture, but a face like hers could be computed from it by "
    "whoever has that model: keep it as a picture is kept. look_alikes are the ids of people whom a door might mistake for this person. Of a PIN "
    "nothing can be told but that there is one (has_pin), and since when: its digits are not stored."
)


@dataclass(frozen=True, slots=True)
class ExportedFace:
    """A face with its vector in base64."""

    stored: StoredFace
    vector: str


@dataclass(frozen=True, slots=True)
class PersonExport:
    """All there is about *person*.

    *searched_vector* is the one that doors compare with, *coherence* how much her faces agree. While
    the site changes its embedder, *former* are her faces by the one of before, with their vector.
    *pin_changed_at* and *pin_for_duress* tell of her PIN, *whereabouts* where she is now; all None if
    there is nothing to tell.
    """

    note: str
    person: Person
    faces: tuple[ExportedFace, ...]
    searched_vector: str | None
    coherence: float
    former: tuple[ExportedFace, ...]
    former_vector: str | None
    former_coherence: float
    pin_changed_at: datetime | None
    pin_for_duress: bool | None
    whereabouts: Stay | None

    def to_json(self) -> str:
        """Return it as an indented JSON document; times are ISO 8601 in UTC."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, default=_plain)


def export_person(database: Database, person_id: str) -> PersonExport:
    """Return all there is about a person, as of one moment.

    :raises NotFoundError: if there is no such person.
    """
    faces = Faces(database)
    with database.snapshot():
        row, collection_id = row_of(database, person_id)
        (person,) = read_people(database, [row])
        stored = faces.list(collection_id, person_id=person_id, limit=MOST_FACES_OF_A_PERSON)
        collection = Collections(database).describe(collection_id)
        vectors = (collection.bytes_of(faces.embedding(face.face_id)) for face in stored)
        ((fused, coherence, former, former_coherence),) = database.rows(
            "SELECT vector, coherence, former_vector, former_coherence FROM people WHERE row = ?",
            (row,),
        )
        before = former_faces_of(database, row)
        pin = database.row(
            "SELECT changed_at, duress_hash IS NOT NULL FROM pins WHERE person = ?", (row,)
        )
        stay = WhereaboutsStore(database).of(person_id)
    return PersonExport(
        note=NOTE,
        person=person,
        faces=tuple(
            ExportedFace(face, _text(vector)) for face, vector in zip(stored, vectors, strict=True)
        ),
        searched_vector=None if fused is None else _text(fused),
        coherence=coherence,
        former=tuple(ExportedFace(face, _text(vector)) for face, vector in before),
        former_vector=None if former is None else _text(former),
        former_coherence=former_coherence,
        pin_changed_at=None if pin is None else from_text(pin[0]),
        pin_for_duress=None if pin is None else bool(pin[1]),
        whereabouts=stay,
    )


def _text(vector: bytes) -> str:
    return base64.b64encode(vector).decode("ascii")


def _plain(value: object) -> str | list[str]:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in an export")
