"""Settings of OSDP lines: addresses that exist, speeds that OSDP knows, a port for each line."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.config import OsdpPanelSettings, OsdpReaderSettings, load_settings
from edge.errors import ConfigError
from edge.hardware.osdp.channel import SPEEDS


def faults_of(tmp_path: Path, text: str) -> str:
    """Return what is said about a wrong file."""
    path = tmp_path / "ostiary.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environment={}, system=True)
    return caught.value.message.partition(": ")[2]


def test_several_readers_may_share_a_line() -> None:
    """Addresses are numbers with blanks between."""
    assert OsdpReaderSettings().numbers() == (0,)
    assert OsdpReaderSettings(addresses="0 1 126").numbers() == (0, 1, 126)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[osdp_reader]\naddresses = "0,1"', "with blanks between"),
        ('[osdp_reader]\naddresses = ""', "with blanks between"),
        ('[osdp_reader]\naddresses = "127"', "0 to 126"),
        ('[osdp_reader]\naddresses = "1 1"', "cannot have one address"),
        ("[osdp_panel]\naddress = 127", "126"),
        ("[osdp_panel]\nbaud = 4800", "9600, 19200"),
        ('[osdp_panel]\nport = "ttyUSB0"', "absolute path"),
        ('[osdp_panel]\nkey = "00"', "unknown"),
        (
            '[reader]\nkind = "osdp"\n[panel]\nkind = "osdp"',
            "osdp_reader.port and osdp_panel.port name the same port, /dev/ttyUSB0",
        ),
        (
            (
                '[reader]\nkind = "osdp"\n[osdp_reader]\nport = "/dev/ttyAMA3"\n'
                '[panel]\nkind = "wiegand"'
            ),
            "osdp_reader.port and panel.d0_port name the same port",
        ),
        ('[reader]\nkind = "osdp"\nbadge_number = "number"', "would be one badge"),
    ],
)
def test_what_cannot_be_on_a_line_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """Each fault is told with what would be right."""
    assert says in faults_of(tmp_path, text)


def test_a_port_may_be_named_twice_where_one_of_them_is_not_used(tmp_path: Path) -> None:
    """Only lines that are in use can be in each other's way."""
    path = tmp_path / "ostiary.toml"
    path.write_text('[panel]\nkind = "osdp"\n', encoding="utf-8")

    assert load_settings(path, environment={}, system=True).panel.kind == "osdp"


def test_every_speed_of_the_settings_is_one_that_the_port_has() -> None:
    """The settings and the line agree about OSDP's baud rates."""
    for baud in SPEEDS:
        assert OsdpPanelSettings(baud=baud).baud == baud  # type: ignore[arg-type]
