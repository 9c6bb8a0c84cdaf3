"""Erasing people: one on demand, and all whose time is over."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.erasing import RETENTION
from edge.errors import NotFoundError
from edge.storage.times import to_text
from enroll.admin.person import MANAGING, actor, person_of
from enroll.auth import allow
from enroll.office import office

blueprint = Blueprint("erasing", __name__, url_prefix="/admin/people")

SHOWN = 200
"""Names in the preview of a sweep; the number of all is told."""


@blueprint.get("/<uuid:person_id>/delete")
@allow(*MANAGING)
def show(person_id: UUID) -> ResponseReturnValue:
    """Show what would be erased, and ask for the name."""
    return render_template("people/delete.html", person=person_of(person_id))


@blueprint.post("/<uuid:person_id>/delete")
@allow(*MANAGING)
def erase(person_id: UUID) -> ResponseReturnValue:
    """Erase a person whose name was typed."""
    person = person_of(person_id)
    if " ".join(request.form.get("name", "").split()) != " ".join(person.name.split()):
        return render_template("people/delete.html", person=person, mistyped=True), 422
    erased = office().enroller.erase(person.person_id, actor=actor())
    flash(f"Erased: one person, {erased.faces} faces, {erased.badges} badges.")
    return redirect(url_for("people.list_people"))


@blueprint.get("/sweep")
@allow(*MANAGING)
def show_sweep() -> ResponseReturnValue:
    """Show whose retention has ended."""
    now = office().clock()
    overdue = _overdue(now)
    return render_template(
        "people/sweep.html",
        people=[office().people.get(person_id) for person_id in overdue[:SHOWN]],
        count=len(overdue),
        until=now.isoformat(),
    )


@blueprint.post("/sweep")
@allow(*MANAGING)
def sweep() -> ResponseReturnValue:
    """Erase everybody who was overdue when the preview was shown, and still is."""
    here = office()
    try:
        until = datetime.fromisoformat(request.form.get("until", ""))
        to_text(until)  # fails without a zone, or beyond the calendar in UTC
    except ValueError:
        abort(400)
    if until > here.clock():
        abort(400)
    erased = 0
    for person_id in _overdue(until):
        with suppress(NotFoundError):  # somebody else was faster
            here.enroller.erase(person_id, actor=actor(), reason=RETENTION)
            erased += 1
    flash(f"Erased: {erased} {'person' if erased == 1 else 'people'}.")
    return redirect(url_for("people.list_people"))


def _overdue(now: datetime) -> list[str]:
    """Return the ids of those in this door's collection whose retention has ended by *now*."""
    here = office()
    return [
        person_id
        for person_id in here.people.overdue(now)
        if here.people.get(person_id).collection_id == here.collection_id
    ]
