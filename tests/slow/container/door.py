"""A door in a container: its settings, who is known to it, and how to have him let in."""

from __future__ import annotations

import json
from collections.abc import Sequence

import cv2

from edge.domain import Pixels
from tests.slow.container.camera import NetworkCamera
from tests.slow.container.machine import Container, awaited

DOOR, WEB = "ostiary-door.service", "ostiary-web.service"
STATE = "/var/lib/ostiary"
LOCK = f"{STATE}/lock"
RELEASE = 25
"""Seconds for which a grant releases the door: long enough to be killed in."""


def settings(camera: NetworkCamera) -> str:
    """Return the settings of a door that can be watched from outside."""
    return (
        f'[camera]\nsource = "{camera.address}"\ntimeout_seconds = 2.0\n'
        "[recognition]\nmin_face_size = 30\n"
        '[liveness]\nmode = "off"\nwatch_camera = false\n'  # what is tried here is what opens at once
        f'[lock]\nkind = "fake"\nrelease_seconds = {RELEASE}.0\nstate_file = "{LOCK}"\n'
        '[web]\nhost = "0.0.0.0"\nport = 8443\n'
    )


def as_ostiary(machine: Container, *arguments: str) -> str:
    """Run a command of the administrator, as the documentation says."""
    return machine(
        "runuser", "-u", "ostiary", "--",
        "env", f"STATE_DIRECTORY={STATE}", "sh", "-c", 'umask 0007; exec ostiary "$@"', "sh",
        *arguments,
    )  # fmt: skip


def lock(machine: Container) -> str:
    """Return what the lock is."""
    return machine.read(LOCK).strip()


def release(machine: Container, camera: NetworkCamera) -> int:
    """Have the man let in; return the door's process, which has the lock released."""
    machine("systemctl", "start", DOOR)
    camera.somebody.set()
    try:
        assert awaited(lambda: lock(machine) == "released"), machine.journal(DOOR)
    finally:
        camera.somebody.clear()
    return int(machine.shown(DOOR, "MainPID"))


def people(machine: Container) -> list[str]:
    """Return who is enrolled."""
    return [each["name"] for each in json.loads(as_ostiary(machine, "people", "list", "--json"))]


def enroll(machine: Container, footage: Sequence[Pixels]) -> None:
    """Enroll the man of *footage* as Karl, by three of its pictures."""
    photos = []
    for number in (0, 20, 40):
        file = machine.root / f"srv/photos/{number}.png"
        file.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(file), footage[number])
        photos.append(f"/srv/photos/{number}.png")
    as_ostiary(machine, "enroll", *photos, "--name", "Karl", "--badge", "77")
