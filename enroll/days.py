"""How the templates write days and moments: all alike, in the time zone of the house."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

_A_MOMENT = timedelta(microseconds=1)


def show(app: Flask) -> None:
    """Let *app*'s templates write the filters ``day``, ``last`` (the day before) and ``moment``."""
    app.add_template_filter(lambda at: at.astimezone().strftime("%-d %b %Y"), "day")
    app.add_template_filter(lambda at: (at - _A_MOMENT).astimezone().strftime("%-d %b %Y"), "last")
    app.add_template_filter(lambda at: at.astimezone().strftime("%-d %b %Y, %H:%M"), "moment")
