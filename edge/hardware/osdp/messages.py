"""What is said on an OSDP line, as values: what a panel wants shown, what readers report.

Pure. Times are seconds; OSDP counts lights and sounds in tenths of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from edge.domain import Signal
from edge.readers import Bits


class Colour(IntEnum):
    """Colours of a light, by their numbers in OSDP 2.2, table 19."""

    BLACK = 0
    RED = 1
    GREEN = 2
    AMBER = 3
    BLUE = 4
    MAGENTA = 5
    CYAN = 6
    WHITE = 7


@dataclass(frozen=True, slots=True)
class Light:
    """A light: *colour* for *on* tenths of a second and *other* for *off* of them, again and again.

    *seconds* is how long, of a light that is for a while; None of one that stays.
    """

    colour: Colour
    on: int = 1
    off: int = 0
    other: Colour = Colour.BLACK
    seconds: float | None = None

    @property
    def main(self) -> Colour:
        """The colour that tells what it means."""
        return self.colour if self.on and self.colour is not Colour.BLACK else self.other


@dataclass(frozen=True, slots=True)
class LightCancelled:
    """The light that was for a while ends before its time."""


@dataclass(frozen=True, slots=True)
class Sound:
    """*times* tones, 0 for ever, of *on* tenths of a second with *off* of them between; or silence."""

    times: int = 1
    on: int = 1
    off: int = 1
    silent: bool = False


PanelOrder: TypeAlias = Light | LightCancelled | Sound
"""What a panel tells its reader to show."""


def signal_of(light: Light) -> Signal | None:
    """Return what a panel means by *light*, as panels are set by habit; None for nothing we know.

    For a while: green is a grant, red a denial, amber a question for more. For ever: red or another
    colour is a locked door that waits, green one that stands open to all, dark is off.
    """
    colour = light.main
    if light.seconds is not None:
        return {
            Colour.GREEN: Signal.GRANTED,
            Colour.RED: Signal.DENIED,
            Colour.AMBER: Signal.WAITING,
        }.get(colour)
    return {
        Colour.BLACK: Signal.OFF,
        Colour.GREEN: Signal.GRANTED,
        Colour.AMBER: Signal.WAITING,
    }.get(colour, Signal.READY)


@dataclass(frozen=True, slots=True)
class Showing:
    """The light and the sound of one signal at a reader."""

    light: Light
    sound: Sound = field(default_factory=lambda: Sound(silent=True))


SHOWN: dict[Signal, Showing] = {
    Signal.OFF: Showing(Light(Colour.BLACK)),
    Signal.READY: Showing(Light(Colour.RED)),
    Signal.LOOK: Showing(Light(Colour.AMBER)),
    Signal.WAITING: Showing(Light(Colour.AMBER, on=3, off=3), Sound(times=1)),
    Signal.GRANTED: Showing(Light(Colour.GREEN), Sound(times=1, on=3)),
    Signal.DENIED: Showing(Light(Colour.RED, on=1, off=1), Sound(times=3)),
    Signal.WARNING: Showing(Light(Colour.AMBER, on=2, off=2), Sound(times=0, on=1, off=9)),
    Signal.ALARM: Showing(Light(Colour.RED, on=2, off=2), Sound(times=0, on=5, off=5)),
    Signal.FAULT: Showing(Light(Colour.RED, on=1, off=19)),
}
"""How a reader shows a signal: red waits, green opens, amber asks, as most sites have it."""


@dataclass(frozen=True, slots=True)
class CardRead:
    """A reader at *address* has read a card; the bits are its number, so the repr has none."""

    address: int
    bits: Bits = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """Keys of the pad of the reader at *address*, as OSDP writes them; they may be a PIN."""

    address: int
    keys: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StatusReported:
    """The reader at *address* tells whether its case is open and its power fails."""

    address: int
    tampered: bool
    power_failed: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The reader at *address* has sent what cannot be understood."""

    address: int


ReaderReport: TypeAlias = CardRead | KeysPressed | StatusReported | Unreadable
"""What a reader tells its control panel."""


def mark_of(address: int, *, reply: bool) -> bytes:
    """Return how every packet to *address* begins, or every *reply* of it (OSDP 2.2, 5.9)."""
    return bytes((0x53, address | 0x80 if reply else address))
