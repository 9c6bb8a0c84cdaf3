"""``ostiary badges``: the credentials people carry."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from edge.audit import AuditEvent, EventKind
from edge.collection.badges import Badges
from edge.commands.calendar import FIRST_DAY, LAST_DAY
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program
from edge.commands.whom import one_person, record
from edge.domain import Badge


@click.group()
def badges() -> None:
    """List, issue, revoke, reinstate and remove badges, and keep some for duress."""


@badges.command("list")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1))
@json_option
@pass_program
def list_badges(program: Program, limit: int, *, as_json: bool) -> None:
    """List badges by number."""
    store, collection = _store(program)
    found = store.list(collection, limit=limit)
    if as_json:
        show_json(found)
        return
    show_table(
        f"{counted(len(found), 'badge', 'badges')} in collection {collection}",
        ("Number", "Carried by", "Valid from", "Valid until", "Revoked"),
        (
            (
                owned.badge.number,
                owned.name,
                owned.badge.valid_from,
                owned.badge.valid_until,
                owned.badge.revoked_at,
            )
            for owned in found
        ),
    )


@badges.command()
@click.argument("person")
@click.argument("number")
@click.option("--from", "valid_from", type=FIRST_DAY, help="First day of validity.")
@click.option("--until", "valid_until", type=LAST_DAY, help="Last day of validity.")
@pass_program
def add(
    program: Program,
    person: str,
    number: str,
    valid_from: datetime | None,
    valid_until: datetime | None,
) -> None:
    """Give PERSON one more badge."""
    store, _ = _store(program)
    owner = one_person(program, person)
    badge = Badge(number, valid_from=valid_from, valid_until=valid_until)
    store.add(owner.person_id, badge)
    _record(program, EventKind.BADGE_ADDED, owner.person_id)
    say(f"Badge {number} now belongs to {owner.name}.")


@badges.command()
@click.argument("number")
@pass_program
def revoke(program: Program, number: str) -> None:
    """Let badge NUMBER open nothing any more; running doors know it with their next decision."""
    store, collection = _store(program)
    owner = store.owner(collection, number)
    store.revoke(collection, number, datetime.now(UTC))
    _record(program, EventKind.BADGE_REVOKED, owner.person_id)
    say(f"Badge {number} of {owner.name} is revoked.")


@badges.command()
@click.argument("number")
@pass_program
def reinstate(program: Program, number: str) -> None:
    """Take the revocation of badge NUMBER back."""
    store, collection = _store(program)
    owner = store.owner(collection, number)
    store.reinstate(collection, number)
    _record(program, EventKind.BADGE_REINSTATED, owner.person_id)
    say(f"Badge {number} of {owner.name} is valid again.")


@badges.command()
@click.argument("number")
@click.option("--off", is_flag=True, help="Make it a badge as any other.")
@pass_program
def duress(program: Program, number: str, *, off: bool) -> None:
    """Let badge NUMBER raise a silent alarm; it opens as any other."""
    store, collection = _store(program)
    owner = store.owner(collection, number)
    with program.core.database.transaction():
        store.set_duress(collection, number, duress=not off)
        what = "a badge is for duress no more" if off else "a badge is for duress"
        record(program, EventKind.PERSON_CHANGED, owner.person_id, f"{what}, ")
    say(f"Badge {number} of {owner.name} is {'as any other' if off else 'for duress'} now.")


@badges.command()
@click.argument("number")
@pass_program
def remove(program: Program, number: str) -> None:
    """Erase badge NUMBER; it may then be given to somebody else."""
    store, collection = _store(program)
    owner = store.owner(collection, number)
    store.remove(collection, number)
    _record(program, EventKind.BADGE_REMOVED, owner.person_id)
    say(f"Badge {number} of {owner.name} is gone.")


def _store(program: Program) -> tuple[Badges, str]:
    core = program.core
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    return Badges(core.database), collection


def _record(program: Program, kind: EventKind, person_id: str) -> None:
    program.core.audit.append(AuditEvent(kind=kind, at=datetime.now(UTC), person_id=person_id))
