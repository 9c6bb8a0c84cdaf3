"""What ``ostiary doctor`` says about readers and panels."""

from __future__ import annotations

import os
import select
from pathlib import Path
from typing import Any

import pytest

from edge.diagnosis import panel
from tests.edge.commands.conftest import Ostiary


def finding(ostiary: Ostiary, subject: str) -> dict[str, Any]:
    """Return what the doctor found about *subject*."""
    answer = ostiary("doctor", "--json")
    (found,) = (each for each in answer.json if each["subject"] == subject)
    return dict(found)


def add(site: Path, text: str) -> None:
    """Add sections to the settings."""
    site.write_text(site.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_site_needs_neither(ostiary: Ostiary) -> None:
    """Faces only, and a lock of one's own, are in order."""
    assert finding(ostiary, "reader")["health"] == "ok"
    assert finding(ostiary, "panel")["health"] == "ok"


def test_a_fake_reader_is_noticed(ostiary: Ostiary, site: Path, tmp_path: Path) -> None:
    """Whoever may write to a file would be everybody."""
    add(site, f'[reader]\nkind = "fake"\npipe = "{tmp_path}/reader"\n')

    found = finding(ostiary, "reader")

    assert found["health"] == "notice"
    assert "reader.kind" in found["remedy"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('kind = "usb"\ndevice = "ffff:ffff"\n', "there is no ffff:ffff"),
        ('kind = "wiegand"\nchip = "/dev/gpiochip99"\n', "there is no /dev/gpiochip99"),
    ],
)
def test_a_missing_reader_is_a_fault(ostiary: Ostiary, site: Path, text: str, says: str) -> None:
    """With the way out of it."""
    add(site, f"[reader]\n{text}")

    found = finding(ostiary, "reader")

    assert found["health"] == "fault"
    assert says in found["text"]
    assert found["remedy"]


def test_a_panels_ports_and_the_time_between_pulses_are_looked_at(
    ostiary: Ostiary, site: Path
) -> None:
    """Nothing is sent to the panel: it would be a badge."""
    pairs = [os.openpty() for _ in range(2)]
    names = [os.ttyname(slave) for _, slave in pairs]
    add(site, f'[panel]\nkind = "wiegand"\nd0_port = "{names[0]}"\nd1_port = "{names[1]}"\n')

    found = finding(ostiary, "panel")

    # A notice on a machine that keeps programs waiting for 20 ms.
    assert found["health"] in ("ok", "notice")
    assert "ms, panels tolerate 20 ms" in found["text"]
    assert not select.select([master for master, _ in pairs], [], [], 0)[0]
    for pair in pairs:
        for end in pair:
            os.close(end)


def test_a_console_on_a_port_is_a_fault(
    ostiary: Ostiary, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every message of the kernel would be a badge."""
    add(site, '[panel]\nkind = "wiegand"\n')
    monkeypatch.setattr(panel, "console_on", lambda port: port.name == "ttyAMA4")

    found = finding(ostiary, "panel")

    assert found["health"] == "fault"
    assert "ttyAMA4" in found["text"]
    assert "cmdline.txt" in found["remedy"]


def test_a_missing_port_is_a_fault(ostiary: Ostiary, site: Path, tmp_path: Path) -> None:
    """With the line of config.txt that switches it on."""
    add(site, f'[panel]\nkind = "wiegand"\nd0_port = "{tmp_path}/ttyAMA3"\n')

    found = finding(ostiary, "panel")

    assert found["health"] == "fault"
    assert "dtoverlay" in found["remedy"]
