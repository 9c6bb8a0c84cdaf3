"""A door in a container: its settings, who is known to it, and how to have him let in."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path

import cv2

from edge.domain import Pixels
from tests.slow.container.camera import NetworkCamera
from tests.slow.container.machine import TREE, Container, awaited

INSTALL = f"{TREE}/firmware_config/install.sh"
DOOR, WEB = "ostiary-door.service", "ostiary-web.service"
STATE = "/var/lib/ostiary"
LOCK = f"{STATE}/lock"


def _free_port() -> int:
    """Return a port of this machine, whose network the container shares, that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


PORT = _free_port()
"""Where the pages are."""

RELEASE = 30
"""Seconds for which a grant releases the door: long enough to be killed in, on a busy machine."""


def settings(camera: NetworkCamera) -> str:
    """Return the settings of a door that can be watched from outside."""
    return (
        f'[camera]\nsource = "{camera.address}"\ntimeout_seconds = 2.0\n'
        "[recognition]\nmin_face_size = 30\n"
        '[liveness]\nmode = "off"\nwatch_camera = false\n'  # what is tried here is what opens at once
        f'[lock]\nkind = "fake"\nstate_file = "{LOCK}"\n'
        f"release_seconds = {RELEASE}.0\n"
        f'[web]\nhost = "0.0.0.0"\nport = {PORT}\n'
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


def probed(machine: Container, unit: str, other: int) -> dict[str, str]:
    """Run the probe in place of the program of *unit*; return how each try ended."""
    result = f"{STATE}/probe.json"
    machine("rm", "-f", result)
    machine.put("/usr/lib/ostiary-probe.py", Path(__file__).with_name("probe.py").read_text())
    drop_in = f"/run/systemd/system/{unit}.d/probe.conf"
    machine.put(
        drop_in,
        "[Service]\nType=oneshot\nRestart=no\nWatchdogSec=0\nExecStart=\n"
        f"ExecStart=/usr/bin/python3 /usr/lib/ostiary-probe.py {result} {other}\n",
    )
    try:
        machine("systemctl", "daemon-reload")
        machine("systemctl", "restart", unit)
        found: dict[str, str] = json.loads(machine.read(result))
    finally:
        machine("rm", "-f", drop_in, result, f"{STATE}/probe")
        machine("systemctl", "daemon-reload")
        machine("systemctl", "stop", unit)
    return found


def asked(machine: Container, path: str) -> str:
    """Return what the pages answer to who asks for *path* on their own machine, or nothing."""
    program = (
        "import ssl, urllib.request as r; c = ssl._create_unverified_context();"
        f"print(r.urlopen('https://localhost:{PORT}{path}', context=c, timeout=30).read().decode())"
    )
    done = machine.run("python3", "-c", program)
    return done.stdout if done.returncode == 0 else ""
