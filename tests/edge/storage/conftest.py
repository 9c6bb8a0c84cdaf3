from __future__ import annotations

from pathlib import Path

import pytest

from edge.storage.key import Key


@pytest.fixture
def key() -> Key:
    """Make a key for this test alone."""
    return Key.random()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name the audit's file: the smallest real database there is."""
    return tmp_path / "data" / "audit.db"
