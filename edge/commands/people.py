"""``ostiary people``: who is enrolled."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from edge.audit import EventKind
from edge.collection.people import People
from edge.commands.actor import actor
from edge.commands.calendar import believe_clock_option
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.person_rights import COMMANDS
from edge.commands.program import Program, pass_program
from edge.commands.whom import one_person, record
from edge.domain import Badge
from edge.erasing import erase
from edge.retention import sweep as sweep_people


@click.group()
def people() -> None:
    """List, show, suspend, merge, export and erase enrolled people; give them groups and PINs."""


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
            ("Suspended", person.suspended_at),
            ("Face recognition", "declined" if person.declined else None),
            ("Groups", ", ".join(sorted(person.groups))),
            ("PIN", "has one" if person.has_pin else None),
            ("Look-alikes", ", ".join(person.look_alikes)),
            ("Consent", f"{consent.text_version}, {consent.method}" if consent else None),
            ("Kept until", person.retention_until),
            ("Enrolled", person.created_at),
            *(("Badge", _badge_line(badge)) for badge in person.badges),
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
    erased = erase(core.database, core.audit, person.person_id, at=datetime.now(UTC), actor=actor())
    say(f"Erased {erased.faces} faces and {erased.badges} badges; no byte of them is left.")


@people.command()
@click.argument("query")
@pass_program
def suspend(program: Program, query: str) -> None:
    """Let no door open for a person until she is resumed; running doors know it at once."""
    person = one_person(program, query)
    with program.core.database.transaction():
        People(program.core.database).suspend(person.person_id, datetime.now(UTC))
        record(program, EventKind.PERSON_CHANGED, person.person_id, "suspended, ")
    say(f"{person.name} is suspended.")


@people.command()
@click.argument("query")
@pass_program
def resume(program: Program, query: str) -> None:
    """Take the suspension of a person back."""
    person = one_person(program, query)
    with program.core.database.transaction():
        People(program.core.database).resume(person.person_id)
        record(program, EventKind.PERSON_CHANGED, person.person_id, "resumed, ")
    say(f"{person.name} may pass again, as far as her badges are valid.")


@people.command()
@click.argument("keep")
@click.argument("other")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def merge(program: Program, keep: str, other: str, *, yes: bool) -> None:
    """Hand the faces and badges of OTHER over to KEEP, and erase OTHER: they are one person."""
    kept, erased = one_person(program, keep), one_person(program, other)
    if not yes:
        click.confirm(
            f"Hand {erased.faces} faces and {len(erased.badges)} badges of {erased.name}, "
            f"{erased.person_id}, over to {kept.name}, {kept.person_id}?",
            abort=True,
        )
    merged = program.core.enroller.merge(kept.person_id, erased.person_id, actor=actor())
    say(f"{merged.name} has {merged.faces} faces and {len(merged.badges)} badges now.")


@people.command()
@click.argument("query")
@click.option(
    "--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file."
)
@pass_program
def export(program: Program, query: str, target: Path | None) -> None:
    """Give out everything that is stored about one person, as JSON."""
    person = one_person(program, query)
    document = People(program.core.database).export(person.person_id).to_json()
    with program.core.database.transaction():
        record(program, EventKind.PERSON_EXPORTED, person.person_id)
    if target is None:
        click.echo(document)
        return
    target.touch(mode=0o600)
    target.chmod(0o600)
    target.write_text(document + "\n", encoding="utf-8")
    say(f"Everything about {person.name} is in {target}.")


@people.command()
@believe_clock_option
@json_option
@pass_program
def sweep(program: Program, *, believe_clock: bool, as_json: bool) -> None:
    """Erase everybody whose retention has ended. Run it daily; it asks nothing.

    Nobody is erased for a week after the clock went forward by a month or more.
    """
    core = program.core
    erased = sweep_people(
        core.database,
        core.audit,
        datetime.now(UTC),
        actor=actor(),
        believe_clock=believe_clock,
    )
    if as_json:
        show_json(erased)
        return
    say(f"Erased {counted(len(erased), 'person', 'people')} whose retention had ended.")


def _badge_line(badge: Badge) -> str:
    notes = ["for duress"] if badge.duress else []
    if badge.revoked_at is not None:
        notes.append(f"revoked {badge.revoked_at.astimezone():%F %R}")
    return f"{badge.number} ({', '.join(notes)})" if notes else badge.number


for each in COMMANDS:
    people.add_command(each)
