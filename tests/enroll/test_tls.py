"""TLS: the certificate that the machine makes for itself, and the whole program behind it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import waitress
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from edge.audit.clock import BUILT
from edge.errors import ConfigError
from edge.vision.models import ModelStore
from enroll.tls import LIFE, Certificate, ensure_certificate, own_names
from enroll.tls_front import TlsFront

NOW = datetime.now(UTC)
NAMES = ("door.local", "localhost", "127.0.0.1", "::1")


def test_what_is_made(tmp_path: Path) -> None:
    """A key for its owner alone, the names that were asked for, a life that browsers accept."""
    made = ensure_certificate(tmp_path, NAMES, now=NOW)

    assert made.path.stat().st_mode & 0o777 == 0o600
    assert set(made.names) == set(NAMES)
    assert NOW + timedelta(days=390) < made.until < NOW + LIFE
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", made.fingerprint)
    assert made.context().minimum_version is ssl.TLSVersion.TLSv1_2


def test_it_stays(tmp_path: Path) -> None:
    """A restart, or fewer names, change nothing that a browser has learned."""
    made = ensure_certificate(tmp_path, NAMES, now=NOW)
    assert ensure_certificate(tmp_path, NAMES[:2], now=NOW + timedelta(days=300)) == made


@pytest.mark.parametrize(("names", "days"), [(NAMES, 380), (NAMES, 500), ((*NAMES, "10.0.0.7"), 1)])
def test_it_is_renewed(tmp_path: Path, names: tuple[str, ...], days: int) -> None:
    """Before its end, after it, and for a new address."""
    made = ensure_certificate(tmp_path, NAMES, now=NOW)
    again = ensure_certificate(tmp_path, names, now=NOW + timedelta(days=days))
    assert again.fingerprint != made.fingerprint
    assert again.until > made.until
    assert set(again.names) == set(names)


def test_a_clock_that_was_ahead_leaves_no_certificate_of_the_future(tmp_path: Path) -> None:
    """Set right, it makes another; set back to where no clock can be right, it keeps what there is."""
    ahead = ensure_certificate(tmp_path, NAMES, now=BUILT + timedelta(days=80 * 365))
    right = ensure_certificate(tmp_path, NAMES, now=BUILT + timedelta(days=10))
    assert right.fingerprint != ahead.fingerprint
    assert right.until < ahead.until
    again = ensure_certificate(tmp_path, NAMES, now=datetime(1970, 1, 1, tzinfo=UTC))
    assert again.fingerprint == right.fingerprint


def test_a_sites_own_certificate_is_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What another authority made is used as it is, and its end is told."""
    monkeypatch.setattr("enroll.tls.ISSUER", "The site's authority")
    made = ensure_certificate(tmp_path, NAMES, now=NOW)
    monkeypatch.setattr("enroll.tls.ISSUER", "Ostiary")
    found = ensure_certificate(tmp_path, ("other",), now=NOW + timedelta(days=390))
    assert found == made
    assert "ends on" in caplog.text


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    """A broken file is told with its path, not overwritten."""
    (tmp_path / "web.pem").write_bytes(content)
    with pytest.raises(ConfigError, match=r"web\.pem is no certificate"):
        ensure_certificate(tmp_path, NAMES, now=NOW)
    assert (tmp_path / "web.pem").read_bytes() == content


def test_a_certificate_without_its_key(tmp_path: Path) -> None:
    """Half of what is needed is told before anybody connects."""
    made = ensure_certificate(tmp_path, NAMES, now=NOW)
    made.path.write_bytes(made.path.read_bytes().partition(b"-----BEGIN CERT")[2])
    made.path.write_bytes(b"-----BEGIN CERT" + made.path.read_bytes())
    with pytest.raises(ConfigError, match="must hold the key"):
        ensure_certificate(tmp_path, NAMES, now=NOW).context()


def test_the_names_of_this_machine() -> None:
    """Its name, the same in the local network, loopback, and what it listens on."""
    name = socket.gethostname().lower().partition(".")[0]
    names = own_names("door.example")
    assert {name, f"{name}.local", "localhost", "127.0.0.1", "door.example"} <= set(names)
    assert "0.0.0.0" not in own_names("0.0.0.0")  # noqa: S104 - not in it


