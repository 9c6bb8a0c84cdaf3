"""The rules at a glance, the draft that is applied or dropped, and what held before."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.access.document import from_json
from edge.access.face_alone import face_alone
from edge.access.ruleset import EVERYONE, Ruleset
from edge.collection.memberships import Memberships
from edge.collection.rule_versions import RuleVersions
from edge.errors import CollectionError, ConflictError
from edge.ruling import apply_rules, revert_rules
from enroll.admin.event_words import Names
from enroll.admin.person import MANAGING, actor
from enroll.admin.system import SEEING
from enroll.auth import allow
from enroll.office import office
from enroll.rules import words
from enroll.rules.desk import desk, differences, doors_known
from enroll.rules.who_wrote import author_of

blueprint = Blueprint("rules", __name__, url_prefix="/admin/rules")

SHOWN = 50
"""Versions of the history on one page."""


@blueprint.get("")
@allow(*SEEING)
def show() -> ResponseReturnValue:
    """Show all rules in words: the draft's, where there is one."""
    here, on = office(), desk()
    settings = here.core.settings.door
    counts = Memberships(here.database).counts(here.collection_id)
    known = {group.name for group in on.rules.ruleset.groups}
    return render_template(
        "rules/overview.html",
        desk=on,
        rules=on.rules.ruleset,
        author=author_of(on.newest, Names(here.people, here.accounts)) if on.newest else "",
        counts=counts,
        everyone=EVERYONE,
        strays=sorted(counts.keys() - known),
        unlisted=sorted(set(doors_known()) - {door.name for door in on.rules.ruleset.doors}),
        words=words,
        alone=face_alone(
            here.core.gallery.people_count,
            target_fpir=settings.target_fpir,
            floor=settings.similarity,
        ),
    )


@blueprint.post("/apply")
@allow(*MANAGING)
def apply() -> ResponseReturnValue:
    """Let the draft hold, unless somebody else applied another meanwhile."""
    here, on = office(), desk()
    if on.drafted is None or not on.changed:
        flash("There is nothing to apply.", "bad")
        return redirect(url_for("rules.show"))
    try:
        written = apply_rules(
            here.database,
            here.audit,
            on.drafted.ruleset,
            base=request.form.get("base", -1, type=int),
            actor=actor(),
            at=here.clock(),
            note=" ".join(request.form.get("note", "").split()),
        )
    except ConflictError:
        flash(
            "Not applied: somebody else has changed the rules meanwhile. Look at what holds now,"
            " discard your draft, and make your change again.",
            "bad",
        )
        return redirect(url_for("rule_preview.show"))
    except CollectionError as error:
        flash(f"Not applied: {error}", "bad")
        return redirect(url_for("rule_preview.show"))
    flash(f"Version {written.version} of the rules holds; doors know it already.")
    return redirect(url_for("rules.show"))


@blueprint.post("/discard")
@allow(*MANAGING)
def discard() -> ResponseReturnValue:
    """Drop the draft."""
    RuleVersions(office().database).drop_draft(actor())
    flash("Your draft is discarded.")
    return redirect(url_for("rules.show"))


@blueprint.get("/history")
@allow(*SEEING)
def history() -> ResponseReturnValue:
    """List the versions, the newest first."""
    here = office()
    names = Names(here.people, here.accounts)
    before = request.args.get("before", type=int)
    found = RuleVersions(here.database).list(limit=SHOWN + 1, before=before)
    return render_template(
        "rules/history.html",
        versions=[(each, author_of(each, names)) for each in found[:SHOWN]],
        more=found[SHOWN - 1].version if len(found) > SHOWN else None,
        newest=RuleVersions(here.database).newest_number(),
    )


@blueprint.get("/history/<int:version>")
@allow(*SEEING)
def show_version(version: int) -> ResponseReturnValue:
    """Show what one version changed, and how it differs from what holds."""
    here = office()
    versions = RuleVersions(here.database)
    chosen, newest = versions.get(version), versions.newest_number()
    former = Ruleset.default() if version == 1 else from_json(versions.get(version - 1).document)
    ruleset = from_json(chosen.document)
    return render_template(
        "rules/version.html",
        version=chosen,
        author=author_of(chosen, Names(here.people, here.accounts)),
        newest=newest,
        changes=differences(former, ruleset),
        since=() if version == newest else differences(desk().holding.ruleset, ruleset),
    )


@blueprint.post("/history/<int:version>/revert")
@allow(*MANAGING)
def revert(version: int) -> ResponseReturnValue:
    """Let an older version hold again, as a new one."""
    here = office()
    try:
        written = revert_rules(
            here.database,
            here.audit,
            version,
            base=request.form.get("base", -1, type=int),
            actor=actor(),
            at=here.clock(),
        )
    except ConflictError as error:
        flash(f"Not reverted: {error}", "bad")
        return redirect(url_for("rules.show_version", version=version))
    flash(f"Version {written.version} holds, with the rules of version {version}.")
    return redirect(url_for("rules.show"))
