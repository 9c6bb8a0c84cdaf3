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
from edge.hardware.osdp.link import TURN_SECONDS
from edge.hardware.osdp.messages import mark_of
from edge.hardware.osdp.peripheral import Peripheral

SETTLE_SECONDS = 0.5
"""How long a reader goes on being polled after its new key has held, so that its answer is out."""

CHECK_SECONDS = 30.0
"""How long a panel may take to come back with the key that it has set."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A key that both ends have: its fingerprint, and what a reader says of itself.

    *checked*: the other end has come back with it.
    """

    fingerprint: str
    checked: bool
    identity: Identity | None = None


def install_panel(line: SerialLine, *, address: int, keys: KeyFolder, seconds: float) -> Installed:
    """Wait up to *seconds* for the panel to set a key, keep it, and use nothing else from then on.

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
        _pump(device.refresh, line, seconds, until=lambda: bool(taken or faults))
        if faults:
            raise faults[0]
        if not taken:
            raise _no_key(line, heard=line.silent_for(mark) < seconds)
        # With the key the library leaves the install mode, and the channel of the published key.
        checked = _pump(device.refresh, line, CHECK_SECONDS, until=lambda: device.secure)
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
    draft = f"{name}.new"
    old = keys.get(name)
    new = keys.get(draft)
    if new is None and (old is None or renew):
        new = ChannelKey.random()
        keys.put(draft, new)
    mark = mark_of(address, reply=True)
    line.listen_for(mark)
    line.open()
    try:
        if new is None or old is None:
            identity = _offer(line, address, new or old or ChannelKey.random(), seconds, mark)
        else:
            identity = _renew(line, address, old, new, seconds, mark)
    finally:
        line.close()
    if new is not None:
        keys.rename(draft, name)
    held = new or old
    return Installed(held.fingerprint if held else "", checked=True, identity=identity)


def _offer(
    line: SerialLine, address: int, key: ChannelKey, seconds: float, mark: bytes
) -> Identity:
    """Give *key* to a reader in install mode; one that has it is only asked to prove it."""
    panel = ControlPanel(line, {address: key}, install=True)
    if not _secured(panel, line, address, seconds):
        raise _no_reader(line, address, mark, seconds)
    _pump(panel.refresh, line, SETTLE_SECONDS)
    # Only a panel that enforces it shows that it was this key, and not the published one.
    panel = ControlPanel(line, {address: key})
    if not _secured(panel, line, address, seconds):
        raise _no_reader(line, address, mark, seconds)
    return panel.identity(address)


def _renew(
    line: SerialLine, address: int, old: ChannelKey, new: ChannelKey, seconds: float, mark: bytes
) -> Identity:
    """Set *new* over a channel that *old* secures, unless an attempt that was cut off did it."""
    panel = ControlPanel(line, {address: new})
    if _secured(panel, line, address, min(seconds, SETTLE_SECONDS)):
        return panel.identity(address)
    panel = ControlPanel(line, {address: old})
    if _secured(panel, line, address, seconds):
        panel.set_key(address, new)
        _pump(panel.refresh, line, SETTLE_SECONDS)
    panel = ControlPanel(line, {address: new})
    if not _secured(panel, line, address, seconds):
        raise _no_reader(line, address, mark, seconds)
    return panel.identity(address)


def _secured(panel: ControlPanel, line: SerialLine, address: int, seconds: float) -> bool:
    return _pump(panel.refresh, line, seconds, until=lambda: panel.secure(address))


def _pump(
    refresh: Callable[[], object],
    line: SerialLine,
    seconds: float,
    *,
    until: Callable[[], bool] = lambda: False,
) -> bool:
    """Serve *line* until *until* holds, at most *seconds*; tell whether it does."""
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() >= deadline or not line.is_open:
            return False
        refresh()
        time.sleep(TURN_SECONDS)
    return True


def _no_key(line: SerialLine, *, heard: bool) -> PanelError:
    if not line.is_open:
        return PanelError(f"{line.port} is gone.", remedy="Is its adapter plugged in?")
    if heard:
        return PanelError(
            "the panel polls, but has set no key.",
            remedy="Let the panel's software install a key (it may say: secure channel, SCBK, "
            "install mode) while this command waits.",
        )
    return PanelError(
        f"no panel polls on {line.port}.",
        remedy="Is the line connected, A to A and B to B? Do address and baud rate agree?",
    )


def _no_reader(line: SerialLine, address: int, mark: bytes, seconds: float) -> ReaderError:
    if line.silent_for(mark) > seconds:
        return ReaderError(
            f"no reader answers at address {address} of {line.port}.",
            remedy="Is it powered, are A and B not swapped, do address and baud rate agree?",
        )
    return ReaderError(
        f"the reader at address {address} answers, but takes no key and does not know ours.",
        remedy="Reset it, or put it into its install mode, as its manual says; then run this again.",
    )
