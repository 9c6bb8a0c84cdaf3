"""The units on a real systemd: run, ended, killed, hung, attacked from inside, backed up.

A Debian 13 in a container, with our units as they are. Its lock is a file and its camera a server
on this machine; all else is real. The tests are one story, in their order.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain import Pixels
from tests.slow.container.camera import NetworkCamera
from tests.slow.container.door import (
    DOOR,
    INSTALL,
    RELEASE,
    STATE,
    WEB,
    as_ostiary,
    asked,
    enroll,
    lock,
    probed,
    release,
    settings,
)
from tests.slow.container.machine import Container, awaited, copy_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

BACKUP = "ostiary-backup.service"
SHARING = (DOOR, WEB, "ostiary-prepare.service")
"""What must be handed the key for door and pages to start."""

WATCHDOG = 12
"""Seconds in place of the unit's 30, so that the test need not wait so long."""


@pytest.fixture(scope="module")
def machine(
    bare_root: Path, tmp_path_factory: pytest.TempPathFactory, camera: NetworkCamera,
    carphone: list[Pixels],
) -> Iterator[Container]:  # fmt: skip
    """Give a machine on which Ostiary was installed, and one man enrolled."""
    folder = tmp_path_factory.mktemp("machine")
    root = copy_of(bare_root, folder / "root")
    with Container(root, folder / "log", binds=("/dev/null:/dev/gpiochip0",)) as made:
        made.put("/etc/ostiary/ostiary.toml", settings(camera))
        made("sh", INSTALL, "--no-start")
        enroll(made, carphone)
        made.put(f"/run/systemd/system/{DOOR}.d/test.conf", f"[Service]\nWatchdogSec={WATCHDOG}\n")
        made("systemctl", "daemon-reload")
        yield made


def test_all_of_it_starts_and_the_door_says_when_it_watches(machine: Container) -> None:
    """Type=notify: the start has ended when the loop turns, with the lock secured."""
    machine("systemctl", "start", "ostiary.target")
    machine("systemctl", "start", DOOR, WEB)

    assert machine.shown(DOOR, "ActiveState") == "active"
    assert machine.shown(WEB, "ActiveState") == "active"
    assert machine.shown(DOOR, "RestartSteps") == machine.shown(WEB, "RestartSteps") == "4"
    assert lock(machine) == "secured"
    timers = machine("systemctl", "list-timers", "--plain", "--no-legend")
    assert "ostiary-sweep.timer" in timers
    assert "ostiary-backup.timer" in timers


def test_door_and_pages_share_the_databases_as_two_users(machine: Container) -> None:
    """The pages answer, have their own files, and read the keys by systemd alone."""
    assert awaited(lambda: "Ostiary" in asked(machine, "/")), machine.journal(WEB)
    owners = machine("sh", "-c", f"stat -c '%n %a %U %G' {STATE}/*.db")
    assert f"{STATE}/web.db 660 ostiary-web ostiary" in owners
    assert f"{STATE}/collection.db 660 ostiary ostiary" in owners
    journal = machine.journal(WEB)
    assert "not signed any more" not in journal
    assert "Traceback" not in journal


def test_the_pages_tell_the_figures_of_the_door(machine: Container) -> None:
    """By a file in memory, in a folder that is shared by both and closed to others."""
    assert awaited(lambda: "\nostiary_door_up 1.0\n" in asked(machine, "/metrics"))

    made = machine("stat", "-c", "%a %U %G", "/run/ostiary", "/run/ostiary/door.prom").splitlines()
    assert made == ["2770 ostiary ostiary", "640 ostiary ostiary"]


def test_the_man_is_let_in_and_a_stop_locks_behind_him(
    machine: Container, camera: NetworkCamera
) -> None:
    """A clean end while the door stands released."""
    release(machine, camera)

    machine("systemctl", "stop", DOOR)

    assert lock(machine) == "secured"
    assert machine.shown(DOOR, "Result") == "success"


