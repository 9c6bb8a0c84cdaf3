"""Every form carries a token that another site cannot know (flask-wtf)."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, request
from flask_wtf import CSRFProtect


def protect(app: Flask, *, signed: Blueprint) -> None:
    """Refuse every form of *app* that does not carry its session's token.

    But requests to *signed*, which looks at no cookie: each carries a signature of its own.
    """
    # As long-lived as the session, which has limits of its own: a clerk may fill in a form slowly.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    _Protection(app).exempt(signed)


class _Protection(CSRFProtect):  # type: ignore[misc] # flask-wtf has no types
    """Refuses a form with a nameless field, too: flask-wtf takes for granted that each has a name."""

    def _get_csrf_token(self) -> str | None:
        # Asked only of forms that need a token, after strangers were refused.
        if None in request.form:
            abort(400)
        token: str | None = super()._get_csrf_token()
        return token
