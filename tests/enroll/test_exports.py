"""What leaves the house."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

from edge.audit import EventKind
from edge.collection.memberships import Memberships
from edge.collection.people import NewPerson, People
from edge.domain import Badge
from enroll import csv_text
from enroll.accounts import Role
from tests.enroll.conftest import House


def test_one_person(house: House) -> None:
    """Everything about one person as JSON, recorded without her name."""
    person = People(house.database).enroll(
        "badges", NewPerson("Ada Lovelace", external_id="HR-1"), badges=[Badge("7001")]
    )
    answer = house.signed_in(Role.MANAGER).get(f"/admin/people/{person.person_id}/export.json")
    told = json.loads(answer.text)
    assert told["person"]["name"] == "Ada Lovelace"
    assert told["person"]["badges"][0]["number"] == "7001"
    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Ada" not in answer.headers["Content-Disposition"]
    event = list(house.audit.entries())[-1].event
    assert (event.kind, event.person_id) == (EventKind.PEOPLE_EXPORTED, person.person_id)
    assert "Ada" not in repr(event)


def test_everybody(house: House) -> None:
    """The list holds everybody, also beyond one reading, and reads back; taking it is recorded."""
    people, until = People(house.database), house.clock() + timedelta(days=1)
    with house.database.transaction():
        for number in range(1_001):
            people.enroll("badges", NewPerson(f"Person {number:04}", valid_until=until))
    quoted = people.enroll("badges", NewPerson('A "quoted", name'), badges=[Badge("1"), Badge("2")])
    Memberships(house.database).change(quoted.person_id, add=["Staff", "Guards"])
    answer = house.signed_in(Role.OWNER).get("/admin/people/export.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 1_002
    assert (rows[0]["name"], rows[0]["badge"]) == ('A "quoted", name', "1;2")
    assert (rows[0]["groups"], rows[-1]["groups"]) == ("Guards;Staff", "")
    assert rows[-1]["name"] == "Person 1000"
    event = list(house.audit.entries())[-1].event
    assert (event.kind, event.reason) == (EventKind.PEOPLE_EXPORTED, "EVERYBODY")


def test_no_cell_is_a_formula() -> None:
    """A name that a spreadsheet would compute is only shown."""
    for text in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        line = list(csv_text.lines(["name"], [[text]]))[1]
        (cell,) = next(csv.reader(io.StringIO(line, newline="")))
        assert cell == f"'{text}"
