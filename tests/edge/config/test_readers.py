"""Settings of readers and panels: what cannot work, or could mistake a badge, is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import PanelSettings, ReaderSettings, load_settings
from edge.errors import ConfigError


def faults_of(tmp_path: Path, text: str) -> str:
    """Return what is said about a wrong file."""
    path = tmp_path / "ostiary.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environment={}, system=True)
    return caught.value.message.partition(": ")[2]


def test_a_site_without_badges_sets_nothing() -> None:
    """No reader, no panel, no line in use."""
    assert ReaderSettings().kind == "none"
    assert PanelSettings().kind == "none"
    assert ReaderSettings().line_uses() == ()


def test_a_reader_and_a_panel_may_write_differently(tmp_path: Path) -> None:
    """The collection has 12-4711 from the reader; the panel has a number of its own making."""
    path = tmp_path / "ostiary.toml"
    path.write_text(
        '[reader]\nkind = "wiegand"\n'
        '[panel]\nkind = "wiegand"\nformat = "37"\nbadge_number = "number"\ndigits = 6\n',
        encoding="utf-8",
    )

    settings = load_settings(path, environment={}, system=True)

    reader, panel = settings.reader.numbers(), settings.panel.numbers()
    assert reader.bits_of("12-4711").length == 26
    assert panel.badge_of(panel.bits_of("004711")) == "004711"


@pytest.mark.parametrize("section", ["reader", "panel"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('format = "40"', "where the number is"),
        ('format = "26; 26"', "two formats of 26 bits"),
        ('badge_number = "number"', "would be one badge"),
        ('format = "37"', "has no facility"),
        ("facility = 256", "does not fit into 8 bits"),
        ('badge_number = "uid"', "'number', 'facility-number' or 'hex'"),
        ("facility = true", "valid integer"),
    ],
)
def test_a_rule_by_which_badges_could_be_mistaken_is_refused(
    tmp_path: Path, section: str, text: str, says: str
) -> None:
    """Before the door is watched, and with the section or the setting that is wrong."""
    told = faults_of(tmp_path, f'[{section}]\nkind = "wiegand"\n{text}\n')

    assert told.startswith(section)
    assert says in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[reader]\nkind = "usb"\n', "set device, pin_pad or both"),
        ('[reader]\nkind = "usb"\ndevice = "event0"\n', "/dev/input/by-id"),
        (
            '[reader]\nkind = "usb"\ndevice = "08ff:0009"\npin_pad = "08ff:0009"\n',
            "name the same device",
        ),
        ('[reader]\nkind = "wiegand"\nd0_line = 27\n', "name the same line"),
        ('[reader]\nkind = "wiegand"\nd0_line = 17\n', "lock.line and reader.d0_line"),
        ('[panel]\nkind = "wiegand"\nd0_port = "/dev/ttyAMA4"\n', "name the same port"),
        ('[panel]\nkind = "wiegand"\nd0_port = "ttyAMA4"\n', "absolute path"),
    ],
)
def test_what_cannot_be_wired_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """Each device once, each line once."""
    assert says in faults_of(tmp_path, text)


def test_what_is_not_used_is_not_checked_against_the_rest(tmp_path: Path) -> None:
    """A fake reader needs no facility, a site without a panel no ports."""
    path = tmp_path / "ostiary.toml"
    path.write_text(
        '[reader]\nkind = "fake"\nbadge_number = "number"\nd0_line = 17\n', encoding="utf-8"
    )

    assert load_settings(path, environment={}, system=True).reader.kind == "fake"
