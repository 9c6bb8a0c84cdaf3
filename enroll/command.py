"""``ostiary web``: serves the pages with waitress, off loopback behind TLS."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from edge.config import Settings
from edge.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from flask import Flask

    from edge.core import Core
    from edge.storage.database import Database
    from enroll.tls import Certificate

THREADS = 8
"""Requests answered at a time: four of programs at most (``rekognition/endpoint.py``), so that four of
people always go on."""

CONNECTIONS = 24
"""Open at a time. Each may hold one upload in memory."""


class Program(Protocol):
    """What the command line hands to every command."""

    @property
    def config(self) -> Path | None: ...

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
    # Seconds of loading that `ostiary --help` need not wait for.
    from edge.quarantine import looked_at  # noqa: PLC0415
    from enroll.store import open_web  # noqa: PLC0415

    looked_at(program.settings)
    core = program.core
    certificate = None if is_loopback(host) else _certificate(core, host)
    with open_web(core.web_path, core.key) as database:
        app = _application(core, database, certificate)
        link = _owner_link(database, wanted=invite_owner)
        with _videos(core, program.config):
            serve(app, host=host, port=port, link=link, certificate=certificate)


@contextmanager
def _videos(core: Core, config: Path | None) -> Iterator[None]:
    """Keep the worker for videos and cameras running while it has something to do."""
    from edge.streams.processors import Processors  # noqa: PLC0415 - see above
    from edge.video.jobs import Jobs  # noqa: PLC0415
    from edge.video.process import VideoProcess, worker_command  # noqa: PLC0415

    jobs, processors = Jobs(core.video), Processors(core.video)

    def has_work() -> bool:
        return jobs.waiting > 0 or processors.any_active or jobs.any_expired(datetime.now(UTC))

    process = VideoProcess(worker_command(config), has_work)
    process.start()
    try:
        yield
    finally:
        process.close()


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach *host*; anywhere else others could listen."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(
    app: Flask, *, host: str, port: int, link: str | None, certificate: Certificate | None
) -> None:
    """Answer requests to *app* until interrupted; first say where, and the set-up link's path.

    With a *certificate* by TLS alone.

    :raises ConfigError: if the address cannot be listened on.
    """
    listening = _listening(host, port)
    if certificate is None:
        _announce(f"http://{_in_address(host)}:{port}", link)
        _run(app, listening)
        return
    from enroll.tls_front import TlsFront  # noqa: PLC0415 - see above

    _announce(f"https://{_in_address(_reachable(host, certificate))}:{port}", link)
    click.echo(
        "Browsers do not know its certificate and ask once. It is the right one if they show this\n"
        f"SHA-256 fingerprint: {certificate.fingerprint}"
    )
    inner = _listening("127.0.0.1", 0)
    with TlsFront(
        listening,
        context=certificate.context(),
        inner=inner.getsockname(),
        connections=CONNECTIONS,
    ) as front:
        _run(front.restoring_sender(app), inner, url_scheme="https")


def _run(app: WSGIApplication, listening: socket.socket, **more: str) -> None:
    import waitress  # noqa: PLC0415 - see above

    from enroll.uploads import LARGEST_UPLOAD  # noqa: PLC0415

    largest = LARGEST_UPLOAD + 2**20  # a little more, so that Flask refuses with a helpful page
    server = waitress.create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        max_request_body_size=largest,
        # What is larger would go to a temporary file: photos must never lie on a disk.
        inbuf_overflow=largest + 2**20,
        ident=None,
        **more,
    )
    try:
        server.run()
    finally:
        server.close()


def _announce(address: str, link: str | None) -> None:
    click.echo(f"Ostiary's web pages: {address}")
    if link is not None:
        click.echo(f"Set up the owner's account, once, within 24 hours: {address}{link}")


def _reachable(host: str, certificate: Certificate) -> str:
    """Return what to type into a browser: *host*, or a name in place of "all addresses"."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - to be told from a real address
        return host
    local = (name for name in certificate.names if name.endswith(".local"))
    return next(local, socket.gethostname())


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _certificate(core: Core, host: str) -> Certificate:
    from enroll.tls import ensure_certificate, own_names  # noqa: PLC0415 - see above

    names = {*own_names(host), *core.settings.web.names.lower().split()}
    return ensure_certificate(core.settings.storage.folder, names, now=datetime.now(UTC))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            f"{host}:{port} cannot be listened on: {error.strerror}.",
            remedy="Stop what uses the port, or choose another with web.port or --port.",
        ) from error


def _application(core: Core, database: Database, certificate: Certificate | None) -> Flask:
    from enroll.application import create_app  # noqa: PLC0415
    from enroll.hosts import LOOPBACK_NAMES  # noqa: PLC0415
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
        secure=certificate is not None,
        names={
            *LOOPBACK_NAMES,
            *core.settings.web.names.lower().split(),
            *map(_in_address, certificate.names if certificate else ()),
        },
    )


def _owner_link(database: Database, *, wanted: bool) -> str | None:
    """Return the path of a new set-up link if nobody owns the pages yet, or if it is *wanted*."""
    from enroll.accounts import Accounts, Invitations, Role  # noqa: PLC0415

    if not wanted and not Accounts(database).none_owns():
        return None
    invitations = Invitations(database)
    invitations.withdraw(Role.OWNER)  # printed by an earlier start, perhaps into a log
    return f"/set-up/{invitations.issue(Role.OWNER, now=datetime.now(UTC))}"
