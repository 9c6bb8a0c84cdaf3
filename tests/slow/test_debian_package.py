"""The Debian package: built from the tree, installed by apt, upgraded, refused, removed, purged.

In the same Debian 13 with a running systemd as the installer's. The tests are one story, in their
order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain import Pixels
from tests.slow.container.camera import NetworkCamera
from tests.slow.container.door import (
    DOOR,
    LOCK,
    STATE,
    WEB,
    enroll,
    lock,
    people,
    release,
    settings,
)
from tests.slow.container.machine import TREE, Container, awaited, copy_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

DIST, UNPACKED = "/srv/dist", "/srv/unpacked"
LIB = "usr/lib/ostiary/lib/python3.13/site-packages"

SPOILT = """

def _spoilt(core):
    from edge.errors import PanelError
    core.database
    raise PanelError("spoilt on purpose")


CHECKS = (*CHECKS, Check("spoilt", _spoilt))
"""


@pytest.fixture(scope="module")
def machine(
    bare_root: Path, tmp_path_factory: pytest.TempPathFactory, camera: NetworkCamera
) -> Iterator[Container]:
    """Give a machine with the settings of a door, and no program."""
    folder = tmp_path_factory.mktemp("packaged")
    with Container(copy_of(bare_root, folder / "root"), folder / "log") as made:
        made.put("/etc/ostiary/ostiary.toml", settings(camera))
        yield made


@pytest.fixture(scope="module")
def package(machine: Container) -> str:
    """Give the path of the package that was built of the tree, as nobody in particular."""
    machine("install", "-d", "-o", "nobody", DIST)
    told = machine(
        "runuser", "-u", "nobody", "--", "sh", f"{TREE}/firmware_config/debian/build.sh", DIST
    )
    return told.splitlines()[-1]


def installed(machine: Container, package: str) -> str:
    """Install *package* by apt, keeping the settings that are there; return what was said."""
    return machine(
        "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes",
        "--no-install-recommends", "--allow-downgrades",
        "--option=Dpkg::Options::=--force-confold", package,
    )  # fmt: skip


def packed(machine: Container, version: str) -> str:
    """Pack what is in the folder of the unpacked package as *version*; return the package."""
    control = machine.root / f"{UNPACKED.removeprefix('/')}/DEBIAN/control"
    text = re.sub("(?m)^Version: .*$", f"Version: {version}", control.read_text(encoding="utf-8"))
    control.write_text(text, encoding="utf-8")
    made = f"{DIST}/{version}.deb"
    machine("dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", UNPACKED, made)
    return made


def version(machine: Container) -> str:
    """Return which version is installed."""
    return machine("dpkg-query", "--show", "--showformat=${Version}", "ostiary").strip()


def test_the_package_says_what_it_is(machine: Container, package: str) -> None:
    """For one processor and one Python, owned by root, with its settings marked as the site's."""
    fields = machine("dpkg-deb", "--field", package)
    listed = machine("dpkg-deb", "--contents", package).splitlines()

    assert "Architecture: amd64\n" in fields
    assert re.search(r"Depends: python3 \(>= 3.13~\), python3 \(<< 3.14\),.* libc6, ", fields)
    assert {line.split()[1] for line in listed} == {"root/root"}
    assert not [line for line in listed if line[0] != "l" and line[8] == "w"]
    assert "/etc/ostiary/ostiary.toml" in machine("dpkg-deb", "--info", package, "conffiles")
    machine("dpkg-deb", "--raw-extract", package, UNPACKED)
    assert machine("grep", "-rlF", DIST, UNPACKED, check=False) == ""


def test_one_command_installs_it_and_the_door_is_locked(
    machine: Container, camera: NetworkCamera, package: str
) -> None:
    """Settings that are there already count at once."""
    installed(machine, package)

    assert awaited(lambda: machine.shown(DOOR, "ActiveState") == "active"), machine.journal(DOOR)
    assert lock(machine) == "secured"
    assert machine.shown(WEB, "ActiveState") == "active"
    assert machine.read("/etc/ostiary/ostiary.toml") == settings(camera)
    assert "ostiary-backup.timer" in machine("systemctl", "list-timers", "--plain", "--no-legend")


