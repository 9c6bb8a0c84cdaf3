"""One connection to a broker by MQTT 5; the only user of paho.

The thread that delivers also turns paho's wheel: there is no second one, and nothing to lose between
them. A connection that is lost is over. Whoever delivers makes a new one, and publishes again, from
the record, what was not confirmed (QoS 1). No session is kept at the broker: what was sent while
nobody listened must not be carried out later.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.announcing.commands import Command
from edge.announcing.reaching import unreachable
from edge.announcing.topics import Message
from edge.errors import AnnouncingError

KEEPALIVE = 20
"""Seconds of silence after which the door asks whether the broker is there; the broker tells of a
dead door after one and a half of it (MQTT 5, 3.1.2.10)."""

CONNECT_SECONDS = 10.0
CONFIRM_SECONDS = 15.0
"""How long a broker may take to answer; a busy one on a slow card takes a second."""

TURN_SECONDS = 0.1

_NO_RETAINED = 2
"""Retained messages are not sent upon subscribing (MQTT 5, 3.8.3.1, Retain Handling)."""

_REMEDIES: dict[str, str] = {
    "Bad user name or password": "Check mqtt.username and the file of mqtt.password_file.",
    "Not authorized": "Check mqtt.username, mqtt.password_file, and that the broker's list of rights "
    "gives this user the door's topics.",
    "Unsupported protocol version": "The broker must speak MQTT 5.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a broker is, and by what it and this door prove who they are. *tls* None is in the clear."""

    host: str
    port: int
    client_id: str
    tls: ssl.SSLContext | None = None
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def words(self) -> str:
        return f"the broker {self.host}:{self.port}"

    def for_a_test(self) -> Address:
        """Return the same under another name: one that connects by a name ends who had it before."""
        return replace(self, client_id=f"{self.client_id}-test")


class Connection:
    """A connection, open until :meth:`close` or the first error; for one thread.

    *will* is what the broker says when this door is lost. *command_topic* None takes no commands.

    :raises AnnouncingError: if it does not come about.
    """

    def __init__(
        self,
        address: Address,
        *,
        will: Message | None = None,
        command_topic: str | None = None,
        on_command: Callable[[Command], object] = lambda _: None,
    ) -> None:
        self._address = address
        self._command_topic = command_topic
        self._on_command = on_command
        self._answer: ReasonCode | None = None
        self._lost: str | None = None
        self._confirmed: dict[int, ReasonCode] = {}
        self._client = self._made(will)
        try:
            self._open()
        except BaseException:
            self._client.disconnect()
            raise

    def _made(self, will: Message | None) -> Client:
        address = self._address
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_SECONDS
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=will.retained)
        if address.username:
            client.username_pw_set(address.username, address.password or None)
        if address.tls is not None:
            client.tls_set_context(address.tls)
        client.on_connect = self._was_answered
        client.on_disconnect = self._was_lost
        client.on_message = self._was_told
        client.on_publish = self._was_confirmed
        return client

    def _open(self) -> None:
        try:
            self._client.connect(
                self._address.host, self._address.port, keepalive=KEEPALIVE, clean_start=True
            )
        except OSError as error:
            raise unreachable(self._address.words, error, section="mqtt") from error
        until = time.monotonic() + CONNECT_SECONDS
        while self._answer is None:
            self.turn(TURN_SECONDS)
            if time.monotonic() > until:
                raise AnnouncingError(
                    f"{self._address.words} does not answer as one",
                    remedy="Is it a broker, and mqtt.tls as it expects?",
                )
        self._refuse_refusal(self._answer)
        if self._command_topic is not None:
            # QoS 0: what could not be handed over at once is nobody's wish any more.
            options = SubscribeOptions(qos=0, retainAsPublished=True, retainHandling=_NO_RETAINED)
            self._client.subscribe(self._command_topic, options=options)

    def _refuse_refusal(self, answer: ReasonCode) -> None:
        if answer.is_failure:
            raise AnnouncingError(
                f"{self._address.words} refuses this door: {answer}",
                remedy=_REMEDIES.get(str(answer), ""),
            )

    def turn(self, seconds: float) -> None:
        """Serve the connection for up to *seconds*: commands, signs of life.

        :raises AnnouncingError: if it was lost.
        """
        result = self._client.loop(seconds)
        if self._answer is not None:
            self._refuse_refusal(self._answer)
        if self._lost is not None or result != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise AnnouncingError(
                f"{self._address.words} cut the connection ({self._lost or result.name})"
            )

    def deliver(self, messages: Sequence[Message], stop: threading.Event | None = None) -> None:
        """Publish *messages* in their order, and return once the broker has confirmed them all.

        :raises AnnouncingError: if the connection is lost, the broker refuses one or stays silent, or
            *stop* is set; some may have arrived. The connection is not to be used any more.
        """
        waiting: dict[int, Message] = {}
        for message in messages:
            info = self._client.publish(
                message.topic, message.payload, qos=1, retain=message.retained
            )
            waiting[info.mid] = message
        until = time.monotonic() + CONFIRM_SECONDS
        while waiting:
            self.turn(TURN_SECONDS)
            for mid in [mid for mid in waiting if mid in self._confirmed]:
                self._check(waiting.pop(mid), self._confirmed.pop(mid))
            if waiting and stop is not None and stop.is_set():
                raise AnnouncingError("stopped before the broker confirmed")
            if waiting and time.monotonic() > until:
                raise AnnouncingError(f"{self._address.words} confirms nothing")

    def _check(self, message: Message, answer: ReasonCode) -> None:
        if answer.is_failure:
            raise AnnouncingError(
                f"{self._address.words} refuses the topic {message.topic}: {answer}",
                remedy=_REMEDIES.get(str(answer), ""),
            )

    def close(self) -> None:
        """End the connection; the broker tells the will, as nobody keeps up what it was told."""
        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))

    def _was_answered(
        self,
        _client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._answer = reason

    def _was_lost(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._lost = str(reason)

    def _was_told(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self._on_command(
            Command(bytes(message.payload), retained=message.retain, repeated=message.dup)
        )

    def _was_confirmed(
        self,
        _client: Client,
        _data: object,
        mid: int,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._confirmed[mid] = reason
