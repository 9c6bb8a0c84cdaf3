"""Lines of the log with fields, in the journal's own protocol.

As systemd documents it ("Native Journal Protocol"): one datagram a line; a field is ``NAME=value``,
or, if its value has lines of its own, the name, a newline, eight bytes of length, and the value.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from edge.logs.rendering import Rendered, rendered

SOCKET = Path("/run/systemd/journal/socket")

IDENTIFIER = "ostiary"

LONGEST = 32_000
"""Characters of a message with its trace: a datagram must fit into the socket's buffer, which is 200 kB by default."""

PRIORITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
    (0, 7),
)
"""From a level on, the priority of syslog(3): critical, error, warning, information, debug."""


def priority_of(level: int) -> int:
    """Return the priority of *level*, which is a number of Python's logging."""
    return next(priority for least, priority in PRIORITIES if level >= least)


def leads_to_journal(stream: IO[str], environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether systemd has connected *stream* to the journal: ``$JOURNAL_STREAM`` names it."""
    named = (os.environ if environment is None else environment).get("JOURNAL_STREAM", "")
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return named == f"{found.st_dev}:{found.st_ino}"


def fields_of(record: logging.LogRecord, text: Rendered) -> dict[str, str]:
    """Return the fields of one line."""
    found = {
        "MESSAGE": _shortened(str(text)),
        "PRIORITY": str(priority_of(record.levelno)),
        "SYSLOG_IDENTIFIER": IDENTIFIER,
        "CODE_FILE": record.pathname,
        "CODE_LINE": str(record.lineno),
        "CODE_FUNC": record.funcName or "",
        "LOGGER": record.name,
        "THREAD": record.threadName or "",
    }
    return found if text.error is None else found | {"ERROR": text.error}


def _shortened(text: str) -> str:
    """Return *text* without its middle if it is very long: a trace says most at its ends."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 4]}\n[…]\n{text[-LONGEST * 3 // 4 :]}"


def datagram_of(fields: Mapping[str, str]) -> bytes:
    """Return *fields* as the journal reads them."""
    parts = []
    for name, value in fields.items():
        content = value.encode(errors="replace")
        if b"\n" in content:
            length = len(content).to_bytes(8, "little")
            parts.append(name.encode() + b"\n" + length + content + b"\n")
        else:
            parts.append(name.encode() + b"=" + content + b"\n")
    return b"".join(parts)


class JournalHandler(logging.Handler):
    """Tells the journal at *path*; where that does not listen, *stream* with priorities in front."""

    def __init__(
        self, *, personal: bool = False, path: Path = SOCKET, stream: IO[str] | None = None
    ) -> None:
        super().__init__()
        self.personal = personal
        self._path = path
        self._stream = sys.stderr if stream is None else stream
        self._socket = _unconnected()

    def emit(self, record: logging.LogRecord) -> None:
        """Tell *record*; a log that fails must not take the door with it."""
        try:
            fields = fields_of(record, rendered(record, personal=self.personal))
            if not self._sent(datagram_of(fields)):
                self._tell(fields)
        except Exception:  # noqa: BLE001 - logging's own rule: the line is lost, nothing else
            self.handleError(record)

    def close(self) -> None:
        """Give the socket back."""
        if self._socket is not None:
            self._socket.close()
        super().close()

    def _sent(self, datagram: bytes) -> bool:
        if self._socket is None:
            return False
        try:
            self._socket.sendto(datagram, str(self._path))
        except OSError:
            return False
        return True

    def _tell(self, fields: Mapping[str, str]) -> None:
        """Write the lines with their priority in front, as sd-daemon(3) has it."""
        prefix = f"<{fields['PRIORITY']}>"
        for line in fields["MESSAGE"].splitlines():
            self._stream.write(f"{prefix}{fields['LOGGER']}: {line}\n")
        self._stream.flush()


def _unconnected() -> socket.socket | None:
    """Return a socket for datagrams, or None where a sandbox allows none, as that of a backup."""
    try:
        return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    except OSError:
        return None
