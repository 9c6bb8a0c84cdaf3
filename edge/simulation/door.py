"""The door of a scenario: the real door's parts around a lock, readers and wires that are told of."""

from __future__ import annotations

from datetime import UTC, datetime

from edge.access.rules import Rules
from edge.audit import AuditEvent, EventKind, clock_trust
from edge.config import Settings
from edge.desk import Command
from edge.domain import Decision, InputName, Outcome, Reason, Shown, ShownKind
from edge.door.admission import Admission, AdmissionPolicy
from edge.door.hearing import Hearing
from edge.door.hours import Hours
from edge.door.opening import LockOpening
from edge.door.passages import Passages
from edge.door.remote import RemoteControl
from edge.door.settling import Settling
from edge.door.switching import Switching
from edge.door.verdicts import Sight, Verdicts
from edge.portal import InputChanged, InputLost, Note, Release
from edge.simulation.clock import Clock
from edge.simulation.control import Control
from edge.simulation.onlooker import Onlooker, Onlookers
from edge.simulation.people import Gallery, Muster, PinPad, recognized
from edge.simulation.requests import Requests
from edge.simulation.scenario import Scenario
from edge.simulation.timeline import LineKind, Timeline
from edge.wiring import portal_policy

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class InForce:
    """The rules that hold: always the same in one story."""

    version = 1

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def current(self, now: datetime) -> InForce:  # noqa: ARG002 - Rulebook's signature
        return self


