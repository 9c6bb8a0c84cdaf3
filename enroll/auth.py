"""Who is asking, and who may: everything is denied that a view does not allow by name.

A view says who may see it with :func:`allow`, :func:`public` or :func:`observers`. One that says nothing is shown to
nobody, and an application with such a view does not start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from edge.config.observing import Network
from enroll.accounts import Account, Role
from enroll.office import office

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

_ACCESS = "ostiary_access"
_PUBLIC: frozenset[Role] = frozenset()
_OBSERVERS = "ostiary_observers"

EVERYBODY = tuple(Role)
"""All who are signed in."""

_BY_ITSELF = "ostiary_by_itself"

_TOKEN = "token"  # noqa: S105 - the name of the cookie's field, not a password
_WANTED = "wanted"
_OWED = "owed"
_CONFINED = "confined"


def allow(*roles: Role) -> Callable[[View], View]:
    """Let a view be seen by whoever is signed in with one of *roles*."""
    if not roles:
        raise ValueError("a view for no role is a view for nobody; say public for everybody")

    def mark(view: View) -> View:
        view.__dict__[_ACCESS] = frozenset(roles)
        return view

    return mark


def public(view: View) -> View:
    """Let a view be seen by everybody, signed in or not."""
    view.__dict__[_ACCESS] = _PUBLIC
    return view


def observers(view: View) -> View:
    """Let a view be seen from the addresses of :func:`let_observe` alone, signed in or not."""
    view.__dict__[_ACCESS] = _PUBLIC
    view.__dict__[_OBSERVERS] = True
    return view


def let_observe(app: Flask, networks: Sequence[Network]) -> None:
    """Say from which *networks* the views for observers may be seen in *app*."""
    app.extensions[_OBSERVERS] = tuple(networks)


def by_itself(view: View) -> View:
    """Say that an open page asks a view by itself: nobody need be there, so no session lives on."""
    view.__dict__[_BY_ITSELF] = True
    return view


def guard(app: Flask) -> None:
    """Let *app* ask before every request whether the view may be seen."""
    public(app.view_functions["static"])
    app.before_request(_refuse)
    app.context_processor(lambda: {"account": current_account, "Role": Role})


def refuse_unmarked(app: Flask) -> None:
    """Refuse to start with a view that does not say who may see it.

    :raises RuntimeError: naming every such view.
    """
    unmarked = [name for name, view in app.view_functions.items() if _access(view) is None]
    if unmarked:
        raise RuntimeError(f"views that do not say who may see them: {', '.join(unmarked)}")


def current_account() -> Account | None:
    """Return who is signed in, or None."""
    if "account" not in g:
        token = session.get(_TOKEN)
        account_id = (
            office().sessions.account_id(token, now=office().clock(), present=_somebody_asks())
            if token
            else None
        )
        g.account = office().accounts.by_id(account_id) if account_id else None
    account: Account | None = g.account
    return account


def signed_in() -> Account:
    """Return who is signed in, in a view that only those may see."""
    account = current_account()
    if account is None:
        abort(401)
    return account


def begin_session(account: Account) -> str:
    """Sign *account* in, with a new session that knows nothing of the old one.

    Return the path that was asked for before, or the first page.
    """
    wanted: str = session.get(_WANTED) or url_for("start")
    end_session()
    session[_TOKEN] = office().sessions.begin(account.account_id, now=office().clock())
    g.account = account
    return wanted


def confine(account: Account, *, to: str) -> None:
    """Sign *account* in for the pages of the blueprint *to* alone, until somebody signs in anew."""
    begin_session(account)
    session[_CONFINED] = to


def confined() -> bool:
    """Return whether this browser may do one thing only."""
    return _CONFINED in session


def owe_code(token: str) -> None:
    """Remember in the browser who has given the password and owes the code; nobody is signed in."""
    wanted = session.get(_WANTED)
    end_session()
    session[_OWED] = token
    if wanted is not None:
        session[_WANTED] = wanted


def owed_code() -> str:
    """Return the token that :func:`owe_code` remembered, or "" for none."""
    return str(session.get(_OWED, ""))


def end_session() -> None:
    """Sign out: forget the session here and in the browser."""
    if token := session.get(_TOKEN):
        office().sessions.end(token)
    session.clear()
    # The token of the forms belongs to the session that has ended.
    g.pop("csrf_token", None)
    g.account = None


def _refuse() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # there is no such page; the router says so
    view = current_app.view_functions[request.endpoint]
    access = _access(view)
    if getattr(view, _OBSERVERS, False) and not _observes():
        abort(403)
    if access is None:
        log.error("The view %s does not say who may see it; denied", request.endpoint)
        abort(403)
    if access == _PUBLIC:
        return None
    account = current_account()
    if account is None:
        return _to_sign_in()
    if account.role not in access:
        abort(403)
    return _back_to(session[_CONFINED]) if confined() else None


def _observes() -> bool:
    """Return whether who asks is where observers are; a proxy on this machine is nobody."""
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For")):
        return False
    try:
        sender = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    sender = getattr(sender, "ipv4_mapped", None) or sender
    return any(sender in network for network in current_app.extensions.get(_OBSERVERS, ()))


def _back_to(blueprint: str) -> ResponseReturnValue | None:
    if request.blueprint == blueprint:
        return None
    if request.method != "GET":
        abort(403)
    return redirect(url_for(f"{blueprint}.show"))


def _to_sign_in() -> ResponseReturnValue:
    if request.method != "GET":
        abort(401)
    # Kept in the signed cookie, not in the address, so that nobody else can choose it.
    session[_WANTED] = request.full_path.rstrip("?")
    return redirect(url_for("sign_in.show"))


def _somebody_asks() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return not getattr(view, _BY_ITSELF, False)


def _access(view: Callable[..., Any]) -> frozenset[Role] | None:
    access: frozenset[Role] | None = getattr(view, _ACCESS, None)
    return access
