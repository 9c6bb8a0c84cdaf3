"""Readers that play keyboards: evdev's own code reads the kernel's own structures, from a pipe.

That a real device gives such structures, and that nobody else gets its keys once it is grabbed, is
shown by the slow test in a virtual machine whose kernel makes keyboards (uinput).
"""

from __future__ import annotations

import errno
import logging
import os
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import evdev
import pytest
from evdev import ecodes
from evdev.eventio import EventIO

from edge.domain import ShownKind, Signal
from edge.errors import ReaderError
from edge.hardware import CardReader
from edge.hardware.input_devices import key_names, open_keyboard
from edge.hardware.reader_usb import RETRY_SECONDS, SYN_DROPPED, UsbReader
from tests.edge.hardware.device import PATIENCE

NAMES = key_names(evdev)


class PipeKeyboard(EventIO):  # type: ignore[misc] # evdev has no types
    """A keyboard whose events the test writes, as the kernel would: ``struct input_event``."""

    def __init__(self) -> None:
        self.fd, self.writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.gone = False
        self.closed = False
        self.grabbed = False

    def read(self) -> Any:
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")
        return super().read()

    def grab(self) -> None:
        self.grabbed = True

    def event(self, kind: int, code: int, value: int, at: float) -> None:
        """Write one event."""
        seconds, part = divmod(at, 1)
        os.write(
            self.writer, struct.pack("llHHi", int(seconds), int(part * 1e6), kind, code, value)
        )

    def press(self, *keys: str, at: float) -> None:
        """Press and let go of keys, each with the report that ends it."""
        for key in keys:
            for value in (1, 0):
                self.event(ecodes.EV_MSC, ecodes.MSC_SCAN, 30, at)
                self.event(ecodes.EV_KEY, ecodes.ecodes[key], value, at)
                self.event(ecodes.EV_SYN, ecodes.SYN_REPORT, 0, at)

    def type_(self, digits: str, *, at: float) -> None:
        """Type digits and Enter."""
        self.press(*(f"KEY_{digit}" for digit in digits), "KEY_ENTER", at=at)

    def unplug(self) -> None:
        """Pull it: the kernel wakes whoever waits, and reading fails."""
        self.gone = True
        self.event(0, 0, 0, 0)

    def close(self) -> None:
        assert not self.closed
        self.closed = True
        for end in (self.fd, self.writer):
            os.close(end)


class Bus:
    """Where keyboards are plugged in, and a reader that uses them."""

    def __init__(self, *kinds: ShownKind) -> None:
        self.now = 1000.0
        self.plugged: dict[ShownKind, PipeKeyboard] = {kind: PipeKeyboard() for kind in kinds}
        self.reader = UsbReader(
            {kind: self.connecting(kind) for kind in kinds}, names=NAMES, clock=lambda: self.now
        )

    def connecting(self, kind: ShownKind) -> Callable[[], PipeKeyboard]:
        def connect() -> PipeKeyboard:
            if self.plugged[kind].gone:
                raise ReaderError("there is no 08ff:0009.")
            return self.plugged[kind]

        return connect

    def shown(self) -> list[tuple[ShownKind, str]]:
        """Return all that the reader has read until now."""
        found = []
        while (shown := self.reader.read(0)) is not None:
            found.append((shown.kind, shown.value))
        return found


def test_it_is_a_card_reader() -> None:
    """It has all that a door asks of one."""
    reader: CardReader = Bus(ShownKind.BADGE).reader

    assert reader.name == "USB reader"
    reader.signal(Signal.GRANTED)
    assert reader.read(0) is None
    reader.close()


def test_what_is_typed_is_a_badge() -> None:
    """With its zeros; keys that are held are typed once."""
    bus = Bus(ShownKind.BADGE)
    keyboard = bus.plugged[ShownKind.BADGE]
    keyboard.type_("0004711123", at=bus.now)
    keyboard.event(ecodes.EV_KEY, ecodes.KEY_1, 2, bus.now)
    keyboard.press("KEY_LEFTSHIFT", at=bus.now)
    keyboard.event(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, 1, bus.now)
    keyboard.press("KEY_A", at=bus.now)
    keyboard.event(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, 0, bus.now)
    keyboard.press("KEY_B", "KEY_KP7", "KEY_KPENTER", at=bus.now)

    assert bus.shown() == [(ShownKind.BADGE, "0004711123"), (ShownKind.BADGE, "Ab7")]
    bus.reader.close()


