"""One's own second step: turned on with an app, turned off with the password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from edge.audit import EventKind
from enroll.auth import EVERYBODY, allow, begin_session, signed_in
from enroll.errors import AccountError
from enroll.office import office

blueprint = Blueprint("second_step", __name__, url_prefix="/admin/second-step")


@blueprint.get("")
@allow(*EVERYBODY)
def show() -> ResponseReturnValue:
    """Show whether it is on, and what can be done."""
    return _page()


@blueprint.post("/begin")
@allow(*EVERYBODY)
def begin() -> ResponseReturnValue:
    """Make a secret for an app."""
    try:
        office().second_steps.begin(signed_in().account_id)
    except AccountError as error:
        return _page(error=error), 409
    return redirect(url_for("second_step.show"))


@blueprint.post("/confirm")
@allow(*EVERYBODY)
def confirm() -> ResponseReturnValue:
    """Turn it on with the password and a first code; show the recovery codes, once."""
    here, account = office(), signed_in()
    try:
        _ask_password()
        codes = here.second_steps.confirm(
            account.account_id, request.form.get("code", ""), now=here.clock()
        )
    except AccountError as error:
        return _page(error=error), 422
    here.record(EventKind.SECOND_STEP_ON, detail=f"account {account.account_id}")
    here.sessions.end_all(account.account_id)
    begin_session(account)
    return _page(codes=codes)


@blueprint.post("/recovery-codes")
@allow(*EVERYBODY)
def renew() -> ResponseReturnValue:
    """Show new recovery codes, once."""
    here, account = office(), signed_in()
    try:
        _ask_password()
        if not here.second_steps.is_on(account.account_id):
            raise AccountError("The second step is off.")
    except AccountError as error:
        return _page(error=error), 422
    return _page(codes=here.second_steps.new_recovery_codes(account.account_id))


@blueprint.post("/off")
@allow(*EVERYBODY)
def turn_off() -> ResponseReturnValue:
    """Turn it off."""
    here, account = office(), signed_in()
    try:
        _ask_password()
    except AccountError as error:
        return _page(error=error), 422
    here.record(EventKind.SECOND_STEP_OFF, detail=f"account {account.account_id}")
    here.second_steps.turn_off(account.account_id)
    flash("The second step is off. The password alone signs you in.")
    return redirect(url_for("second_step.show"))


def _ask_password() -> None:
    """Check the password in the form: an unattended screen must not lock its owner out.

    :raises AccountError: if it is wrong.
    :raises TooManyAttemptsError: if attempts must wait.
    """
    here, account = office(), signed_in()
    address = request.remote_addr or "unknown"
    with here.throttle.attempt(name=account.name, address=address, now=here.clock()):
        if not here.passwords.matches(request.form.get("password", ""), account.password_hash):
            raise AccountError("The password is wrong.")


def _page(*, codes: tuple[str, ...] = (), error: AccountError | None = None) -> str:
    here, account = office(), signed_in()
    pending = here.second_steps.pending(account, site=here.site)
    return render_template(
        "second_step.html",
        on=here.second_steps.is_on(account.account_id),
        left=here.second_steps.recovery_codes_left(account.account_id),
        secret=pending[0] if pending else None,
        # Made here, of numbers alone: nothing that anybody typed is in it as text.
        qr_code=Markup(pending[1]) if pending else None,  # noqa: S704
        codes=codes,
        error=error,
    )
