"""The endpoint itself: who may call what, and what comes back for whatever is sent, over real TLS."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import socket
import ssl
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import botocore.auth
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.errors import StorageError
from enroll.rekognition import endpoint
from enroll.rekognition.collections import ListCollections
from enroll.rekognition.handlers import HANDLERS
from enroll.rekognition.keys import AccessKey
from enroll.rekognition.operations import BY_NAME, OPERATIONS
from tests.enroll.rekognition.conftest import DOOR, Appliance
from tests.enroll.rekognition.generated import requests_for
from tests.enroll.rekognition.model import COMMON_ERRORS, may_answer, service_model

MODEL = service_model()
JSON = "application/x-amz-json-1.1"


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    """Return the code of an error."""
    found: str = error.value.response["Error"]["Code"]
    return found


def send(
    appliance: Appliance,
    key: tuple[AccessKey, str],
    body: bytes,
    *,
    target: str = "RekognitionService.ListCollections",
    content_type: str = JSON,
    method: str = "POST",
    **headers: str,
) -> tuple[int, dict[str, Any]]:
    """Send *body* as it is, signed, and return status and answer."""
    told = {"X-Amz-Target": target, "Content-Type": content_type} | headers
    request = AWSRequest(method=method, url=f"{appliance.url}/", data=body, headers=told)
    access, secret = key
    SigV4Auth(Credentials(access.key_id, secret), "rekognition", "eu-central-1").add_auth(request)
    return send_raw(appliance, method, body, dict(request.headers.items()))


def send_raw(
    appliance: Appliance, method: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    """Send a request without a signature of ours, and return status and answer."""
    context = ssl.create_default_context(cafile=str(appliance.certificate))
    connection = http.client.HTTPSConnection(
        "localhost", appliance.port, context=context, timeout=30
    )
    try:
        connection.request(method, "/", body, headers)
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == JSON, answer.read()
        assert uuid.UUID(answer.headers["x-amzn-RequestId"])
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.fixture(scope="session")
def key(running: Appliance) -> tuple[AccessKey, str]:
    """Give a key for everything."""
    return running.key()


def test_a_key_does_what_it_may(appliance: Appliance, woman: bytes) -> None:
    """An operation that it may not call is refused, whatever is asked."""
    client = appliance.client(appliance.key("DetectFaces"))
    assert len(client.detect_faces(Image={"Bytes": woman})["FaceDetails"]) == 1
    with pytest.raises(client.exceptions.AccessDeniedException, match="ListCollections"):
        client.list_collections()
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.create_collection(CollectionId="a b")


def test_a_key_reaches_its_collections(appliance: Appliance) -> None:
    """Others it neither sees nor makes; whether they exist is not told."""
    client = appliance.client(appliance.key(collections=("mine-*",)))
    name = f"mine-{uuid.uuid4()}"
    client.create_collection(CollectionId=name)
    assert name in client.list_collections()["CollectionIds"]
    assert all(each.startswith("mine-") for each in client.list_collections()["CollectionIds"])
    for other in ("yours", "nowhere", DOOR):
        with pytest.raises(client.exceptions.AccessDeniedException):
            client.describe_collection(CollectionId=other)
        with pytest.raises(client.exceptions.AccessDeniedException):
            client.create_collection(CollectionId=other)


def test_no_pattern_reaches_the_door(appliance: Appliance, woman: bytes) -> None:
    """Whoever may write there may let people in: it must be named."""
    everything = appliance.client(appliance.key(collections=("*",)))
    with pytest.raises(everything.exceptions.AccessDeniedException):
        everything.index_faces(CollectionId=DOOR, Image={"Bytes": woman})
    assert DOOR not in everything.list_collections()["CollectionIds"]
    named = appliance.client(appliance.key(collections=(DOOR,)))
    assert named.list_collections()["CollectionIds"] == [DOOR]


def test_a_revoked_key_opens_nothing(appliance: Appliance) -> None:
    """From the next request on."""
    access, secret = appliance.key()
    client = appliance.client((access, secret))
    client.list_collections()
    appliance.keys.revoke(access.key_id, datetime.now(UTC))
    with pytest.raises(ClientError) as error:
        client.list_collections()
    assert code(error) == "UnrecognizedClientException"


def test_a_wrong_secret(appliance: Appliance) -> None:
    """The signature does not match."""
    access, secret = appliance.key()
    with pytest.raises(ClientError) as error:
        appliance.client((access, secret[::-1])).list_collections()
    assert code(error) == "InvalidSignatureException"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_is_wrong(appliance: Appliance, minutes: int) -> None:
    """Beyond five minutes either way a request is refused, and both times are told."""
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    with (
        mock.patch.object(
            botocore.auth, "get_current_datetime", return_value=at.replace(tzinfo=None)
        ),
        pytest.raises(ClientError, match="Signature") as error,
    ):
        appliance.client().list_collections()
    assert code(error) == "InvalidSignatureException"


def test_a_note_says_that_a_key_is_in_use(appliance: Appliance) -> None:
    """Whoever looks after keys sees which are."""
    access, secret = appliance.key()
    appliance.client((access, secret)).list_collections()
    used = appliance.keys.get(access.key_id)
    assert used is not None
    assert used.last_used_at is not None


@pytest.mark.parametrize("operation", [each.name for each in OPERATIONS if not each.offered])
def test_what_is_not_here(appliance: Appliance, key: tuple[AccessKey, str], operation: str) -> None:
    """It is said, by an error that the operation knows, with what to use instead."""
    status, answer = send(appliance, key, b"{}", target=f"RekognitionService.{operation}")
    assert (status, answer["__type"]) == (400, "AccessDeniedException")
    assert may_answer(MODEL.operation_model(operation), answer["__type"])
    assert BY_NAME[operation].note in answer["Message"]


@pytest.mark.parametrize(
    "target",
    ["", "ListCollections", "RekognitionService.", "RekognitionService.Fly", "é", "DynamoDB.X"],
)
def test_unknown_operations(appliance: Appliance, key: tuple[AccessKey, str], target: str) -> None:
    """There is no such operation."""
    headers = {"X-Amz-Target": target.encode().decode("latin-1"), "Content-Type": JSON}
    status, answer = send_raw(appliance, "POST", b"{}", headers)
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "", "multipart/form-data; boundary=x"]
)
def test_another_content_type(
    appliance: Appliance, key: tuple[AccessKey, str], content_type: str
) -> None:
    """A form of a browser is no request."""
    status, answer = send(appliance, key, b"{}", content_type=content_type)
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, "MissingAuthenticationTokenException"),
        ({"Authorization": "Basic YTpi"}, "IncompleteSignatureException"),
        ({"Authorization": "AWS4-HMAC-SHA256 nothing"}, "IncompleteSignatureException"),
        ({"Authorization": "\xff" * 300}, "IncompleteSignatureException"),
    ],
)
def test_requests_that_are_not_signed(
    appliance: Appliance, headers: dict[str, str], told: str
) -> None:
    """Each by its name."""
    target = {"X-Amz-Target": "RekognitionService.ListCollections", "Content-Type": JSON}
    assert send_raw(appliance, "POST", b"{}", target | headers)[1]["__type"] == told


def test_a_changed_body(appliance: Appliance, key: tuple[AccessKey, str]) -> None:
    """The signature covers it to the last byte."""
    told = {"X-Amz-Target": "RekognitionService.ListCollections", "Content-Type": JSON}
    request = AWSRequest("POST", f"{appliance.url}/", data=b'{"MaxResults": 1}', headers=told)
    access, secret = key
    SigV4Auth(Credentials(access.key_id, secret), "rekognition", "local").add_auth(request)
    _, answer = send_raw(appliance, "POST", b'{"MaxResults": 2}', dict(request.headers.items()))
    assert answer["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b"null", b"\xff", b'"' * 9, gzip.compress(b"{}", mtime=0)]
)
def test_bodies_that_are_none(
    appliance: Appliance, key: tuple[AccessKey, str], body: bytes
) -> None:
    """JSON that is none, or no object, is told so."""
    status, answer = send(appliance, key, body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_a_picture_beyond_the_limit(appliance: Appliance, key: tuple[AccessKey, str]) -> None:
    """More than 5 MB is beyond a member's limit; beyond 15 MB the request is."""
    picture = base64.b64encode(bytes(5 * 2**20 + 1)).decode()
    body = json.dumps({"Image": {"Bytes": picture}}).encode()
    target = "RekognitionService.DetectFaces"
    status, answer = send(appliance, key, body, target=target)
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert "image.bytes" in answer["Message"]
    status, answer = send(appliance, key, bytes(endpoint.LARGEST_BODY + 1), target=target)
    assert (status, answer["__type"]) == (413, "RequestEntityTooLargeException")


