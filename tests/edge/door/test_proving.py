"""A proof belongs to one face of one person, without a gap, and asks only where it has to."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from edge.domain import Box, Face, Frame, Pixels, Points, Pose, Prompt, Quality, QualityReason
from edge.door.challenge import ChallengePolicy
from edge.door.liveness import Cue, Judgement, Life, LivenessPolicy, Mode
from edge.door.proving import Proving
from edge.hardware.prompter_fake import FakePrompter
from edge.liveness.sample import Sample
from tests.edge.door.heads import FPS, Look, seen
from tests.edge.door.test_challenge import obedient

NOTHING = np.zeros((1, 1, 3), np.uint8)


class Stage:
    """A door's proof, with a head before it that does as a script says."""

    def __init__(self, mesh: Points, mode: Mode, *, texture: float | None = None) -> None:
        self.mesh, self.texture = mesh, texture
        self.sees_texture = texture is not None
        self.prompter = FakePrompter()
        self.at = 0.0
        self.measured = 0
        self.look = Look()
        self.proving = Proving(
            reader=self,
            policy=LivenessPolicy(mode=mode),
            challenge=ChallengePolicy(),
            draw=random.Random(3),
            prompters=(self.prompter,),
        )

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:
        """Measure the head of the moment."""
        self.measured += 1
        return seen(self.mesh, self.look, at, texture=self.texture)

    def show(
        self, look: Look, *, began: float = 0.0, person: str = "ada", good: bool = True
    ) -> Judgement:
        """Show one more frame."""
        self.at += 1 / FPS
        self.look = look
        reasons = () if good else (QualityReason.EXTREME_POSE,)
        quality = Quality(80, 50, Pose(look.yaw, look.pitch, 0), 100, 0, 1, reasons)
        face = Face(Box(0, 0, 100, 100), 95, np.zeros((5, 2), np.float32), self.mesh, quality)
        frame = Frame(NOTHING, datetime.now(UTC), self.at, 0)
        return self.proving.look(frame, face, began=began, person_id=person)

    def play(self, script: Callable[[float], Look], seconds: float) -> Judgement | None:
        """Show a script until something is decided."""
        for _ in range(round(seconds * FPS)):
            judgement = self.show(script(self.at))
            if judgement.life is not Life.UNDECIDED:
                return judgement
        return None

    def obey(self, seconds: float) -> Judgement | None:
        """Do whatever is asked for until something is decided."""
        asked, since = None, 0.0
        for _ in range(round(seconds * FPS)):
            shown = self.prompter.shown
            if shown is not asked:
                asked, since = shown, self.at
            look = Look() if shown is None else obedient(self.at, shown, self.at - since)
            judgement = self.show(look)
            if judgement.life is not Life.UNDECIDED:
                return judgement
        return None


def turning(at: float) -> Look:
    """Look from side to side."""
    return Look(yaw=20 * ((at * 0.8) % 2 - 1))


def test_who_moves_by_herself_is_asked_for_nothing(mesh: Points) -> None:
    """With the network, within two seconds."""
    stage = Stage(mesh, Mode.AUTO, texture=2.0)
    assert stage.play(turning, 2.5) == Judgement(Life.LIVE)
    assert stage.prompter.history == []


def test_who_keeps_still_is_asked_after_a_while(mesh: Points) -> None:
    """And let in once she has done what she was asked to; then nothing is asked any more."""
    stage = Stage(mesh, Mode.AUTO, texture=2.0)
    assert stage.play(lambda _: Look(), 4.9) is None
    assert stage.prompter.history == []
    assert stage.obey(20) == Judgement(Life.LIVE)
    asked = [prompt for prompt in stage.prompter.history if prompt]
    assert len([prompt for prompt in asked if prompt is not Prompt.LOOK_STRAIGHT]) == 3
    assert stage.prompter.shown is None


@pytest.mark.parametrize(("mode", "texture"), [(Mode.AUTO, None), (Mode.CHALLENGE, 9.0)])
def test_everybody_is_asked_at_once_where_nothing_else_helps(
    mesh: Points, mode: Mode, texture: float | None
) -> None:
    """Without the network in auto, and always in challenge: movement by itself is not enough."""
    stage = Stage(mesh, mode, texture=texture)
    stage.show(turning(0))
    assert stage.prompter.shown is Prompt.LOOK_STRAIGHT
    assert stage.obey(20) == Judgement(Life.LIVE)


