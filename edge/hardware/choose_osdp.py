"""From the settings to the two ends of OSDP lines, with their keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.config import OsdpPanelSettings, OsdpReaderSettings
from edge.domain import Signal
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.keys import FOLDER, PANEL, KeyFolder, reader_name
from edge.hardware.panel_osdp import OsdpPanel
from edge.hardware.reader_osdp import OsdpReader
from edge.readers import BadgeNumbers


def osdp_keys(data: Path) -> KeyFolder:
    """Return the keys that are kept in the folder *data* of the site."""
    return KeyFolder(data / FOLDER)


def osdp_line(settings: OsdpPanelSettings | OsdpReaderSettings) -> SerialLine:
    """Return the line that the settings name, not yet opened."""
    return SerialLine(settings.port, baud=settings.baud, rs485=settings.rs485)


def open_osdp_panel(
    settings: OsdpPanelSettings,
    *,
    data: Path,
    numbers: BadgeNumbers,
    show: Callable[[Signal], None] = lambda _: None,
) -> OsdpPanel:
    """Return the panel; it connects by itself, and again if lost. *show* hears what it wants shown.

    :raises KeyFileError: if there is no key for it yet, or no good one.
    """
    keys = osdp_keys(data)
    return OsdpPanel(
        osdp_line(settings),
        address=settings.address,
        key=keys.demand(PANEL),
        keep=lambda key: keys.put(PANEL, key),
        numbers=numbers,
        show=show,
    )


def open_osdp_reader(
    settings: OsdpReaderSettings, *, data: Path, numbers: BadgeNumbers
) -> OsdpReader:
    """Return the readers on the line; they connect by themselves, and again if lost.

    :raises KeyFileError: if there is no key for one of them yet, or no good one.
    """
    keys = osdp_keys(data)
    of_each = {address: keys.demand(reader_name(address)) for address in settings.numbers()}
    return OsdpReader(osdp_line(settings), keys=of_each, numbers=numbers)
