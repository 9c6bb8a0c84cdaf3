"""Which programs may call the API: an owner makes keys and revokes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from edge.audit import EventKind
from enroll.accounts import Role
from enroll.admin.event_words import Names
from enroll.auth import allow, signed_in
from enroll.errors import AccessKeyError
from enroll.office import office
from enroll.rekognition.keys import AccessKey
from enroll.rekognition.permissions import EVERY_COLLECTION, GROUPS, in_words
from enroll.rekognition.records import described

blueprint = Blueprint("keys", __name__, url_prefix="/admin/keys")

_BETWEEN = re.compile(r"[\s,;]+")
_ACCOUNT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in; shown again if no key can be made of it.

    *words* are the names of operations and groups, *only* says that *ticked* and *typed* are the
    collections and not all of them, *door* that the door's own is one of them.
    """

    label: str = ""
    words: frozenset[str] = frozenset()
    only: bool = False
    ticked: frozenset[str] = frozenset()
    typed: str = ""
    door: bool = False

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> Asked:
        """Read a form."""
        return cls(
            label=form.get("label", ""),
            words=frozenset(form.getlist("may")),
            only=form.get("reach") == "only",
            ticked=frozenset(form.getlist("collection")),
            typed=form.get("more", ""),
            door="door" in form,
        )

    def patterns(self, door: str) -> tuple[str, ...]:
        """Return the collections that are asked for, where *door* is the door's own.

        :raises AccessKeyError: if it is named outside its own box, or if some are named beside all.
        """
        named = (*sorted(self.ticked), *filter(None, _BETWEEN.split(self.typed)))
        if named and not self.only:
            raise AccessKeyError(
                "Collections are named, and every collection is chosen.",
                remedy="Choose one or the other.",
            )
        if door in named:
            raise AccessKeyError(
                f"{door} is the door's own collection.",
                remedy="Whoever means it ticks the box of its own below.",
            )
        chosen = named if self.only else (EVERY_COLLECTION,)
        return (*chosen, door) if self.door else chosen


@blueprint.get("")
@allow(Role.OWNER)
def list_keys() -> ResponseReturnValue:
    """Show every key, and a form for another."""
    return _page(Asked())


@blueprint.post("")
@allow(Role.OWNER)
def create() -> ResponseReturnValue:
    """Make a key, and show its secret this once."""
    here, owner = office(), signed_in()
    asked = Asked.of(request.form)
    try:
        # Both or neither: the record is written before the key is good for anything.
        with here.web.transaction():
            key, secret = here.keys.create(
                label=asked.label,
                operations=asked.words,
                collections=asked.patterns(here.collection_id),
                created_by=owner.account_id,
                now=here.clock(),
            )
            here.record(
                EventKind.KEY_CREATED, detail=f"{described(key)}, by account {owner.account_id}"
            )
    except AccessKeyError as error:
        return _page(asked, error=error), 400
    return _page(Asked(), made=key, secret=secret)


@blueprint.post("/<key_id>/revoke")
@allow(Role.OWNER)
def revoke(key_id: str) -> ResponseReturnValue:
    """Let a key open nothing any more."""
    here = office()
    key = here.keys.revoke(key_id, here.clock())
    here.record(
        EventKind.KEY_REVOKED, detail=f"key {key.key_id}, by account {signed_in().account_id}"
    )
    flash(f"The key {key.label} is revoked; its next request is refused.")
    return redirect(url_for("keys.list_keys"))


def snippet(key_id: str, secret: str, address: str) -> str:
    """Return the lines of Python that call the API at *address* with a key."""
    verify = (
        '    verify="ostiary.pem",  # this appliance\'s certificate, see below\n'
        if urlsplit(address).scheme == "https"
        else ""
    )
    return (
        "import boto3\n"
        "\n"
        "rekognition = boto3.client(\n"
        '    "rekognition",\n'
        f'    endpoint_url="{address.rstrip("/")}",\n'
        '    region_name="local",  # any will do\n'
        f'    aws_access_key_id="{key_id}",\n'
        f'    aws_secret_access_key="{secret}",\n'
        f"{verify}"
        ")\n"
        "print(rekognition.list_collections())\n"
    )


def _page(
    asked: Asked,
    *,
    made: AccessKey | None = None,
    secret: str = "",
    error: AccessKeyError | None = None,
) -> str:
    here = office()
    names = Names(here.people, here.accounts)
    door = here.collection_id
    return render_template(
        "keys.html",
        keys=[(key, in_words(key.operations), _maker(key, names)) for key in here.keys.list()],
        groups=GROUPS,
        door=door,
        collections=[
            each.collection_id for each in here.collections.list() if each.collection_id != door
        ],
        asked=asked,
        made=made,
        secret=secret,
        lines=snippet(made.key_id, secret, request.host_url) if made else "",
        host=request.host if ":" in request.host else f"{request.host}:443",
        error=error,
    )


def _maker(key: AccessKey, names: Names) -> str:
    """Return who made *key*, in words: an account, or whoever typed the command."""
    name = names.account(key.created_by)
    if name is not None:
        return name
    return "a removed account" if _ACCOUNT_ID.fullmatch(key.created_by) else key.created_by
