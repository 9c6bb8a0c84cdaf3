"""Liveness sessions by boto3, and the page they are for."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from edge.domain import Pixels
from enroll.liveness.sessions import MOST_WAITING
from tests.enroll.conftest import jpeg
from tests.enroll.rekognition.conftest import Appliance

MOVEMENT, LIGHT = "FaceMovementChallenge", "FaceMovementAndLightChallenge"


def make(client: Any, **more: Any) -> str:
    """Return the id of a new session."""
    made: str = client.create_face_liveness_session(**more)["SessionId"]
    return made


def preferring(*types: str, **versions: str) -> dict[str, Any]:
    """Return settings that prefer challenges."""
    return {
        "ChallengePreferences": [
            {"Type": each} | ({"Versions": versions} if versions else {}) for each in types
        ]
    }


class Visitor:
    """A browser with the page of a session."""

    def __init__(self, appliance: Appliance, page: str) -> None:
        self._web = urllib3.PoolManager(ca_certs=str(appliance.certificate))
        self._page = page
        self._headers: dict[str, str] = {"Referer": page}

    def open(self) -> None:
        answer = self._web.request("GET", self._page)
        token = re.search(r'name="csrf-token" content="([^"]+)"', answer.data.decode())
        assert token is not None
        self._headers["X-CSRFToken"] = token[1]
        self._keep(answer)

    def post(self, what: str, picture: bytes = b"") -> urllib3.BaseHTTPResponse:
        headers = self._headers | ({"Content-Type": "image/jpeg"} if picture else {})
        answer = self._web.request("POST", f"{self._page}/{what}", body=picture, headers=headers)
        self._keep(answer)
        return answer

    def _keep(self, answer: urllib3.BaseHTTPResponse) -> None:
        if "Set-Cookie" in answer.headers:
            self._headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]


def test_a_session_from_beginning_to_end(
    appliance: Appliance, client: Any, astronaut: Pixels
) -> None:
    """Made by a program, gone through in a browser, by a photo, and asked about by the program."""
    session_id = make(client)
    told = client.get_face_liveness_session_results(SessionId=session_id)
    assert (told["Status"], told["SessionId"]) == ("CREATED", session_id)
    assert told["Challenge"] == {"Type": MOVEMENT, "Version": "1.0.0"}
    browser = Visitor(appliance, f"{appliance.url}/liveness/{session_id}")
    browser.open()
    assert browser.post("begin").json() == {"begun": True}
    told = client.get_face_liveness_session_results(SessionId=session_id)
    assert (told["Status"], "Confidence" in told) == ("IN_PROGRESS", False)
    picture, over = jpeg(astronaut), False
    while not over:
        answer = browser.post("frame", picture)
        over = answer.status == 200 and answer.json()["over"]
    told = client.get_face_liveness_session_results(SessionId=session_id)
    assert (told["Status"], told["Confidence"]) == ("FAILED", 0)
    assert not {"ReferenceImage", "AuditImages"} & set(told)


def test_only_the_key_that_made_it(appliance: Appliance, client: Any) -> None:
    """To any other there is no such session."""
    session_id = make(client)
    other = appliance.client()
    with pytest.raises(other.exceptions.SessionNotFoundException):
        other.get_face_liveness_session_results(SessionId=session_id)
    with pytest.raises(client.exceptions.SessionNotFoundException):
        client.get_face_liveness_session_results(SessionId=str(uuid.uuid4()))


def test_a_repeated_request(appliance: Appliance, client: Any) -> None:
    """Gives the same session for the same token, and for each key its own."""
    repeated = {"ClientRequestToken": "t-1"}
    assert make(client, **repeated) == make(client, **repeated)
    assert make(client) != make(client)
    assert make(client, **repeated) != make(appliance.client(), **repeated)


@pytest.mark.parametrize(
    "request_",
    [
        {"Settings": {"AuditImagesLimit": 1}},
        {"Settings": {"OutputConfig": {"S3Bucket": "photos"}}},
        {"KmsKeyId": "alias/faces"},
    ],
)
def test_pictures_are_never_kept(client: Any, request_: dict[str, Any]) -> None:
    """What would keep one is refused, with the reason."""
    with pytest.raises(client.exceptions.InvalidParameterException, match="No picture of a face"):
        client.create_face_liveness_session(**request_)


@pytest.mark.parametrize(
    "wanted",
    [
        preferring(LIGHT),
        preferring(MOVEMENT, Minimum="1.0.1"),
        preferring(MOVEMENT, Maximum="0.9.999"),
    ],
)
def test_a_challenge_that_there_is_not(client: Any, wanted: dict[str, Any]) -> None:
    """Is refused, with the one that there is."""
    with pytest.raises(client.exceptions.InvalidParameterException, match="no light is flashed"):
        make(client, Settings=wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        {"AuditImagesLimit": 0},
        preferring(),
        preferring(MOVEMENT),
        preferring(LIGHT, MOVEMENT),
        preferring(MOVEMENT, Minimum="1.0.0", Maximum="1.10.0"),
    ],
)
def test_a_challenge_that_there_is(client: Any, wanted: dict[str, Any]) -> None:
    """Is given to whoever would take it."""
    assert uuid.UUID(make(client, Settings=wanted))


def test_too_many_at_once(client: Any) -> None:
    """One key cannot fill the memory."""
    for _ in range(MOST_WAITING):
        make(client)
    with pytest.raises(ClientError) as caught:
        make(client)
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
