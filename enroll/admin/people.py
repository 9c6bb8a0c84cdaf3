"""The people at the door: a list, one person, enrolling and erasing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.collection.people import Consent, NewPerson, Person
from edge.domain import Badge
from edge.errors import (
    AlreadyEnrolledError,
    CollectionError,
    EnrollmentError,
    NotFoundError,
    OstiaryError,
    PhotosRefusedError,
)
from enroll.accounts import Role
from enroll.auth import EVERYBODY, allow, signed_in
from enroll.office import office
from enroll.uploads import MOST_PHOTOS, accepts_photos, photos_of

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")

PAGE = 50
"""People on one page of the list."""

FOUND = 100
"""People that one search shows; whoever finds more should say more."""


@blueprint.get("")
@allow(*EVERYBODY)
def list_people() -> ResponseReturnValue:
    """Show people by name, a page at a time, or those whom a search finds."""
    here = office()
    query = request.args.get("q", "").strip()
    after = request.args.get("after") or None
    if query:
        people, more = here.people.find(here.collection_id, query, limit=FOUND + 1), None
    else:
        people = here.people.list(here.collection_id, after=after, limit=PAGE + 1)
        more = people[PAGE - 1].person_id if len(people) > PAGE else None
        people = people[:PAGE]
    return render_template(
        "people/list.html",
        people=people[:FOUND],
        query=query,
        after=after,
        more=more,
        cut=len(people) > FOUND,
        collection=here.collections.describe(here.collection_id),
    )


@blueprint.get("/<uuid:person_id>")
@allow(*EVERYBODY)
def show(person_id: UUID) -> ResponseReturnValue:
    """Show all that is stored about one person."""
    person = _person(person_id)
    faces = office().faces.list(person.collection_id, person_id=person.person_id)
    return render_template("people/person.html", person=person, faces=faces)


@dataclass(frozen=True, slots=True)
class EnrollForm:
    """What was typed into the form for enrolling."""

    name: str = ""
    external_id: str = ""
    badge: str = ""
    consent: str = ""
    somebody_else: bool = False


@blueprint.get("/enroll")
@allow(Role.OWNER, Role.MANAGER, Role.ENROLLER)
def show_enroll() -> ResponseReturnValue:
    """Show the form."""
    return _enroll_page(EnrollForm())


@blueprint.post("/enroll")
@allow(Role.OWNER, Role.MANAGER, Role.ENROLLER)
@accepts_photos
def enroll() -> ResponseReturnValue:
    """Enroll one person from photos, or say of each photo why not."""
    here = office()
    form = EnrollForm(
        name=" ".join(request.form.get("name", "").split()),
        external_id=request.form.get("external_id", "").strip(),
        badge=request.form.get("badge", "").strip(),
        consent=request.form.get("consent", "").strip(),
        somebody_else="somebody_else" in request.form,
    )
    try:
        person = here.enroller.enroll(
            NewPerson(
                name=form.name,
                external_id=form.external_id or None,
                consent=Consent(form.consent, here.clock(), "paper") if form.consent else None,
            ),
            photos_of(request.files.getlist("photos")),
            [Badge(form.badge)] if form.badge else [],
            actor=f"account {signed_in().account_id}",
            somebody_else=form.somebody_else,
        )
    except PhotosRefusedError as error:
        return _enroll_page(form, error=error, refusals=error.refusals), 422
    except AlreadyEnrolledError as error:
        return _enroll_page(form, error=error, double=here.people.get(error.person_id)), 409
    except (EnrollmentError, CollectionError) as error:
        return _enroll_page(form, error=error), 422
    flash("Enrolled. The door knows this person now.")
    return redirect(url_for("people.show", person_id=person.person_id))


@blueprint.get("/<uuid:person_id>/delete")
@allow(Role.OWNER, Role.MANAGER)
def show_delete(person_id: UUID) -> ResponseReturnValue:
    """Show what would be erased, and ask for the name."""
    return render_template("people/delete.html", person=_person(person_id))


@blueprint.post("/<uuid:person_id>/delete")
@allow(Role.OWNER, Role.MANAGER)
def delete(person_id: UUID) -> ResponseReturnValue:
    """Erase a person whose name was typed."""
    person = _person(person_id)
    if " ".join(request.form.get("name", "").split()) != " ".join(person.name.split()):
        return render_template("people/delete.html", person=person, mistyped=True), 422
    erased = office().enroller.erase(person.person_id, actor=f"account {signed_in().account_id}")
    flash(f"Erased: one person, {erased.faces} faces, {erased.badges} badges.")
    return redirect(url_for("people.list_people"))


def _person(person_id: UUID) -> Person:
    """Return a person of this door's collection.

    :raises NotFoundError: if there is none, or it is another collection's.
    """
    person = office().people.get(str(person_id))
    if person.collection_id != office().collection_id:
        raise NotFoundError(f"there is no person {person_id} in this collection")
    return person


def _enroll_page(
    form: EnrollForm,
    *,
    error: OstiaryError | None = None,
    refusals: tuple[str, ...] = (),
    double: Person | None = None,
) -> str:
    return render_template(
        "people/enroll.html",
        form=form,
        error=error,
        refusals=refusals,
        double=double,
        most_photos=MOST_PHOTOS,
    )
