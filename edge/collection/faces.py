"""Stored faces: a vector, where it was in its picture, and how good it was; never the picture."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.collection.collections import Collection, Collections
from edge.collection.fused import refresh_fused
from edge.domain import Box, Embedding, ModelId, Pose, Quality, QualityReason
from edge.errors import CollectionError, NotFoundError
from edge.storage.database import Database, Row
from edge.storage.times import from_text, to_text

MOST_FACES_OF_A_PERSON = 100
"""As many as a user may have in Amazon Rekognition."""

EXTERNAL_IMAGE_ID = re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")
"""Which names an image may have in its owner's files, as in Amazon Rekognition."""

_COLUMNS = """
    face.face_id, collection.collection_id, person.person_id, face.external_image_id,
    face.box_left, face.box_top, face.box_width, face.box_height, face.confidence,
    face.sharpness, face.brightness, face.yaw, face.pitch, face.roll, face.size,
    face.occlusion, face.weight, face.reasons,
    collection.model_name, collection.model_digest, face.created_at
"""
_TABLES = """
    faces AS face JOIN collections AS collection ON collection.row = face.collection
    LEFT JOIN people AS person ON person.row = face.person
"""


@dataclass(frozen=True, slots=True)
class NewFace:
    """A face to store. *box* is in fractions of its picture, *confidence* in percent."""

    embedding: Embedding
    box: Box
    confidence: float
    quality: Quality
    external_image_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFace:
    """A face as it is stored; its vector is read by :meth:`Faces.embedding`."""

    face_id: str
    collection_id: str
    person_id: str | None
    external_image_id: str | None
    box: Box
    confidence: float
    quality: Quality
    model: ModelId
    created_at: datetime


class Faces:
    """The faces of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def index(self, collection_id: str, faces: Sequence[NewFace]) -> tuple[StoredFace, ...]:
        """Store *faces* that belong to nobody yet, all or none.

        :raises NotFoundError: if there is no such collection.
        :raises ModelMismatchError: if a vector comes from another model than the collection's.
        :raises CollectionError: if an external image id is malformed.
        """
        with self._database.transaction():
            collection = Collections(self._database).describe(collection_id)
            face_ids = insert_faces(self._database, collection, faces, person=None)
            return tuple(self.get(face_id) for face_id in face_ids)

    def list(
        self,
        collection_id: str,
        *,
        person_id: str | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[StoredFace, ...]:
        """Return up to *limit* faces by face id, those behind face id *after*, of one person or all.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        whose = "" if person_id is None else "AND person.person_id = :person_id"
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE face.collection = :collection"  # noqa: S608 - constants only
            f" AND face.face_id > :after {whose} ORDER BY face.face_id LIMIT :limit",
            {
                "collection": collection.row,
                "after": after or "",
                "person_id": person_id,
                "limit": limit,
            },
        )
        return tuple(_stored_face(row) for row in rows)

    def get(self, face_id: str) -> StoredFace:
        """Return one face.

        :raises NotFoundError: if there is none of that id.
        """
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE face.face_id = ?",  # noqa: S608 - constants only
            (face_id,),
        )
        if row is None:
            raise NotFoundError(f"there is no face {face_id}")
        return _stored_face(row)

    def embedding(self, face_id: str) -> Embedding:
        """Return the vector of one face, bit for bit as it was stored.

        :raises NotFoundError: if there is none of that id.
        """
        row = self._database.row(
            "SELECT collection_id, vector FROM faces"
            " JOIN collections ON collections.row = faces.collection WHERE face_id = ?",
            (face_id,),
        )
        if row is None:
            raise NotFoundError(f"there is no face {face_id}")
        return Collections(self._database).describe(row[0]).embedding_of(row[1])

    def delete(self, collection_id: str, face_ids: Sequence[str]) -> tuple[str, ...]:
        """Erase faces from every file and return the ids of those that were there.

        The fused vector of whoever they belonged to is made anew from the faces left.

        :raises NotFoundError: if there is no such collection.
        :raises StorageError: if they are deleted, but cannot be wiped from the log yet.
        """
        deleted = []
        with self._database.transaction():
            collection = Collections(self._database).describe(collection_id)
            people = set()
            for face_id in dict.fromkeys(face_ids):
                row = self._database.row(
                    "SELECT person FROM faces WHERE collection = ? AND face_id = ?",
                    (collection.row, face_id),
                )
                if row is None:
                    continue
                self._database.execute("DELETE FROM faces WHERE face_id = ?", (face_id,))
                deleted.append(face_id)
                people.add(row[0])
            for person in people - {None}:
                refresh_fused(self._database, collection, person)
        if deleted:
            self._database.truncate_log()
        return tuple(deleted)