def test_a_number_pad_is_for_pins() -> None:
    """Each device is what the settings say it is."""
    bus = Bus(ShownKind.BADGE, ShownKind.PIN)
    pad = bus.plugged[ShownKind.PIN]
    pad.press("KEY_NUMLOCK", "KEY_KP1", "KEY_KP2", at=bus.now)
    bus.plugged[ShownKind.BADGE].type_("4711", at=bus.now)
    pad.press("KEY_KP3", "KEY_KP4", "KEY_KPENTER", at=bus.now + 2)

    assert sorted(bus.shown()) == [(ShownKind.BADGE, "4711"), (ShownKind.PIN, "1234")]
    bus.reader.close()


def test_it_was_shown_when_it_was_typed() -> None:
    """By the kernel's time, however late somebody reads it."""
    bus = Bus(ShownKind.BADGE)
    bus.plugged[ShownKind.BADGE].type_("4711", at=990.5)

    before = datetime.now(UTC)
    shown = bus.reader.read(0)
    after = datetime.now(UTC)

    assert shown is not None
    assert shown.monotonic == 990.5
    assert before <= shown.at + timedelta(seconds=9.5) <= after
    bus.reader.close()


def test_keystrokes_that_the_kernel_dropped_spoil_what_they_were_of() -> None:
    """A shorter number could be another's."""
    bus = Bus(ShownKind.BADGE, ShownKind.PIN)
    for keyboard in bus.plugged.values():
        keyboard.press("KEY_1", "KEY_2", at=bus.now)
        keyboard.event(ecodes.EV_SYN, SYN_DROPPED, 0, bus.now)
        keyboard.press("KEY_3", "KEY_4", "KEY_5", "KEY_ENTER", at=bus.now)
        keyboard.type_("4711", at=bus.now)

    assert sorted(bus.shown()) == [(ShownKind.BADGE, "4711"), (ShownKind.PIN, "4711")]
    bus.reader.close()


def test_keys_of_no_use_are_told_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    """A letter among a PIN clears it."""
    bus = Bus(ShownKind.PIN)
    pad = bus.plugged[ShownKind.PIN]
    with caplog.at_level(logging.INFO):
        pad.press("KEY_1", "KEY_2", "KEY_Q", "KEY_3", "KEY_4", "KEY_ENTER", at=bus.now)
        assert bus.shown() == []

    assert "a key that pads do not have" in caplog.text
    assert "KEY_" not in caplog.text
    bus.reader.close()


def test_an_unplugged_reader_comes_back() -> None:
    """While it is gone every read says so; half a number is forgotten; the other goes on."""
    bus = Bus(ShownKind.BADGE, ShownKind.PIN)
    bus.plugged[ShownKind.BADGE].press("KEY_9", at=bus.now)
    assert bus.shown() == []
    bus.plugged[ShownKind.BADGE].unplug()

    with pytest.raises(ReaderError, match="No such device"):
        bus.reader.read(0)
    bus.plugged[ShownKind.PIN].type_("1234", at=bus.now)
    assert (shown := bus.reader.read(0)) is not None
    assert shown.kind is ShownKind.PIN
    with pytest.raises(ReaderError, match=r"there is no 08ff:0009"):
        bus.reader.read(0)

    bus.plugged[ShownKind.BADGE] = PipeKeyboard()
    bus.now += RETRY_SECONDS
    assert bus.shown() == []
    bus.plugged[ShownKind.BADGE].type_("4711", at=bus.now)
    assert bus.shown() == [(ShownKind.BADGE, "4711")]
    bus.reader.close()


def test_all_is_given_back_if_one_cannot_be_had() -> None:
    """The first device is not kept grabbed when the second is missing."""
    first = PipeKeyboard()

    def missing() -> PipeKeyboard:
        raise ReaderError("there is no pad.")

    with pytest.raises(ReaderError, match="no pad"):
        UsbReader({ShownKind.BADGE: lambda: first, ShownKind.PIN: missing}, names=NAMES)
    assert first.closed


def test_a_read_waits_for_a_badge_and_closing_ends_it() -> None:
    """In real time: a thread that waits gets the badge, and then the end."""
    keyboard = PipeKeyboard()
    reader = UsbReader({ShownKind.BADGE: lambda: keyboard}, names=NAMES)
    found: list[str] = []
    read = threading.Event()

    def wait() -> None:
        shown = reader.read(PATIENCE)
        assert shown is not None
        found.append(shown.value)
        read.set()
        with pytest.raises(ReaderError, match="closed"):
            reader.read(PATIENCE)
        found.append("closed")

    thread = threading.Thread(target=wait)
    thread.start()
    keyboard.type_("4711", at=time.monotonic())
    assert read.wait(PATIENCE)
    reader.close()
    reader.close()
    thread.join(PATIENCE)

    assert found == ["4711", "closed"]
    assert keyboard.closed
    with pytest.raises(ReaderError, match="closed"):
        reader.read(0)


