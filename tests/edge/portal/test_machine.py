"""A door from day to day: what releases it, what locks it, and when it is open against its will."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.domain import InputName, Reason, Signal
from edge.portal import (
    Alarm,
    DoorCondition,
    Granted,
    Happening,
    InputChanged,
    InputLost,
    Lockdown,
    Note,
    NoteKind,
    OfficeMode,
    PortalPolicy,
    PortalState,
    Position,
    Relock,
    Show,
    Tick,
    UnlockSchedule,
    Why,
    Withdrawn,
    condition_of,
    step,
)

OPENS = InputChanged(InputName.CONTACT, active=True)
CLOSES = InputChanged(InputName.CONTACT, active=False)
PRESSED = InputChanged(InputName.REX, active=True)
LET_GO = InputChanged(InputName.REX, active=False)


class Door:
    """A door in a time of its own: closed at the beginning, ticking ten times a second."""

    def __init__(self, **policy: object) -> None:
        self.policy = replace(PortalPolicy(), **policy)  # type: ignore[arg-type]
        self.state = PortalState()
        self.now = 0.0
        self.notes: list[Note] = []
        self.signals: list[Signal] = []
        self.tell(CLOSES)
        self.notes.clear()

    def tell(self, happening: Happening) -> Reason | None:
        """Let *happening* happen now; return why it was refused, if it was."""
        found = step(self.state, happening, self.now, self.policy)
        self.state = found.state
        self.notes += [effect for effect in found.effects if isinstance(effect, Note)]
        self.signals += [effect.signal for effect in found.effects if isinstance(effect, Show)]
        return found.refused

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 10)):
            self.now += 0.1
            self.tell(Tick())

    @property
    def condition(self) -> DoorCondition:
        return condition_of(self.state)

    @property
    def kinds(self) -> list[NoteKind]:
        """What was recorded."""
        return [note.kind for note in self.notes]


def test_a_grant_releases_for_its_time() -> None:
    """Five seconds by default, fifteen for a person who needs more."""
    for extended, seconds in ((False, 5), (True, 15)):
        door = Door()
        assert door.tell(Granted(extended=extended)) is None
        door.wait(seconds - 0.2)
        assert door.condition.why is Why.GRANT
        door.wait(0.4)
        assert not door.condition.released


@pytest.mark.parametrize(
    ("relock", "opened", "closed"),
    [
        (Relock.ON_OPEN, False, False),
        (Relock.ON_CLOSE, True, False),
        (Relock.AFTER_TIME, True, True),
    ],
)
def test_when_a_door_is_locked_again(relock: Relock, opened: bool, closed: bool) -> None:
    """As soon as it opens, once it is closed again, or when its time is over."""
    door = Door(relock=relock)
    door.tell(Granted())
    door.tell(OPENS)
    assert door.condition.released is opened
    door.wait(1)
    door.tell(CLOSES)
    assert door.condition.released is closed
    assert not door.condition.alarms
    door.wait(5)
    assert not door.condition.released


def test_without_a_contact_only_time_locks() -> None:
    """Nobody knows whether the door was opened; the deadline counts."""
    door = Door()
    door.tell(Granted())
    door.tell(OPENS)
    door.tell(InputLost(InputName.CONTACT))
    door.wait(4)
    assert door.condition.released
    assert door.condition.position is Position.UNKNOWN
    door.wait(2)
    assert not door.condition.released


def test_an_opening_without_any_release_is_forced() -> None:
    """The alarm lasts until the door is closed."""
    door = Door()
    door.tell(OPENS)
    assert Alarm.FORCED_OPEN in door.condition.alarms
    door.wait(120)
    door.tell(CLOSES)
    assert not door.condition.alarms
    assert door.kinds == [NoteKind.DOOR_OPENED, NoteKind.FORCED_OPEN, NoteKind.DOOR_CLOSED]
    assert door.signals == [Signal.ALARM, Signal.READY]


def test_a_door_held_open_warns_and_then_raises_an_alarm() -> None:
    """Each is said once; closing it ends both."""
    door = Door()
    door.tell(Granted())
    door.tell(OPENS)
    door.wait(29)
    assert not door.condition.warning
    door.wait(2)
    assert door.condition.warning
    door.wait(30)
    assert door.condition.alarms == (Alarm.HELD_OPEN,)
    door.wait(300)
    door.tell(CLOSES)
    assert door.condition.alarms == ()
    assert door.kinds == [
        NoteKind.DOOR_OPENED,
        NoteKind.HELD_OPEN_WARNING,
        NoteKind.HELD_OPEN,
        NoteKind.DOOR_CLOSED,
    ]
    assert door.signals == [
        Signal.GRANTED,
        Signal.READY,
        Signal.WARNING,
        Signal.ALARM,
        Signal.READY,
    ]


def test_who_needs_more_time_may_stand_in_the_door_for_longer() -> None:
    """By as much as her release is longer."""
    door = Door()
    door.tell(Granted(extended=True))
    door.tell(OPENS)
    door.wait(38)
    assert not door.condition.warning
    door.wait(4)
    assert door.condition.warning


def test_the_exit_button_releases_and_the_opening_is_not_forced() -> None:
    """Out of a locked door, and also when it is opened a little later."""
    door = Door()
    door.tell(PRESSED)
    door.tell(LET_GO)
    assert door.condition.why is Why.EXIT
    door.wait(7)
    assert not door.condition.released
    door.tell(OPENS)
    assert not door.condition.alarms
    door.tell(CLOSES)
    door.wait(10)
    door.tell(OPENS)
    assert door.condition.alarms == (Alarm.FORCED_OPEN,)


def test_where_the_button_frees_the_strike_itself_a_press_only_shunts() -> None:
    """The lock is left alone, and the opening is not forced."""
    door = Door(rex_releases=False)
    door.tell(PRESSED)
    assert not door.condition.released
    door.tell(OPENS)
    assert not door.condition.alarms
    assert door.kinds == [NoteKind.EXIT_REQUESTED, NoteKind.DOOR_OPENED]
    assert door.notes[1].detail == "exit"


def test_a_button_that_is_pressed_for_hours_is_dead() -> None:
    """It releases while somebody holds it, then it is reported, and lives again once let go."""
    door = Door()
    door.tell(PRESSED)
    door.wait(290)
    assert door.condition.why is Why.EXIT
    door.wait(20)
    assert door.condition.dead == (InputName.REX,)
    assert not door.condition.released
    door.tell(PRESSED)
    assert not door.condition.released
    door.tell(LET_GO)
    door.tell(PRESSED)
    assert door.condition.released
    assert door.kinds == [
        NoteKind.EXIT_REQUESTED,
        NoteKind.INPUT_FAULT,
        NoteKind.INPUT_RECOVERED,
        NoteKind.EXIT_REQUESTED,
    ]


def test_a_button_that_is_held_does_not_release_behind_who_went_out() -> None:
    """A motion detector that still sees her is used up once the door has closed."""
    door = Door()
    door.tell(PRESSED)
    door.tell(OPENS)
    door.tell(CLOSES)
    door.wait(20)
    assert not door.condition.released


def test_in_lockdown_only_the_way_out_is_free() -> None:
    """Grants, office mode and schedule are refused or wait; button and fire alarm release."""
    door = Door()
    door.tell(Granted())
    door.tell(Lockdown(active=True, detail="account 7: drill"))
    assert not door.condition.released
    assert door.tell(Granted()) is Reason.LOCKDOWN
    assert door.tell(OfficeMode(active=True)) is Reason.LOCKDOWN
    door.tell(UnlockSchedule(active=True))
    assert not door.condition.released
    whys = []
    for happening in (PRESSED, InputChanged(InputName.FIRE, active=True)):
        door.tell(happening)
        whys.append(door.condition.why)
    assert whys == [Why.EXIT, Why.FIRE]
    assert door.notes[0] == Note(NoteKind.LOCKDOWN_BEGAN, "account 7: drill")


def test_after_a_lockdown_the_schedule_goes_on_and_office_mode_does_not() -> None:
    """The week's plan is the site's; office mode was somebody's wish of that morning."""
    door = Door()
    door.tell(OfficeMode(active=True))
    door.tell(Lockdown(active=True))
    door.tell(Lockdown(active=False))
    assert not door.condition.released
    door.tell(UnlockSchedule(active=True))
    assert door.condition.why is Why.UNLOCK_SCHEDULE


