from __future__ import annotations

from edge.storage.times import to_text
from enroll.accounts import Accounts, Invitations, Role
from tests.enroll.conftest import PASSWORD, House

FORM = {"name": "Grace", "password": PASSWORD, "again": PASSWORD}


def link(house: House, role: Role = Role.OWNER) -> str:
    """Return the path of a fresh set-up link."""
    return f"/set-up/{Invitations(house.web).issue(role, now=house.clock())}"


def test_the_link_makes_an_owner_who_is_signed_in(house: House) -> None:
    """Who opens the link and chooses name and password may at once do everything."""
    browser = house.browser()
    answer = browser.send(link(house), FORM)
    assert answer.status_code == 302
    assert browser.get("/admin/accounts").status_code == 200
    (account,) = Accounts(house.web).list()
    assert (account.name, account.role) == ("Grace", Role.OWNER)


def test_the_role_is_the_invitation_s(house: House) -> None:
    """A form cannot make itself a greater role than the link is for."""
    browser = house.browser()
    browser.send(link(house, Role.AUDITOR), FORM | {"role": "owner"})
    assert Accounts(house.web).list()[0].role is Role.AUDITOR


def test_it_works_once(house: House) -> None:
    """A used link makes no second account."""
    path = link(house)
    house.browser().send(path, FORM)
    other = house.browser()
    assert other.get(path).status_code == 404
    answer = other.send(path, FORM | {"name": "Mallory"}, page="/sign-in")
    assert answer.status_code == 404
    assert len(Accounts(house.web).list()) == 1


def test_looking_does_not_use_it_up(house: House) -> None:
    """A mail program that follows the link first spoils nothing."""
    path = link(house)
    for _ in range(3):
        assert house.browser().get(path).status_code == 200
    assert house.browser().send(path, FORM).status_code == 302


def test_it_expires(house: House) -> None:
    """After a day the link is dead."""
    path = link(house)
    house.clock.forward(hours=24, seconds=1)
    assert house.browser().get(path).status_code == 404


def test_a_guessed_link_is_nothing(house: House) -> None:
    """Without a valid token there is no form."""
    assert house.browser().get("/set-up/AAAA").status_code == 404


def test_the_token_is_not_stored(house: House) -> None:
    """Neither the link nor the password can be read from the accounts' database."""
    path = link(house)
    house.browser().send(path, FORM)
    house.web.execute("INSERT INTO invitations VALUES ('x', 'owner', ?)", (to_text(house.clock()),))
    token = path.rsplit("/", 1)[1]
    tables = ("accounts", "sessions", "invitations", "attempts")
    kept = repr([house.web.rows(f"SELECT * FROM {table}") for table in tables])  # noqa: S608 - constants
    assert token not in kept
    assert PASSWORD not in kept


def test_bad_forms_use_nothing_up(house: House) -> None:
    """A weak, mistyped or name-like password is refused, and the link still works."""
    path, browser = link(house), house.browser()
    for change, reason in (
        ({"again": "something else"}, "differ"),
        ({"password": "short", "again": "short"}, "12 to 256"),
        ({"password": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "repeats"),
        ({"password": "grace-is-at-home", "again": "grace-is-at-home"}, "contain the name"),
        ({"name": " "}, "1 to 80 printable"),
        ({"name": "a\x00b"}, "1 to 80 printable"),
    ):
        answer = browser.send(path, FORM | change)
        assert answer.status_code == 422
        assert reason in answer.text
    assert browser.send(path, FORM).status_code == 302


def test_a_taken_name_uses_nothing_up(house: House) -> None:
    """Two people cannot have one name, however it is written."""
    house.account("Grace", Role.ENROLLER)
    path, browser = link(house), house.browser()
    answer = browser.send(path, FORM | {"name": "  GRACE "})
    assert answer.status_code == 422
    assert "is taken" in answer.text
    assert browser.send(path, FORM | {"name": "Hopper"}).status_code == 302
