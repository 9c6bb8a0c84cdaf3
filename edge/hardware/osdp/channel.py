"""The serial line of OSDP: a port that is raw, non-blocking and ours alone, found again if pulled.

The library calls :meth:`SerialLine.read` and :meth:`SerialLine.write` in the middle of its own
work and has no use for an exception there. So a fault ends the connection, silently for the
library; whoever runs the line sees :attr:`SerialLine.is_open` and opens it anew.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import termios
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge.errors import LineError

SPEEDS: dict[int, int] = {
    9600: termios.B9600,
    19200: termios.B19200,
    38400: termios.B38400,
    57600: termios.B57600,
    115200: termios.B115200,
    230400: termios.B230400,
}
"""Baud rates of OSDP 2.2, and what termios calls them."""

TIOCSRS485 = 0x542F
SER_RS485_ENABLED = 1
SER_RS485_RTS_ON_SEND = 2
"""From the kernel's asm-generic/ioctls.h and linux/serial.h: the port itself switches direction."""

MOST_BYTES = 4096
"""Read at once; a packet of OSDP has at most 1440 bytes."""


class SerialLine:
    """The serial port *port* at *baud* bits a second, eight data bits, no parity, one stop bit.

    *rs485*: let the kernel switch the direction of the line, for a UART with a transceiver; an
    adapter on USB does it by itself. One thread at a time may use it. Nothing is opened yet.

    :raises LineError: if OSDP knows no such baud rate.
    """

    id = 0  # the library asks its channels for a number

    def __init__(
        self,
        port: Path,
        *,
        baud: int,
        rs485: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if baud not in SPEEDS:
            raise LineError(
                f"OSDP knows no {baud} baud.",
                remedy=f"Set one of {', '.join(map(str, SPEEDS))}.",
            )
        self.port = port
        self._speed = SPEEDS[baud]
        self._rs485 = rs485
        self._clock = clock
        self._descriptor: int | None = None
        self._heard: dict[bytes, float] = {}
        self._tail = b""

    @property
    def is_open(self) -> bool:
        return self._descriptor is not None

    def open(self) -> None:
        """Take the port; whatever it was used for before is forgotten.

        :raises LineError: if it does not exist, is held by another program, or is no serial port.
        """
        self.close()
        try:
            descriptor = os.open(self.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise self._refusal(error) from error
        try:
            self._prepare(descriptor)
        except (OSError, termios.error) as error:
            os.close(descriptor)
            raise self._refusal(error) from error
        self._descriptor = descriptor

    def read(self, most: int) -> bytes:
        """Return what has come, at most *most* bytes; nothing while the line is lost."""
        if self._descriptor is None:
            return b""
        try:
            piece = os.read(self._descriptor, min(most, MOST_BYTES))
        except BlockingIOError:
            return b""
        except OSError:
            self.close()
            return b""
        if not piece:
            self.close()  # a terminal that is not there any more has an end, as a file has
            return b""
        self._listen(piece)
        return piece

    def write(self, octets: bytes) -> int:
        """Send *octets* and return how many were; what a lost line does not carry counts as sent."""
        if self._descriptor is None:
            return len(octets)
        try:
            return os.write(self._descriptor, octets)
        except BlockingIOError:
            return 0
        except OSError:
            self.close()
            return len(octets)

    def flush(self) -> None:
        """Forget what came and was not read."""
        if self._descriptor is not None:
            with suppress(OSError, termios.error):
                termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def close(self) -> None:
        """Give the port back; may be called twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)

    def listen_for(self, mark: bytes) -> None:
        """Remember from now on when *mark* last came."""
        self._heard[mark] = float("-inf")

    def silent_for(self, mark: bytes) -> float:
        """Return for how many seconds *mark*, which was listened for, has not come."""
        return self._clock() - self._heard[mark]

    def _listen(self, piece: bytes) -> None:
        stretch = self._tail + piece
        for mark in self._heard:
            if mark in stretch:
                self._heard[mark] = self._clock()
        self._tail = piece[-1:]

    def _prepare(self, descriptor: int) -> None:
        # Both: the first holds off whoever opens the port later, but for root; the second root.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.ioctl(descriptor, termios.TIOCEXCL)
        tty.setraw(descriptor, termios.TCSANOW)
        mode = termios.tcgetattr(descriptor)
        mode[tty.CFLAG] &= ~(termios.CSTOPB | termios.PARENB | termios.CRTSCTS)
        mode[tty.CFLAG] |= termios.CS8 | termios.CREAD | termios.CLOCAL
        mode[tty.ISPEED] = mode[tty.OSPEED] = self._speed
        # With VMIN = 0 a line that has nothing to say could not be told from one that was pulled.
        mode[tty.CC][termios.VMIN], mode[tty.CC][termios.VTIME] = 1, 0
        termios.tcsetattr(descriptor, termios.TCSANOW, mode)
        if self._rs485:
            flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND
            fcntl.ioctl(descriptor, TIOCSRS485, struct.pack("=8I", flags, *[0] * 7))
        termios.tcflush(descriptor, termios.TCIOFLUSH)

    def _refusal(self, error: Exception) -> LineError:
        code = error.args[0] if error.args else None
        if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO):
            return LineError(f"there is no {self.port}.", remedy="Is the adapter plugged in?")
        if code == errno.EACCES:
            return LineError(
                f"{self.port} may not be used by this user.",
                remedy="Add the user to the group dialout and sign in anew.",
            )
        if code in (errno.EBUSY, errno.EWOULDBLOCK):
            return LineError(
                f"{self.port} is held by another program.",
                remedy="Stop what holds it: systemctl stop ostiary-door",
            )
        if code == errno.ENOTTY and self._rs485:
            return LineError(
                f"{self.port} cannot switch the direction of an RS-485 line.",
                remedy="Set rs485 to false: its adapter does so by itself, or it is no serial port.",
            )
        return LineError(
            f"{self.port} cannot be used: {error}.",
            remedy="Name a serial port, such as /dev/serial0.",
        )
