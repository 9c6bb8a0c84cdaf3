"""The rules in forms: drafted, previewed, applied, taken back; nothing holds before it is applied."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from markupsafe import escape

from edge.access.document import from_json, from_toml
from edge.access.ruleset import (
    EVERYONE,
    Hours,
    Mode,
    Permission,
    PinPolicy,
    Ruleset,
    TwoPersons,
    WeeklyHours,
)
from edge.audit import EventKind
from edge.collection.memberships import Memberships
from edge.collection.people import NewPerson, People
from edge.collection.rule_book import RuleBook
from edge.domain import Badge
from edge.ruling import apply_rules
from enroll.accounts import Role
from enroll.rules.edits import KINDS, find, items_of
from tests.enroll.conftest import Browser, House, upload
from tests.enroll.forms import form_of
from tests.firmware_config.test_rules_file import FILE

EXAMPLE = from_toml(FILE.read_text(encoding="utf-8"))
ITEMS = [(kind, each.name) for kind, what in KINDS.items() for each in items_of(EXAMPLE, what)]


@pytest.fixture
def manager(house: House) -> Browser:
    """Let the example's rules hold, and sign a manager in."""
    apply_rules(house.database, house.audit, EXAMPLE, base=0, actor="user root", at=house.clock())
    return house.signed_in(Role.MANAGER)


def page_of(kind: str, name: str = "") -> str:
    """Return the address of a form."""
    return f"/admin/rules/{kind}" + (f"?{urlencode({'name': name})}" if name else "")


def opened(browser: Browser, kind: str, name: str = "") -> dict[str, list[str]]:
    """Open a form and return its fields."""
    answer = browser.get(page_of(kind, name))
    assert answer.status_code == 200
    return form_of(answer.text, page_of(kind))


def holding(house: House) -> tuple[int, Ruleset]:
    """Return what holds at a door now."""
    book = RuleBook(house.database.path, house.core.key)
    now = book.current(house.clock())
    book.close()
    assert now.fault == ""
    return now.version, now.rules.ruleset


def drafted(house: House) -> Ruleset:
    """Return the one draft there is."""
    (row,) = house.database.rows("SELECT document FROM rule_drafts")
    return from_json(row[0])


def apply(browser: Browser, **more: str) -> str:
    """Apply the draft as the preview offers it, and return what is said."""
    text = browser.get("/admin/rules/preview").text
    form = form_of(text, "/admin/rules/apply")
    sent = form | {name: [value] for name, value in more.items()}
    browser.send("/admin/rules/apply", sent, page="/admin/rules")
    return browser.get("/admin/rules").text


@pytest.mark.parametrize(("kind", "name"), ITEMS)
def test_what_is_opened_and_sent_back_is_not_changed(
    house: House, manager: Browser, kind: str, name: str
) -> None:
    """Of every thing in the example: no form loses or bends anything."""
    answer = manager.send(page_of(kind), opened(manager, kind, name))
    assert answer.status_code == 302
    assert drafted(house) == EXAMPLE
    assert "This is your draft" not in manager.get("/admin/rules").text
    assert "Nothing: your draft says what holds" in manager.get("/admin/rules/preview").text


def test_the_overview_says_what_holds(house: House, manager: Browser) -> None:
    """In words, with who wrote it, and how many are in each group."""
    people = People(house.database)
    for name in ("Ada", "Bob"):
        person = people.enroll("badges", NewPerson(name))
        Memberships(house.database).change(person.person_id, add=["Staff", "Forgotten"])
    text = manager.get("/admin/rules").text
    for words in (
        "Version 1 holds since",
        "by user root",
        "Mon\N{EN DASH}Fri 07:00\N{EN DASH}19:00",
        "Good Friday (Easter -2)",
        "every door: Always",
        "during Cleaning: badge and face",
        "anti-passback refuses",
        '<td data-label="Members" class="number">2</td>',
        "the rules do not speak: Forgotten",
        "Nobody has a face here",
    ):
        assert str(escape(words)) in text or words in text, words