def test_a_picture_is_asked_and_fails(mesh: Points) -> None:
    """What never moves is not let in, in any way."""
    stage = Stage(mesh, Mode.AUTO, texture=9.0)
    ended = stage.play(lambda _: Look(), 30)
    assert ended is not None
    assert ended.life is Life.NOT_LIVE
    assert ended.cues[0] is Cue.CHALLENGE
    assert Cue.STILL in ended.cues


def test_passive_never_asks(mesh: Points) -> None:
    """It denies instead, and says what spoke against the face."""
    stage = Stage(mesh, Mode.PASSIVE)
    assert stage.play(lambda _: Look(), 10) == Judgement(Life.NOT_LIVE, (Cue.STILL,))
    assert stage.at == pytest.approx(LivenessPolicy().patience, abs=0.3)
    assert stage.prompter.history == []


def test_a_texture_of_a_picture_ends_a_challenge(mesh: Points) -> None:
    """Even if it does what it is asked to: a puppet of pixels."""
    stage = Stage(mesh, Mode.CHALLENGE, texture=-9.0)
    assert stage.obey(20) == Judgement(Life.NOT_LIVE, (Cue.TEXTURE,))


@pytest.mark.parametrize("other", [{"person": "bob"}, {"began": 7.0}])
def test_whoever_steps_in_begins_anew(mesh: Points, other: dict[str, object]) -> None:
    """What one person did is not credited to another, nor to another presentation."""
    stage = Stage(mesh, Mode.PASSIVE)
    for _ in range(20):
        stage.show(Look())
    for _ in range(8):
        stage.show(turning(stage.at))
    judgement = stage.show(Look(), **other)  # type: ignore[arg-type]
    assert judgement.life is Life.UNDECIDED
    ended = [stage.show(Look(), **other).life for _ in range(70)]  # type: ignore[arg-type]
    assert Life.LIVE not in ended


def test_a_challenge_is_not_handed_on(mesh: Points) -> None:
    """A person who answers for her photo, or the other way round, is asked from the beginning."""
    stage = Stage(mesh, Mode.CHALLENGE)
    while sum(prompt is Prompt.LOOK_STRAIGHT for prompt in stage.prompter.history) < 3:
        stage.obey(1 / FPS)
    stage.show(Look(), person="bob")
    assert stage.prompter.shown is Prompt.LOOK_STRAIGHT
    assert stage.obey(60) is not None


def test_a_face_that_leaves_is_forgotten(mesh: Points) -> None:
    """The prompt goes with it."""
    stage = Stage(mesh, Mode.CHALLENGE)
    stage.show(Look())
    stage.proving.absent(stage.at + 0.5)
    assert stage.prompter.shown is Prompt.LOOK_STRAIGHT
    stage.proving.absent(stage.at + 1.0)
    assert stage.prompter.shown is None


def test_a_gap_in_a_challenge_ends_it(mesh: Points) -> None:
    """A face that is seen too badly for a second might be another; a few bad frames are borne."""
    stage = Stage(mesh, Mode.CHALLENGE)
    stage.show(Look())
    stage.show(Look())
    shown = [stage.show(Look(), good=False) for _ in range(9)]
    assert shown[5].life is Life.UNDECIDED
    assert shown[-1] == Judgement(Life.NOT_LIVE, (Cue.INTERRUPTED,))


def test_a_fast_camera_costs_no_more(mesh: Points) -> None:
    """Frames that come faster than fifteen a second are passed over."""
    stage = Stage(mesh, Mode.AUTO, texture=0.0)
    frame_time = 1 / 60
    for _ in range(60):
        stage.at += frame_time - 1 / FPS
        stage.show(Look())
    assert stage.measured <= 16


def test_a_face_without_a_mesh_proves_nothing(mesh: Points) -> None:
    """It is borne for a while, and denied in the end."""
    stage = Stage(mesh, Mode.PASSIVE)
    quality = Quality(80, 50, Pose(0, 0, 0), 100, 0, 1)
    bare = Face(Box(0, 0, 9, 9), 95, np.zeros((5, 2), np.float32), None, quality)
    frame = Frame(NOTHING, datetime.now(UTC), 0.0, 0)
    first = stage.proving.look(frame, bare, began=0.0, person_id="ada")
    later = stage.proving.look(replace(frame, monotonic=40.0), bare, began=0.0, person_id="ada")
    assert (first.life, later.life) == (Life.UNDECIDED, Life.NOT_LIVE)
