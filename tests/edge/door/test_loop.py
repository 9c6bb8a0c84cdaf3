"""The door as a whole: real networks, real collection, real audit; a lock that remembers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.access.ruleset import Factor
from edge.audit import Audit, AuditEntry, AuditEvent, EventKind
from edge.collection.badges import Badges
from edge.collection.people import People, Person
from edge.collection.person_rows import NewPerson
from edge.collection.pins import Pins
from edge.collection.rule_book import RuleBook
from edge.collection.whereabouts import WhereaboutsStore
from edge.config import DoorSettings, LockSettings, Settings, StorageSettings
from edge.core import Core
from edge.domain import Badge, Embedding, Face, Frame, Pixels
from edge.door.assemble import door_loop
from edge.door.controller import DoorController
from edge.door.loop import DoorLoop
from edge.door.parts import Record
from edge.enrolling import Photo
from edge.errors import AuditError, CameraError, EndOfFootageError, StorageError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.portal import PortalPolicy
from edge.vision.models import ModelStore
from edge.watchdog import Watchdog
from edge.wiring import door_policy

FPS = 10

Shot = Pixels | None | Exception


class Projector:
    """A camera that shows *shots*; None is a moment without a frame, an error is raised."""

    name = "projector"

    def __init__(self, shots: Sequence[Shot]) -> None:
        self._shots = list(shots)
        self._count = 0

    def read(self, timeout: float) -> Frame | None:
        if self._count == len(self._shots):
            raise EndOfFootageError("all is shown")
        shot = self._shots[self._count]
        self._count += 1
        if isinstance(shot, Exception):
            raise shot
        if shot is None:
            return None
        return Frame(shot, datetime.now(UTC), self._count / FPS, self._count)

    def close(self) -> None:
        """Nothing to give back."""


class BrokenAudit:
    """An audit on a disk that is full."""

    def __init__(self, audit: Audit, *, fails_on: EventKind) -> None:
        self._audit = audit
        self._fails_on = fails_on

    def append(self, event: AuditEvent) -> AuditEntry:
        if event.kind is self._fails_on:
            raise AuditError("the disk is full")
        return self._audit.append(event)

    def tend(self) -> None:
        self._audit.tend()


class FailingReader:
    """A recognizer that fails at the frames numbered *at*."""

    def __init__(self, core: Core, *, at: Callable[[int], bool]) -> None:
        self._recognizer = core.recognizer
        self._at = at
        self._count = 0

    def largest(self, pixels: Pixels) -> Face | None:
        self._count += 1
        if self._at(self._count):
            raise MemoryError("out of memory")
        return self._recognizer.largest(pixels)

    def follow(self, pixels: Pixels, face: Face) -> Face | None:
        return self._recognizer.follow(pixels, face)

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        return self._recognizer.embed(pixels, face)


class House:
    """A site with one door and one man enrolled."""

    def __init__(self, core: Core, man: Person) -> None:
        self.core = core
        self.man = man
        self.lock = FakeLock()
        self.rules = RuleBook(core.collection_path, core.key)
        self.control = self.controlled(core.audit)

    def controlled(self, audit: Record) -> DoorController:
        """Give the lock to a controller that records in *audit*."""
        policy = PortalPolicy(release=30, extended_release=30)
        return DoorController(self.lock, door="test", audit=audit, policy=policy)

    def watch(self, shots: Sequence[Shot], **replaced: object) -> None:
        """Run the door over *shots*, with parts *replaced*."""
        self.loop(shots, **replaced).run(threading.Event())

    def loop(self, shots: Sequence[Shot], **replaced: object) -> DoorLoop:
        """Give the loop over *shots*, with parts *replaced*."""
        core = self.core
        parts: dict[str, object] = {
            "camera": Projector(shots),
            "recognizer": core.recognizer,
            "gallery": core.gallery,
            "rules": self.rules,
            "pins": Pins(core.database, core.key),
            "presences": WhereaboutsStore(core.database),
            "control": self.control,
            "audit": core.audit,
            "watchdog": Watchdog(),
            "policy": door_policy(core.settings, core.embedder, frozenset({Factor.FACE})),
        }
        return door_loop(**(parts | replaced))  # type: ignore[arg-type]

    @property
    def releases(self) -> int:
        """How often the lock was released."""
        return [change.state for change in self.lock.history].count(LockState.RELEASED)

    def events(self, kind: EventKind) -> list[AuditEvent]:
        """What the audit holds of *kind*."""
        return [entry.event for entry in self.core.audit.entries() if entry.event.kind is kind]


@pytest.fixture
def house(tmp_path: Path, models: ModelStore, carphone: list[Pixels]) -> Iterator[House]:
    """Enroll the man of the carphone clip, from its first two seconds."""
    settings = Settings(
        storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
        door=DoorSettings(name="test"),
        lock=LockSettings(kind="fake"),
    )
    core = Core(settings)
    core.models = models
    photos = [Photo(f"{number}", _png(carphone[number])) for number in (0, 20, 40)]
    man = core.enroller.enroll(NewPerson("Man"), photos, (Badge("1"),), actor="test")
    house = House(core, man)
    yield house
    house.control.close()
    house.rules.close()
    core.close()


def _png(pixels: Pixels) -> bytes:
    import cv2  # noqa: PLC0415 - the pictures of a test

    return bytes(cv2.imencode(".png", pixels)[1])


def test_the_enrolled_man_is_let_in_once_and_recorded(house: House, carphone: list[Pixels]) -> None:
    """Two seconds before the camera: one release, one grant in the audit with its similarity."""
    house.watch(carphone[60:80])

    assert house.releases == 1
    (event,) = house.events(EventKind.DECISION)
    assert (event.outcome, event.reason, event.door) == ("grant", "MATCH", "test")
    assert event.person_id == house.man.person_id
    assert event.similarity is not None
    assert event.similarity > 99
    assert house.core.audit.verify().entries >= 4


def test_a_stranger_stays_outside_and_is_nobody_in_the_record(
    house: House, astronaut: Pixels
) -> None:
    """A stranger is denied; the record does not say whom she resembles."""
    house.watch([astronaut] * 20)

    assert house.releases == 0
    (event,) = house.events(EventKind.DECISION)
    assert (event.outcome, event.reason, event.person_id) == ("deny", "NO_MATCH", None)


def test_without_a_face_there_is_no_decision(house: House, coffee: Pixels, chelsea: Pixels) -> None:
    """A cup and a cat leave no record."""
    house.watch([coffee, chelsea] * 10)

    assert not house.events(EventKind.DECISION)


def test_a_revoked_badge_stays_outside_at_once(house: House, carphone: list[Pixels]) -> None:
    """The running door's gallery knows of a revocation with the next decision."""
    assert house.core.gallery.people_count == 1
    Badges(house.core.database).revoke("badges", "1", datetime.now(UTC))

    house.watch(carphone[60:90])

    assert house.releases == 0
    assert {event.reason for event in house.events(EventKind.DECISION)} == {"BADGE_REVOKED"}


