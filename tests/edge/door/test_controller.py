"""The owner of the lock: real threads, a lock that remembers, contacts that are told what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEntry, AuditEvent, EventKind
from edge.domain import InputName, Reason, Signal
from edge.door import clerk, controller
from edge.door.controller import DoorController
from edge.errors import AuditError, LockError
from edge.hardware import LockState
from edge.hardware.inputs_fake import FakeInputs
from edge.hardware.lock_fake import FakeLock
from edge.hardware.signals_fake import FakeSignals
from edge.portal import Alarm, PortalPolicy, Position, Why
from edge.storage.key import Key

POLICY = PortalPolicy(release=30, extended_release=60, settle=0, rex_shunt=0)

PATIENCE = 30.0


def until(true: Callable[[], bool]) -> None:
    """Wait until *true*."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


class Fickle:
    """An audit whose disk is full while *full*, and slow while *slow* is set."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self.full = False
        self.fast = threading.Event()
        self.fast.set()

    def append(self, event: AuditEvent) -> AuditEntry:
        self.fast.wait()
        if self.full:
            raise AuditError("the disk is full")
        return self._audit.append(event)


class Door:
    """A door with every contact, lights, and an audit on a disk that may fill up."""

    def __init__(self, folder: Path, *, lock: FakeLock | None = None) -> None:
        self.audit = Audit(folder / "audit.db", Key.random())
        self.record = Fickle(self.audit)
        self.lock = lock or FakeLock()
        self.inputs = FakeInputs()
        self.lights = FakeSignals()
        self.control = self.controlled(POLICY)

    def controlled(self, policy: PortalPolicy, *, lockdown: bool = False) -> DoorController:
        """Give the lock to a controller with *policy*; not started."""
        return DoorController(
            self.lock,
            door="front",
            audit=self.record,
            policy=policy,
            inputs=self.inputs,
            signaller=self.lights,
            lockdown=lockdown,
        )

    def set(self, name: InputName, *, active: bool) -> None:
        self.inputs.set(name, active=active)

    def close(self) -> None:
        self.record.fast.set()
        self.record.full = False
        with suppress(LockError):
            self.control.close()
        self.audit.close()

    @property
    def released(self) -> bool:
        return self.lock.state is LockState.RELEASED

    @property
    def kinds(self) -> list[EventKind]:
        """What is recorded, oldest first."""
        return [entry.event.kind for entry in self.audit.entries()]

    def failed(self) -> bool:
        """Whether the controller has given up."""
        try:
            self.control.check()
        except (AuditError, LockError):
            return True
        return False


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Give a started door, closed, with nobody there."""
    door = Door(tmp_path)
    door.control.start()
    until(lambda: door.kinds == [EventKind.DOOR_CLOSED])
    yield door
    door.close()


def test_a_grant_releases_until_its_time_is_over(tmp_path: Path) -> None:
    """Without any contact it is a pulse: released, and secured by itself."""
    door = Door(tmp_path)
    short = DoorController(
        door.lock,
        door="front",
        audit=door.audit,
        policy=PortalPolicy(release=0.05, extended_release=0.05),
    )
    short.start()

    assert short.grant()
    until(lambda: not short.condition.released)

    assert [change.state for change in door.lock.history][:3] == [
        LockState.SECURED,
        LockState.RELEASED,
        LockState.SECURED,
    ]
    assert short.refusal is None
    short.close()
    door.close()


def test_a_second_grant_is_refused_while_the_first_lasts(door: Door) -> None:
    """Grants never overlap, so nobody can keep a door open by coming in turns."""
    assert door.control.grant()
    assert not door.control.grant()
    assert door.control.refusal is Reason.BUSY
    door.control.secure()

    assert [change.state for change in door.lock.history].count(LockState.RELEASED) == 1


def test_of_many_threads_one_gets_the_grant(door: Door) -> None:
    """Two requests at the same moment are one release."""
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.append(door.control.grant())) for _ in range(16)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got.count(True) == 1


def test_closing_locks(door: Door) -> None:
    """Giving the lock back leaves it secured; closing twice is harmless."""
    door.control.grant()

    door.control.close()
    door.control.close()

    assert door.lock.history[-1].state is LockState.SECURED
    assert door.lights.shown is Signal.OFF
    assert not door.control.grant()


def test_a_lock_that_cannot_be_released_is_told(tmp_path: Path) -> None:
    """Whoever asked hears of it, it is recorded once, and the next grant may try again."""

    class Jammed(FakeLock):
        def release(self) -> None:
            raise LockError("the line does not answer")

    door = Door(tmp_path, lock=Jammed())
    door.control.start()

    for _ in range(2):
        with pytest.raises(LockError, match="does not answer"):
            door.control.grant()
    until(lambda: EventKind.FAULT in door.kinds)

    assert not door.control.condition.released
    door.close()


def test_the_exit_button_is_heard_while_the_audit_is_slow(door: Door) -> None:
    """Whatever waits for the disk, the way out does not."""
    door.record.fast.clear()
    door.control.office_mode(active=True)
    assert not door.released  # it waits for its record

    door.set(InputName.REX, active=True)
    until(lambda: door.released)
    assert door.control.condition.why is Why.EXIT
    assert EventKind.OFFICE_MODE_BEGAN not in door.kinds

    door.record.fast.set()
    until(lambda: EventKind.EXIT_REQUESTED in door.kinds)