class Place:
    """A small application behind TLS on a real socket."""

    def __init__(self, certificate: Certificate, *, connections: int = 8) -> None:
        self.certificate = certificate
        self.senders: list[str] = []
        self.lengths: list[int] = []
        inner = socket.create_server(("127.0.0.1", 0))
        outer = socket.create_server(("127.0.0.1", 0))
        self.port: int = outer.getsockname()[1]
        self.inner_port: int = inner.getsockname()[1]
        self.front = TlsFront(
            outer,
            context=certificate.context(),
            inner=("127.0.0.1", self.inner_port),
            connections=connections,
        )
        self.server = waitress.create_server(
            self.front.restoring_sender(self.answer), sockets=[inner], url_scheme="https"
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def answer(self, environ: dict[str, object], start_response: object) -> list[bytes]:
        self.senders.append(str(environ["REMOTE_ADDR"]))
        body = environ["wsgi.input"].read()  # type: ignore[attr-defined]
        self.lengths.append(len(body))
        start_response("200 OK", [("Content-Length", str(len(body)))])  # type: ignore[operator]
        return [body]

    def connect(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.certificate.path))
        return http.client.HTTPSConnection("localhost", self.port, context=context, timeout=10)

    def close(self) -> None:
        self.front.close()
        self.server.close()
        self.thread.join(5)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Serve what was sent back to its sender."""
    place = Place(ensure_certificate(tmp_path, NAMES, now=NOW))
    yield place
    place.close()


def test_a_request_there_and_back(place: Place) -> None:
    """The certificate is accepted for its names; large bodies pass whole; the sender is known."""
    connection = place.connect()
    body = os.urandom(3 * 2**20)
    for _ in range(2):  # on one connection
        connection.request("POST", "/", body)
        answer = connection.getresponse()
        assert answer.read() == body
    connection.close()
    assert place.senders == ["127.0.0.1"] * 2


def test_silence_holds_nobody_up(place: Place) -> None:
    """Connections that never shake hands leave the others alone."""
    silent = [socket.create_connection(("127.0.0.1", place.port)) for _ in range(20)]
    connection = place.connect()
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()
    for each in silent:
        each.close()


def test_plain_requests_are_refused(place: Place) -> None:
    """Neither the port for TLS nor the one inside answers in the clear."""
    with socket.create_connection(("127.0.0.1", place.port), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" not in plain.recv(1000)
    inside = http.client.HTTPConnection("127.0.0.1", place.inner_port, timeout=10)
    inside.request("GET", "/")
    assert inside.getresponse().status == 403
    inside.close()
    assert place.senders == []


def test_old_protocols_are_refused(place: Place) -> None:
    """TLS 1.1 has been deprecated since RFC 8996."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", place.port), timeout=10) as plain,
        pytest.raises((ssl.SSLError, OSError)),
    ):
        context.wrap_socket(plain)


def _asked(connection: http.client.HTTPSConnection) -> http.client.HTTPResponse:
    connection.request("GET", "/")
    return connection.getresponse()


def test_one_connection_too_many(tmp_path: Path) -> None:
    """More than the limit are turned away; when one goes, another may come."""
    place = Place(ensure_certificate(tmp_path, NAMES, now=NOW), connections=1)
    try:
        first = place.connect()
        first.request("GET", "/")
        assert first.getresponse().read() == b""
        with closing(place.connect()) as refused, pytest.raises(OSError):  # noqa: PT011 - however the system words it
            _asked(refused)
        first.close()
    finally:
        place.close()


def test_the_program(tmp_path: Path, models: ModelStore) -> None:
    """`ostiary web` off loopback: https, secure cookies, HSTS, and the fingerprint it printed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[storage]\nfolder = "{tmp_path}"\n[models]\nfolder = "{models.path("sface").parent}"\n'
        f'[web]\nhost = "0.0.0.0"\nport = {port}\nnames = "door.example"\n',
        encoding="utf-8",
    )
    context = ssl.create_default_context()
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(
            [sys.executable, "-m", "edge", "--config", str(config), "web"],
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        ) as program,
    ):
        assert program.stdout is not None
        try:
            lines = [program.stdout.readline() for _ in range(4)]
            told.seek(0)
            assert "https://" in lines[0], (lines, told.read())
            context.load_verify_locations(tmp_path / "web.pem")
            connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
            connection.request("GET", "/sign-in", headers={"Host": f"door.example:{port}"})
            answer = connection.getresponse()
            answer.read()
            connection.close()
        finally:
            program.send_signal(signal.SIGINT)
    assert answer.status == 200
    assert "max-age" in str(answer.headers["Strict-Transport-Security"])
    cookie = str(answer.headers["Set-Cookie"])
    assert cookie.startswith("__Host-ostiary=")
    assert "Secure" in cookie
    made = x509.load_pem_x509_certificate((tmp_path / "web.pem").read_bytes())
    told_print = lines[3].rpartition(" ")[2].strip().replace(":", "")
    assert made.fingerprint(hashes.SHA256()).hex().upper() == told_print
