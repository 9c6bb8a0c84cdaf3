"""Taking in the people of a file from another device, in one transaction.

Who is here already stays as this device knows her: two offices that change one person are settled by
people, not by the order of files. Somebody else is never overwritten or doubled. People are compared
with those who are here, not with one another: that their own device has done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.collections import Collection, Collections
from edge.collection.faces import NewFace
from edge.collection.fused import LEAST_WEIGHT
from edge.collection.memberships import Memberships
from edge.collection.people import People
from edge.collection.search import Gallery
from edge.domain import fuse
from edge.errors import CollectionError, EmbeddingError, ModelMismatchError, NotFoundError
from edge.moving.document import MovedPair, MovedPeople, MovedPerson, is_over
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
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a file, or would: *stored* tells which of the two."""

    people: tuple[Arrived, ...]
    stored: bool

    @property
    def refused(self) -> tuple[Arrived, ...]:
        return tuple(each for each in self.people if each.fate is Fate.REFUSED)

    def count(self, fate: Fate) -> int:
        return sum(each.fate is fate for each in self.people)

    @property
    def words(self) -> str:
        return ", ".join(f"{self.count(fate)} {fate.value}" for fate in Fate)


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

    def take_in(
        self, moved: MovedPeople, *, rehearse: bool = False, without_refused: bool = False
    ) -> Arrival:
        """Take in everybody and record it, or nobody; return what became of each.

        Nobody is taken in while anybody is refused, unless the others are wanted
        *without_refused*. *rehearse* stores and records nothing.

        :raises ModelMismatchError: if the vectors are of another embedder.
        :raises StorageError: if the collection cannot be written.
        :raises AuditError: if it cannot be recorded.
        """
        collection = Collections(self._database).describe(self._collection_id)
        _refuse_other_model(moved, collection)
        now = self._clock()
        try:
            with self._database.transaction():
                people = tuple(self._one(person, moved, now) for person in moved.people)
                arrival = Arrival(people, stored=True)
                taken = frozenset(each.person_id for each in people if each.fate is Fate.TAKEN_IN)
                self._mark(moved.look_alikes, taken)
                if rehearse or (arrival.refused and not without_refused):
                    raise _NothingStoredError(arrival)
                self._audit.append_all(self._events(arrival, moved, now))
        except _NothingStoredError as nothing:
            return Arrival(nothing.arrival.people, stored=False)
        return arrival

    def _one(self, person: MovedPerson, moved: MovedPeople, now: datetime) -> Arrived:
        try:
            with self._database.transaction():
                if self._is_here(person):
                    return Arrived(person.person_id, Fate.HERE_ALREADY)
                similarity = self._store(person, moved, now)
        except (CollectionError, EmbeddingError) as error:
            return Arrived(person.person_id, Fate.REFUSED, error.message)
        return Arrived(person.person_id, Fate.TAKEN_IN, similarity=similarity)

    def _is_here(self, person: MovedPerson) -> bool:
        try:
            here = self._people.get(person.person_id)
        except NotFoundError:
            return False
        if here.collection_id != self._collection_id:
            raise CollectionError(f"she is in collection {here.collection_id} of this device")
        return True

    def _store(self, person: MovedPerson, moved: MovedPeople, now: datetime) -> float | None:
        """Store her, and return how alike the person is who is most alike to her, if any is."""
        if is_over(person, now):
            raise CollectionError("she may not be kept any longer")
        faces = [face.as_new(moved.model) for face in person.faces]
        similarity = self._alike(person, faces, moved.look_alikes)
        self._people.enroll(
            self._collection_id,
            person.told,
            faces,
            [badge.as_badge for badge in person.badges],
            person_id=person.person_id,
        )
        if person.suspended_at is not None:
            self._people.suspend(person.person_id, person.suspended_at)
        if person.groups:
            self._memberships.change(person.person_id, add=person.groups)
        return similarity

    def _alike(
        self, person: MovedPerson, faces: list[NewFace], pairs: tuple[MovedPair, ...]
    ) -> float | None:
        """Refuse whom a door could take for somebody here, unless the two were told apart.

        :raises CollectionError: naming whom.
        """
        if not faces:
            return None
        fused = fuse(
            [face.embedding for face in faces],
            [max(face.quality.weight, LEAST_WEIGHT) for face in faces],
        )
        found = self._gallery.search_people(fused, limit=MOST_LOOK_ALIKES)
        alike = [match for match in found if match.similarity > UNLOCK_SIMILARITY]
        for match in alike:
            two = {person.person_id, match.person_id}
            if not any({pair.one, pair.other} == two for pair in pairs):
                raise CollectionError(
                    f"a door would take her for {match.person_id}, who is here "
                    f"(similarity {match.similarity:.2f} %)"
                )
        return alike[0].similarity if alike else None

    def _mark(self, pairs: Iterable[MovedPair], taken: frozenset[str]) -> None:
        """Mark the pairs of which somebody was *taken* in and the other is here, too."""
        here = {
            person.person_id
            for person in self._people.get_many(
                sorted({who for pair in pairs for who in (pair.one, pair.other)})
            )
            if person.collection_id == self._collection_id
        }
        for pair in pairs:
            two = {pair.one, pair.other}
            if two <= here and two & taken:
                self._people.mark_look_alikes(pair.one, pair.other, pair.similarity)

    def _events(self, arrival: Arrival, moved: MovedPeople, now: datetime) -> Iterable[AuditEvent]:
        told = {person.person_id: person for person in moved.people}
        for each in arrival.people:
            if each.fate is Fate.TAKEN_IN:
                person = told[each.person_id]
                faces, badges = len(person.faces), len(person.badges)
                yield AuditEvent(
                    EventKind.ENROLLED,
                    now,
                    reason="OTHER_DEVICE",
                    person_id=each.person_id,
                    similarity=each.similarity,
                    detail=f"faces {faces}, badges {badges}, by {self._actor}",
                )
        yield AuditEvent(
            EventKind.PEOPLE_IMPORTED,
            now,
            reason="OTHER_DEVICE",
            detail=f"{arrival.words}, from {moved.site}, by {self._actor}",
        )


class _NothingStoredError(Exception):
    """Raised to undo what was only tried."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__()
        self.arrival = arrival


def _refuse_other_model(moved: MovedPeople, collection: Collection) -> None:
    if moved.dimension == collection.dimension and moved.model == collection.model:
        return
    raise ModelMismatchError(
        f"the vectors in the file are of {moved.model_name} ({moved.model_digest[:12]}), "
        f"those of collection {collection.collection_id} of {collection.model.name} "
        f"({collection.model.digest[:12]})",
        remedy="Vectors of two embedders cannot be compared. Bring both devices to the same "
        "embedder (models.embedder) and export again, or enroll these people here.",
    )
