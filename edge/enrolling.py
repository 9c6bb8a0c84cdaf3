"""From photographs to an enrolled person: what the web pages and the command line both call.

A gallery is only as good as what is put into it: one photo of somebody else in a person's set, and
two people open the door. So every photo must show one face, be good enough to be recognized, and
agree with the others; and whoever is in the collection already is not enrolled a second time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.badges import Badges
from edge.collection.faces import NewFace
from edge.collection.fused import LEAST_WEIGHT
from edge.collection.people import Erased, NewPerson, People, Person
from edge.collection.search import Gallery
from edge.domain import Badge, Box, Embedding, Face, Match, Pixels, QualityReason, fuse
from edge.errors import (
    AlreadyEnrolledError,
    EnrollmentError,
    ImageError,
    NoFaceError,
    PhotosRefusedError,
)
from edge.similarity import UNLOCK_SIMILARITY, Calibration
from edge.storage.database import Database
from edge.vision.image import read_image
from edge.vision.recognizer import Recognizer

AGREEMENT_SIMILARITY = 75.0
"""Percent that two photos of one person must reach: the default of Rekognition's UserMatchThreshold
in AssociateFaces. Far below what opens a door, because poses differ; strangers reach it once in 32
pairs (FMR 0.25 ** 2.5)."""

RIVAL_SIZE = 0.75
"""A second face this large beside the largest (ratio of their shorter sides) leaves it open who is
meant. The ghost picture on a badge is about half as large as the portrait."""

IN_WORDS = {
    QualityReason.EXCEEDS_MAX_FACES: "more than one person is in it",
    QualityReason.EXTREME_POSE: "the face is turned too far away",
    QualityReason.LOW_BRIGHTNESS: "too dark",
    QualityReason.LOW_SHARPNESS: "too blurred",
    QualityReason.LOW_CONFIDENCE: "the face can hardly be made out",
    QualityReason.SMALL_BOUNDING_BOX: "the face is too small",
    QualityReason.LOW_FACE_QUALITY: "the face is partly covered, or too bright",
}
"""What people at a desk call the reasons."""

_RETAKE = "Take it again from the front, near, in even light, with nothing covering the face."


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture of one person, not unpacked yet: ten of a telephone would fill a small computer.

    *name* is what messages call it ("photo 2", or a file's name); *source* is a file or what would
    be in one; *external_image_id* is stored.
    """

    name: str
    source: Path | bytes = field(repr=False)  # no face in a traceback
    external_image_id: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """The face that is meant in a picture, good enough to be enrolled; *box* in fractions of it."""

    face: Face
    box: Box
    embedding: Embedding


