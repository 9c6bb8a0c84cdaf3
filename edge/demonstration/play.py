"""The demonstration: the real door, with real parts, on real footage, and an honest summary.

Everything runs as at a real door: networks, encrypted collection, presentation, decision, audit.
Only the camera plays a script and the lock drives nothing. What the script expects is compared
with what was decided only afterwards, for the summary.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import cv2

from edge.access.attempt_state import Ask
from edge.audit import EventKind, Verified
from edge.collection.memberships import Memberships
from edge.collection.people import NewPerson, Person
from edge.config import (
    DoorSettings,
    InputSettings,
    LockSettings,
    PanelSettings,
    PortalSettings,
    ReaderSettings,
    Settings,
    SignalSettings,
)
from edge.core import Core
from edge.demonstration.camera import ScriptedCamera
from edge.demonstration.house import STAFF, House
from edge.demonstration.scenes import Scene, script
from edge.domain import Badge, Decision, Evidence, Face, Frame, Pixels, Reason
from edge.enrolling import Photo
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.wiring import wired_door

FPS = 12
"""Frames a second of the scripted camera: within reach of a Raspberry Pi 4 by our estimate."""

PERSON = "The man in the car"
BADGE = "1001"


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision, and the scene it was made in."""

    scene: Scene
    decision: Decision
    evidence: Evidence | None
    frame: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demonstration came to; *unlocks* is counted at the lock, not at the decisions."""

    person: Person
    shown: tuple[Shown, ...]
    frames: int
    unlocks: int
    verified: Verified
    forced: int = 0
    sees_texture: bool = False

    @property
    def told_by(self) -> str:
        """What a living face was told from a picture by."""
        if self.sees_texture:
            return "by the depth that shows when a head turns, and by the anti-spoof network"
        return (
            "by the depth that shows when a head turns, alone: the optional anti-spoof network is "
            "not here (`ostiary models fetch`), and without it a video could pass where nobody is "
            "asked to move"
        )

    @property
    def admitted(self) -> int:
        """How many unlocks were for the enrolled man, while he stood in front."""
        return sum(
            each.decision.granted
            and each.scene.opens
            and each.decision.person_id == self.person.person_id
            for each in self.shown
        )

    @property
    def unmasked(self) -> int:
        """How often a picture of him was taken for him and denied because it does not live."""
        return sum(
            each.scene.attack
            and each.decision.reason is Reason.NOT_LIVE
            and each.decision.person_id == self.person.person_id
            for each in self.shown
        )

    @property
    def sent_away(self) -> int:
        """How often he was recognized and denied because it was not his time."""
        return sum(
            each.scene.out_of_hours
            and each.decision.reason is Reason.OUTSIDE_SCHEDULE
            and each.decision.person_id == self.person.person_id
            for each in self.shown
        )

    @property
    def succeeded(self) -> bool:
        """Whether the man got in when he might, and nobody else, and what was wrong was noticed."""
        only_he = self.admitted > 0 and self.unlocks == self.admitted
        return only_he and min(self.unmasked, self.sent_away, self.forced) > 0


class Screen(Protocol):
    """Where the demonstration is shown."""

    def enrolled(self, person: Person) -> None: ...

    def scene(self, scene: Scene) -> None: ...

    def happened(self, what: str) -> None: ...

    def looked(self, frame: Frame, face: Face | None) -> None: ...

    def asked(self, ask: Ask) -> None: ...

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None: ...


def demonstration_settings(settings: Settings, folder: Path) -> Settings:
    """Return *settings* with data of its own in *folder*, a fake lock, and shorter waits."""
    return replace(
        settings,
        storage=replace(settings.storage, folder=folder, key_file=folder / "ostiary.key"),
        door=DoorSettings(
            name="demonstration", decide_after_seconds=1.2, rearm_seconds=1.0, retry_seconds=5.0
        ),
        # Nobody in a film does what he is asked to, and the script shows one film several times.
        liveness=replace(
            settings.liveness,
            mode="passive",
            patience_seconds=2.0,
            prompter="fake",
            watch_camera=False,
        ),
        lock=LockSettings(kind="fake", release_seconds=2.0),
        portal=PortalSettings(settle_seconds=0.2),
        # What is here beside the lock are fakes, too, whatever the settings of this machine name.
        inputs=InputSettings(kind="fake"),
        signals=SignalSettings(kind="fake"),
        reader=ReaderSettings(kind="fake"),
        panel=PanelSettings(),
    )


def play(core: Core, screen: Screen) -> Summary:
    """Enroll the man, play the script, verify the audit.

    :raises OstiaryError: if any part fails; the lock is secured.
    """
    played = script(fps=FPS)
    person = core.enroller.enroll(
        NewPerson(name=PERSON),
        [
            Photo(name=f"picture {number}", source=_as_png(pixels))
            for number, pixels in enumerate(played.enrolment, start=1)
        ],
        (Badge(BADGE),),
        actor="demonstration",
    )
    screen.enrolled(person)
    collector = _Collector(played.scenes[0])
    lock = FakeLock()

    def on_scene(scene: Scene) -> None:
        collector.scene = scene
        screen.scene(scene)

    house = House(core, badge=BADGE, tell=screen.happened)
    Memberships(core.database).change(person.person_id, add=(STAFF,))
    camera = ScriptedCamera(played.scenes, fps=FPS, on_scene=on_scene, on_act=house.act)
    door = wired_door(
        core,
        camera=camera,
        lock=lock,
        observers=(collector, screen),
        devices=house.devices,
        signs=(house,),
    )
    with door as loop:
        loop.run(threading.Event())
    return Summary(
        person=person,
        shown=tuple(collector.shown),
        frames=collector.frames,
        unlocks=sum(change.state is LockState.RELEASED for change in lock.history),
        verified=core.audit.verify(),
        forced=sum(entry.event.kind is EventKind.FORCED_OPEN for entry in core.audit.entries()),
        sees_texture=core.liveness.sees_texture,
    )


class _Collector:
    """Keeps what was decided, with the scene it was decided in."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.shown: list[Shown] = []
        self.frames = 0

    def looked(self, frame: Frame, face: Face | None) -> None:  # noqa: ARG002 - Observer's signature
        self.frames += 1

    def asked(self, ask: Ask) -> None:
        """Ignore what is asked for."""

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        self.shown.append(Shown(self.scene, decision, evidence, self.frames))


def _as_png(pixels: Pixels) -> bytes:
    return bytes(cv2.imencode(".png", pixels)[1])
