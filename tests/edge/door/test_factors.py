"""The whole door with a reader: real faces, badges and PINs, put to real rules."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from edge.access.attempt_state import Ask
from edge.access.document import from_toml, to_json
from edge.access.ruleset import Factor
from edge.audit import EventKind
from edge.collection.pins import Pins
from edge.collection.rule_versions import RuleVersions
from edge.collection.whereabouts import WhereaboutsStore
from edge.domain import Decision, Evidence, Face, Frame, Pixels, Shown, ShownKind, Signal
from edge.door.lights import Lights
from edge.wiring import door_policy
from tests.edge.door.test_loop import House, Projector

PIN, DURESS_PIN = "2748", "7914"
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

BADGE_AND_FACE = """
zone = "UTC"
[doors.test]
mode = "badge-and-face"
[groups.Everyone]
permissions = [{ doors = "all", schedule = "Always" }]
"""


@dataclass
class Hands:
    """Readers to which things are shown just before the frames of these numbers."""

    camera: Projector
    shows: dict[int, tuple[ShownKind, str]]

    def take(self) -> tuple[Shown, ...]:
        """Return what is shown before the next frame."""
        what = self.shows.pop(self.camera._count, None)
        if what is None:
            return ()
        return (Shown(*what, "reader", datetime.now(UTC), time.monotonic()),)

    def changes(self) -> tuple[tuple[str, bool], ...]:
        """Nothing is ever lost."""
        return ()


@dataclass
class Eyes:
    """An observer that remembers."""

    asks: list[Ask] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def looked(self, frame: Frame, face: Face | None) -> None:
        """Nothing to see in single frames."""

    def asked(self, ask: Ask) -> None:
        self.asks.append(ask)

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:
        self.decisions.append(decision)


def write_rules(house: House, toml: str) -> None:
    """Let the rules of *toml* hold."""
    RuleVersions(house.core.database).write(
        to_json(from_toml(toml)), base=None, actor="test", at=NOW
    )


@dataclass
class Lamps:
    """What the door shows by its lights when it has nothing to say by itself."""

    shown: list[Signal] = field(default_factory=list)

    def show(self, signal: Signal) -> None:
        if not self.shown or self.shown[-1] is not signal:
            self.shown.append(signal)


def watch(
    house: House, shots: Sequence[Pixels | None], **shows: tuple[ShownKind, str]
) -> tuple[Eyes, list[Signal]]:
    """Run the door over *shots*, showing things before the frames ``f<number>``."""
    camera, eyes = Projector(shots), Eyes()
    hands = Hands(camera, {int(name[1:]): what for name, what in shows.items()})
    policy = door_policy(house.core.settings, house.core.embedder, frozenset(Factor))
    lamps = Lamps()
    observers = (eyes, Lights(lamps))
    house.watch(shots, camera=camera, readers=hands, observers=observers, policy=policy)
    return eyes, lamps.shown


def badge(number: str) -> tuple[ShownKind, str]:
    """Hold a badge to the reader."""
    return ShownKind.BADGE, number


def pin(digits: str) -> tuple[ShownKind, str]:
    """Type a PIN."""
    return ShownKind.PIN, digits


def test_a_face_alone_is_asked_for_its_badge(house: House, carphone: list[Pixels]) -> None:
    """Recognized, and locked: the door waits, shows that it does, and says nothing of a denial."""
    write_rules(house, BADGE_AND_FACE)

    eyes, lights = watch(house, carphone[60:90])

    assert house.releases == 0
    assert [ask.all_of for ask in eyes.asks] == [("badge",)]
    assert lights == [Signal.LOOK, Signal.WAITING]
    assert not eyes.decisions


def test_a_face_and_then_its_badge_open(house: House, carphone: list[Pixels]) -> None:
    """The face is remembered while it stays, and is spent when the door opens."""
    write_rules(house, BADGE_AND_FACE)

    eyes, lights = watch(house, carphone[60:110], f20=badge("1"))

    assert house.releases == 1
    (decision,) = eyes.decisions
    assert (decision.granted, decision.person_id) == (True, house.man.person_id)
    assert lights[:2] == [Signal.LOOK, Signal.WAITING]
    assert Signal.DENIED not in lights


def test_a_badge_and_then_its_face_open(house: House, carphone: list[Pixels]) -> None:
    """The face is compared with the badge's owner alone."""
    write_rules(house, BADGE_AND_FACE)
    empty = [None] * 5

    eyes, _ = watch(house, [*empty, *carphone[60:90]], f2=badge("1"))

    assert house.releases == 1
    (decision,) = eyes.decisions
    assert (decision.granted, decision.threshold) == (True, 99.0)


def test_somebody_else_with_the_badge_stays_outside(
    house: House, carphone: list[Pixels], astronaut: Pixels
) -> None:
    """A found badge opens nothing for another face, and the record names its owner."""
    write_rules(house, BADGE_AND_FACE)
    near = astronaut[20:320, 60:360]

    eyes, _ = watch(house, [near] * 30, f2=badge("1"))

    assert house.releases == 0
    assert {decision.reason for decision in eyes.decisions} >= {"WRONG_PERSON"}
    assert house.man.person_id in {decision.person_id for decision in eyes.decisions}


