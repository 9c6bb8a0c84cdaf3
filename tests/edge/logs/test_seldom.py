"""What anybody can repeat is told once a minute."""

from __future__ import annotations

import logging

import pytest

from edge.logs.seldom import PAUSE_SECONDS, Seldom


def test_a_flood_is_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """And nothing is hidden: the next line says how many there were."""
    now = 0.0
    seldom = Seldom(logging.getLogger("edge.test_seldom"), clock=lambda: now)
    for _ in range(1000):
        seldom.warn("a command was ignored: %s", "late")
    now = PAUSE_SECONDS
    seldom.warn("a command was ignored: %s", "late")
    now *= 2
    seldom.warn("a command was ignored: %s", "early")

    assert [record.getMessage() for record in caplog.records] == [
        "a command was ignored: late",
        "a command was ignored: late (999 more since the last line)",
        "a command was ignored: early",
    ]
