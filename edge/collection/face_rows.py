"""Faces as they are stored: a vector, where it was in its picture, and how good it was."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from edge.collection.collections import Collection
from edge.domain import Box, Embedding, ModelId, Pose, Quality, QualityReason
from edge.errors import CollectionError, TooManyFacesError
from edge.storage.database import Database, Row
from edge.storage.times import from_text, to_text

MOST_FACES_OF_A_PERSON = 100
"""As many as a user may have in Amazon Rekognition."""

EXTERNAL_IMAGE_ID = re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")
"""Which names an image may have in its owner's files, as in Amazon Rekognition."""


def new_image_id() -> str:
    """Return a name for a picture, under which the faces found in it can be told to belong together."""
    return str(uuid.uuid4())


COLUMNS = """
    face.face_id, collection.collection_id, person.person_id, person.external_id,
    face.image_id, face.external_image_id,
    face.box_left, face.box_top, face.box_width, face.box_height, face.confidence,
    face.sharpness, face.brightness, face.yaw, face.pitch, face.roll, face.size,
    face.occlusion, face.weight, face.reasons,
    collection.model_name, collection.model_digest, face.created_at
"""
TABLES = """
    faces AS face JOIN collections AS collection ON collection.row = face.collection
    LEFT JOIN people AS person ON person.row = face.person
"""


@dataclass(frozen=True, slots=True)
class NewFace:
    """A face to store. *box* is in fractions of its picture, *confidence* in percent.

    Faces of one picture share an *image_id*.
    """

    embedding: Embedding
    box: Box
    confidence: float
    quality: Quality
    external_image_id: str | None = None
    image_id: str = field(default_factory=new_image_id)


@dataclass(frozen=True, slots=True)
class StoredFace:
    """A face as it is stored; its vector is read by :meth:`Faces.embedding`.

    *person_id* and *person_external_id* are whose it is, None for a face of nobody.
    """

    face_id: str
    collection_id: str
    person_id: str | None
    person_external_id: str | None
    image_id: str
    external_image_id: str | None
    box: Box
    confidence: float
    quality: Quality
    model: ModelId
    created_at: datetime


def insert_faces(
    database: Database, collection: Collection, faces: Sequence[NewFace], *, person: int | None
) -> tuple[str, ...]:
    """Store *faces* of the person in row *person*, or of nobody, and return their ids.

    Belongs in a transaction, together with :func:`refresh_fused` where there is a person.

    :raises ModelMismatchError: if a vector comes from another model than the collection's.
    :raises TooManyFacesError: if the person would have more than 100.
    :raises CollectionError: if an external image id is malformed.
    """
    if person is not None:
        refuse_too_many(database, collection, person, len(faces))
    values = [_values(collection, face, person) for face in faces]
    database.execute_many(
        "INSERT INTO faces (face_id, collection, person, image_id, external_image_id,"
        " box_left, box_top, box_width, box_height, confidence, sharpness, brightness,"
        " yaw, pitch, roll, size, occlusion, weight, reasons, vector, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return tuple(str(value[0]) for value in values)


def faces_of_person(
    database: Database, collection: Collection, person: int
) -> tuple[tuple[StoredFace, bytes], ...]:
    """Return the faces of the person in row *person*, each with its vector as it is stored."""
    rows = database.rows(
        f"SELECT face.vector, {COLUMNS} FROM {TABLES}"  # noqa: S608 - constants only
        " WHERE face.collection = ? AND face.person = ? ORDER BY face.row",
        (collection.row, person),
    )
    return tuple((stored_face(row[1:]), row[0]) for row in rows)


def refuse_too_many(database: Database, collection: Collection, person: int, more: int) -> None:
    """Refuse to give the person in row *person* so many *more* faces than she may have.

    :raises TooManyFacesError: telling how many she has.
    """
    row = database.row(
        "SELECT count(*) FROM faces WHERE collection = ? AND person = ?", (collection.row, person)
    )
    before = row[0] if row else 0
    if before + more > MOST_FACES_OF_A_PERSON:
        raise TooManyFacesError(
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
        face.image_id,
        image,
        *(box.left, box.top, box.width, box.height, face.confidence),
        *(quality.sharpness, quality.brightness, pose.yaw, pose.pitch, pose.roll),
        *(quality.size, quality.occlusion, quality.weight, " ".join(quality.reasons)),
        collection.bytes_of(face.embedding),
        to_text(datetime.now(UTC)),
    )


def stored_face(row: Row) -> StoredFace:
    """Return the face in a row of :data:`COLUMNS`."""
    face_id, collection_id, person_id, external_id, image_id, external_image_id, *numbers = row
    left, top, width, height, confidence, *numbers = numbers
    sharpness, brightness, yaw, pitch, roll, size, occlusion, weight, *texts = numbers
    reasons, model_name, model_digest, created_at = texts
    return StoredFace(
        face_id=face_id,
        collection_id=collection_id,
        person_id=person_id,
        person_external_id=external_id,
        image_id=image_id,
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
