"""What systemd hears, on a real socket."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.watchdog import Watchdog


class Manager:
    """Systemd's end of the line."""

    def __init__(self, address: str) -> None:
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(address.replace("@", "\0", 1))
        self.line.setblocking(False)
        self.environment = {"NOTIFY_SOCKET": address}

    def heard(self) -> list[str]:
        """Return everything told since the last call."""
        messages: list[str] = []
        while True:
            try:
                messages.append(self.line.recv(4096).decode())
            except BlockingIOError:
                return messages


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """Give a manager that listens on a socket of each kind."""
    named = request.param == "file"
    made = Manager(str(tmp_path / "notify") if named else f"@ostiary-test-{os.getpid()}")
    yield made
    made.line.close()


def test_it_tells_ready_status_and_stopping(manager: Manager) -> None:
    """One line each, in the words of sd_notify."""
    watchdog = Watchdog(environment=manager.environment)

    watchdog.ready()
    watchdog.status("3 people\nREADY=1")
    watchdog.stopping()

    assert manager.heard() == ["READY=1", "STATUS=3 people READY=1", "STOPPING=1"]


def test_it_is_alive_three_times_in_a_period_however_often_it_is_called(manager: Manager) -> None:
    """A loop may call it for every frame."""
    now = 0.0
    environment = manager.environment | {"WATCHDOG_USEC": "30000000"}
    watchdog = Watchdog(environment=environment, clock=lambda: now)
    beats: list[float] = []

    for tick in range(300):
        now = tick / 10
        watchdog.alive()
        beats += [now] * len(manager.heard())

    assert beats == [0.0, 10.0, 20.0]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "often"},
        {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"},
    ],
)
def test_it_shows_no_life_where_none_is_asked_for(manager: Manager, asked: dict[str, str]) -> None:
    """Without WatchdogSec=, and in a child that only inherited the variables."""
    watchdog = Watchdog(environment=manager.environment | asked)

    watchdog.alive()

    assert manager.heard() == []


def test_the_process_that_is_meant_is_alive(manager: Manager) -> None:
    """WATCHDOG_PID names it."""
    asked = {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": str(os.getpid())}
    watchdog = Watchdog(environment=manager.environment | asked)

    watchdog.alive()

    assert manager.heard() == ["WATCHDOG=1"]


def test_without_a_service_manager_it_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    """On a terminal nobody listens, and nobody is told so."""
    watchdog = Watchdog(environment={"WATCHDOG_USEC": "1000"})

    watchdog.ready()
    watchdog.alive()
    watchdog.stopping()

    assert caplog.text == ""


def test_a_manager_that_went_away_is_logged_once_and_stops_no_door(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Systemd acts on the silence; the door goes on."""
    caplog.set_level(logging.WARNING, logger="edge")
    watchdog = Watchdog(environment={"NOTIFY_SOCKET": str(tmp_path / "gone")})

    watchdog.ready()
    watchdog.stopping()

    assert len(caplog.records) == 1
