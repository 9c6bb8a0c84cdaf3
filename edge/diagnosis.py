"""What ``ostiary doctor`` looks at: all of :mod:`edge.health`, and the devices of the door."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge import health
from edge.core import Core
from edge.errors import CameraError
from edge.hardware.choose import open_camera, open_inputs, open_lock
from edge.health import Check, Finding, Health

if TYPE_CHECKING:
    from edge.hardware.survey import Surveyed

CAMERA_SECONDS = 10.0
"""A camera on a USB bus that sleeps takes several seconds to its first frame."""

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


CHECKS: tuple[Check, ...] = (
    *health.CHECKS,
    Check("camera", _camera),
    Check("lock", _lock),
    Check("inputs", _inputs),
    Check("signals", _signals),
)
