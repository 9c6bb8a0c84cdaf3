"""One check whether somebody before a browser's camera lives, from its making to its result.

Pure: no clock, no camera, no network. Frames go in one after another, with what the recognizer found
in them; what to say comes out. The person is asked to move as at a door in ``challenge`` mode, by
the same code, and must be the same person in every frame. A session is used once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

from edge.domain import Embedding, Face, Frame, Pixels, Prompt, fuse
from edge.door.challenge import ChallengePolicy, Draw
from edge.door.liveness import Life, LivenessPolicy, Mode
from edge.door.proving import GAP, LifeReader, Proving
from edge.liveness.sample import Sample
from enroll.kiosk.guide import Instruction, unclear
from enroll.store import hash_of

LIFETIME = 180.0
"""Seconds from making a session after which nothing of it can be had: Rekognition's three minutes."""

LONGEST = 60.0
"""Seconds from the first picture: a challenge takes twenty, and somebody has to sit down first."""

SILENCE = 5.0
"""Seconds without a picture after which nobody is there any more."""

MOST_FRAMES = 900
"""Pictures of one session that are looked at: fifteen a second, for as long as it may take."""

SPACING = 0.05
"""Seconds between two pictures that are looked at; what comes sooner is passed over."""

WINDOW = 10
"""The most recent good faces that the next one is compared with, as at a door."""

SURE, ALONE, DOUBTFUL, NONE = 99.0, 90.0, 70.0, 0.0
"""Grades of evidence, in percent: the challenge was passed and the texture is skin's; there is no
network that sees texture; it would rather call it a picture's, not surely; nothing was proven."""


