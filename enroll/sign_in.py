"""Signing in and out, and the one-time link with which an account is made."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from enroll.accounts import Account
from enroll.auth import (
    EVERYBODY,
    allow,
    begin_session,
    end_session,
    owe_code,
    owed_code,
    public,
)
from enroll.errors import AccountError, InvitationError, SignInRefusedError
from enroll.office import office
from enroll.passwords import refuse_weak

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    """Show the form."""
    return render_template("sign_in.html")


@blueprint.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Sign in, or say that it did not work and nothing more."""
    name = request.form.get("name", "")
    try:
        account = _authenticated(name, request.form.get("password", ""))
    except SignInRefusedError as error:
        return render_template("sign_in.html", name=name, error=error), 401
    here = office()
    if here.second_steps.is_on(account.account_id):
        owe_code(here.second_steps.password_was_right(account.account_id, now=here.clock()))
        return redirect(url_for("sign_in.show_code"))
    here.record(EventKind.SIGN_IN, detail=f"account {account.account_id}")
    return redirect(begin_session(account))


@blueprint.get("/sign-in/code")
@public
def show_code() -> ResponseReturnValue:
    """Ask for the code of who has given her password."""
    return render_template("code.html") if _owing() else redirect(url_for("sign_in.show"))


@blueprint.post("/sign-in/code")
@public
def give_code() -> ResponseReturnValue:
    """Sign in with the code, as carefully as with the password."""
    here, account = office(), _owing()
    if account is None:
        return redirect(url_for("sign_in.show"))
    try:
        # Counted apart from passwords: giving the right one again must not make room for codes.
        with here.throttle.attempt(
            name=f"code of {account.account_id}",
            address=request.remote_addr or "unknown",
            now=here.clock(),
        ):
            _check_code(account)
    except SignInRefusedError as error:
        return render_template("code.html", error=error), 401
    here.record(EventKind.SIGN_IN, reason="SECOND_STEP", detail=f"account {account.account_id}")
    here.second_steps.forget(owed_code())
    return redirect(begin_session(account))


@blueprint.post("/sign-out")
@allow(*EVERYBODY)
def sign_out() -> ResponseReturnValue:
    """Sign out."""
    end_session()
    flash("You are signed out.")
    return redirect(url_for("sign_in.show"))


@blueprint.get("/set-up/<token>")
@public
def show_set_up(token: str) -> ResponseReturnValue:
    """Show what an invitation is for; looking does not use it up."""
    try:
        role = office().invitations.role(token, now=office().clock())
    except InvitationError as error:
        return render_template("problem.html", title="This link does not work", text=error), 404
    return render_template("set_up.html", role=role)


@blueprint.post("/set-up/<token>")
@public
def set_up(token: str) -> ResponseReturnValue:
    """Make the account and sign in."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    here = office()
    try:
        role = here.invitations.role(token, now=here.clock())
        if password != request.form.get("again", ""):
            raise AccountError("The two passwords differ.")
        refuse_weak(password, name=name)
        account = here.invitations.redeem(
            token, name=name, password_hash=here.passwords.hash(password), now=here.clock()
        )
    except InvitationError as error:
        return render_template("problem.html", title="This link does not work", text=error), 404
    except AccountError as error:
        return render_template("set_up.html", role=role, name=name, error=error), 422
    here.record(
        EventKind.ACCOUNT_CREATED,
        detail=f"account {account.account_id}, {account.role}",
    )
    return redirect(begin_session(account))


def _authenticated(name: str, password: str) -> Account:
    """Return the account that *name* and *password* belong to.

    :raises SignInRefusedError: if there is none, always with the same words after the same work.
    :raises TooManyAttemptsError: if attempts must wait; nothing is checked then.
    """
    here = office()
    address = request.remote_addr or "unknown"
    with here.throttle.attempt(name=name, address=address, now=here.clock()):
        account = here.accounts.by_name(name)
        stored = account.password_hash if account else None
        if not here.passwords.matches(password, stored) or account is None:
            here.record(
                EventKind.SIGN_IN_REFUSED,
                reason="WRONG_CREDENTIALS",
                detail=f"account {account.account_id if account else 'unknown'}",
            )
            raise SignInRefusedError("The name or the password is wrong.")
    if here.passwords.outdated(account.password_hash):
        here.accounts.set_password_hash(account.account_id, here.passwords.hash(password))
    return account


def _owing() -> Account | None:
    """Return who has given the password and owes the code, or None."""
    here = office()
    account_id = here.second_steps.who(owed_code(), now=here.clock())
    return here.accounts.by_id(account_id) if account_id else None


def _check_code(account: Account) -> None:
    here = office()
    try:
        here.second_steps.check(account.account_id, request.form.get("code", ""), now=here.clock())
    except SignInRefusedError:
        here.record(
            EventKind.SIGN_IN_REFUSED,
            reason="WRONG_CODE",
            detail=f"account {account.account_id}",
        )
        raise
