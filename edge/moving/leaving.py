"""Writing the people of a collection into a file for another device."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from edge.collection.collections import Collection, Collections
from edge.collection.face_rows import StoredFace, faces_of_person
from edge.collection.look_alikes import pairs_of
from edge.collection.people import People, Person
from edge.collection.person_rows import row_of
from edge.domain import Badge
from edge.moving.document import (
    FORMAT,
    MovedBadge,
    MovedConsent,
    MovedFace,
    MovedPair,
    MovedPeople,
    MovedPerson,
    is_over,
    vector_text,
)
from edge.storage.database import Database

BATCH = 500


def people_of(database: Database, collection_id: str, *, site: str, now: datetime) -> MovedPeople:
    """Return everybody in a collection, as of one moment; but for whose time has come by *now*.

    :raises NotFoundError: if there is no such collection.
    """
    people = People(database)
    with database.snapshot():
        collection = Collections(database).describe(collection_id)
        moved, after = list[MovedPerson](), None
        while batch := people.list_by_id(collection_id, after=after, limit=BATCH):
            after = batch[-1].person_id
            staying = [person for person in batch if not is_over(person, now)]
            moved += [_person(person, _faces(database, collection, person)) for person in staying]
        pairs = pairs_of(database, collection_id)
    leaving = {person.person_id for person in moved}
    return MovedPeople(
        format=FORMAT,
        site=site,
        at=now,
        collection_id=collection_id,
        model_name=collection.model.name,
        model_digest=collection.model.digest,
        dimension=collection.dimension,
        people=tuple(moved),
        look_alikes=tuple(
            MovedPair(one=one, other=other, similarity=similarity)
            for one, other, similarity in pairs
            if one in leaving and other in leaving
        ),
    )


def _faces(
    database: Database, collection: Collection, person: Person
) -> tuple[tuple[StoredFace, bytes], ...]:
    return faces_of_person(database, collection, row_of(database, person.person_id)[0])


def _person(person: Person, faces: Sequence[tuple[StoredFace, bytes]]) -> MovedPerson:
    consent = person.consent
    return MovedPerson(
        person_id=person.person_id,
        name=person.name,
        external_id=person.external_id,
        valid_from=person.valid_from,
        valid_until=person.valid_until,
        consent=None
        if consent is None
        else MovedConsent(
            text_version=consent.text_version, agreed_at=consent.agreed_at, method=consent.method
        ),
        retention_until=person.retention_until,
        declined=person.declined,
        suspended_at=person.suspended_at,
        groups=tuple(sorted(person.groups)),
        badges=tuple(_badge(badge) for badge in person.badges),
        faces=tuple(_face(face, vector) for face, vector in faces),
    )


def _badge(badge: Badge) -> MovedBadge:
    return MovedBadge(
        number=badge.number,
        valid_from=badge.valid_from,
        valid_until=badge.valid_until,
        revoked_at=badge.revoked_at,
        duress=badge.duress,
    )


def _face(face: StoredFace, vector: bytes) -> MovedFace:
    quality, box = face.quality, face.box
    return MovedFace(
        box=(box.left, box.top, box.width, box.height),
        confidence=face.confidence,
        sharpness=quality.sharpness,
        brightness=quality.brightness,
        pose=(quality.pose.yaw, quality.pose.pitch, quality.pose.roll),
        size=quality.size,
        occlusion=quality.occlusion,
        weight=quality.weight,
        reasons=quality.reasons,
        image_id=face.image_id,
        external_image_id=face.external_image_id,
        vector=vector_text(vector),
    )
