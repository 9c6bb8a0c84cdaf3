"""Editing one thing of the rules: what is sent becomes part of the draft, and holds when applied."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from edge.access.ruleset import BUILT_IN_SCHEDULES, AntiPassback, CountsOn, Mode, OnHoliday
from edge.errors import RulesError
from enroll.admin.person import MANAGING
from enroll.auth import allow
from enroll.office import office
from enroll.rules import words
from enroll.rules.calendar_form import KINDS as WAYS
from enroll.rules.desk import Desk, desk, doors_known, keep
from enroll.rules.edits import KINDS, ItemForm, Kind, exists, find, put, without
from enroll.rules.fields import WEEKDAYS, Faults, text_of
from enroll.rules.site_form import SiteForm
from enroll.rules.zones import ZONES

blueprint = Blueprint("rule_items", __name__, url_prefix="/admin/rules")

KIND = "<any(schedule,calendar,group,door,area):kind>"
WITHOUT_FACE = (Mode.BADGE, Mode.BADGE_AND_PIN)
"""What people may show who do not give their face."""


@blueprint.get(f"/{KIND}")
@allow(*MANAGING)
def show(kind: str) -> ResponseReturnValue:
    """Show the form of a thing, or of a new one."""
    chosen, on = KINDS[kind], desk()
    name = request.args.get("name", "")
    item = find(on.rules.ruleset, chosen, name) if name else None
    form = chosen.form.of(item, on.rules.ruleset)  # type: ignore[arg-type]
    if item is None and kind == "door" and not exists(on.rules.ruleset, chosen, _own_door()):
        form = replace(form, name=_own_door())
    return _page(chosen, kind, form, on, former=name)


@blueprint.post(f"/{KIND}")
@allow(*MANAGING)
def change(kind: str) -> ResponseReturnValue:
    """Put what was sent into the draft."""
    chosen, on, faults = KINDS[kind], desk(), Faults()
    former = text_of(request.form, "former")
    form = chosen.form.read(request.form)
    item = form.item(request.form, faults)
    rules = on.rules.ruleset
    if former and not exists(rules, chosen, former):
        faults.add("Name", f"the {chosen.word} {former} was removed meanwhile")
    elif not former and exists(rules, chosen, item.name):
        faults.add("Name", f"there is a {chosen.word} of that name already")
    if former and item.name != former:
        abort(400)  # the form does not let anybody change it
    if not faults.told:
        try:
            keep(put(rules, chosen, item), on)
        except RulesError as error:
            faults.told.extend(error.faults)
    if faults.told:
        return _page(chosen, kind, form, on, former=former, faults=faults), 422
    flash(f"{item.name} is in your draft; it holds when you apply it.")
    return redirect(url_for("rules.show", _anchor=chosen.plural))


@blueprint.post(f"/{KIND}/remove")
@allow(*MANAGING)
def remove(kind: str) -> ResponseReturnValue:
    """Take a thing out of the draft, unless something else refers to it."""
    chosen, on = KINDS[kind], desk()
    item = find(on.rules.ruleset, chosen, request.form.get("name", ""))
    try:
        keep(without(on.rules.ruleset, chosen, item.name), on)
    except RulesError as error:
        flash(f"{item.name} is still needed: {'; '.join(error.faults)}", "bad")
    else:
        flash(f"{item.name} is removed from your draft.")
    return redirect(url_for("rules.show", _anchor=chosen.plural))


@blueprint.get("/site")
@allow(*MANAGING)
def show_site() -> ResponseReturnValue:
    """Show what holds for the whole site."""
    on = desk()
    return _site(SiteForm.of(on.rules.ruleset), on)


@blueprint.post("/site")
@allow(*MANAGING)
def change_site() -> ResponseReturnValue:
    """Put what holds for the whole site into the draft."""
    on, faults, form = desk(), Faults(), SiteForm.read(request.form)
    changed = form.changed(on.rules.ruleset, faults)
    if not faults.told:
        try:
            keep(changed, on)
        except RulesError as error:
            faults.told.extend(error.faults)
    if faults.told:
        return _site(form, on, faults), 422
    flash("It is in your draft; it holds when you apply it.")
    return redirect(url_for("rules.show"))


def _page(
    chosen: Kind,
    kind: str,
    form: ItemForm,
    on: Desk,
    *,
    former: str,
    faults: Faults | None = None,
) -> str:
    rules = on.rules.ruleset
    return render_template(
        form.template,
        form=form,
        kind=kind,
        chosen=chosen,
        former=former,
        faults=faults.told if faults else (),
        rules=rules,
        schedules=[each.name for each in (*BUILT_IN_SCHEDULES, *rules.schedules)],
        doors=doors_known(on.rules),
        areas=[each.name for each in rules.areas],
        groups=[each.name for each in rules.groups],
        modes={mode.value: words.MODES[mode] for mode in Mode},
        without_face={mode.value: words.MODES[mode] for mode in WITHOUT_FACE},
        anti_passback={each.value: words.ANTI_PASSBACK[each] for each in AntiPassback},
        counts_on={each.value: words.COUNTS_ON[each] for each in CountsOn},
        on_holiday={each.value: words.ON_HOLIDAY[each] for each in OnHoliday},
        ways=WAYS,
        weekdays=WEEKDAYS,
    )


def _site(form: SiteForm, on: Desk, faults: Faults | None = None) -> str:
    return render_template(
        "rules/site.html", form=form, desk=on, faults=faults.told if faults else (), zones=ZONES
    )


def _own_door() -> str:
    return office().core.settings.door.name
