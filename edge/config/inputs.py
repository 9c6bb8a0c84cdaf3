"""The contacts and buttons of the door: on which lines, and what is active on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field
from pydantic.fields import FieldInfo

from edge.config.kinds import STRICT, Bias, FilePath, Level, OptionalLine, OptionalPath, Whole
from edge.config.lines import LineUse
from edge.config.pins import CONTACT, FIRE, REX, TAMPER, Pin


@dataclass(frozen=True, slots=True)
class InputLine:
    """How one input is wired: its line, the level at which it is active, and the pull of the pin."""

    line: int
    active: Level
    bias: Bias


def _line(pin: Pin, tells: str) -> FieldInfo:
    """Explain the setting of the line of an input that tells that *tells*."""
    described: FieldInfo = Field(
        description=f"GPIO number of the {pin.use}, which tells that {tells}. The wiring plan has "
        f"{pin.gpio} for it, pin {pin.header} of the header. Empty: it is not wired."
    )
    return described


_ACTIVE = Field(description="The level of the pin that tells so.")
_LOOP = Field(
    description="The level of the pin that tells so. high, with a pull-up, is for a contact to "
    "ground that is closed while all is well: then a cut wire tells so, too."
)
_BIAS = Field(
    description='The pin\'s own resistor: "pull-up" for a contact to ground, "pull-down" for one '
    'to 3.3 V, "none" where a resistor is wired.'
)
_SAME_BIAS = Field(description="As contact_bias.")
_SAME_LOOP = Field(description="As contact_active: high, so that a cut wire tells so, too.")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSettings:
    """What is wired to the door, beside its lock."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    kind: Annotated[
        Literal["none", "gpio", "fake"],
        Field(
            description='"none": nothing is wired; a door that is forced or held open goes '
            'unnoticed. "gpio": the lines below. "fake": what is written to the pipe below, for '
            "trying things out."
        ),
    ] = "none"
    chip: Annotated[
        FilePath, Field(description="The chip of the pin header; see chip of [lock].")
    ] = Path("/dev/gpiochip0")
    contact_line: Annotated[OptionalLine, _line(CONTACT, "the door is open")] = None
    contact_active: Annotated[Level, _LOOP] = "high"
    contact_bias: Annotated[Bias, _BIAS] = "pull-up"
    rex_line: Annotated[OptionalLine, _line(REX, "somebody inside asks to get out")] = None
    rex_active: Annotated[Level, _ACTIVE] = "low"
    rex_bias: Annotated[Bias, _SAME_BIAS] = "pull-up"
    tamper_line: Annotated[OptionalLine, _line(TAMPER, "a housing is open")] = None
    tamper_active: Annotated[Level, _SAME_LOOP] = "high"
    tamper_bias: Annotated[Bias, _SAME_BIAS] = "pull-up"
    fire_line: Annotated[OptionalLine, _line(FIRE, "the doors are to be released")] = None
    fire_active: Annotated[Level, _SAME_LOOP] = "high"
    fire_bias: Annotated[Bias, _SAME_BIAS] = "pull-up"
    debounce_ms: Annotated[
        Whole,
        Field(
            ge=1,
            le=1000,
            description="Milliseconds for which a contact must keep its new level, since contacts "
            "bounce.",
        ),
    ] = 30
    pipe: Annotated[
        OptionalPath,
        Field(
            description='Of "fake" inputs: a named pipe, made if it is not there, that takes lines '
            'such as "contact on", "rex off", "fire lost" and "fire back"; empty for none.'
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.kind == "gpio" and not self.wired():
            raise ValueError(
                'kind is "gpio" and no line is named: set contact_line, rex_line, tamper_line or '
                "fire_line"
            )

    def wired(self) -> Mapping[str, InputLine]:
        """Return how each input is wired that is, by its name, whatever the kind."""
        inputs: tuple[tuple[str, int | None, Level, Bias], ...] = (
            ("contact", self.contact_line, self.contact_active, self.contact_bias),
            ("rex", self.rex_line, self.rex_active, self.rex_bias),
            ("tamper", self.tamper_line, self.tamper_active, self.tamper_bias),
            ("fire", self.fire_line, self.fire_active, self.fire_bias),
        )
        return {
            name: InputLine(line, active, bias)
            for name, line, active, bias in inputs
            if line is not None
        }

    def line_uses(self) -> tuple[LineUse, ...]:
        """Return the lines that are watched."""
        if self.kind != "gpio":
            return ()
        return tuple(
            LineUse(f"inputs.{name}_line", self.chip, wire.line)
            for name, wire in self.wired().items()
        )