def test_sigkill_leaves_the_lock_secured_and_the_door_comes_back(
    machine: Container, camera: NetworkCamera
) -> None:
    """The program itself could do nothing: systemd runs what secures the lock, then starts anew."""
    killed = release(machine, camera)

    machine("kill", "-KILL", str(killed))

    assert awaited(lambda: lock(machine) == "secured", RELEASE - 5)
    assert awaited(lambda: machine.shown(DOOR, "ActiveState") == "active")
    assert int(machine.shown(DOOR, "MainPID")) not in {0, killed}
    assert lock(machine) == "secured"


def test_settings_that_were_spoilt_meanwhile_do_not_keep_the_lock_open(
    machine: Container, camera: NetworkCamera
) -> None:
    """The lock that was released is secured, whatever the file says now; and it is not tried again."""
    killed = release(machine, camera)
    machine.put("/etc/ostiary/ostiary.toml", "[lock\nnonsense")

    machine("kill", "-KILL", str(killed))

    assert awaited(lambda: lock(machine) == "secured", RELEASE - 5)
    assert awaited(lambda: machine.shown(DOOR, "ActiveState") == "failed")
    machine.put("/etc/ostiary/ostiary.toml", settings(camera))
    machine("systemctl", "reset-failed", DOOR)


def test_a_door_that_hangs_is_ended_and_started_anew(
    machine: Container, camera: NetworkCamera
) -> None:
    """Stopped in the middle of a release, it gives no sign of life; systemd does not wait for ever."""
    hung = release(machine, camera)

    machine("kill", "-STOP", str(hung))

    assert awaited(lambda: machine.shown(DOOR, "MainPID") != str(hung), 120)
    assert awaited(lambda: lock(machine) == "secured", 30)
    assert awaited(lambda: machine.shown(DOOR, "ActiveState") == "active")
    assert f"Watchdog timeout (limit {WATCHDOG}s)" in machine.journal(DOOR)


def test_a_lost_camera_restarts_nothing(machine: Container, camera: NetworkCamera) -> None:
    """However long it is away: the door goes on, and finds it again."""
    machine("systemctl", "start", DOOR)
    restarts, process = machine.shown(DOOR, "NRestarts"), machine.shown(DOOR, "MainPID")

    camera.switch_off()
    time.sleep(2 * WATCHDOG)
    assert machine.shown(DOOR, "MainPID") == process
    camera.switch_on()

    release(machine, camera)
    assert machine.shown(DOOR, "MainPID") == process
    assert machine.shown(DOOR, "NRestarts") == restarts
    told = machine("journalctl", "--no-pager", "--output=json", f"--unit={DOOR}", "--grep=camera")
    loggers = {json.loads(line).get("LOGGER") for line in told.splitlines()}
    assert "edge.hardware.camera_live" in loggers, "lines come with the journal's own fields"
    machine("systemctl", "stop", DOOR)


def test_the_pages_can_reach_nothing_that_is_the_door_s(machine: Container) -> None:
    """From inside their sandbox: what they need, they can, and the rest is refused by the kernel."""
    machine("systemctl", "start", DOOR)
    door = int(machine.shown(DOOR, "MainPID"))

    found = probed(machine, WEB, door)

    allowed = {"key credential", "signing credential", "collection", "settings", "write state",
               "listen", "listen on loopback"}  # fmt: skip
    assert {name: found[name] for name in sorted(allowed)} == dict.fromkeys(sorted(allowed), "done")
    assert found["gpio"] == "ENOENT"
    assert found["key file"] == "EACCES"
    assert found["signal"] == "EPERM"
    assert found["see"] == "ENOENT"
    assert found["trace"] == "EPERM"
    assert found["packet socket"] == "EAFNOSUPPORT"
    assert found["namespace"] == "EPERM"
    assert found["send to the internet"] == "EPERM"
    assert found["writable code"] in {"EPERM", "EACCES"}  # by system call filter, or by prctl(2)
    for place in ("/etc/ostiary", "/usr", "/opt/ostiary", "/srv"):
        assert found[f"write {place}"] == "EROFS", place
    assert machine.shown(DOOR, "MainPID") == str(door)


