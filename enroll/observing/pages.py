"""``/metrics`` and ``/health``: for this machine and for whom the settings name, without an account."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, current_app, jsonify
from flask.typing import ResponseReturnValue

from edge.core import Core
from edge.metrics.exposition import CONTENT_TYPE
from enroll import auth
from enroll.observing.figures import WebFigures
from enroll.observing.health import look
from enroll.office import office

blueprint = Blueprint("observing", __name__)

_EXTENSION = "ostiary_figures"


def observe(app: Flask, core: Core) -> None:
    """Let *app* count, and say who may ask for what it counted."""
    metrics = core.settings.metrics
    auth.let_observe(app, metrics.networks if metrics.enabled else ())
    if metrics.enabled:
        figures = app.extensions[_EXTENSION] = WebFigures(core)
        figures.count(app)


@blueprint.get("/metrics")
@auth.observers
def metrics() -> ResponseReturnValue:
    """Give the figures of door and pages in Prometheus' format."""
    figures = current_app.extensions.get(_EXTENSION)
    if figures is None:
        abort(404)
    return Response(figures.text(), content_type=CONTENT_TYPE)


@blueprint.get("/health")
@auth.observers
def health() -> ResponseReturnValue:
    """Tell whether somebody could be let in now: 200, or 503 with what is missing."""
    found = look(office().core, office().web)
    well = all(answer.well for answer in found)
    body = jsonify(
        status="ok" if well else "fault",
        checks={
            answer.subject: {"status": "ok" if answer.well else "fault", "text": answer.text}
            for answer in found
        },
    )
    return body, HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE


@blueprint.get("/health/live")
@auth.observers
def live() -> ResponseReturnValue:
    """Tell that the pages answer, whatever else is wrong."""
    return jsonify(status="ok")
