"""``ostiary muster``: who is inside."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import click

from edge.audit import AuditEvent, EventKind
from edge.collection.whereabouts import WhereaboutsStore
from edge.commands.actor import actor
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program


@click.command()
@click.argument("area", required=False)
@click.option("--reset", is_flag=True, help="Take everybody there for outside, after asking.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_program
def muster(program: Program, area: str | None, *, reset: bool, yes: bool, as_json: bool) -> None:
    """Show who is in AREA, or in any: for an evacuation, and for anti-passback.

    It is known of areas that the rules give to doors. Whoever was let in is inside until a door out
    of it was passed, or until a reset.
    """
    core = program.core
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    store = WhereaboutsStore(core.database)
    inside = store.inside(collection, area)
    where = area or "any area"
    if reset:
        if not yes:
            people = counted(len(inside), "person", "people")
            click.confirm(f"Take {people} in {where} for outside?", abort=True)
        with core.database.transaction():
            gone = store.reset(collection, area)
            core.audit.append(
                AuditEvent(
                    kind=EventKind.WHEREABOUTS_RESET,
                    at=datetime.now(UTC),
                    detail=f"{where}, people {gone}, by {actor()}",
                )
            )
        say(f"{counted(gone, 'person is', 'people are')} taken for outside now.")
        return
    if as_json:
        show_json(inside)
        return
    counts = Counter(each.stay.area for each in inside)
    told = "; ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
    show_table(
        f"{counted(len(inside), 'person', 'people')} in {where}" + (f" ({told})" if told else ""),
        ("Area", "Name", "Since", "By door", "Person id"),
        (
            (each.stay.area, each.name, each.stay.since, each.stay.door, each.person_id)
            for each in inside
        ),
    )
