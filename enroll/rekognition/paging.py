"""Tokens by which a list goes on: opaque to the client, and good for one list only."""

from __future__ import annotations

import base64
import binascii
import hashlib

from enroll.rekognition.errors import ServiceError


def token_at(place: str, *scope: str | None) -> str:
    """Return the token of a list that goes on behind *place*; *scope* is which list it is."""
    written = f"{_mark(scope)}{place}"
    return base64.urlsafe_b64encode(written.encode()).decode()


def place_of(token: str | None, *scope: str | None) -> str | None:
    """Return where a list goes on, or None for its beginning.

    :raises ServiceError: InvalidPaginationTokenException, unless :func:`token_at` made the token for
        this list.
    """
    if token is None:
        return None
    try:
        written = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        written = ""
    mark = _mark(scope)
    if not written.startswith(mark):
        raise ServiceError(
            "InvalidPaginationTokenException", "The NextToken is not one of this list."
        )
    return written.removeprefix(mark)


def _mark(scope: tuple[str | None, ...]) -> str:
    return hashlib.sha256(repr(scope).encode()).hexdigest()[:12]
