"""Text that would be a command elsewhere, sent to every address in every field."""

from __future__ import annotations

import pytest
from flask import Flask
from markupsafe import escape

from edge.collection.people import Consent, NewPerson, People
from edge.domain import Badge
from enroll.accounts import Role
from tests.enroll.conftest import Browser, House, token_in

HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE people; -- ' OR 1=1 --",
    "{{ config }}{% raw %}%s%n../../../etc/passwd",
    "\x00\x1b[2J\r\nSet-Cookie: a=b\N{RIGHT-TO-LEFT OVERRIDE}\ud7ff\U0001f6aa",
    "9" * 400,
    "x"
    * 16_000,  # all fields together stay in the memory of the client, which spools more to a file
)

FIELDS = (
    "name", "external_id", "badge", "consent", "valid_from", "valid_until", "retention_until",
    "consent_text", "consent_on", "consent_method", "declined", "version", "number", "keep", "how",
    "somebody_else", "until", "role", "password", "again", "current", "code", "reason", "was_name",
    "label", "may", "reach", "collection", "more", "door",
)  # fmt: skip

QUESTIONS = (
    "q", "sort", "order", "state", "cursor", "person", "door", "reason", "kind", "since", "until",
    "after", "before", "who", "from", "to", "outcome",
)  # fmt: skip

ENDING = {"sign_in.sign_out", "kiosk.open_kiosk", "accounts.remove", "password.change"}
"""Whoever is let in there is somebody else afterwards."""


@pytest.fixture
def owner(house: House) -> Browser:
    """Sign in somebody whom nothing is denied."""
    return house.signed_in(Role.OWNER)


def is_no_fault(path: str, status: int) -> bool:
    """Tell whether *status* is an answer; no door is running here, and health says so."""
    return status < 500 or (path.partition("?")[0], status) == ("/health", 503)


def addresses(app: Flask, method: str, values: dict[str, str]) -> list[str]:
    """Return every address of *method* that *values* are enough for."""
    adapter = app.url_map.bind("localhost")
    return sorted(
        adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
        and rule.arguments <= values.keys()
        and rule.endpoint not in ENDING
        and not rule.endpoint.startswith(("kiosk.", "live."))
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_every_form(house: House, owner: Browser, text: str) -> None:
    """No field of any form breaks a page, or comes back as anything but text."""
    people = People(house.database)
    kept = people.enroll("badges", NewPerson("Ada"), badges=[Badge("1")])
    other = people.enroll("badges", NewPerson("Eve"))
    values = {"person_id": kept.person_id, "other_id": other.person_id, "token": "x", "key_id": "x"}
    token = {"csrf_token": token_in(owner.get("/admin/people/enroll"))}
    form = dict.fromkeys(FIELDS, text) | token
    for path in addresses(house.app, "POST", values):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            answer = owner.client.post(path, data=form, content_type=kind)
            assert is_no_fault(path, answer.status_code), path
            assert "open for too long" not in answer.text, path  # the token was taken
            assert text not in answer.text or escape(text) == text, path
            assert "Set-Cookie: a" not in str(answer.headers)
    assert {person.person_id for person in people.list("badges")} == {
        kept.person_id,
        other.person_id,
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_every_address(house: House, owner: Browser, text: str) -> None:
    """No question in any address breaks a page, or comes back as anything but text."""
    person = People(house.database).enroll("badges", NewPerson("Ada"))
    values = {"person_id": person.person_id, "other_id": person.person_id, "token": text[:99]}
    # One nonsense may hide the next, so some are asked alone.
    for names in (QUESTIONS, ("q",), ("cursor",), ("before",)):
        question = dict.fromkeys(names, text[:2_000])
        for path in addresses(house.app, "GET", values):
            answer = owner.get(path, query_string=question)
            assert is_no_fault(path, answer.status_code), (path, names)
            assert text not in answer.text or escape(text) == text, (path, names)


@pytest.mark.parametrize("text", HOSTILE[:4])
def test_every_page_about_a_person(house: House, owner: Browser, text: str) -> None:
    """What got into the database by another way is text on every page, too."""
    at = house.clock()
    told = text.replace("\x00", "")[:90]
    told = "".join(letter for letter in told if letter.isprintable()) or "x"
    people = People(house.database)
    person = people.enroll(
        "badges",
        NewPerson(told, external_id=told, consent=Consent(told, at, told), retention_until=at),
        badges=[Badge(told[:60])],
    )
    other = people.enroll("badges", NewPerson(told))
    people.mark_look_alikes(person.person_id, other.person_id, 99.5)
    values = {"person_id": person.person_id, "other_id": other.person_id}
    for path in addresses(house.app, "GET", values):
        answer = owner.get(path)
        assert is_no_fault(path, answer.status_code), path
        if answer.mimetype == "text/html":
            assert told not in answer.text or escape(told) == told, path
