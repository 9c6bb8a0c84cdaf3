from __future__ import annotations

from pathlib import Path

import pytest

from edge.storage.key import Key
from tests.edge.collection.killing import kill_rounds


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_acknowledged_enrolment_is_lost_in_a_hundred_kills(tmp_path: Path) -> None:
    """SIGKILL at random moments of enrolling, deleting and recording, into one growing file."""
    acknowledged = kill_rounds(
        tmp_path / "data" / "collection.db", Key.random(), rounds=100, seed=20260101
    )
    assert acknowledged > 100
