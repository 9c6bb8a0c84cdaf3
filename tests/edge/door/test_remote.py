"""Unlocking on request: what is obeyed, what is refused, and that nothing of it stops the door."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEvent, EventKind
from edge.config import DoorSettings, LiveSettings, LockSettings, Settings, StorageSettings
from edge.core import Core
from edge.desk import Answer, Command, Desk, DoorRequest
from edge.domain import Frame, Outcome, Pixels
from edge.door.controller import DoorController
from edge.door.remote import RETRY_SECONDS, RemoteControl
from edge.errors import AuditError, CameraError, LockError, StorageError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.portal import PortalPolicy
from edge.storage.key import Key
from edge.vision.models import ModelStore
from edge.wiring import in_lockdown, wired_door

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


class Place:
    """A lock, an audit and a desk, with the door's and the pages' ends of it."""

    def __init__(self, folder: Path) -> None:
        key = Key.random()
        self.pages = Desk(folder / "desk.db", key)
        self.door = Desk(folder / "desk.db", key)
        self.audit = Audit(folder / "audit.db", key)
        self.lock = FakeLock()
        self.control = DoorController(
            self.lock,
            door="front",
            audit=self.audit,
            policy=PortalPolicy(release=30, extended_release=30),
        )
        self.remote = RemoteControl(
            requests=self.door, door="front", control=self.control, audit=self.audit
        )

    def close(self) -> None:
        self.control.close()
        for part in (self.pages, self.door, self.audit):
            part.close()

    def ask(self, command: Command = Command.UNLOCK, *, door: str = "front") -> str:
        return self.pages.request(command, door=door, reason="parcel", actor="account 7", now=NOW)

    def answer(self, request: str) -> Answer | None:
        state = self.pages.state(request)
        assert state is not None
        return state.answer

    @property
    def events(self) -> list[AuditEvent]:
        return [entry.event for entry in self.audit.entries()]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Give a place of its own to each test."""
    place = Place(tmp_path)
    yield place
    place.close()


def test_a_request_unlocks_and_is_recorded_with_who_asked_and_why(place: Place) -> None:
    """The lock is released, the answer says so, the audit names account and reason."""
    request = place.ask()
    place.remote.attend(NOW + timedelta(seconds=1))

    assert place.lock.state is LockState.RELEASED
    assert place.answer(request) is Answer.REQUESTED
    (event,) = place.events
    assert (event.kind, event.outcome, event.reason) == (
        EventKind.REMOTE_UNLOCK,
        "grant",
        "REQUESTED",
    )
    assert (event.door, event.detail) == ("front", "account 7: parcel")


@pytest.mark.parametrize(
    ("door", "age", "answer"),
    [
        ("front", 10.0, Answer.REQUESTED),
        ("front", 10.1, Answer.STALE),
        ("front", -0.9, Answer.REQUESTED),
        ("front", -1.1, Answer.STALE),
        ("back", 1.0, Answer.UNKNOWN_DOOR),
    ],
)
def test_what_is_refused(place: Place, door: str, age: float, answer: Answer) -> None:
    """Stale requests and those for another door are recorded and answered, and move nothing."""
    request = place.ask(door=door)
    place.remote.attend(NOW + timedelta(seconds=age))

    assert place.answer(request) is answer
    released = place.lock.state is LockState.RELEASED
    assert released == (answer is Answer.REQUESTED)
    assert [(event.outcome, event.reason) for event in place.events] == [
        (answer.outcome, answer.value)
    ]


def test_a_released_door_is_busy(place: Place) -> None:
    """A second request does not make the first release longer."""
    first, second = place.ask(), place.ask()
    place.remote.attend(NOW)

    answers = sorted(str(place.answer(request)) for request in (first, second))
    assert answers == ["BUSY", "REQUESTED"]
    assert [change.state for change in place.lock.history].count(LockState.RELEASED) == 1


def test_without_a_record_nothing_opens(place: Place) -> None:
    """If the request cannot be recorded the error goes up, and the lock was never released."""

    class FullDisk:
        def append(self, event: AuditEvent) -> None:
            raise AuditError("the disk is full")

    place.ask()
    remote = RemoteControl(
        requests=place.door,
        door="front",
        control=place.control,
        audit=FullDisk(),  # type: ignore[arg-type]
    )
    with pytest.raises(AuditError):
        remote.attend(NOW)
    assert LockState.RELEASED not in [change.state for change in place.lock.history]
    remote.attend(NOW)  # it was taken, and is not tried again


