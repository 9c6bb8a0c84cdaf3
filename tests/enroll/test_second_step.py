"""The second step of signing in."""

from __future__ import annotations

import re

import pyotp
import pytest

from edge.audit import EventKind
from enroll.accounts import Accounts, Role
from enroll.second_step import RECOVERY_CODES, SecondSteps
from enroll.throttle import ACCOUNT_PATIENCE
from tests.enroll.conftest import PASSWORD, Browser, House

PATH = "/admin/second-step"
HERE = "/admin/people"
NAME = "the manager"


def set_up(house: House, browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """Turn the second step on; return the app and the recovery codes."""
    browser.send(f"{PATH}/begin", page=PATH)
    page = browser.get(PATH).text
    secret = re.search(r'<code class="link">(\w+)</code>', page)
    assert secret is not None
    assert "<svg" in page
    app = pyotp.TOTP(secret[1])
    form = {"password": PASSWORD, "code": app.at(house.clock())}
    answer = browser.send(f"{PATH}/confirm", form, page=PATH)
    assert answer.status_code == 200, answer.text
    return app, re.findall(r"<li><code>([a-z2-7-]+)</code></li>", answer.text)


@pytest.fixture
def app(house: House) -> pyotp.TOTP:
    """Give a manager a second step; half a minute later her first code is spent."""
    app, _ = set_up(house, house.signed_in(Role.MANAGER))
    house.clock.forward(minutes=1)
    return app


def asked(house: House) -> Browser:
    """Give the right password, and no code yet."""
    browser = house.browser()
    answer = browser.sign_in(NAME)
    assert answer.headers["Location"] == "/sign-in/code"
    return browser


def test_password_and_code(house: House, app: pyotp.TOTP) -> None:
    """After the password a code is asked for; with it one gets where one wanted."""
    browser = house.browser()
    browser.get(f"{HERE}?q=x")
    browser.sign_in(NAME)
    answer = browser.send("/sign-in/code", {"code": app.at(house.clock())})
    assert answer.headers["Location"] == f"{HERE}?q=x"
    assert browser.get(HERE).status_code == 200
    event = list(house.audit.entries())[-1].event
    assert (event.kind, event.reason) == (EventKind.SIGN_IN, "SECOND_STEP")


def test_the_password_alone_opens_nothing(house: House, app: pyotp.TOTP) -> None:
    """Between password and code nobody is signed in, and nothing says so in the record."""
    browser = asked(house)
    assert browser.get(HERE).status_code == 302
    assert browser.get("/sign-in/code").status_code == 200
    kinds = [entry.event.kind for entry in house.audit.entries()]
    assert kinds.count(EventKind.SIGN_IN) == 1  # the one before it was turned on


def test_no_code_without_the_password(house: House, app: pyotp.TOTP) -> None:
    """A code alone leads back to the beginning."""
    browser = house.browser()
    assert browser.get("/sign-in/code").headers["Location"] == "/sign-in"
    answer = browser.send("/sign-in/code", {"code": app.at(house.clock())}, page="/sign-in")
    assert answer.headers["Location"] == "/sign-in"
    assert browser.get(HERE).status_code == 302


def test_a_code_works_once(house: House, app: pyotp.TOTP) -> None:
    """A code that somebody looked at over a shoulder is spent."""
    code = {"code": app.at(house.clock())}
    assert asked(house).send("/sign-in/code", code).status_code == 302
    assert asked(house).send("/sign-in/code", code).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(-30, 302), (30, 302), (-90, 401), (90, 401)])
def test_clocks_differ(house: House, app: pyotp.TOTP, seconds: int, status: int) -> None:
    """Half a minute early or late is good, more is not."""
    code = app.at(int(house.clock().timestamp()) + seconds)
    assert asked(house).send("/sign-in/code", {"code": code}).status_code == status


