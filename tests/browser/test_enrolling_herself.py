"""From the first touch of the kiosk to the open door, as somebody does it who was never told how."""

from __future__ import annotations

import time
from itertools import cycle, islice
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.domain import Pixels
from edge.storage.names import INSTALLATION_FILE, LOCK_FILES
from tests.browser.footage import write_film
from tests.browser.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DOOR_FPS = 10


@pytest.fixture
def passer_by(tmp_path: Path, carphone: list[Pixels], coffee: Pixels) -> Path:
    """Let the man of the kiosk come to the door again and again, in seconds it never saw."""
    approach = [*carphone[100:112], *[coffee] * 6]
    return write_film(tmp_path / "door.avi", islice(cycle(approach), 120 * DOOR_FPS), fps=DOOR_FPS)


@pytest.fixture
def stranger(tmp_path: Path, astronaut: Pixels, coffee: Pixels) -> Path:
    """Let somebody else come to the door a few times."""
    return write_film(
        tmp_path / "stranger.avi", ([astronaut] * 12 + [coffee] * 6) * 4, fps=DOOR_FPS
    )


def enroll_by_keyboard(page: Page, *, name: str, badge: str) -> float:
    """Go through the kiosk with keys alone; return when the last one was struck."""
    keys = page.keyboard
    keys.press("Enter")  # begin
    expect(page.locator("#h-consent")).to_be_focused()
    keys.press("Tab")
    expect(page.locator("#agree")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#name")).to_be_focused()
    keys.type(name)
    keys.press("Enter")
    expect(page.locator("#h-camera")).to_be_focused()
    expect(page.locator("#badge")).to_be_focused(timeout=90_000)
    keys.type(badge)
    keys.press("Enter")
    return time.monotonic()


def test_the_door_opens_to_her(site: Site, page: Page, passer_by: Path, stranger: Path) -> None:
    """Enrolled by keyboard alone, she is let in within two seconds; a stranger is not."""
    site.make_owner(page)
    site.open_kiosk(page)
    with site.door(passer_by) as door:
        door.wait_for("DENY", seconds=60)
        saved = enroll_by_keyboard(page, name="Ada Example", badge="E-10442")
        expect(page.get_by_role("heading", name="The door knows you now")).to_be_visible()
        shown = time.monotonic()
        opened = door.wait_for("GRANT", seconds=20)
    assert opened - saved >= 0, "the door opened before anybody was enrolled"
    assert opened - shown <= 2

    with site.door(stranger) as door:
        door.wait_for("DENY", seconds=60)
        assert not any("GRANT" in line for _, line in door.heard)

    page.locator("#finish").press("Enter")
    expect(page.locator("#start")).to_be_focused()
    assert page.locator("#name").input_value() == ""
    files = (path for path in (site.folder / "data").rglob("*") if path.is_file())
    known = (*LOCK_FILES, INSTALLATION_FILE)
    leftovers = {path.suffix for path in files if path.name not in known}
    # The reserve is space on the disk, for the record of a door whose disk is full.
    assert leftovers <= {".db", ".db-wal", ".db-shm", ".key", ".reserve"}, leftovers
