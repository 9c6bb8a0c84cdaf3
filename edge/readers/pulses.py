"""How the bits of a card become pulses on two lines, and whether a panel can have read them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from edge.readers.bits import Bits

INTERVAL_SECONDS = 0.002
"""From the beginning of a pulse to that of the next; readers use 1 to 2 ms."""

SHORTEST_INTERVAL_SECONDS = 0.0002
LONGEST_INTERVAL_SECONDS = 0.020
"""What a panel tolerates, by SIA AC-01. A longer silence ends the frame for it."""

SILENCE_SECONDS = 0.1
"""Between two frames: panels wait for up to 50 ms before they read what came."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """A pulse on D0 or D1 (*line*) that should begin *at* seconds after the first."""

    line: int
    at: float


def pulse_plan(bits: Bits, *, interval: float = INTERVAL_SECONDS) -> tuple[Pulse, ...]:
    """Return the pulses of *bits*, in order. There is never one on both lines at once.

    :raises ValueError: if *interval* is none that a panel tolerates.
    """
    if not SHORTEST_INTERVAL_SECONDS <= interval <= LONGEST_INTERVAL_SECONDS:
        raise ValueError(f"panels do not tolerate an interval of {interval} s")
    return tuple(Pulse(bit, place * interval) for place, bit in enumerate(bits))


def readable(begun: tuple[float, ...]) -> bool:
    """Tell whether a panel tolerates pulses that began at the times *begun*, in seconds."""
    return all(
        SHORTEST_INTERVAL_SECONDS <= later - earlier <= LONGEST_INTERVAL_SECONDS
        for earlier, later in pairwise(begun)
    )