def test_a_suspended_person_stays_outside_at_once(house: House, carphone: list[Pixels]) -> None:
    """As long as she is suspended; the badge stays as it is."""
    people = People(house.core.database)
    assert house.core.gallery.people_count == 1
    people.suspend(house.man.person_id, datetime.now(UTC))
    house.watch(carphone[60:90])
    assert house.releases == 0
    assert {event.reason for event in house.events(EventKind.DECISION)} == {"PERSON_SUSPENDED"}

    people.resume(house.man.person_id)
    house.watch(carphone[60:80])
    assert house.releases == 1


def test_a_marked_look_alike_is_not_let_in_by_face_alone(
    house: House, carphone: list[Pixels]
) -> None:
    """Neither of the two, from the next decision on, until the mark is taken back."""
    people = People(house.core.database)
    twin = people.enroll("badges", NewPerson("Twin"))
    assert house.core.gallery.people_count == 1
    people.mark_look_alikes(house.man.person_id, twin.person_id, 99.5)
    house.watch(carphone[60:90])
    assert house.releases == 0
    assert {event.reason for event in house.events(EventKind.DECISION)} == {"SECOND_FACTOR_NEEDED"}

    people.delete(twin.person_id)
    house.watch(carphone[60:80])
    assert house.releases == 1


def test_the_lock_is_secured_first_and_last(house: House, carphone: list[Pixels]) -> None:
    """Whatever happened before and between, the loop begins and ends with a secured lock."""
    house.lock.release()

    house.watch(carphone[60:80])

    states = [change.state for change in house.lock.history]
    assert states[2] is LockState.SECURED  # after the fixture's first two commands
    assert house.lock.state is LockState.SECURED


def test_a_grant_that_cannot_be_recorded_does_not_open(
    house: House, carphone: list[Pixels]
) -> None:
    """The audit is written before the lock is released; if it cannot be, the program ends locked."""
    broken = BrokenAudit(house.core.audit, fails_on=EventKind.DECISION)

    with pytest.raises(AuditError, match="disk is full"):
        house.watch(carphone[60:80], audit=broken)

    assert house.releases == 0
    assert house.lock.state is LockState.SECURED