def test_people_get_out_while_the_audit_is_broken(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are let out, it is said once, and recorded when the disk has room again."""
    monkeypatch.setattr(clerk, "RETRY_SECONDS", 0.01)
    door.record.full = True
    door.set(InputName.REX, active=True)
    until(lambda: door.released)
    door.set(InputName.REX, active=False)
    door.set(InputName.FIRE, active=True)
    until(lambda: door.control.condition.why is Why.FIRE)
    until(lambda: "people are let out" in caplog.text)
    assert not door.failed()

    door.record.full = False
    until(lambda: EventKind.FIRE_RELEASE in door.kinds)
    assert door.kinds[1:] == [EventKind.EXIT_REQUESTED, EventKind.FIRE_RELEASE]
    assert caplog.text.count("people are let out") == 1


def test_what_else_cannot_be_recorded_ends_the_door_locked(door: Door) -> None:
    """Nothing stands unlocked without a record, and nothing is released any more."""
    door.record.full = True
    door.control.office_mode(active=True)
    until(door.failed)

    assert LockState.RELEASED not in [change.state for change in door.lock.history]
    with pytest.raises(AuditError, match="disk is full"):
        door.control.check()
    with pytest.raises(AuditError):
        door.control.grant()
    door.set(InputName.REX, active=True)
    assert not door.released


def test_a_thread_that_dies_ends_the_door_locked(door: Door) -> None:
    """Inputs that fail in a way nobody thought of lock the door and end the loop."""
    door.control.grant()
    door.inputs.close()
    until(door.failed)

    assert not door.released
    with pytest.raises(LockError, match="failed"):
        door.control.check()


def test_a_clock_that_hangs_ends_the_door(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ticks nothing tells a held door: the loop hears of it."""
    until(lambda: door.control.condition.position is Position.CLOSED)
    door.control.check()
    monkeypatch.setattr(controller, "STALLED_SECONDS", -1.0)
    with pytest.raises(LockError, match="hangs"):
        door.control.check()


def test_a_release_ends_although_the_controller_hangs(tmp_path: Path) -> None:
    """A standing release is a lease: nobody who hangs keeps the door open."""
    door = Door(tmp_path)
    hanging = door.controlled(PortalPolicy(lease=0.1, release=0.1, extended_release=0.1))
    hanging.start()
    hanging.office_mode(active=True)
    until(lambda: door.released)
    with hanging._turn:  # as if whoever has its turn never gave it back
        until(lambda: not door.released)
    until(lambda: door.released)  # it goes on, renewed
    hanging.close()
    door.audit.close()


def test_a_forced_door_raises_an_alarm_once(door: Door) -> None:
    """It is in the audit, on the lights, and over once the door is closed."""
    door.set(InputName.CONTACT, active=True)
    until(lambda: Alarm.FORCED_OPEN in door.control.condition.alarms)
    assert door.lights.shown is Signal.ALARM
    door.set(InputName.CONTACT, active=False)
    until(lambda: not door.control.condition.alarms)
    until(lambda: len(door.kinds) == 4)
    assert door.kinds[1:] == [EventKind.DOOR_OPENED, EventKind.FORCED_OPEN, EventKind.DOOR_CLOSED]


def test_going_through_locks_behind(door: Door) -> None:
    """Opened and closed again, the door is locked long before its time is over."""
    door.control.grant()
    door.set(InputName.CONTACT, active=True)
    until(lambda: door.control.condition.position is Position.OPEN)
    assert door.released
    door.set(InputName.CONTACT, active=False)
    until(lambda: not door.released)
    assert not door.control.condition.alarms


def test_a_lost_contact_is_said_and_the_door_goes_on(door: Door) -> None:
    """The position is unknown, and a grant still opens."""
    door.inputs.lose(InputName.CONTACT)
    until(lambda: door.control.condition.dead == (InputName.CONTACT,))
    assert door.control.condition.position is Position.UNKNOWN
    assert door.control.grant()
    door.inputs.restore(InputName.CONTACT)
    until(lambda: door.control.condition.dead == ())
    until(lambda: EventKind.INPUT_RECOVERED in door.kinds)


def test_a_lockdown_lets_nobody_in_and_everybody_out(tmp_path: Path) -> None:
    """Begun as it ended; grants are refused, the button and the fire alarm release."""
    door = Door(tmp_path)
    control = door.controlled(POLICY, lockdown=True)
    control.start()

    assert not control.grant()
    assert control.refusal is Reason.LOCKDOWN
    assert control.office_mode(active=True) is Reason.LOCKDOWN
    door.set(InputName.REX, active=True)
    until(lambda: door.released)
    control.lockdown(active=False)
    control.close()
    assert EventKind.LOCKDOWN_ENDED in door.kinds
    door.audit.close()


def test_a_fault_ends_a_grant_and_not_the_way_out(door: Door) -> None:
    """What a face began is withdrawn; whoever pressed the button still gets out."""
    door.control.grant()
    door.control.withdraw()
    assert not door.released

    door.set(InputName.REX, active=True)
    until(lambda: door.released)
    door.control.grant()
    door.control.withdraw()
    assert door.released
    door.control.secure()
    assert not door.released


def test_the_lights_show_faces_only_while_the_door_is_quiet(door: Door) -> None:
    """A denial is shown over ready, never over an alarm."""
    door.control.show(Signal.DENIED)
    door.control.show(Signal.READY)
    door.set(InputName.TAMPER, active=True)
    until(lambda: door.lights.shown is Signal.ALARM)
    door.control.show(Signal.DENIED)
    assert door.lights.history == [Signal.READY, Signal.DENIED, Signal.READY, Signal.ALARM]
