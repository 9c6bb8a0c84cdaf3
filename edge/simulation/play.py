"""A scenario lived through: the real door's parts, a clock that is turned by hand, a timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.access.attempt_state import Ask
from edge.access.rules import Rules
from edge.audit import AuditEntry, AuditEvent, EventKind
from edge.config import Settings
from edge.domain import (
    Decision,
    Evidence,
    Face,
    Frame,
    InputName,
    Outcome,
    Reason,
    Shown,
    ShownKind,
    Signal,
)
from edge.door.admission import Admission, AdmissionPolicy
from edge.door.hearing import Hearing
from edge.door.hours import Hours
from edge.door.identify import Recognition
from edge.door.opening import LockOpening
from edge.door.passages import Passages
from edge.door.settling import Settling
from edge.door.switching import Switching
from edge.door.verdicts import Sight, Verdicts
from edge.portal import InputChanged, InputLost, Note, Release
from edge.simulation.control import Control
from edge.simulation.onlooker import Onlooker, Onlookers
from edge.simulation.people import Gallery, Muster, PinPad
from edge.simulation.scenario import Expected, Scenario, Step
from edge.wiring import portal_policy

FINE, COARSE = 0.1, 5.0
"""Seconds that the clock is turned by: while something is under way, and while nothing is."""

THROUGH_AFTER, THROUGH_LASTS = 1.0, 3.0
"""Seconds until somebody opens the door that was released for her, and until it falls shut."""

PRESSED_FOR = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline. *at* by the clock on the wall; *kind*: step, record, lock or asked."""

    at: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What was expected of step number *step* (from 1 on), and what was instead."""

    step: int
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a scenario."""

    timeline: tuple[Line, ...]
    failures: tuple[Failure, ...]


def play(scenario: Scenario) -> Played:
    """Live through *scenario* and compare it with what it expects."""
    return _Play(scenario).lived()


