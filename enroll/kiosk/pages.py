"""The kiosk: one page, and the questions it asks while somebody stands before it.

A clerk opens it with her account; from then on this browser can do nothing else. Every picture is
one request's body: it is in memory while it is looked at, and nowhere afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask import Blueprint, abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from edge.audit import EventKind
from edge.domain import Pixels
from edge.errors import (
    AlreadyEnrolledError,
    AlreadyExistsError,
    CollectionError,
    EnrollmentError,
    ImageError,
)
from edge.vision.image import read_image
from enroll import language
from enroll.accounts import Role
from enroll.auth import allow, confine, confined, signed_in
from enroll.kiosk import reception, studio
from enroll.kiosk.guide import ENROLLED
from enroll.kiosk.reception import Applicant, Choice
from enroll.kiosk.visit import IDLE_SECONDS, Visit
from enroll.kiosk.words import SAID
from enroll.language import say as _
from enroll.office import office
from enroll.uploads import accepts_picture

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")

ENROLLING = (Role.OWNER, Role.MANAGER, Role.ENROLLER)

_VISIT = "visit"

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@blueprint.get("")
@allow(*ENROLLING)
def show() -> ResponseReturnValue:
    """Show the kiosk in this browser, or to a clerk what it means to open it."""
    if not confined():
        return render_template("kiosk/open.html")
    _forget_visit()
    return render_template(
        "kiosk/kiosk.html",
        languages=language.LANGUAGES,
        language=language.current(),
        wanted=len(ENROLLED) + 1,
        years=reception.RETENTION.days // 365,
        text=reception.CONSENT_TEXT,
        idle=int(IDLE_SECONDS),
    )


@blueprint.post("/open")
@allow(*ENROLLING)
def open_kiosk() -> ResponseReturnValue:
    """Turn this browser into a kiosk: signed out of everything else until somebody signs in."""
    account = signed_in()
    office().record(
        EventKind.SETTINGS_CHANGED,
        reason="KIOSK_OPENED",
        detail=f"by account {account.account_id}",
    )
    confine(account, to=blueprint.name)
    return redirect(url_for("kiosk.show"))


@blueprint.post("/language")
@allow(*ENROLLING)
def speak() -> ResponseReturnValue:
    """Speak another language."""
    language.choose(request.form.get("language", ""))
    return redirect(url_for("kiosk.show"))


@blueprint.post("/begin")
@allow(*ENROLLING)
def begin() -> ResponseReturnValue:
    """Begin a visit with the agreement, or without a face."""
    _forget_visit()
    here, account = office(), signed_in()
    agreed = request.form.get("agreed")
    if agreed not in {"yes", "no"}:
        abort(400)
    if agreed == "yes" and request.form.get("text") != reception.CONSENT_TEXT:
        abort(409)  # the page is older than the text
    consent = reception.consent(language.current(), now=here.clock()) if agreed == "yes" else None
    token = here.visits.begin(account.account_id, consent)
    if token is None:
        abort(503)
    session[_VISIT] = token
    return jsonify(begun=True)


@blueprint.post("/leave")
@allow(*ENROLLING)
def leave() -> ResponseReturnValue:
    """Forget whoever was here, her language too."""
    _forget_visit()
    language.forget()
    return jsonify(left=True)


@blueprint.post("/alive")
@allow(*ENROLLING)
def alive() -> ResponseReturnValue:
    """Keep the kiosk signed in while nobody stands before it; keep a visit for who does."""
    visit = _visit_or_none()
    if visit is not None:
        office().visits.alive(visit)
    return jsonify(visit=visit is not None)


def visiting(view: Callable[[Visit], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Hand the visit to *view*, one request at a time; 410 if it is over."""

    @wraps(view)
    def with_visit() -> ResponseReturnValue:
        visit = _visit_or_none()
        if visit is None:
            return jsonify(text=_("It took too long. Please start again.")), 410
        with visit.turn:
            return view(visit)

    return with_visit


