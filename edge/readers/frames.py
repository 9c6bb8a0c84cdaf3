"""From the edges of two Wiegand lines to frames of bits.

A bit is a short low pulse: on D0 it is a 0, on D1 a 1. SIA AC-01 has pulses of 20 to 100 µs, from
200 µs to 20 ms apart. Nothing tells how many bits will come: a frame ends when no more do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.readers.bits import Bits
from edge.readers.card_format import LONGEST

BOUNCE_NS = 100_000
"""Two falling edges of one line within so long are one pulse that rang: half of SIA's shortest
interval, and as long as its longest pulse."""

GAP_NS = 25_000_000
"""A silence that ends a frame: SIA's longest interval is 20 ms. Pads send keys further apart, for
nobody presses two within it."""


@dataclass(frozen=True, slots=True)
class WiegandFrame:
    """The bits between two silences; *at_ns* is when the last began, monotonic nanoseconds."""

    bits: Bits
    at_ns: int


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """What the lines carried since they were taken. *bounces* of pulses that rang were passed over.

    *collisions*: both lines fell together, or edges were lost; the frame was dropped. *overlong*:
    more bits than any card has; dropped as well.
    """

    frames: int = 0
    bounces: int = 0
    collisions: int = 0
    overlong: int = 0


class FrameAssembler:
    """Takes falling edges in the order of their times, and gives the frames they make up.

    *bounce_ns* and *gap_ns* as the constants of this module.
    """

    def __init__(self, *, bounce_ns: int = BOUNCE_NS, gap_ns: int = GAP_NS) -> None:
        self._bounce_ns = bounce_ns
        self._gap_ns = gap_ns
        self._counts = FrameCounts()
        self._bits: list[int] = []
        self._last: tuple[int, int] | None = None
        self._spoilt = False

    @property
    def counts(self) -> FrameCounts:
        return self._counts

    @property
    def deadline_ns(self) -> int | None:
        """When the frame that has begun ends unless an edge comes, or None between frames."""
        return None if self._last is None else self._last[1] + self._gap_ns

    def edge(self, bit: int, at_ns: int) -> WiegandFrame | None:
        """Take a falling edge: of D0 if *bit* is 0, of D1 if it is 1; at *at_ns*, monotonic.

        Return the frame before it, if the silence between them ended one.
        """
        ended = self.end(at_ns)
        last, self._last = self._last, (bit, at_ns)
        # Clocks of one chip do not run backwards; a reader that seems so is taken for noise.
        if last is not None and at_ns - last[1] < self._bounce_ns:
            if last[0] == bit:
                self._counts = replace(self._counts, bounces=self._counts.bounces + 1)
            else:
                self._spoilt = True
        elif len(self._bits) <= LONGEST:
            self._bits.append(bit)
        return ended

    def lost(self) -> None:
        """Say that edges were lost: the frame that has begun, or would have, is no frame."""
        self._spoilt = True

    def forget(self) -> None:
        """Drop the frame that has begun, if one has: the lines are gone."""
        if self._last is not None:
            self._counts = replace(self._counts, collisions=self._counts.collisions + 1)
        self._bits, self._spoilt, self._last = [], False, None

    def end(self, now_ns: int) -> WiegandFrame | None:
        """Return the frame that has ended by *now_ns*, if one has and nothing was wrong with it."""
        if self._last is None or now_ns < self._last[1] + self._gap_ns:
            return None
        bits, spoilt, at_ns = self._bits, self._spoilt, self._last[1]
        self._bits, self._spoilt, self._last = [], False, None
        if spoilt:
            self._counts = replace(self._counts, collisions=self._counts.collisions + 1)
            return None
        if len(bits) > LONGEST:
            self._counts = replace(self._counts, overlong=self._counts.overlong + 1)
            return None
        self._counts = replace(self._counts, frames=self._counts.frames + 1)
        return WiegandFrame(Bits.of(bits), at_ns)
