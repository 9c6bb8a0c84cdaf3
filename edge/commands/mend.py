"""``ostiary mend``: put aside what is damaged, and bring back what may come back."""

from __future__ import annotations

import click

from edge.commands.console import json_option, say, show_json
from edge.commands.program import Program, pass_program
from edge.quarantine import looked_at


@click.command()
@json_option
@pass_program
def mend(program: Program, *, as_json: bool) -> None:
    """Read every database; put a damaged one aside, and bring back what a backup has of it.

    Door and pages do the same whenever they start. Nothing is deleted, nobody who was erased comes
    back, and where that cannot be told the door begins empty and in lockdown.
    """
    done = looked_at(program.settings)
    if as_json:
        show_json(done)
        return
    if done is None:
        say("Nothing is damaged.")
        return
    for fate in done.fates:
        say(f"{fate.name}: {fate.why}; {fate.outcome}.")
    say(f"What was damaged lies in {done.folder}.")
    if done.lockdown:
        say("The door is in lockdown until somebody ends it on the pages.")
