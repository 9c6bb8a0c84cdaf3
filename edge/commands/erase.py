"""``ostiary erase``: the end of a device, before it is sold, returned or thrown away."""

from __future__ import annotations

import click

from edge.commands.console import json_option, say, show_json
from edge.commands.program import Program, pass_program


@click.command()
@click.option("--device", is_flag=True, required=True, help="Erase everything, not one person.")
@click.option("--backups", is_flag=True, help="This device's backups in backup.folder, too.")
@click.option("--models", is_flag=True, help="The networks, too; they are about nobody.")
@click.option("--yes", is_flag=True, help="Ask neither once nor twice.")
@json_option
@pass_program
def erase(
    program: Program, *, device: bool, backups: bool, models: bool, yes: bool, as_json: bool
) -> None:
    """Erase everything that Ostiary ever wrote here: keys first, then people, record, accounts.

    Stop the door and the pages first. Nothing brings it back but a backup with its key. The settings
    stay; they are in /etc. To erase one person: `ostiary people delete`.
    """
    from edge.wiping import wipe  # noqa: PLC0415 - loads the networks' libraries

    settings = program.settings
    if device and not yes:
        _ask(settings.site.name, str(settings.storage.folder))
    wiped = wipe(settings, backups=backups, models=models)
    if as_json:
        show_json(wiped)
        return
    say(f"Erased: {wiped.files} files, keys first.")
    for path in wiped.left:
        say(f"Not Ostiary's, hence left: {path}")
    for path in wiped.backups:
        say(f"A backup is left: {path}. The recovery key opens it; --backups erases it, too.")
    if wiped.key:
        say(f"The key also comes from {wiped.key}: take that away.")
    say("A card keeps old blocks that nobody can overwrite: they were encrypted, the key was not.")
    say("Where the key lay on the same card, destroy the card rather than give it away.")


def _ask(site: str, folder: str) -> None:
    typed = click.prompt(
        f"This erases everybody and everything in {folder}.\nType the name of the site, {site!r}",
        err=True,
    )
    if typed.strip() != site:
        raise click.UsageError("That is not the name of the site. Nothing was erased.")
    click.confirm("Nothing brings it back. Erase it", abort=True, err=True)