def test_before_rules_were_written_it_says_so(house: House) -> None:
    """Whoever has an older installation sees what its doors do."""
    text = house.signed_in(Role.AUDITOR).get("/admin/rules").text
    assert "No rules were written yet" in text
    assert "every door: Always" in text


def test_a_change_is_drafted_previewed_and_applied(house: House, manager: Browser) -> None:
    """It holds at the doors after the last step, and not before."""
    ada = People(house.database).enroll("badges", NewPerson("Ada"), badges=[Badge("1")])
    Memberships(house.database).change(ada.person_id, add=["Staff"])
    form = opened(manager, "schedule", "Office hours")
    assert form["week-0-day"] == ["0", "1", "2", "3", "4"]
    form |= {"week-0-end": ["21:00"], "week-1-day": ["5"], "week-1-begin": ["08:00"]}
    form["week-1-end"] = ["00:00"]
    assert manager.send(page_of("schedule"), form).status_code == 302

    changed = find(drafted(house), KINDS["schedule"], "Office hours")
    former = next(each for each in EXAMPLE.schedules if each.name == "Office hours")
    assert changed == replace(
        former,
        weekly=(
            WeeklyHours(frozenset(range(5)), Hours(7 * 60, 21 * 60)),
            WeeklyHours(frozenset({5}), Hours(8 * 60, 24 * 60)),
        ),
    )
    assert holding(house) == (1, EXAMPLE)
    assert "This is your draft; it does not hold yet." in manager.get("/admin/rules").text

    asked = urlencode({"person": "Ada", "door": "exit", "at": "2026-06-01T20:00"})
    preview = manager.get(f"/admin/rules/preview?{asked}").text
    assert "1 person gains time" in preview
    assert "+26 h" in preview
    assert "outside schedule &#39;Office hours&#39; of group Staff" in preview
    assert "schedule &#39;Office hours&#39; of group Staff, by badge" in preview
    assert "Mon-Fri 07:00-21:00" in preview

    said = apply(manager, note="late shift")
    assert "Version 2 of the rules holds" in said
    assert holding(house)[0] == 2
    assert find(holding(house)[1], KINDS["schedule"], "Office hours") == changed
    assert house.database.rows("SELECT * FROM rule_drafts") == []
    event = [entry.event for entry in house.audit.entries()][-1]
    assert event.kind is EventKind.RULES_CHANGED
    assert event.detail.startswith("changed, version 2 holds, by account ")
    assert "late shift" in manager.get("/admin/rules/history").text


def test_of_two_who_edit_the_second_is_refused(house: House, manager: Browser) -> None:
    """Nothing of the first one's is undone; the second is told, on every page of hers."""
    other = house.signed_in(Role.OWNER)
    for browser in (manager, other):
        form = opened(browser, "door", "vault")
        browser.send(
            page_of("door"),
            form | {"mode": [Mode.BADGE.value if browser is other else Mode.FACE.value]},
        )
    stale = form_of(other.get("/admin/rules/preview").text, "/admin/rules/apply")
    apply(manager)
    assert holding(house)[0] == 2

    assert "cannot be applied any more" in other.get("/admin/rules").text
    other.send("/admin/rules/apply", stale, page="/admin/rules")
    assert "somebody else has changed the rules" in other.get("/admin/rules/preview").text
    assert holding(house)[0] == 2
    assert find(holding(house)[1], KINDS["door"], "vault").mode is Mode.FACE  # type: ignore[union-attr]

    other.send("/admin/rules/discard", page="/admin/rules")
    assert "This is your draft" not in other.get("/admin/rules").text


def test_a_base_that_is_made_up_is_refused(house: House, manager: Browser) -> None:
    """The draft says what it is made of, and so must the form."""
    manager.send(page_of("door"), opened(manager, "door", "vault") | {"mode": ["badge"]})
    for base in ("0", "", "x"):
        apply(manager, base=base)
        assert holding(house) == (1, EXAMPLE)


