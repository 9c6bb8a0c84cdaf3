from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from edge.audit import EventKind
from enroll.accounts import Accounts, Role
from tests.enroll.conftest import PASSWORD, House


def failed(house: House, name: str, times: int) -> list[int]:
    """Try *times* to sign in with a wrong password; return the statuses."""
    browser = house.browser()
    return [browser.sign_in(name, "wrong password 123").status_code for _ in range(times)]


def test_right_password(house: House) -> None:
    """Name and password open the pages, the name in any case."""
    house.account("Ada", Role.MANAGER)
    browser = house.browser()
    assert browser.sign_in("ADA").headers["Location"] == "/"
    assert "People" in browser.get("/admin/people").text


def test_back_to_where_one_wanted(house: House) -> None:
    """After signing in one gets the page one had asked for."""
    house.account("Ada", Role.MANAGER)
    browser = house.browser()
    assert browser.get("/admin/people?q=x").headers["Location"] == "/sign-in"
    assert browser.sign_in("Ada").headers["Location"] == "/admin/people?q=x"


@pytest.mark.parametrize("address", ["//evil.example/", "/\\evil.example"])
def test_never_to_another_site(house: House, address: str) -> None:
    """A crafted first address does not send anybody elsewhere after signing in."""
    house.account("Ada", Role.MANAGER)
    browser = house.browser()
    browser.get("/", environ_overrides={"PATH_INFO": address})
    assert browser.sign_in("Ada").headers["Location"] == "/"


def test_the_answer_does_not_tell_who_exists(house: House) -> None:
    """A wrong name and a wrong password read the same, byte for byte but for the tokens."""
    house.account("Ada", Role.MANAGER)
    answers = []
    for name in ("Ada", "Eve"):
        browser = house.browser()
        answer = browser.sign_in(name, "wrong password 123")
        assert answer.status_code == 401
        text = "\n".join(line for line in answer.text.splitlines() if "csrf_token" not in line)
        answers.append(text.replace(f'value="{name}"', ""))
    assert answers[0] == answers[1]
    assert "The name or the password is wrong." in answers[0]


@pytest.mark.parametrize("name", ["Ada", "Nobody"])
def test_lock_out(house: House, name: str) -> None:
    """After five failures even the right password must wait, whether the account exists or not."""
    house.account("Ada", Role.MANAGER)
    assert failed(house, name, 6) == [401] * 5 + [429]

    answer = house.browser().sign_in(name)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert "30 seconds" in answer.text


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(house: House) -> None:
    """Each further failure doubles the wait."""
    failed(house, "Ada", 5)
    waits = []
    for _ in range(7):
        answer = house.browser().sign_in("Ada")
        waits.append(int(answer.headers["Retry-After"]))
        house.clock.forward(seconds=waits[-1])
        assert failed(house, "Ada", 1) == [401]
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_waiting_attempts_do_not_lengthen_the_wait(house: House) -> None:
    """What is refused without being checked counts for nothing."""
    house.account("Ada", Role.MANAGER)
    failed(house, "Ada", 50)
    house.clock.forward(seconds=30)
    assert house.browser().sign_in("Ada").status_code == 302


def test_lock_out_survives_a_new_spelling(house: House) -> None:
    """Case, width and blanks make no new account to guess at."""
    failed(house, "Ada", 5)
    for name in ("ADA", " ada ", "\N{FULLWIDTH LATIN CAPITAL LETTER A}da"):
        assert failed(house, name, 1) == [429]


def test_lock_out_by_address(house: House) -> None:
    """One address cannot try one password on every name."""
    browser = house.browser()
    statuses = [
        browser.sign_in(f"name {number}", "wrong password 123").status_code for number in range(21)
    ]
    assert statuses == [401] * 20 + [429]


def test_success_does_not_wash_an_address_clean(house: House) -> None:
    """Signing in to one's own account between guesses does not reset the address."""
    house.account("Ada", Role.MANAGER)
    for number in range(19):
        failed(house, f"name {number}", 1)
    assert house.browser().sign_in("Ada").status_code == 302
    failed(house, "name 20", 1)
    assert failed(house, "name 21", 1) == [429]


def test_success_forgets_an_account_s_failures(house: House) -> None:
    """Who mistypes four times a day is never locked out."""
    house.account("Ada", Role.MANAGER)
    for _ in range(3):
        failed(house, "Ada", 4)
        assert house.browser().sign_in("Ada").status_code == 302


def test_a_clock_set_back_locks_out_no_longer(house: House) -> None:
    """A computer without a clock of its own, back in 1970, still lets its owner in soon."""
    house.account("Ada", Role.MANAGER)
    failed(house, "Ada", 5)
    house.clock.forward(days=-20_000)
    assert int(house.browser().sign_in("Ada").headers["Retry-After"]) <= 900


def test_failures_are_recorded_by_id(house: House) -> None:
    """The audit tells of failures, by account id and never by what was typed."""
    account = house.account("Ada", Role.MANAGER)
    failed(house, "Ada", 7)
    failed(house, "my secret password", 1)
    events = [entry.event for entry in house.audit.entries()]
    assert [event.kind for event in events] == [EventKind.SIGN_IN_REFUSED] * 6
    assert [event.detail for event in events] == [f"account {account.account_id}"] * 5 + [
        "account unknown"
    ]


def test_absurd_passwords_are_only_wrong(house: House) -> None:
    """Very long and strange passwords are refused like any other."""
    house.account("Ada", Role.MANAGER)
    for password in ("", "x" * 50_000, "\x00", "\ud7ff\u0000é"):
        assert house.browser().sign_in("Ada", password).status_code == 401


def test_weaker_hashes_are_renewed(house: House) -> None:
    """When the parameters grow, signing in hashes the password anew."""
    account = house.account("Ada", Role.MANAGER)
    other = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    accounts = Accounts(house.web)
    accounts.set_password_hash(account.account_id, other)
    for _ in range(2):
        assert house.browser().sign_in("Ada").status_code == 302
        (account,) = accounts.list()
        assert "m=8,t=1,p=1" in account.password_hash
