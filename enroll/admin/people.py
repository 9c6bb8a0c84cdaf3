"""The people at the door: a list that is searched, filtered and sorted, and one person's page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from edge.access.ruleset import EVERYONE
from edge.collection.pages import SORTS, STATES, PersonState, Sort
from edge.collection.people import Person
from edge.collection.pins import Pins
from edge.collection.rule_book import rules_of
from edge.collection.rule_versions import RuleVersions
from edge.errors import CollectionError
from enroll.admin.person import person_of, states_of
from enroll.auth import EVERYBODY, allow
from enroll.office import office

blueprint = Blueprint("people", __name__, url_prefix="/admin/people")

PAGE = 50
"""People on one page of the list."""

LONGEST_QUERY = 200
"""Characters; no name is longer."""

IN_WORDS: dict[PersonState, str] = {
    "valid": "may enter",
    "suspended": "suspended",
    "expired": "expired",
    "declined": "declined the camera",
    "no-face": "without a face",
    "to-enroll-anew": "to be enrolled anew",
}
"""The states that the list can be filtered by, as people call them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list was asked for."""

    query: str = ""
    state: PersonState | None = None
    sort: Sort = "name"
    descending: bool = False

    @classmethod
    def read(cls) -> Asked:
        """Return what this request asks for; what does not exist is not asked for."""
        sort, state = request.args.get("sort"), request.args.get("state")
        return cls(
            query=request.args.get("q", "").strip()[:LONGEST_QUERY],
            state=state if state in STATES else None,
            sort=sort if sort in SORTS else "name",
            descending=request.args.get("order") == "down",
        )

    def args(self, *, sort: str | None = None) -> dict[str, str]:
        """Return it as an address says it; with *sort*, by that, the other way round if it was."""
        turned = not self.descending if sort == self.sort else sort is None and self.descending
        told = {
            "q": self.query,
            "state": self.state or "",
            "sort": sort or self.sort,
            "order": "down" if turned else "",
        }
        return {name: value for name, value in told.items() if value and (name, value) != _USUAL}

    @property
    def narrowed(self) -> bool:
        """Whether not everybody is asked for."""
        return bool(self.query or self.state)


_USUAL = ("sort", "name")


@blueprint.get("")
@allow(*EVERYBODY)
def list_people() -> ResponseReturnValue:
    """Show people, a page at a time."""
    here = office()
    return _list("people/list.html", collection=here.collections.describe(here.collection_id))


@blueprint.get("/rows")
@allow(*EVERYBODY)
def rows() -> ResponseReturnValue:
    """Show the table alone, for the script that searches while somebody types."""
    return _list("people/rows.html")


@blueprint.get("/<uuid:person_id>")
@allow(*EVERYBODY)
def show(person_id: UUID) -> ResponseReturnValue:
    """Show all that is stored about one person, and what may be done."""
    here, person = office(), person_of(person_id)
    return render_template(
        "people/person.html",
        person=person,
        states=states_of(person, here.clock()),
        faces=here.faces.list(person.collection_id, person_id=person.person_id),
        look_alikes=[here.people.get(other) for other in person.look_alikes],
        groups=_groups(person),
        pin=Pins(here.database, here.core.key).state(person.person_id),
        now=here.clock(),
    )


def _groups(person: Person) -> tuple[tuple[str, bool], ...]:
    """Return the groups that *person* may be in or is in, each with whether the rules know it."""
    ruleset = rules_of(RuleVersions(office().database)).rules.ruleset
    known = [group.name for group in ruleset.groups if group.name != EVERYONE]
    strays = sorted(person.groups.difference(known))
    return (*((name, True) for name in known), *((name, False) for name in strays))


def _list(template: str, **more: object) -> str:
    here, asked = office(), Asked.read()
    try:
        page = here.people.page(
            here.collection_id,
            query=asked.query,
            sort=asked.sort,
            descending=asked.descending,
            state=asked.state,
            limit=PAGE,
            cursor=request.args.get("cursor") or None,
            now=here.clock(),
        )
    except CollectionError:
        abort(404)  # an address that was typed or is out of date

    def states(person: Person) -> tuple[str, ...]:
        return states_of(person, here.clock())

    return render_template(
        template, page=page, asked=asked, states_of=states, in_words=IN_WORDS, **more
    )
