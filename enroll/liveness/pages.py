"""The page before whose camera somebody proves that she lives, and the pictures it sends.

Whoever has the link of a session may use it, once: it cannot be guessed, and lives three minutes.
Every picture is one request's body: it is in memory while it is looked at, and nowhere afterwards.
The page says what to do and how it ended, never a score.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from edge.domain import Frame, Pixels
from edge.errors import ImageError
from edge.vision.image import read_image
from enroll import language
from enroll.auth import public
from enroll.language import say as _
from enroll.liveness.session import Session, Status, View
from enroll.liveness.words import hint_for, words_for
from enroll.office import office
from enroll.uploads import accepts_body, accepts_picture

blueprint = Blueprint("liveness", __name__, url_prefix="/liveness")

LARGEST_FRAME = 2**20
"""Bytes of one picture: a JPEG of 640 x 480 has a tenth of them."""

LARGEST_SIDE = 1280
"""Pixels of a picture: the page sends half of them, and each costs time."""

_HELD = "liveness"


@blueprint.get("/<uuid:session_id>")
@public
def show(session_id: UUID) -> ResponseReturnValue:
    """Show the page of a session, or that it was used or is too old."""
    found = _session(session_id)
    return render_template(
        "liveness/liveness.html",
        session_id=found.session_id,
        languages=language.LANGUAGES,
        language=language.current(),
        open=_status(found) is Status.CREATED,
    )


@blueprint.post("/<uuid:session_id>/language")
@public
def speak(session_id: UUID) -> ResponseReturnValue:
    """Speak another language."""
    found = _session(session_id)
    language.choose(request.form.get("language", ""))
    return redirect(url_for("liveness.show", session_id=found.session_id))


@blueprint.post("/<uuid:session_id>/begin")
@public
def begin(session_id: UUID) -> ResponseReturnValue:
    """Give the session to this browser and to no other."""
    found = _session(session_id)
    try:
        token = office().liveness.begin(found)
    except ValueError:
        return _over(found)
    if token is None:
        return jsonify(text=_("Others are being looked at. Please wait a moment.")), 503
    session[_HELD] = token
    return jsonify(begun=True)


@blueprint.post("/<uuid:session_id>/frame")
@public
@accepts_picture
@accepts_body(LARGEST_FRAME)
def frame(session_id: UUID) -> ResponseReturnValue:
    """Say what to do after one frame of the camera."""
    found = _session(session_id)
    if not found.belongs_to(str(session.get(_HELD, ""))):
        abort(403)
    if _status(found) is not Status.IN_PROGRESS:
        return _over(found)
    if not found.turn.acquire(blocking=False):
        abort(429)
    try:
        return _looked_at(found)
    finally:
        found.turn.release()


def _looked_at(found: Session) -> ResponseReturnValue:
    here = office()
    now = here.liveness.now()
    if found.too_soon(now):
        abort(429)
    pixels, examiner = _picture(), here.core.examiner
    faces = examiner.look(pixels)
    embedding = None
    if len(faces) == 1 and faces[0].quality.good:
        embedding = examiner.embed(pixels, faces[0]).embedding
    said = found.see(View(Frame(pixels, here.clock(), now, 0), faces, embedding))
    if said is None:
        return _over(found)
    return jsonify(over=False, text=words_for(said), hint=hint_for(said))


def _over(found: Session) -> ResponseReturnValue:
    """Say how it ended, to the browser that went through it; to any other, that it is over."""
    session_holds = found.belongs_to(str(session.get(_HELD, "")))
    if not session_holds:
        return jsonify(over=True, confirmed=False, text=_("This link was used or is too old.")), 410
    confirmed = _status(found) is Status.SUCCEEDED
    text = (
        _("Thank you, that is all. You may close this page.")
        if confirmed
        else _("It could not be confirmed. Please ask for a new link and try again.")
    )
    return jsonify(over=True, confirmed=confirmed, text=text)


def _session(session_id: UUID) -> Session:
    found = office().liveness.find(str(session_id))
    if found is None:
        abort(404)
    return found


def _status(found: Session) -> Status:
    return found.result(office().liveness.now()).status


def _picture() -> Pixels:
    try:
        pixels = read_image(request.get_data(cache=False), formats=("JPEG",))
    except ImageError:
        abort(415)
    if max(pixels.shape[:2]) > LARGEST_SIDE:
        abort(413)
    return pixels