def test_a_calendar_that_hangs_leaves_no_door_unlocked() -> None:
    """What it said last is good for a minute."""
    door = Door()
    door.tell(UnlockSchedule(active=True))
    door.wait(59)
    assert door.condition.released
    door.wait(2)
    assert not door.condition.released
    assert door.kinds == [NoteKind.UNLOCK_SCHEDULE_BEGAN, NoteKind.UNLOCK_SCHEDULE_ENDED]


def test_office_mode_ends_by_command_and_by_time() -> None:
    """Whoever may do so begins and ends it; it ends by itself at the latest."""
    door = Door(office=60.0)
    door.tell(OfficeMode(active=True))
    door.wait(10)
    assert door.condition.why is Why.OFFICE_MODE
    door.tell(OfficeMode(active=False))
    door.wait(6)
    assert not door.condition.released
    door.tell(OfficeMode(active=True))
    door.wait(61)
    assert not door.condition.released
    assert door.kinds == [NoteKind.OFFICE_MODE_BEGAN, NoteKind.OFFICE_MODE_ENDED] * 2


def test_a_door_that_stands_unlocked_may_stand_open() -> None:
    """Held open counts from when it is locked again."""
    door = Door()
    door.tell(OfficeMode(active=True))
    door.tell(OPENS)
    door.wait(300)
    assert not door.condition.alarms
    door.tell(OfficeMode(active=False))
    door.wait(29)
    assert not door.condition.warning
    door.wait(32)
    assert door.condition.alarms == (Alarm.HELD_OPEN,)


