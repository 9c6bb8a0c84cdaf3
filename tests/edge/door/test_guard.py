"""The whole door against photos: denied, recorded, alarmed about; the man himself gets in."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from edge.audit import EventKind
from edge.demonstration.attacker import waved, with_noise
from edge.domain import Face, Frame, Pixels, Reason
from edge.door.attacks import AttackPolicy
from edge.door.camera_trust import CameraTrust
from edge.door.challenge import ChallengePolicy
from edge.door.guard import Guard
from edge.door.liveness import LivenessPolicy, Mode
from edge.door.proving import Proving
from edge.errors import EndOfFootageError
from edge.hardware.prompter_fake import FakePrompter
from edge.liveness.sample import Sample
from edge.vision.liveness import LivenessReader
from tests.edge.door.test_loop import House

FPS = 12
HALL = np.full((480, 640, 3), 90, np.uint8)


class Film:
    """A camera at twelve frames a second, with the noise of a sensor."""

    name = "film"

    def __init__(self, shots: Sequence[Pixels]) -> None:
        self._shots = shots
        self._count = 0
        self._draw = np.random.default_rng(0)

    def read(self, timeout: float) -> Frame | None:
        if self._count == len(self._shots):
            raise EndOfFootageError("all is shown")
        self._count += 1
        pixels = with_noise(self._shots[self._count - 1], self._draw)
        return Frame(pixels, datetime.now(UTC), self._count / FPS, self._count)

    def close(self) -> None: ...


def guard(mode: Mode, prompter: FakePrompter | None = None, *, attacks: int = 5) -> Guard:
    """Build a guard without the optional network."""
    return Guard(
        proving=Proving(
            reader=LivenessReader(None),
            policy=LivenessPolicy(mode=mode, patience=2.0),
            challenge=ChallengePolicy(seconds=5.0),
            draw=random.Random(1),
            prompters=() if prompter is None else (prompter,),
        ),
        policy=AttackPolicy(limit=attacks, rest=60.0),
    )


@pytest.fixture
def photo(carphone: list[Pixels]) -> Callable[[float], list[Pixels]]:
    """Wave a photo of the man before the camera for some seconds."""
    return lambda seconds: waved(HALL, carphone[60], count=round(seconds * FPS))


def test_a_photo_is_recognized_and_stays_outside(
    house: House,
    photo: Callable[[float], list[Pixels]],
) -> None:
    """It is his face, and the record says why the door stayed locked."""
    house.watch([], camera=Film(photo(4)), guard=guard(Mode.PASSIVE))
    (event,) = house.events(EventKind.DECISION)
    assert (event.outcome, event.reason) == ("deny", Reason.NOT_LIVE)
    assert event.person_id == house.man.person_id
    assert event.detail in {"flat", "still"}
    assert house.releases == 0


def test_the_man_himself_gets_in(house: House, carphone: list[Pixels]) -> None:
    """He talks and moves his head; the same door, the same moment."""
    house.watch([], camera=Film(carphone[60::2] + carphone[::2]), guard=guard(Mode.PASSIVE))
    assert [event.outcome for event in house.events(EventKind.DECISION)] == ["grant"]
    assert house.releases == 1


def test_a_film_of_him_is_asked_and_does_not_answer(
    house: House,
    carphone: list[Pixels],
) -> None:
    """In auto without the network, depth alone lets nobody in."""
    prompter = FakePrompter()
    house.watch([], camera=Film(carphone), guard=guard(Mode.AUTO, prompter))
    assert house.releases == 0
    assert prompter.history[0] is not None
    assert [event.reason for event in house.events(EventKind.DECISION)][:1] == [Reason.NOT_LIVE]


def test_strangers_are_not_measured(house: House, astronaut: Pixels) -> None:
    """Who does not match costs nothing, and is asked for nothing."""

    class Forbidden(LivenessReader):
        def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:
            raise AssertionError("measured")

    prompter = FakePrompter()
    watching = guard(Mode.AUTO, prompter)
    watching._proving._reader = Forbidden(None)
    house.watch([], camera=Film([astronaut] * 30), guard=watching)
    assert [event.reason for event in house.events(EventKind.DECISION)] == [Reason.NO_MATCH]
    assert prompter.history == []
    assert not house.events(EventKind.FAULT)


def test_repeated_photos_raise_an_alarm_and_rest_the_door(
    house: House,
    photo: Callable[[float], list[Pixels]],
) -> None:
    """After two, even the man himself has to wait, and the record says why."""
    away = [HALL] * (4 * FPS)
    photos = [*photo(4), *away, *photo(4), *away]
    man = photo(3)
    house.watch([], camera=Film([*photos, *man]), guard=guard(Mode.PASSIVE, attacks=2))
    (alarm,) = house.events(EventKind.ALARM)
    assert alarm.detail == "presentation attacks"
    reasons = [event.reason for event in house.events(EventKind.DECISION)]
    assert reasons == [Reason.NOT_LIVE, Reason.NOT_LIVE, Reason.BACKED_OFF]
    assert house.releases == 0


def test_a_frozen_camera_opens_nothing_and_is_reported(
    house: House,
    carphone: list[Pixels],
) -> None:
    """A feed that stands still on an enrolled face, as after a cut of the cable."""

    class Frozen(Film):
        def read(self, timeout: float) -> Frame | None:
            frame = super().read(timeout)
            assert frame is not None
            return Frame(carphone[60], frame.at, frame.monotonic, frame.sequence)

    camera = Frozen([HALL] * (5 * FPS))
    house.watch([], camera=camera, guard=guard(Mode.PASSIVE), trust=CameraTrust())
    (alarm,) = house.events(EventKind.ALARM)
    assert alarm.detail == "camera frozen"
    decided = house.events(EventKind.DECISION)
    assert {event.reason for event in decided} == {Reason.NOT_LIVE}
    assert house.releases == 0


def test_a_match_that_leaves_before_it_is_proven_is_recorded(
    house: House,
    photo: Callable[[float], list[Pixels]],
) -> None:
    """Somebody who shows a photo for a second was there."""
    house.watch([], camera=Film([*photo(1), *[HALL] * (4 * FPS)]), guard=guard(Mode.PASSIVE))
    assert [event.reason for event in house.events(EventKind.DECISION)] == [Reason.NOT_LIVE]
