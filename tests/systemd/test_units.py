"""The units are what systemd understands, lock the door at every end, and keep the daemon small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.config import Settings, load_settings
from edge.errors import ConfigError
from edge.exit_codes import exit_code_of
from tests.systemd.reading import FOLDER, analyze, needs_systemd
from tests.systemd.reading import values_of as values_of_unit

UNIT = FOLDER / "ostiary-door.service"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Give the unit with a program that exists, as Ostiary may not be installed here."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text(encoding="utf-8").replace("/usr/bin/ostiary", "/bin/true"))
    return copy


def values_of(key: str) -> list[str]:
    """Return what the unit sets *key* to, in order."""
    return values_of_unit(UNIT.name, key)


@needs_systemd
def test_systemd_understands_every_line(unit: Path) -> None:
    """An unknown line would be ignored at run time, and with it what it protects."""
    result = analyze("verify", "--recursive-errors=no", str(unit))

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs_systemd
def test_a_line_that_systemd_does_not_know_would_be_noticed(unit: Path) -> None:
    """The check above can fail."""
    unit.write_text(unit.read_text(encoding="utf-8").replace("ProtectHome=", "ProtectHouse="))

    assert "ProtectHouse" in analyze("verify", "--recursive-errors=no", str(unit)).stderr


def test_whatever_the_end_the_lock_is_secured_by_another_process() -> None:
    """SIGKILL runs no cleanup of the daemon; its settings may be edited, even broken, by then."""
    kept = "%t/ostiary-door/ostiary.toml"

    assert values_of("ExecStopPost") == [f"/usr/bin/ostiary --config {kept} lock secure"]
    assert values_of("ExecStartPre") == [f"/usr/bin/cp /etc/ostiary/ostiary.toml {kept}"]
    assert values_of("RuntimeDirectory") == ["ostiary-door"]


def test_the_live_picture_lies_where_the_settings_look_for_it() -> None:
    """In memory, as all of /run; made for door and pages, and the one place there to write to."""
    folder = Settings().live.folder
    made = (FOLDER / "ostiary.tmpfiles.conf").read_text(encoding="utf-8")

    assert values_of("ReadWritePaths") == [f"-{folder}"]
    assert f"\nd {folder} 2770 ostiary ostiary -\n" in made


def test_wrong_settings_are_not_tried_again_and_everything_else_is() -> None:
    """A door comes back from every fault but its owner's."""
    assert values_of("RestartPreventExitStatus") == [str(exit_code_of(ConfigError("wrong")))]
    assert values_of("Restart") == ["on-failure"]
    assert values_of("StartLimitIntervalSec") == ["0"]


def test_the_service_keeps_its_data_where_the_settings_look_for_it() -> None:
    """The state directory of the unit is the default folder of the settings."""
    (name,) = values_of("StateDirectory")
    environment = {"STATE_DIRECTORY": f"/var/lib/{name}"}

    settings = load_settings(environment=environment, system_file=Path("/nowhere"))

    assert settings.storage == Settings().storage
    assert settings.models == Settings().models


def test_the_unit_uses_the_user_that_is_made_for_it() -> None:
    """User and groups of the unit are in the sysusers file."""
    made = (FOLDER / "ostiary.sysusers.conf").read_text(encoding="utf-8")

    for user in values_of("User"):
        assert re.search(rf"^u {user} ", made, re.MULTILINE)
    for group in values_of("SupplementaryGroups")[0].split():
        assert re.search(rf"^m ostiary {group}$", made, re.MULTILINE)
