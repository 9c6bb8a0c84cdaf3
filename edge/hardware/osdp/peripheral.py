"""The appliance as a peripheral device of OSDP: what a panel takes for a reader.

A panel that does not speak over a secure channel with our key gets the identity and the
capabilities of a reader, and nothing else. Where there is no key yet, only an install mode lets the
published one in, to take over a key and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import osdp
import osdp_sys

from edge.errors import KeyFileError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.messages import Colour, Light, LightCancelled, PanelOrder, Sound
from edge.hardware.osdp.screening import Screened
from edge.readers import Bits

log = logging.getLogger(__name__)

REFUSED = (-1, None)
DONE = (0, None)
"""Answers of a handler to the library: a NAK, an ACK."""

NO_SUCH_MAKER = 0
"""Makers are told by an OUI that IEEE sells; none is ours."""

CAPABILITIES = (
    (osdp.Capability.CardDataFormat, 1, 1),  # cards as bits
    (osdp.Capability.LEDControl, 4, 1),  # one light of three colours, for a while or for ever
    (osdp.Capability.AudibleControl, 2, 1),  # one sound, timed
    (osdp.Capability.CommunicationSecurity, 1, 1),  # AES-128
    (osdp.Capability.Readers, 0, 1),
)

LED_CANCEL, LED_SET_FOR_A_WHILE = 1, 2
LED_SET = 1
BUZZER_OFF = 1
"""Control codes of OSDP 2.2, tables 18, 20 and 22."""


class Peripheral:
    """Answers the panel at *line* as the reader *address*.

    *key* is the panel's and ours. Without one the device is in install mode: the published key
    opens a channel over which *on_key* is handed the new one. *on_key* is also called when the
    panel changes the key, and refuses by raising KeyFileError. Call :meth:`refresh` every 50 ms.
    """

    def __init__(
        self,
        line: SerialLine,
        *,
        address: int,
        key: ChannelKey | None,
        on_key: Callable[[ChannelKey], None],
    ) -> None:
        self._on_key = on_key
        self._install = key is None
        self._orders: list[PanelOrder] = []
        self._sent: list[bool] = []
        self._tampered = False
        self._refused: set[int] = set()
        flags = [osdp.LibFlag.InstallMode] if key is None else [osdp.LibFlag.EnforceSecure]
        identity = osdp.PdId(1, 1, NO_SUCH_MAKER, 1, 1)
        # The library writes to standard error on its own, the contents of packets among it.
        osdp_sys.set_loglevel(osdp.LogLevel.Emergency)
        info = osdp.PDInfo(
            address, Screened(line), scbk=key.secret if key else None, flags=flags, id=identity
        )
        self._device: Any = osdp_sys.PeripheralDevice(
            info.get(), capabilities=osdp.PDCapabilities(CAPABILITIES).get()
        )
        self._device.set_command_callback(self._obey)
        self._device.set_event_completion_callback(self._completed)

    @property
    def secure(self) -> bool:
        """Whether the panel has shown that it has the key, and has not been gone for 8 seconds."""
        return bool(self._device.is_sc_active())

    def refresh(self) -> tuple[PanelOrder, ...]:
        """Answer the panel; return what it ordered since the last time."""
        self._device.refresh()
        orders, self._orders = tuple(self._orders), []
        return orders

    def send_card(self, bits: Bits) -> None:
        """Let the panel fetch *bits* with its next poll; :meth:`sent` tells whether it did."""
        self._sent.clear()
        self._submit(
            event=osdp.Event.CardRead,
            reader_no=0,
            format=osdp.CardFormat.Wiegand,
            direction=0,
            length=bits.length,
            data=bits.to_bytes(),
        )

    def sent(self) -> bool | None:
        """Tell whether the last card was fetched, or could not be; None while it waits."""
        return self._sent[0] if self._sent else None

    def forget(self) -> None:
        """Drop whatever the panel has not fetched."""
        self._device.flush_events()

    def tamper(self, *, active: bool) -> None:
        """Let the panel know whether the case is open."""
        self._tampered = active
        self._report()

    def _report(self) -> None:
        report = bytes((self._tampered, False))
        self._submit(event=osdp.Event.Status, type=osdp.StatusReportType.Local, report=report)

    def _submit(self, **event: object) -> None:
        self._device.submit_event(event)

    def _completed(self, event: dict[str, Any], status: int) -> None:
        if event["event"] == osdp.Event.CardRead:
            self._sent.append(status == osdp.CompletionStatus.Ok)

    def _obey(self, command: dict[str, Any]) -> tuple[int, None]:
        """Do what the panel says; the library has refused what came outside of a channel."""
        kind = command["command"]
        if kind == osdp.Command.Keyset:
            return self._take_key(command["data"])
        if self._install:
            return DONE if kind == osdp.Command.Status else REFUSED
        if kind == osdp.Command.Status:
            return self._answer_status(command)
        order = _light(command) if kind == osdp.Command.LED else None
        order = _sound(command) if kind == osdp.Command.Buzzer else order
        if order is None:
            return self._refuse(kind)
        self._orders.append(order)
        return DONE

    def _refuse(self, kind: int) -> tuple[int, None]:
        """Say once that a command is not for us; a light of no known colour is passed over."""
        if kind == osdp.Command.LED:
            return DONE
        if kind not in self._refused:
            # Whoever may set address and speed over the line could take us off it.
            log.warning("the panel asks for what this reader does not do: command %d", kind)
            self._refused.add(kind)
        return REFUSED

    def _take_key(self, secret: bytes) -> tuple[int, None]:
        try:
            self._on_key(ChannelKey(secret))
        except KeyFileError as error:
            log.warning("the panel's new key is refused: %s", error)
            return REFUSED
        return DONE

    def _answer_status(self, command: dict[str, Any]) -> tuple[int, None]:
        if command["type"] != osdp.StatusReportType.Local:
            return REFUSED
        if self._tampered:
            # The library's own answer (3.2.9) always says that all is well; the truth follows it.
            self._report()
        return DONE


def _light(command: dict[str, Any]) -> PanelOrder | None:
    code = command["control_code"]
    if command["temporary"] and code == LED_CANCEL:
        return LightCancelled()
    if code != (LED_SET_FOR_A_WHILE if command["temporary"] else LED_SET):
        return None
    try:
        colour, other = Colour(command["on_color"]), Colour(command["off_color"])
    except ValueError:
        return None
    seconds = command["timer_count"] / 10 if command["temporary"] else None
    return Light(colour, command["on_count"], command["off_count"], other, seconds)


def _sound(command: dict[str, Any]) -> PanelOrder:
    if command["control_code"] <= BUZZER_OFF:
        return Sound(silent=True)
    return Sound(command["rep_count"], command["on_count"], command["off_count"])
