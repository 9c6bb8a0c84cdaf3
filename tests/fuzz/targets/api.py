"""Signed requests to the API: their headers, their bodies, and carried out: never a 5xx."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from botocore.model import Shape

from enroll.rekognition.claim import claim_of, headers_of
from enroll.rekognition.errors import ServiceError
from enroll.rekognition.handlers import HANDLERS, request_type
from enroll.rekognition.reading import read_request
from enroll.rekognition.signature import SignedRequest, verify
from tests.enroll.rekognition.model import service_model
from tests.enroll.rekognition.signing import NOW, SECRET, signed
from tests.fuzz.choices import Choices
from tests.fuzz.house import DOOR, House, open_house
from tests.fuzz.target import Target, Try, alone
from tests.fuzz.targets.files import pictures

OPERATIONS = tuple(sorted(HANDLERS))
JSON = "application/x-amz-json-1.1"


def _request(data: bytes) -> None:
    """Read *data* as the body of each operation's request in turn."""
    choices = Choices(data)
    operation = choices.one_of(OPERATIONS)
    read_request(request_type(operation), choices.rest())


@cache
def requests() -> tuple[bytes, ...]:
    """Return a whole request of each operation, with every member that the model has."""
    model = service_model()
    return tuple(
        bytes((number,)) + json.dumps(_whole(model.operation_model(name).input_shape)).encode()
        for number, name in enumerate(OPERATIONS)
    )


def _whole(shape: Shape, name: str = "") -> Any:  # noqa: PLR0911 - a kind, a value
    match shape.type_name:
        case "structure":
            return {each: _whole(member, each) for each, member in shape.members.items()}
        case "list":
            return [_whole(shape.member, name)]
        case "map":
            return {"a": "b"}
        case "string":
            if shape.metadata.get("enum"):
                return shape.metadata["enum"][0]
            return _STRINGS.get(name, "00000000-0000-0000-0000-000000000000")
        case "boolean":
            return True
        case "blob":
            return base64.b64encode(pictures()[1]).decode()
    return max(1, shape.metadata.get("min", 1))


_STRINGS = {
    "CollectionId": "test",
    "Bucket": "photos",
    "Name": "a.png",
    "UserId": "ada",
    "ResourceArn": f"arn:aws:rekognition:eu-central-1:000000000000:collection/{DOOR}",
    "NextToken": "",
}


def _headers(data: bytes) -> None:
    """Only the request that was signed may be taken for signed, whatever is changed in it."""
    choices = Choices(data)
    good = signed()
    headers = dict(good.headers)
    for _ in range(1 + choices.number(4)):
        name = choices.one_of(
            (*headers, "authorization", "x-amz-content-sha256", "x-amz-security-token")
        )
        value = headers.get(name, "")
        at, piece = choices.number(len(value) + 1), choices.text()
        headers[name] = (value[:at] + piece + value[at + choices.number(len(piece) + 2) :]).strip()
    body = choices.one_of((good.body, choices.piece()))
    path = choices.one_of((good.path, choices.text()))
    query = choices.one_of((good.query, choices.text()))
    request = SignedRequest(good.method, path, query, headers_of(headers.items()), body)
    claim = claim_of(request.headers, NOW)
    verify(request, claim, SECRET)
    names = list(claim.signed_headers)
    squeezed = [re.sub(r"[ \t\r\n]+", " ", headers[name]).strip(" ") for name in names]
    assert squeezed == [good.headers[name] for name in names]
    assert body == good.body


@contextmanager
def _api(folder: Path) -> Iterator[Try]:
    with open_house(folder) as house:
        client = house.app.test_client()
        model = service_model()
        image = base64.b64encode(pictures()[1]).decode()
        known = _Known(house, image)

        def read(data: bytes) -> None:
            choices = Choices(data)
            operation = choices.one_of(OPERATIONS)
            shape = model.operation_model(operation).input_shape
            asked = _value(shape, choices, known)
            body = json.dumps(asked).encode()
            sent = signed(
                body=body,
                headers={"Content-Type": JSON, "X-Amz-Target": f"RekognitionService.{operation}"},
                url="http://localhost/",
                secret=house.secret,
                key_id=house.key.key_id,
            )
            answer = client.post("/", data=body, headers=dict(sent.headers))
            house.trouble.refuse(answer.status_code, f"{operation} {body[:2000]!r}")
            known.learn(answer.get_json(silent=True))

        yield read


class _Known:
    """What a client has learnt from the answers: ids, names, tokens."""

    def __init__(self, house: House, image: str) -> None:
        self.image = image
        self.words = [DOOR, "test", "photos", "ada", *house.person_ids()]

    def learn(self, answer: Any) -> None:
        """Remember the texts of an answer, the newest few."""
        for value in answer.values() if isinstance(answer, dict) else ():
            if isinstance(value, str) and len(value) < 300 and value not in self.words:
                self.words = [*self.words[:8], *self.words[8:][-24:], value]


def _value(shape: Shape, choices: Choices, known: _Known) -> Any:  # noqa: PLR0911 - as above
    """Return a value for *shape* that mostly fits."""
    if choices.byte() > 240:
        return choices.one_of(
            (None, [], {}, 0, -1, 1e308, 2**63, True, "", {"a": [{}]}, known.words)
        )
    match shape.type_name:
        case "structure":
            return {
                name: _value(member, choices, known)
                for name, member in shape.members.items()
                if name in shape.required_members or choices.byte() % 3 == 0
            }
        case "list":
            return [_value(shape.member, choices, known) for _ in range(choices.number(4))]
        case "map":
            return {choices.text(): choices.text() for _ in range(choices.number(3))}
        case "string":
            enum = shape.metadata.get("enum")
            way = choices.byte() % 4
            if enum and way:
                return choices.one_of(enum)
            return choices.text() if way == 0 else choices.one_of(known.words)
        case "boolean":
            return bool(choices.byte() & 1)
        case "blob":
            picture = base64.b64encode(choices.one_of(pictures())).decode()
            return choices.one_of((known.image, picture, "AAAA", choices.text()))
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 2**31 - 1)
    return choices.one_of((low, high, low - 1, high + 1, 1, 50.5, 2**63, -(2**64)))


_JSON = (
    b'"CollectionId":',
    b'"Image":',
    b'"Bytes":',
    b'"NextToken":',
    b'"MaxResults":',
    b'{"S3Object":{}}',
    b"\\ud800",
    b"\\u0000",
)


TARGETS = (
    Target(
        "api-body",
        "bodies of requests of all operations",
        alone(_request),
        requests,
        (ServiceError,),
        _JSON,
    ),
    Target(
        "api-signature",
        "headers of signed requests",
        alone(_headers),
        lambda: (b"\0\0\0", b"\1\2\3\4\5\6\7\x08", b"\3" + bytes(range(40))),
        (ServiceError,),
    ),
    Target(
        "api",
        "signed requests, carried out",
        _api,
        lambda: tuple(bytes((number,)) + bytes(20) for number in range(len(OPERATIONS))),
        share=0.5,
        most_bytes=2048,
    ),
)
