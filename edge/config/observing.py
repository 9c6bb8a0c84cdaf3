"""What can be seen of a running installation from outside: its figures, its health, its log."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field

from edge.config.kinds import STRICT, Switch, Text

Network: TypeAlias = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def _are_networks(value: str) -> str:
    for word in value.split():
        try:
            ip_network(word)
        except ValueError:
            raise ValueError(
                'should be addresses or networks with blanks between, as in "10.0.0.7 10.1.0.0/16"'
            ) from None
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """Figures for Prometheus, and the answer to whether all is well."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    enabled: Annotated[
        Switch,
        Field(
            description="true: the door writes figures and a sign of life into live.folder, and the "
            "web pages answer /metrics and /health. They name nobody."
        ),
    ] = True
    hosts: Annotated[
        Text,
        AfterValidator(_are_networks),
        Field(
            max_length=1000,
            description="Further addresses or networks, with blanks between, that may ask for them "
            "without signing in, apart from this machine.",
        ),
    ] = ""

    @property
    def networks(self) -> tuple[Network, ...]:
        """Everybody who may ask, this machine included."""
        return (*LOOPBACK, *(ip_network(word) for word in self.hosts.split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What the programs write while they run."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    format: Annotated[
        Literal["auto", "text", "json"],
        Field(
            description='"auto": fields of the journal under systemd, else lines for people. "json": '
            "one object a line, for whatever collects logs without a journal."
        ),
    ] = "auto"
    personal: Annotated[
        Switch,
        Field(
            description="true: ids of people and texts of unforeseen errors, which may name "
            "somebody, are written, too. Only while a fault is looked for: a log is kept, copied "
            "and read by more people than the record."
        ),
    ] = False
