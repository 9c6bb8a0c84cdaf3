"""Why another machine cannot be reached, in words and with a remedy; and how long to wait then."""

from __future__ import annotations

import logging
import socket
import ssl
from pathlib import Path
from random import Random

from edge.errors import AnnouncingError, ConfigError, OstiaryError

log = logging.getLogger(__name__)


def unreachable(what: str, error: OSError, *, section: str) -> AnnouncingError:
    """Return *error*, met on the way to *what*, as one that says what helps.

    *section* is that of the settings. The error's own words are used only where they are the
    system's: a library's might hold an address with a token.
    """
    match error:
        case ssl.SSLCertVerificationError():
            text = f"{what} shows a certificate that is not trusted: {error.verify_message}"
            remedy = f"Set {section}.ca_file, and name the host as its certificate does."
        case ssl.SSLError():
            text = f"{what} and this door found no common TLS ({error.reason or 'cut off'})"
            remedy = "Does it speak TLS on that port, 1.2 or later, and ask for a certificate?"
        case socket.gaierror():
            text = f"the name of {what} is not known here"
            remedy = "Check the name, and this machine's DNS."
        case ConnectionRefusedError():
            text = f"nothing listens at {what}"
            remedy = "Is it running, and the port the right one?"
        case TimeoutError():
            text = f"{what} does not answer"
            remedy = "Is it switched on, and no firewall between?"
        case ConnectionError():
            text, remedy = f"{what} cut the connection", ""
        case _:
            text = f"{what} cannot be reached: {error.strerror or type(error).__name__}"
            remedy = "Check the network of this machine."
    return AnnouncingError(text, remedy=remedy)


def as_told(error: Exception, name: str) -> OstiaryError:
    """Return *error* of the destination *name* as one that can be told.

    What is none of Ostiary's own is a fault in Ostiary, or nonsense from the other end, and is
    logged with where it came from.
    """
    if isinstance(error, OstiaryError):
        return error
    log.error("%s: this is a fault in Ostiary.", name, exc_info=error)
    return AnnouncingError(f"a fault in Ostiary ({type(error).__name__})")


class ClosingSocket(ssl.SSLSocket):
    """Closes itself when a handshake fails; paho would leave that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def tls_context(
    *,
    section: str,
    ca_file: Path | None,
    certificate_file: Path | None = None,
    key_file: Path | None = None,
) -> ssl.SSLContext:
    """Return what a server's certificate is checked by: its chain and its name, TLS 1.2 or later.

    :raises ConfigError: if one of the files cannot be used; *section* is that of the settings.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
        if certificate_file is not None:
            context.load_cert_chain(certificate_file, key_file)
    except OSError as error:  # an error of ssl's is one, too
        raise ConfigError(
            f"{section}: the certificates cannot be used: {error.strerror or error}.",
            remedy="ca_file, and certificate_file with its key, are PEM files that this user can "
            "read.",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        # From 3.13 on Python asks of an authority for extensions that `openssl req -x509` does not
        # make. Chain, names and times of a house's own authority are checked all the same.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.sslsocket_class = ClosingSocket
    return context


def pause(tries: int, *, longest: float, chance: Random) -> float:
    """Return the seconds to wait after so many *tries* that failed, 1 or more.

    Doubles from one second to *longest*; the half of it is left to *chance*, so that doors which
    lost one server do not all come back at the same moment.
    """
    whole: float = min(longest, 2.0 ** min(tries - 1, 30))
    return whole * (0.5 + 0.5 * chance.random())
