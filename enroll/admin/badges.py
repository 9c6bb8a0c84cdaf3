"""The badges of a person: given, revoked, reinstated, taken off for good."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from edge.collection.badges import Badges
from edge.collection.people import Person
from edge.days import end_of
from edge.domain import Badge
from edge.errors import CollectionError, NotFoundError
from enroll.admin.person import ENROLLING, MANAGING, person_of, recorded
from enroll.auth import allow
from enroll.office import office

blueprint = Blueprint("badges", __name__, url_prefix="/admin/people/<uuid:person_id>/badges")


@blueprint.post("/add")
@allow(*ENROLLING)
def add(person_id: UUID) -> ResponseReturnValue:
    """Give a person one more badge."""
    person = person_of(person_id)
    number = request.form.get("number", "").strip()
    try:
        badge = Badge(number, valid_until=end_of(request.form.get("valid_until", "").strip()))
        with recorded(EventKind.BADGE_ADDED, person):
            Badges(office().database).add(person.person_id, badge)
    except NotFoundError:
        raise
    except CollectionError as error:
        flash(f"No badge was added: {error}", "bad")
        return _back(person)
    flash("The badge is added.")
    return _back(person)


@blueprint.post("/revoke")
@allow(*ENROLLING)
def revoke(person_id: UUID) -> ResponseReturnValue:
    """Let a badge open nothing from now on."""
    person, number = _badge(person_id)
    with recorded(EventKind.BADGE_REVOKED, person):
        Badges(office().database).revoke(person.collection_id, number, office().clock())
    flash("The badge is revoked.")
    return _back(person)


@blueprint.post("/reinstate")
@allow(*MANAGING)
def reinstate(person_id: UUID) -> ResponseReturnValue:
    """Take a revocation back."""
    person, number = _badge(person_id)
    with recorded(EventKind.BADGE_REINSTATED, person):
        Badges(office().database).reinstate(person.collection_id, number)
    flash("The badge opens doors again.")
    return _back(person)


@blueprint.post("/remove")
@allow(*MANAGING)
def remove(person_id: UUID) -> ResponseReturnValue:
    """Erase a badge; its number is free then."""
    person, number = _badge(person_id)
    with recorded(EventKind.BADGE_REMOVED, person):
        Badges(office().database).remove(person.collection_id, number)
    flash("The badge is removed; its number is free.")
    return _back(person)


def _badge(person_id: UUID) -> tuple[Person, str]:
    """Return the person and the number of a badge that is hers.

    :raises NotFoundError: if it is nobody's, or somebody else's.
    """
    person, number = person_of(person_id), request.form.get("number", "")
    if number not in {badge.number for badge in person.badges}:
        raise NotFoundError(f"person {person_id} has no such badge")
    return person, number


def _back(person: Person) -> ResponseReturnValue:
    return redirect(url_for("people.show", person_id=person.person_id, _anchor="badges"))