def test_slow_senders_hold_up_nobody(appliance: Appliance) -> None:
    """Twelve clients that send a byte now and then take no turn from others."""
    context = ssl.create_default_context(cafile=str(appliance.certificate))
    slow = []
    try:
        for _ in range(12):
            raw = socket.create_connection(("127.0.0.1", appliance.port))
            connection = context.wrap_socket(raw, server_hostname="localhost")
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n{"
            )
            slow.append(connection)
        answered = appliance.client(read_timeout=10).list_collections()
        assert "CollectionIds" in answered
    finally:
        for connection in slow:
            connection.close()


def test_too_much_at_once_is_told(appliance: Appliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients repeat what is throttled; the pages of people go on."""
    monkeypatch.setattr(endpoint, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(endpoint, "PATIENCE_SECONDS", 0.05)
    with endpoint._turns, pytest.raises(ClientError) as error:
        appliance.client().list_collections()
    assert code(error) == "ThrottlingException"


def test_a_fault_of_ours_tells_a_number(
    appliance: Appliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is in the log, with what happened; the client learns nothing of that."""

    def fail(call: object, request: ListCollections) -> None:
        raise RuntimeError("disk of a person called Ada")

    monkeypatch.setitem(HANDLERS, "ListCollections", fail)
    with pytest.raises(ClientError) as error:
        appliance.client().list_collections()
    assert code(error) == "InternalServerError"
    message = error.value.response["Error"]["Message"]
    assert "Ada" not in message
    assert message.rpartition("number ")[2].strip(".") in caplog.text


def test_a_full_disk_is_told_in_one_line(
    appliance: Appliance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With its remedy, and without a trace for each of a thousand calls."""

    def fail(call: object, request: ListCollections) -> None:
        raise StorageError("collection.db cannot be written: the disk is full", remedy="Make room.")

    monkeypatch.setitem(HANDLERS, "ListCollections", fail)
    with pytest.raises(ClientError) as error:
        appliance.client().list_collections()
    assert code(error) == "InternalServerError"
    assert "Make room." in caplog.text
    assert "Traceback" not in caplog.text


def test_a_browsers_form_is_no_request(appliance: Appliance) -> None:
    """A page elsewhere can let a browser post here, but not sign."""
    status, answer = send_raw(
        appliance, "POST", b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_requests_made_from_the_model(
    running: Appliance, key: tuple[AccessKey, str], data: st.DataObject
) -> None:
    """Whatever fits the model, or nearly, gets an answer that the model has; none is our fault."""
    name = data.draw(st.sampled_from(sorted(HANDLERS)))
    operation = MODEL.operation_model(name)
    body = data.draw(requests_for(operation.input_shape))
    before = running.core.database.row("SELECT count(*) FROM faces")
    status, answer = send(
        running, key, json.dumps(body).encode(), target=f"RekognitionService.{name}"
    )
    assert status < 500, answer
    if status >= 400:
        assert may_answer(operation, answer["__type"]), answer
        assert running.core.database.row("SELECT count(*) FROM faces") == before


def test_common_errors_are_no_ones_own() -> None:
    """What every service answers with is not in the list of an operation: the lists are apart."""
    assert not COMMON_ERRORS & {shape.name for shape in MODEL.error_shapes}
