"""Who may see what: a table over every address there is."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from edge.audit import EventKind
from edge.collection.collections import Collections
from edge.collection.people import NewPerson, People
from edge.domain import Badge
from enroll import auth
from enroll.accounts import Accounts, Role
from tests.enroll.conftest import Browser, House, upload

ALL = set(Role)
ENROLLING = ALL - {Role.AUDITOR}
ERASING = {Role.OWNER, Role.MANAGER}
READING = ALL - {Role.ENROLLER}
OWNING = {Role.OWNER}

PUBLIC = {
    "sign_in.show",
    "sign_in.sign_in",
    "sign_in.show_code",
    "sign_in.give_code",
    "sign_in.show_set_up",
    "sign_in.set_up",
    "liveness.show",
    "liveness.speak",
    "liveness.begin",
    "liveness.frame",
    "static",
}

SIGNED = {"rekognition.answer"}
"""Whoever asks there says by a signature who she is; no session counts."""

OBSERVING = {"observing.metrics", "observing.health", "observing.live"}
"""Whoever asks there must ask from this machine, or from where the settings say; nobody signs in."""

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}

ENDING = {"sign_in.sign_out", "kiosk.open_kiosk"}
"""Whoever is let in there is somebody else afterwards."""

ALLOWED = {
    "start": ALL,
    "sign_in.sign_out": ALL,
    "people.list_people": ALL,
    "people.show": ALL,
    "people.rows": ALL,
    "enrolling.show": ENROLLING,
    "enrolling.enroll": ENROLLING,
    "enrolling.show_photos": ENROLLING,
    "enrolling.take_photos": ENROLLING,
    "changing.show": ENROLLING,
    "changing.change": ENROLLING,
    "changing.suspend": ENROLLING,
    "changing.resume": ERASING,
    "badges.add": ENROLLING,
    "badges.revoke": ENROLLING,
    "badges.reinstate": ERASING,
    "badges.remove": ERASING,
    "merging.choose": ERASING,
    "merging.compare": ERASING,
    "merging.merge": ERASING,
    "merging.mark": ERASING,
    "merging.unmark": ERASING,
    "rights.change_groups": ERASING,
    "rights.show_pin": ENROLLING,
    "rights.set_pin": ENROLLING,
    "rights.erase_pin": ENROLLING,
    "rights.unlock_pin": ERASING,
    "rights.change_duress": ERASING,
    "muster.show": ALL,
    "muster.reset": ERASING,
    "rules.show": READING,
    "rules.apply": ERASING,
    "rules.discard": ERASING,
    "rules.history": READING,
    "rules.show_version": READING,
    "rules.revert": ERASING,
    "rule_items.show": ERASING,
    "rule_items.change": ERASING,
    "rule_items.remove": ERASING,
    "rule_items.show_site": ERASING,
    "rule_items.change_site": ERASING,
    "rule_preview.show": ERASING,
    "rule_preview.why": READING,
    "erasing.show": ERASING,
    "erasing.erase": ERASING,
    "erasing.show_sweep": ERASING,
    "erasing.sweep": ERASING,
    "exports.one": ERASING,
    "exports.everybody": ERASING,
    "imports.show": ERASING,
    "imports.progress": ERASING,
    "imports.begin": ERASING,
    "imports.run": ERASING,
    "imports.stop": ERASING,
    "imports.report": ERASING,
    "accounts.list_accounts": OWNING,
    "accounts.invite": OWNING,
    "accounts.remove": OWNING,
    "accounts.turn_second_step_off": OWNING,
    "keys.list_keys": OWNING,
    "keys.create": OWNING,
    "keys.revoke": OWNING,
    "kiosk.show": ENROLLING,
    "kiosk.open_kiosk": ENROLLING,
    "kiosk.speak": ENROLLING,
    "kiosk.begin": ENROLLING,
    "kiosk.leave": ENROLLING,
    "kiosk.alive": ENROLLING,
    "kiosk.frame": ENROLLING,
    "kiosk.badge": ENROLLING,
    "kiosk.save": ENROLLING,
    "events.show": READING,
    "events.export": READING,
    "events.signed_export": READING,
    "events.verify": READING,
    "system.show": READING,
    "system.check": READING,
    "system.backup": ERASING,
    "live.show": ERASING,
    "live.picture": ERASING,
    "live.state": ERASING,
    "live.unlock": ERASING,
    "live.command": ERASING,
    "live.answer": ERASING,
    "password.show": ALL,
    "password.change": ALL,
    "second_step.show": ALL,
    "second_step.begin": ALL,
    "second_step.confirm": ALL,
    "second_step.renew": ALL,
    "second_step.turn_off": ALL,
}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return endpoint, method and an address of every route."""
    adapter = app.url_map.bind("localhost")
    values = {
        "person_id": uuid4(),
        "other_id": uuid4(),
        "request_id": uuid4(),
        "account_id": uuid4(),
        "key_id": "AKOSAAAAAAAAAAAAAAAA",
        "token": "x",
        "session_id": uuid4(),
        "filename": "ostiary.css",
        "kind": "schedule",
        "version": 1,
    }
    return [
        (
            rule.endpoint,
            method,
            adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}),
        )
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def ask(browser: Browser, method: str, path: str) -> int:
    """Return the status of a request that would be accepted but for who asks."""
    if method == "GET":
        return browser.get(path).status_code
    return browser.send(path, page="/sign-in").status_code


