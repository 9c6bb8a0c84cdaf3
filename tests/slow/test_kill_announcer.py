"""SIGKILL of the announcer, many times: every event is told at least once, in order, to everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge.announcing.conftest import needs_mosquitto
from tests.edge.announcing.killing import kill_rounds


@needs_mosquitto
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_however_often_the_announcer_is_killed(tmp_path: Path) -> None:
    """Forty deaths at random moments, while things happen."""
    assert kill_rounds(tmp_path, rounds=40, seed=11) > 40
