"""What every answer and every form has, whatever the page."""

from __future__ import annotations

import re

import pytest

from enroll.accounts import Role
from tests.enroll.conftest import Browser, House, token_in

PAGES = (
    "/sign-in",
    "/admin/people",
    "/admin/people/enroll",
    "/admin/accounts",
    "/admin/password",
    "/nowhere",
    "/static/ostiary.css",
)


@pytest.fixture
def owner(house: House) -> Browser:
    """Sign an owner in."""
    return house.signed_in(Role.OWNER)


def test_headers(owner: Browser) -> None:
    """Every answer, errors too, forbids frames, sniffing, foreign parts and keeping."""
    for path in PAGES:
        headers = owner.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        keeps = "no-cache" if path.startswith("/static") else "no-store"
        assert headers["Cache-Control"] == keeps
        assert "Strict-Transport-Security" not in headers  # nothing would answer there


def test_nothing_inline(owner: Browser) -> None:
    """No page has anything that its own policy would have to forbid."""
    for path in PAGES[:-1]:
        text = owner.get(path).text
        assert not re.search(
            r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=|javascript:", text
        )
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", text)


def test_forms_without_their_token(owner: Browser) -> None:
    """A form that another site sends in one's name is refused, with advice."""
    for path in ("/sign-out", "/admin/people/enroll", "/admin/accounts/invite", "/admin/password"):
        for token in (None, "", "forged", "ImFiYyI.aaaaaa.bbbbbbbbbbbbbbbbbbb"):
            data = {"role": "owner"} | ({} if token is None else {"csrf_token": token})
            answer = owner.client.post(path, data=data, content_type="multipart/form-data")
            assert answer.status_code == 400
            assert "reload the page" in answer.text
    assert owner.get("/admin/people").status_code == 200


def test_the_token_of_another_session(house: House, owner: Browser) -> None:
    """A token that somebody got for herself is worth nothing in another's session."""
    mine = re.search(r'csrf_token" value="([^"]+)', house.browser().get("/sign-in").text)
    assert mine is not None
    answer = owner.client.post("/sign-out", data={"csrf_token": mine[1]})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.0.2.1:8080"])
def test_other_names(house: House, host: str) -> None:
    """Under a name of another site nothing is answered (DNS rebinding)."""
    for path in ("/sign-in", "/admin/people", "/nowhere"):
        answer = house.browser().get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "Sign in" not in answer.text


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_own_names(house: House, host: str) -> None:
    """Under the names of this machine the pages answer."""
    assert house.browser().get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nowhere", 404, "nothing here"),
        ("GET", "/admin/people/00000000-0000-0000-0000-000000000000", 404, "nothing here"),
        ("GET", "/admin/people/1", 404, "nothing here"),
        ("GET", "/admin/people?cursor=gone", 404, "nothing here"),
        ("PUT", "/sign-in", 405, "buttons"),
    ],
)
def test_problems(owner: Browser, method: str, path: str, status: int, words: str) -> None:
    """What cannot be done is explained, with a way on."""
    answer = owner.client.open(path, method=method)
    assert answer.status_code == status
    assert words in answer.text
    assert 'href="/"' in answer.text


def test_our_own_faults_tell_nothing(
    house: House, owner: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """When the database fails, the page names a number of the log and nothing of the inside."""
    house.database.close()
    answer = owner.get("/admin/people")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "collection.db" not in answer.text
    number = re.search(r"number ([0-9a-f]{8})", answer.text)
    assert number is not None
    assert number[1] in caplog.text


def test_secure_cookies_over_tls(house: House) -> None:
    """Served over TLS, the cookie travels no other way and belongs to this host alone."""
    house.app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-ostiary")
    cookie = house.browser().get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-ostiary=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("head", ["form-data", "form-data; filename=a.jpg", "attachment"])
def test_fields_without_a_name_are_refused(owner: Browser, head: str) -> None:
    """A form that no browser sends is told so: it is no fault of ours, and stores nothing."""
    token = token_in(owner.get("/admin/people/enroll"))
    body = f"--x\r\nContent-Disposition: {head}\r\n\r\nAda\r\n--x--\r\n".encode()
    for path in ("/sign-in", "/admin/people/enroll", "/admin/people/import"):
        answer = owner.client.post(
            path,
            data=body,
            content_type="multipart/form-data; boundary=x",
            headers={"X-CSRFToken": token},
        )
        assert 400 <= answer.status_code < 500
