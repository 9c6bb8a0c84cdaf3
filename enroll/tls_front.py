"""TLS in front of the server of the pages, which speaks none.

asyncio does the handshakes and passes the bytes on to waitress on loopback, and back. So whoever
connects and then says nothing, or takes a minute for each byte, holds no thread of anybody, which
the servers that do TLS themselves in a thread cannot promise; and nothing is kept but what is on
its way, so no photo is put down anywhere.

Waitress sees loopback as the sender. From where a connection really comes is kept by its port, and
put back into the request; a connection that did not come through here is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 10.0
GOODBYE_SECONDS = 5.0
ACCEPT_AGAIN_SECONDS = 1.0
"""After which one more is accepted where the system had no descriptor left."""

CHUNK = 64 * 2**10

TURNS_TO_CLOSE = 10
"""Turns of the loop that a connection needs after it was broken off: TLS, its transport and the
socket each hear of it in the turn after the other."""


class TlsFront:
    """Passes what comes by TLS at *listening* on to the *inner* address on loopback.

    Works from construction until it is closed, in a thread of its own.
    """

    def __init__(
        self,
        listening: socket.socket,
        *,
        context: ssl.SSLContext,
        inner: tuple[str, int],
        connections: int,
    ) -> None:
        """Take up to so many *connections* at a time; turn more away before reading of them."""
        self._listening = listening
        self._context = context
        self._inner = inner
        self._connections = connections
        self._peers: dict[str, str] = {}
        self._writers: set[asyncio.StreamWriter] = set()
        self._handling: set[asyncio.Task[None]] = set()
        self._again: asyncio.TimerHandle | None = None
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_quietly)
        self._thread = threading.Thread(target=self._loop.run_forever, name="tls", daemon=True)
        self._thread.start()
        listening.setblocking(False)
        # Begun in that thread: this one may have a loop of its own.
        self._loop.call_soon_threadsafe(self._listen)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every connection and listen no more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(GOODBYE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def restoring_sender(self, app: WSGIApplication) -> WSGIApplication:
        """Return *app* as it must be served inside: it is told who really sent a request."""

        def restored(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            sender = self._peers.get(str(environ.get("REMOTE_PORT")))
            if sender is None:
                start_response("403 Forbidden", [("Content-Type", "text/plain")])
                return [b"Use https.\n"]
            environ["REMOTE_ADDR"] = sender
            return app(environ, start_response)

        return restored

    def _listen(self) -> None:
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        # By hand: asyncio's server forgets whom it shakes hands with when it is closed.
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # gone before it came
        except OSError as error:
            log.warning("nobody can connect for a moment: %s", error.strerror)
            self._loop.remove_reader(self._listening)
            self._again = self._loop.call_later(ACCEPT_AGAIN_SECONDS, self._listen)
            return
        connection.setblocking(False)
        task = self._loop.create_task(self._shake_hands(connection))
        self._handling.add(task)  # the loop itself does not keep tasks alive
        task.add_done_callback(self._handling.discard)

    async def _shake_hands(self, connection: socket.socket) -> None:
        reader = asyncio.StreamReader(limit=CHUNK)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=GOODBYE_SECONDS,
            )
        except OSError as error:  # most often a browser that does not know the certificate yet
            log.debug("a TLS connection failed: %s", error)
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._writers) >= self._connections:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            inner_reader, inner_writer = await asyncio.open_connection(*self._inner, limit=CHUNK)
            port = str(inner_writer.get_extra_info("sockname")[1])
            # Known before the first byte is passed on, and so before there is a request.
            self._peers[port] = str(writer.get_extra_info("peername")[0])
            try:
                await asyncio.gather(_pass(reader, inner_writer), _pass(inner_reader, writer))
            finally:
                del self._peers[port]
        except OSError:
            writer.transport.abort()  # either side has gone
        finally:
            self._writers.discard(writer)

    async def _end(self) -> None:
        self._loop.remove_reader(self._listening)
        if self._again is not None:
            self._again.cancel()
        self._listening.close()
        await asyncio.sleep(0)  # whoever has just come has begun by then, and can be ended
        for writer in self._writers:
            writer.transport.abort()  # nobody waits for the other side's goodbye
        for task in self._handling:
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)
        for _ in range(TURNS_TO_CLOSE):
            await asyncio.sleep(0)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until there are no more, no faster than they are taken."""
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    finally:
        # TLS has no half-closed connections: where one side ends, both do.
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _quietly(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Say what went wrong with a connection in one line: most often a browser refused us."""
    del loop
    log.debug("a TLS connection failed: %s", context.get("exception") or context.get("message"))
