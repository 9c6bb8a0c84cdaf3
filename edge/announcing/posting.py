"""One HTTP request, and nothing that a library would do by itself.

``http.client`` of the standard library follows no redirect, takes no proxy from the environment,
keeps no cookie, repeats nothing. That leaves one thing to be done here: to end a request as a whole
after its time, since a server that sends a byte now and then never lets a read time out.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from edge.announcing.reaching import unreachable
from edge.errors import AnnouncingError

MOST_BYTES = 4096
"""Read of an answer's body, so that the connection ends well; nothing of it is looked at or kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer: its status, and the seconds it asks to wait, if it does so in a number."""

    status: int
    retry_after: float | None = None


class Poster:
    """Posts to one *url*; :meth:`cut` may be called from another thread, to end a request.

    *timeout* in seconds is for the whole request. The part of the address that may hold a token is in
    no error.
    """

    def __init__(self, url: str, *, timeout: float, tls: ssl.SSLContext) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout = timeout
        self._tls = tls
        self._socket: socket.socket | None = None
        self._overtime = self._ended = False

    @property
    def words(self) -> str:
        return f"the server {self._host}:{self._port}"

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post *body*, and return how it was answered, whatever the status.

        :raises AnnouncingError: if there was no answer, or none in time.
        """
        self._overtime = self._ended = False
        connection = http.client.HTTPConnection(self._host, self._port)
        timer = threading.Timer(self._timeout, self._end_overtime)
        timer.daemon = True
        timer.start()
        try:
            connection.sock = self._connected()
            connection.request("POST", self._target, body=body, headers=dict(headers))
            with connection.getresponse() as response:
                if self._ended:
                    # Half of the headers reads like a whole answer.
                    raise ConnectionAbortedError
                answer = Answer(response.status, _seconds(response.getheader("Retry-After")))
                with contextlib.suppress(OSError, http.client.HTTPException):
                    response.read(MOST_BYTES)  # the status was the answer
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(error) from error
        else:
            return answer
        finally:
            timer.cancel()
            found, self._socket = self._socket, None
            connection.close()
            if found is not None:
                found.close()

    def cut(self) -> None:
        """End the request that is under way, if there is one."""
        self._ended = True
        found = self._socket
        if found is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                found.shutdown(socket.SHUT_RDWR)

    def _connected(self) -> socket.socket:
        """Return a connection, by TLS where the address says so, that :meth:`cut` can end."""
        plain = socket.create_connection((self._host, self._port), timeout=self._timeout)
        self._socket = plain
        if self._ended:
            raise TimeoutError
        if not self._secure:
            return plain
        wrapped = self._tls.wrap_socket(
            plain, server_hostname=self._host, do_handshake_on_connect=False
        )
        self._socket = wrapped
        wrapped.do_handshake()
        return wrapped

    def _end_overtime(self) -> None:
        self._overtime = True
        self.cut()

    def _failed(self, error: OSError | http.client.HTTPException) -> AnnouncingError:
        if self._overtime:
            return AnnouncingError(
                f"{self.words} did not answer within {self._timeout:g} s",
                remedy="It should answer first and work then; webhooks.timeout_seconds is the limit.",
            )
        if isinstance(error, OSError):
            return unreachable(self.words, error, section="webhooks")
        return AnnouncingError(f"{self.words} does not speak HTTP ({type(error).__name__})")


def _seconds(value: str | None) -> float | None:
    """Return Retry-After where it is a number (RFC 9110, 10.2.3); a date is not worth a parser."""
    return float(value) if value is not None and value.isascii() and value.isdecimal() else None
