"""A head that does as it is told before a session, made of the mesh of a real face."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from edge.domain import (
    Box,
    Embedding,
    Face,
    Frame,
    ModelId,
    Pixels,
    Points,
    Pose,
    Prompt,
    Quality,
    QualityReason,
    normalized,
)
from edge.liveness.sample import Sample
from edge.vision.recognizer import Recognizer
from enroll.kiosk.guide import Instruction
from enroll.liveness.session import Session, Status, View
from tests.edge.door.heads import FPS, Look, seen
from tests.edge.door.test_challenge import obedient

MODEL = ModelId("made-up", "0" * 64)
NOTHING = np.zeros((1, 1, 3), np.uint8)
SAME = 0.373
ADA, BOB = np.eye(2, 8, dtype=np.float32)


def like(vector: np.ndarray) -> Embedding:
    """Give the embedding of a face."""
    return normalized(np.asarray(vector, np.float32), MODEL)


class Stage:
    """A session, and a head before its camera."""

    def __init__(self, mesh: Points, *, texture: float | None = None, seed: int = 3) -> None:
        self.mesh, self.texture = mesh, texture
        self.sees_texture = texture is not None
        self.at = 100.0
        self.head = Look()
        self.identity = ADA
        self.said: Prompt | Instruction | None = None
        self.session = Session(
            "a",
            owner="key",
            reader=self,
            draw=random.Random(seed),
            same_cosine=SAME,
            created=self.at,
        )

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:
        """Measure the head of the moment."""
        return seen(self.mesh, self.head, at, texture=self.texture)

    @property
    def status(self) -> Status:
        return self.session.result(self.at).status

    @property
    def confidence(self) -> float | None:
        return self.session.result(self.at).confidence

    def begin(self) -> None:
        assert self.session.begin("token", self.at)

    def show(self, head: Look | None, *, good: bool = True, faces: int = 1) -> None:
        """Show one more frame; *head* None for a frame without a face."""
        self.at += 1 / FPS
        found: tuple[Face, ...] = ()
        embedding = None
        if head is not None:
            self.head = head
            reasons = () if good else (QualityReason.LOW_BRIGHTNESS,)
            quality = Quality(80, 50, Pose(head.yaw, head.pitch, 0), 100, 0, 1, reasons)
            box = Box(0, 0, 100, 100)
            found = (Face(box, 95, np.zeros((5, 2), np.float32), self.mesh, quality),) * faces
            embedding = like(self.identity) if good and faces == 1 else None
        frame = Frame(NOTHING, datetime.now(UTC), self.at, 0)
        self.said = self.session.see(View(frame, found, embedding))

    def play(self, script: Callable[[Prompt, float], Look], *, seconds: float = 40.0) -> None:
        """Follow *script*, which gets what was asked for and for how long, until it is over."""
        asked, since = self.said, self.at
        for _ in range(round(seconds * FPS)):
            if self.said is not asked:
                asked, since = self.said, self.at
            prompt = asked if isinstance(asked, Prompt) else Prompt.LOOK_STRAIGHT
            self.show(script(prompt, self.at - since))
            if self.said is None:
                return

    def obey(self, *, seconds: float = 40.0) -> None:
        """Do whatever is asked for."""
        self.play(lambda prompt, waited: obedient(self.at, prompt, waited), seconds=seconds)

    def until_asked(self) -> None:
        """Look straight ahead until the first movement is asked for."""
        while self.said in {None, Prompt.LOOK_STRAIGHT}:
            self.show(Look())


@pytest.fixture(scope="session")
def mesh(recognizer: Recognizer, astronaut: Pixels) -> Points:
    """Draw the astronaut's mesh."""
    face = recognizer.largest(astronaut)
    assert face is not None
    assert face.mesh is not None
    return face.mesh


@pytest.fixture
def stage(mesh: Points) -> Stage:
    """Begin a session where the optional network is not there."""
    stage = Stage(mesh)
    stage.begin()
    return stage