class Readers:
    """What is held to the readers, which are never lost in a story."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: list[Shown] = []

    def show(self, kind: ShownKind, value: str) -> None:
        """Somebody shows something."""
        self._shown.append(Shown(kind, value, "reader", self._clock.wall, self._clock.now))

    def take(self) -> tuple[Shown, ...]:
        shown, self._shown = tuple(self._shown), []
        return shown

    def changes(self) -> tuple[tuple[str, bool], ...]:
        return ()


class SimulatedDoor:
    """Lives through what is done to it, and tells *timeline* what comes of it."""

    def __init__(self, scenario: Scenario, rules: Rules, clock: Clock, timeline: Timeline) -> None:
        self._scenario = scenario
        self._name = scenario.site.door
        self._clock = clock
        self._timeline = timeline
        self._rulebook = InForce(rules)
        self._policy = portal_policy(Settings(lock=scenario.lock, portal=scenario.portal))
        self.muster = Muster()
        self._pins = PinPad(scenario.people)
        self._gallery = Gallery(scenario, rules)
        self._inputs: dict[InputName, bool] = dict.fromkeys(scenario.site.inputs, False)
        self._cut: set[InputName] = set()
        self._powered = True
        self.released = False
        self._start()

    @property
    def onlooker(self) -> Onlooker | None:
        """Who stands before the camera."""
        return self._onlookers.current

    @property
    def busy(self) -> bool:
        """Whether something is under way that ends within seconds or minutes."""
        return self._powered and (self._control.busy or not self._admission.idle)

    @property
    def next_due(self) -> int | None:
        """The ticks at which something is due, as far as is known."""
        ends_at = self._control.ends_at
        ends = None if ends_at is None else self._clock.after(ends_at - self._clock.now)
        known = [each for each in (ends, self._onlookers.next_look) if each is not None]
        return min(known) if known and self._powered else None

    def turn(self) -> None:
        """Attend to everything once, in the order of the real loop."""
        if not self._powered:
            return
        now, at = self._clock.now, self._clock.wall
        self._control.tick()
        self._hours.turn(self._rulebook.rules, now=now, at=at)
        self._passages.turned(self._control.condition)
        self._remote.attend(at)
        self._hearing.turn(now=now, at=at)
        self._onlookers.attend()

    # What is done to it.

    def step_up(self, onlooker: Onlooker) -> None:
        """Somebody steps before the camera, in place of whoever stands there."""
        self.leave()
        self._onlookers.steps_up(onlooker)

    def leave(self) -> None:
        """Whoever stands before the camera walks away."""
        if self._onlookers.current is None:
            return
        self._onlookers.leaves()
        if self._powered:
            left = self._admission.face_left(now=self._clock.now, at=self._clock.wall)
            self._settling.settle(left, self._clock.wall)

    def show(self, kind: ShownKind, value: str) -> None:
        """Somebody holds a badge to the reader, or types a PIN."""
        if self._powered:
            self._readers.show(kind, value)

    def ask(self, command: Command) -> None:
        """The manager asks something by the pages."""
        if self._powered:
            self._requests.ask(command)

    def change(self, name: InputName, *, active: bool) -> None:
        """An input changes, if it is wired; nobody hears of it by a wire that is cut."""
        if name in self._inputs:
            self._inputs[name] = active
            if self._powered and name not in self._cut:
                self._control.happen(InputChanged(name, active))

    def cut(self, name: InputName) -> None:
        """A wire is cut."""
        self._cut.add(name)
        if self._powered:
            self._control.happen(InputLost(name))

    def mend(self, name: InputName) -> None:
        """A wire is mended."""
        self._cut.discard(name)
        if self._powered and name in self._inputs:
            self._control.happen(InputChanged(name, self._inputs[name]))

    def lose_power(self) -> None:
        """The power fails: the lock is what it is without current."""
        self._powered = False
        self.released = self._scenario.lock.fails == "safe"
        how = "released" if self.released else "secured"
        self._timeline.say(LineKind.LOCK, f"without power the lock is {how}")

    def get_power(self) -> None:
        """The power is back: the program begins anew, and knows of a lockdown by its record."""
        onlooker, lockdown = self.onlooker, self._control.condition.lockdown
        self._timeline.restarted()
        if self.released:
            self._locked(None)
        self._timeline.append(AuditEvent(EventKind.DOOR_STARTED, self._clock.wall, self._name))
        self._start(lockdown=lockdown)
        if onlooker is not None:
            self._onlookers.steps_up(onlooker)

    def _start(self, *, lockdown: bool = False) -> None:
        """Put the parts together, as the wiring does."""
        door, clock = self._name, self._clock
        self._control = Control(
            self._policy,
            clock=lambda: clock.now,
            note=self._noted,
            lock=self._locked,
            lockdown=lockdown,
        )
        self._readers = Readers(clock)
        self._requests = Requests(door, clock)
        self._onlookers = Onlookers(self._look_at, clock)
        self._admission = Admission(
            policy=AdmissionPolicy(door=door, readable=self._scenario.site.shows),
            gallery=self._gallery,
            rules=self._rulebook,
            pins=self._pins,
            presences=self.muster,
            trusts=self._trusts,
        )
        self._passages = Passages(self.muster)
        self._hours = Hours(door, self._control)
        self._remote = RemoteControl(
            requests=self._requests,
            door=door,
            control=self._control,
            audit=self._timeline,
            clock=lambda: clock.now,
        )
        self._verdicts = Verdicts(
            door=door,
            opening=LockOpening(self._control),
            audit=self._timeline,
            passages=self._passages,
            observers=(self._timeline,),
        )
        switching = Switching(door)
        self._settling = Settling(
            door=door,
            admission=self._admission,
            watching=self._onlookers,
            verdicts=self._verdicts,
            hours=self._hours,
            switching=switching,
            clock=lambda: clock.now,
        )
        self._hearing = Hearing(
            door=door,
            readers=self._readers,
            gallery=self._gallery,
            admission=self._admission,
            switching=switching,
            control=self._control,
            audit=self._timeline,
            settling=self._settling,
        )
        self._powered = True
        for name, active in self._inputs.items():
            self._control.happen(
                InputLost(name) if name in self._cut else InputChanged(name, active)
            )

    def _trusts(self, at: datetime) -> bool:
        """Hold the clock against the record, as the wiring does; a story may play in any year."""
        return clock_trust(at, last=self._timeline.latest_at, built=LONG_AGO).plausible

    def _noted(self, note: Note) -> None:
        kind = EventKind(note.kind.value)
        self._timeline.append(AuditEvent(kind, self._clock.wall, self._name, detail=note.detail))

    def _locked(self, release: Release | None) -> None:
        released = release is not None
        if released != self.released:
            self.released = released
            self._timeline.locked(release)

    def _look_at(self, onlooker: Onlooker) -> None:
        """Do what the real door does for its camera, with what the networks would have found."""
        found = recognized(
            onlooker, self._admission.comparing, self._gallery, self._scenario.people
        )
        at, sight = self._clock.wall, Sight(recognition=found)
        if found.matched and onlooker.photo:
            denial = Decision(Outcome.DENY, Reason.NOT_LIVE, person_id=found.person_id)
            self._onlookers.refuse(Reason.NOT_LIVE)
            self._verdicts.deny(denial, at, sight)
            return
        answers = self._admission.face(found, now=self._clock.now, at=at)
        self._settling.settle(answers, at, sight)