def test_guessing_is_slow(house: House, app: pyotp.TOTP) -> None:
    """After five wrong codes one must wait, and giving the password again does not help."""
    browser = asked(house)
    statuses = [browser.send("/sign-in/code", {"code": "000000"}).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    again = asked(house)
    assert again.send("/sign-in/code", {"code": "000000"}).status_code == 429
    refused = [
        entry.event.reason
        for entry in house.audit.entries()
        if entry.event.kind is EventKind.SIGN_IN_REFUSED
    ]
    assert refused == ["WRONG_CODE"] * ACCOUNT_PATIENCE.free


def test_the_code_is_due_in_five_minutes(house: House, app: pyotp.TOTP) -> None:
    """Whoever walks away begins again."""
    browser = asked(house)
    house.clock.forward(minutes=6)
    assert browser.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_no_fixed_session(house: House, app: pyotp.TOTP) -> None:
    """What the browser holds before the code is worth nothing after it."""
    browser = asked(house)
    before = browser.client.get_cookie("ostiary")
    assert before is not None
    assert browser.send("/sign-in/code", {"code": app.at(house.clock())}).status_code == 302
    thief = house.browser()
    thief.client.set_cookie("ostiary", before.value)
    assert thief.get(HERE).status_code == 302
    assert thief.get("/sign-in/code").status_code == 302


def test_recovery_codes(house: House) -> None:
    """Each signs in once, however it is written; only hashes are stored."""
    _, codes = set_up(house, house.signed_in(Role.MANAGER))
    assert len(set(codes)) == RECOVERY_CODES
    spaced = codes[0].upper().replace("-", " ")
    assert asked(house).send("/sign-in/code", {"code": spaced}).status_code == 302
    assert asked(house).send("/sign-in/code", {"code": codes[0]}).status_code == 401
    assert asked(house).send("/sign-in/code", {"code": codes[1]}).status_code == 302
    stored = house.web.rows("SELECT code_hash FROM recovery_codes")
    assert len(stored) == RECOVERY_CODES - 2
    assert not {code.replace("-", "") for code in codes} & {row[0] for row in stored}


def test_new_recovery_codes_replace_the_old(house: House) -> None:
    """New codes cost the password, and the old ones are worth nothing."""
    browser = house.signed_in(Role.MANAGER)
    _, codes = set_up(house, browser)
    wrong = browser.send(f"{PATH}/recovery-codes", {"password": "wrong"}, page=PATH)
    assert wrong.status_code == 422
    page = browser.send(f"{PATH}/recovery-codes", {"password": PASSWORD}, page=PATH).text
    new = re.findall(r"<li><code>([a-z2-7-]+)</code></li>", page)
    assert asked(house).send("/sign-in/code", {"code": codes[0]}).status_code == 401
    assert asked(house).send("/sign-in/code", {"code": new[0]}).status_code == 302


def test_turning_it_on_needs_password_and_code(house: House) -> None:
    """An unattended screen does not lock its owner out."""
    browser = house.signed_in(Role.MANAGER)
    browser.send(f"{PATH}/begin", page=PATH)
    account = Accounts(house.web).by_name(NAME)
    assert account is not None
    pending = SecondSteps(house.web).pending(account, site="x")
    assert pending is not None
    code = pyotp.TOTP(pending[0]).at(house.clock())
    for form in ({"password": "wrong", "code": code}, {"password": PASSWORD, "code": "000000"}):
        assert browser.send(f"{PATH}/confirm", form, page=PATH).status_code == 422
    assert house.browser().sign_in(NAME).headers["Location"] == "/"


def test_turning_it_on_ends_other_sessions(house: House) -> None:
    """Whoever was signed in with the password alone has to come again."""
    elsewhere = house.signed_in(Role.MANAGER)
    here = house.browser()
    here.sign_in(NAME)
    set_up(house, here)
    assert here.get(HERE).status_code == 200
    assert elsewhere.get(HERE).status_code == 302


def test_turning_it_off(house: House) -> None:
    """The password turns it off, and then signs in alone."""
    browser = house.signed_in(Role.MANAGER)
    set_up(house, browser)
    assert browser.send(f"{PATH}/begin", page=PATH).status_code == 409
    assert browser.send(f"{PATH}/off", {"password": "wrong"}, page=PATH).status_code == 422
    assert browser.send(f"{PATH}/off", {"password": PASSWORD}, page=PATH).status_code == 302
    assert house.browser().sign_in(NAME).headers["Location"] == "/"
    kinds = [entry.event.kind for entry in house.audit.entries()]
    assert kinds[1:3] == [EventKind.SECOND_STEP_ON, EventKind.SECOND_STEP_OFF]


def test_an_owner_helps_out(house: House, app: pyotp.TOTP) -> None:
    """Who lost everything is let in by an owner, and by nobody else."""
    account = Accounts(house.web).by_name(NAME)
    assert account is not None
    path = f"/admin/accounts/{account.account_id}/second-step-off"
    enroller = house.signed_in(Role.ENROLLER)
    assert enroller.send(path, page="/admin/people").status_code == 403
    owner = house.signed_in(Role.OWNER)
    assert "second step</span>" in owner.get("/admin/accounts").text
    assert owner.send(path, page="/admin/accounts").status_code == 302
    assert house.browser().sign_in(NAME).headers["Location"] == "/"


def test_an_account_takes_its_second_step_along(house: House, app: pyotp.TOTP) -> None:
    """Nothing of a removed account is left."""
    owner = house.signed_in(Role.OWNER)
    account = Accounts(house.web).by_name(NAME)
    assert account is not None
    asked(house)
    owner.send(f"/admin/accounts/{account.account_id}/remove", page="/admin/accounts")
    for table in ("second_steps", "recovery_codes", "half_signed_in"):
        assert house.web.rows(f"SELECT * FROM {table}") == []  # noqa: S608 - three constants
