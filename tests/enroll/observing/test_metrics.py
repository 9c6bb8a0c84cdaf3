"""Figures for Prometheus: who may ask, what the pages count, and that nobody is in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import TypeAdapter, ValidationError

from edge.audit import AuditEvent, EventKind
from edge.collection.people import NewPerson, People
from edge.config import MetricsSettings
from edge.core import Core
from edge.domain import Badge
from edge.metrics import Backlog, DoorFigures, HeartbeatSign
from edge.metrics.exposition import CONTENT_TYPE, new_registry
from edge.portal import DoorCondition
from enroll.accounts import Role
from enroll.application import create_app
from tests.enroll.conftest import Browser, House, upload


def figures(browser: Browser) -> dict[tuple[str, ...], float]:
    """Return all samples, by name and labels in the order of their names."""
    answer = browser.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def remade(house: House, metrics: MetricsSettings) -> Browser:
    """Return a browser of the same house with other settings."""
    core = Core(replace(house.core.settings, metrics=metrics))
    for name in ("key", "models", "recognizer", "database", "audit", "gallery"):
        setattr(core, name, getattr(house.core, name))
    app = create_app(
        core=core,
        site="Lighthouse",
        collection_id="badges",
        database=house.database,
        web=house.web,
        enroller=core.enroller,
        audit=house.audit,
        passwords=house.passwords,
        clock=house.clock,
    )
    return Browser(app.test_client())


def asked_from(browser: Browser, address: str, **headers: str) -> int:
    """Return the status of the figures for who asks from *address*."""
    answer = browser.get("/metrics", environ_overrides={"REMOTE_ADDR": address}, headers=headers)
    return answer.status_code


def test_this_machine_may_ask_and_no_other(house: House) -> None:
    """Also by IPv6, and by IPv4 that a socket for both shows as IPv6."""
    browser = house.browser()

    for here in ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"):
        assert asked_from(browser, here) == 200, here
    for elsewhere in ("192.0.2.7", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.7", "", "unix"):
        assert asked_from(browser, elsewhere) == 403, elsewhere


def test_whom_a_proxy_asks_for_is_not_this_machine(house: House) -> None:
    """A proxy on this machine would let everybody be loopback."""
    browser = house.browser()

    assert asked_from(browser, "127.0.0.1", **{"X-Forwarded-For": "127.0.0.1"}) == 403
    assert asked_from(browser, "127.0.0.1", Forwarded="for=192.0.2.7") == 403


def test_who_else_may_ask_is_set(house: House) -> None:
    """By addresses and networks."""
    browser = remade(house, MetricsSettings(hosts="192.0.2.7 2001:db8::/32"))

    assert asked_from(browser, "192.0.2.7") == 200
    assert asked_from(browser, "2001:db8::5") == 200
    assert asked_from(browser, "192.0.2.8") == 403
    assert asked_from(browser, "127.0.0.1") == 200


def test_switched_off_nobody_may_ask(house: House) -> None:
    """Not for health either."""
    browser = remade(house, MetricsSettings(enabled=False))

    for path in ("/metrics", "/health", "/health/live"):
        assert browser.get(path).status_code == 403


def test_what_is_asked_is_no_reason_to_stay_signed_in(house: House) -> None:
    """No cookie is given or taken."""
    answer = house.browser().get("/metrics")

    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Type"] == CONTENT_TYPE
    assert answer.headers["Cache-Control"] == "no-store"


def test_requests_by_route_and_status(house: House) -> None:
    """By the pattern of the address, so that no id and no invention becomes a label."""
    browser = house.signed_in(Role.OWNER)
    browser.get("/admin/people/5b0e6d0e-5f0f-4a51-9d2d-4a4d2d9f1a11")
    browser.get("/admin/people?search=Ada")
    for number in range(30):
        browser.get(f"/guess/{number}")
    browser.client.open("/admin/people", method="BREW")

    found = figures(browser)

    name = "ostiary_web_requests_total"
    assert found[name, "GET", "/admin/people/<uuid:person_id>", "404"] == 1
    assert found[name, "GET", "/admin/people", "200"] == 1
    assert found[name, "GET", "none", "404"] == 30
    assert found[name, "other", "none", "405"] == 1
    assert found[name, "POST", "/sign-in", "302"] == 1
    assert found["ostiary_web_request_seconds_count", "people"] == 2
    text = browser.get("/metrics").text
    assert "5b0e6d0e" not in text
    assert "Ada" not in text


def test_enrolments_of_every_program_count(house: House, portrait: bytes) -> None:
    """By the record, which all of them write; what was before this start is not told."""
    before = figures(house.browser())
    assert before["ostiary_web_events_total", "enrolled"] == 0
    owner = house.signed_in(Role.OWNER)
    form = {"name": "Ada", "badge": "4711", "consent": "yes", "photos": upload(portrait)}
    answer = owner.send("/admin/people/enroll", form)
    assert answer.status_code == 302, answer.text
    house.audit.append(AuditEvent(EventKind.ENROLLED, house.clock(), detail="at the command line"))

    found = figures(owner)
    again = figures(owner)

    assert found["ostiary_web_events_total", "enrolled"] == 2
    assert again["ostiary_web_events_total", "enrolled"] == 2
    assert found["ostiary_people",] == 1
    assert found["ostiary_faces",] == 1
    assert found["ostiary_audit_events",] == house.audit.count
    assert found["ostiary_database_bytes", "collection"] > 0


def test_duress_is_not_told(house: House) -> None:
    """Whoever threatens somebody may look at the figures meanwhile."""
    browser = house.browser()
    browser.get("/metrics")
    house.audit.append(AuditEvent(EventKind.DURESS, house.clock(), door="front"))

    assert "duress" not in browser.get("/metrics").text


def test_nobody_is_in_the_figures(house: House) -> None:
    """No name, no id, no badge, wherever they are."""
    person = People(house.database).enroll(
        "badges", NewPerson("Zoë O'Näme", external_id="HR-90210"), badges=[Badge("77665544")]
    )
    house.audit.append(AuditEvent(EventKind.DECISION, house.clock(), person_id=person.person_id))
    owner = house.signed_in(Role.OWNER)
    owner.get(f"/admin/people/{person.person_id}")

    text = owner.get("/metrics").text

    for secret in ("Zoë", "Näme", "HR-90210", "77665544", person.person_id):
        assert secret not in text


def test_the_door_is_there_or_not(house: House) -> None:
    """While it gives its figures they are told as they are, and those of the machine once."""
    absent = figures(house.browser())
    assert absent["ostiary_door_up",] == 0
    assert absent["ostiary_disk_free_bytes",] > 0
    registry = new_registry()
    door = DoorFigures(registry, door="front", version="1", backlog=lambda: Backlog(0, 0, 0))
    sign = HeartbeatSign(house.core.live, registry, door="front", owed=lambda: 0)
    for each in (door, sign):
        each.turned(DoorCondition(openings=7), fault=None)

    present = figures(house.browser())

    assert present["ostiary_door_up",] == 1
    assert present["ostiary_door_openings_total",] == 7
    assert ("ostiary_disk_free_bytes",) not in present, "the door gives it, which this one does not"


@pytest.mark.parametrize("hosts", ["here", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1, 10.0.0.2"])
def test_hosts_that_are_none_are_refused(hosts: str) -> None:
    """A network that is mistyped must not become another."""
    with pytest.raises(ValidationError, match="addresses or networks"):
        TypeAdapter(MetricsSettings).validate_python({"hosts": hosts})