def test_there_must_be_something_to_apply(house: House, manager: Browser) -> None:
    """Neither no draft, nor one that says what holds, makes a version."""
    manager.send("/admin/rules/apply", {"base": "1"}, page="/admin/rules")
    manager.send(page_of("group"), opened(manager, "group", "Staff"))
    manager.send("/admin/rules/apply", {"base": "1"}, page="/admin/rules")
    assert holding(house) == (1, EXAMPLE)


@pytest.mark.parametrize(
    ("kind", "name", "sent", "told"),
    [
        ("schedule", "Cleaning", {"week-0-begin": "25:00"}, "no time of day"),
        ("schedule", "Cleaning", {"week-0-day": []}, "choose at least one day"),
        ("schedule", "Cleaning", {"week-0-end": "20:00"}, "another time than it begins"),
        ("schedule", "Cleaning", {"use-0-hours": ""}, "write the hours of such days"),
        ("schedule", "Cleaning", {"use-0-hours": "noon"}, "are no hours"),
        ("schedule", "Archive days", {"repeated-0-rule": "FREQ=SOMETIMES"}, "recurring"),
        ("schedule", "Archive days", {"repeated-0-first": "soon"}, "no day"),
        ("calendar", "Public holidays", {"holiday-0-when": "13-01"}, "no day"),
        ("calendar", "Public holidays", {"holiday-0-name": ""}, "give the holiday a name"),
        ("calendar", "Public holidays", {"holiday-1-when": "x"}, "no number"),
        ("calendar", "Public holidays", {"holiday-0-kind": "rule"}, "calendars.Public holidays"),
        ("group", "Staff", {"permission-0-schedule": ""}, "choose a schedule"),
        ("group", "Staff", {"permission-0-schedule": "Nights"}, "no schedule is named"),
        ("group", "Staff", {"permission-0-door": []}, "choose a door"),
        ("group", "Staff", {"permission-0-door": "cellar"}, "no door is named"),
        ("group", "Staff", {"instead": "face"}, "instead"),
        ("door", "front", {"mode": "smile"}, "choose what is asked for"),
        ("door", "front", {"strangers": "0"}, "not between"),
        ("door", "front", {"patience": "0.5"}, "not between"),
        ("door", "front", {"enters": "Moon"}, "no area is named"),
        ("door", "front", {"leaves": "Building"}, "should not enter the area"),
        ("area", "Vault", {"reset_after": "0"}, "not between"),
        ("area", "Vault", {"reset_at": "24:00"}, "areas.Vault"),
        ("area", "Vault", {"anti_passback": "always"}, "choose one"),
    ],
)
def test_faults_are_told_and_nothing_is_kept(
    house: House,
    manager: Browser,
    kind: str,
    name: str,
    sent: dict[str, str | list[str]],
    told: str,
) -> None:
    """The form comes back as it was filled in."""
    form = opened(manager, kind, name)
    for field, value in sent.items():
        form[field] = [value] if isinstance(value, str) else value
    answer = manager.send(page_of(kind), form)
    assert answer.status_code == 422
    assert str(escape(told)) in answer.text
    assert house.database.rows("SELECT * FROM rule_drafts") == []
    again = form_of(answer.text, page_of(kind))
    for field, value in sent.items():
        if isinstance(value, str) and value and field not in {"mode", "instead", "anti_passback"}:
            assert value in again[field]


def test_all_faults_are_told_at_once(manager: Browser) -> None:
    """Nobody mends them one by one."""
    form = {"name": [""], "week-0-begin": ["1"], "week-1-begin": ["2"], "repeated-0-first": ["3"]}
    text = manager.send(page_of("schedule"), form, page=page_of("schedule")).text
    assert text.count("<li>") == 4
    assert "Hours of the week, row 2" in text


