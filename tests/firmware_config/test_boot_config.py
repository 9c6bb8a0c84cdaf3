"""What the firmware is told agrees with what the daemon does."""

from __future__ import annotations

import configparser
from pathlib import Path

from edge.config import InputSettings, LockSettings, SignalSettings
from edge.config.pins import PINS

FOLDER = Path(__file__).parents[2] / "firmware_config"


def boot_lines() -> list[str]:
    """Return the lines of config.txt that are no comments."""
    lines = (FOLDER / "config.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_relays_pin_is_safe_before_linux_starts() -> None:
    """The firmware drives the default line to the level at which the default lock is secured."""
    lock = LockSettings()

    level = "dl" if lock.active_high is (lock.fails == "secure") else "dh"
    assert f"gpio={lock.line}=op,{level}" in boot_lines()


def test_the_power_on_pull_of_that_pin_is_the_safe_one() -> None:
    """GPIO 0 to 8 are pulled up at power-on, the others down (BCM2835 datasheet, table 6-31)."""
    lock = LockSettings()

    assert (lock.line > 8) is lock.active_high


def test_the_wiring_plan_is_safe_before_linux_starts() -> None:
    """To be uncommented where lights and contacts are wired: dark, and pulled as the daemon does."""
    text = (FOLDER / "config.txt").read_text(encoding="utf-8").splitlines()
    gpio = {
        section: ",".join(str(pin.gpio) for pin in PINS if pin.setting.startswith(section))
        for section in ("inputs", "signals")
    }
    signals, inputs = SignalSettings(), InputSettings()

    assert {signals.green_active, signals.red_active, signals.buzzer_active} == {"high"}
    assert f"#gpio={gpio['signals']}=op,dl" in text
    assert {
        inputs.contact_bias, inputs.rex_bias, inputs.tamper_bias, inputs.fire_bias,
    } == {"pull-up"}  # fmt: skip
    assert f"#gpio={gpio['inputs']}=ip,pu" in text


def test_the_camera_is_found_and_the_watchdog_is_on() -> None:
    """Both are off or absent on some images."""
    assert {"camera_auto_detect=1", "dtparam=watchdog=on"} <= set(boot_lines())


def test_radios_go_off_by_choice_alone() -> None:
    """By the firmware's own overlays, commented out: a door on WiFi must not lose its network."""
    text = (FOLDER / "config.txt").read_text(encoding="utf-8").splitlines()

    for overlay in ("disable-bt", "disable-wifi"):
        assert f"#dtoverlay={overlay}" in text
    assert not [line for line in boot_lines() if line.startswith("dtoverlay=")]


def test_systemd_feeds_the_watchdog_within_what_it_can_count() -> None:
    """bcm2835-wdt counts 15 seconds at most."""
    parser = configparser.ConfigParser()
    parser.read(FOLDER / "watchdog.conf")

    assert 0 < int(parser["Manager"]["RuntimeWatchdogSec"]) <= 15


def test_the_readme_names_every_file() -> None:
    """A file that nobody knows the use of is not installed."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")

    names = {path.name for path in FOLDER.iterdir() if path.is_file()} - {"README.md"}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