def test_every_standing_release_is_a_lease() -> None:
    """Its deadline is never more than a few seconds away, and renewed before it is over."""
    door = Door(lease=5.0)
    door.tell(InputChanged(InputName.FIRE, active=True))
    for _ in range(100):
        door.wait(0.5)
        assert door.state.release is not None
        assert 2 < door.state.release.until - door.now <= 5
    door.tell(InputChanged(InputName.FIRE, active=False))
    assert not door.condition.released


def test_a_fire_alarm_that_is_not_to_release_is_recorded() -> None:
    """The door stays locked, and says so."""
    door = Door(fire_releases=False)
    door.tell(InputChanged(InputName.FIRE, active=True))
    assert not door.condition.released
    assert door.kinds == [NoteKind.ALARM]


def test_a_fire_goes_on_where_its_line_burns_through() -> None:
    """The last word of the input counts until it says otherwise."""
    door = Door()
    door.tell(InputChanged(InputName.FIRE, active=True))
    door.tell(InputLost(InputName.FIRE))
    door.wait(60)
    assert door.condition.why is Why.FIRE


def test_a_contact_that_is_lost_raises_no_alarm_by_itself() -> None:
    """Forced and held open are not watched, and the record says so."""
    door = Door()
    door.tell(InputLost(InputName.CONTACT))
    door.wait(300)
    door.tell(OPENS)
    assert not door.condition.alarms
    assert door.notes[0] == Note(
        NoteKind.INPUT_FAULT, "contact lost; forced and held open are not watched"
    )
    assert door.kinds[1:] == [NoteKind.DOOR_OPENED, NoteKind.INPUT_RECOVERED]


def test_tampering_is_an_alarm_until_the_housing_is_closed() -> None:
    """Recorded at the beginning and at the end."""
    door = Door()
    door.tell(InputChanged(InputName.TAMPER, active=True))
    assert Alarm.TAMPER in door.condition.alarms
    door.tell(InputChanged(InputName.TAMPER, active=False))
    assert not door.condition.alarms
    assert door.kinds == [NoteKind.TAMPERED, NoteKind.TAMPER_ENDED]


def test_a_grant_that_is_withdrawn_leaves_the_way_out() -> None:
    """A lost camera ends what a face began, and nothing else."""
    door = Door()
    door.tell(Granted())
    door.tell(PRESSED)
    door.tell(Withdrawn())
    assert door.condition.why is Why.EXIT
    door.tell(LET_GO)
    door.wait(6)
    assert not door.condition.released


@pytest.mark.parametrize(
    "policy",
    [
        {"release": 0.0},
        {"rex_stuck": 0.0},
        {"settle": -1.0},
        {"extended_release": 4.0},
        {"held_alarm": 20.0},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy: dict[str, float]) -> None:
    """Before it drives a lock."""
    with pytest.raises(ValueError, match=r"."):
        replace(PortalPolicy(), **policy)  # type: ignore[arg-type]
