"""What the doctor finds at each GPIO line."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import cast

import pytest

from edge.config import InputSettings, Settings, SignalSettings
from edge.core import Core
from edge.diagnosis import CHECKS
from edge.diagnosis.lines import of_lines
from edge.hardware.survey import survey_inputs, survey_signals
from edge.health import Finding, Health, examine
from tests.edge.hardware.gpio_double import Chip

WIRED = InputSettings(kind="gpio", contact_line=22, rex_line=23, fire_line=25)


def test_each_input_is_read_and_its_level_explained() -> None:
    """An installer sees by the level whether a contact is wired the way the settings say."""
    chip = Chip()
    chip.high = {22: False, 23: True, 25: True}

    found = of_lines("inputs", survey_inputs(WIRED, library=chip))

    assert found == Finding(
        "inputs",
        Health.WELL,
        "contact: line 22 is low, closed; rex: line 23 is high, not pressed; "
        "fire: line 25 is high, alarm",
    )
    assert chip.requests == []


def test_a_line_that_cannot_be_had_hides_no_other() -> None:
    """Who holds it is named, and what helps; the others are read."""
    chip = Chip()
    chip.others[23] = "w1"
    chip.faults[25] = OSError(errno.EIO, "Input/output error")

    found = of_lines("inputs", survey_inputs(WIRED, library=chip))

    assert found.health is Health.ILL
    assert found.text == (
        'contact: line 22 is low, closed; rex: line 23 of /dev/gpiochip0 is held by "w1"; '
        "fire: line 25 of /dev/gpiochip0 cannot be read: [Errno 5] Input/output error"
    )
    assert "inputs.rex_line" in found.remedy
    assert chip.requests == []


def test_lights_are_tried_without_being_switched_on() -> None:
    """A door is not to beep because somebody asks how it is."""
    chip = Chip()
    settings = SignalSettings(kind="gpio", green_line=12, buzzer_line=26, buzzer_active="low")

    found = of_lines("signals", survey_signals(settings, library=chip))

    assert found.text == "green: line 12 is low, off; buzzer: line 26 is high, off"


@pytest.mark.parametrize(
    ("settings", "health", "told"),
    [
        (InputSettings(), Health.NOTICE, "no contact is wired"),
        (InputSettings(kind="fake"), Health.NOTICE, "fake"),
        (InputSettings(kind="gpio", chip=Path("/none"), rex_line=1), Health.ILL, "there is no"),
        (SignalSettings(), Health.WELL, "no light"),
        (SignalSettings(kind="fake"), Health.NOTICE, "fake"),
        (SignalSettings(kind="gpio", chip=Path("/none"), red_line=1), Health.ILL, "there is no"),
    ],
)
def test_the_doctor_looks_at_what_the_settings_name(
    settings: InputSettings | SignalSettings, health: Health, told: str
) -> None:
    """Nothing wired is worth a word where it leaves a door unwatched."""

    class Parts:
        def __init__(self) -> None:
            self.settings = (
                Settings(inputs=settings)
                if isinstance(settings, InputSettings)
                else Settings(signals=settings)
            )

    subject = "inputs" if isinstance(settings, InputSettings) else "signals"
    (check,) = [each for each in CHECKS if each.subject == subject]

    found = examine(check, cast("Core", Parts()))

    assert found.health is health
    assert told in found.text
    assert bool(found.remedy) is (health is not Health.WELL)
