"""Settings that name OSDP lines: the devices that come of them, on real lines with real keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.config import (
    OsdpPanelSettings,
    OsdpReaderSettings,
    PanelSettings,
    ReaderSettings,
    Settings,
    StorageSettings,
)
from edge.domain import Signal
from edge.errors import KeyFileError
from edge.hardware.choose import open_panel, open_reader
from edge.hardware.choose_osdp import osdp_keys
from edge.hardware.osdp.keys import PANEL, reader_name
from edge.hardware.osdp.messages import CardRead, Colour, Light, Showing
from tests.edge.hardware.osdp_bench import (
    ADDRESS,
    BADGE,
    KEY,
    NUMBERS,
    OTHER_KEY,
    Cable,
    PanelSide,
    ReaderSide,
    wait_until,
)


@pytest.fixture
def cable() -> Iterator[Cable]:
    """Give a cable."""
    with Cable() as made:
        yield made


@pytest.fixture
def settings(cable: Cable, tmp_path: Path) -> Settings:
    """Give the settings of a site whose reader and panel are at the two ends of the cable."""
    return Settings(
        storage=StorageSettings(folder=tmp_path),
        reader=ReaderSettings(kind="osdp"),
        osdp_reader=OsdpReaderSettings(port=cable.panel_port, baud=115200, addresses=str(ADDRESS)),
        panel=PanelSettings(kind="osdp"),
        osdp_panel=OsdpPanelSettings(port=cable.reader_port, baud=115200, address=ADDRESS),
    )


def test_without_a_key_there_is_no_line(settings: Settings) -> None:
    """Nothing falls back to talking in clear; the error names the command that helps."""
    with pytest.raises(KeyFileError, match="ostiary osdp install panel"):
        open_panel(settings)
    with pytest.raises(KeyFileError, match=f"install reader --address {ADDRESS}"):
        open_reader(settings)


def test_a_reader_of_the_settings_reads(cable: Cable, settings: Settings, tmp_path: Path) -> None:
    """Port, address, key and format come together."""
    osdp_keys(tmp_path).put(reader_name(ADDRESS), KEY)
    with ReaderSide(cable.reader_port) as them:
        reader = open_reader(settings)
        try:
            assert wait_until(lambda: them.secure)
            them.hold()
            shown = reader.read(10)
        finally:
            reader.close()

    assert shown is not None
    assert shown.value == BADGE


def test_a_panel_of_the_settings_is_told_and_heard(
    cable: Cable, settings: Settings, tmp_path: Path
) -> None:
    """A number goes, a light comes, and a key that the panel sets is what the next start uses."""
    shown: list[Signal] = []
    keys = osdp_keys(tmp_path)
    keys.put(PANEL, KEY)
    with PanelSide(cable.panel_port) as them:
        panel = open_panel(settings, show=shown.append)
        assert panel is not None
        try:
            assert wait_until(lambda: panel.online and them.secure)
            assert panel.announce(BADGE)
            assert wait_until(lambda: CardRead(ADDRESS, NUMBERS.bits_of(BADGE)) in them.reports)
            with them.guard:
                them.panel.show(ADDRESS, Showing(Light(Colour.GREEN)))
            assert wait_until(lambda: shown == [Signal.GRANTED])
            with them.guard:
                them.panel.set_key(ADDRESS, OTHER_KEY)
            assert wait_until(lambda: keys.get(PANEL) == OTHER_KEY)
        finally:
            panel.close()


def test_a_site_without_a_panel_has_none(settings: Settings) -> None:
    """The appliance drives the lock itself."""
    assert open_panel(replace(settings, panel=PanelSettings())) is None
