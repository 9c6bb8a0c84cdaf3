"""Users, as Amazon Rekognition has them: people to whom stored faces are handed one by one.

A user is a person of the collection under a name that its client gave her. Whoever was enrolled at
the kiosk is a user, too; and a user without a badge opens no door.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.collections import Collections
from edge.collection.faces import Faces
from edge.collection.fused import fused_of
from edge.collection.galleries import Galleries
from edge.collection.ownership import give_faces, take_faces
from edge.collection.people import NewPerson, People, Person
from edge.domain import Embedding
from edge.erasing import erasing
from edge.errors import NotFoundError
from edge.examining import AGREEMENT_SIMILARITY, most_typical
from edge.likeness import MOST_LOOK_ALIKES
from edge.similarity import UNLOCK_SIMILARITY, Calibration
from edge.storage.database import Database

USER_ID = re.compile(r"[a-zA-Z0-9_.\-:]{1,128}")
"""Which names a user may have, as in Amazon Rekognition."""


class AssociationReason(StrEnum):
    """Why a face was not handed over, in Rekognition's words."""

    FACE_NOT_FOUND = "FACE_NOT_FOUND"
    ASSOCIATED_TO_A_DIFFERENT_USER = "ASSOCIATED_TO_A_DIFFERENT_USER"
    LOW_MATCH_CONFIDENCE = "LOW_MATCH_CONFIDENCE"


@dataclass(frozen=True, slots=True)
class Refused:
    """A face that stays where it is.

    *owner* is the user whose it is, *similarity*, in percent, how alike it is to the user it was
    meant for; None where that does not matter.
    """

    face_id: str
    reason: AssociationReason
    owner: str | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Association:
    """What became of faces that were to be handed over or taken back; *user* is how she is now."""

    user: Person
    changed: tuple[str, ...]
    refused: tuple[Refused, ...]


def user_id_of(person_id: str, external_id: str | None) -> str:
    """Return a person's name as a user: what her site calls her, if it can name a user at all."""
    if external_id is not None and USER_ID.fullmatch(external_id):
        return external_id
    return person_id


