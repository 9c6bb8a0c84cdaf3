"""The announcer's unit: the one that uses the network, and little else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.commands.announce import announce
from edge.errors import ConfigError
from edge.exit_codes import exit_code_of
from tests.systemd.reading import FOLDER
from tests.systemd.test_units import UNIT

ANNOUNCE = FOLDER / "ostiary-announce.service"


def values_of(file: Path, key: str) -> list[str]:
    """Return what *file* sets *key* to, in order."""
    return re.findall(rf"^{key}=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Give the unit with a program that exists, as Ostiary may not be installed here."""
    copy = tmp_path / ANNOUNCE.name
    copy.write_text(ANNOUNCE.read_text(encoding="utf-8").replace("/usr/bin/ostiary", "/bin/true"))
    return copy


def test_it_works_on_the_door_s_files_as_the_door_s_user() -> None:
    """The record is the outbox, and the requests of a broker go to the door's desk."""
    for key in ("User", "Group", "StateDirectory", "LoadCredential", "UMask"):
        assert values_of(ANNOUNCE, key) == values_of(UNIT, key)


def test_it_has_no_device_of_the_door() -> None:
    """Neither the camera nor the lock, whatever is found in it; nor may anybody connect to it."""
    assert values_of(ANNOUNCE, "PrivateDevices") == ["yes"]
    assert values_of(ANNOUNCE, "SupplementaryGroups") == []
    assert values_of(ANNOUNCE, "DeviceAllow") == []
    assert values_of(ANNOUNCE, "SocketBindDeny") == ["any"]


def test_the_door_does_not_wait_for_it() -> None:
    """Nothing in the door's unit names it."""
    assert "announce" not in UNIT.read_text(encoding="utf-8")


def test_it_comes_back_from_everything_but_wrong_settings() -> None:
    """As the door does."""
    assert values_of(ANNOUNCE, "RestartPreventExitStatus") == [str(exit_code_of(ConfigError("")))]
    assert values_of(ANNOUNCE, "Restart") == ["on-failure"]
    assert values_of(ANNOUNCE, "StartLimitIntervalSec") == ["0"]


def test_it_calls_a_command_that_exists() -> None:
    """By its name, without options."""
    assert values_of(ANNOUNCE, "ExecStart") == ["/usr/bin/ostiary announce"]
    assert CliRunner().invoke(announce, ["--help"]).exit_code == 0
