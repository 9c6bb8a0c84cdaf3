"""Who is inside: for an evacuation, on paper if need be; and the reset when it is not true."""

from __future__ import annotations

from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from edge.collection.rule_book import rules_of
from edge.collection.rule_versions import RuleVersions
from edge.collection.whereabouts import Presence, WhereaboutsStore
from enroll.admin.person import MANAGING, actor
from enroll.auth import EVERYBODY, allow
from enroll.office import office

blueprint = Blueprint("muster", __name__, url_prefix="/admin/muster")

ANY = "any area"


@blueprint.get("")
@allow(*EVERYBODY)
def show() -> ResponseReturnValue:
    """List everybody inside by area: whoever is at the desk must be able to tell."""
    here = office()
    inside: dict[str, list[Presence]] = defaultdict(list)
    for area in rules_of(RuleVersions(here.database)).rules.ruleset.areas:
        inside[area.name] = []
    for each in WhereaboutsStore(here.database).inside(here.collection_id):
        inside[each.stay.area].append(each)
    return render_template(
        "muster.html",
        inside=dict(inside),
        count=sum(map(len, inside.values())),
        now=here.clock(),
    )


@blueprint.post("/reset")
@allow(*MANAGING)
def reset() -> ResponseReturnValue:
    """Take everybody for outside, in one area or in all."""
    here, area = office(), request.form.get("area", "")[:64]
    if "sure" not in request.form:
        flash("Nothing was reset: say that you are sure.", "bad")
        return redirect(url_for("muster.show"))
    with here.database.transaction():
        gone = WhereaboutsStore(here.database).reset(here.collection_id, area or None)
        here.record(
            EventKind.WHEREABOUTS_RESET, detail=f"{area or ANY}, people {gone}, by {actor()}"
        )
    flash(f"{gone} {'person is' if gone == 1 else 'people are'} taken for outside now.")
    return redirect(url_for("muster.show"))
