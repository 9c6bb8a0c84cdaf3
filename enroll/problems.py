"""What somebody sees when something cannot be done: in words, with a way on, and never a trace."""

from __future__ import annotations

import logging
import math
import secrets
from datetime import timedelta

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from edge.errors import NotFoundError
from enroll.errors import TooManyAttemptsError
from enroll.uploads import LARGEST_PHOTO, LARGEST_UPLOAD, MOST_PHOTOS

log = logging.getLogger(__name__)

PROBLEMS = {
    400: ("This could not be understood", "Go back, reload the page, and try again."),
    401: ("Please sign in", "You are not signed in, or were away for too long."),
    403: (
        "This is not yours to do",
        "Your account may not do this. An owner can invite you with another role.",
    ),
    404: ("There is nothing here", "The address is wrong, or what was here has been deleted."),
    405: ("This does not work like that", "Go back and use the buttons of the page."),
    409: ("This has changed meanwhile", "Go back, reload the page, and try again."),
    413: (
        "This is too large",
        (
            f"Send at most {MOST_PHOTOS} photos, each of at most {LARGEST_PHOTO // 2**20} MB, "
            f"together at most {LARGEST_UPLOAD // 2**20} MB. Most cameras can save them smaller. "
            f"An archive has at most {LARGEST_UPLOAD // 2**20} MB, too: send it in parts."
        ),
    ),
    415: ("This kind of file cannot be used", "Send photos as JPEG, PNG or WebP."),
    429: ("Too many attempts", "Wait a while, then try again."),
    503: ("Too much is going on", "Wait a minute, then try again."),
}
"""Title and text by status; every other status is a fault of ours."""

EXPIRED = (
    "This page was open for too long",
    "For your safety the form was not accepted. Go back, reload the page, and send it again.",
)


def explain(app: Flask) -> None:
    """Let *app* answer every error with a page that helps."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(TooManyAttemptsError, _too_many)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _at_fault)


def _expired(_: CSRFError) -> ResponseReturnValue:
    return _page(*EXPIRED), 400


def _not_found(_: NotFoundError) -> ResponseReturnValue:
    return _page(*PROBLEMS[404]), 404


def _too_many(error: TooManyAttemptsError) -> ResponseReturnValue:
    seconds = math.ceil(error.wait.total_seconds())
    title, _ = PROBLEMS[429]
    text = f"Try again in {in_words(error.wait)}."
    return _page(title, text), 429, {"Retry-After": str(seconds)}


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect of the router
    if error.code not in PROBLEMS:
        return _at_fault(error)
    response = error.get_response()  # with the headers that belong to it, such as Allow
    response.set_data(_page(*PROBLEMS[error.code]))
    return response


def _at_fault(error: Exception) -> ResponseReturnValue:
    # The page names the log's line, and the log holds what the page must not show.
    number = secrets.token_hex(4)
    log.error("A page could not be made (number %s)", number, exc_info=error)
    text = f"It was not your fault. Please tell whoever looks after this system: number {number}."
    return _page("Something went wrong here", text), 500


def _page(title: str, text: str) -> str:
    return render_template("problem.html", title=title, text=text)


def in_words(wait: timedelta) -> str:
    """Return *wait* as people say it, never too short."""
    seconds = math.ceil(wait.total_seconds())
    if seconds < 120:
        return "a second" if seconds == 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
