"""Real pictures of people who turn their heads, before the recognizer and the session as they are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Frame, Pixels, Prompt
from edge.examining import Examiner
from edge.similarity import SAME_FACE_FMR, similarity_of_fmr
from edge.vision.attribute_reader import AttributeReader
from edge.vision.liveness import LivenessReader
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from enroll.liveness.session import ALONE, NONE, Result, Session, Status, View

pytestmark = [pytest.mark.shared_data, pytest.mark.slow, pytest.mark.timeout(600)]

FPS = 12
STRAIGHT, LEFT, UP, RIGHT = range(27), range(27, 44), range(213, 237), range(103, 118)
OTHER_RIGHT = range(94, 112)
"""Which pictures of the clips show what, at twelve a second."""

MOVES = {
    Prompt.LOOK_STRAIGHT: STRAIGHT,
    Prompt.TURN_LEFT: LEFT,
    Prompt.LOOK_UP: UP,
    Prompt.TURN_RIGHT: RIGHT,
}


@dataclass(frozen=True)
class Chosen:
    """Chance that always chooses the same movements."""

    moves: tuple[Prompt, ...] = (Prompt.TURN_LEFT, Prompt.LOOK_UP, Prompt.TURN_RIGHT)

    def choice(self, seq: tuple[Prompt, ...], /) -> Prompt:
        return seq[seq.index(self.moves[0])]

    def sample(self, population: tuple[Prompt, ...], k: int) -> list[Prompt]:
        return [move for move in self.moves[1:] if move in population][:k]

    def shuffle(self, x: list[Prompt], /) -> None: ...


def clip(name: str) -> list[Pixels]:
    """Read a clip at twelve pictures a second, as small as the page sends them."""
    (path,) = Path(os.environ["OSTIARY_TEST_DATA"]).glob(f"pad/{name}_*")
    video = cv2.VideoCapture(str(path))
    step = max(1, round(video.get(cv2.CAP_PROP_FPS) / FPS))
    pictures: list[Pixels] = []
    number = 0
    while len(pictures) < 240:
        read, pixels = video.read()
        if not read:
            break
        if number % step == 0:
            pictures.append(cv2.resize(pixels, None, fx=0.5, fy=0.5).astype(np.uint8))
        number += 1
    return pictures


@pytest.fixture(scope="module")
def examiner(recognizer: Recognizer, models: ModelStore) -> Examiner:
    """Look at pictures as the pages do."""
    return Examiner(recognizer, load_attributes=lambda: AttributeReader.load(models, threads=1))


@pytest.fixture(scope="module")
def man() -> list[Pixels]:
    """Show a man who looks to all sides."""
    return clip("pairC_real")


def checked(
    examiner: Examiner,
    films: Mapping[Prompt, Sequence[Pixels]] | Sequence[Pixels],
    *,
    same_cosine: float | None = None,
) -> Result:
    """Return how a session ends before one film, or before one for everything that is asked."""
    session = Session(
        "a",
        owner="key",
        reader=LivenessReader(None),
        draw=Chosen(),
        same_cosine=same_cosine or examiner.calibration.cosine(similarity_of_fmr(SAME_FACE_FMR)),
        created=0.0,
    )
    assert session.begin("browser", 0.0)
    at, asked, shown = 0.0, Prompt.LOOK_STRAIGHT, 0
    while session.result(at).status is Status.IN_PROGRESS:
        film = films[asked] if isinstance(films, Mapping) else films
        pixels = film[shown % len(film)]
        at, shown = at + 1 / FPS, shown + 1
        faces = examiner.look(pixels)
        good = len(faces) == 1 and faces[0].quality.good
        embedding = examiner.embed(pixels, faces[0]).embedding if good else None
        said = session.see(View(Frame(pixels, datetime.now(UTC), at, shown), faces, embedding))
        if isinstance(said, Prompt) and said is not asked:
            asked, shown = said, 0 if isinstance(films, Mapping) else shown
    return session.result(at)


def test_a_man_who_does_what_he_is_asked(examiner: Examiner, man: list[Pixels]) -> None:
    """His turns and nods are recognized, and he stays himself in all of them."""
    films = {move: [man[number] for number in numbers] for move, numbers in MOVES.items()}
    assert checked(examiner, films) == Result(Status.SUCCEEDED, ALONE)


def test_his_recording(examiner: Examiner, man: list[Pixels]) -> None:
    """Turns to all sides, but not when it is asked to."""
    assert checked(examiner, man) == Result(Status.FAILED, NONE)


def test_somebody_else_turns_for_him(examiner: Examiner, man: list[Pixels]) -> None:
    """The movement is right and would be believed; the face is another's, so it is not."""
    films = {move: [man[number] for number in numbers] for move, numbers in MOVES.items()}
    other = clip("pairB_real")
    films[Prompt.TURN_RIGHT] = [other[number] for number in OTHER_RIGHT]
    assert checked(examiner, films, same_cosine=-1.0) == Result(Status.SUCCEEDED, ALONE)
    assert checked(examiner, films) == Result(Status.FAILED, NONE)