def test_the_table_is_whole(house: House) -> None:
    """Every address is public by intention, asks for a signature, or is in the table of roles."""
    assert {endpoint for endpoint, _, _ in routes(house.app)} == (
        PUBLIC | SIGNED | OBSERVING | ALLOWED.keys()
    )


def test_nobody_signed_in(house: House) -> None:
    """Everything but signing in is denied to strangers; pages lead to the form."""
    for endpoint, method, path in routes(house.app):
        status = ask(house.browser(), method, path)
        if endpoint in PUBLIC:
            # 302: nobody owes a code; 401: the empty form; 404: no such link; 415: no picture
            assert status in {200, 302, 401, 404, 415}, endpoint
        elif endpoint in SIGNED:
            assert status == 400, endpoint
        elif endpoint in OBSERVING:
            # 503: no door is running here
            assert status in {200, 503}, endpoint
            assert house.browser().get(path, environ_overrides=ELSEWHERE).status_code == 403
        else:
            assert status == (302 if method == "GET" else 401), endpoint


@pytest.mark.parametrize("role", list(Role))
def test_each_role(house: House, role: Role) -> None:
    """Each role may do what the table says and is told 403 of everything else."""
    browser = house.signed_in(role)
    for endpoint, method, path in routes(house.app):
        if endpoint in PUBLIC or endpoint in ENDING:
            continue
        if endpoint in SIGNED:
            assert ask(browser, method, path) == 400, endpoint
            continue
        if endpoint in OBSERVING:
            # No account opens what the address does not.
            assert browser.get(path, environ_overrides=ELSEWHERE).status_code == 403, endpoint
            continue
        denied = ask(browser, method, path) == 403
        assert denied == (role not in ALLOWED[endpoint]), (endpoint, method)


def test_unmarked_views_stop_the_start(house: House) -> None:
    """Whoever forgets to say who may see a view cannot start the application."""
    house.app.view_functions["forgotten"] = lambda: "secret"
    with pytest.raises(RuntimeError, match="forgotten"):
        auth.refuse_unmarked(house.app)


def test_unmarked_views_are_shown_to_nobody(house: House) -> None:
    """A view that slips in later is denied to the owner, too."""
    house.app.url_map._remap = True
    house.app._got_first_request = False
    house.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = house.signed_in(Role.OWNER).get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_allow_needs_a_role() -> None:
    """Nobody writes `allow()` and means everybody."""
    with pytest.raises(ValueError, match="nobody"):
        auth.allow()


