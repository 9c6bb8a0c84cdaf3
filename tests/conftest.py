"""The real parts every test may use: prepared models, a recognizer, pictures of faces and none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from hypothesis import settings

from edge.demonstration.footage import ASTRONAUT, CARPHONE, CAT, COFFEE, clip, picture
from edge.domain import Pixels
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from enroll.passwords import Passwords
from tests.other_embedder import write_other_embedder

# A busy or an emulated machine is slow, and right all the same.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def models() -> ModelStore:
    """Keep the prepared models between runs: converting takes seconds."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = os.environ.get("OSTIARY_TEST_MODELS") or caches / "ostiary-tests" / "models"
    store = ModelStore(Path(folder))
    store.prepare_all()
    return store


@pytest.fixture(scope="session")
def recognizer(models: ModelStore) -> Recognizer:
    """Compose the real networks once: loading them takes a tenth of a second."""
    return Recognizer.load(models)


@pytest.fixture(scope="session")
def other_embedder(models: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write another embedder and give the path of its card."""
    return write_other_embedder(models.path("sface"), tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """Hash with the cheapest parameters: what is tested here is not argon2."""
    return Passwords(PasswordHasher.from_parameters(CHEAPEST))


@pytest.fixture(scope="session")
def astronaut() -> Pixels:
    """Show one face: a NASA portrait, 512 × 512, BGR."""
    return picture(ASTRONAUT)


@pytest.fixture(scope="session")
def coffee() -> Pixels:
    """Show no face: a cup."""
    return picture(COFFEE)


@pytest.fixture(scope="session")
def chelsea() -> Pixels:
    """Show no human face: a cat."""
    return picture(CAT)


@pytest.fixture(scope="session")
def carphone() -> list[Pixels]:
    """Show one man in a car: 120 frames of 144 × 176, BGR."""
    return list(clip(CARPHONE))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs faces and clips where there are none."""
    if item.get_closest_marker("shared_data") and not os.environ.get("OSTIARY_TEST_DATA"):
        pytest.skip("OSTIARY_TEST_DATA names no folder of faces and clips")


def allowed_skips() -> tuple[str, ...]:
    """Return the beginnings of the reasons for which a test may be skipped where CI=true."""
    lines = (Path(__file__).parent / "allowed_skips.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every skip with its reason; in CI, refuse one that nobody has agreed to."""
    for reason in _refused_skips(terminalreporter):
        terminalreporter.write_line(f"not tolerated in CI: skipped because {reason}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped a test for an unknown reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and _refused_skips(reporter) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _refused_skips(reporter: pytest.TerminalReporter) -> list[str]:
    if os.environ.get("CI") != "true":
        return []
    reasons = [
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in reporter.stats.get("skipped", [])
    ]
    return [reason for reason in reasons if not reason.startswith(allowed_skips())]
