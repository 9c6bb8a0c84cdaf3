"""The installer, on a machine with a running systemd: install, again, upgrade, refuse, uninstall, purge.

In a Debian 13 in a container. The tests are one story, in their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain import Pixels
from tests.slow.container.camera import NetworkCamera
from tests.slow.container.door import (
    DOOR,
    INSTALL,
    STATE,
    WEB,
    enroll,
    lock,
    people,
    release,
    settings,
)
from tests.slow.container.machine import Container, copy_of, put_tree

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def machine(
    bare_root: Path, tmp_path_factory: pytest.TempPathFactory, camera: NetworkCamera,
    carphone: list[Pixels],
) -> Iterator[Container]:  # fmt: skip
    """Give a machine on which Ostiary was installed, and one man enrolled."""
    folder = tmp_path_factory.mktemp("installed")
    with Container(copy_of(bare_root, folder / "root"), folder / "log") as made:
        made.put("/etc/ostiary/ostiary.toml", settings(camera))
        made("sh", INSTALL, "--no-start")
        enroll(made, carphone)
        yield made


def test_the_installer_leaves_a_machine_that_starts_by_itself(machine: Container) -> None:
    """One command: units, users, folders, a program; and all of it for the next start."""
    enabled = machine("systemctl", "list-unit-files", "ostiary*", "--state=enabled", "--plain")

    for unit in (DOOR, WEB, "ostiary.target", "ostiary-sweep.timer", "ostiary-backup.timer"):
        assert unit in enabled
    assert "ostiary-kiosk" not in enabled
    assert "ostiary-announce" not in enabled
    assert machine("stat", "-c", "%a %U %G", STATE).split() == ["2770", "ostiary", "ostiary"]
    assert machine("systemctl", "is-system-running").strip() == "running"


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
