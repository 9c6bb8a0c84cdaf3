"""The lights and the buzzer of the door: on which lines, and which level switches them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field
from pydantic.fields import FieldInfo

from edge.config.kinds import STRICT, FilePath, Level, OptionalLine
from edge.config.lines import LineUse
from edge.config.pins import BUZZER, GREEN, RED, Pin


@dataclass(frozen=True, slots=True)
class LampLine:
    """How one lamp or the buzzer is wired: its line, and the level that switches it on."""

    line: int
    active: Level


def _line(pin: Pin) -> FieldInfo:
    described: FieldInfo = Field(
        description=f"GPIO number of the {pin.use}. The wiring plan has {pin.gpio} for it, pin "
        f"{pin.header} of the header. Empty: it is not wired."
    )
    return described


_ACTIVE = Field(
    description='The level that switches it on; config.txt holds the other one: "dl" for high, '
    '"dh" for low.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSettings:
    """What people at the door see and hear."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    kind: Annotated[
        Literal["none", "gpio", "fake"],
        Field(
            description='"none": nothing is wired. "gpio": the lines below; they also tell people '
            'how to move, see docs/liveness.md. "fake": nobody sees it, for trying things out.'
        ),
    ] = "none"
    chip: Annotated[
        FilePath, Field(description="The chip of the pin header; see chip of [lock].")
    ] = Path("/dev/gpiochip0")
    green_line: Annotated[OptionalLine, _line(GREEN)] = None
    green_active: Annotated[Level, _ACTIVE] = "high"
    red_line: Annotated[OptionalLine, _line(RED)] = None
    red_active: Annotated[Level, _ACTIVE] = "high"
    buzzer_line: Annotated[OptionalLine, _line(BUZZER)] = None
    buzzer_active: Annotated[Level, _ACTIVE] = "high"

    def __post_init__(self) -> None:
        if self.kind == "gpio" and not self.wired():
            raise ValueError(
                'kind is "gpio" and no line is named: set green_line, red_line or buzzer_line'
            )

    def wired(self) -> Mapping[str, LampLine]:
        """Return how each lamp is wired that is, by its name, whatever the kind."""
        lamps: tuple[tuple[str, int | None, Level], ...] = (
            ("green", self.green_line, self.green_active),
            ("red", self.red_line, self.red_active),
            ("buzzer", self.buzzer_line, self.buzzer_active),
        )
        return {name: LampLine(line, active) for name, line, active in lamps if line is not None}

    def line_uses(self) -> tuple[LineUse, ...]:
        """Return the lines that are driven."""
        if self.kind != "gpio":
            return ()
        return tuple(
            LineUse(f"signals.{name}_line", self.chip, lamp.line)
            for name, lamp in self.wired().items()
        )
