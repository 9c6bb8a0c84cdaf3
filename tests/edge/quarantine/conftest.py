from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import Settings
from tests.edge.quarantine.device import copied, furnished


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Make one device, for every test to copy."""
    return furnished(tmp_path_factory.mktemp("original") / "device")


@pytest.fixture
def device(original: Settings, tmp_path: Path) -> Settings:
    """Give a device of this test's own, at rest."""
    return copied(original, tmp_path / "device")
