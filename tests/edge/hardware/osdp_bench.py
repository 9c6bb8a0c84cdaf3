"""A bench for OSDP: a cable of two pseudo-terminals, and the other side of it on the real library.

What goes over the cable can be recorded, cut, spoilt and played again.
"""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.control_panel import ControlPanel
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.messages import PanelOrder, ReaderReport
from edge.hardware.osdp.peripheral import Peripheral
from edge.readers import BadgeNumbers, Bits, card_formats
from edge.readers.badge_numbers import Writing

KEY = ChannelKey(bytes.fromhex("8f1c6a3be2905d47a1b3c4d5e6f70819"))
OTHER_KEY = ChannelKey(bytes.fromhex("19e7c05b2a4d8f3361b0527c9ade4f80"))
NUMBERS = BadgeNumbers(card_formats("26"), Writing.FACILITY_NUMBER)
BADGE = "12-4711"
ADDRESS = 3
PATIENCE = 10.0
"""Seconds that a test waits for what must happen; it goes on as soon as it has."""

RESTLESS_SECONDS = 0.3
"""After so long a restless panel begins anew."""

Spoil = Callable[[bytes], bytes]


def wait_until(true: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Wait until *true* is so, at most *seconds*; tell whether it is."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


class Cable:
    """Serial ports whose wires are joined: *panel_port*, *reader_port* and, if asked, *second_port*.

    As on RS-485, everybody hears everybody.
    """

    def __init__(self, *, readers: int = 1) -> None:
        self.to_reader = bytearray()
        self.to_panel = bytearray()
        self.whole = True
        self.spoil: Spoil = lambda piece: piece
        self._plugs: list[int] = []
        self._ended = threading.Event()
        (panel, self.panel_port), (reader, self.reader_port) = self._end(), self._end()
        self._records = {panel: self.to_reader, reader: self.to_panel}
        if readers > 1:
            second, self.second_port = self._end()
            self._records[second] = self.to_panel
        self._panel, self._reader = panel, reader
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        for descriptor in (*self._records, *self._plugs):
            os.close(descriptor)

    def say_to_panel(self, octets: bytes) -> None:
        """Send *octets* to the panel as if a reader had."""
        os.write(self._panel, octets)

    def say_to_reader(self, octets: bytes) -> None:
        """Send *octets* to the reader as if a panel had."""
        os.write(self._reader, octets)

    def _end(self) -> tuple[int, Path]:
        master, plug = os.openpty()
        tty.setraw(plug)
        self._plugs.append(plug)
        return master, Path(os.ttyname(plug))

    def _carry(self) -> None:
        while not self._ended.is_set():
            ready, _, _ = select.select([*self._records], [], [], 0.02)
            for end in ready:
                piece = os.read(end, 4096)
                self._records[end] += piece
                if self.whole:
                    self._tell(self._records.keys() - {end}, self.spoil(piece))

    def _tell(self, ends: set[int], piece: bytes) -> None:
        for end in ends:
            os.write(end, piece)


class _Side(ABC):
    """One side of the cable, served by a thread."""

    def __init__(self, port: Path) -> None:
        self.line = SerialLine(port, baud=115200)
        self.line.open()
        self.guard = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        self.line.close()

    def _run(self) -> None:
        while not self._ended.wait(0.004):
            with self.guard:
                self.turn()

    @abstractmethod
    def turn(self) -> None:
        """Let the library send and hear once."""


class PanelSide(_Side):
    """Somebody's panel, which polls one reader; a *restless* one begins anew until it is secure."""

    def __init__(
        self,
        port: Path,
        key: ChannelKey = KEY,
        *,
        address: int = ADDRESS,
        install: bool = False,
        restless: bool = False,
    ) -> None:
        super().__init__(port)
        self._restless = restless
        self._begun = time.monotonic()
        self.address = address
        self.reports: list[ReaderReport] = []
        self.panel = ControlPanel(self.line, {address: key}, install=install)

    @property
    def secure(self) -> bool:
        with self.guard:
            return self.panel.secure(self.address)

    def turn(self) -> None:
        self.reports += self.panel.refresh()
        waited = time.monotonic() - self._begun
        if self._restless and waited > RESTLESS_SECONDS and not self.panel.secure(self.address):
            self._begun = time.monotonic()
            self.panel.knock(self.address)


class ReaderSide(_Side):
    """Somebody's reader, which answers one panel; without a key it is in install mode."""

    def __init__(self, port: Path, key: ChannelKey | None = KEY, *, address: int = ADDRESS) -> None:
        super().__init__(port)
        self.orders: list[PanelOrder] = []
        self.keys: list[ChannelKey] = []
        self.address = address
        self.device = Peripheral(self.line, address=address, key=key, on_key=self.keys.append)

    def press_install_button(self) -> None:
        """Forget the key and wait for another."""
        with self.guard:
            self.device = Peripheral(
                self.line, address=self.address, key=None, on_key=self.keys.append
            )

    @property
    def secure(self) -> bool:
        with self.guard:
            return self.device.secure

    def turn(self) -> None:
        self.orders += self.device.refresh()

    def hold(self, badge: str = BADGE) -> None:
        """Hold the badge *badge* to the reader."""
        self.send(NUMBERS.bits_of(badge))

    def send(self, bits: Bits) -> None:
        """Let the reader send *bits* as a card."""
        with self.guard:
            self.device.send_card(bits)

    def press(self, keys: bytes) -> None:
        """Press *keys*, as OSDP writes them, on the reader's pad."""
        with self.guard:
            self.device._submit(event=2, reader_no=0, data=keys)

    def tamper(self, *, active: bool) -> None:
        """Open or close the reader's case."""
        with self.guard:
            self.device.tamper(active=active)
