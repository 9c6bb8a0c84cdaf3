"""What happens at the demonstration's door beside faces: a badge, a hand at the door, the office."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from edge.access.ruleset import (
    ALWAYS,
    Door,
    Group,
    Hours,
    Mode,
    Permission,
    Ruleset,
    Schedule,
    WeeklyHours,
)
from edge.core import Core
from edge.demonstration.scenes import Act, Does
from edge.devices import Devices
from edge.domain import InputName, ShownKind
from edge.hardware.inputs_fake import FakeInputs
from edge.hardware.reader_fake import FakeReader
from edge.hardware.signals_fake import FakeSignals
from edge.portal import DoorCondition, Position, Why
from edge.ruling import apply_rules

STAFF = "Staff"
HOURS = "Office hours"
ACTOR = "demonstration"

OPENS_AFTER, CLOSES_AFTER = 0.6, 1.6
"""Seconds after the unlocking at which he opens the door, and at which it has fallen shut."""


class House:
    """The fakes at the door, and whoever acts on them; a sign of the door, which sees its state.

    *tell* hears what is done, and every change of the door.
    """

    def __init__(self, core: Core, *, badge: str, tell: Callable[[str], None]) -> None:
        self._core = core
        self._badge = badge
        self._tell = tell
        self._inputs = FakeInputs((InputName.CONTACT, InputName.REX))
        self._reader = FakeReader(name="badge reader")
        self._clock = time.monotonic
        self._let_in_at: float | None = None
        self._told = ""

    @property
    def devices(self) -> Devices:
        """What hangs on the door beside its lock and its camera."""
        return Devices(inputs=self._inputs, signaller=FakeSignals(), readers=(self._reader,))

    def act(self, act: Act) -> None:
        """Do what the script says."""
        door = self._core.settings.door.name
        if act.does is Does.BADGE:
            self._tell("he holds his badge to the reader")
            self._reader.show(ShownKind.BADGE, self._badge)
        elif act.does is Does.ASK_FOR_BADGES:
            self._tell("the office changes the rules: from now on badge and face")
            self._rule(_rules(door, mode=Mode.BADGE_AND_FACE, schedule=ALWAYS))
        elif act.does is Does.END_HOURS:
            self._tell("the office changes the rules: staff may pass in office hours, faces do")
            self._rule(_rules(door, mode=Mode.FACE, schedule=HOURS))
        else:
            self._leaf(open_=act.does is Does.FORCE)

    def turned(self, condition: DoorCondition, *, fault: str | None) -> None:  # noqa: ARG002 - Sign's signature
        """Say how the door is, if that is new; whoever is let in goes through."""
        words = in_words(condition)
        if words != self._told:
            self._told = words
            self._tell(words)
        now = self._clock()
        if condition.why is Why.GRANT and self._let_in_at is None:
            self._let_in_at = now
        if self._let_in_at is None:
            return
        if condition.position is Position.CLOSED and now - self._let_in_at >= OPENS_AFTER:
            self._leaf(open_=True)
        elif condition.position is Position.OPEN and now - self._let_in_at >= CLOSES_AFTER:
            self._leaf(open_=False)
            self._let_in_at = None

    def _leaf(self, *, open_: bool) -> None:
        self._inputs.set(InputName.CONTACT, active=open_)

    def _rule(self, ruleset: Ruleset) -> None:
        now = datetime.now(UTC)
        apply_rules(self._core.database, self._core.audit, ruleset, base=None, actor=ACTOR, at=now)


def in_words(condition: DoorCondition) -> str:
    """Return how a door is, in a few words."""
    lock = f"released ({condition.why})" if condition.why is not None else "secured"
    parts = [f"the door is {lock}"]
    if condition.position is not Position.UNKNOWN:
        parts.append(str(condition.position))
    parts += [f"ALARM {alarm.replace('-', ' ')}" for alarm in condition.alarms]
    return ", ".join(parts)


def _rules(door: str, *, mode: Mode, schedule: str) -> Ruleset:
    return Ruleset(
        schedules=(_hours(datetime.now(UTC)),),
        doors=(Door(name=door, mode=mode),),
        groups=(Group(name=STAFF, permissions=(Permission(frozenset({door}), schedule),)),),
    )


def _hours(now: datetime) -> Schedule:
    """Return office hours that begin in two hours, whatever time it is."""
    begins = now + timedelta(hours=2)
    begin = begins.hour * 60
    return Schedule(
        name=HOURS,
        weekly=(WeeklyHours(frozenset({begins.weekday()}), Hours(begin, (begin + 120) % 1440)),),
    )
