"""Every form carries a token that another site cannot know (flask-wtf)."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect


def protect(app: Flask, *, signed: Blueprint) -> None:
    """Refuse every form of *app* that does not carry its session's token.

    But requests to *signed*, which looks at no cookie: each carries a signature of its own.
    """
    # As long-lived as the session, which has limits of its own: a clerk may fill in a form slowly.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    CSRFProtect(app).exempt(signed)