def test_what_was_laid_down_is_what_was_packed(machine: Container) -> None:
    """By dpkg's own check; the settings apart, which are the site's."""
    changed = machine("dpkg", "--verify", "ostiary", check=False).splitlines()

    assert [line for line in changed if "/etc/ostiary/ostiary.toml" not in line] == []


def test_somebody_is_let_in_by_it(
    machine: Container, camera: NetworkCamera, carphone: list[Pixels]
) -> None:
    """Recognized by what the package brought, in its sandbox."""
    enroll(machine, carphone)

    release(machine, camera)

    machine("systemctl", "stop", DOOR)
    assert lock(machine) == "secured"


def test_an_upgrade_keeps_people_and_starts_what_ran(machine: Container) -> None:
    """The pages and the timers; the door was stopped, and stays so."""
    before = version(machine)
    (machine.root / f"{UNPACKED.removeprefix('/')}/{LIB}/edge/newer.py").write_text("", "utf-8")

    installed(machine, packed(machine, f"{before}+1"))

    assert version(machine) == f"{before}+1"
    assert people(machine) == ["Karl"]
    assert machine.shown(WEB, "ActiveState") == "active"
    assert machine.shown(DOOR, "ActiveState") == "inactive"
    assert machine.run("test", "-e", f"{STATE}-upgrade").returncode != 0


def test_a_version_that_the_doctor_refuses_runs_nothing_and_spoils_nothing(
    machine: Container, camera: NetworkCamera, package: str
) -> None:
    """It brought the databases to a form that the one before cannot read; that one is put back."""
    machine("systemctl", "start", "ostiary.target", DOOR)
    room = machine.root / f"{UNPACKED.removeprefix('/')}/{LIB}/edge"
    newest = max((room / "collection/migrations").glob("*.sql")).name
    (room / f"collection/migrations/{int(newest[:3]) + 1:03}-future.sql").write_text(
        "-- Of a version to come.\nCREATE TABLE future (unknown TEXT) STRICT;\n", encoding="utf-8"
    )
    with (room / "diagnosis/__init__.py").open("a", encoding="utf-8") as file:
        file.write(SPOILT)
    spoilt = packed(machine, f"{version(machine)}+2")

    refused = machine.run("dpkg", "--force-confold", "--install", spoilt)

    assert refused.returncode != 0
    assert "this version is at fault with spoilt" in refused.stderr
    assert lock(machine) == "secured"
    assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "inactive"
    assert "ostiary" not in machine("systemctl", "list-unit-files", "--state=enabled", "--plain")

    installed(machine, package)

    assert people(machine) == ["Karl"]
    assert machine.shown(DOOR, "ActiveState") == machine.shown(WEB, "ActiveState") == "active"
    assert DOOR in machine("systemctl", "list-unit-files", "--state=enabled", "--plain")
    assert machine.run("test", "-e", f"{STATE}-upgrade").returncode != 0


def test_removing_it_locks_the_door_and_keeps_the_people(
    machine: Container, camera: NetworkCamera
) -> None:
    """Settings, people, record and keys are the site's."""
    release(machine, camera)

    machine("apt-get", "remove", "--yes", "ostiary")

    assert lock(machine) == "secured"
    for path in ("/usr/lib/ostiary", "/usr/bin/ostiary", f"/usr/lib/systemd/system/{DOOR}"):
        assert machine.run("test", "-e", path).returncode != 0, path
    assert machine.run("test", "-e", f"{STATE}/collection.db").returncode == 0
    assert machine.read(LOCK) != ""
    assert machine.read("/etc/ostiary/ostiary.toml") == settings(camera)


def test_purging_leaves_nothing(machine: Container) -> None:
    """People, record, keys and settings."""
    machine("apt-get", "purge", "--yes", "ostiary")

    for path in (STATE, f"{STATE}-upgrade", "/etc/ostiary", "/run/ostiary"):
        assert machine.run("test", "-e", path).returncode != 0, path
    assert "ostiary" not in machine("systemctl", "list-unit-files", "--plain")
