"""A door from its parts: which of the door's own rooms is told of which other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.door.admission import Admission, AdmissionPolicy
from edge.door.camera_trust import CameraTrust
from edge.door.effort import EffortPolicy
from edge.door.facing import Facing
from edge.door.guard import Guard
from edge.door.hearing import Hearing
from edge.door.hours import Hours
from edge.door.identify import IdentityPolicy
from edge.door.loop import DoorLoop
from edge.door.opening import LockOpening, Opening, PanelOpening
from edge.door.parts import (
    Badges,
    Control,
    Credentialing,
    FaceReader,
    Heartbeat,
    Observer,
    PinStore,
    Presences,
    Requests,
    Rulebook,
    Sign,
    TendedRecord,
)
from edge.door.passages import Passages
from edge.door.remote import RemoteControl
from edge.door.settling import Settling
from edge.door.switching import Switching
from edge.door.verdicts import Verdicts
from edge.door.watch import PresentationPolicy
from edge.door.watching import Watching
from edge.hardware import Camera, Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPolicy:
    """What the door *name* demands of a presentation, of an identity, and what it can read."""

    name: str
    presentation: PresentationPolicy
    identity: IdentityPolicy
    admission: AdmissionPolicy


def door_loop(
    *,
    camera: Camera,
    recognizer: FaceReader,
    gallery: Badges,
    rules: Rulebook,
    pins: PinStore,
    presences: Presences,
    control: Control,
    audit: TendedRecord,
    watchdog: Heartbeat,
    policy: DoorPolicy,
    trusts: Callable[[datetime], bool] = lambda _: True,
    observers: Sequence[Observer] = (),
    requests: Requests | None = None,
    readers: Credentialing | None = None,
    panel: Panel | None = None,
    signs: Sequence[Sign] = (),
    guard: Guard | None = None,
    trust: CameraTrust | None = None,
    effort: EffortPolicy | None = None,
) -> DoorLoop:
    """Return the loop of one door; without a *guard* a photo opens it.

    *effort* says what work is left out of frames that tell nothing new.

    *trusts* tells whether the clock may be believed; while it may not, nobody is let in.

    With a *panel* grants go there, and the lock is released for the way out only.
    """
    door = policy.name
    watching = Watching(
        camera=camera, recognizer=recognizer, policy=policy.presentation, effort=effort
    )
    admission = Admission(
        policy=policy.admission,
        gallery=gallery,
        rules=rules,
        pins=pins,
        presences=presences,
        trusts=trusts,
    )
    opening: Opening = (
        LockOpening(control)
        if panel is None
        else PanelOpening(panel, control=control, gallery=gallery)
    )
    passages, hours, switching = Passages(presences), Hours(door, control), Switching(door)
    verdicts = Verdicts(
        door=door,
        opening=opening,
        audit=audit,
        passages=passages,
        observers=observers,
    )
    settling = Settling(
        door=door,
        admission=admission,
        watching=watching,
        verdicts=verdicts,
        hours=hours,
        switching=switching,
    )
    return DoorLoop(
        door=door,
        control=control,
        audit=audit,
        watchdog=watchdog,
        admission=admission,
        hours=hours,
        passages=passages,
        hearing=Hearing(
            door=door,
            readers=readers,
            gallery=gallery,
            admission=admission,
            switching=switching,
            control=control,
            audit=audit,
            settling=settling,
        ),
        facing=Facing(
            door=door,
            watching=watching,
            gallery=gallery,
            policy=policy.identity,
            admission=admission,
            opening=opening,
            guard=guard,
            trust=trust,
            audit=audit,
            verdicts=verdicts,
            settling=settling,
            observers=observers,
        ),
        remote=None
        if requests is None
        else RemoteControl(requests=requests, door=door, control=control, audit=audit),
        signs=signs,
    )
