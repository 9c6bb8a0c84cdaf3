"""Tell systemd that the door is ready, alive or stopping; silent where systemd does not ask.

The protocol of ``sd_notify(3)`` by hand: a datagram of ``NAME=value`` lines to the socket in
``$NOTIFY_SOCKET``. A door that no longer tells it is alive is killed and started anew.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

BEATS = 3
"""Signs of life in one watchdog period; ``sd_watchdog_enabled(3)`` advises at least two."""


class Watchdog:
    """The line to the service manager; every method is harmless without one."""

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        environment = os.environ if environment is None else environment
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        period = _period(environment)
        self._interval = None if period is None else period / BEATS
        self._clock = clock
        self._beaten_at = float("-inf")
        self._deaf = False

    def ready(self) -> None:
        """Say that the door watches; systemd counts the service as started from here."""
        self._tell("READY=1")

    def alive(self) -> None:
        """Say that the loop still turns; called as often as one likes, told when it is time."""
        now = self._clock()
        if self._interval is not None and now - self._beaten_at >= self._interval:
            self._beaten_at = now
            self._tell("WATCHDOG=1")

    def patience(self, seconds: float) -> None:
        """Ask for so many seconds from now until :meth:`ready`, where the start takes longer."""
        self._tell(f"EXTEND_TIMEOUT_USEC={round(seconds * 1e6)}")

    def stopping(self) -> None:
        """Say that the end has begun and is wanted."""
        self._tell("STOPPING=1")

    def status(self, text: str) -> None:
        """Show one line in ``systemctl status``."""
        self._tell("STATUS=" + " ".join(text.split()))

    def _tell(self, message: str) -> None:
        if self._address is None:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(1.0)
                line.sendto(message.encode(), self._address)
        except OSError as error:
            # Nobody listens: systemd will act on the silence. The door must not fail over it.
            if not self._deaf:
                log.warning("the service manager does not listen: %s", error)
            self._deaf = True
        else:
            self._deaf = False


def _address(named: str) -> str | None:
    """Return the socket's address; ``@`` stands for the null byte of an abstract one."""
    if named.startswith("@"):
        return "\0" + named[1:]
    return named or None


def _period(environment: Mapping[str, str]) -> float | None:
    """Return the seconds that systemd lets pass between two signs of life; None if it asks for none.

    ``$WATCHDOG_PID`` says whom it asks: a child that inherits the variables must keep silent.
    """
    microseconds = environment.get("WATCHDOG_USEC", "")
    meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    if not meant or not microseconds.isdecimal() or int(microseconds) == 0:
        return None
    return int(microseconds) / 1e6
