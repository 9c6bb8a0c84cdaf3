"""What a door counts, and that it counts nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from edge.domain import Decision, Frame, InputName, Outcome, Pixels, Reason
from edge.metrics import Backlog, DoorFigures, TimedReader
from edge.metrics.exposition import new_registry, text_of
from edge.portal import Alarm, DoorCondition, Position, Why
from edge.vision.recognizer import Recognizer

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
PERSON = "0b0e6d0e-5f0f-4a51-9d2d-4a4d2d9f1a11"


class House:
    """Figures of a door, and what waits there."""

    def __init__(self) -> None:
        self.backlog = Backlog(0, 0, 0)
        self.registry: CollectorRegistry = new_registry()
        self.figures = DoorFigures(
            self.registry, door="front", version="1", backlog=lambda: self.backlog
        )

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"ostiary_door_{name}", labels)


@pytest.fixture
def house() -> House:
    """Give a door that has just started."""
    return House()


def frame(number: int) -> Frame:
    """Return a black frame."""
    return Frame(np.zeros((4, 4, 3), np.uint8), AT, number / 10, number)


def test_frames_and_faces(house: House, astronaut: Pixels, recognizer: Recognizer) -> None:
    """Every frame counts, and those with a face, too."""
    face = recognizer.largest(astronaut)
    assert face is not None
    house.figures.looked(frame(1), None)
    house.figures.looked(frame(2), face)

    assert house.value("frames_total") == 2
    assert house.value("faces_total") == 1
    assert house.value("last_frame_timestamp_seconds") == AT.timestamp()


def test_decisions_by_outcome_and_reason_and_not_by_person(house: House) -> None:
    """Whom a decision is about is in the record alone."""
    for outcome, reason in ((Outcome.GRANT, Reason.MATCH), (Outcome.DENY, Reason.NOT_LIVE)) * 2:
        decision = Decision(outcome, reason, similarity=99.7, person_id=PERSON)
        house.figures.decided(AT, decision, None)

    assert house.value("decisions_total", outcome="grant", reason="MATCH") == 2
    assert house.value("decisions_total", outcome="deny", reason="NOT_LIVE") == 2
    assert PERSON.encode() not in text_of(house.registry)


def test_a_release_counts_once_however_long_it_lasts(house: House) -> None:
    """And a second one that follows the first at once counts, too, if its reason is another."""
    for why in (None, Why.EXIT, Why.EXIT, Why.GRANT, None, Why.EXIT):
        house.figures.turned(DoorCondition(released=why is not None, why=why), fault=None)

    assert house.value("releases_total", why="exit") == 2
    assert house.value("releases_total", why="grant") == 1
    assert house.value("releases_total", why="fire") == 0
    assert house.value("released") == 1


def test_how_the_door_is(house: House) -> None:
    """Alarms, modes, inputs, leaf and openings, each as long as it lasts."""
    condition = DoorCondition(
        position=Position.OPEN,
        openings=3,
        alarms=(Alarm.FORCED_OPEN,),
        lockdown=True,
        dead=(InputName.REX,),
    )
    house.figures.turned(condition, fault=None)

    assert house.value("alarm", alarm="forced-open") == 1
    assert house.value("alarm", alarm="tamper") == 0
    assert house.value("mode", mode="lockdown") == 1
    assert house.value("mode", mode="fire") == 0
    assert house.value("input_dead", input="rex") == 1
    assert house.value("leaf", position="open") == 1
    assert house.value("openings_total") == 3

    house.figures.turned(DoorCondition(openings=4, position=Position.CLOSED), fault=None)

    assert house.value("alarm", alarm="forced-open") == 0
    assert house.value("leaf", position="open") == 0
    assert house.value("openings_total") == 4


def test_what_keeps_the_door_from_looking(house: House) -> None:
    """Its kind is shown while it lasts; a lost camera is a figure of its own."""
    house.figures.turned(DoorCondition(), fault="CameraError")
    assert house.value("camera_up") == 0
    assert house.value("fault", kind="CameraError") == 1

    house.figures.turned(DoorCondition(), fault="StorageError")
    assert house.value("camera_up") == 1
    assert house.value("fault", kind="CameraError") is None
    assert house.value("fault", kind="StorageError") == 1

    house.figures.turned(DoorCondition(), fault=None)
    assert house.value("fault", kind="StorageError") is None


def test_what_waits_to_be_recorded(house: House) -> None:
    """A full disk shows before anybody looks into the log."""
    house.backlog = Backlog(owed=5, waiting=2, lost=1)
    house.figures.turned(DoorCondition(), fault=None)

    assert house.value("events_owed") == 5
    assert house.value("events_waiting") == 2
    assert house.value("events_lost") == 1


def test_stages_are_timed_and_nothing_else_changes(
    house: House, astronaut: Pixels, recognizer: Recognizer
) -> None:
    """The recognizer between gives what the recognizer gives."""
    timed = TimedReader(recognizer, house.figures.stages)
    face = timed.largest(astronaut)
    assert face is not None
    vector = timed.embed(astronaut, face).vector

    assert np.array_equal(vector, recognizer.embed(astronaut, face).vector)
    assert house.value("stage_seconds_count", stage="find") == 1
    assert house.value("stage_seconds_count", stage="embed") == 1
    assert house.value("stage_seconds_sum", stage="embed") > 0  # type: ignore[operator]
