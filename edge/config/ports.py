"""Which serial ports the settings name, and that no two of them name the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PortUse:
    """One serial port, and the setting that names it, such as ``osdp_panel.port``."""

    setting: str
    port: Path


def demand_one_use_of_each_port(uses: Iterable[PortUse]) -> None:
    """Compare all ports that are in use.

    :raises ValueError: naming a port that is named twice, and by which settings.
    """
    user: dict[Path, str] = {}
    for use in uses:
        if use.port in user:
            raise ValueError(f"{user[use.port]} and {use.setting} name the same port, {use.port}")
        user[use.port] = use.setting
