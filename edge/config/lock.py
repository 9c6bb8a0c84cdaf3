"""What drives the lock, and for how long it may stay released."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from edge.config.kinds import STRICT, FilePath, Number, OptionalPath, Switch, Whole
from edge.config.lines import LineUse
from edge.config.pins import LOCK

MAX_RELEASE_SECONDS = 32.0
"""A little more than the longest `release_seconds`, so that no grant is cut short by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSettings:
    """What drives the lock."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    kind: Annotated[
        Literal["gpio", "none", "fake"],
        Field(
            description='"gpio" drives a relay; "none" is for a door whose lock somebody else\'s panel '
            'drives; "fake" drives nothing, for trying things out.'
        ),
    ] = "gpio"
    chip: Annotated[
        FilePath,
        Field(
            description="The chip of the pin header. On a Raspberry Pi 5 with a kernel before "
            "6.6.45 it is /dev/gpiochip4; `gpiodetect` tells."
        ),
    ] = Path("/dev/gpiochip0")
    line: Annotated[
        Whole,
        Field(
            ge=0,
            le=511,
            description="The GPIO number of the relay's pin, not the pin's place on the header. "
            "config.txt must hold the same number.",
        ),
    ] = LOCK.gpio
    active_high: Annotated[
        Switch,
        Field(
            description="true: a high pin switches the relay on. false, for a relay board that "
            'switches at low: then write "dh" in place of "dl" in config.txt.'
        ),
    ] = True
    fails: Annotated[
        Literal["secure", "safe"],
        Field(
            description='What the door is while the relay is off. "secure": locked, as by a strike '
            'that needs current to open. "safe": released, as by a magnet that needs current to '
            'hold; the relay is then on to lock, and config.txt has "dh" in place of "dl" (or '
            '"dl", where active_high is false).'
        ),
    ] = "secure"
    release_seconds: Annotated[
        Number, Field(ge=0.5, le=30, description="How long a grant releases the door.")
    ] = 5.0
    max_release_seconds: Annotated[
        Number,
        Field(
            ge=1,
            le=120,
            description="After this the lock secures itself, whatever the program does, unless it "
            "was released anew. Above release_seconds. A door that stands unlocked is released "
            "anew every few seconds.",
        ),
    ] = MAX_RELEASE_SECONDS
    state_file: Annotated[
        OptionalPath,
        Field(
            description='Of a "fake" lock: file that shows its state to other programs; empty for '
            "none."
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.max_release_seconds <= self.release_seconds:
            raise ValueError("max_release_seconds should be above release_seconds")

    def line_uses(self) -> tuple[LineUse, ...]:
        """Return the relay's line."""
        return (LineUse("lock.line", self.chip, self.line),) if self.kind == "gpio" else ()
