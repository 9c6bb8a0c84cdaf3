from __future__ import annotations

from enroll.accounts import Role
from tests.enroll.conftest import House

PAGE = "/admin/people"


def test_the_cookie(house: House) -> None:
    """Scripts cannot read it, other sites cannot use it, and it ends with the browser."""
    house.account("Ada", Role.MANAGER)
    cookie = house.browser().sign_in("Ada").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Expires" not in cookie


def test_a_new_session_at_sign_in(house: House) -> None:
    """A session that somebody planted before is worth nothing afterwards."""
    house.account("Ada", Role.MANAGER)
    browser = house.browser()
    browser.get("/sign-in")
    planted = browser.client.get_cookie("ostiary")
    browser.sign_in("Ada")
    fresh = browser.client.get_cookie("ostiary")
    assert planted is not None
    assert fresh is not None
    assert fresh.value != planted.value

    thief = house.browser()
    thief.client.set_cookie("ostiary", planted.value)
    assert thief.get(PAGE).status_code == 302


def test_signing_in_again_ends_the_old_session(house: House) -> None:
    """One browser has one session."""
    house.account("Ada", Role.MANAGER)
    browser = house.browser()
    browser.sign_in("Ada")
    old = browser.client.get_cookie("ostiary")
    browser.sign_in("Ada")
    assert old is not None
    thief = house.browser()
    thief.client.set_cookie("ostiary", old.value)
    assert thief.get(PAGE).status_code == 302


def test_signing_out_ends_it_on_the_server(house: House) -> None:
    """A cookie copied before signing out is worth nothing afterwards."""
    browser = house.signed_in(Role.MANAGER)
    copied = browser.client.get_cookie("ostiary")
    assert browser.send("/sign-out", page=PAGE).status_code == 302
    assert browser.get(PAGE).status_code == 302
    assert copied is not None
    thief = house.browser()
    thief.client.set_cookie("ostiary", copied.value)
    assert thief.get(PAGE).status_code == 302


def test_idle(house: House) -> None:
    """Half an hour away from the desk, and one signs in again."""
    browser = house.signed_in(Role.MANAGER)
    for _ in range(3):
        house.clock.forward(minutes=29)
        assert browser.get(PAGE).status_code == 200
    house.clock.forward(minutes=31)
    assert browser.get(PAGE).status_code == 302


def test_absolute(house: House) -> None:
    """After twelve hours one signs in again, however busy."""
    browser = house.signed_in(Role.MANAGER)
    for _ in range(36):
        house.clock.forward(minutes=20)
        assert browser.get(PAGE).status_code == 200
    house.clock.forward(minutes=1)
    assert browser.get(PAGE).status_code == 302


def test_a_forged_cookie(house: House) -> None:
    """A cookie that this installation has not signed is nobody's."""
    browser = house.browser()
    browser.client.set_cookie("ostiary", "eyJ0b2tlbiI6ImEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert browser.get(PAGE).status_code == 302


def test_removing_an_account_ends_its_sessions(house: House) -> None:
    """Who is removed is out with the next click."""
    browser = house.signed_in(Role.ENROLLER)
    house.web.execute("DELETE FROM accounts")
    assert browser.get(PAGE).status_code == 302


def test_a_new_password_ends_other_sessions(house: House) -> None:
    """Changing the password keeps this browser signed in and no other."""
    here = house.signed_in(Role.MANAGER)
    elsewhere = house.browser()
    elsewhere.sign_in("the manager")
    new = "seven grey herons wait"
    answer = here.send(
        "/admin/password",
        {"current": "quiet harbour nine lamps", "password": new, "again": new},
    )
    assert answer.status_code == 302
    assert here.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302
    assert house.browser().sign_in("the manager").status_code == 401
    assert house.browser().sign_in("the manager", new).status_code == 302


def test_the_current_password_is_asked_for(house: House) -> None:
    """An unattended screen does not give the account away, nor by guessing."""
    browser = house.signed_in(Role.MANAGER)
    new = "seven grey herons wait"
    form = {"current": "wrong", "password": new, "again": new}
    statuses = [browser.send("/admin/password", form).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
