"""The appliance on a real systemd: installed by its installer, run, ended, attacked, upgraded, removed.

A Debian 13 in a container, with our units as they are. Its lock is a file and its camera a server
on this machine; all else is real. The tests are one story, in their order.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain import Pixels
from tests.slow.container.camera import NetworkCamera
from tests.slow.container.door import (
    DOOR,
    LOCK,
    RELEASE,
    STATE,
    WEB,
    as_ostiary,
    enroll,
    lock,
    people,
    release,
    settings,
)
from tests.slow.container.machine import TREE, Container, awaited, copy_of, put_tree

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent
INSTALL = f"{TREE}/firmware_config/install.sh"
WATCHDOG = 6
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


def probed(machine: Container, unit: str, other: int) -> dict[str, str]:
    """Run the probe in place of the program of *unit*; return how each try ended."""
    result = f"{STATE}/probe.json"
    machine("rm", "-f", result)
    machine.put("/usr/lib/ostiary-probe.py", (HERE / "container/probe.py").read_text())
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


def test_the_installer_leaves_a_machine_that_starts_by_itself(machine: Container) -> None:
    """One command: units, users, folders, a program; and all of it for the next start."""
    enabled = machine("systemctl", "list-unit-files", "ostiary*", "--state=enabled", "--plain")

    for unit in (DOOR, WEB, "ostiary.target", "ostiary-sweep.timer", "ostiary-backup.timer"):
        assert unit in enabled
    assert "ostiary-kiosk" not in enabled
    assert "ostiary-announce" not in enabled
    assert machine("stat", "-c", "%a %U %G", STATE).split() == ["2770", "ostiary", "ostiary"]
    assert machine("systemctl", "is-system-running").strip() == "running"


def test_all_of_it_starts_and_the_door_says_when_it_watches(machine: Container) -> None:
    """Type=notify: the start has ended when the loop turns, with the lock secured."""
    machine("systemctl", "start", "ostiary.target")
    machine("systemctl", "start", DOOR, WEB)

    assert machine.shown(DOOR, "ActiveState") == "active"
    assert machine.shown(WEB, "ActiveState") == "active"
    assert lock(machine) == "secured"
    timers = machine("systemctl", "list-timers", "--plain", "--no-legend")
    assert "ostiary-sweep.timer" in timers
    assert "ostiary-backup.timer" in timers


def test_door_and_pages_share_the_databases_as_two_users(machine: Container) -> None:
    """The pages answer, have their own files, and read the keys by systemd alone."""
    asked = (
        "import ssl, urllib.request as r; c = ssl._create_unverified_context();"
        "print(r.urlopen('https://localhost:8443/', context=c, timeout=30).status)"
    )

    assert awaited(lambda: machine("python3", "-c", asked, check=False).strip() == "200"), (
        machine.journal(WEB)
    )
    owners = machine("sh", "-c", f"stat -c '%n %a %U %G' {STATE}/*.db")
    assert f"{STATE}/web.db 660 ostiary-web ostiary" in owners
    assert f"{STATE}/collection.db 660 ostiary ostiary" in owners
    journal = machine.journal(WEB)
    assert "not signed any more" not in journal
    assert "Traceback" not in journal


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

    assert awaited(lambda: lock(machine) == "secured", RELEASE - 10)
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

    assert awaited(lambda: lock(machine) == "secured", RELEASE - 10)
    assert awaited(lambda: machine.shown(DOOR, "ActiveState") == "failed")
    machine.put("/etc/ostiary/ostiary.toml", settings(camera))
    machine("systemctl", "reset-failed", DOOR)


def test_a_door_that_hangs_is_ended_and_started_anew(
    machine: Container, camera: NetworkCamera
) -> None:
    """Stopped in the middle of a release, it gives no sign of life; systemd does not wait for ever."""
    hung = release(machine, camera)

    machine("kill", "-STOP", str(hung))

    assert awaited(lambda: machine.shown(DOOR, "MainPID") != str(hung), 60)
    assert awaited(lambda: lock(machine) == "secured", 30)
    assert awaited(lambda: machine.shown(DOOR, "ActiveState") == "active")
    assert f"Watchdog timeout (limit {WATCHDOG}s)" in machine.journal(DOOR)


def test_a_lost_camera_restarts_nothing(machine: Container, camera: NetworkCamera) -> None:
    """However long it is away: the door goes on, and finds it again."""
    machine("systemctl", "start", DOOR)
    restarts, process = machine.shown(DOOR, "NRestarts"), machine.shown(DOOR, "MainPID")

    camera.switch_off()
    time.sleep(3 * WATCHDOG)
    assert machine.shown(DOOR, "MainPID") == process
    camera.switch_on()

    release(machine, camera)
    assert machine.shown(DOOR, "MainPID") == process
    assert machine.shown(DOOR, "NRestarts") == restarts
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


def test_the_key_may_lie_where_only_systemd_reads_it(machine: Container) -> None:
    """In /etc/credstore, root's alone: the state directory then holds no key to its databases."""
    machine("systemctl", "stop", DOOR, WEB)
    machine("install", "-D", "-m", "0600", f"{STATE}/ostiary.key", "/etc/credstore/ostiary.key")
    machine("mv", f"{STATE}/ostiary.key", "/root/ostiary.key")
    drop_in = f"/run/systemd/system/{WEB}.d/key.conf"
    machine.put(drop_in, "[Service]\nLoadCredential=ostiary.key\n")
    try:
        machine("systemctl", "daemon-reload")
        machine("systemctl", "start", DOOR, WEB)
        assert awaited(lambda: "web pages" in machine.journal(WEB).rsplit("Started", 1)[-1], 30)
        assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "active"
        assert machine.run("test", "-e", f"{STATE}/ostiary.key").returncode != 0
    finally:
        machine("systemctl", "stop", DOOR, WEB)
        machine("rm", drop_in, "/etc/credstore/ostiary.key")
        machine("mv", "/root/ostiary.key", f"{STATE}/ostiary.key")
        machine("systemctl", "daemon-reload")


