"""Handing over keys, once, with the door's program stopped and nobody else on the line.

The published key that opens the way can be listened in on by whoever is on the line at that
moment, so this belongs on a bench, or on a line that nobody has tapped, and is over in seconds: it
is no setting that could be left on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from edge.errors import KeyFileError, PanelError, ReaderError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.control_panel import ControlPanel, Identity
from edge.hardware.osdp.keys import PANEL, ChannelKey, KeyFolder, reader_name
from edge.hardware.osdp.messages import mark_of
from edge.hardware.osdp.peripheral import Peripheral
from edge.hardware.osdp.serve import no_panel, no_reader, serve

SETTLE_SECONDS = 0.3
"""How long a reader goes on being polled after its new key has held, so that its answer is out."""

CHECK_SECONDS = 30.0
"""How long a panel may take to come back with the key that it has set."""

KNOCK_SECONDS = 5.0
"""How long a reader has to answer before it is begun with anew: it may only now be made ready."""

TRY_SECONDS = 1.0
"""How long a reader has to prove a key that it has only if an earlier attempt was cut off."""

PROVE_SECONDS = 10.0
"""How long a reader that was given a key has to come back with it."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A key that both ends have: its fingerprint, and what a reader says of itself.

    *checked*: the other end has come back with it.
    """

    fingerprint: str
    checked: bool
    identity: Identity | None = None


def install_panel(
    line: SerialLine,
    *,
    address: int,
    keys: KeyFolder,
    seconds: float,
    check_seconds: float = CHECK_SECONDS,
) -> Installed:
    """Wait up to *seconds* for the panel to set a key, keep it, and take nothing else from then on.

    :raises LineError: if the port cannot be had.
    :raises PanelError: if the panel has set no key by then.
    :raises KeyFileError: if the key cannot be kept; the panel is told that it was refused.
    """
    taken: list[ChannelKey] = []
    faults: list[KeyFileError] = []

    def take(key: ChannelKey) -> None:
        try:
            keys.put(PANEL, key)
        except KeyFileError as error:
            faults.append(error)
            raise
        taken.append(key)

    mark = mark_of(address, reply=False)
    line.listen_for(mark)
    line.open()
    try:
        device = Peripheral(line, address=address, key=None, on_key=take)
        serve(device.refresh, line, seconds, until=lambda: bool(taken or faults))
        if faults:
            raise faults[0]
        if not taken:
            heard = line.silent_for(mark) < seconds
            raise no_panel(line, heard=heard, otherwise=_set_no_key())
        # With the key the library leaves the install mode, and the channel of the published key.
        checked = serve(device.refresh, line, check_seconds, until=lambda: device.secure)
        return Installed(taken[-1].fingerprint, checked=checked)
    finally:
        line.close()


def install_reader(
    line: SerialLine, *, address: int, keys: KeyFolder, seconds: float, renew: bool = False
) -> Installed:
    """Give the reader at *address* a random key, keep it, and see that it holds.

    A reader that has our key already keeps it; with *renew* it is given another over the channel
    that the old one secures. The key is on the disk before the reader has it, so a power cut in
    between loses neither: the next attempt begins with it.

    :raises LineError: if the port cannot be had.
    :raises ReaderError: if the reader does not answer, or refuses.
    :raises KeyFileError: if the key cannot be kept; the reader is not asked then.
    """
    name = reader_name(address)
    draft = f"{name}-new"
    old, new = keys.get(name), keys.get(draft)
    if new is None and (old is None or renew):
        new = ChannelKey.random()
        keys.put(draft, new)
    giving = _Giving(line, address, seconds)
    line.open()
    try:
        if old is not None and new is not None:
            key, identity = new, giving.renew(old, new)
        else:
            key = new or old or ChannelKey.random()
            identity = giving.offer(key)
    finally:
        line.close()
    if new is not None:
        keys.rename(draft, name)
    return Installed(key.fingerprint, checked=True, identity=identity)


class _Giving:
    """One attempt to give the reader at *address* a key, on a line that is open."""

    def __init__(self, line: SerialLine, address: int, seconds: float) -> None:
        self._line = line
        self._address = address
        self._seconds = seconds
        self._mark = mark_of(address, reply=True)
        line.listen_for(self._mark)

    def offer(self, key: ChannelKey) -> Identity:
        """Give *key* to a reader in install mode; one that has it is only asked to prove it."""
        panel = ControlPanel(self._line, {self._address: key}, install=True)
        if not self._served(panel, self._seconds):
            raise self._nobody()
        serve(panel.refresh, self._line, SETTLE_SECONDS)
        return self.prove(key)

    def renew(self, old: ChannelKey, new: ChannelKey) -> Identity:
        """Set *new* over a channel that *old* secures, unless an attempt that was cut off did it."""
        if not self._served(ControlPanel(self._line, {self._address: new}), TRY_SECONDS):
            panel = ControlPanel(self._line, {self._address: old})
            if self._served(panel, self._seconds):
                panel.set_key(self._address, new)
                serve(panel.refresh, self._line, SETTLE_SECONDS)
        return self.prove(new)

    def prove(self, key: ChannelKey) -> Identity:
        """See that the reader has *key*, and not the published one: only a panel that insists does.

        :raises ReaderError: if it has not.
        """
        panel = ControlPanel(self._line, {self._address: key})
        if not self._served(panel, min(self._seconds, PROVE_SECONDS)):
            raise self._nobody()
        return panel.identity(self._address)

    def _served(self, panel: ControlPanel, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self._line.is_open:
            if serve(panel.refresh, self._line, min(left, KNOCK_SECONDS), until=self._by(panel)):
                return True
            panel.knock(self._address)
        return False

    def _by(self, panel: ControlPanel) -> Callable[[], bool]:
        return lambda: panel.secure(self._address)

    def _nobody(self) -> ReaderError:
        heard = self._line.silent_for(self._mark) < self._seconds
        return no_reader(self._line, self._address, heard=heard)


def _set_no_key() -> PanelError:
    return PanelError(
        "the panel polls, but has set no key.",
        remedy="Let the panel's software install a key (it may say: secure channel, SCBK, install "
        "mode) while this command waits.",
    )


def check_reader(line: SerialLine, *, address: int, keys: KeyFolder, seconds: float) -> Installed:
    """See that the reader at *address* has our key.

    :raises LineError: if the port cannot be had.
    :raises ReaderError: if it does not answer, or has another key.
    :raises KeyFileError: if there is no key for it.
    """
    key = keys.demand(reader_name(address))
    line.open()
    try:
        identity = _Giving(line, address, seconds).prove(key)
    finally:
        line.close()
    return Installed(key.fingerprint, checked=True, identity=identity)


def check_panel(line: SerialLine, *, address: int, keys: KeyFolder, seconds: float) -> Installed:
    """See that the panel has our key; one that sets another meanwhile is refused.

    :raises LineError: if the port cannot be had.
    :raises PanelError: if none polls, or it has another key.
    :raises KeyFileError: if there is no key for it.
    """
    key = keys.demand(PANEL)

    def refuse(_: ChannelKey) -> None:
        raise KeyFileError("no key is taken while the line is only checked.")

    mark = mark_of(address, reply=False)
    line.listen_for(mark)
    line.open()
    try:
        device = Peripheral(line, address=address, key=key, on_key=refuse)
        if not serve(device.refresh, line, seconds, until=lambda: device.secure):
            otherwise = PanelError(
                "the panel polls, but speaks without our key.",
                remedy="Let it forget this reader, then run `ostiary osdp install panel`.",
            )
            raise no_panel(line, heard=line.silent_for(mark) < seconds, otherwise=otherwise)
        return Installed(key.fingerprint, checked=True)
    finally:
        line.close()
