"""``ostiary collections``: sets of faces, each bound to one embedder."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from edge.audit import AuditEvent, EventKind
from edge.collection.collections import Collections
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.moving import export_people, import_people
from edge.commands.program import Program, pass_program
from edge.erasing import forget_gone


@click.group()
def collections() -> None:
    """List, create and delete collections; carry their people to another device."""


@collections.command("list")
@json_option
@pass_program
def list_collections(program: Program, *, as_json: bool) -> None:
    """List all collections."""
    found = Collections(program.core.database).list()
    if as_json:
        show_json(found)
        return
    show_table(
        counted(len(found), "collection", "collections"),
        ("Collection", ">People", ">Faces", "Embedder", "Created"),
        (
            (each.collection_id, each.people, each.faces, each.model.name, each.created_at)
            for each in found
        ),
    )


@collections.command()
@click.argument("collection_id")
@pass_program
def create(program: Program, collection_id: str) -> None:
    """Create the empty collection COLLECTION_ID for the embedder of the settings."""
    core = program.core
    embedder = core.embedder
    Collections(core.database).create(
        collection_id, model=embedder.model, dimension=embedder.dimension
    )
    say(f"Collection {collection_id} holds vectors of {embedder.model.name}.")


@collections.command()
@click.argument("collection_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_program
def delete(program: Program, collection_id: str, *, yes: bool) -> None:
    """Erase the collection COLLECTION_ID with all people, faces and badges in it."""
    core = program.core
    store = Collections(core.database)
    doomed = store.describe(collection_id)
    if not yes:
        click.confirm(
            f"Erase {collection_id} with {doomed.people} people and {doomed.faces} faces?",
            abort=True,
        )
    store.delete(collection_id)
    core.audit.append(
        AuditEvent(kind=EventKind.COLLECTION_DELETED, at=datetime.now(UTC), detail=collection_id)
    )
    forget_gone(core.database, core.audit)
    say(f"Collection {collection_id} is gone.")


collections.add_command(export_people)
collections.add_command(import_people)
