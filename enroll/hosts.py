"""Under which names the pages answer: another site must not bring them under one of its own.

A page in somebody's browser may let its own name point to this machine (DNS rebinding), and would
then be the same origin as these pages. It cannot choose what the browser says as Host.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from flask import Flask, abort, request

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "[::1]"))

_PORT = re.compile(r":\d+$")


def answer_only(app: Flask, names: Collection[str]) -> None:
    """Let *app* answer to *names* alone (IPv6 addresses in brackets), on any port."""

    def refuse_others() -> None:
        # Flask's TRUSTED_HOSTS does not know IPv6 addresses, and leaves the answer without its
        # own style sheet.
        if _PORT.sub("", request.host).lower() not in names:
            abort(400)

    app.before_request(refuse_others)
