"""SIGKILL at any moment: every event is told at least once, in order, to everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge.announcing.conftest import needs_mosquitto
from tests.edge.announcing.killing import check_told, kill_rounds

pytestmark = needs_mosquitto


def test_nothing_is_lost_when_the_announcer_is_killed(tmp_path: Path) -> None:
    """A real process, a real broker, a real server; three deaths."""
    assert kill_rounds(tmp_path, rounds=3, seed=5) > 3


@pytest.mark.parametrize("told", [[1, 2, 4], [1, 3, 2, 4], [1, 2, 3], [2, 1, 2, 3, 4]])
def test_a_loss_would_be_noticed(told: list[int]) -> None:
    """The check above can fail."""
    with pytest.raises(AssertionError):
        check_told(told, [1, 2, 3, 4])
    check_told([1, 2, 2, 3, 2, 3, 4], [1, 2, 3, 4])
