"""The list of people: searched, filtered, sorted, paged both ways."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from edge.collection.people import NewPerson, People
from enroll.accounts import Role
from tests.enroll.conftest import Browser, House


@pytest.fixture
def clerk(house: House) -> Browser:
    """Sign in somebody who may see the list."""
    return house.signed_in(Role.AUDITOR)


def names(text: str) -> list[str]:
    """Return the people of a list's page, in order."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)


def link(text: str, rel: str) -> str | None:
    """Return where the link to the page before or behind leads."""
    found = re.search(rf'rel="{rel}"\s+href="([^"]+)"', text)
    return found and html.unescape(found[1])


def crowd(house: House, count: int) -> list[str]:
    """Enroll so many people; return their names in order."""
    told = [f"Person {number:03}" for number in range(count)]
    for number, name in enumerate(told):
        People(house.database).enroll(
            "badges", NewPerson(name, external_id=f"H{count - number:03}")
        )
    return told


def test_forwards_and_back(house: House, clerk: Browser) -> None:
    """Going on page by page misses nobody, and going back shows the same pages."""
    everybody = crowd(house, 120)
    pages = [clerk.get("/admin/people").text]
    while (path := link(pages[-1], "next")) is not None:
        pages.append(clerk.get(path).text)
    assert [name for page in pages for name in names(page)] == everybody
    assert len(pages) == 3
    for page in reversed(pages[:-1]):
        path = link(pages.pop(), "prev")
        assert path is not None
        assert names(clerk.get(path).text) == names(page)


def test_a_search_goes_on_as_well(house: House, clerk: Browser) -> None:
    """Search, sorting and filter are kept from page to page."""
    crowd(house, 120)
    first = clerk.get("/admin/people?q=person 0&sort=external_id&state=valid").text
    assert "100\n  people found" in first
    assert names(first)[0] == "Person 099"
    path = link(first, "next")
    assert path is not None
    second = clerk.get(path).text
    assert names(second)[-1] == "Person 000"
    assert 'value="person 0"' in second


def test_sorting_turns(house: House, clerk: Browser) -> None:
    """A column's head sorts by it, and the other way round when it is used again."""
    crowd(house, 5)
    text = clerk.get("/admin/people?sort=external_id").text
    assert names(text)[0] == "Person 004"
    assert 'aria-sort="ascending"' in text
    head = re.search(r'href="([^"]*sort=external_id[^"]*)"', text)
    assert head is not None
    turned = clerk.get(html.unescape(head[1])).text
    assert names(turned)[0] == "Person 000"
    assert 'aria-sort="descending"' in turned


def test_states(house: House, clerk: Browser) -> None:
    """Each person's state is said, and the list can be filtered by it."""
    people, now = People(house.database), house.clock()
    for name, more in (
        ("Valid", NewPerson("Valid")),
        ("Expired", NewPerson("Expired", valid_until=now - timedelta(days=1))),
        ("Declined", NewPerson("Declined", declined=True)),
        ("Overdue", NewPerson("Overdue", retention_until=now - timedelta(days=1))),
    ):
        assert people.enroll("badges", more).name == name
    people.suspend(people.enroll("badges", NewPerson("Suspended")).person_id, now)
    text = clerk.get("/admin/people").text
    for tag in ("suspended", "expired", "declined", "to be erased", "no face"):
        assert f">{tag}</span>" in text
    assert names(clerk.get("/admin/people?state=suspended").text) == ["Suspended"]
    assert names(clerk.get("/admin/people?state=expired").text) == ["Expired"]
    assert names(clerk.get("/admin/people?state=declined").text) == ["Declined"]
    assert names(clerk.get("/admin/people?state=valid&q=e").text) == ["Declined", "Overdue"]


def test_rows_alone(house: House, clerk: Browser) -> None:
    """The script gets the same rows, without the page around them."""
    crowd(house, 3)
    rows = clerk.get("/admin/people/rows?q=002").text
    assert names(rows) == ["Person 002"]
    assert "<html" not in rows
    assert rows.strip() in clerk.get("/admin/people?q=002").text


def test_nobody_found(house: House, clerk: Browser) -> None:
    """An empty search says so and leads back."""
    crowd(house, 1)
    text = clerk.get("/admin/people?q=zebra").text
    assert "Nobody is found for “zebra”" in text
    assert "Show everybody" in text


@pytest.mark.parametrize(
    "query",
    ["sort=password&order=sideways", "state=god", "state=valid&state=expired", "q=" + "x" * 3000],
)
def test_nonsense_is_ignored(house: House, clerk: Browser, query: str) -> None:
    """What does not exist cannot be sorted or filtered by."""
    assert clerk.get(f"/admin/people?{query}").status_code == 200


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "é", "WyJuYW1lIiwgMSwgMiwgM10"])
def test_a_cursor_of_somebody_s_own(house: House, clerk: Browser, cursor: str) -> None:
    """An invented place in the list is nowhere."""
    assert clerk.get("/admin/people", query_string={"cursor": cursor}).status_code == 404
