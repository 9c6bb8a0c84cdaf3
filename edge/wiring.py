"""The one place that wires a door: every object is built here, once, by keyword.

One screen tells what the program is made of. The parts get plain values and look nothing up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from secrets import SystemRandom

from edge.access.ruleset import Factor
from edge.audit import Audit, EventKind, OwingRecord, Wanted
from edge.collection.pins import Pins
from edge.collection.rule_book import RuleBook
from edge.collection.whereabouts import WhereaboutsStore
from edge.config import Settings
from edge.core import Core
from edge.counting import door_figures
from edge.desk import DOOR_MILLISECONDS, Desk
from edge.devices import Devices
from edge.door.admission import AdmissionPolicy
from edge.door.assemble import DoorPolicy, door_loop
from edge.door.attacks import AttackPolicy
from edge.door.camera_trust import CameraTrust
from edge.door.card_readers import CardReaders
from edge.door.challenge import ChallengePolicy
from edge.door.controller import DoorController
from edge.door.effort import EffortPolicy
from edge.door.guard import Guard
from edge.door.identify import IdentityPolicy
from edge.door.lights import Lights
from edge.door.liveness import LivenessPolicy, Mode
from edge.door.loop import DoorLoop
from edge.door.opening import PanelTamper
from edge.door.parts import FaceReader, Observer, Requests, Sign
from edge.door.proving import Proving
from edge.door.watch import PresentationPolicy
from edge.errors import LiveError, StorageError
from edge.hardware import Camera, Lock, Prompter
from edge.hardware.choose import open_prompter
from edge.health import WITHOUT_TEXTURE
from edge.live import Publisher
from edge.metrics import Backlog, TimedReader
from edge.portal import PortalPolicy, Relock
from edge.similarity import SAME_FACE_FMR, similarity_of_fmr
from edge.vision.card import EmbedderCard
from edge.watchdog import Watchdog

log = logging.getLogger(__name__)


@contextmanager
def wired_door(
    core: Core,
    *,
    camera: Camera,
    lock: Lock,
    observers: Sequence[Observer] = (),
    prompters: Sequence[Prompter] = (),
    devices: Devices | None = None,
    signs: Sequence[Sign] = (),
    effort: EffortPolicy | None = None,
) -> Iterator[DoorLoop]:
    """Give the loop of the door, and give everything back afterwards, the lock secured first.

    *effort* says what work is left out of frames that tell nothing new. *prompters* tell the person at the door how to move, beside the one of the settings. The door
    owns the *lock*, the *camera* and the *devices* from here on.

    :raises OstiaryError: if any part cannot be built; the lock is secured all the same.
    """
    settings, devices = core.settings, devices or Devices()
    record = OwingRecord(core.audit)
    signaller = devices.signaller
    with ExitStack() as parts:
        for device in (camera, devices.inputs, signaller, devices.panel):
            if device is not None:
                parts.callback(device.close)
        readers = CardReaders(devices.readers) if devices.readers else None
        if readers is not None:
            parts.callback(readers.close)
        control = DoorController(
            lock,
            door=settings.door.name,
            audit=record,
            policy=portal_policy(settings),
            inputs=devices.inputs,
            signaller=signaller,
            lockdown=in_lockdown(core.audit, settings.door.name),
        )
        parts.callback(control.close)
        control.secure()
        lights = () if signaller is None else (Lights(control),)
        asking = (*prompters, *(() if signaller is None else (signaller,)))
        shown = _publisher(core)
        for each in shown:
            parts.callback(each.close)
        counted = door_figures(
            core, parts, lambda: Backlog(record.owed, control.unwritten, record.lost)
        )
        counting = () if counted is None else (counted[0],)
        recognizer: FaceReader = core.recognizer
        if counted is not None:
            recognizer = TimedReader(recognizer, counted[0].stages)
        rules = RuleBook(core.collection_path, core.key)
        parts.callback(rules.close)
        if readers is not None:
            readers.start()
        yield door_loop(
            camera=camera,
            recognizer=recognizer,
            gallery=core.gallery,
            rules=rules,
            pins=Pins(core.database, core.key),
            presences=WhereaboutsStore(core.database),
            control=control,
            audit=record,
            trusts=lambda at: believes(core, at),
            watchdog=Watchdog(),
            policy=door_policy(settings, core.embedder, readable_by(settings)),
            observers=(*observers, *shown, *lights, *counting),
            requests=_requests(core, parts),
            readers=readers,
            panel=devices.panel,
            signs=(*signs, *shown, *lights, *_told(devices), *(counted or ())),
            guard=_guard(core, (*asking, *shown)),
            trust=CameraTrust() if settings.liveness.watch_camera else None,
            effort=effort,
        )


def _told(devices: Devices) -> tuple[Sign, ...]:
    """Return who tells the panel that the housing is open, where there is a panel."""
    return () if devices.panel is None else (PanelTamper(devices.panel),)


def _guard(core: Core, prompters: Sequence[Prompter]) -> Guard | None:
    """Return who demands a living face, or None where the settings say that none is demanded."""
    settings = core.settings.liveness
    if settings.mode == "off":
        log.warning("liveness.mode is off: A PHOTO OF AN ENROLLED PERSON OPENS THIS DOOR")
        return None
    reader = core.liveness
    if not reader.sees_texture:
        log.warning("%s", WITHOUT_TEXTURE[settings.mode])
    return Guard(
        proving=Proving(
            reader=reader,
            policy=LivenessPolicy(mode=Mode(settings.mode), patience=settings.patience_seconds),
            challenge=ChallengePolicy(moves=settings.moves, seconds=settings.challenge_seconds),
            draw=SystemRandom(),
            prompters=(open_prompter(settings), *prompters),
        ),
        policy=AttackPolicy(limit=settings.attacks, rest=settings.rest_seconds),
    )


def _publisher(core: Core) -> tuple[Publisher, ...]:
    """Return who shows what the door sees, or nobody where that is not wanted or not possible."""
    if not core.settings.live.enabled:
        return ()
    folder = core.live
    try:
        folder.prepare()
    except LiveError as error:
        log.warning("there is no live picture: %s", error)
        return ()
    return (Publisher(folder, door=core.settings.door.name),)


def _requests(core: Core, parts: ExitStack) -> Requests | None:
    """Return the desk, or None where it cannot be opened: the door goes on without it."""
    try:
        desk = Desk(core.desk_path, core.key, patience_milliseconds=DOOR_MILLISECONDS)
    except StorageError as error:
        log.warning("the door cannot be asked anything from the pages: %s", error)
        return None
    parts.callback(desk.close)
    return desk


def believes(core: Core, at: datetime) -> bool:
    """Return whether the clock, which says *at*, may decide who passes.

    :raises AuditError: if the record, which it is held against, cannot be read.
    """
    return core.settings.audit.wrong_clock == "ignore" or core.audit.clock_trust(at).plausible


def in_lockdown(audit: Audit, door: str) -> bool:
    """Return whether *door* was in lockdown when something was recorded of that last.

    A lockdown outlives the program; what left the door unlocked does not.

    :raises AuditError: if the audit cannot be read.
    """
    kinds = (EventKind.LOCKDOWN_BEGAN, EventKind.LOCKDOWN_ENDED)
    newest = audit.search.newest(Wanted(kinds=kinds, door=door), limit=1)
    return any(entry.event.kind is EventKind.LOCKDOWN_BEGAN for entry in newest)


def portal_policy(settings: Settings) -> PortalPolicy:
    """Return how the settings want the door to be run."""
    portal, release = settings.portal, settings.lock.release_seconds
    return PortalPolicy(
        release=release,
        extended_release=max(release, portal.extended_release_seconds),
        held_warning=portal.held_open_warning_seconds,
        held_alarm=portal.held_open_alarm_seconds,
        settle=portal.settle_seconds,
        relock=Relock(portal.relock),
        rex_releases=portal.rex_releases,
        rex_shunt=portal.rex_shunt_seconds,
        rex_stuck=portal.rex_stuck_seconds,
        fire_releases=portal.fire_releases,
        office=portal.office_mode_hours * 3600,
    )


def presentation_policy(settings: Settings, embedder: EmbedderCard) -> PresentationPolicy:
    """Return how frames become evidence, in the units of *embedder*."""
    door = settings.door
    return PresentationPolicy(
        frames=door.frames,
        decide_after=door.decide_after_seconds,
        rearm=door.rearm_seconds,
        retry=door.retry_seconds,
        attempts=door.attempts,
        same_face_cosine=embedder.calibration.cosine(similarity_of_fmr(SAME_FACE_FMR)),
    )


def readable_by(settings: Settings) -> frozenset[Factor]:
    """Return what can be shown at the door of *settings*."""
    reader = settings.reader
    if reader.kind == "none":
        return frozenset({Factor.FACE})
    if reader.kind != "usb":
        return frozenset(Factor)
    typed = ((Factor.BADGE, reader.device), (Factor.PIN, reader.pin_pad))
    return frozenset({Factor.FACE} | {factor for factor, device in typed if device})


def door_policy(
    settings: Settings, embedder: EmbedderCard, readable: frozenset[Factor]
) -> DoorPolicy:
    """Return what the settings demand of a presentation, in the units of *embedder*.

    *readable*: what can be shown at this door.
    """
    door = settings.door
    return DoorPolicy(
        name=door.name,
        presentation=presentation_policy(settings, embedder),
        identity=IdentityPolicy(
            similarity=door.similarity,
            target_fpir=door.target_fpir,
            frames=door.frames,
            margin=door.margin,
        ),
        admission=AdmissionPolicy(
            door=door.name,
            readable=readable,
            similarity=door.similarity,
            target_fpir=door.target_fpir,
        ),
    )
