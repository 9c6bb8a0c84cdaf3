"""What a request claims of itself: whose it is, when it was signed, and what the signature covers.

Everything here is read from the headers alone, so that a request that cannot be served is refused
before its body is read: malformed, for another service, signed at another time. Whether the claim
is true says :mod:`enroll.rekognition.signature`.

Codes, messages and the status 400 are those with which Amazon's JSON services answer. Their
messages repeat the whole header; ours do not, because people who mix the two up send their secret
where the key id belongs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from enroll.rekognition.errors import ServiceError

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "rekognition"
TERMINATOR = "aws4_request"

SKEW = timedelta(minutes=5)
"""How far the client's clock may be off, either way. Amazon Rekognition's own."""

_DATE_HEADER = "x-amz-date"
_HASH_HEADER = "x-amz-content-sha256"
_TOKEN_HEADER = "x-amz-security-token"  # noqa: S105 - a header's name, not a token
_ALWAYS_SIGNED = ("host", _DATE_HEADER)
_SIGNED_IF_SENT = "content-type"
_SIGNED_PREFIX = "x-amz-"

_AT = "%Y%m%dT%H%M%SZ"
_AT_PATTERN = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_PARAMETERS = ("Credential", "SignedHeaders", "Signature")
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
_KEY_ID = re.compile(r"[A-Za-z0-9]{1,128}")
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What the headers say; nothing of it is proven yet.

    *at* is when it was signed, to the second, in UTC. *signed_headers* are lower-case and sorted,
    and all of them were sent. *signature* is 64 hexadecimal digits.
    """

    key_id: str
    region: str
    at: datetime
    signed_headers: tuple[str, ...]
    signature: str = field(repr=False)

    @property
    def timestamp(self) -> str:
        """When it was signed, as it is signed: ``20261102T080000Z``."""
        return _written(self.at)

    @property
    def scope(self) -> str:
        """What the signing key is good for: a day, a region, this service."""
        return "/".join((self.timestamp[:8], self.region, SERVICE, TERMINATOR))


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the headers of a request by lower-case name, one that was sent twice joined by a comma.

    So the specification wants it signed. A server that joins with a comma and a blank breaks such
    a signature, which is on the safe side.
    """
    headers: dict[str, str] = {}
    for name, value in pairs:
        name = name.lower()  # noqa: PLW2901 - nobody needs it as it was written
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def claim_of(headers: Mapping[str, str], now: datetime) -> Claim:
    """Return what *headers* (by lower-case name) claim at the time *now* (aware).

    :raises ServiceError: ``MissingAuthenticationTokenException`` without a signature,
        ``IncompleteSignatureException`` if it is malformed, ``UnrecognizedClientException`` with a
        session token, ``InvalidSignatureException`` if it is for another service or another day,
        more than five minutes old or in the future, or leaves out what must be signed.
    """
    parameters = _parameters(headers.get("authorization", ""))
    if _TOKEN_HEADER in headers:
        # There is no service here that issues temporary keys, so nobody can have one.
        raise unknown_key()
    key_id, day, region = _credential(parameters["Credential"])
    at = _signed_at(headers.get(_DATE_HEADER, ""))
    _refuse_other_day(day, at)
    _refuse_other_time(at, now)
    signed = _signed_headers(parameters["SignedHeaders"], headers)
    _refuse_unsigned_body(headers.get(_HASH_HEADER))
    if _SHA256.fullmatch(parameters["Signature"]) is None:
        raise mismatch()
    return Claim(key_id, region, at, signed, parameters["Signature"])


def unknown_key() -> ServiceError:
    """Return the error for a key that does not exist or was revoked; nobody learns which."""
    return ServiceError(
        "UnrecognizedClientException", "The security token included in the request is invalid."
    )


def mismatch() -> ServiceError:
    """Return the error for a signature that is not what it must be; it never says what that is."""
    return _invalid(
        "The request signature we calculated does not match the signature you provided. Check your"
        " AWS Secret Access Key and signing method. Consult the service documentation for details."
    )


def _parameters(header: str) -> dict[str, str]:
    algorithm, _, rest = header.strip().partition(" ")
    if not algorithm:
        raise ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
    if algorithm != ALGORITHM:
        raise _incomplete(f"Unsupported signing algorithm; {ALGORITHM} is the one to use.")
    found: dict[str, str] = {}
    for part in rest.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise _incomplete(
                "Not a valid key=value pair (missing equal-sign) in Authorization header."
            )
        if name not in _PARAMETERS:
            raise _incomplete(f"Authorization header has a parameter other than {_PARAMETERS}.")
        if name in found:
            raise _incomplete(f"Authorization header has '{name}' twice.")
        found[name] = value
    missing = [name for name in _PARAMETERS if not found.get(name)]
    if missing:
        raise _incomplete(
            " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        )
    return found


def _credential(value: str) -> tuple[str, str, str]:
    parts = value.split("/")
    if len(parts) != 5:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements,"
            " e.g. keyid/date/region/service/term."
        )
    key_id, day, region, service, terminator = parts
    if _KEY_ID.fullmatch(key_id) is None:
        raise unknown_key()
    if _REGION.fullmatch(region) is None:
        raise _invalid("Credential should be scoped to a valid region.")
    if service != SERVICE:
        raise _invalid(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if terminator != TERMINATOR:
        raise _invalid(f"Credential should be scoped with a valid terminator: '{TERMINATOR}'.")
    return key_id, day, region


def _signed_at(value: str) -> datetime:
    value = value.strip()
    if not value:
        raise _incomplete("Authorization header requires existence of an 'X-Amz-Date' header.")
    try:
        if _AT_PATTERN.fullmatch(value) is None:
            raise ValueError(value)
        return datetime.strptime(value, _AT).replace(tzinfo=UTC)
    except ValueError as error:
        raise _incomplete(
            "Date must be in ISO-8601 'basic format', e.g. 20261102T080000Z, in 'X-Amz-Date'."
        ) from error


def _refuse_other_day(day: str, at: datetime) -> None:
    if day != _written(at)[:8]:
        raise _invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from"
            f" HTTP: '{_written(at)[:8]}', from '{_written(at)}'."
        )


def _refuse_other_time(at: datetime, now: datetime) -> None:
    now = now.astimezone(UTC)
    minutes = int(SKEW.total_seconds() // 60)
    if at < now - SKEW:
        raise _invalid(
            f"Signature expired: {_written(at)} is now earlier than {_written(now - SKEW)}"
            f" ({_written(now)} - {minutes} min.)"
        )
    if at > now + SKEW:
        raise _invalid(
            f"Signature not yet current: {_written(at)} is still later than {_written(now + SKEW)}"
            f" ({_written(now)} + {minutes} min.)"
        )


def _signed_headers(value: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    signed = tuple(value.split(";"))
    if any(_HEADER_NAME.fullmatch(name) is None for name in signed):
        raise _incomplete("SignedHeaders must be lower-case names with semicolons between them.")
    if list(signed) != sorted(set(signed)):
        raise _incomplete("SignedHeaders must be sorted, each name once.")
    for name in (*_ALWAYS_SIGNED, *_must_be_signed(headers)):
        if name not in signed:
            shown = "'Host' or ':authority'" if name == "host" else f"'{name.title()}'"
            raise _invalid(f"{shown} must be a 'SignedHeader' in the AWS Authorization.")
    absent = [name for name in signed if name not in headers]
    if absent:
        raise _invalid(f"SignedHeaders names headers that were not sent: {', '.join(absent)}.")
    return signed


def _must_be_signed(headers: Mapping[str, str]) -> Iterable[str]:
    """Name what would change what a request means: its kind, and all that Amazon's services read.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html: the
    host, the content type if it is sent, and every ``x-amz-*`` header.
    """
    return (name for name in headers if name == _SIGNED_IF_SENT or name.startswith(_SIGNED_PREFIX))


def _refuse_unsigned_body(value: str | None) -> None:
    if value is not None and _SHA256.fullmatch(value.strip()) is None:
        raise _invalid(
            "X-Amz-Content-SHA256 must be the SHA-256 of the body in lower-case hexadecimal digits;"
            " unsigned and streamed payloads are not accepted."
        )


def _written(at: datetime) -> str:
    return at.strftime(_AT)


def _incomplete(message: str) -> ServiceError:
    return ServiceError("IncompleteSignatureException", message)


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidSignatureException", message)
