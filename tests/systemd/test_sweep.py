"""The daily sweep: understood by systemd, as the door's user, with next to no rights."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from edge.commands.audit import audit
from edge.commands.people import people
from tests.systemd.reading import FOLDER
from tests.systemd.test_units import UNIT

SWEEP = FOLDER / "ostiary-sweep.service"
TIMER = FOLDER / "ostiary-sweep.timer"


def value_of(file: Path, key: str) -> str:
    """Return what *file* sets *key* to."""
    (value,) = re.findall(rf"^{key}=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return str(value)


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