def test_something_new_is_made_of_an_empty_form(house: House, manager: Browser) -> None:
    """Of each kind; rows left blank are none."""
    form = opened(manager, "schedule") | {"name": ["Night"], "week-0-day": ["6"]}
    form |= {"week-0-begin": ["22:00"], "week-0-end": ["06:00"]}
    assert manager.send(page_of("schedule"), form).status_code == 302
    form = opened(manager, "area") | {"name": ["Yard"], "anti_passback": ["soft"]}
    assert manager.send(page_of("area"), form).status_code == 302
    form = opened(manager, "door")
    assert (
        form["name"] == ["front"] if "front" not in {each.name for each in EXAMPLE.doors} else [""]
    )
    form |= {"name": ["gate"], "leaves": ["Yard"], "two_schedule": ["Night"], "strangers": ["1000"]}
    assert manager.send(page_of("door"), form).status_code == 302
    form = opened(manager, "group") | {"name": [EVERYONE], "permission-0-schedule": ["Night"]}
    form |= {"permission-0-every": ["on"], "high_security": ["on"]}
    assert manager.send(page_of("group"), form).status_code == 302
    form = opened(manager, "calendar") | {"name": ["House"], "holiday-0-name": ["Party"]}
    form |= {"holiday-0-kind": ["orthodox"], "holiday-0-when": ["-7"]}
    assert manager.send(page_of("calendar"), form).status_code == 302

    rules = drafted(house)
    gate, everyone = (
        find(rules, KINDS[kind], name) for kind, name in (("door", "gate"), ("group", EVERYONE))
    )
    assert gate.two_persons == TwoPersons("Night")  # type: ignore[union-attr]
    assert gate.face_alone_limit == pytest.approx(0.001)  # type: ignore[union-attr]
    assert everyone.permissions == (Permission(None, "Night"),)  # type: ignore[union-attr]
    assert {each.name for each in rules.calendars} == {"House", "Public holidays"}


def test_a_name_is_given_once(manager: Browser) -> None:
    """A second thing of that name would hide the first; and no form renames one."""
    form = opened(manager, "group") | {"name": ["Staff"]}
    answer = manager.send(page_of("group"), form)
    assert answer.status_code == 422
    assert "of that name already" in answer.text
    form = opened(manager, "group", "Staff") | {"name": ["Guards"]}
    assert manager.send(page_of("group"), form, page=page_of("group")).status_code == 400


def test_what_is_needed_cannot_be_removed(house: House, manager: Browser) -> None:
    """It is told by whom; what nobody needs goes."""
    manager.send(
        f"{page_of('schedule')}/remove", {"name": "Cleaning"}, page="/admin/rules/schedule"
    )
    text = manager.get("/admin/rules").text
    assert "Cleaning is still needed" in text
    assert "groups.Cleaners" in text
    assert house.database.rows("SELECT * FROM rule_drafts") == []

    manager.send(f"{page_of('group')}/remove", {"name": "Cleaners"}, page="/admin/rules/group")
    assert "Cleaners" not in {group.name for group in drafted(house).groups}
    answer = manager.send(
        f"{page_of('group')}/remove", {"name": "Cleaners"}, page="/admin/rules/group"
    )
    assert answer.status_code == 404
    assert manager.get(page_of("group", "Cleaners")).status_code == 404


def test_the_clock_and_the_pins(house: House, manager: Browser) -> None:
    """What holds for the whole site is drafted as well; a zone must exist."""
    form = form_of(manager.get("/admin/rules/site").text, "/admin/rules/site")
    assert form["zone"] == ["Europe/Berlin"]
    bad = manager.send("/admin/rules/site", form | {"zone": "Mars/Olympus", "tries": "x"})
    assert bad.status_code == 422
    assert "Wrong PINs" in bad.text
    assert "should be a zone" in manager.send("/admin/rules/site", form | {"zone": "Mars"}).text
    assert (
        manager.send("/admin/rules/site", form | {"tries": "5", "pause": "90"}).status_code == 302
    )
    assert drafted(house) == replace(EXAMPLE, pins=PinPolicy(tries=5, pause=90.0))


def test_an_older_version_holds_again(house: House, manager: Browser) -> None:
    """As a new one, unless somebody was faster; what would change is shown before."""
    manager.send(page_of("door"), opened(manager, "door", "vault") | {"mode": ["badge"]})
    apply(manager)
    page = "/admin/rules/history/1"
    text = manager.get(page).text
    assert "What reverting to it would change today" in text
    form = form_of(text, f"{page}/revert")
    manager.send(f"{page}/revert", form | {"base": ["1"]}, page=page)
    assert "Not reverted" in manager.get(page).text
    assert holding(house)[0] == 2
    manager.send(f"{page}/revert", form, page=page)
    assert holding(house) == (3, EXAMPLE)
    assert "holds" in manager.get("/admin/rules/history/3").text
    assert manager.get("/admin/rules/history/4").status_code == 404


