"""The daily sweep: understood by systemd, as the door's user, with next to no rights."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from edge.commands.audit import audit
from edge.commands.people import people
from tests.systemd.test_units import FOLDER, UNIT, analyze, needs_systemd

SWEEP = FOLDER / "ostiary-sweep.service"
TIMER = FOLDER / "ostiary-sweep.timer"
EXPOSURE = 10
"""In tenths, of 100: it needs no device and no network."""


def value_of(file: Path, key: str) -> str:
    """Return what *file* sets *key* to."""
    (value,) = re.findall(rf"^{key}=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return str(value)


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Of the service and of the timer that starts it."""
    for file in (SWEEP, TIMER):
        text = file.read_text(encoding="utf-8").replace("/usr/bin/ostiary", "/bin/true")
        (tmp_path / file.name).write_text(text, encoding="utf-8")

    result = analyze("verify", "--recursive-errors=no", str(tmp_path / TIMER.name))
    service = analyze("verify", "--recursive-errors=no", str(tmp_path / SWEEP.name))

    assert (result.returncode, result.stderr) == (0, "")
    assert (service.returncode, service.stderr) == (0, "")


@needs_systemd
def test_it_may_do_next_to_nothing(tmp_path: Path) -> None:
    """By systemd's own measure of a sandbox."""
    unit = tmp_path / SWEEP.name
    unit.write_text(SWEEP.read_text(encoding="utf-8").replace("/usr/bin/ostiary", "/bin/true"))

    result = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", str(unit))

    assert result.returncode == 0, result.stdout


def test_it_works_on_the_door_s_files() -> None:
    """As the same user, in the same folder, with the same key."""
    for key in ("User", "Group", "StateDirectory", "LoadCredential", "UMask"):
        assert value_of(SWEEP, key) == value_of(UNIT, key)


def test_it_calls_commands_that_exist() -> None:
    """Which ask nothing, as nobody would answer."""
    groups = {"people": people, "audit": audit}
    text = SWEEP.read_text(encoding="utf-8")
    calls = [line.split() for line in re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)]
    assert calls == [
        ["/usr/bin/ostiary", "people", "sweep"],
        ["/usr/bin/ostiary", "audit", "prune"],
    ]
    for _, group, command in calls:
        assert CliRunner().invoke(groups[group], [command, "--help"]).exit_code == 0