def insert_faces(
    database: Database, collection: Collection, faces: Sequence[NewFace], *, person: int | None
) -> tuple[str, ...]:
    """Store *faces* of the person in row *person*, or of nobody, and return their ids.

    Belongs in a transaction, together with :func:`refresh_fused` where there is a person.

    :raises ModelMismatchError: if a vector comes from another model than the collection's.
    :raises CollectionError: if an external image id is malformed, or the faces are too many.
    """
    if person is not None:
        _refuse_too_many(database, collection, person, len(faces))
    values = [_values(collection, face, person) for face in faces]
    database.execute_many(
        "INSERT INTO faces (face_id, collection, person, external_image_id,"
        " box_left, box_top, box_width, box_height, confidence, sharpness, brightness,"
        " yaw, pitch, roll, size, occlusion, weight, reasons, vector, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return tuple(str(value[0]) for value in values)


def _refuse_too_many(database: Database, collection: Collection, person: int, more: int) -> None:
    row = database.row(
        "SELECT count(*) FROM faces WHERE collection = ? AND person = ?", (collection.row, person)
    )
    before = row[0] if row else 0
    if before + more > MOST_FACES_OF_A_PERSON:
        raise CollectionError(
            f"a person has at most {MOST_FACES_OF_A_PERSON} faces: {before} and {more} are too many",
            remedy="Keep a few good ones of different days; more do not help recognition.",
        )


def _values(collection: Collection, face: NewFace, person: int | None) -> Row:
    image = face.external_image_id
    if image is not None and EXTERNAL_IMAGE_ID.fullmatch(image) is None:
        raise CollectionError(
            f"{image!r} cannot be an external image id",
            remedy="Use 1 to 255 letters, digits, _ . - and :.",
        )
    quality, pose, box = face.quality, face.quality.pose, face.box
    return (
        str(uuid.uuid4()),
        collection.row,
        person,
        image,
        *(box.left, box.top, box.width, box.height, face.confidence),
        *(quality.sharpness, quality.brightness, pose.yaw, pose.pitch, pose.roll),
        *(quality.size, quality.occlusion, quality.weight, " ".join(quality.reasons)),
        collection.bytes_of(face.embedding),
        to_text(datetime.now(UTC)),
    )


def _stored_face(row: Row) -> StoredFace:
    face_id, collection_id, person_id, external_image_id, *numbers = row
    left, top, width, height, confidence, *numbers = numbers
    sharpness, brightness, yaw, pitch, roll, size, occlusion, weight, *texts = numbers
    reasons, model_name, model_digest, created_at = texts
    return StoredFace(
        face_id=face_id,
        collection_id=collection_id,
        person_id=person_id,
        external_image_id=external_image_id,
        box=Box(left, top, width, height),
        confidence=confidence,
        quality=Quality(
            sharpness=sharpness,
            brightness=brightness,
            pose=Pose(yaw, pitch, roll),
            size=size,
            occlusion=occlusion,
            weight=weight,
            reasons=tuple(QualityReason(reason) for reason in reasons.split()),
        ),
        model=ModelId(model_name, model_digest),
        created_at=from_text(created_at),
    )
