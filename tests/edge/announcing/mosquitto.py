"""A real broker on a free port of this machine, and somebody who listens to it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
PATIENCE = 20.0
"""Seconds for something that takes milliseconds on a machine with nothing else to do."""


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """The broker; *lines* go into its configuration. What it keeps is saved when it ends gently."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            "\n".join((f"listener {self.port} 127.0.0.1", "log_dest stderr", "user root", *lines)),
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        assert PROGRAM is not None
        self._process = subprocess.Popen(
            [PROGRAM, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except ConnectionRefusedError:
                assert time.monotonic() < until, "mosquitto did not start"
                time.sleep(0.02)
            else:
                return

    def freeze(self) -> None:
        """Let it hold its connections and do nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut would: nothing is said to anybody, nothing saved."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that came; *retained* ones had waited."""

    topic: str
    payload: bytes
    retained: bool


class Listener:
    """Subscribes to everything, remembers it in order, and may publish."""

    def __init__(self, port: int, *, username: str = "", password: str = "") -> None:
        self.heard: list[Heard] = []
        self._news = threading.Condition()
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        if username:
            self._client.username_pw_set(username, password)
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Publish, and wait until the broker has it."""
        self._client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(PATIENCE)

    def on(self, topic: str) -> list[Heard]:
        """Return what came on *topic* so far."""
        with self._news:
            return [each for each in self.heard if each.topic == topic]

    def wait_for(self, topic: str, *, count: int = 1, like: bytes = b"") -> list[Heard]:
        """Wait until *count* messages that hold *like* have come on *topic*, and return them."""

        def found() -> list[Heard]:
            return [each for each in self.heard if each.topic == topic and like in each.payload]

        with self._news:
            assert self._news.wait_for(lambda: len(found()) >= count, PATIENCE), (
                f"{topic}: {found()} of {self.heard}"
            )
            return found()

    def _subscribe(
        self,
        client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        assert not reason.is_failure, reason
        client.subscribe("#", qos=1)

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._news:
            self.heard.append(Heard(message.topic, bytes(message.payload), message.retain))
            self._news.notify_all()
