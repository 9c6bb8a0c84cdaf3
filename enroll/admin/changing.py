"""Changing what is told about a person, so that of two clerks neither loses the other's work.

The form carries what was stored when it was opened. If somebody else has saved meanwhile, the
changes of both are put together, where both changed the same both are shown, and nothing is stored
until the second clerk has looked at it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from edge.collection.people import Consent, NewPerson, Person
from edge.days import beginning_of, end_of, first_day, last_day
from edge.errors import CollectionError, ConflictError
from enroll.admin.person import ENROLLING, MANAGING, person_of, recorded
from enroll.auth import allow
from enroll.office import office

blueprint = Blueprint("changing", __name__, url_prefix="/admin/people/<uuid:person_id>")

LONGEST_CONSENT = 100
"""Characters of the version of a text, or of the way somebody agreed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the form says about a person, as text; "" is nothing."""

    name: str = ""
    external_id: str = ""
    valid_from: str = ""
    valid_until: str = ""
    consent_text: str = ""
    consent_on: str = ""
    consent_method: str = ""
    retention_until: str = ""
    declined: str = ""

    @classmethod
    def of(cls, person: Person) -> Told:
        """Return what the form says of a person who is stored."""
        consent = person.consent
        return cls(
            name=person.name,
            external_id=person.external_id or "",
            valid_from=first_day(person.valid_from),
            valid_until=last_day(person.valid_until),
            consent_text=consent.text_version if consent else "",
            consent_on=first_day(consent.agreed_at) if consent else "",
            consent_method=consent.method if consent else "",
            retention_until=last_day(person.retention_until),
            declined="yes" if person.declined else "",
        )

    @classmethod
    def read(cls, prefix: str = "") -> Told:
        """Return what was sent, in fields whose names begin with *prefix*."""
        return cls(
            **{
                each.name: " ".join(request.form.get(prefix + each.name, "").split())
                for each in fields(cls)
            }
        )

    def values(self) -> dict[str, str]:
        """Return it by the names of the fields."""
        return asdict(self)

    def as_person(self, former: Person) -> NewPerson:
        """Return what is to be stored. A time that was not touched stays exact.

        :raises CollectionError: if a day is none, or the consent is half told.
        """
        was = Told.of(former)
        consent = former.consent
        if (self.consent_text, self.consent_on, self.consent_method) != (
            was.consent_text,
            was.consent_on,
            was.consent_method,
        ):
            consent = self._consent()
        return NewPerson(
            name=self.name,
            external_id=self.external_id or None,
            valid_from=former.valid_from
            if self.valid_from == was.valid_from
            else beginning_of(self.valid_from),
            valid_until=former.valid_until
            if self.valid_until == was.valid_until
            else end_of(self.valid_until),
            consent=consent,
            retention_until=former.retention_until
            if self.retention_until == was.retention_until
            else end_of(self.retention_until),
            declined=bool(self.declined),
        )

    def _consent(self) -> Consent | None:
        if not (self.consent_text or self.consent_on or self.consent_method):
            return None
        agreed_at = beginning_of(self.consent_on)
        if not (self.consent_text and self.consent_method) or agreed_at is None:
            raise CollectionError(
                "a consent needs the version of the text, the day, and how it was given",
                remedy="Fill in all three, or none.",
            )
        if max(len(self.consent_text), len(self.consent_method)) > LONGEST_CONSENT:
            raise CollectionError(f"a consent is told in at most {LONGEST_CONSENT} characters")
        return Consent(self.consent_text, agreed_at, self.consent_method)


def put_together(mine: Told, opened: Told, theirs: Told) -> tuple[Told, dict[str, str]]:
    """Return the changes of two people to *opened* in one, and what of *theirs* mine hides.

    Who changed a field alone has it her way. Where both did, mine stands, and theirs is told.
    """
    now = theirs.values()
    hidden: dict[str, str] = {}
    for name, value in mine.values().items():
        if value in (opened.values()[name], theirs.values()[name]):
            continue
        if theirs.values()[name] != opened.values()[name]:
            hidden[name] = theirs.values()[name]
        now[name] = value
    return Told(**now), hidden


@blueprint.get("/edit")
@allow(*ENROLLING)
def show(person_id: UUID) -> ResponseReturnValue:
    """Show the form."""
    person = person_of(person_id)
    return _page(person, Told.of(person))


@blueprint.post("/edit")
@allow(*ENROLLING)
def change(person_id: UUID) -> ResponseReturnValue:
    """Store what was changed, unless somebody else was faster."""
    here, person, form = office(), person_of(person_id), Told.read()
    try:
        with recorded(EventKind.PERSON_CHANGED, person, reason="TOLD"):
            here.people.update(
                person.person_id,
                form.as_person(person),
                version=request.form.get("version", -1, type=int),
            )
    except ConflictError:
        person = here.people.get(person.person_id)
        together, hidden = put_together(form, Told.read("was_"), Told.of(person))
        return _page(person, together, conflict=True, hidden=hidden), 409
    except CollectionError as error:
        return _page(person, form, error=error), 422
    flash("The changes are stored.")
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.post("/suspend")
@allow(*ENROLLING)
def suspend(person_id: UUID) -> ResponseReturnValue:
    """Let no door open for a person for now."""
    person = person_of(person_id)
    with recorded(EventKind.PERSON_CHANGED, person, reason="SUSPENDED"):
        office().people.suspend(person.person_id, office().clock())
    flash("Suspended: no door opens until the suspension is lifted.")
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.post("/resume")
@allow(*MANAGING)
def resume(person_id: UUID) -> ResponseReturnValue:
    """Lift a suspension."""
    person = person_of(person_id)
    with recorded(EventKind.PERSON_CHANGED, person, reason="RESUMED"):
        office().people.resume(person.person_id)
    flash("The suspension is lifted.")
    return redirect(url_for("people.show", person_id=person_id))


def _page(
    person: Person,
    form: Told,
    *,
    error: CollectionError | None = None,
    conflict: bool = False,
    hidden: dict[str, str] | None = None,
) -> str:
    # After a mistake the form still stands on what the clerk had opened; after a conflict she is
    # shown what is stored now, and goes on from there.
    again = error is not None
    return render_template(
        "people/edit.html",
        person=person,
        form=form,
        opened=Told.read("was_") if again else Told.of(person),
        version=request.form.get("version", "") if again else person.version,
        error=error,
        conflict=conflict,
        hidden=hidden or {},
    )
