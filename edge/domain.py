"""The nouns of Ostiary: immutable values that pass between the rooms.

Pixels are BGR, 8 bits, ``(height, width, 3)``, as cameras and OpenCV give them. Coordinates are
pixels of the frame, x to the right, y down. Percentages (confidence, similarity, sharpness,
brightness) run from 0 to 100, as in Amazon Rekognition. Left and right are the viewer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.errors import EmbeddingError

Pixels: TypeAlias = NDArray[np.uint8]
Points: TypeAlias = NDArray[np.float32]
Vector: TypeAlias = NDArray[np.float32]
Look: TypeAlias = NDArray[np.float32]

COHERENCE_POWER = 0.5
"""How much a fused face's coherence counts when it is compared; 1 is the mean of all cosines between
two sets of faces, 0 the cosine between their means. Measured on Labeled Faces in the Wild, by powers in
quarters: down to 0.5, three photos or five, of people who are not brothers, reach no similarity from
97.5 % to 99.4 % more often than single photos of them do, in either place; at 0.25 they do. Of 1,000
people with three photos each, 1 misses 3.7 % at the automatic threshold, 0.5 misses 0.1 %."""

UNIT_NORM_TOLERANCE = 1e-3
"""How far the length of an embedding may be from one: float32 rounding stays below 1e-6."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, or in fractions of the frame after :meth:`relative_to`."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def shorter_side(self) -> float:
        return min(self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2

    def overlap(self, other: Box) -> float:
        """Return intersection over union, 0 to 1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.area + other.area - shared)

    def relative_to(self, width: int, height: int) -> Box:
        """Return the box as fractions of a frame of *width* by *height* pixels."""
        return Box(self.left / width, self.top / height, self.width / width, self.height / height)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a camera.

    *at* is the wall clock (aware, UTC) for the record; *monotonic* is seconds of a clock that
    never jumps, for every duration.
    """

    pixels: Pixels
    at: datetime
    monotonic: float
    sequence: int

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a head points, in degrees; all zero is straight at the camera.

    Signs as in Rekognition: *yaw* positive when the face turns to the viewer's right, *pitch*
    positive when it looks up, *roll* positive when the head tilts clockwise for the viewer.
    """

    yaw: float
    pitch: float
    roll: float


class QualityReason(StrEnum):
    """Why a face is not good enough, in Rekognition's words."""

    EXCEEDS_MAX_FACES = "EXCEEDS_MAX_FACES"
    EXTREME_POSE = "EXTREME_POSE"
    LOW_BRIGHTNESS = "LOW_BRIGHTNESS"
    LOW_SHARPNESS = "LOW_SHARPNESS"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"
    SMALL_BOUNDING_BOX = "SMALL_BOUNDING_BOX"
    LOW_FACE_QUALITY = "LOW_FACE_QUALITY"


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face can be recognized.

    *sharpness* and *brightness* in percent, *pose* in degrees, *size* the face box's shorter side
    in pixels, *occlusion* the covered part of the face from 0 to 1, *weight* from 0 to 1 how much
    this face should count when several frames are fused. *reasons* is empty for a good face.
    """

    sharpness: float
    brightness: float
    pose: Pose
    size: float
    occlusion: float
    weight: float
    reasons: tuple[QualityReason, ...] = ()

    @property
    def good(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face found in a picture.

    *points*: ``(5, 2)`` eye, eye, nose tip, mouth corner, mouth corner, the viewer's left first.
    *mesh*: ``(468, 3)`` in pixels (z in the same scale, nearer is smaller), or None where it was
    not asked for. *look*: a small picture of it, by which it is known again in the next frame, or
    None where it cannot be followed. *confidence* is that of the search which found it.
    """

    box: Box
    confidence: float
    points: Points
    mesh: Points | None
    quality: Quality
    look: Look | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which embedder made a vector: vectors of two models cannot be compared."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """A face as a unit vector, with the model that made it.

    *coherence* tells how much several faces that were fused agreed: the length of the mean of
    their unit vectors, above 0 and at most 1, and 1 for a single face. *former* is the same face by
    the embedder of before, while a site changes its embedder: it goes along, is fused along, and is
    compared with what that one made, never with anything else.

    :raises EmbeddingError: if the vector is not one-dimensional, finite and of length one. A
        single bad vector in a sqlite-vec chunk hides its neighbours, so none may exist. Likewise
        if the coherence is out of its range, or *former* is of the same embedder.
    """

    vector: Vector = field(repr=False)
    model: ModelId
    coherence: float = 1.0
    former: Embedding | None = None

    def __post_init__(self) -> None:
        if self.vector.ndim != 1 or self.vector.dtype != np.float32:
            raise EmbeddingError(
                f"an embedding is one row of float32, not {self.vector.dtype} {self.vector.shape}"
            )
        if not np.isfinite(self.vector).all():
            raise EmbeddingError("an embedding holds a number that is not finite")
        norm = float(np.linalg.norm(self.vector))
        if abs(norm - 1) > UNIT_NORM_TOLERANCE:
            raise EmbeddingError(f"an embedding has length {norm:.4f}, not 1")
        if not 0 < self.coherence <= 1:
            raise EmbeddingError(f"a coherence of {self.coherence} is not above 0 and at most 1")
        if self.former is not None and self.former.model == self.model:
            raise EmbeddingError("a face by the embedder of before is of another embedder")

    @property
    def reach(self) -> float:
        """The factor by which its cosines count, above 0 and at most 1; 1 for a single face."""
        return float(self.coherence**COHERENCE_POWER)

    def cosine(self, other: Embedding) -> float:
        """Return how alike two embeddings are, -1 to 1.

        For single faces it is the cosine of their angle. For fused ones it lies half-way, as a
        product, between the mean of the cosines between all their faces and the cosine of the angle
        between the two means. The former hides how much more two means tell than two photos; the
        latter is narrower for strangers, too, since averaging takes the noise away that kept them
        apart. What is between them keeps the false match rates that were measured on single
        photos; see :data:`COHERENCE_POWER`.

        :raises EmbeddingError: if they come from different models.
        """
        if self.model != other.model:
            raise EmbeddingError(
                f"vectors of {self.model.name} and {other.model.name} cannot be compared"
            )
        between = float(np.clip(self.vector @ other.vector, -1.0, 1.0))
        return between * self.reach * other.reach


def normalized(vector: Vector, model: ModelId) -> Embedding:
    """Return *vector* scaled to length one.

    :raises EmbeddingError: if it is zero or holds a number that is not finite.
    """
    norm = float(np.linalg.norm(vector))
    if not np.isfinite(norm) or norm == 0:
        raise EmbeddingError("a vector without a direction cannot be an embedding")
    return Embedding((vector / norm).astype(np.float32), model)


def fuse(embeddings: Sequence[Embedding], weights: Sequence[float] | None = None) -> Embedding:
    """Return the weighted mean of several embeddings of one face: its direction and its length.

    Averaging unit vectors cancels what differs from photo to photo and keeps the identity. What
    the embedder of before made of them is fused likewise, if it saw them all.

    :raises EmbeddingError: if there is none, the models differ, or they cancel out.
    """
    if not embeddings:
        raise EmbeddingError("nothing to fuse")
    model = embeddings[0].model
    if any(embedding.model != model for embedding in embeddings):
        raise EmbeddingError("vectors of different models cannot be fused")
    stacked = np.stack([embedding.vector * embedding.coherence for embedding in embeddings])
    mean = np.average(stacked.astype(np.float64), axis=0, weights=weights)
    direction = normalized(mean.astype(np.float32), model)
    former = [each.former for each in embeddings if each.former is not None]
    return replace(
        direction,
        coherence=min(float(np.linalg.norm(mean)), 1.0),
        former=fuse(former, weights) if len(former) == len(embeddings) else None,
    )


@dataclass(frozen=True, slots=True)
class Match:
    """A person that an embedding was compared with, and how alike they are in percent.

    *former*: by the embedder of before, whose cosines say nothing beside those of the present one.
    """

    person_id: str
    similarity: float
    cosine: float
    former: bool = False


@dataclass(frozen=True, slots=True)
class FaceMatch:
    """A stored face that an embedding was compared with, and how alike they are in percent."""

    face_id: str
    person_id: str | None
    external_image_id: str | None
    similarity: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Badge:
    """The credential a person carries. Open ends of its validity are None; times are aware UTC.

    *duress*: it is shown under threat; it opens as any other, and raises a silent alarm.
    """

    number: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    duress: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person may show at a door: validity of the person and of every badge.

    *suspended*: she may not pass for now. *look_alikes*: somebody else is so like her that her face
    alone does not say which of them it is. *groups* are the names by which the rules know her;
    *has_pin* says that there is a PIN to ask for.
    """

    person_id: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    badges: tuple[Badge, ...] = ()
    suspended: bool = False
    look_alikes: bool = False
    groups: frozenset[str] = frozenset()
    has_pin: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match together with the credentials that decide what it is worth."""

    match: Match
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the good frames of one presentation say together.

    *frames* is how many good frames were fused, *seen* how many showed the face at all;
    *refusals* says, for the frames that were not good, why, most frequent first.
    """

    embedding: Embedding | None
    frames: int
    seen: int
    refusals: tuple[QualityReason, ...] = ()


class Prompt(StrEnum):
    """What somebody at the door is asked to do; left and right are her own."""

    LOOK_STRAIGHT = "LOOK_STRAIGHT"
    TURN_LEFT = "TURN_LEFT"
    TURN_RIGHT = "TURN_RIGHT"
    LOOK_UP = "LOOK_UP"
    BLINK = "BLINK"
    COME_CLOSER = "COME_CLOSER"

    @property
    def words(self) -> str:
        """What is said, in English."""
        return {
            Prompt.LOOK_STRAIGHT: "Look straight at the camera",
            Prompt.TURN_LEFT: "Turn your head to your left",
            Prompt.TURN_RIGHT: "Turn your head to your right",
            Prompt.LOOK_UP: "Look up",
            Prompt.BLINK: "Blink",
            Prompt.COME_CLOSER: "Come closer",
        }[self]


class ShownKind(StrEnum):
    """What somebody shows a reader."""

    BADGE = "badge"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Shown:
    """One credential that was shown to the reader *reader*.

    *value* is a badge's number as the collection stores it, or a PIN as it was typed; neither may
    reach a log, so the repr has none. *at* is the wall clock (aware, UTC) for the record;
    *monotonic* is seconds of a clock that never jumps, for every duration.
    """

    kind: ShownKind
    value: str = field(repr=False)
    reader: str
    at: datetime
    monotonic: float


class Signal(StrEnum):
    """What a door shows the person before it, by lights and buzzers; one at a time.

    OFF: nothing, as when the program ends. READY: the door waits for somebody. LOOK: a face is
    being looked at. WAITING: another credential is wanted. GRANTED and DENIED: the answer; who
    shows it goes back to READY when told. WARNING: the door has been open for almost too long.
    ALARM: it is forced, held open or tampered with. FAULT: it cannot work; a badge would be in
    vain.
    """

    OFF = "off"
    READY = "ready"
    LOOK = "look"
    WAITING = "waiting"
    GRANTED = "granted"
    DENIED = "denied"
    WARNING = "warning"
    ALARM = "alarm"
    FAULT = "fault"


class InputName(StrEnum):
    """What is wired to a door, and what it tells when it is active.

    CONTACT: the door is open. REX: somebody inside asks to get out. TAMPER: a housing is open or
    its loop is cut. FIRE: the fire panel wants the doors released.
    """

    CONTACT = "contact"
    REX = "rex"
    TAMPER = "tamper"
    FIRE = "fire"


class Outcome(StrEnum):
    """What happens to the lock."""

    GRANT = "grant"
    DENY = "deny"


class Reason(StrEnum):
    """Why a decision is what it is."""

    MATCH = "MATCH"
    NO_MATCH = "NO_MATCH"
    SIMILARITY_TOO_LOW = "SIMILARITY_TOO_LOW"
    AMBIGUOUS = "AMBIGUOUS"
    SECOND_FACTOR_NEEDED = "SECOND_FACTOR_NEEDED"
    PERSON_SUSPENDED = "PERSON_SUSPENDED"
    PERSON_NOT_YET_VALID = "PERSON_NOT_YET_VALID"
    PERSON_EXPIRED = "PERSON_EXPIRED"
    NO_BADGE = "NO_BADGE"
    BADGE_NOT_YET_VALID = "BADGE_NOT_YET_VALID"
    BADGE_EXPIRED = "BADGE_EXPIRED"
    BADGE_REVOKED = "BADGE_REVOKED"
    LOW_QUALITY = "LOW_QUALITY"
    NOT_LIVE = "NOT_LIVE"
    BACKED_OFF = "BACKED_OFF"
    BUSY = "BUSY"
    UNKNOWN_BADGE = "UNKNOWN_BADGE"
    WRONG_PERSON = "WRONG_PERSON"
    WRONG_PIN = "WRONG_PIN"
    PIN_LOCKED = "PIN_LOCKED"
    NO_PERMISSION = "NO_PERMISSION"
    OUTSIDE_SCHEDULE = "OUTSIDE_SCHEDULE"
    FACE_ALONE_REFUSED = "FACE_ALONE_REFUSED"
    FACTOR_TIMED_OUT = "FACTOR_TIMED_OUT"
    SECOND_PERSON_NEEDED = "SECOND_PERSON_NEEDED"
    ANTI_PASSBACK = "ANTI_PASSBACK"
    LOCKDOWN = "LOCKDOWN"
    PANEL_LOST = "PANEL_LOST"
    CLOCK_WRONG = "CLOCK_WRONG"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one presentation.

    *similarity* is that of the best match and *threshold* what it had to exceed, both in percent;
    *person_id* is the best match, also of a denial that got as far as naming one. *explanation* is
    a sentence for whoever runs the site, without a name.
    """

    outcome: Outcome
    reason: Reason
    similarity: float | None = None
    threshold: float | None = None
    person_id: str | None = None
    explanation: str = ""

    @property
    def granted(self) -> bool:
        return self.outcome is Outcome.GRANT