def test_why_somebody_may_pass(house: House, manager: Browser) -> None:
    """Check by check, by the clock of the site, for the one who is meant."""
    for name, badge in (("Ada Lovelace", "1"), ("Ada King", "2")):
        ada = People(house.database).enroll("badges", NewPerson(name), badges=[Badge(badge)])
        Memberships(house.database).change(ada.person_id, add=["Staff"])
    auditor = house.signed_in(Role.AUDITOR)
    ask = {"door": "exit", "at": "2026-06-01T12:00"}
    several = auditor.get(f"/admin/rules/why?{urlencode(ask | {'person': 'Ada'})}").text
    assert "Who is meant?" in several
    found = auditor.get(f"/admin/rules/why?{urlencode(ask | {'person': '2'})}").text
    assert "Let in" in found
    assert "Ada King" in found
    assert "schedule &#39;Office hours&#39; is open until Monday 19:00" in found
    assert "Mon 01 Jun 19:00" in found
    nobody = auditor.get(f"/admin/rules/why?{urlencode(ask | {'person': 'Zed'})}").text
    assert "Nobody is found by that." in nobody
    for at in ("yesterday", "0001-01-01T00:00", "9999-12-31T23:59", "2026-06-01T12:00+99:00"):
        answer = auditor.get(f"/admin/rules/why?{urlencode({'person': '2', 'at': at})}")
        assert answer.status_code == 200, at
    assert auditor.get("/admin/rules/why?door=cellar&person=2").status_code == 200


def test_an_auditor_reads_and_an_enroller_does_not(house: House, manager: Browser) -> None:
    """Neither sees somebody's draft."""
    manager.send(page_of("door"), opened(manager, "door", "vault") | {"mode": ["badge"]})
    text = house.signed_in(Role.AUDITOR).get("/admin/rules").text
    assert "draft" not in text
    assert "Edit" not in text
    assert house.signed_in(Role.ENROLLER).get("/admin/rules").status_code == 403


def test_hostile_names_are_only_text(house: House, manager: Browser) -> None:
    """In forms, lists and previews."""
    name = "\"><script>alert('x')</script>{{ 7 * 7 }}"[:64]
    form = opened(manager, "group") | {"name": [name], "permission-0-schedule": ["Always"]}
    form |= {"permission-0-every": ["on"]}
    assert manager.send(page_of("group"), form).status_code == 302
    for page in (
        "/admin/rules",
        page_of("group", name),
        "/admin/rules/preview",
        page_of("door", "vault"),
    ):
        text = manager.get(page).text
        assert str(escape(name)) in text, page
        assert "<script>alert" not in text


def test_a_draft_that_nobody_can_read_is_no_draft(house: House, manager: Browser) -> None:
    """One of an Ostiary before: it is left aside, and written over."""
    manager.send(page_of("door"), opened(manager, "door", "vault") | {"mode": ["badge"]})
    house.database.execute("UPDATE rule_drafts SET document = '{'")
    assert "This is your draft" not in manager.get("/admin/rules").text
    manager.send(page_of("door"), opened(manager, "door", "vault") | {"mode": ["badge"]})
    assert find(drafted(house), KINDS["door"], "vault").mode is Mode.BADGE  # type: ignore[union-attr]


def test_what_a_face_alone_is_worth(house: House, manager: Browser, portrait: bytes) -> None:
    """Numbers of today's gallery, with what to do about them."""
    manager.send(
        "/admin/people/enroll", {"name": "Eileen", "badge": "1", "photos": upload(portrait)}
    )
    text = manager.get("/admin/rules").text
    assert "1 person has a face here" in text
    assert "once in 100,000 times" in text