def test_people_of_another_collection(house: House) -> None:
    """Knowing the id of somebody in another collection shows, changes and erases nothing, anywhere."""
    collections, people = Collections(house.database), People(house.database)
    badges = collections.describe("badges")
    collections.create("others", model=badges.model, dimension=badges.dimension)
    stranger = people.enroll("others", NewPerson("Somebody"), badges=[Badge("1")])
    other = people.enroll("others", NewPerson("Somebody"))
    known = people.enroll("badges", NewPerson("Known"))
    people.mark_look_alikes(stranger.person_id, other.person_id, 99.5)
    before = people.get(stranger.person_id)
    browser = house.signed_in(Role.OWNER)
    form = {
        "name": "Somebody",
        "number": "1",
        "keep": known.person_id,
        "version": str(before.version),
        "photos": upload(b"x"),
    }
    tried = 0
    for rule in house.app.url_map.iter_rules():
        if "person_id" not in rule.arguments:
            continue
        pairs = [(stranger, other), (stranger, known)]
        if "other_id" in rule.arguments:
            pairs.append((known, stranger))
        for one, two in pairs:
            values = {"person_id": one.person_id, "other_id": two.person_id}
            path = house.app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments}
            )
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = (
                    browser.get(path)
                    if method == "GET"
                    else browser.send(path, form, page="/admin/people")
                )
                assert answer.status_code == 404, (method, path)
                assert "Somebody" not in answer.text
                tried += 1
    assert tried > 30
    assert people.get(stranger.person_id) == before


def test_no_role_but_the_invited_one(house: House) -> None:
    """Whatever an invited person sends along, she becomes what she was invited to be."""
    owner = house.signed_in(Role.OWNER)
    page = owner.send("/admin/accounts/invite", {"role": "auditor"}, page="/admin/accounts")
    path = page.text.split("http://localhost")[1].split("<")[0]
    guest = house.browser()
    form = {"name": "Guest", "password": "p q r s t u v", "again": "p q r s t u v"}
    guest.send(
        f"{path}?role=owner", form | {"role": "owner", "account_id": str(uuid4())}, page=path
    )
    account = Accounts(house.web).by_name("guest")
    assert account is not None
    assert account.role is Role.AUDITOR
    assert guest.get("/admin/accounts").status_code == 403


def test_inviting_and_removing(house: House) -> None:
    """An owner's link makes an account of the chosen role, and removing it ends it."""
    owner = house.signed_in(Role.OWNER)
    page = owner.send("/admin/accounts/invite", {"role": "auditor"}, page="/admin/accounts")
    path = page.text.split("http://localhost")[1].split("<")[0]
    guest = house.browser()
    guest.send(path, {"name": "Guest", "password": "p q r s t u v", "again": "p q r s t u v"})
    assert guest.get("/admin/people").status_code == 200

    account = Accounts(house.web).by_name("guest")
    assert account is not None
    assert account.role is Role.AUDITOR
    owner.send(f"/admin/accounts/{account.account_id}/remove", page="/admin/accounts")
    assert guest.get("/admin/people").status_code == 302
    kinds = [entry.event.kind for entry in house.audit.entries()]
    assert kinds[1:] == [
        EventKind.ACCOUNT_INVITED,
        EventKind.ACCOUNT_CREATED,
        EventKind.ACCOUNT_REMOVED,
    ]


def test_the_last_owner_stays(house: House) -> None:
    """Nobody can lock everybody out."""
    owner = house.signed_in(Role.OWNER)
    (account,) = Accounts(house.web).list()
    answer = owner.send(f"/admin/accounts/{account.account_id}/remove", page="/admin/accounts")
    assert answer.status_code == 409
    assert "last owner" in answer.text
    assert owner.get("/admin/accounts").status_code == 200


def test_an_invented_role(house: House) -> None:
    """There are no other roles to be had."""
    owner = house.signed_in(Role.OWNER)
    for role in ("", "god", "OWNER"):
        answer = owner.send("/admin/accounts/invite", {"role": role}, page="/admin/accounts")
        assert answer.status_code == 400
