"""Which lines the settings name: one use each, and pins that a Raspberry Pi has free."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import InputSettings, LockSettings, Settings, SignalSettings, load_settings
from edge.config.pins import PINS
from edge.errors import ConfigError

BUSES = {0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15}
"""I2C, the board's EEPROM, SPI 0 and the first UART."""

HEADER = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10,
    21: 9, 22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19,
    36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
"""Which GPIO is at which pin of the header, by Raspberry Pi's own documentation."""


def faults_of(tmp_path: Path, text: str) -> str:
    """Return what is said about a wrong file."""
    path = tmp_path / "ostiary.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environment={}, system=True)
    return caught.value.message.partition(": ")[2]


def test_no_line_is_named_twice(tmp_path: Path) -> None:
    """Every clash is told, by the settings that make it, the lock's line among them."""
    told = faults_of(
        tmp_path,
        '[inputs]\nkind = "gpio"\ncontact_line = 17\nrex_line = 23\n'
        '[signals]\nkind = "gpio"\nred_line = 23\n',
    )

    assert told == (
        "lock.line and inputs.contact_line name the same line, 17 of /dev/gpiochip0; "
        "inputs.rex_line and signals.red_line name the same line, 23 of /dev/gpiochip0"
    )


def test_what_is_not_driven_clashes_with_nothing() -> None:
    """The lines of fakes, and the same number on another chip."""
    other = Path("/dev/gpiochip1")

    Settings(inputs=InputSettings(kind="fake", contact_line=17))
    Settings(lock=LockSettings(kind="fake"), inputs=InputSettings(kind="gpio", contact_line=17))
    Settings(inputs=InputSettings(kind="gpio", chip=other, contact_line=17))
    Settings(signals=SignalSettings(kind="none", red_line=17))


@pytest.mark.parametrize("section", ["inputs", "signals"])
def test_lines_that_nobody_named_cannot_be_driven(tmp_path: Path, section: str) -> None:
    """Somebody who writes "gpio" and no line has forgotten something."""
    assert "no line is named" in faults_of(tmp_path, f'[{section}]\nkind = "gpio"\n')


def test_a_line_is_a_number_or_empty(tmp_path: Path) -> None:
    """Neither a number in quotes nor one that no chip has."""
    told = faults_of(
        tmp_path,
        '[inputs]\nkind = "gpio"\ncontact_line = "22"\nrex_line = 512\ntamper_line = true\n'
        'fire_line = ""\n',
    )

    assert [fault.partition(":")[0] for fault in told.split("; ")] == [
        "inputs.contact_line",
        "inputs.rex_line",
        "inputs.tamper_line",
    ]


def test_a_lock_must_have_time_for_its_grant(tmp_path: Path) -> None:
    """Else every grant would end in the alarm of the adapter."""
    told = faults_of(tmp_path, "[lock]\nrelease_seconds = 10\nmax_release_seconds = 10\n")

    assert told == "lock: max_release_seconds should be above release_seconds"


def test_the_wiring_plan_leaves_the_buses_alone() -> None:
    """Each wire has a pin of its own, named by its place on the header, and none of a bus."""
    numbers = [pin.gpio for pin in PINS]

    assert len(set(numbers)) == len(numbers)
    assert not set(numbers) & BUSES
    assert {pin.header: pin.gpio for pin in PINS}.items() <= HEADER.items()


def test_the_wiring_plan_can_be_set_as_it_is(tmp_path: Path) -> None:
    """Every setting that it names exists and takes its pin, all of them together."""
    text = '[inputs]\nkind = "gpio"\n[signals]\nkind = "gpio"\n[reader]\nkind = "wiegand"\n'
    for pin in PINS:
        section, _, name = pin.setting.partition(".")
        text = (
            text.replace(f"[{section}]\n", f"[{section}]\n{name} = {pin.gpio}\n")
            if f"[{section}]" in text
            else f"{text}[{section}]\n{name} = {pin.gpio}\n"
        )
    path = tmp_path / "ostiary.toml"
    path.write_text(text, encoding="utf-8")

    settings = load_settings(path, environment={}, system=True)

    sections = (settings.lock, settings.inputs, settings.signals, settings.reader)
    used = (use for section in sections for use in section.line_uses())
    assert {use.setting: use.line for use in used} == {pin.setting: pin.gpio for pin in PINS}
