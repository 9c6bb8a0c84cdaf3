"""A house as its owner runs it: the pages in one process, the door in another, one folder of data."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

NAME, PASSWORD = "Owner", "quiet harbour nine lamps"


@dataclass
class Door:
    """What a running `ostiary door` said, each line with the time at which it was heard."""

    heard: list[tuple[float, str]] = field(default_factory=list)

    def listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.heard.append((time.monotonic(), line))

    def wait_for(self, word: str, *, seconds: float) -> float:
        """Return when the first line with *word* was heard."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for at, line in list(self.heard):
                if word in line:
                    return at
            time.sleep(0.02)
        raise AssertionError(f"{word} was not heard in {[line for _, line in self.heard]}")


@dataclass(frozen=True)
class Site:
    """A running `ostiary web`."""

    address: str
    set_up: str
    folder: Path
    config: Path

    def make_owner(self, page: Page) -> None:
        """Use the printed link to make the owner's account, and be signed in."""
        page.goto(self.set_up)
        page.get_by_label("Name").fill(NAME)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=again]").fill(PASSWORD)
        page.get_by_role("button", name="Make the account").click()

    def sign_in(self, page: Page) -> None:
        page.goto(f"{self.address}/sign-in")
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    def open_kiosk(self, page: Page) -> None:
        page.goto(f"{self.address}/kiosk")
        page.get_by_role("button", name="Open the kiosk").click()
        page.locator("#start").wait_for()

    @contextmanager
    def door(self, film: Path) -> Iterator[Door]:
        """Run the door on a *film* in a process of its own."""
        command = [*ostiary(self.config), "door", "--camera", str(film)]
        with running(command) as process:
            door = Door()
            listener = threading.Thread(target=door.listen, args=(process,), daemon=True)
            listener.start()
            yield door


def ostiary(config: Path) -> list[str]:
    """Return the beginning of every command of the program."""
    return [sys.executable, "-m", "edge", "--config", str(config)]


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run *command* until the block ends."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def served(folder: Path, models: Path) -> Iterator[Site]:
    """Serve a new house from *folder*, with the prepared models in *models*."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "ostiary.toml"
    config.write_text(
        f"""
[site]
name = "Lighthouse"
[storage]
folder = "{folder / "data"}"
[models]
folder = "{models}"
[door]
retry_seconds = 0.5
rearm_seconds = 0.5
attempts = 20
[liveness]
mode = "off"  # nobody in a film can do as she is asked; whether faces live is tried elsewhere
[lock]
kind = "fake"
state_file = "{folder / "lock"}"
[web]
port = {port}
""",
        encoding="utf-8",
    )
    with running([*ostiary(config), "web"]) as process:
        assert process.stdout is not None
        link = None
        for line in process.stdout:
            if link := re.search(r"(http\S+)(/set-up/\S+)", line):
                break
        assert link is not None, "the pages did not start"
        yield Site(link[1], link[1] + link[2], folder, config)