@blueprint.post("/frame")
@allow(*ENROLLING)
@accepts_picture
@visiting
def frame(visit: Visit) -> ResponseReturnValue:
    """Say what to do about one frame of the camera."""
    here = office()
    seen = studio.look(visit, _picture(visit), enroller=here.enroller, now=time.monotonic())
    if seen.box is not None:
        here.visits.alive(visit)
    return jsonify(
        instruction=seen.instruction,
        text=str(SAID[seen.instruction]),
        kept=seen.kept,
        wanted=seen.wanted,
        done=seen.done,
        box=None
        if seen.box is None
        else [seen.box.left, seen.box.top, seen.box.width, seen.box.height],
    )


@blueprint.post("/badge")
@allow(*ENROLLING)
@accepts_picture
@visiting
def badge(visit: Visit) -> ResponseReturnValue:
    """Read the code on a badge, and compare the face on it with the one before the camera."""
    here = office()
    printed = studio.read_badge(visit, _picture(visit), enroller=here.enroller)
    if printed.number is not None or printed.similarity is not None:
        here.visits.alive(visit)
    if printed.similarity is None:
        text = ""
    elif printed.alike:
        text = _(
            "The picture on the badge looks like you: similarity %(percent)s %%.",
            percent=_percent(printed.similarity),
        )
    else:
        text = _(
            "The picture on the badge does not look like you: similarity %(percent)s %%. "
            "Is it your badge? Old pictures differ, too.",
            percent=_percent(printed.similarity),
        )
    return jsonify(number=printed.number, alike=printed.alike, text=text)


@blueprint.post("/save")
@allow(*ENROLLING)
@visiting
def save(visit: Visit) -> ResponseReturnValue:
    """Store the person, or say why not, or ask whether she is the one she looks like."""
    here = office()
    here.visits.alive(visit)
    applicant = Applicant(
        name=" ".join(request.form.get("name", "").split()),
        external_id=request.form.get("external_id", "").strip() or None,
        badge=request.form.get("badge", "").strip(),
    )
    try:
        choice = Choice(request.form.get("choice", Choice.NOBODY))
    except ValueError:
        abort(400)
    if not visit.complete:
        abort(409)
    try:
        welcome = reception.save(
            visit,
            applicant,
            choice,
            enroller=here.enroller,
            actor=f"kiosk of account {signed_in().account_id}",
            now=here.clock(),
        )
    except AlreadyEnrolledError as error:
        return jsonify(alike=True, similarity=_percent(error.similarity)), 409
    except AlreadyExistsError:
        text = _("This badge or staff number belongs to somebody already. Please ask at the desk.")
        return jsonify(alike=False, text=text), 409
    except (CollectionError, EnrollmentError):
        text = _("Please check your name and the number of your badge.")
        return jsonify(alike=False, text=text), 422
    _forget_visit()
    return jsonify(known=welcome.known, text=_farewell(welcome))


def _farewell(welcome: reception.Welcome) -> str:
    if welcome.similarity is None:
        return _("Your badge is stored. The door will not look for your face.")
    if not welcome.known:
        return _("You are stored, but the door is not sure of you yet. Please ask at the desk.")
    if welcome.marked:
        return _("You look like somebody else here, so the door will ask for more than your face.")
    return _(
        "We have just tried it: similarity %(percent)s %%.", percent=_percent(welcome.similarity)
    )


def _picture(visit: Visit) -> Pixels:
    if visit.consent is None:
        abort(409)  # nobody looks at a face without consent, whatever a page sends
    try:
        return read_image(request.get_data(cache=False))
    except ImageError:
        abort(415)


def _visit_or_none() -> Visit | None:
    token: str | None = session.get(_VISIT)
    return (
        office().visits.find(token, account_id=signed_in().account_id)
        if token is not None
        else None
    )


def _forget_visit() -> None:
    token: str | None = session.pop(_VISIT, None)
    if token is not None:
        office().visits.end(token)


def _percent(similarity: float) -> str:
    """Return *similarity* as people of this language write it, never rounded up to all."""
    return str(format_decimal(int(similarity * 100) / 100, format="0.00"))
