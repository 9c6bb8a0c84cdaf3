"""What would happen: the draft against what holds, in the coming week, and for one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from edge.access.explain import Explanation, Stretch
from edge.access.rules import Rules
from edge.asking import Visit, coming_week, explained, moment_of
from edge.collection.people import Person
from edge.collection.whereabouts import WhereaboutsStore
from enroll.admin.people import LONGEST_QUERY
from enroll.admin.person import MANAGING
from enroll.admin.system import SEEING
from enroll.auth import allow
from enroll.office import office
from enroll.rules import words
from enroll.rules.desk import desk, differences, doors_known, foreseen

blueprint = Blueprint("rule_preview", __name__, url_prefix="/admin/rules")

FOUND = 10
"""People to choose from; whoever finds more should say more."""

TYPED = "%Y-%m-%dT%H:%M"
"""A time as a browser's field has it, by the site's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom, where and when somebody asked about; *at* aware. *found*: whom the query may mean."""

    query: str
    found: tuple[Person, ...]
    person: Person | None
    door: str
    at: datetime
    typed: str
    fault: str = ""

    @classmethod
    def read(cls, rules: Rules, doors: tuple[str, ...]) -> Asked:
        """Return what this request asks; what is not said is nobody, the own door, now."""
        here = office()
        query = request.args.get("person", "").strip()[:LONGEST_QUERY]
        found = here.people.find(here.collection_id, query, limit=FOUND) if query else ()
        exact = [each for each in found if query in (each.person_id, each.name)]
        person = exact[0] if len(exact) == 1 else found[0] if len(found) == 1 else None
        door, fault = request.args.get("door", ""), ""
        at, typed = here.clock(), request.args.get("at", "")
        try:
            at = moment_of(typed, rules) if typed else at
        except ValueError:
            fault = "The time could not be understood; it is answered for now."
        return cls(
            query=query,
            found=found,
            person=person,
            door=door if door in doors else here.core.settings.door.name,
            at=at,
            typed=f"{at.astimezone(rules.zone):{TYPED}}",
            fault=fault,
        )

    def explained(self, rules: Rules) -> Explanation | None:
        """Return what *rules* answer, or None where nobody is asked about."""
        return None if self.person is None else explained(self.person, self._visit(), rules)

    def week(self, rules: Rules) -> tuple[Stretch, ...]:
        """Return how the answer changes in the coming week."""
        return () if self.person is None else coming_week(self.person, self._visit(), rules)

    def _visit(self) -> Visit:
        core, person = office().core, self.person
        settings = core.settings.door
        return Visit(
            door=self.door,
            at=self.at,
            people=core.gallery.people_count,
            similarity=settings.similarity,
            target_fpir=settings.target_fpir,
            whereabouts=WhereaboutsStore(office().database).among(
                () if person is None else (person.person_id,)
            ),
        )


@blueprint.get("/preview")
@allow(*MANAGING)
def show() -> ResponseReturnValue:
    """Show what the draft changes, and let it be applied."""
    on = desk()
    doors = doors_known(on.holding, on.rules)
    asked = Asked.read(on.rules, doors)
    return render_template(
        "rules/preview.html",
        desk=on,
        changes=differences(on.holding.ruleset, on.rules.ruleset),
        foresight=foreseen(on.holding, on.rules),
        asked=asked,
        doors=doors,
        before=asked.explained(on.holding),
        after=asked.explained(on.rules),
        zone=on.rules.ruleset.zone,
    )


@blueprint.get("/why")
@allow(*SEEING)
def why() -> ResponseReturnValue:
    """Tell why somebody may pass a door at a time, or not, by the rules that hold."""
    on = desk()
    doors = doors_known(on.holding)
    asked = Asked.read(on.holding, doors)
    return render_template(
        "rules/why.html",
        asked=asked,
        doors=doors,
        found=asked.explained(on.holding),
        week=asked.week(on.holding),
        rules=on.holding,
        zone=on.holding.ruleset.zone,
        modes=words.MODES,
    )
