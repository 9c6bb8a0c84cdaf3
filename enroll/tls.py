"""A certificate of the machine's own, made on first use: no passwords in the clear on a network.

No authority vouches for it, so a browser asks once; the fingerprint that `ostiary web` prints is
what to compare then. A site with an authority of its own puts its key and certificates, one after
the other, in place of the file; that is never replaced, only told when it ends.

Key and certificate lie in one file, so that no power cut leaves two that do not belong together.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge.audit.clock import BUILT
from edge.errors import ConfigError
from edge.storage.files import appearing_whole

log = logging.getLogger(__name__)

CERTIFICATE_FILE = "web.pem"
FILE_MODE = 0o600

LIFE = timedelta(days=397)
"""Browsers refuse certificates that are valid for longer (CA/Browser Forum, since 2020)."""

RENEWED_BEFORE = timedelta(days=30)
BACKDATED = timedelta(days=1)
"""For machines whose clocks are behind ours."""

ISSUER = "Ostiary"
"""By this our own certificates are known from a site's."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key in the file *path*, and what browsers show of it."""

    path: Path
    fingerprint: str
    until: datetime
    names: tuple[str, ...]

    def context(self) -> ssl.SSLContext:
        """Return what a server needs to speak TLS, 1.2 or newer.

        :raises ConfigError: if there is no key in the file, or it is another certificate's.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.path)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"{self.path} cannot be used: {error}.",
                remedy="It must hold the key, then the certificates. Without it, one is made.",
            ) from error
        return context


def own_names(host: str) -> tuple[str, ...]:
    """Return the names and addresses under which this machine may be asked, listening on *host*."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    names = {name, short, f"{short}.local", "localhost", "127.0.0.1", "::1"}
    names.update(_addresses(name))
    if host and not _is_any(host):
        names.add(host.lower())
    return tuple(sorted(names))


def ensure_certificate(folder: Path, names: Iterable[str], *, now: datetime) -> Certificate:
    """Return the certificate in *folder*; make one where there is none, or ours no longer fits.

    Ours no longer fits shortly before its end, if a clock that was ahead made it, or when the machine has got another name or address.

    :raises ConfigError: if it cannot be made or read.
    """
    path, wanted = folder / CERTIFICATE_FILE, set(names)
    if not path.exists():
        _make(path, wanted, now)
    found = _read(path)
    ours = found.issuer == _subject()
    ends_soon = found.not_valid_after_utc - now < RENEWED_BEFORE
    # Made by a clock that was ahead; one that is plainly behind proves nothing.
    early = found.not_valid_before_utc > now >= BUILT
    if ours and (ends_soon or early or not wanted <= set(_names_of(found))):
        path.unlink()
        _make(path, wanted, now)
        found = _read(path)
    elif ends_soon:
        log.warning("the certificate in %s ends on %s", path, found.not_valid_after_utc.date())
    digest = found.fingerprint(hashes.SHA256()).hex().upper()
    return Certificate(
        path=path,
        fingerprint=":".join(digest[at : at + 2] for at in range(0, len(digest), 2)),
        until=found.not_valid_after_utc,
        names=tuple(sorted(_names_of(found))),
    )


def _make(path: Path, names: set[str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(_subject())
        .issuer_name(_subject())
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now - BACKDATED + LIFE)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in sorted(names)]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    try:
        with appearing_whole(path, mode=FILE_MODE) as draft:
            draft.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
                + made.public_bytes(serialization.Encoding.PEM)
            )
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Let this user write the folder, or choose another by storage.folder.",
        ) from error


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} is no certificate that can be read: {error}",
            remedy="Without it, one is made.",
        ) from error


def _names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)


def _subject() -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _addresses(name: str) -> set[str]:
    """Return this machine's addresses in its networks, as far as it knows them."""
    found: set[str] = set()
    with contextlib.suppress(OSError):  # a machine may have no name in any network
        found = {str(each[4][0]).partition("%")[0] for each in socket.getaddrinfo(name, None)}
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # Addresses for documentation (RFC 5737, 3849): nothing is sent by connecting a datagram
        # socket, but the kernel says from where it would be.
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
                found.add(probe.getsockname()[0])
            except OSError:
                continue
    return found