KEYS = [ecodes.KEY_1, ecodes.KEY_ENTER]


class Library:
    """A double of the module evdev, with devices of the test."""

    ecodes = ecodes

    def __init__(self) -> None:
        self.devices: dict[str, PipeKeyboard] = {}
        self.refusal: OSError | None = None

    def plug(self, path: str, numbers: str, keys: list[int]) -> PipeKeyboard:
        keyboard: Any = PipeKeyboard()
        vendor, product = (int(part, 16) for part in numbers.split(":"))
        keyboard.info = SimpleNamespace(vendor=vendor, product=product)
        keyboard.capabilities = lambda: {ecodes.EV_KEY: keys}
        self.devices[path] = keyboard
        found: PipeKeyboard = keyboard
        return found

    def list_devices(self) -> list[str]:
        return [*self.devices, "/dev/input/event99"]

    def InputDevice(self, path: str) -> PipeKeyboard:  # noqa: N802 - evdev's name
        if self.refusal is not None:
            raise self.refusal
        if path not in self.devices:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        return self.devices[path]


def opened(library: Library, device: str) -> Any:
    """Open *device* of *library*; a pipe has no clock to set."""
    return open_keyboard(device, setting="reader.device", library=library, set_clock=lambda _: None)


def test_a_device_is_found_by_its_path_and_grabbed() -> None:
    """So its numbers land in no console."""
    library = Library()
    keyboard = library.plug("/dev/input/by-id/usb-Reader-event-kbd", "08ff:0009", KEYS)

    assert opened(library, "/dev/input/by-id/usb-Reader-event-kbd") is keyboard
    assert keyboard.grabbed


def test_a_device_is_found_by_vendor_and_product() -> None:
    """The keyboard of it, not its mouse; all others are let go of."""
    library = Library()
    others = [
        library.plug("/dev/input/event0", "08ff:0009", [ecodes.BTN_LEFT]),
        library.plug("/dev/input/event1", "046d:c31c", KEYS),
    ]
    keyboard = library.plug("/dev/input/event2", "08ff:0009", KEYS)

    assert opened(library, "08ff:0009") is keyboard
    assert keyboard.grabbed
    assert all(other.closed and not other.grabbed for other in others)


def test_two_devices_of_the_same_kind_must_be_told_apart() -> None:
    """Which of two readers is at this door, their numbers do not say."""
    library = Library()
    both = [library.plug(f"/dev/input/event{place}", "08ff:0009", KEYS) for place in range(2)]

    with pytest.raises(ReaderError, match=r"2 devices are 08ff:0009.*reader\.device.*by-path"):
        opened(library, "08ff:0009")
    assert all(each.closed for each in both)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOENT, "there is no /dev/input/x.*by-id"),
        (errno.EACCES, "group input"),
        (errno.EBUSY, "grabbed by another"),
        (errno.ENOTTY, "cannot be read"),
    ],
)
def test_a_device_that_cannot_be_had_says_why(code: int, says: str) -> None:
    """With the way out of it."""
    library = Library()
    library.refusal = OSError(code, os.strerror(code))

    with pytest.raises(ReaderError, match=says):
        opened(library, "/dev/input/x")


def test_a_grab_that_fails_gives_the_device_back() -> None:
    """Another program has it."""
    library = Library()
    keyboard: Any = library.plug("/dev/input/x", "08ff:0009", KEYS)

    def refuse() -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    keyboard.grab = refuse
    with pytest.raises(ReaderError, match="grabbed by another"):
        opened(library, "/dev/input/x")
    assert keyboard.closed


def test_nothing_is_there() -> None:
    """By its numbers, in the real library: this needs no device."""
    with pytest.raises(ReaderError, match="there is no ffff:ffff"):
        open_keyboard("ffff:ffff", setting="reader.device", library=evdev)
    with pytest.raises(ReaderError, match="there is no /dev/input/by-id/none"):
        open_keyboard("/dev/input/by-id/none", setting="reader.device", library=evdev)


def test_what_is_no_keyboard_is_refused() -> None:
    """The kernel's own answer to evdev's questions, asked of a device that is none."""
    with pytest.raises(ReaderError, match="/dev/null cannot be read"):
        open_keyboard("/dev/null", setting="reader.device", library=evdev)


def test_a_pipe_has_no_clock() -> None:
    """So setting one is seen to be tried: the request is the kernel's, not ignored."""
    library = Library()
    library.plug("/dev/input/x", "08ff:0009", KEYS)

    with pytest.raises(ReaderError, match="cannot be read"):
        open_keyboard("/dev/input/x", setting="reader.device", library=library)
