"""Requests as botocore signs them: the counterpart that what is checked here must agree with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest import mock
from urllib.parse import urlsplit

import botocore.auth
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from enroll.rekognition.claim import claim_of, headers_of
from enroll.rekognition.signature import SignedRequest, verify

KEY_ID = "AKOSABCDEFGHIJKLMNOP"
SECRET = "a" * 20 + "Z9" * 10
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "RekognitionService.ListCollections",
}


@contextmanager
def clock_at(at: datetime) -> Iterator[None]:
    """Let botocore sign as if it were *at*."""
    naive = at.replace(tzinfo=None)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=naive):
        yield


def signed(
    *,
    body: bytes = b"{}",
    headers: Mapping[str, str] = HEADERS,
    url: str = "https://door.local:8443/",
    method: str = "POST",
    secret: str = SECRET,
    key_id: str = KEY_ID,
    region: str = "eu-central-1",
    service: str = "rekognition",
    at: datetime = NOW,
    token: str | None = None,
) -> SignedRequest:
    """Return a request as boto3 would send it at the time *at*."""
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    with clock_at(at):
        SigV4Auth(Credentials(key_id, secret, token), service, region).add_auth(request)
    parts = urlsplit(url)
    sent = headers_of(request.headers.items())
    sent.setdefault("host", parts.netloc)
    return SignedRequest(method, parts.path, parts.query, sent, body)


def check(request: SignedRequest, *, secret: str | None = SECRET, now: datetime = NOW) -> None:
    """Do with *request* what the endpoint does."""
    verify(request, claim_of(request.headers, now), secret)