class Users:
    """The users of all collections of one database; threads may share it."""

    def __init__(
        self,
        *,
        database: Database,
        galleries: Galleries,
        calibration: Calibration,
        audit: Audit,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._people = People(database)
        self._faces = Faces(database)
        self._galleries = galleries
        self._calibration = calibration
        self._audit = audit
        self._clock = clock

    def get(self, collection_id: str, user_id: str) -> Person:
        """Return the person whom *user_id* names.

        :raises NotFoundError: if there is no such collection or user.
        """
        with self._database.snapshot():
            person = self._people.by_external_id(collection_id, user_id)
            if person is None:
                person = self._people.get(user_id)
            if (
                person.collection_id != collection_id
                or user_id_of(person.person_id, person.external_id) != user_id
            ):
                raise NotFoundError(f"there is no user {user_id} in {collection_id}")
            return person

    def create(self, collection_id: str, user_id: str, *, actor: str) -> Person:
        """Store a user without faces.

        :raises NotFoundError: if there is no such collection.
        :raises AlreadyExistsError: if there is such a user.
        :raises AuditError: if it cannot be recorded; nothing is stored then.
        """
        with self._database.transaction():
            person = self._people.enroll(
                collection_id, NewPerson(name=user_id, external_id=user_id)
            )
            self._record(EventKind.ENROLLED, person, f"a user without faces, by {actor}")
            return person

    def delete(self, collection_id: str, user_id: str, *, actor: str) -> None:
        """Erase a user; her faces stay in the collection and are nobody's.

        :raises NotFoundError: if there is no such collection or user.
        :raises AuditError: if it cannot be recorded; nothing is changed then.
        """
        with erasing(self._database, self._audit) as record:
            person = take_faces(self._database, self.get(collection_id, user_id).person_id)
            self._people.delete(person.person_id)
            record(
                person.person_id,
                AuditEvent(EventKind.PERSON_DELETED, self._clock(), detail=f"by {actor}"),
            )

    def embedding(self, collection_id: str, user_id: str) -> Embedding | None:
        """Return a user's fused vector, or None if she has no face.

        :raises NotFoundError: if there is no such collection or user.
        """
        with self._database.snapshot():
            person = self.get(collection_id, user_id)
            collection = Collections(self._database).describe(collection_id)
            return fused_of(self._database, collection, person.person_id)

    def associate(
        self,
        collection_id: str,
        user_id: str,
        face_ids: Sequence[str],
        *,
        actor: str,
        threshold: float = AGREEMENT_SIMILARITY,
    ) -> Association:
        """Hand stored faces over to a user, those that are nobody's and look like her.

        A face must be at least *threshold* percent alike to her faces; if she has none, to the most
        typical of *face_ids*. Whoever a door could take her for by the new faces is marked, so that
        no door lets either in by face alone.

        :raises NotFoundError: if there is no such collection or user.
        :raises TooManyFacesError: if she would have more than 100 faces; nothing is changed then.
        :raises CollectionError: if she declined to be recognized by her face.
        :raises AuditError: if it cannot be recorded; nothing is changed then.
        """
        with self._database.transaction():
            person = self.get(collection_id, user_id)
            free, refused = self._sorted(person, face_ids)
            unlike = self._unlike(person, free, threshold)
            given = tuple(face_id for face_id in free if face_id not in unlike)
            refused += tuple(
                Refused(face_id, AssociationReason.LOW_MATCH_CONFIDENCE, similarity=similarity)
                for face_id, similarity in unlike.items()
            )
            if given:
                person = give_faces(self._database, person.person_id, given)
                self._record(
                    EventKind.PERSON_CHANGED, person, f"faces added {len(given)}, by {actor}"
                )
                self._mark_look_alikes(person)
            return Association(person, given, refused)

    def disassociate(
        self, collection_id: str, user_id: str, face_ids: Sequence[str], *, actor: str
    ) -> Association:
        """Take faces from a user; they stay in the collection and are nobody's.

        :raises NotFoundError: if there is no such collection or user.
        :raises AuditError: if it cannot be recorded; nothing is changed then.
        """
        with self._database.transaction():
            person = self.get(collection_id, user_id)
            hers = self._faces.list(
                collection_id, person_id=person.person_id, face_ids=face_ids, limit=len(face_ids)
            )
            taken = tuple(face.face_id for face in hers)
            _, refused = self._sorted(person, face_ids)
            if taken:
                person = take_faces(self._database, person.person_id, taken)
                self._record(
                    EventKind.PERSON_CHANGED, person, f"faces taken {len(taken)}, by {actor}"
                )
            return Association(person, taken, refused)

    def _sorted(
        self, person: Person, face_ids: Sequence[str]
    ) -> tuple[tuple[str, ...], tuple[Refused, ...]]:
        """Return which faces are nobody's, and which cannot be handled and why; hers are neither."""
        asked = tuple(dict.fromkeys(face_ids))
        stored = {
            face.face_id: face
            for face in self._faces.list(person.collection_id, face_ids=asked, limit=len(asked))
        }
        free, refused = [], []
        for face_id in asked:
            face = stored.get(face_id)
            if face is None:
                refused.append(Refused(face_id, AssociationReason.FACE_NOT_FOUND))
            elif face.person_id is None:
                free.append(face_id)
            elif face.person_id != person.person_id:
                owner = user_id_of(face.person_id, face.person_external_id)
                reason = AssociationReason.ASSOCIATED_TO_A_DIFFERENT_USER
                refused.append(Refused(face_id, reason, owner=owner))
        return tuple(free), tuple(refused)

    def _unlike(
        self, person: Person, face_ids: Sequence[str], threshold: float
    ) -> dict[str, float]:
        """Return the faces that do not look like *person*, each with its similarity in percent."""
        vectors = {face_id: self._faces.embedding(face_id) for face_id in face_ids}
        if not vectors:
            return {}
        collection = Collections(self._database).describe(person.collection_id)
        meant = fused_of(self._database, collection, person.person_id)
        if meant is None:
            every = list(vectors.values())
            meant = every[most_typical(every, self._calibration.cosine(threshold))]
        alike = {
            face_id: self._calibration.similarity(vector.cosine(meant))
            for face_id, vector in vectors.items()
        }
        return {face_id: value for face_id, value in alike.items() if value < threshold}

    def _mark_look_alikes(self, person: Person) -> None:
        """Mark whomever a door could take for *person*, as her faces are in this transaction."""
        collection = Collections(self._database).describe(person.collection_id)
        her = fused_of(self._database, collection, person.person_id)
        if her is None:
            return
        with self._galleries.of(person.collection_id) as gallery:
            found = gallery.search_people(her, limit=MOST_LOOK_ALIKES + 1)
        for match in found:
            if match.person_id != person.person_id and match.similarity > UNLOCK_SIMILARITY:
                self._people.mark_look_alikes(person.person_id, match.person_id, match.similarity)

    def _record(self, kind: EventKind, person: Person, detail: str) -> None:
        self._audit.append(
            AuditEvent(kind=kind, at=self._clock(), person_id=person.person_id, detail=detail)
        )
