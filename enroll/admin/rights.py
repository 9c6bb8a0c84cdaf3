"""What a person may do and must show for it: her groups, her PIN, her badges for duress."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from edge.collection.badges import Badges
from edge.collection.memberships import Memberships
from edge.collection.people import Person
from edge.collection.pin_rules import generated_pin
from edge.collection.pins import Pins
from edge.errors import CollectionError, NotFoundError
from enroll.admin.person import ENROLLING, MANAGING, actor, person_of, recorded
from enroll.auth import allow
from enroll.office import office

blueprint = Blueprint("rights", __name__, url_prefix="/admin/people/<uuid:person_id>")


@blueprint.post("/groups")
@allow(*MANAGING)
def change_groups(person_id: UUID) -> ResponseReturnValue:
    """Put a person into the groups that were ticked or typed, and take her out of all others."""
    here, person = office(), person_of(person_id)
    wanted = frozenset(filter(None, (each.strip() for each in request.form.getlist("group"))))
    joined, left = wanted - person.groups, person.groups - wanted
    if not joined and not left:
        flash("Her groups are as they were.")
        return _back(person, "groups")
    try:
        with here.database.transaction():
            Memberships(here.database).change(person.person_id, add=joined, remove=left)
            told = [f"joined {', '.join(sorted(joined))}"] if joined else []
            told += [f"left {', '.join(sorted(left))}"] if left else []
            here.record(
                EventKind.MEMBERSHIP_CHANGED,
                person_id=person.person_id,
                detail=f"{', '.join(told)}, by {actor()}",
            )
    except NotFoundError:
        raise
    except CollectionError as error:
        flash(f"The groups are as they were: {error}", "bad")
        return _back(person, "groups")
    flash("The groups are stored; doors know it already.")
    return _back(person, "groups")


@blueprint.get("/pin")
@allow(*ENROLLING)
def show_pin(person_id: UUID) -> ResponseReturnValue:
    """Show the form of a PIN."""
    return _pin_page(person_of(person_id))


@blueprint.post("/pin")
@allow(*ENROLLING)
def set_pin(person_id: UUID) -> ResponseReturnValue:
    """Give a person a PIN that was typed or is made up; what is made up is shown this once."""
    person, made_up = person_of(person_id), request.form.get("way") != "typed"
    try:
        pin, duress = _made_up() if made_up else _typed()
        with recorded(EventKind.PIN_CHANGED, person, detail="set"):
            _pins().set(person.person_id, pin, duress=duress, at=office().clock())
    except NotFoundError:
        raise
    except CollectionError as error:
        return _pin_page(person, error=error), 422
    if made_up:
        # Not by a redirect: what a browser is told to show later would lie in its cookie.
        return _pin_page(person_of(person_id), pin=pin, duress=duress)
    flash("The PIN is stored.")
    return _back(person, "pin")


@blueprint.post("/pin/erase")
@allow(*ENROLLING)
def erase_pin(person_id: UUID) -> ResponseReturnValue:
    """Erase a person's PIN: no door takes it any more."""
    person = person_of(person_id)
    with recorded(EventKind.PIN_CHANGED, person, detail="erased"):
        _pins().erase(person.person_id)
    flash("The PIN is erased.")
    return _back(person, "pin")


@blueprint.post("/pin/unlock")
@allow(*MANAGING)
def unlock_pin(person_id: UUID) -> ResponseReturnValue:
    """Forget the wrong PINs that were typed for a person."""
    person = person_of(person_id)
    with recorded(EventKind.PIN_CHANGED, person, detail="unlocked"):
        _pins().unlock(person.person_id)
    flash("The wrong PINs are forgotten.")
    return _back(person, "pin")


@blueprint.post("/badges/duress")
@allow(*MANAGING)
def change_duress(person_id: UUID) -> ResponseReturnValue:
    """Let a badge raise a silent alarm, or be one as any other again."""
    person, number = person_of(person_id), request.form.get("number", "")
    badge = next((each for each in person.badges if each.number == number), None)
    if badge is None:
        raise NotFoundError(f"person {person_id} has no such badge")
    wanted = "on" in request.form
    what = "a badge is for duress" if wanted else "a badge is for duress no more"
    with recorded(EventKind.PERSON_CHANGED, person, detail=what):
        Badges(office().database).set_duress(person.collection_id, number, duress=wanted)
    flash(
        "The badge raises a silent alarm now." if wanted else "The badge is one as any other now."
    )
    return _back(person, "badges")


def _made_up() -> tuple[str, str | None]:
    pin = generated_pin()
    return pin, generated_pin(apart_from=pin) if "with_duress" in request.form else None


def _typed() -> tuple[str, str | None]:
    """Return what was typed twice: the PIN, and the one for duress if any.

    :raises CollectionError: if the two times differ.
    """
    pin, again = request.form.get("pin", ""), request.form.get("pin_again", "")
    duress, repeated = request.form.get("duress", ""), request.form.get("duress_again", "")
    if pin != again or duress != repeated:
        raise CollectionError("what was typed twice is not the same", remedy="Type it once more.")
    return pin, duress or None


def _pins() -> Pins:
    return Pins(office().database, office().core.key)


def _pin_page(
    person: Person,
    *,
    error: CollectionError | None = None,
    pin: str = "",
    duress: str | None = None,
) -> str:
    return render_template("people/pin.html", person=person, error=error, pin=pin, duress=duress)


def _back(person: Person, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("people.show", person_id=person.person_id, _anchor=anchor))