def test_the_door_has_its_devices_and_listens_on_nothing(machine: Container) -> None:
    """And can neither change its program nor its settings."""
    machine("systemctl", "stop", DOOR)
    machine("systemctl", "restart", WEB)

    found = probed(machine, DOOR, int(machine.shown(WEB, "MainPID")))

    assert found["gpio"] == "done"
    assert found["key file"] == "done"
    assert found["write state"] == "done"
    assert found["signal"] == "EPERM"
    assert found["packet socket"] == "EAFNOSUPPORT"
    assert found["writable code"] in {"EPERM", "EACCES"}  # by system call filter, or by prctl(2)
    for place in ("/etc/ostiary", "/usr", "/opt/ostiary", "/srv"):
        assert found[f"write {place}"] == "EROFS", place
    assert (found["listen"], found["listen on loopback"]) == ("EPERM", "EPERM")
    assert found["send to the internet"] == "EPERM"


def test_the_nightly_services_do_their_work_in_their_sandboxes(machine: Container) -> None:
    """While door and pages go on."""
    machine("systemctl", "start", "ostiary.target", DOOR, WEB)

    machine("systemctl", "start", "ostiary-sweep.service")

    assert machine.shown("ostiary-sweep.service", "Result") == "success"
    assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "active"


def test_the_timer_makes_a_backup_that_is_verified(machine: Container) -> None:
    """At its hour, here a second from now; by the door's user, who alone may read all of it."""
    drop_in = "/run/systemd/system/ostiary-backup.timer.d/soon.conf"
    machine.put(
        drop_in,
        "[Timer]\nOnCalendar=\nOnActiveSec=1\nRandomizedDelaySec=0\nAccuracySec=100ms\n",
    )
    try:
        machine("systemctl", "daemon-reload")
        machine("systemctl", "restart", "ostiary-backup.timer")
        assert awaited(lambda: "Backed up and verified" in machine.journal(BACKUP))
        assert awaited(lambda: machine.shown(BACKUP, "ActiveState") == "inactive")
    finally:
        machine("rm", drop_in)
        machine("systemctl", "daemon-reload")

    assert machine.shown(BACKUP, "Result") == "success"
    (made,) = json.loads(as_ostiary(machine, "backup", "--list", "--json"))
    assert made["path"].startswith(f"{STATE}/backups/backup-")
    # The pages' certificate is the pages' user's; another device makes its own.
    journal = machine.journal(BACKUP)
    assert re.findall("(?m)^Not in it.*: (.*)$", journal) == ["web.pem."]
    assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "active"


@pytest.mark.parametrize("sealed", [False, True])
def test_the_key_may_lie_where_only_systemd_reads_it(machine: Container, sealed: bool) -> None:
    """In /etc/credstore, root's alone, or sealed for this machine: no file of ours opens the rest."""
    machine("systemctl", "stop", DOOR, WEB)
    store, line = "/etc/credstore", "LoadCredential"
    if sealed:
        store, line = "/etc/credstore.encrypted", "LoadCredentialEncrypted"
    machine("mkdir", "-p", "-m", "0700", store)
    if sealed:
        machine("systemd-creds", "encrypt", f"{STATE}/ostiary.key", f"{store}/ostiary.key")
    else:
        machine("install", "-m", "0600", f"{STATE}/ostiary.key", f"{store}/ostiary.key")
    machine("mv", f"{STATE}/ostiary.key", "/root/ostiary.key")
    drop_ins = [f"/run/systemd/system/{unit}.d/key.conf" for unit in SHARING]
    for drop_in in drop_ins:
        machine.put(drop_in, f"[Service]\n{line}=ostiary.key\n")
    try:
        machine("systemctl", "daemon-reload")
        machine("systemctl", "restart", "ostiary-prepare.service")
        machine("systemctl", "start", DOOR, WEB)
        assert awaited(lambda: "Ostiary" in asked(machine, "/")), machine.journal(WEB)
        assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "active"
        assert machine.run("test", "-e", f"{STATE}/ostiary.key").returncode != 0
    finally:
        machine("systemctl", "stop", DOOR, WEB)
        machine("rm", *drop_ins, f"{store}/ostiary.key")
        machine("mv", "/root/ostiary.key", f"{STATE}/ostiary.key")
        machine("systemctl", "daemon-reload")
