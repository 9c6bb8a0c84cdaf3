"""Two people who are one, and two who only look it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from edge.errors import CollectionError, EnrollmentError
from enroll.admin.people import LONGEST_QUERY
from enroll.admin.person import MANAGING, actor, person_of, recorded
from enroll.auth import allow
from enroll.office import office

blueprint = Blueprint("merging", __name__, url_prefix="/admin/people/<uuid:person_id>")

FOUND = 10
"""People offered for merging; whoever finds more should say more."""


@blueprint.get("/merge")
@allow(*MANAGING)
def choose(person_id: UUID) -> ResponseReturnValue:
    """Let somebody look for the other one: look-alikes and names of the same sound first."""
    here, person = office(), person_of(person_id)
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    known = [here.people.get(other) for other in person.look_alikes]
    found = here.people.find(here.collection_id, query or person.name, limit=FOUND + 1)
    others = {other.person_id: other for other in [*([] if query else known), *found]}
    others.pop(person.person_id, None)
    return render_template(
        "people/merge_choose.html", person=person, others=list(others.values())[:FOUND], query=query
    )


@blueprint.get("/merge/<uuid:other_id>")
@allow(*MANAGING)
def compare(person_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Show both side by side, and what would move."""
    return render_template(
        "people/merge.html", people=(person_of(person_id), person_of(other_id)), error=None
    )


@blueprint.post("/merge/<uuid:other_id>")
@allow(*MANAGING)
def merge(person_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Keep the one who was chosen, with the faces and badges of both."""
    here = office()
    one, other = person_of(person_id), person_of(other_id)
    choice = request.form.get("keep", "")
    if choice not in (one.person_id, other.person_id):
        error = CollectionError("choose who stays")
        return render_template("people/merge.html", people=(one, other), error=error), 422
    keep, gone = (one, other) if choice == one.person_id else (other, one)
    try:
        here.enroller.merge(keep.person_id, gone.person_id, actor=actor())
    except (EnrollmentError, CollectionError) as error:
        return render_template("people/merge.html", people=(one, other), error=error), 422
    flash("They are one person now.")
    return redirect(url_for("people.show", person_id=keep.person_id))


@blueprint.post("/look-alikes/<uuid:other_id>")
@allow(*MANAGING)
def mark(person_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Mark two people whom a door might take for each other, as a clerk knows them to be."""
    here, person, other = office(), person_of(person_id), person_of(other_id)
    likeness = here.enroller.likeness_of(person.person_id, other.person_id)
    try:
        if likeness is None:
            raise CollectionError("only people with faces can be taken for each other")
        with recorded(
            EventKind.PERSON_CHANGED, person, reason="LOOK_ALIKE", detail=other.person_id
        ):
            here.people.mark_look_alikes(person.person_id, other.person_id, likeness)
    except CollectionError as error:
        flash(f"They are not marked: {error}", "bad")
    else:
        flash("They are marked as look-alikes: no face alone lets either in.")
    return redirect(url_for("people.show", person_id=person_id))


@blueprint.post("/look-alikes/<uuid:other_id>/remove")
@allow(*MANAGING)
def unmark(person_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Take the mark of two look-alikes back: their faces open doors again."""
    person, other = person_of(person_id), person_of(other_id)
    if person.person_id == other.person_id:
        abort(404)  # nobody looks like herself, so there is no such mark
    # Recorded of each without the other's id, which must not outlive her.
    with (
        recorded(EventKind.PERSON_CHANGED, person, reason="LOOK_ALIKE_REMOVED"),
        recorded(EventKind.PERSON_CHANGED, other, reason="LOOK_ALIKE_REMOVED"),
    ):
        office().people.unmark_look_alikes(person.person_id, other.person_id)
    flash("The mark is removed: the door goes by the face alone again.")
    return redirect(url_for("people.show", person_id=person_id))