def test_who_walks_away_takes_her_face_with_her(
    house: House, carphone: list[Pixels], astronaut: Pixels
) -> None:
    """He shows his face and leaves; another with his badge cannot complete what he began."""
    write_rules(house, BADGE_AND_FACE)
    near = astronaut[20:320, 60:360]

    eyes, _ = watch(house, [*carphone[60:80], *[near] * 40], f30=badge("1"))

    assert house.releases == 0
    assert "FACTOR_TIMED_OUT" in {decision.reason for decision in eyes.decisions}


def test_a_badge_of_nobody_is_refused(house: House, carphone: list[Pixels]) -> None:
    """An unknown number is a denial of its own, and does not harm who stands there."""
    write_rules(house, BADGE_AND_FACE)

    eyes, _ = watch(house, carphone[60:110], f15=badge("666"), f30=badge("1"))

    assert eyes.decisions[0].reason == "UNKNOWN_BADGE"


def test_a_badge_alone_opens_only_where_the_rules_say_so(house: House) -> None:
    """Without any face in sight."""
    dark: list[None] = [None] * 10
    write_rules(house, BADGE_AND_FACE)
    watch(house, dark, f2=badge("1"))
    assert house.releases == 0

    write_rules(house, BADGE_AND_FACE.replace("badge-and-face", "badge"))
    eyes, _ = watch(house, dark, f2=badge("1"))
    assert house.releases == 1
    assert eyes.decisions[0].similarity is None


def test_a_pin_and_a_face_open_and_a_wrong_pin_may_be_typed_again(
    house: House, carphone: list[Pixels]
) -> None:
    """The wrong one is recorded; the face need not be shown anew."""
    write_rules(house, BADGE_AND_FACE.replace("badge-and-face", "pin-and-face"))
    Pins(house.core.database, house.core.key).set(house.man.person_id, PIN, at=NOW)

    eyes, _ = watch(house, carphone[60:110], f20=pin("2747"), f30=pin(PIN))

    assert house.releases == 1
    assert [decision.reason for decision in eyes.decisions] == ["WRONG_PIN", "MATCH"]


def test_duress_opens_and_alarms_in_silence(house: House, carphone: list[Pixels]) -> None:
    """What the door shows is the same as ever; the record has an alarm more."""
    write_rules(house, BADGE_AND_FACE.replace("badge-and-face", "pin-and-face"))
    pins = Pins(house.core.database, house.core.key)
    pins.set(house.man.person_id, PIN, duress=DURESS_PIN, at=NOW)

    eyes, lights = watch(house, carphone[60:110], f20=pin(DURESS_PIN))

    assert house.releases == 1
    (alarm,) = house.events(EventKind.DURESS)
    assert alarm.person_id == house.man.person_id
    assert [decision.reason for decision in eyes.decisions] == ["MATCH"]
    assert not {Signal.ALARM, Signal.WARNING, Signal.DENIED} & set(lights)
    assert "duress" not in eyes.decisions[0].explanation


def test_out_of_hours_is_a_denial_with_its_reason(house: House, carphone: list[Pixels]) -> None:
    """A group whose schedule is never open: the record says which."""
    write_rules(house, BADGE_AND_FACE.replace('schedule = "Always"', 'schedule = "Never"'))

    eyes, _ = watch(house, carphone[60:90])

    assert house.releases == 0
    assert {decision.reason for decision in eyes.decisions} == {"OUTSIDE_SCHEDULE"}
    (event, *_) = house.events(EventKind.DECISION)
    assert "Never" in event.detail


def test_twins_are_let_in_by_badge_and_face(house: House, carphone: list[Pixels]) -> None:
    """A marked look-alike is asked for another factor, and gets in with it."""
    from edge.collection.people import People  # noqa: PLC0415
    from edge.collection.person_rows import NewPerson  # noqa: PLC0415

    people = People(house.core.database)
    twin = people.enroll("badges", NewPerson("Twin"))
    people.mark_look_alikes(house.man.person_id, twin.person_id, 99.5)
    Pins(house.core.database, house.core.key).set(house.man.person_id, PIN, at=NOW)

    eyes, _ = watch(house, carphone[60:110], f20=badge("1"), f30=pin(PIN))

    assert house.releases == 1
    assert eyes.asks


def test_whoever_was_let_in_is_inside(house: House, carphone: list[Pixels]) -> None:
    """Counted on the grant, as the rules of this door say; a second entry is denied."""
    write_rules(
        house,
        BADGE_AND_FACE.replace(
            'mode = "badge-and-face"', 'mode = "badge"\nenters = "Office"\ncounts_on = "grant"'
        )
        + '[areas.Office]\nanti_passback = "hard"\n',
    )

    watch(house, [None] * 10, f2=badge("1"))
    stay = WhereaboutsStore(house.core.database).of(house.man.person_id)
    assert stay is not None
    assert stay.area == "Office"

    eyes, _ = watch(house, [None] * 10, f2=badge("1"))
    assert [decision.reason for decision in eyes.decisions] == ["ANTI_PASSBACK"]
    assert house.releases == 1
