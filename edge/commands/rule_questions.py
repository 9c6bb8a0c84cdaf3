"""``ostiary rules why`` and ``who``: what the rules answer to people who do not stand there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from edge.access.explain import Explanation, Trial
from edge.access.rules import Rules
from edge.access.ruleset import Factor
from edge.asking import Visit, explained, moment_of, who_may
from edge.collection.people import People
from edge.collection.person_rows import Person
from edge.collection.rule_book import rules_of
from edge.collection.rule_versions import RuleVersions
from edge.collection.whereabouts import WhereaboutsStore
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.commands.whom import one_person
from edge.exit_codes import NEGATIVE

BATCH = 500

_AT = click.option(
    "--at",
    "at_text",
    metavar="TIME",
    default="",
    help="By the site's clock: 2026-12-24T18:30. Default: now.",
)
_DOOR = click.option("--door", default="", help="Default: the door of the settings.")


@click.command()
@click.argument("query")
@_DOOR
@_AT
@json_option
@pass_program
def why(program: Program, query: str, door: str, at_text: str, *, as_json: bool) -> None:
    """Tell whether a person may pass a door at a time, and why: check by check.

    Ends with status 1 if she may not, whatever she shows.
    """
    person = one_person(program, query)
    now = rules_of(RuleVersions(program.core.database))
    visit = _visit(program, now.rules, door, at_text, people=(person,))
    found = explained(person, visit, now.rules)
    if as_json:
        show_json({"door": visit.door, "at": visit.at, "version": now.version, "found": found})
    else:
        _show(person, visit, found, now.rules)
    if not found.best.granted:
        click.get_current_context().exit(NEGATIVE)


@click.command()
@_DOOR
@_AT
@json_option
@pass_program
def who(program: Program, door: str, at_text: str, *, as_json: bool) -> None:
    """List who may pass a door at a time, with what they have to show."""
    now = rules_of(RuleVersions(program.core.database))
    everybody = tuple(_everybody(program))
    visit = _visit(program, now.rules, door, at_text, people=everybody)
    granted = who_may(everybody, visit, now.rules)
    names = {person.person_id: person.name for person in everybody}
    if as_json:
        show_json({"door": visit.door, "at": visit.at, "version": now.version, "granted": granted})
        return
    people = counted(len(everybody), "person", "people")
    show_table(
        f"{len(granted)} of {people} may pass {visit.door} at {_time(visit.at, now.rules)}",
        ("Name", "Group", "Schedule", "Must show", "Person id"),
        (
            (names[person_id], each.group, each.schedule, each.mode, person_id)
            for person_id, each in granted.items()
        ),
    )


def _show(person: Person, visit: Visit, found: Explanation, rules: Rules) -> None:
    show_table(
        f"{person.name} at door {visit.door}, {_time(visit.at, rules)}",
        ("Check", "Passed", "Found"),
        ((each.about, "yes" if each.passed else "no", each.found) for each in found.checks),
    )
    show_table(
        "What she may show",
        ("Shown", "Answer"),
        ((_shown(each), each.verdict.explanation) for each in found.trials),
    )
    say(f"So she is {found.best.explanation}.")


def _shown(trial: Trial) -> str:
    return ", ".join(factor for factor in Factor if factor in trial.shown)


def _visit(
    program: Program, rules: Rules, door: str, at_text: str, *, people: tuple[Person, ...]
) -> Visit:
    core = program.core
    store = WhereaboutsStore(core.database)
    settings = core.settings.door
    return Visit(
        door=door or settings.name,
        at=_moment(at_text, rules),
        people=core.gallery.people_count,
        similarity=settings.similarity,
        target_fpir=settings.target_fpir,
        whereabouts=store.among(person.person_id for person in people),
    )


def _moment(text: str, rules: Rules) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        return moment_of(text, rules)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no time; write 2026-12-24T18:30") from error


def _time(at: datetime, rules: Rules) -> str:
    return f"{at.astimezone(rules.zone):%A %Y-%m-%d %H:%M} ({rules.ruleset.zone})"


def _everybody(program: Program) -> Iterator[Person]:
    core = program.core
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    people, after = People(core.database), None
    while batch := people.list_by_id(collection, after=after, limit=BATCH):
        yield from batch
        after = batch[-1].person_id