def test_a_lock_that_does_not_obey_is_told(place: Place) -> None:
    """The request is answered, the record corrected, and the loop hears of the lock's fault."""

    class Stuck(FakeLock):
        def release(self) -> None:
            raise LockError("no current")

    request = place.ask()
    stuck = DoorController(Stuck(), door="front", audit=place.audit)
    remote = RemoteControl(requests=place.door, door="front", control=stuck, audit=place.audit)
    with pytest.raises(LockError):
        remote.attend(NOW)
    assert place.answer(request) is Answer.LOCK_FAULT
    stuck.start()
    stuck.close()
    asked = [event for event in place.events if event.kind is EventKind.REMOTE_UNLOCK]
    assert [event.outcome for event in asked] == ["grant", "deny"]
    assert EventKind.FAULT in [event.kind for event in place.events]


def test_a_broken_desk_costs_one_look_and_one_line(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """A desk that fails is left alone for a while, said once, and used again when it works."""

    class Flaky:
        def __init__(self) -> None:
            self.looks = 0
            self.works = False

        def take(self) -> tuple[DoorRequest, ...]:
            self.looks += 1
            if not self.works:
                raise StorageError("the database is damaged")
            return ()

        def answer(self, request_id: str, answer: Answer) -> None: ...

    flaky, seconds = Flaky(), [0.0]
    remote = RemoteControl(
        requests=flaky,
        door="front",
        control=place.control,
        audit=place.audit,
        clock=lambda: seconds[0],
    )
    with caplog.at_level(logging.WARNING):
        for _ in range(1000):
            remote.attend(NOW)
        assert flaky.looks == 1
        seconds[0] += RETRY_SECONDS
        remote.attend(NOW)
        assert flaky.looks == 2
        flaky.works = True
        seconds[0] += RETRY_SECONDS
        remote.attend(NOW)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert place.lock.state is LockState.SECURED


def test_an_answer_that_could_not_be_written_is_written_later(place: Place) -> None:
    """A desk that was busy for a moment loses no answer, and nothing is done twice."""
    seconds, busy = [0.0], [True]

    class Busy:
        def take(self) -> tuple[DoorRequest, ...]:
            return place.door.take()

        def answer(self, request_id: str, answer: Answer) -> None:
            if busy[0]:
                raise StorageError("another process keeps it locked")
            place.door.answer(request_id, answer)

    remote = RemoteControl(
        requests=Busy(),
        door="front",
        control=place.control,
        audit=place.audit,
        clock=lambda: seconds[0],
    )
    request = place.ask()
    remote.attend(NOW)
    assert place.answer(request) is None
    busy[0] = False
    seconds[0] += RETRY_SECONDS
    remote.attend(NOW)
    assert place.answer(request) is Answer.REQUESTED
    assert len(place.events) == 1


def test_an_idle_desk_costs_nothing_to_speak_of(place: Place) -> None:
    """A thousand looks at an idle desk take less time than one frame of a fast camera."""
    place.remote.attend(NOW)
    began = time.process_time()
    for _ in range(1000):
        place.remote.attend(NOW)
    assert (time.process_time() - began) / 1000 < 1e-3  # 20 µs here; a frame is 33 ms and more


class LostCamera:
    """A camera that never gives a frame; *do* happens at each try."""

    name = "lost"

    def __init__(self, do: Callable[[int], None]) -> None:
        self._do = do
        self._count = 0

    def read(self, timeout: float) -> Frame | None:
        self._count += 1
        self._do(self._count)
        raise CameraError("camera lost")

    def close(self) -> None: ...


@pytest.fixture
def core(tmp_path: Path, models: ModelStore) -> Iterator[Core]:
    """Build what all programs share, in a folder of its own."""
    settings = Settings(
        storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
        door=DoorSettings(name="front"),
        lock=LockSettings(kind="fake", release_seconds=30),
        live=LiveSettings(enabled=False),
    )
    core = Core(settings)
    core.models = models
    yield core
    core.close()


def test_somebody_can_be_let_in_while_the_camera_is_lost(core: Core) -> None:
    """The whole door without a picture: it answers, and the lost camera does not end the release."""
    stop, lock = threading.Event(), FakeLock()
    states: list[LockState] = []
    with Desk(core.settings.storage.folder / "desk.db", core.key) as pages:
        asked: list[str] = []

        def at(count: int) -> None:
            if count == 2:
                asked.append(
                    pages.request_unlock(
                        door="front", reason="parcel", actor="account 7", now=datetime.now(UTC)
                    )
                )
            if count >= 3:
                states.append(lock.state)
            if count == 5:
                stop.set()

        with wired_door(core, camera=LostCamera(at), lock=lock) as loop:
            loop.run(stop)
        state = pages.state(asked[0])
    assert state is not None
    assert state.answer is Answer.REQUESTED
    assert states == [LockState.RELEASED] * 3
    assert lock.state is LockState.SECURED


def test_losing_the_camera_still_ends_what_a_face_began(core: Core, carphone: list[Pixels]) -> None:
    """Whoever pulls the cable gains no time, also when the release was asked for before."""
    stop, lock = threading.Event(), FakeLock()
    core.ensure_collection("badges")

    class Cable:
        name = "cable"

        def __init__(self) -> None:
            self.states: list[LockState] = []

        def read(self, timeout: float) -> Frame | None:
            self.states.append(lock.state)
            if len(self.states) == 2:
                raise CameraError("pulled")
            if len(self.states) == 3:
                stop.set()
            return Frame(carphone[0], datetime.now(UTC), 0.0, 1)

        def close(self) -> None: ...

    cable = Cable()
    core.desk.request_unlock(door="front", reason="x", actor="y", now=datetime.now(UTC))
    with wired_door(core, camera=cable, lock=lock) as loop:
        loop.run(stop)
    assert cable.states == [LockState.RELEASED, LockState.RELEASED, LockState.SECURED]


@pytest.mark.parametrize("garbage", [b"", b"not a database" * 1000])
def test_a_damaged_desk_does_not_keep_the_door_from_starting(
    core: Core, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The door works without its desk, and says what is wrong with it."""
    _ = core.key
    (core.settings.storage.folder / "desk.db").write_bytes(garbage)
    stop = threading.Event()

    def end(count: int) -> None:
        stop.set()

    with (
        caplog.at_level(logging.WARNING),
        wired_door(core, camera=LostCamera(end), lock=FakeLock()) as loop,
    ):
        loop.run(stop)
    assert "cannot be asked anything" in caplog.text


def test_outcomes() -> None:
    """Two answers say that the door obeys."""
    granted: Sequence[Answer] = [each for each in Answer if each.outcome is Outcome.GRANT]
    assert granted == [Answer.REQUESTED, Answer.DONE]


def test_a_lockdown_is_begun_and_ended_on_request(place: Place) -> None:
    """It ends what was released, refuses what is asked then, and who asked is on record."""
    place.control.start()
    place.ask()
    place.remote.attend(NOW)
    begun = place.ask(Command.BEGIN_LOCKDOWN)
    place.remote.attend(NOW)

    assert place.answer(begun) is Answer.DONE
    assert place.lock.state is LockState.SECURED
    refused = [place.ask(), place.ask(Command.BEGIN_OFFICE_MODE)]
    place.remote.attend(NOW)
    assert [place.answer(each) for each in refused] == [Answer.LOCKDOWN] * 2
    ended = place.ask(Command.END_LOCKDOWN)
    place.remote.attend(NOW)
    assert place.answer(ended) is Answer.DONE
    place.control.close()
    told = [(event.kind, event.detail) for event in place.events]
    assert (EventKind.REMOTE_COMMAND, "begin-lockdown, account 7: parcel") in told
    assert (EventKind.LOCKDOWN_BEGAN, "account 7: parcel") in told
    assert (EventKind.LOCKDOWN_ENDED, "account 7: parcel") in told


def test_office_mode_waits_for_its_record(place: Place) -> None:
    """Asked for by the pages, the door is released once that is in the audit, and locked after."""
    place.control.start()
    place.ask(Command.BEGIN_OFFICE_MODE)
    place.remote.attend(NOW)
    while place.lock.state is LockState.SECURED:
        time.sleep(0.005)
    assert EventKind.OFFICE_MODE_BEGAN in [event.kind for event in place.events]
    place.ask(Command.END_OFFICE_MODE)
    place.remote.attend(NOW)
    assert [change.state for change in place.lock.history][-1] is LockState.SECURED


@pytest.mark.parametrize("command", list(Command))
def test_a_stale_command_is_refused(place: Place, command: Command) -> None:
    """Whoever asked has long turned away."""
    request = place.ask(command)
    place.remote.attend(NOW + timedelta(minutes=1))
    assert place.answer(request) is Answer.STALE
    assert not place.control.condition.lockdown


def test_a_lockdown_outlives_the_program(place: Place) -> None:
    """The last word of the audit about this door counts, and no other door's."""
    for kind, door, expected in [
        (EventKind.LOCKDOWN_BEGAN, "back", False),
        (EventKind.LOCKDOWN_BEGAN, "front", True),
        (EventKind.DOOR_STARTED, "front", True),
        (EventKind.LOCKDOWN_ENDED, "front", False),
    ]:
        place.audit.append(AuditEvent(kind=kind, at=NOW, door=door))
        assert in_lockdown(place.audit, "front") is expected
