"""``ostiary keys`` as whoever sits at the machine calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edge.__main__ import Commands
from edge.audit import EventKind
from edge.config import load_settings
from edge.core import Core
from edge.errors import NotFoundError
from edge.vision.models import ModelStore
from enroll.rekognition.command import keys
from enroll.rekognition.keys import AccessKeys
from enroll.store import open_web


class Program:
    """What the command line hands over: a folder of its own."""

    def __init__(self, folder: Path, models: ModelStore) -> None:
        config = folder / "ostiary.toml"
        config.write_text(f'[storage]\nfolder = "{folder / "data"}"\n')
        self.settings = load_settings(config, environment={})
        self.core = Core(self.settings)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(keys, arguments, obj=self, catch_exceptions=False)

    def json(self, *arguments: str) -> object:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def secret_of(self, key_id: str) -> str | None:
        with open_web(self.core.web_path, self.core.key) as web:
            return AccessKeys(web).secret_of(key_id)

    def details(self, kind: EventKind) -> list[str]:
        return [
            entry.event.detail for entry in self.core.audit.entries() if entry.event.kind is kind
        ]


@pytest.fixture
def program(tmp_path: Path, models: ModelStore) -> Iterator[Program]:
    """Give a program that keeps everything in a folder of the test's own."""
    program = Program(tmp_path, models)
    yield program
    program.core.close()


def test_it_is_a_command() -> None:
    """The program finds it among the commands that come from outside."""
    assert Commands().get_command(None, "keys") is keys  # type: ignore[arg-type]


def test_making_a_key(program: Program) -> None:
    """Id and secret are printed, once; who made it is recorded, the secret is not."""
    result = program.run("create", "Importer", "--allow", "change", "--collection", "staff-*")
    assert result.exit_code == 0
    key_id, secret = (line.split()[-1] for line in result.stdout.splitlines()[:2])
    assert program.secret_of(key_id) == secret
    listed = program.run("list").stdout
    assert key_id in listed
    assert "change" in listed
    assert secret not in listed
    (detail,) = program.details(EventKind.KEY_CREATED)
    assert detail.startswith(f"key {key_id} for change on staff-*, by ")
    assert secret not in detail


def test_for_programs(program: Program) -> None:
    """With --json everything about a key is there, and the secret when it is made."""
    made = program.json("create", "Desk", "--allow", "look", "--allow", "SearchFaces")
    assert isinstance(made, dict)
    assert program.secret_of(made["key_id"]) == made.pop("secret")
    assert made["operations"] == ["CompareFaces", "DetectFaces", "SearchFaces"]
    assert made["collections"] == ["*"]
    assert program.json("list") == [made]
    revoked = program.json("revoke", made["key_id"])
    assert isinstance(revoked, dict)
    assert revoked["revoked_at"] is not None
    assert program.json("list") == [revoked]


def test_revoking(program: Program) -> None:
    """A revoked key has no secret; an unknown one is named."""
    made = program.json("create", "Desk", "--allow", "look")
    assert isinstance(made, dict)
    assert f"{made['key_id']} (Desk) is revoked" in program.run("revoke", made["key_id"]).stdout
    assert program.secret_of(made["key_id"]) is None
    assert len(program.details(EventKind.KEY_REVOKED)) == 1
    with pytest.raises(NotFoundError, match="AKOSNOBODY"):
        program.run("revoke", "AKOSNOBODY")
    assert len(program.details(EventKind.KEY_REVOKED)) == 1


def test_the_doors_own(program: Program) -> None:
    """Whoever names the door's own collection is warned, beside what programs read."""
    door = program.settings.door.collection
    result = program.run("create", "x", "--allow", "change", "--collection", door)
    assert "can let people into the building" in result.stderr
    assert "building" not in program.run("create", "x", "--allow", "change").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "x"),
        ("create", "--allow", "look"),
        ("create", "", "--allow", "look"),
        ("create", "x", "--allow", "DetectLabels"),
        ("create", "x", "--allow", "search", "--collection", "a/b"),
    ],
)
def test_a_wrong_command_line(program: Program, arguments: tuple[str, ...]) -> None:
    """It is said what is wrong, the status is that of a wrong command line, and no key is made."""
    result = program.run(*arguments)
    assert result.exit_code == 2
    assert program.json("list") == []
    assert program.details(EventKind.KEY_CREATED) == []
