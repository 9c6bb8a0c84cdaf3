"""Whether a request was made by whoever has the secret: Signature Version 4, checked.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

**The same request may come twice.** Within :data:`enroll.rekognition.claim.SKEW` a copy of it is
accepted, as Amazon accepts it. There is no nonce in this protocol, and times are whole seconds: a
client that repeats a request after a lost answer, or asks twice in one second, sends the same
signature both times. Refusing copies would break its retries. Against whoever listens there is TLS;
what must not happen twice has a ``ClientRequestToken``.
"""

from __future__ import annotations

import hashlib
import hmac
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from enroll.rekognition.claim import ALGORITHM, Claim, mismatch, unknown_key

_UNRESERVED = "-_.~"
_BLANKS = re.compile(r"[ \t\r\n]+")
_SLASHES = re.compile("/{2,}")

_NO_SECRET = "0" * 40
"""Stands in for the secret of a key that does not exist: its signature is calculated, too."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it came.

    *path* and *query* (without the question mark) are as they stand in the request's first line,
    still encoded; *headers* are by lower-case name, see
    :func:`enroll.rekognition.claim.headers_of`. As with every WSGI server, a character of them is
    a byte (Latin-1).
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def verify(request: SignedRequest, claim: Claim, secret: str | None) -> None:
    """Accept *request* if its *claim* was signed with *secret*; None stands for no such key.

    Without a key the same is calculated and compared, so that the time of an answer tells no more
    than its code does. Whoever wants to save the reading of a body refuses before, with
    :func:`enroll.rekognition.claim.unknown_key`: the code is the same.

    :raises ServiceError: ``UnrecognizedClientException`` without a secret,
        ``InvalidSignatureException`` if anything signed is not as it was, the body included.
    """
    digest = hashlib.sha256(request.body).hexdigest()
    told = request.headers.get("x-amz-content-sha256", digest).strip()
    key = signing_key(_NO_SECRET if secret is None else secret, claim.scope)
    try:
        expected = signature_of(request, claim, key, digest)
    except UnicodeEncodeError as error:
        raise mismatch() from error  # no byte sequence reads like this, so nobody signed it
    alike = hmac.compare_digest(expected, claim.signature)
    if secret is None:
        raise unknown_key()
    if not alike or told != digest:
        raise mismatch()


def signing_key(secret: str, scope: str) -> bytes:
    """Return the key that is good for *scope* alone (day, region, service, terminator)."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part.encode())
    return key


def signature_of(request: SignedRequest, claim: Claim, key: bytes, digest: str) -> str:
    """Return the signature that *request* must have; *digest* is the SHA-256 of its body, in hex.

    :raises UnicodeEncodeError: if a character of the request is no byte.
    """
    canonical = canonical_request(request, claim.signed_headers, digest).encode("latin-1")
    return _hmac(key, string_to_sign(claim.timestamp, claim.scope, canonical)).hex()


def string_to_sign(timestamp: str, scope: str, canonical: bytes) -> bytes:
    """Return what is signed: the algorithm, when, for what, and the digest of the request."""
    lines = (ALGORITHM, timestamp, scope, hashlib.sha256(canonical).hexdigest())
    return "\n".join(lines).encode()


def canonical_request(request: SignedRequest, signed_headers: tuple[str, ...], digest: str) -> str:
    """Return *request* in the one spelling that both sides sign, whatever happened on the way."""
    headers = "".join(f"{name}:{_trimmed(request.headers[name])}\n" for name in signed_headers)
    return "\n".join(
        (
            request.method,
            _canonical_path(request.path),
            _canonical_query(request.query),
            headers,
            ";".join(signed_headers),
            digest,
        )
    )


def _trimmed(value: str) -> str:
    return _BLANKS.sub(" ", value).strip(" ")


def _canonical_path(path: str) -> str:
    """Return *path* without detours, and encoded once more than it was sent.

    Twice encoded, as for every service but S3.
    """
    straight = posixpath.normpath(_SLASHES.sub("/", f"/{path}"))
    if path.endswith("/") and straight != "/":
        straight += "/"
    return _encoded(straight, safe="/")


def _canonical_query(query: str) -> str:
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&") if pair)
    return "&".join(f"{_once_encoded(name)}={_once_encoded(value)}" for name, value in pairs)


def _once_encoded(text: str) -> str:
    return _encoded(text, safe="%+")


def _encoded(text: str, *, safe: str) -> str:
    return quote(text.encode("latin-1"), safe=safe + _UNRESERVED)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
