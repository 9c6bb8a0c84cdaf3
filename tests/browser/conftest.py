"""A real browser with a camera that shows a film, and a house whose pages it visits."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from edge.domain import Pixels
from edge.vision.models import ModelStore
from tests.browser.footage import write_y4m
from tests.browser.site import Site, served

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory, carphone: list[Pixels]) -> Path:
    """Show the first three seconds of the man in the car, slowly."""
    path = tmp_path_factory.mktemp("film") / "kiosk.y4m"
    return write_y4m(path, carphone[:96], fps=10)


@pytest.fixture(scope="session")
def browser(film: Path) -> Iterator[Browser]:
    """Run Debian's Chromium; there is no other."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path, models: ModelStore) -> Iterator[Site]:
    """Serve a house where nobody is enrolled."""
    with served(tmp_path, models._folder) as site:
        yield site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a window that fails the test if a script does."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None,
    )
    yield page
    context.close()
    assert faults == []
