"""Who may use these pages: an owner invites and removes."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from enroll.accounts import INVITATION_LIFE, Role
from enroll.auth import allow, signed_in
from enroll.errors import AccountError
from enroll.office import office

blueprint = Blueprint("accounts", __name__, url_prefix="/admin/accounts")


@blueprint.get("")
@allow(Role.OWNER)
def list_accounts() -> ResponseReturnValue:
    """Show every account."""
    return _page()


@blueprint.post("/invite")
@allow(Role.OWNER)
def invite() -> ResponseReturnValue:
    """Show a link, once, with which one person makes an account of the chosen role."""
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        abort(400)
    here = office()
    here.record(
        EventKind.ACCOUNT_INVITED,
        detail=f"{role}, by account {signed_in().account_id}",
    )
    token = here.invitations.issue(role, now=here.clock())
    link = url_for("sign_in.show_set_up", token=token, _external=True)
    return _page(link=link, role=role)


@blueprint.post("/<uuid:account_id>/remove")
@allow(Role.OWNER)
def remove(account_id: UUID) -> ResponseReturnValue:
    """Remove an account and end its sessions."""
    here = office()
    try:
        here.accounts.remove(str(account_id))
    except AccountError as error:
        return _page(error=error), 409
    here.record(
        EventKind.ACCOUNT_REMOVED,
        detail=f"account {account_id}, by account {signed_in().account_id}",
    )
    flash("The account is removed.")
    return redirect(url_for("accounts.list_accounts"))


@blueprint.post("/<uuid:account_id>/second-step-off")
@allow(Role.OWNER)
def turn_second_step_off(account_id: UUID) -> ResponseReturnValue:
    """Let somebody in again who lost the telephone and the recovery codes."""
    here = office()
    here.record(
        EventKind.SECOND_STEP_OFF,
        detail=f"account {account_id}, by account {signed_in().account_id}",
    )
    here.second_steps.turn_off(str(account_id))
    here.sessions.end_all(str(account_id))
    flash("The second step is off; the password alone signs in.")
    return redirect(url_for("accounts.list_accounts"))


def _page(
    *, link: str | None = None, role: Role | None = None, error: AccountError | None = None
) -> str:
    return render_template(
        "accounts.html",
        accounts=(accounts := office().accounts.list()),
        second_steps={
            each.account_id for each in accounts if office().second_steps.is_on(each.account_id)
        },
        link=link,
        role=role,
        error=error,
        hours=int(INVITATION_LIFE.total_seconds() // 3600),
    )
