"""A badge held to a reader leads to its carrier, from the door's own copy."""

from __future__ import annotations

from edge.collection.badges import Badges
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge
from tests.edge.collection.conftest import FaceMaker
from tests.edge.collection.test_people import NOON


def test_a_badge_leads_to_its_carrier(
    gallery: Gallery, people: People, make_face: FaceMaker
) -> None:
    """By any of hers, and to nobody by an unknown number."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()], [Badge("1"), Badge("2")])
    people.enroll("badges", NewPerson("Bob"), [make_face()], [Badge("3")])
    for number in ("1", "2"):
        found = gallery.by_badge(number)
        assert found == gallery.credentials(ada.person_id)
    assert gallery.by_badge("4") is None
    assert gallery.by_badge("") is None


def test_badges_that_come_go_and_change_hands_are_followed(
    gallery: Gallery, people: People, badges: Badges, make_face: FaceMaker
) -> None:
    """A door must not open for whoever carried it before."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()]).person_id
    bob = people.enroll("badges", NewPerson("Bob")).person_id
    assert gallery.by_badge("1") is None

    badges.add(ada, Badge("1"))
    found = gallery.by_badge("1")
    assert found is not None
    assert found.person_id == ada

    badges.revoke("badges", "1", NOON)
    found = gallery.by_badge("1")
    assert found is not None
    assert found.badges[0].revoked_at == NOON

    badges.remove("badges", "1")
    assert gallery.by_badge("1") is None
    badges.add(bob, Badge("1"))
    found = gallery.by_badge("1")
    assert found is not None
    assert found.person_id == bob

    people.delete(bob)
    assert gallery.by_badge("1") is None


def test_a_badge_of_duress_is_told_apart(gallery: Gallery, people: People, badges: Badges) -> None:
    """It opens as any other; the door knows what it means."""
    ada = people.enroll("badges", NewPerson("Ada"), badges=[Badge("1"), Badge("2", duress=True)])
    assert [badge.duress for badge in ada.badges] == [False, True]
    assert [owned.badge.duress for owned in badges.list("badges")] == [False, True]

    badges.set_duress("badges", "1", duress=True)
    found = gallery.by_badge("1")
    assert found is not None
    assert [badge.duress for badge in found.badges] == [True, True]
