"""The appliance as a control panel of OSDP: polls readers over channels that are secure, or not at all.

A reader that cannot prove that it has the key is offline, whatever it says of its abilities: what
it claims not to be able to do (a "PDCAP" that denies encryption) is never taken for an excuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import osdp
import osdp_sys

from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.messages import (
    CardRead,
    KeysPressed,
    Light,
    ReaderReport,
    Showing,
    Sound,
    StatusReported,
    Unreadable,
)
from edge.readers import Bits

LED_SET = 1
BUZZER_OFF, BUZZER_ON = 1, 2
"""Control codes of OSDP 2.2, tables 20 and 22."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a reader says of itself: the maker's OUI, model, serial number, what it can do."""

    maker: int
    model: int
    serial: int
    encrypts: bool
    lights: bool
    sounds: bool


class ControlPanel:
    """Polls the readers at *line*; *keys* has the key of each by its address.

    *install*: a reader that does not know its key is given it over the published one: on a bench,
    with nobody else on the line. Call :meth:`refresh` every 50 ms.
    """

    def __init__(
        self, line: SerialLine, keys: Mapping[int, ChannelKey], *, install: bool = False
    ) -> None:
        self._addresses = tuple(keys)
        self._reports: list[tuple[int, dict[str, Any]]] = []
        self._silent_about_status: set[int] = set()
        self._resting: set[int] = set()
        flags = [osdp.LibFlag.EnableNotification]
        if not install:
            flags.append(osdp.LibFlag.EnforceSecure)
        # The library writes to standard error on its own, the contents of packets among it.
        osdp_sys.set_loglevel(osdp.LogLevel.Emergency)
        self._context: Any = osdp_sys.ControlPanel(
            [
                osdp.PDInfo(each, line, scbk=key.secret, flags=flags).get()
                for each, key in keys.items()
            ]
        )
        self._context.set_event_callback(self._happened)
        self._context.set_command_completion_callback(self._completed)

    def refresh(self) -> tuple[ReaderReport, ...]:
        """Poll; return what the readers reported since the last time."""
        self._context.refresh()
        for place in tuple(self._resting):
            if not self._context.is_pd_enabled(place):
                self._context.enable_pd(place)
                self._resting.discard(place)
        reports, self._reports = self._reports, []
        told = (_report(self._addresses[place], event) for place, event in reports)
        return tuple(each for each in told if each is not None)

    def secure(self, address: int) -> bool:
        """Tell whether the reader has shown that it has the key, and still answers."""
        return bool(self._context.sc_status() >> self._place(address) & 1)

    def knock(self, address: int) -> None:
        """Begin anew with a reader; the library would wait for five minutes before it tries again."""
        place = self._place(address)
        if place not in self._resting:
            self._context.flush_commands(place)
            self._context.disable_pd(place)
            self._resting.add(place)

    def ask_status(self, address: int) -> None:
        """Ask a reader whether its case is open, unless it has shown that it cannot say."""
        if address not in self._silent_about_status:
            self._submit(
                address, command=osdp.Command.Status, type=osdp.StatusReportType.Local, report=b""
            )

    def show(self, address: int, showing: Showing) -> None:
        """Let a reader show *showing*, as far as it can."""
        # A reader refuses what it cannot do, and the library takes any refusal for the reader's end.
        identity = self.identity(address)
        if identity.lights:
            self._submit(address, **_light(showing.light))
        if identity.sounds:
            self._submit(address, **_sound(showing.sound))

    def set_key(self, address: int, key: ChannelKey) -> None:
        """Give a reader a new key, over the channel that is secured with its old one."""
        self._submit(address, command=osdp.Command.Keyset, type=1, data=key.secret)

    def identity(self, address: int) -> Identity:
        """Return what the reader has said of itself, all zero before it has."""
        place = self._place(address)
        said = self._context.get_pd_id(place) or {}

        def can(capability: int) -> bool:
            level, _ = self._context.check_capability(place, capability)
            return bool(level > 0)

        return Identity(
            maker=said.get("vendor_code", 0),
            model=said.get("model", 0),
            serial=said.get("serial_number", 0) & 0xFFFFFFFF,
            encrypts=can(osdp.Capability.CommunicationSecurity),
            lights=can(osdp.Capability.LEDControl),
            sounds=can(osdp.Capability.AudibleControl),
        )

    def _place(self, address: int) -> int:
        return self._addresses.index(address)

    def _submit(self, address: int, **command: object) -> None:
        if self.secure(address):
            self._context.submit_command(self._place(address), command)

    def _happened(self, place: int, event: dict[str, Any]) -> int:
        self._reports.append((place, event))
        return 0

    def _completed(self, place: int, command: dict[str, Any], status: int) -> None:
        if command["command"] == osdp.Command.Status and status == osdp.CompletionStatus.Failed:
            self._silent_about_status.add(self._addresses[place])


def _report(address: int, event: dict[str, Any]) -> ReaderReport | None:
    """Return what *event* of the library says, or None if it concerns the library alone."""
    kind = event["event"]
    if kind == osdp.Event.CardRead:
        try:
            return CardRead(address, Bits.from_bytes(event["data"], event["length"]))
        except (KeyError, ValueError):
            return Unreadable(address)
    if kind == osdp.Event.KeyPress:
        return KeysPressed(address, event["data"])
    if kind == osdp.Event.Status and event["type"] == osdp.StatusReportType.Local:
        tampered, power_failed = (bool(each) for each in event["report"][:2])
        return StatusReported(address, tampered, power_failed)
    return None


def _light(light: Light) -> dict[str, object]:
    return {
        "command": osdp.Command.LED,
        "reader": 0,
        "led_number": 0,
        "temporary": False,
        "control_code": LED_SET,
        "on_color": int(light.colour),
        "off_color": int(light.other),
        "on_count": light.on,
        "off_count": light.off,
    }


def _sound(sound: Sound) -> dict[str, object]:
    return {
        "command": osdp.Command.Buzzer,
        "reader": 0,
        "control_code": BUZZER_OFF if sound.silent else BUZZER_ON,
        # The library refuses a tone without a length, of silence, too.
        "on_count": sound.on,
        "off_count": sound.off,
        "rep_count": sound.times,
    }
