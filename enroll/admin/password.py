"""One's own password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from enroll.auth import EVERYBODY, allow, begin_session, signed_in
from enroll.errors import AccountError
from enroll.office import office
from enroll.passwords import refuse_weak

blueprint = Blueprint("password", __name__, url_prefix="/admin/password")


@blueprint.get("")
@allow(*EVERYBODY)
def show() -> ResponseReturnValue:
    """Show the form."""
    return render_template("password.html")


@blueprint.post("")
@allow(*EVERYBODY)
def change() -> ResponseReturnValue:
    """Change the password and end all other sessions of the account."""
    here, account = office(), signed_in()
    password = request.form.get("password", "")
    address = request.remote_addr or "unknown"
    try:
        with here.throttle.attempt(name=account.name, address=address, now=here.clock()):
            if not here.passwords.matches(request.form.get("current", ""), account.password_hash):
                raise AccountError("The current password is wrong.")
        if password != request.form.get("again", ""):
            raise AccountError("The two new passwords differ.")
        refuse_weak(password, name=account.name)
    except AccountError as error:
        return render_template("password.html", error=error), 422
    here.record(EventKind.PASSWORD_CHANGED, detail=f"account {account.account_id}")
    here.accounts.set_password_hash(account.account_id, here.passwords.hash(password))
    here.sessions.end_all(account.account_id)
    begin_session(account)
    flash("The password is changed; other devices are signed out.")
    return redirect(url_for("people.list_people"))
