"""Taking in the people of a file from another device, one by one, each whole or not at all.

Who is here already stays as this device knows her: two offices that change one person are settled by
people, not by the order of files. Somebody else is never overwritten or doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.collections import Collections
from edge.collection.faces import NewFace
from edge.collection.fused import LEAST_WEIGHT
from edge.collection.memberships import Memberships
from edge.collection.people import People
from edge.collection.search import Gallery
from edge.domain import Match, fuse
from edge.errors import CollectionError, EmbeddingError, ModelMismatchError, NotFoundError
from edge.moving.document import MovedPeople, MovedPerson, is_over
from edge.similarity import UNLOCK_SIMILARITY
from edge.storage.database import Database

MOST_LOOK_ALIKES = 10
"""As in ``edge/enrolling.py``."""


class Fate(StrEnum):
    """What became of a person in the file, or would."""

    TAKEN_IN = "taken in"
    HERE_ALREADY = "here already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of a person, and why."""

    person_id: str
    fate: Fate
    reason: str = ""


class Arrivals:
    """Takes people into one collection. *actor* says in the audit who does it, no name."""

    def __init__(
        self,
        *,
        database: Database,
        gallery: Gallery,
        audit: Audit,
        collection_id: str,
        clock: Callable[[], datetime],
        actor: str,
    ) -> None:
        self._database = database
        self._people = People(database)
        self._memberships = Memberships(database)
        self._gallery = gallery
        self._audit = audit
        self._collection_id = collection_id
        self._clock = clock
        self._actor = actor

    def take_in(self, moved: MovedPeople, *, rehearse: bool = False) -> Iterator[Arrived]:
        """Take in everybody, and yield what becomes of each; *rehearse* stores and records nothing.

        A rehearsal compares everybody with who is here, not with who comes in the same file.

        :raises ModelMismatchError: if the vectors are of another embedder; nobody is taken in then.
        :raises StorageError: if the collection cannot be written; those before are in.
        :raises AuditError: if one cannot be recorded: she is not in, those before her are.
        """
        collection = Collections(self._database).describe(self._collection_id)
        if moved.dimension != collection.dimension or moved.model != collection.model:
            raise ModelMismatchError(
                f"the vectors in the file are of {moved.model_name} ({moved.model_digest[:12]}…), "
                f"collection {self._collection_id} has those of {collection.model.name} "
                f"({collection.model.digest[:12]}…)",
                remedy="Vectors of two embedders cannot be compared. Use the same one on both, or "
                "enroll from photographs.",
            )
        for person in moved.people:
            yield self._one(person, moved, rehearse=rehearse)

    def _one(self, person: MovedPerson, moved: MovedPeople, *, rehearse: bool) -> Arrived:
        try:
            with self._database.transaction():
                if there := self._already(person):
                    return there
                self._store(person, moved)
                if rehearse:
                    raise _RehearsedError
        except _RehearsedError:
            return Arrived(person.person_id, Fate.TAKEN_IN)
        except (CollectionError, EmbeddingError) as error:
            return Arrived(person.person_id, Fate.REFUSED, error.message)
        return Arrived(person.person_id, Fate.TAKEN_IN)

    def _already(self, person: MovedPerson) -> Arrived | None:
        try:
            here = self._people.get(person.person_id)
        except NotFoundError:
            return None
        if here.collection_id != self._collection_id:
            raise CollectionError(f"she is in collection {here.collection_id} of this device")
        return Arrived(person.person_id, Fate.HERE_ALREADY)

    def _store(self, person: MovedPerson, moved: MovedPeople) -> None:
        now = self._clock()
        if is_over(person, now):
            raise CollectionError("she may not be kept any longer")
        faces = [face.as_new(moved.model) for face in person.faces]
        alike = self._alike(person, faces)
        badges = [badge.as_badge for badge in person.badges]
        self._people.enroll(
            self._collection_id, person.told, faces, badges, person_id=person.person_id
        )
        for match in alike:
            self._people.mark_look_alikes(person.person_id, match.person_id, match.similarity)
        if person.suspended_at is not None:
            self._people.suspend(person.person_id, person.suspended_at)
        if person.groups:
            self._memberships.change(person.person_id, add=person.groups)
        told = f"from {moved.site}, faces {len(faces)}, badges {len(badges)}, by {self._actor}"
        event = AuditEvent(
            EventKind.ENROLLED,
            now,
            person_id=person.person_id,
            similarity=alike[0].similarity if alike else None,
            detail=told,
        )
        self._audit.append(event)

    def _alike(self, person: MovedPerson, faces: list[NewFace]) -> tuple[Match, ...]:
        """Return whom to mark: whom a door could take for her, and was told apart where she is from.

        :raises CollectionError: if it is somebody else, who was not.
        """
        if not faces:
            return ()
        fused = fuse(
            [face.embedding for face in faces],
            [max(face.quality.weight, LEAST_WEIGHT) for face in faces],
        )
        found = self._gallery.search_people(fused, limit=MOST_LOOK_ALIKES)
        alike = tuple(match for match in found if match.similarity > UNLOCK_SIMILARITY)
        for match in alike:
            if match.person_id not in person.look_alikes:
                raise CollectionError(
                    f"a door would take her for {match.person_id}, who is here "
                    f"(similarity {match.similarity:.2f} %)"
                )
        return alike


class _RehearsedError(Exception):
    """Raised to undo what was only tried."""
