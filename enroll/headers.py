"""What browsers are told about every page: whose parts it may have, and that nobody may keep it."""

from __future__ import annotations

from flask import Flask, Response, request

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline: text that slips into a page cannot become a script."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": over TLS the forms' protection compares the referrer with the host.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

CAMERA_ONLY = {
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
}
"""No other page has a use for a camera, so no other page gets one."""

WITH_CAMERA = frozenset(("kiosk", "liveness"))

TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def send(app: Flask, *, secure: bool) -> None:
    """Add the headers to every answer of *app*; *secure* says that it is served over TLS."""
    always = HEADERS | (TLS_ONLY if secure else {})

    def add(response: Response) -> Response:
        response.headers.update(always)
        if request.blueprint in WITH_CAMERA:
            response.headers.update(CAMERA_ONLY)
        # The style sheet is nobody's secret; everything else may name people.
        keep = request.endpoint == "static" and response.status_code == 200
        response.headers["Cache-Control"] = "no-cache" if keep else "no-store"
        return response

    app.after_request(add)