class Enroller:
    """Enrolls into one collection; threads may share it, and take turns at the recognizer.

    *clock* gives the time of the audit's entries.
    """

    def __init__(
        self,
        *,
        recognizer: Recognizer,
        database: Database,
        gallery: Gallery,
        audit: Audit,
        collection_id: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._recognizer = recognizer
        self._database = database
        self._people = People(database)
        self._badges = Badges(database)
        self._gallery = gallery
        self._audit = audit
        self._collection_id = collection_id
        self._clock = clock
        self._turn = threading.Lock()

    def examine(self, pixels: Pixels) -> Examined:
        """Return the largest face of a picture with its embedding.

        :raises NoFaceError: if it shows none.
        :raises EnrollmentError: if it is not good enough, or another is almost as large.
        """
        faces = self.look(pixels)
        if not faces:
            raise NoFaceError("no face was found.", remedy=_RETAKE)
        face = faces[0]
        if len(faces) > 1:
            raise EnrollmentError(
                f"{IN_WORDS[QualityReason.EXCEEDS_MAX_FACES]}.",
                remedy="Cut the picture so that one person is left.",
            )
        if not face.quality.good:
            reasons = (IN_WORDS[reason] for reason in face.quality.reasons)
            raise EnrollmentError(f"{', '.join(reasons)}.", remedy=_RETAKE)
        return self.embed(pixels, face)

    def look(self, pixels: Pixels) -> tuple[Face, ...]:
        """Return the faces that may be meant in a picture, largest first, good or not; at most two.

        Two say that it is open which is meant.
        """
        faces = self.faces(pixels, limit=2)
        return faces[:1] + tuple(other for other in faces[1:] if _rivals(faces[0], other))

    def faces(self, pixels: Pixels, *, limit: int = 10) -> tuple[Face, ...]:
        """Return all faces in a picture, largest first, good or not."""
        with self._turn:
            return self._recognizer.faces(pixels, limit=limit)

    def embed(self, pixels: Pixels, face: Face) -> Examined:
        """Return *face*, which was found in *pixels*, with its embedding."""
        height, width = pixels.shape[:2]
        with self._turn:
            embedding = self._recognizer.embed(pixels, face)
        return Examined(face, face.box.relative_to(width, height), embedding)

    @property
    def calibration(self) -> Calibration:
        """What a cosine between two embeddings of this enroller is worth."""
        return self._recognizer.calibration

    def recognize(self, examined: Examined) -> Match | None:
        """Return the person most alike, as a door would find her, or None if nobody is enrolled."""
        return next(iter(self._gallery.search_people(examined.embedding, limit=1)), None)

    def enroll(
        self,
        person: NewPerson,
        photos: Sequence[Photo],
        badges: Sequence[Badge] = (),
        *,
        actor: str,
        somebody_else: bool = False,
    ) -> Person:
        """Store a person with the faces of *photos* and her badges, and record it; all or nothing.

        *actor* says in the audit who does it: an account's id or a system user, no name.
        *somebody_else* says that whoever looks like this person was looked at, and is not her.

        :raises PhotosRefusedError: if a photo is not good enough or shows somebody else.
        :raises AlreadyEnrolledError: if a door would take her for somebody who is enrolled.
        :raises CollectionError: as :meth:`People.enroll` does.
        :raises AuditError: if it cannot be recorded; nothing is stored then.
        """
        return self.enroll_examined(
            person,
            self._examine_all(photos),
            badges,
            actor=actor,
            somebody_else=somebody_else,
            external_image_ids=[photo.external_image_id for photo in photos],
        )

    def enroll_examined(
        self,
        person: NewPerson,
        examined: Sequence[Examined],
        badges: Sequence[Badge] = (),
        *,
        actor: str,
        somebody_else: bool = False,
        external_image_ids: Sequence[str | None] | None = None,
    ) -> Person:
        """Do as :meth:`enroll` does with faces that were examined before, of one person.

        Without any she is enrolled with her badges alone. Raises as :meth:`enroll` does.
        """
        double = self.look_alike(examined) if examined else None
        if double is not None and not somebody_else:
            raise AlreadyEnrolledError(double.person_id, double.similarity)
        faces = _new_faces(examined, external_image_ids)
        with self._database.transaction():
            stored = self._people.enroll(self._collection_id, person, faces, badges)
            self._record(
                EventKind.ENROLLED,
                stored.person_id,
                similarity=None if double is None else double.similarity,
                detail=f"faces {stored.faces}, badges {len(stored.badges)}, by {actor}",
            )
        return stored

    def add_examined(
        self,
        person_id: str,
        examined: Sequence[Examined],
        badges: Sequence[Badge] = (),
        *,
        actor: str,
    ) -> Person:
        """Give a person who is enrolled more faces and badges, and record it; all or nothing.

        :raises CollectionError: as :meth:`People.add_faces` and :meth:`Badges.add` do.
        :raises AuditError: if it cannot be recorded; nothing is stored then.
        """
        with self._database.transaction():
            self._people.add_faces(person_id, _new_faces(examined))
            for badge in badges:
                self._badges.add(person_id, badge)
            self._record(
                EventKind.PERSON_CHANGED,
                person_id,
                detail=f"faces added {len(examined)}, badges added {len(badges)}, by {actor}",
            )
            return self._people.get(person_id)

    def look_alike(self, examined: Sequence[Examined]) -> Match | None:
        """Return the enrolled person for whom a door could take the one in the photos, if any."""
        fused = fuse(
            [each.embedding for each in examined],
            [max(each.face.quality.weight, LEAST_WEIGHT) for each in examined],
        )
        best = next(iter(self._gallery.search_people(fused, limit=1)), None)
        return best if best is not None and best.similarity > UNLOCK_SIMILARITY else None

    def erase(self, person_id: str, *, actor: str) -> Erased:
        """Erase a person from every file and record it.

        :raises NotFoundError: if there is no such person in the collection.
        :raises AuditError: if it cannot be recorded; nothing is erased then.
        :raises StorageError: if she is deleted, but cannot be wiped from the log yet.
        """
        person = self._people.get(person_id)
        # Recorded first: what cannot be recorded must not happen, and erasing cannot be undone.
        self._record(
            EventKind.PERSON_DELETED,
            person_id,
            detail=f"faces {person.faces}, badges {len(person.badges)}, by {actor}",
        )
        return self._people.delete(person_id)

    def _examine_all(self, photos: Sequence[Photo]) -> tuple[Examined, ...]:
        if not photos:
            raise PhotosRefusedError(("There is no photo.",), remedy="Give at least one.")
        examined: list[Examined] = []
        refusals: list[str] = []
        remedies: set[str] = set()
        for photo in photos:
            try:
                examined.append(self.examine(read_image(photo.source, name=photo.name)))
            except (NoFaceError, EnrollmentError) as error:
                refusals.append(f"{photo.name}: {error.message}")
                remedies.add(error.remedy)
            except ImageError as error:  # which names the photo by itself
                refusals.append(str(error))
        if refusals:
            raise PhotosRefusedError(tuple(refusals), remedy=" ".join(sorted(remedies)))
        embeddings = [each.embedding for each in examined]
        odd = disagreeing(embeddings, self._recognizer.calibration)
        if odd:
            names = ", ".join(photos[index].name for index in odd)
            raise PhotosRefusedError(
                (
                    f"{photos[0].name}, {photos[1].name}: not the same person."
                    if len(photos) == 2
                    else f"{names}: not the same person as in the other photos.",
                ),
                remedy="Give photos of one person only.",
            )
        return tuple(examined)

    def _record(
        self, kind: EventKind, person_id: str, *, detail: str, similarity: float | None = None
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


def disagreeing(embeddings: Sequence[Embedding], calibration: Calibration) -> tuple[int, ...]:
    """Return the indices of the *embeddings* that show somebody else than most of them do.

    All are compared with the one that agrees with most others, the most typical photo. A mean of
    all would not do: with two photos each of two people, everybody is near enough to it.
    """
    stacked = np.stack([embedding.vector for embedding in embeddings])
    cosines = stacked @ stacked.T
    agrees = cosines >= calibration.cosine(AGREEMENT_SIMILARITY)
    typical = max(
        range(len(embeddings)), key=lambda index: (agrees[index].sum(), cosines[index].sum())
    )
    return tuple(
        index for index in range(len(embeddings)) if index != typical and not agrees[typical][index]
    )


def _new_faces(
    examined: Sequence[Examined], external_image_ids: Sequence[str | None] | None = None
) -> list[NewFace]:
    return [
        NewFace(
            embedding=each.embedding,
            box=each.box,
            confidence=each.face.confidence,
            quality=each.face.quality,
            external_image_id=image_id,
        )
        for each, image_id in zip(
            examined, external_image_ids or [None] * len(examined), strict=True
        )
    ]


def _rivals(largest: Face, other: Face) -> bool:
    # What is hardly a face at all, a pattern on the wall, is nobody's rival.
    doubtful = QualityReason.LOW_CONFIDENCE in other.quality.reasons
    return not doubtful and other.box.shorter_side >= RIVAL_SIZE * largest.box.shorter_side
