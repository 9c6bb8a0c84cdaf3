"""``ostiary web``: serves the pages with waitress."""

from __future__ import annotations

import ipaddress
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import click

from edge.config import Settings
from edge.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask

    from edge.core import Core
    from edge.storage.database import Database

THREADS = 4
"""Requests answered at a time. A password takes 64 MiB to check."""

CONNECTIONS = 24
"""Open at a time. Each may hold one upload in memory."""


class Program(Protocol):
    """What the command line hands to every command."""

    @property
    def settings(self) -> Settings: ...

    @property
    def core(self) -> Core: ...


@click.command()
@click.option("--host", help="Address to listen on instead of the one in the settings.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port instead of the one set.")
@click.option(
    "--invite-owner",
    is_flag=True,
    help="Print a link for a new owner, for when the password of the last one is lost.",
)
@click.pass_obj
def web(program: Program, host: str | None, port: int | None, *, invite_owner: bool) -> None:
    """Serve the web pages: people, enrolling, accounts.

    On the first start a link is printed with which the first owner chooses a name and a password;
    it works once. There is no default password.
    """
    host = host or program.settings.web.host
    port = port or program.settings.web.port
    refuse_network(host)
    # Seconds of loading that `ostiary --help` need not wait for.
    from enroll.store import open_web  # noqa: PLC0415

    core = program.core
    with open_web(core.web_path, core.key) as database:
        app = _application(core, database)
        link = _owner_link(database, wanted=invite_owner)
        serve(app, host=host, port=port, link=link)


def refuse_network(host: str) -> None:
    """Refuse an address that other machines can reach: passwords would travel in the clear.

    :raises ConfigError: unless *host* is loopback.
    """
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigError(
            f"The web pages are served without TLS, so not on {host}, where others could listen.",
            remedy="Set web.host to 127.0.0.1. From another machine, tunnel: "
            "ssh -L 8080:127.0.0.1:8080 <this machine>, then open http://127.0.0.1:8080 there.",
        )


def serve(app: Flask, *, host: str, port: int, link: str | None) -> None:
    """Answer requests to *app* until interrupted; first say where, and the set-up link's path.

    :raises ConfigError: if the address cannot be listened on.
    """
    import waitress  # noqa: PLC0415 - see above

    from enroll.uploads import LARGEST_UPLOAD  # noqa: PLC0415

    largest = LARGEST_UPLOAD + 2**20  # a little more, so that Flask refuses with a helpful page
    server = waitress.create_server(
        app,
        sockets=[_listening(host, port)],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        max_request_body_size=largest,
        # What is larger would go to a temporary file: photos must never lie on a disk.
        inbuf_overflow=largest + 2**20,
        ident=None,
    )
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    click.echo(f"Ostiary's web pages: {address}")
    if link is not None:
        click.echo(f"Set up the owner's account, once, within 24 hours: {address}{link}")
    try:
        server.run()
    finally:
        server.close()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            f"{host}:{port} cannot be listened on: {error.strerror}.",
            remedy="Stop what uses the port, or choose another with web.port or --port.",
        ) from error


def _application(core: Core, database: Database) -> Flask:
    from enroll.application import create_app  # noqa: PLC0415
    from enroll.passwords import Passwords  # noqa: PLC0415

    return create_app(
        core=core,
        site=core.settings.site.name,
        collection_id=core.settings.door.collection,
        database=core.database,
        web=database,
        enroller=core.enroller,
        audit=core.audit,
        passwords=Passwords(),
    )


def _owner_link(database: Database, *, wanted: bool) -> str | None:
    """Return the path of a new set-up link if nobody owns the pages yet, or if it is *wanted*."""
    from enroll.accounts import Accounts, Invitations, Role  # noqa: PLC0415

    if not wanted and not Accounts(database).none_owns():
        return None
    invitations = Invitations(database)
    invitations.withdraw(Role.OWNER)  # printed by an earlier start, perhaps into a log
    return f"/set-up/{invitations.issue(Role.OWNER, now=datetime.now(UTC))}"
