"""Requests to the pages and to the API, by strangers and by people who are signed in: never a 5xx."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from botocore.model import Shape

from edge.storage.times import to_text
from enroll.accounts import Role
from enroll.rekognition.claim import claim_of, headers_of
from enroll.rekognition.errors import ServiceError
from enroll.rekognition.handlers import HANDLERS, request_type
from enroll.rekognition.reading import read_request
from enroll.rekognition.signature import SignedRequest, verify
from tests.enroll.rekognition.model import service_model
from tests.enroll.rekognition.signing import NOW, SECRET, check, signed
from tests.fuzz.choices import ODD_TEXTS, Choices
from tests.fuzz.house import DOOR, House, open_house
from tests.fuzz.target import Target, Try, alone
from tests.fuzz.targets.files import TABLES, archives, pictures

ROOT = Path(__file__).parents[3]
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


def _whole(shape: Shape, name: str = "") -> Any:
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
        name = choices.one_of((*headers, "authorization", "x-amz-content-sha256", "x-amz-security-token"))
        value = headers.get(name, "")
        at, piece = choices.number(len(value) + 1), choices.text()
        headers[name] = (value[:at] + piece + value[at + choices.number(len(piece) + 2) :]).strip()
    body = choices.one_of((good.body, choices.piece()))
    path = choices.one_of((good.path, choices.text()))
    query = choices.one_of((good.query, choices.text()))
    request = SignedRequest(good.method, path, query, headers_of(headers.items()), body)
    claim = claim_of(request.headers, NOW)
    verify(request, claim, SECRET)
    names = [name for name in claim.signed_headers]
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


def _value(shape: Shape, choices: Choices, known: _Known) -> Any:
    """Return a value for *shape* that mostly fits."""
    if choices.byte() > 240:
        return choices.one_of((None, [], {}, 0, -1, 1e308, 2**63, True, "", {"a": [{}]}, known.words))
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


_NAMED = re.compile(
    r"""(?:form|args|files|_FIELDS|values)\.(?:get|getlist)\(\s*"(\w+)"|name="(\w+)"|\w+_of\(form, "(\w+)\""""
)


@cache
def names_of(module: str) -> tuple[str, ...]:
    """Return the names of fields and of questions that a module of the pages asks for, by its text."""
    text = (ROOT / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
    found = {name for match in _NAMED.findall(text) for name in match if name}
    return tuple(sorted(found | _MORE_NAMES.get(module, frozenset())))


_TOLD = frozenset(("name", "external_id", "valid_from", "valid_until", "retention_until"))
_CONSENT = frozenset(("consent_text", "consent_on", "consent_method", "declined"))
_MORE_NAMES = {
    "enroll.admin.changing": _TOLD | _CONSENT | {"was_name", "version"},
    "enroll.admin.enrolling": _TOLD | _CONSENT | {"badge"},
    "enroll.admin.events": frozenset(("since", "until", "kind", "person", "door", "reason")),
    "enroll.admin.keys": frozenset(("label", "operations", "collections")),
    "enroll.rules.items": frozenset(
        ("name", "former", "base", "note", "weekly", "calendar", "days", "every", "on", "easter", "zone", "rule", "from", "until")
    ),
}


_LEFT_OUT = frozenset(("sign_in.sign_out", "static"))
_IDS = ("person_id", "account_id", "key_id", "token", "session_id")


@contextmanager
def _pages(folder: Path) -> Iterator[Try]:
    with open_house(folder) as house:
        views = sorted(
            (rule.rule, method, house.app.view_functions[rule.endpoint].__module__)
            for rule in house.app.url_map.iter_rules()
            if rule.endpoint not in _LEFT_OUT and not rule.endpoint.startswith("rekognition")
            for method in (rule.methods or ())
            if method in {"GET", "POST"}
            if house.app.view_functions[rule.endpoint].__module__.startswith("enroll.")
        )
        roles = tuple(Role)

        def read(data: bytes) -> None:
            choices = Choices(data)
            people = house.person_ids()
            place, method, module = choices.one_of(views)
            path = re.sub(r"<[^>]*>", lambda _: _part(choices, people), place)
            role = roles[0] if choices.byte() % 4 else choices.one_of(roles)
            client, token = house.browser(role)
            values = {
                name: _field(choices, people)
                for name in names_of(module)
                if choices.byte() % 4
            }
            if method == "GET":
                answer = client.get(path, query_string=values)
            elif choices.byte() % 8 == 7:
                answer = client.post(
                    path,
                    data=choices.one_of(pictures()) if choices.byte() & 1 else choices.rest(),
                    headers={"X-CSRFToken": token},
                    content_type=choices.one_of(("image/jpeg", "image/png", "text/plain", "")),
                )
            else:
                answer = client.post(path, data={"csrf_token": token} | values)
            answer.close()
            if answer.status_code in {302, 401} and "sign-in" in answer.headers.get("Location", ""):
                house.signed_in.pop(role, None)
            if place != "/health":  # which tells by 503 that there is no door here
                house.trouble.refuse(answer.status_code, f"{method} {path} {values!r:.2000}")
            _stop_importing(house)

        yield read


def _part(choices: Choices, people: list[str]) -> str:
    return choices.one_of(people) if choices.byte() % 4 else quote(choices.text(), safe="")


def _field(choices: Choices, people: list[str]) -> str:
    way = choices.byte() % 8
    return choices.one_of(people) if way == 0 else choices.text()


def _stop_importing(house: House) -> None:
    """End what a form may have begun in a thread."""
    imports = house.app.extensions["ostiary"].imports
    current = imports.current
    if current is not None:
        current.stop()
        assert current.wait(60)
        assert current.progress().failure is None, "an import failed for a reason of ours"
        imports.forget()


BOUNDARY = "x-y-z"


def forms() -> tuple[bytes, ...]:
    """Return forms with files, as browsers send them: an archive, a table with a photo, photos."""
    photo = pictures()[0]
    return (
        b"\0" + _form(("files", "people.zip", archives()[0])),
        b"\0" + _form(("files", "people.csv", TABLES[0]), ("files", "ada.jpg", photo)),
        b"\1" + _form(("photos", "a.jpg", photo), ("name", None, b"Ada"), ("badge", None, b"1")),
        b"\2" + _form(("photos", "a.jpg", photo), ("how", None, b"add")),
    )


def _form(*parts: tuple[str, str | None, bytes]) -> bytes:
    lines = []
    for name, file, content in parts:
        more = "" if file is None else f'; filename="{file}"\r\nContent-Type: image/jpeg'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
        lines.append(head.encode() + content + b"\r\n")
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()


@contextmanager
def _multipart(folder: Path) -> Iterator[Try]:
    with open_house(folder) as house:

        def read(data: bytes) -> None:
            choices = Choices(data)
            people = house.person_ids()
            path = choices.one_of(
                (
                    "/admin/people/import",
                    "/admin/people/enroll",
                    f"/admin/people/{people[0]}/photos",
                    f"/admin/people/{people[0]}/edit",
                )
            )
            client, token = house.browser(Role.OWNER)
            answer = client.post(
                path,
                data=choices.rest(),
                headers={"X-CSRFToken": token},
                content_type=f"multipart/form-data; boundary={BOUNDARY}",
            )
            answer.close()
            house.trouble.refuse(answer.status_code, path)
            _stop_importing(house)
            # No picture here shows a face, and a rehearsal stores nothing.
            assert len(house.people.list(DOOR)) == len(people), "a refused form stored somebody"

        yield read


_MULTIPART = (b"--x-y-z", b"--x-y-z--", b"\r\n\r\n", b"Content-Disposition: form-data; ", b'name="files"', b'filename="people.csv"', b"filename*=UTF-8''%00.csv", b"Content-Transfer-Encoding: base64", b"Content-Type: multipart/mixed; boundary=x-y-z", b"a" * 5000)
_JSON = (b'"CollectionId":', b'"Image":', b'"Bytes":', b'"NextToken":', b'"MaxResults":', b'{"S3Object":{}}', b"\\ud800", b"\\u0000")

TARGETS = (
    Target("api-body", "bodies of requests of all operations", alone(_request), requests, (ServiceError,), _JSON),
    Target("api-signature", "headers of signed requests", alone(_headers), lambda: (b"\0\0\0", b"\1\2\3\4\5\6\7\x08", b"\3" + bytes(range(40))), (ServiceError,)),
    Target("api", "signed requests, carried out", _api, lambda: tuple(bytes((number,)) + bytes(20) for number in range(len(OPERATIONS))), share=0.05, most_bytes=2048),
    Target("pages", "forms and questions to every page", _pages, lambda: (bytes(8), *(bytes((number, 0, 1, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9)) for number in range(0, 200, 20))), share=0.05, most_bytes=2048),
    Target("multipart", "forms with files", _multipart, forms, words=_MULTIPART, share=0.05),
)
