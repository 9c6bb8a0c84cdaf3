"""``ostiary people``: who is enrolled."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from edge.audit import AuditEvent, EventKind
from edge.collection.people import People
from edge.collection.person_rows import Person
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.errors import NotFoundError


@click.group()
def people() -> None:
    """List, show and erase enrolled people."""


@people.command("list")
@click.argument("query", required=False)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1))
@json_option
@pass_program
def list_people(program: Program, query: str | None, limit: int, *, as_json: bool) -> None:
    """List people, by name. QUERY: part of a name, an external id, a badge number, a person id."""
    core = program.core
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    store = People(core.database)
    found = (
        store.find(collection, query, limit=limit) if query else store.list(collection, limit=limit)
    )
    if as_json:
        show_json(found)
        return
    show_table(
        f"{counted(len(found), 'person', 'people')} in collection {collection}",
        ("Name", "External id", "Badges", ">Faces", "Valid until", "Person id"),
        (
            (
                person.name,
                person.external_id,
                ", ".join(badge.number for badge in person.badges),
                person.faces,
                person.valid_until,
                person.person_id,
            )
            for person in found
        ),
    )


@people.command()
@click.argument("query")
@json_option
@pass_program
def show(program: Program, query: str, *, as_json: bool) -> None:
    """Show all that is stored about one person."""
    person = one_person(program, query)
    if as_json:
        show_json(person)
        return
    consent = person.consent
    show_table(
        person.name,
        ("What", "Stored"),
        (
            ("Person id", person.person_id),
            ("External id", person.external_id),
            ("Collection", person.collection_id),
            ("Valid from", person.valid_from),
            ("Valid until", person.valid_until),
            ("Faces (vectors, no picture)", person.faces),
            ("Consent", f"{consent.text_version}, {consent.method}" if consent else None),
            ("Enrolled", person.created_at),
            *(("Badge", _badge_line(badge.number, badge.revoked_at)) for badge in person.badges),
        ),
    )


@people.command()
@click.argument("query")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def delete(program: Program, query: str, *, yes: bool) -> None:
    """Erase a person with her faces and badges from every file. It cannot be undone."""
    core = program.core
    person = one_person(program, query)
    if not yes:
        click.confirm(
            f"Erase {person.name}, {person.faces} faces and {len(person.badges)} badges?",
            abort=True,
        )
    erased = People(core.database).delete(person.person_id)
    core.audit.append(
        AuditEvent(kind=EventKind.PERSON_DELETED, at=datetime.now(UTC), person_id=person.person_id)
    )
    say(f"Erased {erased.faces} faces and {erased.badges} badges; no byte of them is left.")


def one_person(program: Program, query: str) -> Person:
    """Return the one person that *query* means.

    :raises NotFoundError: if nobody or more than one is meant.
    """
    core = program.core
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    found = People(core.database).find(collection, query, limit=10)
    exact = [person for person in found if query in (person.name, person.person_id)]
    if len(exact) == 1:
        return exact[0]
    if len(found) != 1:
        raise NotFoundError(
            f"{len(found) or 'no'} people are meant by {query!r}",
            remedy="Name one by badge number or person id; `ostiary people list` shows them.",
        )
    return found[0]


def _badge_line(number: str, revoked_at: datetime | None) -> str:
    return number if revoked_at is None else f"{number} (revoked {revoked_at.astimezone():%F %R})"
