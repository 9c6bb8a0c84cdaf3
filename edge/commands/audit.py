"""``ostiary audit``: what happened at the door, and that nobody changed the record."""

from __future__ import annotations

import click

from edge.commands.console import json_option, percent, say, show_json, show_table
from edge.commands.program import Program, pass_program


@click.group()
def audit() -> None:
    """Show and verify the record of events."""


@audit.command("list")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1))
@json_option
@pass_program
def list_entries(program: Program, last: int, *, as_json: bool) -> None:
    """Show the last events, oldest first."""
    record = program.core.audit
    entries = tuple(record.entries(after=max(record.count - last, 0)))
    if as_json:
        show_json(entries)
        return
    show_table(
        f"The last {len(entries)} events",
        (">No.", "Time", "Event", "Door", "Outcome", "Reason", ">Similarity", "Person id"),
        (
            (
                entry.sequence,
                entry.event.at,
                entry.event.kind,
                entry.event.door,
                entry.event.outcome,
                entry.event.reason,
                percent(entry.event.similarity),
                entry.event.person_id,
            )
            for entry in entries
        ),
    )


@audit.command()
@json_option
@pass_program
def verify(program: Program, *, as_json: bool) -> None:
    """Recompute the chain of hashes: any edit, deletion or reordering is found.

    Keep the hash that is printed somewhere else: with it, a record that was replaced as a whole
    is found, too.
    """
    verified = program.core.audit.verify()
    if as_json:
        show_json(verified)
    else:
        say(f"The record is whole: {verified.entries} events, last hash {verified.head}.")
