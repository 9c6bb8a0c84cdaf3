from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest
import waitress
from click.testing import CliRunner
from flask import Flask

from edge.config import load_settings
from edge.core import Core
from edge.errors import ConfigError
from edge.storage.key import Key
from edge.vision.models import ModelStore
from enroll import command
from enroll.store import open_web, signing_key
from enroll.uploads import LARGEST_UPLOAD


class Program:
    """What the command line hands over: a folder of its own, the models of all tests."""

    def __init__(self, folder: Path, models: ModelStore) -> None:
        config = folder / "ostiary.toml"
        config.write_text(
            f'[storage]\nfolder = "{folder / "data"}"\n[models]\nfolder = "{models.path("sface").parent}"\n'
        )
        self.config = config
        self.settings = load_settings(config, environment={})
        self.core = Core(self.settings)


class Server:
    """Stands in for waitress: keeps what it is told, and does not wait for requests."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}
        self.app: Flask | None = None
        self.address: tuple[str, int] = ("", 0)
        self.closed = False

    def create(self, app: Flask, **told: Any) -> Server:
        self.app, self.told = app, told
        return self

    def run(self) -> None:
        self.address = self.told["sockets"][0].getsockname()
        assert self.app is not None
        assert self.app.test_client().get("/sign-in").status_code == 200

    def close(self) -> None:
        self.told["sockets"][0].close()
        self.closed = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """Let the command start a server that returns at once."""
    server = Server()
    monkeypatch.setattr(waitress, "create_server", server.create)
    return server


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def start(tmp_path: Path, models: ModelStore, *arguments: str) -> str:
    """Run ``ostiary web`` and return what it prints."""
    program = Program(tmp_path, models)
    arguments = ("--port", str(free_port()), *arguments)
    try:
        result = CliRunner().invoke(command.web, arguments, obj=program, catch_exceptions=False)
    finally:
        program.core.close()
    assert result.exit_code == 0, result.output
    return result.output


def test_the_first_start_prints_a_link(tmp_path: Path, models: ModelStore, server: Server) -> None:
    """Until there is an owner every start prints a new link, and only the newest works."""
    links = [
        re.findall(r"http://127\.0\.0\.1:\d+(/set-up/\S+)", start(tmp_path, models))
        for _ in range(2)
    ]
    assert [len(found) for found in links] == [1, 1]
    assert links[0] != links[1]
    with open_web(tmp_path / "data/web.db", Program(tmp_path, models).core.key) as web:
        assert web.row("SELECT count(*) FROM invitations") == (1,)


def test_later_starts_print_none(tmp_path: Path, models: ModelStore, server: Server) -> None:
    """With an owner there is no link, unless it is asked for."""
    start(tmp_path, models)
    with open_web(tmp_path / "data/web.db", Program(tmp_path, models).core.key) as web:
        web.execute(
            "INSERT INTO accounts VALUES ('1', 'Ada', 'ada', 'owner', 'hash', '2026-01-01')"
        )
    assert "set-up" not in start(tmp_path, models)
    assert "set-up" in start(tmp_path, models, "--invite-owner")


def test_the_server_keeps_uploads_in_memory(
    tmp_path: Path, models: ModelStore, server: Server
) -> None:
    """Waitress takes no larger body than it may hold in memory, and names itself to nobody."""
    start(tmp_path, models)
    assert LARGEST_UPLOAD < server.told["max_request_body_size"] < server.told["inbuf_overflow"]
    assert server.address[0] == "127.0.0.1"
    assert server.told["ident"] is None
    assert server.closed


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback(host: str) -> None:
    """The machine's own addresses need no TLS."""
    assert command.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "door.example", ""])  # noqa: S104 - told apart
def test_the_network(host: str) -> None:
    """Addresses that others reach are served by TLS alone."""
    assert not command.is_loopback(host)


def test_a_port_in_use(tmp_path: Path) -> None:
    """An occupied port is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port} cannot be listened on"):
            command.serve(Flask("test"), host="127.0.0.1", port=port, link=None, certificate=None)


def test_the_signing_key_stays(tmp_path: Path) -> None:
    """A restart signs nobody out, and no two installations share a key."""
    keys = []
    for name in ("a.db", "a.db", "b.db"):
        with open_web(tmp_path / name, Key(bytes(32))) as web:
            keys.append(signing_key(web))
    assert keys[0] == keys[1] != keys[2]
    assert len(keys[0]) == 32
