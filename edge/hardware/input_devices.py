"""Keyboards as the kernel has them (evdev): finding one, and keeping its keys from everybody else.

A reader that plays a keyboard types into whatever console is on the screen. Once it is grabbed, its
numbers reach this program alone.
"""

from __future__ import annotations

import errno
import fcntl
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from edge.errors import ReaderError

EVIOCSCLOCKID = 0x400445A0
"""Chooses the clock of a device's events: ``_IOW('E', 0xa0, int)`` of linux/input.h."""

CLOCK_MONOTONIC = 1


class KeyEvent(Protocol):
    """A change of a key, as evdev tells of it: *value* is 1 down, 0 up, 2 repeated."""

    type: int
    code: int
    value: int

    def timestamp(self) -> float:
        """Return when it was, in seconds of the clock of :func:`time.monotonic`."""


class Keyboard(Protocol):
    """A device whose keys are read."""

    def fileno(self) -> int:
        """Return a descriptor that is readable when there are events."""

    def read(self) -> Iterable[KeyEvent]:
        """Return the events that there are.

        :raises OSError: if the device is gone, or there are none.
        """

    def close(self) -> None:
        """Give the device back."""


def evdev() -> Any:
    """Return the library, which on a Raspberry Pi comes with the system.

    :raises ReaderError: if it is not installed.
    """
    try:
        import evdev as library  # noqa: PLC0415 - needed with these readers only
    except ImportError as error:
        raise ReaderError(
            "the library evdev is not installed.", remedy="sudo apt install python3-evdev"
        ) from error
    return library


def key_names(library: Any) -> dict[int, str]:
    """Return the name of each key code; of several, the first. *library* is the module evdev."""
    names = library.ecodes.KEY
    return {code: name if isinstance(name, str) else name[0] for code, name in names.items()}


def monotonic_times(keyboard: Keyboard) -> None:
    """Have the kernel stamp events by the clock that never jumps.

    :raises OSError: if it cannot.
    """
    fcntl.ioctl(keyboard, EVIOCSCLOCKID, struct.pack("i", CLOCK_MONOTONIC))


def open_keyboard(
    device: str,
    *,
    setting: str,
    library: Any,
    set_clock: Callable[[Keyboard], None] = monotonic_times,
) -> Keyboard:
    """Open and grab *device*: a path, or vendor and product as in ``08ff:0009``.

    *setting* names the setting that it comes from. *library* is the module evdev.

    :raises ReaderError: if it is not there, may not be used, is grabbed by another program, or if
        several devices have these numbers.
    """
    by_path = device.startswith("/")
    try:
        if by_path:
            keyboard = library.InputDevice(device)
        else:
            keyboard = _only(device, setting, list(_numbered(device, library)))
    except OSError as error:
        raise _refusal(device, setting, error) from error
    try:
        keyboard.grab()
        set_clock(keyboard)
    except OSError as error:
        keyboard.close()
        raise _refusal(device, setting, error) from error
    found: Keyboard = keyboard
    return found


def _numbered(device: str, library: Any) -> Iterator[Any]:
    """Open every device of this vendor and product that has keys for digits and Enter."""
    # A reader often shows itself as a keyboard, a mouse and a few buttons.
    keys = {library.ecodes.KEY_1, library.ecodes.KEY_ENTER}
    pad = {library.ecodes.KEY_KP1, library.ecodes.KEY_KPENTER}
    for path in library.list_devices():
        try:
            found = library.InputDevice(path)
        except OSError:
            continue  # unplugged meanwhile, or somebody else's
        has = set(found.capabilities().get(library.ecodes.EV_KEY, ()))
        numbers = f"{found.info.vendor:04x}:{found.info.product:04x}"
        if numbers == device and (keys <= has or pad <= has):
            yield found
        else:
            found.close()


def _only(device: str, setting: str, found: list[Any]) -> Any:
    if len(found) == 1:
        return found[0]
    for each in found:
        each.close()
    if found:
        raise ReaderError(
            f"{len(found)} devices are {device}.",
            remedy=f"Set {setting} to one of them, by its name in /dev/input/by-path.",
        )
    raise OSError(errno.ENOENT, "No such device")


def _refusal(device: str, setting: str, error: OSError) -> ReaderError:
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return ReaderError(
            f"there is no {device}.",
            remedy=f"Is it plugged in? `ls /dev/input/by-id` lists what can be set as {setting}.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return ReaderError(
            f"{device} may not be used by this user.",
            remedy="Add the user to the group input and sign in anew.",
        )
    if error.errno == errno.EBUSY:
        return ReaderError(
            f"{device} is grabbed by another program.",
            remedy="Stop what holds it (systemctl stop ostiary-door).",
        )
    return ReaderError(
        f"{device} cannot be read: {error.strerror}.",
        remedy=f"Set {setting} to a keyboard below /dev/input/by-id.",
    )
