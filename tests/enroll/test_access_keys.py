"""The page of keys: an owner makes one, sees its secret once, and revokes it."""

from __future__ import annotations

import html
import logging
import re
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from edge.audit import EventKind
from edge.collection.collections import Collections
from edge.errors import AuditError
from enroll.accounts import Accounts, Role
from enroll.rekognition.keys import AccessKey, AccessKeys
from tests.enroll.conftest import Browser, House, token_in

PAGE = "/admin/keys"
FORM = {"label": "Reception desk", "may": ["look", "SearchFaces"], "reach": "every"}


@pytest.fixture
def owner(house: House) -> Browser:
    """Sign in somebody who owns the house."""
    return house.signed_in(Role.OWNER)


def make(owner: Browser, **told: object) -> TestResponse:
    """Send the form; a field told as None is left out."""
    form = {name: value for name, value in (FORM | told).items() if value is not None}
    return owner.send(PAGE, form)


def keys_of(house: House) -> tuple[AccessKey, ...]:
    """Return all keys there are."""
    return AccessKeys(house.web).list()


def secret_in(answer: TestResponse) -> str:
    """Return the secret that a page shows."""
    found = re.search(r'aws_secret_access_key="(\w{40})"', html.unescape(answer.text))
    assert found is not None
    return found[1]


def test_making_a_key(house: House, owner: Browser, caplog: pytest.LogCaptureFixture) -> None:
    """The secret is on the page that answers, and never again: on no page, in no log, no record."""
    caplog.set_level(logging.DEBUG)
    answer = make(owner)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    secret, (key,) = secret_in(answer), keys_of(house)
    assert AccessKeys(house.web).secret_of(key.key_id) == secret
    assert key.operations == {"DetectFaces", "CompareFaces", "SearchFaces"}
    assert key.collections == ("*",)
    again = owner.get(PAGE)
    assert "Reception desk" in again.text
    assert key.key_id in again.text
    for text in (again.text, owner.get("/admin/events").text, caplog.text):
        assert secret not in text
    details = [entry.event.detail for entry in house.audit.entries()]
    assert not any(secret in detail for detail in details)


def test_the_record(house: House, owner: Browser) -> None:
    """Making and revoking are recorded: which key, for what, by whom; never its label."""
    make(owner, label="Ada's laptop", door="yes")
    (key,) = keys_of(house)
    owner.send(f"{PAGE}/{key.key_id}/revoke", page=PAGE)
    account = Accounts(house.web).by_name("the owner")
    assert account is not None
    found = {
        entry.event.kind: entry.event.detail
        for entry in house.audit.entries()
        if entry.event.kind in {EventKind.KEY_CREATED, EventKind.KEY_REVOKED}
    }
    assert found == {
        EventKind.KEY_CREATED: f"key {key.key_id} for look SearchFaces on * badges,"
        f" by account {account.account_id}",
        EventKind.KEY_REVOKED: f"key {key.key_id}, by account {account.account_id}",
    }
    page = owner.get("/admin/events").text
    assert "Access key made" in page
    assert "by the owner" in page


