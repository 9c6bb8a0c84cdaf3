from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import Settings, StorageSettings
from tests.edge.rekeying.killing import kill_rounds


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_file_has_the_same_key_after_fifty_kills(tmp_path: Path) -> None:
    """SIGKILL at random moments of changing the site's key, again and again in one folder."""
    settings = Settings(storage=StorageSettings(folder=tmp_path / "data"))

    _, changed = kill_rounds(settings, rounds=50, seed=20260302, longest=0.5)

    assert changed > 10
