"""What is read at the wires of contacts and lights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge.core import Core
from edge.hardware.choose import open_inputs
from edge.health import Finding, Health

if TYPE_CHECKING:
    from edge.hardware.survey import Surveyed

ACTIVE = {"contact": "open", "rex": "pressed", "tamper": "cut or opened", "fire": "alarm"}
IDLE = {"contact": "closed", "rex": "not pressed", "tamper": "whole", "fire": "quiet"}
"""What is read at each input, in an installer's words."""


def look_at_inputs(core: Core) -> Finding:
    """Read every contact that is wired."""
    settings = core.settings.inputs
    if settings.kind == "none":
        return Finding(
            "inputs",
            Health.NOTICE,
            "no contact is wired: a door that is forced or held open goes unnoticed",
            'Wire one and set inputs.kind = "gpio".',
        )
    if settings.kind == "fake":
        open_inputs(settings).close()
        return Finding(
            "inputs",
            Health.NOTICE,
            "the fake inputs watch nothing",
            'Set inputs.kind = "gpio" where contacts are wired.',
        )
    from edge.hardware.survey import survey_inputs  # noqa: PLC0415 - gpiod exists on Linux only

    return of_lines("inputs", survey_inputs(settings))


def look_at_signals(core: Core) -> Finding:
    """Read every line of a light; none is lit."""
    settings = core.settings.signals
    if settings.kind == "none":
        return Finding("signals", Health.WELL, "no light and no buzzer is wired")
    if settings.kind == "fake":
        return Finding(
            "signals",
            Health.NOTICE,
            "the fake lights show nothing",
            'Set signals.kind = "gpio" where lights are wired.',
        )
    from edge.hardware.survey import survey_signals  # noqa: PLC0415 - gpiod exists on Linux only

    return of_lines("signals", survey_signals(settings))


def of_lines(subject: str, lines: Sequence[Surveyed]) -> Finding:
    """Tell what each line reads, or why it cannot be had."""
    told = [
        f"{each.name}: line {each.line} is {'high' if each.high else 'low'}, {_meaning(each)}"
        if each.fault is None
        else f"{each.name}: {each.fault.message.removesuffix('.')}"
        for each in lines
    ]
    faults = [each.fault for each in lines if each.fault is not None]
    return Finding(
        subject,
        Health.ILL if faults else Health.WELL,
        "; ".join(told),
        faults[0].remedy if faults else "",
    )


def _meaning(line: Surveyed) -> str:
    words = ACTIVE if line.active else IDLE
    return words.get(line.name, "on" if line.active else "off")