def version(machine: Container) -> str:
    """Return which version runs."""
    return machine("readlink", "-f", "/opt/ostiary/current").strip().rsplit("/", 1)[-1]


def test_to_install_again_changes_nothing(machine: Container) -> None:
    """And interrupts nothing."""
    machine("systemctl", "start", "ostiary.target", DOOR, WEB)
    before, process = version(machine), machine.shown(DOOR, "MainPID")

    assert "as it was" in machine("sh", INSTALL)

    assert (version(machine), machine.shown(DOOR, "MainPID")) == (before, process)


def test_an_upgrade_keeps_people_and_starts_what_ran(machine: Container) -> None:
    """The version before stays beside it."""
    before = version(machine)
    program = machine.root / "srv/tree/edge/__init__.py"
    program.write_text(program.read_text(encoding="utf-8") + "\nNEWER = True\n", encoding="utf-8")

    told = machine("sh", INSTALL)

    assert version(machine) != before
    assert f"{before} is kept" in told
    assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "active"
    assert people(machine) == ["Karl"]
    assert machine.run("test", "-e", "/opt/ostiary/before-upgrade").returncode != 0
    machine(
        "sh", "-c", ". /opt/ostiary/current/bin/activate && python -c 'import edge; edge.NEWER'"
    )


def test_an_upgrade_that_the_doctor_refuses_is_undone(machine: Container) -> None:
    """Program, units and databases: these were brought to a version that the old one cannot read."""
    before = version(machine)
    tree = machine.root / "srv/tree"
    newest = max((tree / "edge/collection/migrations").glob("*.sql")).name
    number = int(newest.partition("-")[0]) + 1
    (tree / f"edge/collection/migrations/{number:03}-future.sql").write_text(
        "-- Of a version to come.\nCREATE TABLE future (unknown TEXT) STRICT;\n", encoding="utf-8"
    )
    with (tree / "edge/diagnosis/__init__.py").open("a", encoding="utf-8") as file:
        file.write(
            "\n\ndef _spoilt(core):\n    from edge.errors import PanelError\n    core.database\n"
            "    raise PanelError('spoilt on purpose')\n"
            "\n\nCHECKS = (*CHECKS, Check('spoilt', _spoilt))\n"
        )
    unit = tree / f"systemd/{DOOR}"
    unit.write_text(unit.read_text().replace("WatchdogSec=30", "WatchdogSec=31"), encoding="utf-8")

    upgraded = machine.run("sh", INSTALL)

    assert upgraded.returncode == 1
    assert "spoilt on purpose" in upgraded.stderr
    assert "back at the version before: the new one is at fault with spoilt" in upgraded.stderr
    assert version(machine) == before
    assert "WatchdogSec=30\n" in machine.read(f"/usr/lib/systemd/system/{DOOR}")
    assert people(machine) == ["Karl"]
    assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "active"
    assert machine.run("test", "-e", "/opt/ostiary/before-upgrade").returncode != 0


def test_uninstalling_locks_the_door_and_keeps_the_people(
    machine: Container, camera: NetworkCamera
) -> None:
    """Nothing that was laid down is left; what is the site's is."""
    put_tree(machine.root)
    release(machine, camera)

    machine("sh", INSTALL, "uninstall")

    assert lock(machine) == "secured"
    laid = [line.split()[1] for line in (machine.root / "srv/tree/firmware_config/files.txt")
            .read_text(encoding="utf-8").splitlines() if not line.startswith("#")]  # fmt: skip
    for path in (*laid, "/opt/ostiary", "/usr/bin/ostiary"):
        assert machine.run("test", "-e", path).returncode != 0, path
    assert machine.run("test", "-e", f"{STATE}/collection.db").returncode == 0
    assert machine.read("/etc/ostiary/ostiary.toml") == settings(camera)
    assert "ostiary" not in machine("systemctl", "list-units", "--all", "--plain", "--failed")


def test_purging_leaves_nothing(machine: Container) -> None:
    """People, record, keys and settings."""
    machine("sh", INSTALL, "uninstall", "--purge", "--yes")

    for path in (STATE, "/etc/ostiary"):
        assert machine.run("test", "-e", path).returncode != 0, path