def test_without_a_record_there_is_no_key(
    house: House, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it cannot be recorded that a key was made, none was."""
    token = token_in(owner.get(PAGE))

    def fail(_: object) -> None:
        raise AuditError("the disk is full")

    monkeypatch.setattr(house.audit, "append", fail)
    answer = owner.client.post(PAGE, data=FORM | {"csrf_token": token})
    assert answer.status_code == 500
    assert keys_of(house) == ()


def test_the_lines_of_python(owner: Browser) -> None:
    """The lines on the page make a client of boto3 that asks this very address."""
    answer = make(owner)
    lines = html.unescape(re.search(r"<code>(import boto3.*?)</code>", answer.text, re.DOTALL)[1])  # type: ignore[index]
    built: dict[str, Any] = {}
    exec(lines.replace("print(rekognition.list_collections())", ""), built)  # noqa: S102 - as a reader would
    client = built["rekognition"]
    assert client.meta.service_model.service_name == "rekognition"
    assert client.meta.endpoint_url == "http://localhost"
    assert client._request_signer._credentials.secret_key == secret_in(answer)


def test_the_certificate(house: House, owner: Browser) -> None:
    """Over TLS the lines name the appliance's certificate, and the page says how to fetch it."""
    token = token_in(owner.get(PAGE))
    answer = owner.client.post(
        PAGE,
        data=FORM | {"csrf_token": token},
        base_url="https://localhost:8443",
        headers={"Referer": "https://localhost:8443/admin/keys", "Cookie": _cookie(owner)},
    )
    text = html.unescape(answer.text)
    assert 'endpoint_url="https://localhost:8443"' in text
    assert 'verify="ostiary.pem"' in text
    assert "openssl s_client -connect localhost:8443" in text


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie("ostiary")
    assert cookie is not None
    return f"ostiary={cookie.value}"


def test_revoking(house: House, owner: Browser) -> None:
    """A revoked key stays on the list, marked, and without a button."""
    make(owner)
    (key,) = keys_of(house)
    path = f"{PAGE}/{key.key_id}/revoke"
    assert owner.send(path, page=PAGE).status_code == 302
    assert AccessKeys(house.web).secret_of(key.key_id) is None
    page = owner.get(PAGE).text
    assert "is revoked; its next request is refused" in page
    assert path not in page
    assert owner.send(f"{PAGE}/AKOSAAAAAAAAAAAAAAAA/revoke", page=PAGE).status_code == 404


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/AKOSAAAAAAAAAAAAAAAA/revoke"])
def test_a_form_of_another_site(house: House, owner: Browser, path: str) -> None:
    """Without the token of the page no key is made or revoked."""
    assert owner.client.post(path, data=FORM).status_code == 400
    assert keys_of(house) == ()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ENROLLER, Role.AUDITOR])
def test_others(house: House, role: Role) -> None:
    """Nobody but an owner sees the page, or a way to it."""
    browser = house.signed_in(role)
    assert browser.get(PAGE).status_code == 403
    assert PAGE not in browser.get("/admin/people").text


def test_collections(house: House, owner: Browser) -> None:
    """Ticked and typed ones together, with blanks or commas between them."""
    collections = Collections(house.database)
    model = collections.describe("badges")
    collections.create("visitors", model=model.model, dimension=model.dimension)
    assert 'name="collection" value="visitors"' in owner.get(PAGE).text
    make(owner, reach="only", collection=["visitors"], more=" staff-*, contractors ")
    assert keys_of(house)[0].collections == ("visitors", "staff-*", "contractors")


def test_the_doors_own(house: House, owner: Browser) -> None:
    """The door's own collection has a box and a warning of its own, and is marked on the list."""
    page = owner.get(PAGE).text
    assert 'name="collection" value="badges"' not in page
    assert "can let people into the" in page
    make(owner, door="yes")
    (key,) = keys_of(house)
    assert key.reaches("badges", door="badges")
    assert '<span class="tag alarm">the door\'s own</span>' in owner.get(PAGE).text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"label": " "}, "1 to 80 printable characters"),
        ({"may": None}, "may do nothing"),
        ({"may": "DetectLabels"}, "'DetectLabels' is nothing"),
        ({"reach": "only"}, "would reach no collection"),
        ({"reach": "only", "more": "a/b"}, "'a/b' names no collection"),
        ({"more": "staff"}, "every collection is chosen"),
        ({"reach": "only", "more": "badges"}, "badges is the door's own collection"),
        ({"reach": "only", "collection": "badges"}, "badges is the door's own collection"),
    ],
)
def test_forms_that_make_no_key(
    house: House, owner: Browser, told: dict[str, object], words: str
) -> None:
    """What is wrong is said, what was filled in is still there, and no key is made."""
    answer = make(owner, **told)
    assert answer.status_code == 400
    assert words in html.unescape(answer.text)
    assert 'value="Reception desk"' in answer.text or "label" in told
    assert "aws_secret_access_key" not in answer.text
    assert keys_of(house) == ()


def test_who_made_it(house: House, owner: Browser) -> None:
    """The maker is named: an account while there is one, or who typed the command."""
    make(owner)
    assert "by the owner" in owner.get(PAGE).text
    house.web.execute("UPDATE access_keys SET created_by = ?", (str(uuid4()),))
    assert "by a removed account" in owner.get(PAGE).text
    house.web.execute("UPDATE access_keys SET created_by = 'root'")
    assert "by root" in owner.get(PAGE).text