class Status(StrEnum):
    """How a session is, in Rekognition's words."""

    CREATED = "CREATED"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One frame: the *faces* that may be meant, and the *embedding* of the first if it is good."""

    frame: Frame
    faces: tuple[Face, ...]
    embedding: Embedding | None


@dataclass(frozen=True, slots=True)
class Result:
    """What is told of a session. *confidence* in percent, None before the end."""

    status: Status
    confidence: float | None = None


class _Measured:
    """A reader that remembers what was thought of the texture."""

    def __init__(self, reader: LifeReader) -> None:
        self._reader = reader
        self.textures: list[float] = []

    @property
    def sees_texture(self) -> bool:
        return self._reader.sees_texture

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:
        sample = self._reader.sample(pixels, face, at)
        if sample.texture is not None:
            self.textures.append(sample.texture)
        return sample


class _Asked:
    """What is asked for now, and whether a movement ever was."""

    def __init__(self) -> None:
        self.now: Prompt | None = None
        self.ever = False

    def prompt(self, prompt: Prompt | None) -> None:
        self.now = prompt
        self.ever = self.ever or prompt not in {None, Prompt.LOOK_STRAIGHT}


class Session:
    """One check. Times are seconds of a clock that never jumps; hold *turn* while frames are seen.

    *same_cosine*: below this cosine to the faces before, it is somebody else.
    """

    def __init__(
        self,
        session_id: str,
        *,
        owner: str,
        reader: LifeReader,
        draw: Draw,
        same_cosine: float,
        created: float,
    ) -> None:
        self.session_id = session_id
        self.owner = owner
        self.created = created
        self.turn = threading.Lock()
        self._same_cosine = same_cosine
        self._measured = _Measured(reader)
        self._asked = _Asked()
        self._proving = Proving(
            reader=self._measured,
            policy=LivenessPolicy(mode=Mode.CHALLENGE),
            challenge=ChallengePolicy(),
            draw=draw,
            prompters=(self._asked,),
        )
        self._holder: str | None = None
        self._began = self._heard = self._seen = created
        self._frames = 0
        self._first: tuple[Embedding, ...] = ()
        self._recent: tuple[Embedding, ...] = ()
        self._ended: Result | None = None

    def result(self, now: float) -> Result:
        """Return how the session is at *now*."""
        if now - self.created >= LIFETIME:
            return Result(Status.EXPIRED)
        if self._ended is not None:
            return self._ended
        if self._holder is None:
            return Result(Status.CREATED)
        if now - self._heard > SILENCE or now - self._began > LONGEST:
            return Result(Status.FAILED, NONE)
        return Result(Status.IN_PROGRESS)

    def begin(self, token: str, now: float) -> bool:
        """Give the session to the browser that holds *token*; False if it was given before."""
        if self.result(now).status is not Status.CREATED:
            return False
        self._holder = hash_of(token)
        self._began = self._heard = self._seen = now
        return True

    def belongs_to(self, token: str) -> bool:
        """Return whether the session was given to the browser that holds *token*."""
        return self._holder is not None and self._holder == hash_of(token)

    def too_soon(self, now: float) -> bool:
        """Return whether a picture at *now* comes too soon to be looked at."""
        return self._frames > 0 and now - self._heard < SPACING

    def see(self, view: View) -> Prompt | Instruction | None:
        """Return what to say after one more frame, or None if the session is over."""
        now = view.frame.monotonic
        if self.result(now).status is not Status.IN_PROGRESS:
            self.forget()
            return None
        self._heard = now
        self._frames += 1
        if self._frames > MOST_FRAMES:
            self._fail()
            return None
        if len(view.faces) != 1:
            return self._missed(now, len(view.faces))
        if view.embedding is not None and not self._is_the_same(view.embedding):
            self._fail()
            return None
        return self._prove(view.frame, view.faces[0])

    def forget(self) -> None:
        """Keep nothing of the person; an unfinished check has failed."""
        if self._ended is None:
            self._ended = Result(Status.FAILED, NONE)
        self._proving.end()
        self._first = self._recent = ()
        self._measured.textures.clear()

    def _missed(self, now: float, faces: int) -> Instruction | None:
        """Bear a few frames that do not show one face; more only before anything was asked."""
        if not self._asked.ever:
            self._proving.absent(now)
        elif now - self._seen > GAP:
            self._fail()
            return None
        return Instruction.LOOK_AT_CAMERA if faces == 0 else Instruction.ONE_PERSON

    def _is_the_same(self, embedding: Embedding) -> bool:
        if self._recent and fuse(self._recent).cosine(embedding) < self._same_cosine:
            return False
        self._recent = (*self._recent, embedding)[-WINDOW:]
        if len(self._first) < WINDOW:
            self._first = (*self._first, embedding)
        return True

    def _prove(self, frame: Frame, face: Face) -> Prompt | Instruction | None:
        if not self._asked.ever:
            self._proving.absent(frame.monotonic)  # nothing was asked, so nothing is given away
        judgement = self._proving.look(frame, face, began=self._began, person_id=self.session_id)
        if judgement.life is Life.NOT_LIVE:
            self._fail()
            return None
        if judgement.life is Life.LIVE:
            self._end(Result(Status.SUCCEEDED, self._confidence()))
            return None
        if not face.quality.good:
            return unclear(face.quality) or Instruction.LOOK_AT_CAMERA
        self._seen = frame.monotonic
        return self._asked.now or Prompt.LOOK_STRAIGHT

    def _confidence(self) -> float:
        textures = self._measured.textures
        if not textures:
            return ALONE
        return SURE if sum(textures) / len(textures) >= 0 else DOUBTFUL

    def _fail(self) -> None:
        self._end(Result(Status.FAILED, NONE))

    def _end(self, result: Result) -> None:
        # Faces that change little by little agree with those just before: the ends are compared.
        drifted = (
            result.status is Status.SUCCEEDED
            and bool(self._first)
            and fuse(self._first).cosine(fuse(self._recent)) < self._same_cosine
        )
        self._ended = Result(Status.FAILED, NONE) if drifted else result
        self.forget()
