"""From photographs to an enrolled person: what the web pages and the command line both call.

Whoever is in the collection already is not enrolled a second time; and whoever looks like somebody
in it is marked, so that no door lets either in by face alone. What is done is recorded, or not done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.badges import Badges
from edge.collection.collections import Collections
from edge.collection.faces import NewFace
from edge.collection.fused import LEAST_WEIGHT, former_fused_of, fused_of
from edge.collection.memberships import Memberships
from edge.collection.people import Erased, NewPerson, People, Person
from edge.collection.search import Gallery
from edge.domain import Badge, Embedding, Face, Match, Pixels, fuse
from edge.erasing import erase, erasing
from edge.errors import AlreadyEnrolledError, EnrollmentError, PhotosRefusedError
from edge.examining import (
    AGREEMENT_SIMILARITY,
    IN_WORDS,
    Examined,
    Examiner,
    Photo,
)
from edge.similarity import UNLOCK_SIMILARITY, Calibration
from edge.storage.database import Database

__all__ = ["AGREEMENT_SIMILARITY", "IN_WORDS", "Enroller", "Examined", "Photo"]

MOST_LOOK_ALIKES = 10
"""People that are named, and marked, as like one person: more of them are a fault of the photos."""


class Enroller:
    """Enrolls into one collection; threads may share it, and take turns at the recognizer.

    *clock* gives the time of the audit's entries. *actor*, wherever it is asked for, says in the
    audit who does it: an account's id or a system user, no name.
    """

    def __init__(
        self,
        *,
        examiner: Examiner,
        database: Database,
        gallery: Gallery,
        audit: Audit,
        collection_id: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._examiner = examiner
        self._database = database
        self._people = People(database)
        self._badges = Badges(database)
        self._memberships = Memberships(database)
        self._gallery = gallery
        self._audit = audit
        self._collection_id = collection_id
        self._clock = clock

    @property
    def calibration(self) -> Calibration:
        """What a cosine between two embeddings of this enroller is worth."""
        return self._examiner.calibration

    def examine(self, pixels: Pixels) -> Examined:
        """Return the largest face of a picture with its embedding.

        :raises NoFaceError: if it shows none.
        :raises EnrollmentError: if it is not good enough, or another is almost as large.
        """
        return self._examiner.examine(pixels)

    def look(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return the faces that may be meant in a picture, largest first, good or not; at most two.

        Two say that it is open which is meant.
        """
        return self._examiner.look(pixels)

    def faces(self, pixels: Pixels, *, limit: int = 10) -> tuple[Face, ...]:
        """Return all faces in a picture, largest first, good or not."""
        return self._examiner.faces(pixels, limit=limit)

    def embed(self, pixels: Pixels, face: Face) -> Examined:
        """Return *face*, which was found in *pixels*, with its embedding."""
        return self._examiner.embed(pixels, face)

    def examine_photos(self, photos: Sequence[Photo]) -> tuple[Examined, ...]:
        """Return the faces of *photos*.

        :raises PhotosRefusedError: if there is none, one is not good enough, or they show more than
            one person; all faults of the photos come at once.
        """
        return self._examiner.examine_all(photos)

    def recognize(self, examined: Examined) -> Match | None:
        """Return the person most alike, as a door would find her, or None if nobody is enrolled."""
        return next(iter(self._gallery.search_people(examined.embedding, limit=1)), None)

    def look_alikes(self, examined: Sequence[Examined]) -> tuple[Match, ...]:
        """Return the people for whom a door could take the one in *examined*, most alike first."""
        if not examined:
            return ()
        found = self._gallery.search_people(_fused(examined), limit=MOST_LOOK_ALIKES)
        return tuple(match for match in found if match.similarity > UNLOCK_SIMILARITY)

    def look_alike(self, examined: Sequence[Examined]) -> Match | None:
        """Return the most alike of :meth:`look_alikes`, if any."""
        return next(iter(self.look_alikes(examined)), None)

    def enroll(
        self,
        person: NewPerson,
        photos: Sequence[Photo],
        badges: Sequence[Badge] = (),
        *,
        actor: str,
        somebody_else: bool = False,
        mark_look_alikes: Sequence[str] = (),
        groups: Collection[str] = (),
    ) -> Person:
        """Store a person with the faces of *photos* and her badges, and record it; all or nothing.

        Whoever declined has no photos, all others at least one. *mark_look_alikes* are the ids of
        people who were looked at and are not this person, although a door would take her for them:
        the pairs are marked. *somebody_else* says so of everybody who looks like her. *groups* are
        those she is put into.

        :raises PhotosRefusedError: if a photo is not good enough or shows somebody else.
        :raises AlreadyEnrolledError: if a door would take her for somebody else who is enrolled.
        :raises CollectionError: as :meth:`People.enroll` does.
        :raises AuditError: if it cannot be recorded; nothing is stored then.
        """
        return self.enroll_examined(
            person,
            self._examined(person, photos),
            badges,
            actor=actor,
            somebody_else=somebody_else,
            mark_look_alikes=mark_look_alikes,
            groups=groups,
        )

    def enroll_examined(
        self,
        person: NewPerson,
        examined: Sequence[Examined],
        badges: Sequence[Badge] = (),
        *,
        actor: str,
        somebody_else: bool = False,
        mark_look_alikes: Sequence[str] = (),
        groups: Collection[str] = (),
    ) -> Person:
        """Do as :meth:`enroll` does with faces that were examined before, as a kiosk has them.

        Without any she is enrolled with her badges alone. Raises as :meth:`enroll` does.
        """
        self._examiner.refuse_strangers(examined)
        # Whoever looks like her is searched inside: nobody else can be enrolled in between.
        with self._database.transaction():
            alike = self._alike(
                examined, looked_at=None if somebody_else else frozenset(mark_look_alikes)
            )
            stored = self._people.enroll(self._collection_id, person, _new_faces(examined), badges)
            self._mark(stored.person_id, alike)
            self._record(
                EventKind.ENROLLED,
                stored.person_id,
                f"faces {stored.faces}, badges {len(stored.badges)}, by {actor}",
                similarity=alike[0].similarity if alike else None,
            )
            if groups:
                self._memberships.change(stored.person_id, add=groups)
                self._record(
                    EventKind.MEMBERSHIP_CHANGED,
                    stored.person_id,
                    f"joined {', '.join(sorted(groups))}, by {actor}",
                )
            return self._people.get(stored.person_id)

    def rehearse(
        self, person: NewPerson, photos: Sequence[Photo], badges: Sequence[Badge] = ()
    ) -> Embedding | None:
        """Find out whether :meth:`enroll` would do it, storing and recording nothing.

        Return the vector that a door would search, or None for somebody who declined. Raises as
        :meth:`enroll` does.
        """
        examined = self._examined(person, photos)
        try:
            with self._database.transaction():
                self._alike(examined, looked_at=frozenset())
                self._people.enroll(self._collection_id, person, _new_faces(examined), badges)
                raise _RehearsedError
        except _RehearsedError:
            return _fused(examined) if examined else None

    def add_photos(self, person_id: str, photos: Sequence[Photo], *, actor: str) -> Person:
        """Store more faces of a person, and record it; all or nothing.

        :raises NotFoundError: if there is no such person.
        :raises PhotosRefusedError: if a photo is not good enough, or does not show her.
        :raises AlreadyEnrolledError: if a door would take her for somebody else by them.
        :raises CollectionError: as :meth:`People.add_faces` does.
        :raises AuditError: if it cannot be recorded; nothing is stored then.
        """
        return self.add_examined(person_id, self.examine_photos(photos), actor=actor)

    def add_examined(
        self,
        person_id: str,
        examined: Sequence[Examined],
        badges: Sequence[Badge] = (),
        *,
        actor: str,
    ) -> Person:
        """Do as :meth:`add_photos` does with faces that were examined before, and add badges.

        A badge that she has already stays as it is.

        :raises AlreadyExistsError: if somebody has a badge of that number.

        Otherwise raises as :meth:`add_photos` does.
        """
        self._examiner.refuse_strangers(examined)
        likeness = self._likeness(person_id, examined)
        if likeness is not None and likeness < AGREEMENT_SIMILARITY:
            raise PhotosRefusedError(
                ("The photos do not show the person who is enrolled.",),
                remedy="If she has changed that much, enroll her faces anew.",
            )
        with self._database.transaction():
            self._mark(person_id, self._alike_to_others(person_id, examined))
            self._people.add_faces(person_id, _new_faces(examined))
            hers = {badge.number for badge in self._people.get(person_id).badges}
            new = [badge for badge in badges if badge.number not in hers]
            for badge in new:
                self._badges.add(person_id, badge)
            self._record(
                EventKind.PERSON_CHANGED,
                person_id,
                f"faces added {len(examined)}, badges added {len(new)}, by {actor}",
                similarity=likeness,
            )
            return self._people.get(person_id)

    def reenroll(
        self,
        person_id: str,
        photos: Sequence[Photo],
        *,
        actor: str,
        mark_look_alikes: Sequence[str] = (),
    ) -> Person:
        """Erase a person's faces and store new ones, and record it; all or nothing.

        The record says how alike old and new faces are: whoever puts another's face to a badge
        that opens doors is found out.

        :raises NotFoundError: if there is no such person.
        :raises PhotosRefusedError: if a photo is not good enough, or they show several people.
        :raises AlreadyEnrolledError: if a door would take her for somebody else, who is neither in
            *mark_look_alikes* nor marked already.
        :raises CollectionError: as :meth:`People.replace_faces` does.
        :raises AuditError: if it cannot be recorded; nothing is changed then.
        """
        examined = self.examine_photos(photos)
        likeness = self._likeness(person_id, examined)
        with self._database.transaction():
            self._mark(person_id, self._alike_to_others(person_id, examined, mark_look_alikes))
            self._people.replace_faces(person_id, _new_faces(examined))
            self._record(
                EventKind.PERSON_CHANGED,
                person_id,
                f"faces enrolled anew {len(examined)}, by {actor}",
                similarity=likeness,
            )
            return self._people.get(person_id)

    def merge(self, keep_id: str, other_id: str, *, actor: str) -> Person:
        """Make two people one, as :meth:`People.merge` does, and record it; all or nothing.

        :raises EnrollmentError: if their faces are not those of one person.
        :raises AuditError: if it cannot be recorded; nothing is changed then.

        Otherwise raises as :meth:`People.merge` does.
        """
        with erasing(self._database, self._audit) as record:
            likeness = self.likeness_of(keep_id, other_id)
            if likeness is not None and likeness < AGREEMENT_SIMILARITY:
                raise EnrollmentError(
                    f"the two do not look like one person (similarity {likeness:.2f} %).",
                    remedy="If they are one, erase one of them, and enroll the other anew.",
                )
            merged = self._people.merge(keep_id, other_id)
            # Not into whom: that would be left of the one who is erased.
            detail = f"merged into another, by {actor}"
            record(other_id, AuditEvent(EventKind.PERSON_DELETED, self._clock(), detail=detail))
            self._record(
                EventKind.PERSON_CHANGED,
                keep_id,
                f"merged, faces {merged.faces}, badges {len(merged.badges)}, by {actor}",
                similarity=likeness,
            )
            return merged

    def likeness_of(self, one: str, other: str) -> float | None:
        """Return how alike two people's stored faces are, in percent.

        None if either has none, or they have none by the same embedder.

        :raises NotFoundError: if one of them does not exist, or they are of two collections.
        """
        collection = Collections(self._database).describe(self._people.get(other).collection_id)
        _ = self._people.get(one)
        likenesses = []
        for fused, calibration in (
            (fused_of, self._examiner.calibration),
            (former_fused_of, self._examiner.former_calibration),
        ):
            his, hers = (fused(self._database, collection, each) for each in (one, other))
            if his is not None and hers is not None and calibration is not None:
                likenesses.append(calibration.similarity(his.cosine(hers)))
        return max(likenesses, default=None)

    def erase(self, person_id: str, *, actor: str, reason: str | None = None) -> Erased:
        """Erase a person from every file and record it; see :func:`edge.erasing.erase`."""
        return erase(
            self._database, self._audit, person_id, at=self._clock(), actor=actor, reason=reason
        )

    def _examined(self, person: NewPerson, photos: Sequence[Photo]) -> tuple[Examined, ...]:
        return () if person.declined and not photos else self.examine_photos(photos)

    def _alike_to_others(
        self, person_id: str, examined: Sequence[Examined], looked_at: Sequence[str] = ()
    ) -> tuple[Match, ...]:
        known = self._people.get(person_id).look_alikes
        return self._alike(examined, looked_at=frozenset((*known, *looked_at)), herself=person_id)

    def _alike(
        self,
        examined: Sequence[Examined],
        *,
        looked_at: frozenset[str] | None,
        herself: str | None = None,
    ) -> tuple[Match, ...]:
        """Return whom to mark; *looked_at* None stands for everybody.

        :raises AlreadyEnrolledError: if somebody else looks like her who was not looked at.
        """
        alike = tuple(match for match in self.look_alikes(examined) if match.person_id != herself)
        for match in alike:
            if looked_at is not None and match.person_id not in looked_at:
                raise AlreadyEnrolledError(match.person_id, match.similarity)
        return alike

    def _mark(self, person_id: str, alike: Sequence[Match]) -> None:
        for match in alike:
            self._people.mark_look_alikes(person_id, match.person_id, match.similarity)

    def _likeness(self, person_id: str, examined: Sequence[Examined]) -> float | None:
        """Return how alike *examined* is to a person's stored faces, in percent; None without.

        While the site changes its embedder, faces of the former one say it as well.
        """
        person = self._people.get(person_id)
        if not (examined and (person.faces or person.former_faces)):
            return None
        return self._gallery.compare(person_id, _fused(examined)).similarity

    def _record(
        self, kind: EventKind, person_id: str, detail: str, *, similarity: float | None = None
    ) -> None:
        self._audit.append(
            AuditEvent(
                kind=kind,
                at=self._clock(),
                person_id=person_id,
                similarity=similarity,
                detail=detail,
            )
        )


class _RehearsedError(Exception):
    """Raised to undo what was only tried."""


def _fused(examined: Sequence[Examined]) -> Embedding:
    return fuse(
        [each.embedding for each in examined],
        [max(each.face.quality.weight, LEAST_WEIGHT) for each in examined],
    )


def _new_faces(examined: Sequence[Examined]) -> list[NewFace]:
    return [
        NewFace(
            embedding=each.embedding,
            box=each.box,
            confidence=each.face.confidence,
            quality=each.face.quality,
            external_image_id=each.external_image_id,
        )
        for each in examined
    ]
