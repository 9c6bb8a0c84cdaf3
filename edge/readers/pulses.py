"""How far apart the pulses of a card are sent to a panel, and what a panel makes of it.

SIA AC-01 has pulses of 20 to 100 µs, 200 µs to 20 ms from the beginning of one to that of the next.
"""

from __future__ import annotations

INTERVAL_SECONDS = 0.002
"""From the beginning of a pulse to that of the next; readers use 1 to 2 ms."""

SHORTEST_INTERVAL_SECONDS = 0.0002
LONGEST_INTERVAL_SECONDS = 0.020
"""What a panel tolerates. A longer silence ends the frame for it."""

SILENCE_SECONDS = 0.1
"""Between two frames: panels read what came after a silence of 25 to 50 ms."""


def frame_seconds(bits: int) -> float:
    """Return how long a frame of *bits* takes, with the silence after it."""
    return bits * INTERVAL_SECONDS + SILENCE_SECONDS


def too_late(since_last: float) -> bool:
    """Tell whether a pulse *since_last* seconds after the one before belongs to no frame."""
    return since_last > LONGEST_INTERVAL_SECONDS