def test_a_door_that_cannot_record_does_not_start(house: House, carphone: list[Pixels]) -> None:
    """Without an audit nothing is watched."""
    broken = BrokenAudit(house.core.audit, fails_on=EventKind.DOOR_STARTED)

    with pytest.raises(AuditError):
        house.watch(carphone[60:80], audit=broken)

    assert house.releases == 0


def test_a_lost_camera_locks_and_is_outlived(
    house: House, carphone: list[Pixels], caplog: pytest.LogCaptureFixture
) -> None:
    """While the camera is lost the door is locked; when it is back, the man gets in."""
    lost = CameraError("no frame for 5 s")

    house.watch([*carphone[60:62], lost, lost, *carphone[62:80]])

    assert house.releases == 1
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_evidence_does_not_outlive_a_fault(house: House, carphone: list[Pixels]) -> None:
    """Two good frames before a fault and two after it are not four."""
    lost = CameraError("no frame for 5 s")

    house.watch([*carphone[60:62], lost, *carphone[62:64]])

    assert house.releases == 0


def test_a_fault_does_not_let_anybody_in_twice(house: House, carphone: list[Pixels]) -> None:
    """Whoever was let in before the camera was lost for a moment has not left."""
    lost = CameraError("no frame for 5 s")

    house.watch([*carphone[60:70], lost, *carphone[70:90]])

    assert house.releases == 1


def test_a_lasting_fault_is_said_once_and_recorded_once(
    house: House, carphone: list[Pixels], caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error denies, is logged once, and the door recovers when it is over."""
    reader = FailingReader(house.core, at=lambda count: count <= 4)

    house.watch(carphone[60:80], recognizer=reader)

    faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(faults) == 1
    assert [event.detail for event in house.events(EventKind.FAULT)] == ["MemoryError"]
    assert "works again" in caplog.text
    assert house.releases == 1


class Pulse:
    """A watchdog that counts the signs of life."""

    def __init__(self) -> None:
        self.beats = 0

    def ready(self) -> None:
        """Nothing to count."""

    def alive(self) -> None:
        self.beats += 1

    def stopping(self) -> None:
        """Nothing to count."""


def test_a_lost_camera_is_waited_out_alive(house: House, carphone: list[Pixels]) -> None:
    """A restart brings no camera back; readers and the way out go on meanwhile."""
    pulse, lost = Pulse(), CameraError("no frame for 5 s")

    house.watch([lost, lost, lost, None, carphone[60]], watchdog=pulse)

    assert pulse.beats == 5


def test_a_door_that_fails_as_nobody_foresaw_seems_dead(
    house: House, carphone: list[Pixels]
) -> None:
    """For as long as that lasts: the service manager then starts it anew."""
    pulse, reader = Pulse(), FailingReader(house.core, at=lambda count: count <= 4)

    house.watch(carphone[60:67], recognizer=reader, watchdog=pulse)

    assert pulse.beats == 3


def test_a_fault_ends_a_running_release(house: House, carphone: list[Pixels]) -> None:
    """A fault anywhere locks the door, even while it is released for somebody."""
    reader = FailingReader(house.core, at=lambda count: count == 10)

    house.watch(carphone[60:80], recognizer=reader)

    states = [change.state for change in house.lock.history]
    released = states.index(LockState.RELEASED)
    assert states[released + 1] is LockState.SECURED
    length = house.lock.history[released + 1].monotonic - house.lock.history[released].monotonic
    assert length < house.core.settings.lock.release_seconds + 25


def test_a_gallery_that_fails_denies(house: House, carphone: list[Pixels]) -> None:
    """A collection that cannot be read opens nothing."""

    class Broken:
        people_count = 1

        def candidates(self, embedding: Embedding, limit: int = 2) -> None:
            raise StorageError("database disk image is malformed")

    house.watch(carphone[60:70], gallery=Broken())

    assert house.releases == 0
    assert {event.detail for event in house.events(EventKind.FAULT)} == {"StorageError"}


def test_no_name_and_no_vector_reaches_the_log(
    house: House, carphone: list[Pixels], caplog: pytest.LogCaptureFixture
) -> None:
    """The log, down to the last detail, holds nothing of whom the door knows."""
    caplog.set_level(logging.DEBUG)

    house.watch(carphone[60:90])

    assert "Man" not in caplog.text.replace("Manager", "")
    assert "array(" not in caplog.text


def test_stopping_ends_the_loop_locked(house: House, carphone: list[Pixels]) -> None:
    """A stop that comes before the first frame is obeyed."""
    stop = threading.Event()
    stop.set()

    house.loop(carphone).run(stop)

    assert house.releases == 0
    assert [event.door for event in house.events(EventKind.DOOR_STOPPED)] == ["test"]