class _Play:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._rules = Rules(scenario.rules)
        self._now = 0.0
        self._wall = scenario.starts.replace(tzinfo=self._rules.zone).astimezone(UTC)
        self._policy = portal_policy(Settings(lock=scenario.lock, portal=scenario.portal))
        self._timeline: list[Line] = []
        self._failures: list[Failure] = []
        self._muster = Muster()
        self._pins = PinPad(scenario.people)
        self._gallery = Gallery(scenario, self._rules)
        self._inputs: dict[InputName, bool] = dict.fromkeys(scenario.site.inputs, False)
        self._released = False
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._events: list[EventKind] = []
        self._decision: Decision | None = None
        self._asks: tuple[str, ...] = ()
        self._shown: list[Shown] = []
        self._start()

    def lived(self) -> Played:
        for number, step in enumerate(self._scenario.steps, start=1):
            self._turn_to(self._time_of(step))
            self._events, self._decision, self._asks = [], None, ()
            self._say("step", step.words or _in_words(step))
            self._act(step)
            self._turn()
            self._compare(number, step.expect)
        return Played(tuple(self._timeline), tuple(self._failures))

    # The door's parts, as at a real one, built anew when the power comes back.

    def _start(self, *, lockdown: bool = False) -> None:
        door = self._scenario.site.door
        self._control = Control(
            self._policy,
            clock=lambda: self._now,
            note=self._noted,
            lock=self._locked,
            lockdown=lockdown,
        )
        self._onlookers = Onlookers(self._ask_face)
        self._admission = Admission(
            policy=AdmissionPolicy(door=door, readable=self._scenario.site.shows),
            gallery=self._gallery,
            rules=self,
            pins=self._pins,
            presences=self._muster,
        )
        self._passages = Passages(self._muster)
        self._hours = Hours(door, self._control)
        switching = Switching(door)
        self._verdicts = Verdicts(
            door=door,
            opening=LockOpening(self._control),
            audit=self,
            passages=self._passages,
            observers=(self,),
        )
        self._settling = Settling(
            door=door,
            admission=self._admission,
            watching=self._onlookers,
            verdicts=self._verdicts,
            hours=self._hours,
            switching=switching,
            readers=self,
            clock=lambda: self._now,
        )
        self._hearing = Hearing(
            door=door,
            readers=self,
            gallery=self._gallery,
            admission=self._admission,
            switching=switching,
            control=self._control,
            audit=self,
            settling=self._settling,
        )
        self._powered = True
        for name, active in self._inputs.items():
            self._control.happen(InputChanged(name, active))

    # What the parts ask for: rules, record, readers, a screen.

    @property
    def version(self) -> int:
        return 1

    @property
    def rules(self) -> Rules:
        return self._rules

    def current(self, now: datetime) -> _Play:  # noqa: ARG002 - Rulebook's signature
        """Return the rules that hold: always the same in one story."""
        return self

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write *event* into the timeline."""
        self._events.append(event.kind)
        who = f"{event.person_id}: " if event.person_id else ""
        told = f" {event.outcome}, {event.reason}" if event.outcome else ""
        detail = f" ({event.detail})" if event.detail else ""
        self._say("record", f"{who}{event.kind.replace('-', ' ')}{told}{detail}")
        return AuditEntry(len(self._events), event, "")

    def take(self) -> tuple[Shown, ...]:
        """Return what is held to the reader."""
        shown, self._shown = tuple(self._shown), []
        return shown

    def changes(self) -> tuple[tuple[str, bool], ...]:
        """Readers are never lost in a story."""
        return ()

    def signal(self, signal: Signal) -> None:
        """Lights of a reader are told by what they stand for."""

    def looked(self, frame: Frame, face: Face | None) -> None:
        """There are no frames."""

    def asked(self, ask: Ask) -> None:
        """Note what the person at the door is asked for."""
        self._asks = (*ask.all_of, *ask.one_of)
        if self._asks:
            self._say("asked", f"please: {', '.join(self._asks)}")

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        """Keep the newest decision."""
        self._decision = decision

    def _noted(self, note: Note) -> None:
        self.append(
            AuditEvent(
                kind=EventKind(note.kind.value),
                at=self._wall,
                door=self._scenario.site.door,
                detail=note.detail,
            )
        )

    def _locked(self, release: Release | None) -> None:
        released = release is not None
        if released != self._released:
            self._released = released
            why = "" if release is None else f": {release.why.replace('-', ' ')}"
            self._say("lock", f"the lock is {'released' if released else 'secured'}{why}")

    # Time.

    def _turn_to(self, until: float) -> None:
        while self._now < until - 1e-9:
            due = min([until, *(at for at, _ in self._later if at > self._now)])
            stride = FINE if self._under_way() else COARSE
            self._pass(min(due - self._now, stride))
            for at, act in [each for each in self._later if each[0] <= self._now + 1e-9]:
                self._later.remove((at, act))
                act()
            self._turn()

    def _pass(self, seconds: float) -> None:
        self._now += seconds
        self._wall += timedelta(seconds=seconds)

    def _under_way(self) -> bool:
        return self._control.busy or not self._admission.idle

    def _turn(self) -> None:
        if not self._powered:
            return
        self._control.tick()
        self._hours.turn(self._rules, now=self._now, at=self._wall)
        self._passages.turned(self._control.condition)
        self._hearing.turn(now=self._now, at=self._wall)
        self._onlookers.attend()

    def _time_of(self, step: Step) -> float:
        if step.at is None:
            return self._now + step.after
        wall = self._wall.astimezone(self._rules.zone)
        then = wall.replace(
            hour=step.at.hour,
            minute=step.at.minute,
            second=step.at.second,
            microsecond=step.at.microsecond,
        )
        if then < wall:
            then += timedelta(days=1)
        # By the clock on the wall, so the hours of a night that is changed are counted as they are.
        return self._now + (then.astimezone(UTC) - self._wall).total_seconds() + step.after

    # What happens.

    def _act(self, step: Step) -> None:
        for act in step.acts:
            getattr(self, f"_do_{act}")(getattr(step, act))

    def _do_face(self, name: str) -> None:
        self._leave()
        self._onlookers.steps_up(Onlooker(name))

    def _do_photo_of(self, name: str) -> None:
        self._leave()
        self._onlookers.steps_up(Onlooker(name, photo=True))

    def _do_stranger(self, _: bool) -> None:
        self._leave()
        self._onlookers.steps_up(Onlooker(None))

    def _do_leaves(self, _: bool) -> None:
        self._leave()

    def _do_badge(self, whose: str) -> None:
        someone = self._scenario.people.get(whose)
        number = whose if someone is None or someone.badge is None else someone.badge
        self._show(ShownKind.BADGE, number)

    def _do_pin(self, whose: str) -> None:
        someone = self._scenario.people.get(whose)
        digits = whose if someone is None or someone.pin is None else someone.pin
        self._show(ShownKind.PIN, digits)

    def _do_exit_button(self, how: str) -> None:
        if how != "let go":
            self._input(InputName.REX, active=True)
        if how == "pressed and let go":
            self._soon(PRESSED_FOR, lambda: self._input(InputName.REX, active=False))
        elif how == "let go":
            self._input(InputName.REX, active=False)

    def _do_door(self, how: str) -> None:
        self._input(InputName.CONTACT, active=how == "opens")

    def _do_goes_through(self, _: bool) -> None:
        self._soon(THROUGH_AFTER, lambda: self._input(InputName.CONTACT, active=True))
        self._soon(THROUGH_LASTS, lambda: self._input(InputName.CONTACT, active=False))
        self._soon(THROUGH_LASTS, self._leave)
        self._turn_to(self._now + THROUGH_LASTS)

    def _do_housing(self, how: str) -> None:
        self._input(InputName.TAMPER, active=how == "opens")

    def _do_fire(self, how: str) -> None:
        self._input(InputName.FIRE, active=how == "begins")

    def _do_lockdown(self, how: str) -> None:
        self._control.lockdown(active=how == "begins", detail="by the manager")

    def _do_office_mode(self, how: str) -> None:
        self._control.office_mode(active=how == "begins", detail="by the manager")

    def _do_unlocked_from_the_pages(self, _: bool) -> None:
        refused = self._control.refusal
        outcome = Outcome.GRANT if refused is None else Outcome.DENY
        self.append(
            AuditEvent(
                kind=EventKind.REMOTE_UNLOCK,
                at=self._wall,
                door=self._scenario.site.door,
                outcome=outcome,
                reason=refused or "REQUESTED",
                detail="by the manager",
            )
        )
        if refused is None:
            self._control.grant(present=False)

    def _do_wire_cut(self, name: InputName) -> None:
        self._control.happen(InputLost(name))

    def _do_wire_mended(self, name: InputName) -> None:
        self._control.happen(InputChanged(name, self._inputs[name]))

    def _do_power_cut(self, seconds: float) -> None:
        lockdown = self._control.condition.lockdown
        self._powered = False
        safe = self._scenario.site.fails == "safe"
        self._released = safe
        self._say("lock", f"without power the lock is {'released' if safe else 'secured'}")
        self._pass(seconds)
        self._released = False
        self._start(lockdown=lockdown)
        self.append(AuditEvent(EventKind.DOOR_STARTED, self._wall, door=self._scenario.site.door))

    def _do_clock_set(self, seconds: float) -> None:
        self._wall += timedelta(seconds=seconds)

    def _show(self, kind: ShownKind, value: str) -> None:
        self._shown.append(Shown(kind, value, "reader", self._wall, self._now))

    def _soon(self, seconds: float, act: Callable[[], None]) -> None:
        self._later.append((self._now + seconds, act))

    def _input(self, name: InputName, *, active: bool) -> None:
        if name in self._inputs:
            self._inputs[name] = active
            self._control.happen(InputChanged(name, active))

    def _leave(self) -> None:
        if self._onlookers.current is not None:
            self._onlookers.leaves()
            left = self._admission.face_left(now=self._now, at=self._wall)
            self._settling.settle(left, self._wall)

    def _ask_face(self, onlooker: Onlooker) -> None:
        """What the camera, the networks and the guard of a real door would make of *onlooker*."""
        found = self._recognized(onlooker)
        sight = Sight(recognition=found)
        if found.matched and onlooker.photo:
            self._verdicts.deny(
                Decision(Outcome.DENY, Reason.NOT_LIVE, person_id=onlooker.name), self._wall, sight
            )
            return
        answers = self._admission.face(found, now=self._now, at=self._wall)
        self._settling.settle(answers, self._wall, sight)

    def _recognized(self, onlooker: Onlooker) -> Recognition:
        owner = self._admission.comparing
        if owner is not None:
            alike = onlooker.name == owner.person_id
            return Recognition(reason=Reason.MATCH if alike else Reason.WRONG_PERSON, person=owner)
        if onlooker.name is None:
            return Recognition(reason=Reason.NO_MATCH)
        return Recognition(reason=Reason.MATCH, person=self._gallery.credentials(onlooker.name))

    # What came of it.

    def _say(self, kind: str, words: str) -> None:
        self._timeline.append(Line(self._wall.astimezone(self._rules.zone), kind, words))

    def _compare(self, number: int, expected: Expected) -> None:
        lock = "released" if self._released else "secured"
        because = self._decision.reason if self._decision is not None else None
        found = tuple(sorted(set(self._events)))
        checks: list[tuple[bool, str, object]] = [
            (expected.lock in (None, lock), f"the lock {expected.lock}", lock),
            (expected.because in (None, because), f"a decision {expected.because}", because),
            (set(expected.recorded) <= set(found), f"recorded {expected.recorded}", found),
            (
                not set(expected.not_recorded) & set(found),
                f"not recorded {expected.not_recorded}",
                found,
            ),
            (
                expected.inside in (None, self._muster.inside),
                f"inside {sorted(expected.inside or ())}",
                sorted(self._muster.inside),
            ),
            (expected.asks in (None, self._asks), f"asked for {expected.asks}", self._asks),
        ]
        self._failures += [
            Failure(number, words, str(instead)) for holds, words, instead in checks if not holds
        ]


def _in_words(step: Step) -> str:
    for act in step.acts:
        value = getattr(step, act)
        named = act.replace("_", " ")
        return named if value is True else f"{named}: {value if act != 'pin' else 'typed'}"
    return "time passes"
