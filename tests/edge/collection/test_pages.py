"""The list of people, a page at a time: whatever is asked, everybody once and in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.collection.collections import Collections
from edge.collection.pages import SORTS, STATES, PersonState, Sort
from edge.collection.people import NewPerson, People, PeoplePage, Person
from edge.domain import Badge
from edge.errors import NotFoundError
from edge.storage.database import Database, Parameters, Row
from tests.edge.collection.conftest import MODEL, FaceMaker

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LAST = "\U0010ffff"


def key_of(person: Person, sort: Sort) -> tuple[object, str]:
    """Return by what a person is sorted, as a list in Python would be; missing values last."""
    values: dict[Sort, object] = {
        "name": person.name.lower(),
        "external_id": person.external_id or LAST,
        "created_at": person.created_at,
        "faces": person.faces,
        "valid_until": person.valid_until or datetime.max.replace(tzinfo=UTC),
    }
    return values[sort], person.person_id


def is_in(person: Person, state: PersonState | None) -> bool:
    """Tell whether a person is in *state* at NOW."""
    began = person.valid_from is None or person.valid_from <= NOW
    ended = person.valid_until is not None and person.valid_until <= NOW
    answers: dict[PersonState | None, bool] = {
        None: True,
        "valid": began and not ended and person.suspended_at is None,
        "suspended": person.suspended_at is not None,
        "expired": ended,
        "declined": person.declined,
        "no-face": person.faces == person.former_faces == 0,
        "to-enroll-anew": person.faces == 0 and person.former_faces > 0,
    }
    return answers[state]


@pytest.fixture
def crowd(people: People, make_face: FaceMaker) -> tuple[Person, ...]:
    """Enroll people of every kind, some of the same name."""
    for number in range(40):
        person = people.enroll(
            "badges",
            NewPerson(
                f"Person {number % 7}",
                external_id=f"HR-{number % 10}{number}" if number % 3 else None,
                valid_from=NOW + (number % 4 - 2) * DAY if number % 5 else None,
                valid_until=NOW + (number % 6) * DAY if number % 4 else None,
                declined=number % 8 == 0,
            ),
            [] if number % 8 == 0 else [make_face() for _ in range(number % 3)],
            [Badge(f"B{number:02}")],
        )
        if number % 9 == 0:
            people.suspend(person.person_id, NOW)
    return people.list("badges")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    state=st.none() | st.sampled_from(STATES),
    query=st.sampled_from(["", "person", "RSÖN 3", "hr-1", "B1", "nobody"]),
    limit=st.integers(1, 50),
)
def test_every_page_there_and_back(
    people: People,
    crowd: tuple[Person, ...],
    sort: Sort,
    descending: bool,
    state: PersonState | None,
    query: str,
    limit: int,
) -> None:
    """Forwards everybody comes once, in order; backwards the same pages come again."""

    def page_at(cursor: str | None) -> PeoplePage:
        return people.page(
            "badges",
            query=query,
            sort=sort,
            descending=descending,
            state=state,
            limit=limit,
            cursor=cursor,
            now=NOW,
        )

    pages = [page_at(None)]
    while (cursor := pages[-1].next_cursor) is not None:
        pages.append(page_at(cursor))

    meant = [person for person in crowd if is_in(person, state) and is_meant(person, query)]
    expected = sorted(meant, key=lambda each: key_of(each, sort), reverse=descending)
    assert [person for page in pages for person in page.people] == expected
    assert {page.total for page in pages} == {len(expected)}
    assert all(len(page.people) == limit for page in pages[:-1])
    assert pages[0].previous_cursor is None
    for before, after in pairwise(pages):
        assert after.previous_cursor is not None
        assert page_at(after.previous_cursor) == before


def is_meant(person: Person, query: str) -> bool:
    """Tell whether *query* means a person: one of those above."""
    return (
        query.lower().replace("ö", "o") in person.name.lower()
        or (person.external_id or "").startswith(query)
        or any(badge.number.startswith(query) for badge in person.badges)
    )


@pytest.mark.parametrize("query", ["%", "_", "' OR 1=1 --", '"', "\\", "*", "é%"])
def test_nothing_in_a_query_means_anything_but_itself(people: People, query: str) -> None:
    """No wildcard, no quote, no SQL."""
    people.enroll("badges", NewPerson("Ada"))
    named = people.enroll("badges", NewPerson(f"Bob {query}"))

    page = people.page("badges", query=query)

    assert [person.person_id for person in page.people] == [named.person_id]
    assert page.total == 1


def test_the_beginning_of_an_id_finds(people: People) -> None:
    """As it is copied from the record, in capitals or not."""
    ada = people.enroll("badges", NewPerson("Ada"))
    people.enroll("badges", NewPerson("Bob"))
    (found,) = people.page("badges", query=ada.person_id[:12].upper()).people
    assert found == ada


def test_people_of_other_collections_are_not_listed(
    people: People, collections: Collections
) -> None:
    """Nor is the list gone on with from one of them."""
    collections.create("visitors", model=MODEL, dimension=128)
    visitor = people.enroll("visitors", NewPerson("Ada"), badges=[Badge("1")])
    people.enroll("badges", NewPerson("Bob"))

    assert [person.name for person in people.page("badges").people] == ["Bob"]
    assert people.page("badges", query="1").total == 0
    with pytest.raises(NotFoundError):
        people.page("badges", cursor=visitor.person_id)


def test_a_list_goes_on_although_others_come_and_go(people: People) -> None:
    """Nobody is shown twice or left out."""
    ids = {name: people.enroll("badges", NewPerson(name)).person_id for name in "bdfh"}
    first = people.page("badges", limit=2)

    people.delete(ids["b"])
    people.enroll("badges", NewPerson("a"))
    people.enroll("badges", NewPerson("e"))

    second = people.page("badges", limit=2, cursor=first.next_cursor)
    assert [person.name for person in second.people] == ["e", "f"]


@pytest.mark.parametrize("cursor", ["", "-", "nobody", "-nobody", "' OR 1=1 --"])
def test_a_place_that_is_gone_is_said(people: People, cursor: str) -> None:
    """Instead of showing some other page."""
    people.enroll("badges", NewPerson("Ada"))
    with pytest.raises(NotFoundError, match="cannot go on"):
        people.page("badges", cursor=cursor)


def test_an_empty_collection_has_one_empty_page(people: People) -> None:
    """Without a way on or back."""
    page = people.page("badges")
    assert (page.people, page.total, page.next_cursor, page.previous_cursor) == ((), 0, None, None)


@pytest.mark.parametrize("sort", SORTS)
def test_no_vector_is_read_to_find_a_page(
    people: People, database: Database, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    """Everything that is asked about is in one index: 50,000 vectors would take seconds."""
    plans = []
    rows = Database.rows

    def explained(self: Database, sql: str, parameters: Parameters = ()) -> list[Row]:
        if " FROM people WHERE collection" in sql:
            plans.append([step for *_, step in rows(self, f"EXPLAIN QUERY PLAN {sql}", parameters)])
        return rows(self, sql, parameters)

    monkeypatch.setattr(Database, "rows", explained)
    people.page("badges", query="a", sort=sort, state="valid")
    people.page("badges", sort=sort)

    assert len(plans) == 3
    assert all("USING COVERING INDEX people_by_name" in plan[0] for plan in plans)
