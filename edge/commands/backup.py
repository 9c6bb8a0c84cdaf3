"""``ostiary backup``: copy everything that another device would need, sealed and verified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from edge.commands.actor import actor
from edge.commands.console import counted, json_option, say, show_json, show_table
from edge.commands.program import Program, pass_program


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--list", "only_list", is_flag=True, help="Show the backups there are, newest first.")
@json_option
@pass_program
def backup(program: Program, folder: Path | None, *, only_list: bool, as_json: bool) -> None:
    """Back up this device into FOLDER, verify it, and remove those that were kept long enough.

    Without FOLDER into that of the settings, backup.folder. Door and pages go on meanwhile. The
    site's key is in it only sealed for the recovery key: make one first, `ostiary key recovery`. To
    put a backup back: `ostiary restore`.
    """
    from edge.backup import back_up, backups_of  # noqa: PLC0415 - loads the networks' libraries

    if only_list:
        found = backups_of(program.core, folder)
        if as_json:
            show_json(found)
            return
        show_table(
            counted(len(found), "backup", "backups"),
            ("Made", ">Bytes", "Opened by", "Folder"),
            (
                (
                    each.at,
                    f"{each.size:,}",
                    "recovery key" if each.recoverable else "key file",
                    each.path,
                )
                for each in found
            ),
        )
        return
    made = back_up(program.core, now=datetime.now(UTC), actor=actor(), folder=folder)
    if as_json:
        show_json(made)
        return
    say(f"Backed up and verified: {made.path} ({made.size:,} bytes).")
    if made.removed:
        say(f"Removed: {counted(len(made.removed), 'older backup', 'older backups')}.")
    if made.left_out:
        say(f"Not in it, since this user may not read them: {', '.join(made.left_out)}.")
    if not made.recoverable:
        say(
            f"Only the key file opens it: keep a copy of {program.settings.storage.key_file} "
            "elsewhere, or make a recovery key, `ostiary key recovery`."
        )
