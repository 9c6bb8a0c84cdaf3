"""Whom the events of a door are told: a broker of MQTT, and servers that take webhooks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from edge.config.kinds import STRICT, FilePath, Number, OptionalPath, Switch, Text, Whole

_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,31}")
_KINDS = re.compile(r"[a-z\-]+( [a-z\-]+)*")
_TOPIC = r"^([A-Za-z0-9_\-]+(/[A-Za-z0-9_\-]+)*)?$"
"""Levels of a topic without wildcards, blanks and ``$``; Home Assistant takes no other letters."""


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine, whatever the resolver says."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("a webhook's name should be 1 to 32 small letters, digits, - or _")
    return value


def _is_address(value: str) -> str:
    # Not repeated in the fault: an address may hold a token.
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or not value.isascii() or any(letter.isspace() for letter in value):
        raise ValueError("should be an address that begins with https://")
    if parts.username is not None or parts.fragment:
        raise ValueError("should hold no user, no password and no #: requests are signed")
    return value


def _are_kinds(value: str) -> str:
    if not _KINDS.fullmatch(value):
        raise ValueError("should be kinds of events with blanks between, as docs/announcing.md")
    return value


WebhookName = Annotated[Text, AfterValidator(_is_name)]
Address = Annotated[Text, AfterValidator(_is_address)]
Kinds = Annotated[Text, AfterValidator(_are_kinds)]
Topic = Annotated[Text, StringConstraints(pattern=_TOPIC, max_length=128)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """The broker that `ostiary announce` tells the door's state and events."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    host: Annotated[
        Text, Field(max_length=253, description="Name or address of the broker; empty for none.")
    ] = ""
    port: Annotated[
        Whole, Field(ge=1, le=65535, description="Its port: 8883 by TLS, 1883 without.")
    ] = 8883
    tls: Annotated[
        Switch,
        Field(
            description="false: everything, the password too, crosses the network in the clear. For "
            "a broker on this machine only."
        ),
    ] = True
    ca_file: Annotated[
        OptionalPath,
        Field(
            description="PEM file of the authority that signed the broker's certificate; empty for "
            "those that the system trusts."
        ),
    ] = None
    certificate_file: Annotated[
        OptionalPath,
        Field(
            description="PEM file of this door's own certificate, where the broker asks for one."
        ),
    ] = None
    certificate_key_file: Annotated[
        OptionalPath, Field(description="PEM file of its key, mode 0600.")
    ] = None
    username: Annotated[
        Text, Field(max_length=255, description="User at the broker; empty for none.")
    ] = ""
    password_file: Annotated[
        OptionalPath,
        Field(description="File whose first line is that user's password, mode 0600."),
    ] = None
    topic: Annotated[
        Topic,
        Field(min_length=1, description="Begins every topic; the door's name follows."),
    ] = "ostiary"
    discovery: Annotated[
        Topic,
        Field(
            description="Home Assistant's topic of discovery, by which it finds the door; empty for "
            "a broker without Home Assistant."
        ),
    ] = "homeassistant"
    names: Annotated[
        Switch,
        Field(
            description="true: whoever reads the broker learns people's names, not only their ids."
        ),
    ] = False
    accept_commands: Annotated[
        Switch,
        Field(
            description="true: whoever may write to the broker can ask the door to unlock, as an "
            "owner can by the pages. The door decides and records it."
        ),
    ] = False
    duress_topic: Annotated[
        Topic,
        Field(
            description="Topic that tells of an entry under duress; empty tells nobody by MQTT. Let "
            "no screen near the door read it."
        ),
    ] = ""

    def __post_init__(self) -> None:
        if (self.certificate_file is None) != (self.certificate_key_file is None):
            raise ValueError("certificate_file and certificate_key_file should be set together")
        if not self.tls and (self.ca_file is not None or self.certificate_file is not None):
            raise ValueError("certificates should be set only where tls = true")
        if self.password_file is not None and not self.username:
            raise ValueError("password_file should be set only beside username")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """The servers that `ostiary announce` posts events to."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    # Not in the repr: some services put a token into the address.
    addresses: Annotated[
        Mapping[WebhookName, Address],
        Field(
            description="Where events are posted, each by a name of your own: "
            '{ desk = "https://desk.example/door" }.'
        ),
    ] = field(default_factory=dict, repr=False)
    keys: Annotated[
        Mapping[WebhookName, FilePath],
        Field(
            description="Files, mode 0600, of the keys that sign what is posted, by the same "
            'names: { desk = "/etc/ostiary/desk.key" }. `ostiary announce key FILE` makes one.'
        ),
    ] = field(default_factory=dict)
    kinds: Annotated[
        Mapping[WebhookName, Kinds],
        Field(
            description='Which events: { desk = "forced-open held-open duress" }. Without an entry '
            "all but duress, which goes only where it is named."
        ),
    ] = field(default_factory=dict)
    ca_file: Annotated[
        OptionalPath,
        Field(
            description="PEM file of the authority that signed the servers' certificates; empty for "
            "those that the system trusts."
        ),
    ] = None
    allow_http: Annotated[
        Switch,
        Field(
            description="true: addresses that begin with http:// are taken, too, and whoever is on "
            "the network reads along. On this machine they always are."
        ),
    ] = False
    timeout_seconds: Annotated[
        Number, Field(ge=1, le=60, description="How long a server may take to answer.")
    ] = 10.0
    refusals: Annotated[
        Whole,
        Field(
            ge=1,
            le=100,
            description="Tries after which an event that the server refuses (4xx) is given up. "
            "Whatever else goes wrong is tried again for three days.",
        ),
    ] = 5

    def __post_init__(self) -> None:
        for name, address in self.addresses.items():
            parts = urlsplit(address)
            if parts.scheme == "http" and not (
                self.allow_http or is_loopback(parts.hostname or "")
            ):
                raise ValueError(f"{name} should begin with https://, or set allow_http = true")
            if name not in self.keys:
                raise ValueError(f"{name} has no key (ostiary announce key FILE makes one)")
        for name in (*self.keys, *self.kinds):
            if name not in self.addresses:
                raise ValueError(f"{name} has no address")
