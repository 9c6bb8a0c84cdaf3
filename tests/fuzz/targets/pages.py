"""Requests to the pages, of strangers and of people who are signed in: never a 5xx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

from enroll.accounts import Role
from tests.fuzz.choices import Choices
from tests.fuzz.house import DOOR, House, open_house
from tests.fuzz.target import Target, Try
from tests.fuzz.targets.files import TABLES, archives, pictures

ROOT = Path(__file__).parents[3]


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
        (
            "name",
            "former",
            "base",
            "note",
            "weekly",
            "calendar",
            "days",
            "every",
            "on",
            "easter",
            "zone",
            "rule",
            "from",
            "until",
        )
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
                name: _field(choices, people) for name in names_of(module) if choices.byte() % 4
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


_MULTIPART = (
    b"--x-y-z",
    b"--x-y-z--",
    b"\r\n\r\n",
    b"Content-Disposition: form-data; ",
    b'name="files"',
    b'filename="people.csv"',
    b"filename*=UTF-8''%00.csv",
    b"Content-Transfer-Encoding: base64",
    b"Content-Type: multipart/mixed; boundary=x-y-z",
    b"a" * 5000,
)

TARGETS = (
    Target(
        "pages",
        "forms and questions to every page",
        _pages,
        lambda: (
            bytes(8),
            *(bytes((number, 0, 1, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9)) for number in range(0, 200, 20)),
        ),
        share=0.5,
        most_bytes=2048,
    ),
    Target("multipart", "forms with files", _multipart, forms, words=_MULTIPART, share=0.5),
)
