"""``ostiary run``: try it out on this machine, with its camera or with the demonstration.

The web pages run as a program of their own beside it, as at a real site.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from edge.commands.console import out, say
from edge.commands.demo import played
from edge.commands.live import LiveScreen
from edge.commands.program import Program, pass_program
from edge.config import Settings, settings_as_toml
from edge.core import Core
from edge.demonstration.play import demonstration_settings
from edge.errors import ConfigError
from edge.exit_codes import NEGATIVE
from edge.hardware.choose import discover_camera, open_camera
from edge.hardware.lock_fake import FakeLock
from edge.wiring import wired_door

PATIENCE = 30.0
"""Seconds for the web pages to load their networks and say where they are."""


@click.command()
@click.option(
    "--camera",
    "source",
    help="picamera2, /dev/video0, an rtsp:// or http:// address, a video, a folder of pictures. "
    "Default: the camera of this machine; without one, the demonstration.",
)
@pass_program
def run(program: Program, source: str | None) -> None:
    """Try Ostiary out: a door without a lock, and the web pages to enroll people with.

    Decisions are shown instead of driving a lock. On a terminal it stays until Ctrl-C; elsewhere
    the demonstration ends by itself.
    """
    source = source or discover_camera()
    if source is not None:
        _watch(program.settings, source)
        return
    say("There is no camera here, so this is the demonstration, on real footage.")
    with tempfile.TemporaryDirectory(prefix="ostiary-demo-") as folder:
        core = Core(demonstration_settings(program.settings, Path(folder)))
        try:
            succeeded = _demonstrate(core)
        finally:
            core.close()
    if not succeeded:
        click.get_current_context().exit(NEGATIVE)


def _watch(settings: Settings, source: str) -> None:
    settings = replace(settings, camera=replace(settings.camera, source=source))
    core = Core(settings)
    try:
        core.ensure_collection(settings.door.collection)
        camera = open_camera(settings.camera)
        with web_pages(settings):
            say(f"Watching through {camera.name}; nothing is locked or unlocked. Ctrl-C ends it.")
            screen = LiveScreen(name_of=core.gallery.name_of)
            lock = FakeLock()
            door = wired_door(
                core, camera=camera, lock=lock, observers=(screen,), prompters=(screen,)
            )
            with door as loop, screen:
                loop.run(_until_interrupted())
    finally:
        core.close()


def _demonstrate(core: Core) -> bool:
    core.ensure_collection(core.settings.door.collection)
    with web_pages(core.settings):
        summary = played(core)
        if out().is_terminal and summary.succeeded:
            say("The web pages stay until Ctrl-C; `ostiary demo` plays it again.")
            _until_interrupted().wait()
    return summary.succeeded


@contextmanager
def web_pages(settings: Settings) -> Iterator[None]:
    """Run ``ostiary web`` on *settings* as a child, and end it afterwards."""
    with tempfile.TemporaryDirectory(prefix="ostiary-web-") as folder:
        config = Path(folder) / "ostiary.toml"
        web = replace(settings.web, port=_free_port(settings.web.host, settings.web.port))
        config.write_text(settings_as_toml(replace(settings, web=web)), encoding="utf-8")
        child = subprocess.Popen(  # noqa: S603 - ourselves, with a file we wrote
            [sys.executable, "-m", "edge", "--config", str(config), "web"],
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the door, which then ends its child.
            start_new_session=True,
        )
        try:
            _relay(child)
            yield
        finally:
            child.terminate()
            try:
                child.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _relay(child: subprocess.Popen[str]) -> None:
    """Print what the pages say at their start, which is where they are and how to sign in."""
    spoken = threading.Event()

    def listen() -> None:
        assert child.stdout is not None  # noqa: S101 - it was asked for
        for line in child.stdout:
            say(line.rstrip())
            spoken.set()
        child.wait()
        spoken.set()

    threading.Thread(target=listen, name="web pages", daemon=True).start()
    if not spoken.wait(PATIENCE) or child.poll() is not None:
        raise ConfigError(
            "the web pages did not start.",
            remedy="Their error stands above; `ostiary web` starts them alone.",
        )


def _free_port(host: str, wanted: int) -> int:
    """Return the *wanted* port, or any that is free where it is taken."""
    for port in (wanted, 0):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((host, port))
            except OSError:
                continue
            return int(listener.getsockname()[1])
    return wanted


def _until_interrupted() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
