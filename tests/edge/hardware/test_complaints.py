"""What is of no use is told, and does not fill the disk."""

from __future__ import annotations

import logging

import pytest

from edge.hardware.complaints import PAUSE_SECONDS, Complaints


def test_noise_is_one_line_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """The first at once; the next says how many there were meanwhile."""
    now = [0.0]
    complaints = Complaints(logging.getLogger("test"), "reader", lambda: now[0])

    for _ in range(1000):
        complaints.tell("a wrong parity.")
        now[0] += PAUSE_SECONDS / 999
    complaints.tell("a wrong length.")

    assert caplog.messages == [
        "the reader sent something of no use: a wrong parity.",
        "the reader sent something of no use: a wrong length. (999 more since the last line)",
    ]
    assert complaints.count == 1001
