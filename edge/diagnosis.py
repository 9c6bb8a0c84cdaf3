"""What ``ostiary doctor`` looks at: all of :mod:`edge.health`, the devices of the door, the network."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge import health
from edge.announcer import broker_address
from edge.announcing import mqtt
from edge.announcing.broker import Connection
from edge.announcing.follower import UNWRITTEN
from edge.announcing.ledger import Ledger, Place
from edge.announcing.running import only_announcer
from edge.announcing.signing import read_keys
from edge.announcing.webhooks import destination
from edge.core import Core
from edge.errors import AnnouncingError, CameraError, PanelError, ReaderError
from edge.hardware import CardReader
from edge.hardware.choose import open_camera, open_inputs, open_lock, open_panel, open_reader
from edge.hardware.panel_wiegand import longest_pause
from edge.hardware.wiegand_lines import console_on
from edge.health import Check, Finding, Health
from edge.readers.pulses import INTERVAL_SECONDS, LONGEST_INTERVAL_SECONDS, too_late
from edge.storage.names import LEDGER_FILE

if TYPE_CHECKING:
    from edge.hardware.survey import Surveyed

CAMERA_SECONDS = 10.0
"""A camera on a USB bus that sleeps takes several seconds to its first frame."""

CONNECT_SECONDS = 5.0
"""An OSDP line is asked for its devices once a second; a few tries must do."""

LOOK_SECONDS = 0.2
"""How long one look at a reader or a panel takes meanwhile."""

PAUSES = 250
"""Between the pulses of about ten cards: half a second."""

ACTIVE = {"contact": "open", "rex": "pressed", "tamper": "cut or opened", "fire": "alarm"}
IDLE = {"contact": "closed", "rex": "not pressed", "tamper": "whole", "fire": "quiet"}
"""What is read at each input, in an installer's words."""


def _camera(core: Core) -> Finding:
    camera = open_camera(core.settings.camera)
    try:
        until = time.monotonic() + CAMERA_SECONDS
        while time.monotonic() < until:
            try:
                frame = camera.read(1.0)
            except CameraError:
                continue
            if frame is not None:
                size = f"{frame.width}×{frame.height}"
                return Finding("camera", Health.WELL, f"{camera.name}, {size} pixels")
        raise CameraError(
            f"{camera.name} gave no frame in {CAMERA_SECONDS:.0f} s",
            remedy="Is the cable seated, and no other program using it?",
        )
    finally:
        camera.close()


def _lock(core: Core) -> Finding:
    settings = core.settings.lock
    lock = open_lock(settings)
    try:
        lock.secure()
    finally:
        lock.close()
    if settings.kind == "fake":
        return Finding(
            "lock",
            Health.NOTICE,
            "the fake lock drives nothing",
            'Set lock.kind = "gpio" where a door hangs on it.',
        )
    relay = "on" if settings.fails == "safe" else "off"
    return Finding(
        "lock", Health.WELL, f"{settings.chip} line {settings.line} secured, its relay {relay}"
    )


def _inputs(core: Core) -> Finding:
    settings = core.settings.inputs
    if settings.kind == "none":
        return Finding(
            "inputs",
            Health.NOTICE,
            "no contact is wired: a door that is forced or held open goes unnoticed",
            'Wire one and set inputs.kind = "gpio".',
        )
    if settings.kind == "fake":
        open_inputs(settings).close()
        return Finding(
            "inputs",
            Health.NOTICE,
            "the fake inputs watch nothing",
            'Set inputs.kind = "gpio" where contacts are wired.',
        )
    from edge.hardware.survey import survey_inputs  # noqa: PLC0415 - gpiod exists on Linux only

    return _of_lines("inputs", survey_inputs(settings))


def _signals(core: Core) -> Finding:
    settings = core.settings.signals
    if settings.kind == "none":
        return Finding("signals", Health.WELL, "no light and no buzzer is wired")
    if settings.kind == "fake":
        return Finding(
            "signals",
            Health.NOTICE,
            "the fake lights show nothing",
            'Set signals.kind = "gpio" where lights are wired.',
        )
    from edge.hardware.survey import survey_signals  # noqa: PLC0415 - gpiod exists on Linux only

    return _of_lines("signals", survey_signals(settings))


def _reader(core: Core) -> Finding:
    kind = core.settings.reader.kind
    if kind == "none":
        return Finding("reader", Health.WELL, "no card reader: people show their faces only")
    reader = open_reader(core.settings)
    try:
        _wait_for(reader)
    finally:
        reader.close()
    if kind == "fake":
        return Finding(
            "reader",
            Health.NOTICE,
            "the fake reader reads what is written to it",
            "Set reader.kind to the one at the door.",
        )
    return Finding("reader", Health.WELL, f"the {reader.name} is there")


def _wait_for(reader: CardReader) -> None:
    """Give *reader* time to connect; what it reads meanwhile is forgotten.

    :raises ReaderError: if it is still lost afterwards.
    """
    until = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            reader.read(LOOK_SECONDS)
        except ReaderError:
            if time.monotonic() >= until:
                raise
            # It may raise at once; a reader that connects takes the time it takes.
            time.sleep(LOOK_SECONDS)
        else:
            return


