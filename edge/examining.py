"""From pictures to faces that are good enough to enroll, all of one person.

A gallery is only as good as what is put into it: one photo of somebody else in a person's set, and
two people open the door. So every photo must show one face, be good enough to be recognized, and
agree with the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from edge.domain import Box, Embedding, Face, Pixels, QualityReason
from edge.errors import EnrollmentError, ImageError, NoFaceError, PhotosRefusedError
from edge.similarity import Calibration
from edge.vision.attribute_reader import AttributeReader
from edge.vision.attributes import Attributes
from edge.vision.image import read_image
from edge.vision.quality import QualityLimits
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
    """The face that is meant in a picture, good enough to be enrolled; *box* in fractions of it.

    *name* is what messages call the picture; *external_image_id* is stored.
    """

    face: Face
    box: Box
    embedding: Embedding
    name: str = "the picture"
    external_image_id: str | None = None


class Examiner:
    """Looks at pictures with one recognizer; threads may share it, and take turns.

    *load_attributes* gives what tells more about a face, when that is first asked for.
    """

    def __init__(
        self, recognizer: Recognizer, *, load_attributes: Callable[[], AttributeReader]
    ) -> None:
        self._recognizer = recognizer
        self._load_attributes = load_attributes
        self._attributes: AttributeReader | None = None
        self._turn = threading.Lock()

    @property
    def calibration(self) -> Calibration:
        """What a cosine between two embeddings is worth."""
        return self._recognizer.calibration

    @property
    def former_calibration(self) -> Calibration | None:
        """The same for the embedder that the site is being changed from, if it is."""
        former = self._recognizer.former
        return None if former is None else former.card.calibration

    @property
    def limits(self) -> QualityLimits:
        """What a face must reach to be enrolled or recognized here."""
        return self._recognizer.limits

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

    def attributes(self, pixels: Pixels, face: Face) -> Attributes:
        """Return the named points of *face*, found in *pixels*, and what they tell about it.

        :raises ModelError: if the network for it is missing or altered.
        """
        with self._turn:
            if self._attributes is None:
                self._attributes = self._load_attributes()
            return self._attributes.attributes(pixels, face)

    def examine_all(self, photos: Sequence[Photo]) -> tuple[Examined, ...]:
        """Return the faces of *photos*.

        :raises PhotosRefusedError: if there is none, one is not good enough, or they show more than
            one person; all faults of the photos come at once.
        """
        if not photos:
            raise PhotosRefusedError(("There is no photo.",), remedy="Give at least one.")
        examined, refusals = [], []
        for photo in photos:
            try:
                found = self.examine(read_image(photo.source, name=photo.name))
                examined.append(
                    replace(found, name=photo.name, external_image_id=photo.external_image_id)
                )
            except (NoFaceError, EnrollmentError) as error:
                refusals.append(f"{photo.name}: {error}")
            except ImageError as error:  # which names the photo by itself
                refusals.append(str(error))
        if refusals:
            raise PhotosRefusedError(tuple(refusals))
        self.refuse_strangers(examined)
        return tuple(examined)

    def refuse_strangers(self, examined: Sequence[Examined]) -> None:
        """Refuse faces that are not all of one person.

        :raises PhotosRefusedError: naming those that are somebody else's.
        """
        if not examined:
            return
        odd = disagreeing([each.embedding for each in examined], self.calibration)
        if not odd:
            return
        names = ", ".join(examined[index].name for index in odd)
        raise PhotosRefusedError(
            (
                f"{examined[0].name}, {examined[1].name}: not the same person."
                if len(examined) == 2
                else f"{names}: not the same person as in the other photos.",
            ),
            remedy="Give photos of one person only.",
        )


def disagreeing(embeddings: Sequence[Embedding], calibration: Calibration) -> tuple[int, ...]:
    """Return the indices of the *embeddings* that show somebody else than most of them do.

    All are compared with the most typical one. A mean of all would not do: with two photos each of
    two people, everybody is near enough to it.
    """
    least = calibration.cosine(AGREEMENT_SIMILARITY)
    typical = embeddings[most_typical(embeddings, least)]
    return tuple(
        index
        for index, embedding in enumerate(embeddings)
        if embedding is not typical and typical.cosine(embedding) < least
    )


def most_typical(embeddings: Sequence[Embedding], least: float) -> int:
    """Return the index of the embedding that agrees with most others, by a cosine of *least*.

    Of those that agree with equally many, the one that is most alike to all.
    """
    stacked = np.stack([embedding.vector for embedding in embeddings])
    cosines = stacked @ stacked.T
    agreeing = (cosines >= least).sum(axis=1)
    return max(range(len(embeddings)), key=lambda index: (agreeing[index], cosines[index].sum()))


def _rivals(largest: Face, other: Face) -> bool:
    # What is hardly a face at all, a pattern on the wall, is nobody's rival.
    doubtful = QualityReason.LOW_CONFIDENCE in other.quality.reasons
    return not doubtful and other.box.shorter_side >= RIVAL_SIZE * largest.box.shorter_side
