"""The events: found, counted, taken along, verified; nothing in them becomes a script or formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from edge.audit import AuditEvent, EventKind
from edge.audit.offline import verify_export
from edge.collection.people import NewPerson, People
from edge.desk import Answer
from edge.domain import Reason
from enroll.accounts import Role
from enroll.admin.event_words import KINDS, REASONS
from enroll.admin.events import PAGE
from tests.enroll.conftest import House

EVIL = '<script>alert("x")</script>'


def record(house: House, count: int = 1, **values: object) -> None:
    """Record decisions, a minute apart, the last of them now."""
    event = {"kind": EventKind.DECISION, "door": "front", "outcome": "grant", "reason": "MATCH"}
    for number in reversed(range(count)):
        at = house.clock() - timedelta(minutes=number)
        house.audit.append(AuditEvent(**(event | {"at": at} | values)))  # type: ignore[arg-type]


def rows_of(page: str) -> int:
    """Return how many events a page lists."""
    return page.count('title="Entry ')


def test_filters(house: House) -> None:
    """By person, door, reason, kind and day; the person by name, badge or id, while she is there."""
    ada = People(house.database).enroll("badges", NewPerson(name="Ada Lovelace"))
    gone = str(uuid4())
    browser = house.signed_in(Role.AUDITOR)
    record(house, 2, person_id=ada.person_id)
    record(house, door="back", outcome="deny", reason="BADGE_EXPIRED", person_id=gone)
    record(house, outcome="deny", reason="NO_MATCH", at=house.clock() - timedelta(days=20))

    def found(query: str) -> int:
        answer = browser.get(f"/admin/events?{query}")
        assert answer.status_code == 200
        return rows_of(answer.text)

    assert found("kind=decision") == 3  # within a week
    assert found("kind=decision&since=") == 4
    assert found("who=lovelace") == 2
    assert found(f"who={ada.person_id}") == 2
    assert found(f"who={gone}") == 0
    assert found("who=nobody") == 0
    assert found("door=back") == 1
    assert found("reason=NO_MATCH&since=") == 1
    assert found("since=2026-10-01&until=2026-10-20") == 1
    assert found("kind=sign-in") == 1
    assert found("kind=nonsense&reason=MATCH") == 2


def test_a_day_that_is_none(house: House) -> None:
    """A mistyped day is told, and the page is there all the same."""
    answer = house.signed_in(Role.OWNER).get("/admin/events?since=yesterday")
    assert answer.status_code == 422
    assert "is no day" in answer.text


def test_pages(house: House) -> None:
    """Fifty at a time; the filter goes along."""
    browser = house.signed_in(Role.OWNER)
    record(house, PAGE + 7)
    first = browser.get("/admin/events?kind=decision").text
    assert rows_of(first) == PAGE
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(link).text
    assert rows_of(second) == 7
    assert 'rel="next"' not in second


def test_charts_count_what_is_shown(house: House) -> None:
    """Each number is in the drawing and in the table; the drawing has no inline script or style."""
    browser = house.signed_in(Role.OWNER)
    record(house, 3, similarity=99.95)
    record(house, 2, outcome="deny", reason="LOW_QUALITY", similarity=42.0)
    page = browser.get("/admin/events").text
    day = f"{house.clock().astimezone():%-d %b %Y}"
    assert f"{day}: 3 let in" in page
    assert f"{day}: 2 turned away" in page
    assert "not seen well enough: 2" in page
    assert "99.94 to 100 %: 3 let in" in page
    assert page.count("<svg") == 3
    assert " style=" not in page
    assert "<script>" not in page
    hourly = browser.get("/admin/events?since=2026-11-02").text
    assert "Passes per hour" in hourly


def test_nothing_recorded_becomes_a_script(house: House) -> None:
    """Whatever stands in an event or a filter is text."""
    People(house.database).enroll("badges", NewPerson(name="Ada"))
    record(house, door=EVIL, reason=EVIL, detail=EVIL)
    browser = house.signed_in(Role.OWNER)
    for query in ("", f"?who={EVIL}&door={EVIL}&reason={EVIL}&kind={EVIL}&since={EVIL}"):
        assert EVIL not in browser.get(f"/admin/events{query}").text


def test_the_table_to_take_along(house: House) -> None:
    """All that the filter fits, with names, seals, and no formulas; taking it is recorded."""
    ada = People(house.database).enroll("badges", NewPerson(name="=cmd()"))
    browser = house.signed_in(Role.AUDITOR)
    record(house, 600, person_id=ada.person_id, similarity=99.5)
    answer = browser.get("/admin/events/events.csv?kind=decision")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == 600
    assert rows[0]["name"] == "'=cmd()"
    assert (rows[0]["reason"], rows[0]["similarity"]) == ("MATCH", "99.5")
    assert len(rows[0]["hash"]) == 64
    last = list(house.audit.entries())[-1].event
    assert last.kind is EventKind.EVENTS_EXPORTED


def test_the_seals(house: House) -> None:
    """Checked when somebody asks, shown until the next time; a break is told with its place."""
    browser = house.signed_in(Role.AUDITOR)
    record(house, 5)
    assert "Not checked" in browser.get("/admin/events").text
    assert browser.send("/admin/events/verify", page="/admin/events").status_code == 302
    assert "Whole: 6 events" in browser.get("/admin/events").text

    house.audit._database.execute("DROP TRIGGER entries_never_change")
    house.audit._database.execute(
        "UPDATE entries SET body = replace(body, 'grant', 'deny') WHERE sequence = 3"
    )
    assert "Whole: 6 events" in browser.get("/admin/events").text
    browser.send("/admin/events/verify", page="/admin/events")
    page = browser.get("/admin/events").text
    assert "entry 3 was changed" in page
    assert "Broken" in page


@pytest.mark.parametrize("query", ["before=0", "before=x", "before=-1", "until=2026-11-01&since="])
def test_odd_addresses(house: House, query: str) -> None:
    """Whatever is typed into the address, there is a page."""
    record(house)
    assert house.signed_in(Role.OWNER).get(f"/admin/events?{query}").status_code == 200


def test_accounts_are_named(house: House) -> None:
    """The record knows accounts by number; the page says who that is, as long as there is one."""
    browser, account = house.signed_in(Role.OWNER), house.account("Olga", Role.MANAGER)
    gone = f"account {uuid4()}"
    record(house, kind=EventKind.BACKED_UP, detail=f"by account {account.account_id}, for {gone}")
    assert f"by Olga, for {gone}" in browser.get("/admin/events").text


def test_every_kind_and_reason_has_words() -> None:
    """Nobody has to read identifiers."""
    assert set(EventKind) == KINDS.keys()
    assert {*Reason, *Answer} <= REASONS.keys()


def test_an_empty_house(house: House) -> None:
    """With nothing recorded there is nothing to see, and no fault."""
    browser = house.signed_in(Role.OWNER)
    house.clock.now = datetime(2030, 1, 1, tzinfo=UTC)
    assert house.audit.count == 1
    browser = house.browser()
    browser.sign_in("the owner")
    assert "Nothing in this time" in browser.get("/admin/events").text


def test_the_signed_record_to_take_along(house: House, tmp_path: Path) -> None:
    """Verifiable with the fingerprint of the page, without a name or an id; taking it is recorded."""
    ada = People(house.database).enroll("badges", NewPerson(name="Ada Lovelace"))
    browser = house.signed_in(Role.AUDITOR)
    record(house, 20, person_id=ada.person_id)
    page = browser.get("/admin/events").text
    fingerprint = page.split('id="fingerprint">')[1].split("<")[0]

    taken = browser.get("/admin/events/events.jsonl?since=&until=")
    file = tmp_path / "events.jsonl"
    file.write_bytes(taken.data)

    found = verify_export(file, fingerprints=["".join(fingerprint.split())])
    assert (found.first, found.last, found.whole) == (1, house.audit.count, True)
    assert found.site == "Lighthouse"
    assert ada.person_id not in taken.text
    *_, last = house.audit.entries()
    assert (last.event.kind, last.event.reason) == (EventKind.EVENTS_EXPORTED, "SIGNED")
    assert browser.get("/admin/events/events.jsonl?since=yesterday").status_code == 400
    clerk = house.signed_in(Role.ENROLLER)
    assert clerk.get("/admin/events/events.jsonl?since=").status_code == 403


def test_an_erased_person_s_events_stay_without_her(house: House) -> None:
    """The pages call her an erased person, and nobody finds her events by her."""
    ada = People(house.database).enroll("badges", NewPerson(name="Ada Lovelace"))
    browser = house.signed_in(Role.MANAGER)
    record(house, 3, person_id=ada.person_id)
    house.core.enroller.erase(ada.person_id, actor="test")
    page = browser.get("/admin/events?kind=decision").text
    assert page.count("an erased person") == 3
    assert ada.person_id not in page
    assert rows_of(browser.get(f"/admin/events?who={ada.person_id}").text) == 0
