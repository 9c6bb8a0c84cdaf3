"""The process of the announcers: alive as a whole, or ended as a whole."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from edge.announcing.running import run
from edge.errors import AnnouncingError
from edge.watchdog import Watchdog


class Obedient:
    """Runs until it is told to stop."""

    name = "obedient"

    def __init__(self) -> None:
        self.ended = self.was_cut = False

    def run(self, stop: threading.Event) -> None:
        stop.wait()
        self.ended = True

    def once(self, stop: threading.Event) -> None: ...

    def test(self) -> str:
        return ""

    def cut(self) -> None:
        self.was_cut = True


class Dying(Obedient):
    """Ends by itself, as nothing that announces should."""

    name = "dying"

    def run(self, stop: threading.Event) -> None:
        self.ended = True


def test_one_that_ends_by_itself_ends_them_all() -> None:
    """The service manager starts a whole process anew rather than leave one destination silent."""
    well = Obedient()

    with pytest.raises(AnnouncingError, match="dying ended by itself"):
        run((well, Dying()), threading.Event())

    assert well.ended
    assert well.was_cut


def test_the_service_manager_is_told_when_it_begins_lives_and_ends(tmp_path: Path) -> None:
    """By the protocol of sd_notify."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(20)
        environment = {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "1000000"}
        stop = threading.Event()
        thread = threading.Thread(
            target=run,
            args=((Obedient(),), stop),
            kwargs={"watchdog": Watchdog(environment=environment)},
        )
        thread.start()
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"WATCHDOG=1"
        stop.set()
        thread.join(20)
        said = {manager.recv(100)}
        while b"STOPPING=1" not in said:
            said.add(manager.recv(100))

    assert not thread.is_alive()
