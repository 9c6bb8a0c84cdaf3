"""What ``ostiary doctor`` asks of GPIO lines: can each be had, what does it read, who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gpiod
from gpiod.line import Direction, Value

from edge.config import InputSettings, SignalSettings
from edge.errors import HardwareError
from edge.hardware.gpio_lines import take_lines
from edge.hardware.inputs_gpio import BIASES


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One line: the *name* of what is wired to it, and what was read, or why nothing could be.

    *high* is the level of the pin, *active* what it means by the settings; both are None if it
    could not be had.
    """

    name: str
    line: int
    high: bool | None = None
    active: bool | None = None
    fault: HardwareError | None = None


def survey_inputs(settings: InputSettings, *, library: Any = gpiod) -> tuple[Surveyed, ...]:
    """Take each input's line for a moment, with its pull, and read it."""
    return tuple(
        _surveyed(
            settings.chip,
            f"inputs.{name}_line",
            wire.line,
            gpiod.LineSettings(
                direction=Direction.INPUT,
                bias=BIASES[wire.bias],
                active_low=wire.active == "low",
            ),
            library,
        )
        for name, wire in settings.wired().items()
    )


def survey_signals(settings: SignalSettings, *, library: Any = gpiod) -> tuple[Surveyed, ...]:
    """Take each light's line for a moment, switched off, and read it."""
    return tuple(
        _surveyed(
            settings.chip,
            f"signals.{name}_line",
            lamp.line,
            gpiod.LineSettings(
                direction=Direction.OUTPUT,
                output_value=Value.INACTIVE,
                active_low=lamp.active == "low",
            ),
            library,
        )
        for name, lamp in settings.wired().items()
    )


def _surveyed(
    chip: Path, setting: str, line: int, wanted: gpiod.LineSettings, library: Any
) -> Surveyed:
    name = setting.partition(".")[2].removesuffix("_line")
    try:
        request = take_lines(
            chip, {line: wanted}, settings={line: setting}, refusal=HardwareError, library=library
        )
        try:
            active = request.get_value(line) is Value.ACTIVE
        finally:
            request.release()
    except HardwareError as error:
        return Surveyed(name, line, fault=error)
    except OSError as error:
        fault = HardwareError(
            f"line {line} of {chip} cannot be read: {error}.",
            remedy="Is the chip connected? `gpioinfo` and `dmesg` tell more.",
        )
        return Surveyed(name, line, fault=fault)
    return Surveyed(name, line, high=active is not wanted.active_low, active=active)
