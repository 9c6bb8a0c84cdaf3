"""The OSDP lines: to somebody else's panel, and to readers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from edge.config.kinds import STRICT, FilePath, Switch, Text, Whole

HIGHEST_ADDRESS = 126
"""OSDP 2.2, 5.3: seven bits, of which the highest means everybody."""

_ADDRESSES = re.compile(r"[0-9]{1,3}( [0-9]{1,3})*")


def _as_addresses(value: str) -> str:
    if not _ADDRESSES.fullmatch(value):
        raise ValueError('should be numbers with blanks between, such as "0" or "0 1"')
    addresses = [int(each) for each in value.split()]
    if max(addresses) > HIGHEST_ADDRESS:
        raise ValueError(f"should be numbers from 0 to {HIGHEST_ADDRESS}")
    if len(set(addresses)) < len(addresses):
        raise ValueError("two readers cannot have one address")
    return value


Port = Annotated[
    FilePath,
    Field(
        description="The serial port of the line: an RS-485 adapter, best by its stable name "
        "(/dev/serial/by-id/…), or a UART with a transceiver. Nobody else may use it."
    ),
]
Baud = Annotated[
    Literal[9600, 19200, 38400, 57600, 115200, 230400],
    Field(description="Bits a second, as the other side has them; most come with 9600."),
]
Rs485 = Annotated[
    Switch,
    Field(
        description="true: the kernel switches the direction of the line, for a UART with a "
        "transceiver at RTS. false, for an adapter that does so by itself, as all on USB do."
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OsdpPanelSettings:
    """The line to somebody else's panel, where panel.kind is "osdp"."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    port: Port = Path("/dev/ttyUSB0")
    baud: Baud = 9600
    rs485: Rs485 = False
    address: Annotated[
        Whole,
        Field(
            ge=0,
            le=HIGHEST_ADDRESS,
            description="The address at which the panel looks for this reader. The key is no "
            "setting: `ostiary osdp install panel` takes it over, once.",
        ),
    ] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OsdpReaderSettings:
    """The line to badge readers, where reader.kind is "osdp"."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    port: Port = Path("/dev/ttyUSB0")
    baud: Baud = 9600
    rs485: Rs485 = False
    addresses: Annotated[
        Text,
        AfterValidator(_as_addresses),
        Field(
            description="The addresses of the readers on the line, with blanks between. Each has a "
            "key of its own, which `ostiary osdp install reader` hands over, once."
        ),
    ] = "0"

    def numbers(self) -> tuple[int, ...]:
        """Return the addresses as numbers."""
        return tuple(int(each) for each in self.addresses.split())
