"""``ostiary door``: the daemon at one door."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from types import FrameType

import click

from edge.access.attempt_state import Ask
from edge.commands.console import percent, say
from edge.commands.program import Program, pass_program
from edge.config import CameraSettings
from edge.devices import open_devices
from edge.domain import Decision, Evidence, Face, Frame, Prompt
from edge.hardware.choose import open_camera, open_lock
from edge.quarantine import looked_at
from edge.wiring import wired_door


class DecisionPrinter:
    """Prints each decision and what is asked of people; no names: its output goes to the journal."""

    def looked(self, frame: Frame, face: Face | None) -> None:
        """Ignore single frames."""

    def prompt(self, prompt: Prompt | None) -> None:
        if prompt is not None:
            say(f"ASKED {prompt.words}")

    def asked(self, ask: Ask) -> None:
        say(f"WAITING for {', '.join((*ask.all_of, *ask.one_of))}")

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:
        fused = f" over {evidence.frames} frames" if evidence else ""
        say(
            f"{at.astimezone():%H:%M:%S} {decision.outcome.upper()} {decision.reason} "
            f"{percent(decision.similarity)}{fused}"
        )


@click.command()
@click.option("--camera", "source", help="Watch through this camera instead of the settings'.")
@click.option("--quiet", is_flag=True, help="Do not print decisions.")
@pass_program
def door(program: Program, source: str | None, *, quiet: bool) -> None:
    """Watch the door: recognize, decide, unlock, record. Ends on SIGTERM or Ctrl-C, locked."""
    stop = threading.Event()
    _stop_on_signal(stop)
    settings = program.settings
    # The lock first: whatever else is missing, the door is locked from here on.
    lock = open_lock(settings.lock)
    try:
        shown = () if quiet else (DecisionPrinter(),)
        looked_at(settings)
        with ExitStack() as opened:
            devices = open_devices(settings, opened)
            camera = open_camera(_with_source(settings.camera, source))
            loop = opened.enter_context(
                wired_door(
                    program.core,
                    camera=camera,
                    lock=lock,
                    devices=devices,
                    observers=shown,
                    prompters=shown,
                )
            )
            say(f"Watching door {settings.door.name} through {camera.name}.")
            loop.run(stop)
    finally:
        lock.close()


def _with_source(camera: CameraSettings, source: str | None) -> CameraSettings:
    return camera if source is None else replace(camera, source=source)


def _stop_on_signal(stop: threading.Event) -> None:
    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
