"""The two lines of Wiegand towards a panel, each pulsed by the hardware of a serial port.

Linux cannot promise a program that it will end a pulse within 100 µs: whatever it is kept from for a
millisecond, the panel sees as a pulse of a millisecond. A serial port can. Its pin rests high; a byte
of ones has one low bit, the start bit, whose length is the port's own business: 52 µs at 19,200
bit/s. The program only has to send the next byte within 20 ms.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import termios
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from edge.errors import PanelError

SPEED = termios.B19200
"""A start bit of 1/19,200 s: 52 µs, in the middle of the 20 to 100 µs of SIA AC-01."""

ONE_PULSE = b"\xff"
"""Eight ones after the start bit, and a stop bit that is one as well: high for the rest of 521 µs."""


class WiegandLines(Protocol):
    """D0 and D1. Both rest high, and are never low together."""

    def pulse(self, line: int) -> None:
        """Begin one pulse on D0 (*line* 0) or D1 (1); returns at once.

        :raises PanelError: if the pulse cannot be sent, or the one before has not been.
        """

    def close(self) -> None:
        """Let both rest high and give them back; may be called twice."""


class SerialLines:
    """Pulses D0 by the serial port *d0*, D1 by *d1*, and keeps both for itself.

    :raises PanelError: if a port cannot be had.
    """

    def __init__(self, d0: Path, d1: Path) -> None:
        self._ports = (d0, d1)
        first = _opened(d0, "panel.d0_port")
        try:
            self._ends: tuple[int, ...] = (first, _opened(d1, "panel.d1_port"))
        except PanelError:
            os.close(first)
            raise

    def pulse(self, line: int) -> None:
        try:
            for end in self._ends:
                _must_be_sent(end)
            sent = os.write(self._ends[line], ONE_PULSE)
        except (OSError, IndexError) as error:
            raise PanelError(
                f"{self._ports[line]} sends no pulse: {error}.",
                remedy="Is the adapter plugged in, and the port free?",
            ) from error
        if not sent:
            raise PanelError(f"{self._ports[line]} takes no pulse.")

    def close(self) -> None:
        ends, self._ends = self._ends, ()
        for end in ends:
            os.close(end)


def _must_be_sent(end: int) -> None:
    waiting = struct.unpack("i", fcntl.ioctl(end, termios.TIOCOUTQ, bytes(4)))[0]
    if waiting:
        raise OSError(errno.EBUSY, "the pulse before has not been sent")


def _opened(port: Path, setting: str) -> int:
    try:
        # Without O_NONBLOCK, opening may wait for a modem.
        end = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _refusal(port, setting, error) from error
    try:
        _configure(end)
    except (OSError, termios.error) as error:
        os.close(end)
        raise _refusal(port, setting, error) from error
    return end


def _configure(end: int) -> None:
    if not stat.S_ISCHR(os.fstat(end).st_mode):
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
    fcntl.flock(end, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.ioctl(end, termios.TIOCEXCL)
    # Raw, 8 bits, one stop bit, no parity, no flow control, no modem. What is received is not read.
    cflag = termios.CS8 | termios.CLOCAL | termios.CREAD
    control = termios.tcgetattr(end)[6]
    termios.tcsetattr(end, termios.TCSANOW, [0, 0, cflag, 0, SPEED, SPEED, control])
    if termios.tcgetattr(end)[5] != SPEED:
        raise OSError(errno.EINVAL, "it does not take 19200 bit/s")


def _refusal(port: Path, setting: str, error: Exception) -> PanelError:
    code = error.args[0] if error.args else None
    if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        message = f"there is no {port}."
        remedy = f"Switch it on in config.txt (dtoverlay=uart3), or set {setting} to another."
    elif code in (errno.EACCES, errno.EPERM):
        message = f"{port} may not be used by this user."
        remedy = "Add the user to the group dialout and sign in anew."
    elif code in (errno.EBUSY, errno.EWOULDBLOCK):
        message = f"{port} is held by another program."
        remedy = f"Stop it: systemctl disable --now serial-getty@{port.name}"
    elif code in (errno.ENOTTY, errno.EISDIR):
        message = f"{port} is no serial port."
        remedy = f"Set {setting} to one, such as /dev/ttyAMA3."
    else:
        message = f"{port} cannot be used: {error}."
        remedy = f"Set {setting} to another serial port."
    return PanelError(message, remedy=remedy)


def console_on(port: Path, *, active: Path = Path("/sys/class/tty/console/active")) -> bool:
    """Tell whether the kernel writes its messages to *port*: a panel would read them as badges.

    *active* is the kernel's own list; where it cannot be read there is no console.
    """
    with suppress(OSError):
        return port.resolve().name in active.read_text(encoding="ascii").split()
    return False