def _panel(core: Core) -> Finding:
    settings = core.settings.panel
    if settings.kind == "wiegand":
        for port in (settings.d0_port, settings.d1_port):
            if console_on(port):
                raise PanelError(
                    f"the kernel writes its messages to {port}, which the panel reads as badges.",
                    remedy="Remove console=serial0,115200 from cmdline.txt and restart.",
                )
    panel = open_panel(core.settings)
    if panel is None:
        return Finding("panel", Health.WELL, "no panel: this appliance drives the lock")
    try:
        until = time.monotonic() + CONNECT_SECONDS
        while not panel.online:
            if time.monotonic() >= until:
                raise PanelError(
                    f"the {panel.name} does not answer.", remedy="Is it switched on and wired?"
                )
            time.sleep(LOOK_SECONDS)
    finally:
        panel.close()
    if settings.kind == "osdp":
        return Finding("panel", Health.WELL, f"the {panel.name} answers")
    pause = longest_pause(PAUSES)
    told = (
        f"its ports are there; of {PAUSES} pauses of {INTERVAL_SECONDS * 1000:.0f} ms between "
        f"pulses the longest took {pause * 1000:.1f} ms, panels tolerate "
        f"{LONGEST_INTERVAL_SECONDS * 1000:.0f} ms"
    )
    if too_late(pause):
        return Finding(
            "panel",
            Health.NOTICE,
            told,
            "Numbers are told again when that happens. Is another program busy?",
        )
    return Finding("panel", Health.WELL, told)


def _of_lines(subject: str, lines: Sequence[Surveyed]) -> Finding:
    """Tell what each line reads, or why it cannot be had."""
    told = [
        f"{each.name}: line {each.line} is {'high' if each.high else 'low'}, {_meaning(each)}"
        if each.fault is None
        else f"{each.name}: {each.fault.message.removesuffix('.')}"
        for each in lines
    ]
    faults = [each.fault for each in lines if each.fault is not None]
    return Finding(
        subject,
        Health.ILL if faults else Health.WELL,
        "; ".join(told),
        faults[0].remedy if faults else "",
    )


def _meaning(line: Surveyed) -> str:
    words = ACTIVE if line.active else IDLE
    return words.get(line.name, "on" if line.active else "off")


# An announcement that does not arrive keeps nobody from entering: no more than a notice.


def _mqtt(core: Core) -> Finding:
    wanted = core.settings.mqtt
    if not wanted.host:
        return Finding("mqtt", Health.WELL, "not set, nobody is told")
    address = broker_address(wanted, client_id="ostiary-doctor")
    try:
        Connection(address).close()
    except AnnouncingError as error:
        return Finding("mqtt", Health.NOTICE, error.message, error.remedy)
    return _delivery(core, "mqtt", {mqtt.NAME: f"{address.words} takes this door"})


def _webhooks(core: Core) -> Finding:
    wanted = core.settings.webhooks
    if not wanted.addresses:
        return Finding("webhooks", Health.WELL, "not set, nobody is told")
    for path in wanted.keys.values():
        read_keys(path)
    return _delivery(core, "webhooks", {destination(name): name for name in wanted.addresses})


def _delivery(core: Core, subject: str, names: dict[str, str]) -> Finding:
    """Tell of each of the destinations *names*, by what they are called, how far it has come."""
    with Ledger(core.settings.storage.folder / LEDGER_FILE, core.key) as ledger:
        places = {name: ledger.place(name) for name in names}
        refused = {name: len(ledger.given_up(name)) for name in names}
    newest = core.audit.count
    told = "; ".join(
        f"{words}: {_told_of(places[name], newest, refused[name])}" for name, words in names.items()
    )
    with only_announcer(core.settings.storage.folder) as nobody:
        if nobody:
            return Finding(
                subject,
                Health.NOTICE,
                f"{told}; `ostiary announce` is not running",
                "Start it: systemctl enable --now ostiary-announce",
            )
    failing = any(place is not None and place.fault for place in places.values())
    return Finding(
        subject,
        Health.NOTICE if failing else Health.WELL,
        told,
        "`ostiary announce test` says more." if failing else "",
    )


def _told_of(place: Place | None, newest: int, refused: int) -> str:
    if place is None:
        return "not begun"
    last = "nothing yet"
    if place.delivered_at is not None:
        last = f"last at {place.delivered_at:%F %T} UTC"
    behind = newest - place.cursor
    # What is for others is passed in memory first, so a short way behind may be no way at all.
    late = f", entries behind: {behind}" if place.fault or behind > UNWRITTEN else ""
    lost = f", {place.passed_over} passed over" if place.passed_over else ""
    why = f" ({place.fault})" if place.fault else ""
    listed = f", {refused} refused" if refused else ""
    return f"{last}{late}{lost}{listed}{why}"


CHECKS: tuple[Check, ...] = (
    *health.CHECKS,
    Check("camera", _camera),
    Check("lock", _lock),
    Check("inputs", _inputs),
    Check("signals", _signals),
    Check("reader", _reader),
    Check("panel", _panel),
    Check("mqtt", _mqtt),
    Check("webhooks", _webhooks),
)
