"""Enrolling a person from photos, and taking new photos of one who is enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.collection.people import Consent, NewPerson, Person
from edge.days import end_of
from edge.domain import Badge
from edge.errors import (
    AlreadyEnrolledError,
    CollectionError,
    EnrollmentError,
    OstiaryError,
    PhotosRefusedError,
)
from enroll.admin.person import ENROLLING, actor, person_of
from enroll.auth import allow
from enroll.office import office
from enroll.uploads import MOST_PHOTOS, accepts_photos, photos_of

blueprint = Blueprint("enrolling", __name__, url_prefix="/admin/people")


@dataclass(frozen=True, slots=True)
class EnrollForm:
    """What was typed into the form; *somebody_else* are ids of people who were compared with her."""

    name: str = ""
    external_id: str = ""
    badge: str = ""
    consent: str = ""
    valid_until: str = ""
    retention_until: str = ""
    declined: bool = False
    somebody_else: tuple[str, ...] = ()

    @classmethod
    def read(cls) -> EnrollForm:
        """Return what was sent."""
        told = {name: " ".join(request.form.get(name, "").split()) for name in _TYPED}
        return cls(
            **told,
            declined="declined" in request.form,
            somebody_else=tuple(request.form.getlist("somebody_else")),
        )

    def as_person(self) -> NewPerson:
        """Return whom it describes.

        :raises CollectionError: if a day is none.
        """
        now = office().clock()
        return NewPerson(
            name=self.name,
            external_id=self.external_id or None,
            valid_until=end_of(self.valid_until),
            consent=Consent(self.consent, now, "paper") if self.consent else None,
            retention_until=end_of(self.retention_until),
            declined=self.declined,
        )


_TYPED = ("name", "external_id", "badge", "consent", "valid_until", "retention_until")


@blueprint.get("/enroll")
@allow(*ENROLLING)
def show() -> ResponseReturnValue:
    """Show the form."""
    return _page(EnrollForm())


@blueprint.post("/enroll")
@allow(*ENROLLING)
@accepts_photos
def enroll() -> ResponseReturnValue:
    """Enroll one person from photos, or say of each photo why not."""
    here, form = office(), EnrollForm.read()
    try:
        files = [file for file in request.files.getlist("photos") if file.filename]
        person = here.enroller.enroll(
            form.as_person(),
            () if form.declined and not files else photos_of(files),
            [Badge(form.badge)] if form.badge else [],
            actor=actor(),
            mark_look_alikes=form.somebody_else,
        )
    except PhotosRefusedError as error:
        return _page(form, error=error, refusals=error.refusals), 422
    except AlreadyEnrolledError as error:
        return _page(form, error=error, double=here.people.get(error.person_id)), 409
    except (EnrollmentError, CollectionError) as error:
        return _page(form, error=error), 422
    flash("Enrolled. The door knows this person now." if person.faces else "Stored, with no face.")
    return redirect(url_for("people.show", person_id=person.person_id))


@blueprint.get("/<uuid:person_id>/photos")
@allow(*ENROLLING)
def show_photos(person_id: UUID) -> ResponseReturnValue:
    """Show the form for new photos of somebody who is enrolled."""
    return _photos_page(person_of(person_id))


@blueprint.post("/<uuid:person_id>/photos")
@allow(*ENROLLING)
@accepts_photos
def take_photos(person_id: UUID) -> ResponseReturnValue:
    """Put new photos in the place of a person's faces, or add them."""
    here, person = office(), person_of(person_id)
    try:
        photos = photos_of(request.files.getlist("photos"))
        if request.form.get("how") == "add":
            here.enroller.add_photos(person.person_id, photos, actor=actor())
        else:
            here.enroller.reenroll(
                person.person_id,
                photos,
                actor=actor(),
                mark_look_alikes=request.form.getlist("somebody_else"),
            )
    except PhotosRefusedError as error:
        return _photos_page(person, error=error, refusals=error.refusals), 422
    except AlreadyEnrolledError as error:
        double = here.people.get(error.person_id)
        return _photos_page(person, error=error, double=double), 409
    except (EnrollmentError, CollectionError) as error:
        return _photos_page(person, error=error), 422
    flash("The new photos are taken in. The door goes by them now.")
    return redirect(url_for("people.show", person_id=person_id))


def _page(
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


def _photos_page(
    person: Person,
    *,
    error: OstiaryError | None = None,
    refusals: tuple[str, ...] = (),
    double: Person | None = None,
) -> str:
    return render_template(
        "people/photos.html",
        person=person,
        # To whoever is enrolled anew for another embedder nothing has to be replaced.
        how=request.form.get(
            "how", "replace" if person.faces or not person.former_faces else "add"
        ),
        somebody_else=request.form.getlist("somebody_else"),
        error=error,
        refusals=refusals,
        double=double,
        most_photos=MOST_PHOTOS,
    )
